package demo

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/internal/app"
	"zhunsheng/procedure"
	"zhunsheng/sqldb"
)

// stage performs the moments.
type stage struct {
	a      *app.App
	c      county
	clock  *travelling
	stored map[string]procedure.Paper
	opened int
}

// play drives the engine through the year and returns how many cases were opened.
func play(ctx context.Context, books []*book, a *app.App, c county, clock *travelling, end gov.Instant) (int, error) {
	moments, err := plan(books, a, clock.Now().Day(), end)
	if err != nil {
		return 0, err
	}
	s := &stage{a: a, c: c, clock: clock}
	if err := s.store(ctx, moments); err != nil {
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
				return s.opened, err
			}
		}
		clock.set(m.at)
		if err := s.take(ctx, m); err != nil {
			return s.opened, fmt.Errorf("demo: “%s” of %s, %s %s%s on %s: %w", m.play.title, m.play.story.Name, m.act.On, m.act.Step, m.act.Submit, m.at, err)
		}
	}
	clock.set(end)
	_, _, err = a.Docket.ExpireDue(ctx)
	return s.opened, err
}

// take performs one moment; the first of a story also opens its case.
func (s *stage) take(ctx context.Context, m moment) error {
	p := m.play
	if m.act.Submit != "" {
		return s.submit(ctx, m)
	}
	on, ok := p.cases[m.act.On]
	if !ok {
		return fmt.Errorf("the story has opened no case %q", m.act.On)
	}
	by, err := s.c.holder(m.act.Post, on.unit)
	if err != nil {
		return err
	}
	who, err := s.principal(ctx, by)
	if err != nil {
		return err
	}
	var rec *procedure.Recording
	var occurred gov.Instant
	if m.act.Record != "" {
		rec, occurred = &procedure.Recording{Reason: m.act.Record, Source: m.act.Source}, m.occurred
	}
	if on.id == "" {
		done, err := s.a.Docket.Open(ctx, who, docket.OpenRequest{Procedure: p.proc, Title: p.title, Unit: on.unit, Recording: rec,
			Occurred: occurred, Fields: s.fill(p.story.Fields, m), Key: p.key})
		if err != nil {
			return err
		}
		on.id = done.Case
		p.cases[""] = on
		s.opened++
	}
	if m.act.Step == "" {
		return nil
	}
	papers, err := s.papers(ctx, m, by)
	if err != nil {
		return err
	}
	done, err := s.a.Docket.Act(ctx, who, docket.ActRequest{Case: on.id, Step: procedure.StepID(m.act.Step), Outcome: m.act.Outcome,
		Recording: rec, Occurred: occurred, Fields: s.fill(m.act.Fields, m), Papers: papers, Key: fmt.Sprintf("%s-%d", p.key, m.n)})
	if err != nil {
		return err
	}
	p.days[m.act.Step] = m.occurred.Day()
	for _, n := range done.Effects.Numbers {
		p.texts[n.Name] = n.Text
	}
	for i, o := range done.Effects.Opens {
		p.cases[o.Procedure] = caseOf{done.Opened[i], o.Unit}
		s.opened++
	}
	return nil
}

// submit hands in what the public hands in.
func (s *stage) submit(ctx context.Context, m moment) error {
	p := m.play
	about := p.cases[m.act.On]
	got, err := s.a.Docket.Submit(ctx, docket.Intake{Procedure: m.act.Submit, Parent: about.id,
		Fields: s.fill(m.act.Fields, m), Key: fmt.Sprintf("%s-%d", p.key, m.n)})
	if err != nil {
		return err
	}
	p.cases[m.act.As] = caseOf{got.Case, about.unit}
	s.opened++
	return nil
}

func (s *stage) principal(ctx context.Context, actor gov.Actor) (who *identity.Principal, err error) {
	err = s.a.DB.Read(ctx, func(tx *sqldb.Tx) error {
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
// scope covers the county. "leader/2" is the second who holds it, "disclosure/qy-zfb" who
// holds it in another unit.
func (c county) holder(of string, unit gov.UnitID) (gov.Actor, error) {
	name, which, _ := strings.Cut(of, "/")
	n, err := strconv.Atoi(which)
	if err != nil {
		n = 1
		if which != "" {
			unit = gov.UnitID(which)
		}
	}
	post := gov.Post(name)
	var own, office []gov.Actor
	for _, p := range c.people {
		for _, s := range p.seats {
			switch {
			case s.post != post:
			case s.unit == unit:
				own = append(own, gov.Actor{Person: p.id, Post: post, Unit: unit})
			case s.scope != s.unit || s.unit == c.units[0].id:
				office = append(office, gov.Actor{Person: p.id, Post: post, Unit: s.unit})
			}
		}
	}
	if len(own) == 0 {
		own = office
	}
	if n < 1 || len(own) < n {
		return gov.Actor{}, fmt.Errorf("demo: nobody holds %s for %s", of, unit)
	}
	return own[n-1], nil
}

var placeholder = regexp.MustCompile(`\{(day|on|at|number|case)(?::([^{}]+?))?([+-]\d+)?\}`)

// fill puts the values of a story in place of what stands in braces.
func (s *stage) fill(in map[string]string, m moment) map[procedure.FieldID]string {
	p := m.play
	out := map[procedure.FieldID]string{}
	words := strings.NewReplacer("{title}", p.title, "{n}", strconv.Itoa(p.n+1), "{unit}", s.c.unitName(p.cases[""].unit))
	for k, v := range in {
		v = placeholder.ReplaceAllStringFunc(words.Replace(v), func(x string) string {
			at := placeholder.FindStringSubmatch(x)
			name, day := at[2], m.occurred.Day()
			switch at[1] {
			case "on":
				day = p.days[name]
			case "at":
				day = p.laid[name]
			case "number":
				return p.texts[name]
			case "case":
				return string(p.cases[name].id)
			}
			n, _ := strconv.Atoi(at[3])
			return day.AddDays(n).String()
		})
		out[procedure.FieldID(k)] = v
	}
	return out
}
