package govtest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/procedure"
	"zhunsheng/register"
	"zhunsheng/sqldb"
)

// Wanderer does what comes into its head: it opens cases, takes their next step or another
// one, lets days pass, records what happened earlier, sends requests twice, tries what it
// may not, and changes registers. The same source of chance gives the same course.
type Wanderer struct {
	*County
	R     *rand.Rand
	cases []*walked
	n     int
	sent  []docket.ActRequest // under a key
	by    []*identity.Principal
	Tally map[string]int // what came of the acts
}

type walked struct {
	id   gov.CaseID
	unit gov.UnitID
	next int // in Straight
}

// Wander makes a wanderer.
func Wander(c *County, seed uint64) *Wanderer {
	return &Wanderer{County: c, R: rand.New(rand.NewPCG(seed, 1)), Tally: map[string]int{}}
}

// Go takes some turns. Refusals and conflicts are what wandering brings; an error of any
// other kind fails the test.
func (w *Wanderer) Go(turns int) {
	w.T.Helper()
	for range turns {
		var what string
		var err error
		switch x := w.R.IntN(100); {
		case x < 12 || len(w.cases) == 0:
			what, err = "open", w.open()
		case x < 62:
			what, err = "next", w.next()
		case x < 72:
			what, err = "any", w.any(nil)
		case x < 80:
			what, err = "record", w.any(&procedure.Recording{Reason: "当时未录入", Source: "卷宗"})
		case x < 84:
			what, err = "again", w.again()
		case x < 92:
			w.Clock.Set(w.Clock.Now().Add(time.Duration(1+w.R.IntN(200)) * time.Hour))
			what = "days"
			if w.R.IntN(2) == 0 {
				what = "expire"
				_, _, err = w.Docket.ExpireDue(context.Background())
			}
		default:
			what, err = "register", w.change()
		}
		switch gov.KindOf(err) {
		case gov.Refused, gov.Conflict, gov.Invalid, gov.Forbidden, gov.NotFound:
			what += " refused"
		default:
			if err != nil {
				w.T.Fatalf("%s: %v", what, err)
			}
		}
		w.Tally[what]++
		w.Clock.Set(w.Clock.Now().Add(time.Duration(w.R.IntN(90)) * time.Minute))
	}
}

func (w *Wanderer) open() error {
	w.n++
	unit := gov.UnitID([]string{"qy-a", "qy-b"}[w.R.IntN(2)])
	done, err := w.Docket.Open(context.Background(), w.As("drafter", unit), docket.OpenRequest{Procedure: Department,
		Title: fmt.Sprintf("第%d号草案", w.n), Unit: unit, Key: fmt.Sprintf("open-%d", w.n)})
	if err == nil {
		w.cases = append(w.cases, &walked{id: done.Case, unit: unit})
	}
	return err
}

// next takes the step that comes next on the straight way, sometimes with another outcome.
func (w *Wanderer) next() error {
	k := w.cases[w.R.IntN(len(w.cases))]
	s := Straight[k.next%len(Straight)]
	if alternatives := outcomes[s.Step]; len(alternatives) > 0 && w.R.IntN(6) == 0 {
		s.Outcome = alternatives[w.R.IntN(len(alternatives))]
	}
	err := w.take(k, s, nil)
	switch {
	case err != nil:
		if w.R.IntN(4) == 0 {
			k.next = w.R.IntN(len(Straight)) // somebody looks where the case really stands
		}
	case s.Outcome == "returned":
		k.next = 0
	default:
		k.next++
	}
	return err
}

var outcomes = map[procedure.StepID][]string{
	"legality-review":    {"returned", "rejected"},
	"deliberation":       {"returned", "rejected"},
	"publication-review": {"closed"},
}

// any takes any step of any case by anybody.
func (w *Wanderer) any(rec *procedure.Recording) error {
	k := w.cases[w.R.IntN(len(w.cases))]
	s := Straight[w.R.IntN(len(Straight))]
	if w.R.IntN(8) == 0 {
		s = Step{Post: "drafter", Step: "withdrawal", Outcome: "done", Fields: map[procedure.FieldID]string{"withdrawal-reason": "不再需要"}}
	}
	if w.R.IntN(3) == 0 {
		s.Post = Straight[w.R.IntN(len(Straight))].Post
	}
	if rec != nil && w.R.IntN(2) == 0 {
		s.Post = "supervisor"
	}
	return w.take(k, s, rec)
}

func (w *Wanderer) take(k *walked, s Step, rec *procedure.Recording) error {
	w.n++
	today := w.Clock.Now().Day()
	fields := map[procedure.FieldID]string{}
	for f, v := range s.Fields {
		switch {
		case f == "effective-day":
			v = today.AddDays(30).String()
		case strings.HasSuffix(string(f), "-day"):
			v = today.String()
		}
		fields[f] = v
	}
	if s.Step == "legality-review" {
		fields["early-reason"] = "应对突发事件"
	}
	who := w.As(s.Post, k.unit)
	req := docket.ActRequest{Case: k.id, Step: s.Step, Outcome: s.Outcome, Fields: fields, Papers: w.Papers(who.Actor.Person, s.Papers...),
		Recording: rec, Key: fmt.Sprintf("act-%d", w.n)}
	if rec != nil {
		req.Occurred = w.Clock.Now().Add(-time.Duration(w.R.IntN(500)) * time.Hour)
		if s.Step == "numbering" {
			req.Fields["recorded-number"] = fmt.Sprintf("清规〔2026〕外%d号", w.n)
		}
	}
	w.sent, w.by = append(w.sent, req), append(w.by, who)
	_, err := w.Docket.Act(context.Background(), who, req)
	return err
}

// again sends an earlier request once more, whatever came of it.
func (w *Wanderer) again() error {
	if len(w.sent) == 0 {
		return nil
	}
	i := w.R.IntN(len(w.sent))
	_, err := w.Docket.Act(context.Background(), w.by[i], w.sent[i])
	return err
}

// change sets or ends an entry of the people register, whose names are personal.
func (w *Wanderer) change() error {
	w.n++
	key := fmt.Sprintf("wanderer-%d", w.R.IntN(4))
	from := w.Clock.Now().Day().AddDays(w.R.IntN(40) - 5)
	var seen string
	err := w.DB.Read(context.Background(), func(tx *sqldb.Tx) error {
		e, err := w.Registers.Get(tx, register.People, key, from)
		if err == nil {
			seen = e.Tag()
		}
		return nil
	})
	if err != nil {
		return err
	}
	if seen != "" && w.R.IntN(3) == 0 {
		_, err = w.Registers.End(context.Background(), w.As("sysadmin", ""), register.Ending{Register: register.People, Key: key,
			On: from, Seen: seen, Reason: "调离", Request: fmt.Sprintf("end-%d", w.n)})
		return err
	}
	span := identity.Span{From: from}
	if w.R.IntN(3) == 0 {
		span.To = from.AddDays(1 + w.R.IntN(60))
	}
	_, err = w.Registers.Set(context.Background(), w.As("sysadmin", ""), register.Change{Register: register.People, Key: key, Span: span,
		Data: map[string]string{"name": fmt.Sprintf("王%d", w.n), "unit": "qy-a"}, Seen: seen, Reason: "变动",
		Request: fmt.Sprintf("set-%d", w.n)})
	return err
}
