package demo

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"zhunsheng/gov"
	"zhunsheng/internal/app"
)

// moment is one act on the way.
type moment struct {
	at       gov.Instant // when it is entered
	occurred gov.Instant // when it happened; equal to at unless recorded
	play     *played
	act      storyAct
	n        int
}

// played is one story as it is told of one case, with the cases that it opened.
type played struct {
	key   string // unique, for request keys
	n     int
	proc  string // of the own case
	title string
	story story
	cases map[string]caseOf  // by procedure or name; "" is the story's own
	days  map[string]gov.Day // on which acts were done
	laid  map[string]gov.Day // on which acts are to be done
	texts map[string]string  // numbers by name
}

// caseOf is one case of a story and the unit whose case it is.
type caseOf struct {
	id   gov.CaseID
	unit gov.UnitID
}

// plan spreads the cases over the year and lays every act on a working day, in the order
// in which they are entered.
func plan(books []*book, a *app.App, first gov.Day, end gov.Instant) ([]moment, error) {
	span := end.Day().Sub(first)
	var out []moment
	for i, b := range books {
		r := rand.New(rand.NewPCG(2025, 1124+uint64(i)))
		for n := range b.Cases {
			out = append(out, lay(r, a, newPlayed(b, i, n, b.title(n, end.Day()), b.pick(r, n)), first.AddDays(r.IntN(max(span-2, 1))))...)
		}
		for n, s := range b.Stories {
			if s.Begins+s.Stands == "" {
				continue
			}
			t, err := readTitle(s.Title)
			if err != nil {
				return nil, fmt.Errorf("demo: story %s: %w", s.Name, err)
			}
			if s.Stands != "" {
				out = append(out, standing(a, uint64(i<<16+n), func() *played { return newPlayed(b, i, b.Cases+n, t, s) }, end.Day().AddDays(-within(r, s.Stands)))...)
				continue
			}
			out = append(out, lay(r, a, newPlayed(b, i, b.Cases+n, t, s), end.Day().AddDays(-within(r, s.Begins)))...)
		}
	}
	slices.SortStableFunc(out, func(x, y moment) int { return int(min(max(x.at-y.at, -1), 1)) })
	return out, nil
}

// standing lays a story so that its last act is done on that day, or as soon before as working
// days allow.
func standing(a *app.App, seed uint64, fresh func() *played, last gov.Day) []moment {
	begin := last
	for {
		out := lay(rand.New(rand.NewPCG(2026, seed)), a, fresh(), begin)
		over := out[len(out)-1].at.Day().Sub(last)
		if over <= 0 {
			return out
		}
		begin = begin.AddDays(-over)
	}
}

func newPlayed(b *book, i, n int, t title, s story) *played {
	return &played{key: fmt.Sprintf("demo-%d-%d", i, n), n: n, proc: b.Procedure, title: t.text, story: s,
		cases: map[string]caseOf{"": {unit: t.unit}}, days: map[string]gov.Day{}, laid: map[string]gov.Day{}, texts: map[string]string{}}
}

// lay puts the acts of one story on their days. An act is never entered before those of its
// story that come first.
func lay(r *rand.Rand, a *app.App, p *played, day gov.Day) []moment {
	var out []moment
	at := hour(r, workday(a, day))
	var latest gov.Instant
	for i, act := range p.story.Acts {
		days := within(r, act.Wait)
		if i > 0 || days > 0 {
			at = later(r, a, at, days)
		}
		m := moment{at: at, occurred: at, play: p, act: act, n: i}
		if act.Record != "" {
			m.at = later(r, a, at, within(r, act.Entered))
		}
		if m.at <= latest {
			m.at = latest.Add(time.Minute)
		}
		latest = m.at
		if _, ok := p.laid[act.Step]; !ok {
			p.laid[act.Step] = at.Day()
		}
		out = append(out, m)
	}
	return out
}

func later(r *rand.Rand, a *app.App, at gov.Instant, days int) gov.Instant {
	if days == 0 {
		return at.Add(time.Duration(5+r.IntN(40)) * time.Minute)
	}
	return hour(r, workday(a, at.Day().AddDays(days)))
}

func workday(a *app.App, d gov.Day) gov.Day {
	for {
		if working, _ := a.Book.Calendar().IsWorkingDay(d); working {
			return d
		}
		d = d.AddDays(1)
	}
}

func hour(r *rand.Rand, d gov.Day) gov.Instant {
	return d.Start().Add(8*time.Hour + 30*time.Minute + time.Duration(r.IntN(8*3600))*time.Second)
}
