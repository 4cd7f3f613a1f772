package demo

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/internal/app"
	"zhunsheng/procedure"
	"zhunsheng/sqldb"
)

//go:embed year.yaml
var yearText []byte

//go:embed titles.txt
var titlesText []byte

// year is year.yaml: which stories the cases of the year follow. Step, field and paper
// ids are those of the procedure; only that file knows them.
type year struct {
	Procedure string  `yaml:"procedure"`
	Cases     int     `yaml:"cases"`
	Stories   []story `yaml:"stories"`
	titles    []title
}

type title struct {
	unit gov.UnitID
	text string
}

// story is a course of acts; cases take it in proportion to weight.
type story struct {
	Name   string            `yaml:"name"`
	Weight int               `yaml:"weight"`
	Fields map[string]string `yaml:"fields"` // of the opening
	// Late opens and acts in the system only after all was done outside (补录).
	Acts []storyAct `yaml:"acts"`
}

type storyAct struct {
	Post    gov.Post          `yaml:"post"`
	Step    string            `yaml:"step"`
	Outcome string            `yaml:"outcome"`
	Wait    string            `yaml:"wait"` // days since the act before: "3" or "2-5"
	Fields  map[string]string `yaml:"fields"`
	Papers  map[string]string `yaml:"papers"` // paper id to what it is called
	// Record makes the act a recording; its value is the reason. Wait then places the day on
	// which it really happened, and it is entered with the first act of the story that
	// is performed, or at the end.
	Record string `yaml:"record"`
	Source string `yaml:"source"`
	// Entered is how many days after it happened a recorded fact was entered.
	Entered string `yaml:"entered"`
}

func readYear() (*year, error) {
	var y year
	dec := yaml.NewDecoder(bytes.NewReader(yearText))
	dec.KnownFields(true)
	if err := dec.Decode(&y); err != nil {
		return nil, fmt.Errorf("demo: year.yaml: %w", err)
	}
	for _, line := range strings.Split(strings.TrimSpace(string(titlesText)), "\n") {
		u, t, ok := strings.Cut(line, " ")
		if !ok {
			return nil, fmt.Errorf("demo: titles.txt: %q", line)
		}
		y.titles = append(y.titles, title{gov.UnitID(u), t})
	}
	return &y, nil
}

// moment is one act on the way, in the order of the day it is entered.
type moment struct {
	at       gov.Instant // when it is entered
	occurred gov.Instant // when it happened; equal to at unless recorded
	play     *played
	act      storyAct
	n        int
}

// played is one case of the year.
type played struct {
	n     int
	unit  gov.UnitID
	title string
	story story
	start gov.Instant
	id    gov.CaseID
	dead  bool
}

// play drives the engine through the year and returns how many cases were opened.
func (y *year) play(ctx context.Context, a *app.App, c county, clock *travelling, end gov.Instant) (int, error) {
	r := rand.New(rand.NewPCG(2025, 1124))
	moments := y.plan(r, a, clock.Now().Day(), end)
	stage := &stage{a: a, c: c, clock: clock, y: y, r: r}
	if err := stage.store(ctx, moments); err != nil {
		return 0, err
	}
	day := clock.Now().Day()
	for _, m := range moments {
		if m.at > end {
			continue
		}
		for day.Before(m.at.Day()) {
			day = day.AddDays(1)
			clock.set(day.Start().Add(time.Minute))
			if _, _, err := a.Docket.ExpireDue(ctx); err != nil {
				return stage.opened, err
			}
		}
		clock.set(m.at)
		if err := stage.act(ctx, m); err != nil {
			return stage.opened, fmt.Errorf("demo: %s “%s” on %s: %w", m.play.story.Name, m.act.Step, m.at, err)
		}
	}
	clock.set(end)
	_, _, err := a.Docket.ExpireDue(ctx)
	return stage.opened, err
}

// plan spreads the cases over the year and lays every act on a working day.
func (y *year) plan(r *rand.Rand, a *app.App, first gov.Day, end gov.Instant) []moment {
	span := end.Day().Sub(first)
	var out []moment
	for n := range y.Cases {
		t := y.titles[n%len(y.titles)]
		text := t.text
		switch n / len(y.titles) {
		case 1:
			text += "（修订）"
		case 2:
			text = strings.Replace(text, "清源县", "清源县"+strconv.Itoa(end.Day().Year())+"年度", 1)
		case 3:
			text += "（试行）"
		}
		p := &played{n: n, unit: t.unit, title: text, story: y.pick(r, n)}
		day := workday(a, first.AddDays(r.IntN(max(span-2, 1))))
		p.start = hour(r, day)
		at := p.start
		for i, act := range p.story.Acts {
			days := within(r, act.Wait)
			occurred := at
			if i > 0 || days > 0 {
				occurred = later(r, a, at, days)
			}
			m := moment{at: occurred, occurred: occurred, play: p, act: act, n: i}
			if act.Record != "" {
				m.at = later(r, a, occurred, within(r, act.Entered))
			}
			at = occurred
			out = append(out, m)
		}
	}
	// An act is never entered before the acts of its story that come first.
	latest := map[*played]gov.Instant{}
	for i := range out {
		m := &out[i]
		if m.at <= latest[m.play] {
			m.at = latest[m.play].Add(time.Minute)
		}
		latest[m.play] = m.at
	}
	slices.SortStableFunc(out, func(x, y moment) int { return int(min(max(x.at-y.at, -1), 1)) })
	return out
}

func (y *year) pick(r *rand.Rand, n int) story {
	total := 0
	for _, s := range y.Stories {
		total += s.Weight
	}
	k := r.IntN(total)
	if n < len(y.Stories) {
		return y.Stories[n] // every story is told at least once
	}
	for _, s := range y.Stories {
		if k -= s.Weight; k < 0 {
			return s
		}
	}
	return y.Stories[0]
}

// within reads "3" or "2-5" and draws from it.
func within(r *rand.Rand, s string) int {
	lo, hi, ok := strings.Cut(s, "-")
	a, _ := strconv.Atoi(lo)
	if !ok {
		return a
	}
	b, _ := strconv.Atoi(hi)
	return a + r.IntN(b-a+1)
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

// stage performs the moments.
type stage struct {
	a      *app.App
	c      county
	clock  *travelling
	y      *year
	r      *rand.Rand
	stored map[string]procedure.Paper
	opened int
}

func (s *stage) act(ctx context.Context, m moment) error {
	p := m.play
	if p.dead {
		return nil
	}
	who, err := s.principal(ctx, m.act.Post, p.unit)
	if err != nil {
		return err
	}
	var rec *procedure.Recording
	if m.act.Record != "" {
		rec = &procedure.Recording{Reason: m.act.Record, Source: m.act.Source}
	}
	if p.id == "" {
		open := docket.OpenRequest{Procedure: s.y.Procedure, Title: p.title, Unit: p.unit, Recording: rec,
			Occurred: m.occurred, Fields: fieldIDs(p.story.Fields, p, m.occurred.Day()), Key: fmt.Sprintf("demo-%d", p.n)}
		if rec == nil {
			open.Occurred = 0
		}
		done, err := s.a.Docket.Open(ctx, who, open)
		if err != nil {
			return err
		}
		p.id, s.opened = done.Case, s.opened+1
	}
	if m.act.Step == "" {
		return nil
	}
	req := docket.ActRequest{Case: p.id, Step: procedure.StepID(m.act.Step), Outcome: m.act.Outcome, Recording: rec,
		Fields: fieldIDs(m.act.Fields, p, m.occurred.Day()), Papers: s.papers(m), Key: fmt.Sprintf("demo-%d-%d", p.n, m.n)}
	if rec != nil {
		req.Occurred = m.occurred
	}
	_, err = s.a.Docket.Act(ctx, who, req)
	return err
}

func (s *stage) principal(ctx context.Context, post gov.Post, unit gov.UnitID) (*identity.Principal, error) {
	actor, ok := s.c.holder(post, unit)
	if !ok {
		return nil, fmt.Errorf("demo: nobody holds %s for %s", post, unit)
	}
	var who *identity.Principal
	err := s.a.DB.Read(ctx, func(tx *sqldb.Tx) error {
		dir, err := s.a.Registers.Directory(tx)
		if err != nil {
			return err
		}
		who, err = dir.Principal(actor, s.clock.Now().Day())
		return err
	})
	return who, err
}

// holder finds who holds a post for a unit: in the unit itself, else in the office whose
// scope covers the county.
func (c county) holder(post gov.Post, unit gov.UnitID) (gov.Actor, bool) {
	var found gov.Actor
	for _, p := range c.people {
		for _, s := range p.seats {
			if s.post != post {
				continue
			}
			if s.unit == unit {
				return gov.Actor{Person: p.id, Post: post, Unit: unit}, true
			}
			if s.scope != s.unit && found.Person == "" {
				found = gov.Actor{Person: p.id, Post: post, Unit: s.unit}
			}
		}
	}
	return found, found.Person != ""
}

// fieldIDs fills {day}, {day+30}, {title} and {n} in the values of a story.
func fieldIDs(in map[string]string, p *played, day gov.Day) map[procedure.FieldID]string {
	out := map[procedure.FieldID]string{}
	for k, v := range in {
		v = strings.NewReplacer("{title}", p.title, "{n}", strconv.Itoa(p.n+1), "{day}", day.String()).Replace(v)
		if rest, ok := strings.CutPrefix(v, "{day+"); ok {
			n, _ := strconv.Atoi(strings.TrimSuffix(rest, "}"))
			v = day.AddDays(n).String()
		}
		out[procedure.FieldID(k)] = v
	}
	return out
}
