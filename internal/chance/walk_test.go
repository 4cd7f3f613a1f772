package chance

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/procedure"
)

// deed is one thing that a walk means to do on a day.
type deed struct {
	day     gov.Day
	opening bool
	act     procedure.Act // Step, Outcome, Fields, Papers
	person  gov.PersonID
	sc      *procedure.Scenario // that it is taken from, nil for none
	line    int
	// submit is a procedure of which the public hands in a case about this one.
	submit string
}

// patience is after how many refusals in a row people give up.
const patience = 4

// walk is one disturbed scenario.
type walk struct {
	n       int
	def     *procedure.Definition
	deeds   []deed
	id      gov.CaseID
	sc      *procedure.Scenario
	refused int         // in a row
	tally   map[int]int // answers by status
	said    []string    // the refusals, for the log
	fault   string
	// from is how many deeds of the scenario the stem has done already; they are not in deeds.
	from int
	stem *stem
	// heedless is a gate whose open cases nobody ends.
	heedless procedure.RuleID
	// stood is the version of the case after each deed, 0 where it was not told.
	stood []int64
}

// script is what a scenario does: its openings and acts, by people of this world.
func (w *world) script(def *procedure.Definition, sc *procedure.Scenario) []deed {
	if list, ok := w.scripts[sc]; ok {
		return list
	}
	var out []deed
	hands := map[string]gov.PersonID{} // who plays the actors of the scenario
	for i := range sc.Lines {
		l := &sc.Lines[i]
		act, isAct := def.ActOf(sc, l)
		if !isAct && !l.Opening {
			continue
		}
		if hands[l.Actor] == "" {
			hands[l.Actor] = people[len(hands)%len(people)]
		}
		if len(out) == 0 {
			start := procedure.Act{Fields: def.StartOf(sc, l)}
			years(def, start.Fields, l.Day)
			out = append(out, deed{day: l.Day, opening: true, person: hands[l.Actor], act: start, sc: sc, line: i})
		}
		if isAct {
			years(def, act.Fields, l.Day)
			out = append(out, deed{day: l.Day, act: act, person: hands[l.Actor], sc: sc, line: i})
		}
	}
	slices.SortStableFunc(out, onDays)
	w.scripts[sc] = out
	return out
}

// plan makes a walk of a scenario: the world's own play of it up to some deed, and what
// comes after that disturbed so many times.
func (w *world) plan(r *rand.Rand, n int, def *procedure.Definition, sc *procedure.Scenario, changes int) *walk {
	list := w.script(def, sc)
	from := 0
	if s := w.stems[sc]; s != nil && len(list) > 1 {
		from = r.IntN(min(s.copyable()+1, len(list)))
	}
	k := w.course(n, def, base{sc: sc, deeds: list, same: from})
	k.disturb(r, changes)
	return k
}

func onDays(a, b deed) int { return a.day.Compare(b.day) }

// years makes the example of a year one that registers take.
func years(def *procedure.Definition, fields map[procedure.FieldID]string, day gov.Day) {
	for id, v := range fields {
		if f, _ := def.Field(id); f.Type == procedure.NumberField && v == "1" && strings.Contains(string(id), "year") {
			fields[id] = day.String()[:4]
		}
	}
}

// disturb changes so many things.
func (w *walk) disturb(r *rand.Rand, changes int) {
	for range changes {
		if len(w.deeds) > 0 {
			w.change(r)
		}
	}
	slices.SortStableFunc(w.deeds, onDays)
}

// change changes one thing. The opening stays the first.
func (w *walk) change(r *rand.Rand) {
	i := r.IntN(len(w.deeds))
	d := &w.deeds[i]
	switch r.IntN(11) {
	case 10: // somebody outside hands something in
		if kinds := w.def.Children(); len(kinds) > 0 {
			w.deeds = slices.Insert(w.deeds, i+1, deed{day: d.day, submit: kinds[r.IntN(len(kinds))].Procedure})
		}
	case 0: // left out
		if !d.opening {
			w.deeds = slices.Delete(w.deeds, i, i+1)
		}
	case 1: // swapped with the next
		if !d.opening && i+1 < len(w.deeds) {
			n := &w.deeds[i+1]
			d.act, n.act = n.act, d.act
		}
	case 2: // done again, later
		if !d.opening {
			again := *d
			again.day = again.day.AddDays(r.IntN(30))
			w.deeds = append(w.deeds, again)
		}
	case 3:
		d.person = people[r.IntN(len(people))]
	case 4: // another outcome
		if s, ok := w.def.Step(d.act.Step); ok {
			d.act.Outcome = s.Outcomes[r.IntN(len(s.Outcomes))].ID
		}
	case 5, 6:
		d.act.Fields = w.value(r, d)
	case 7: // a paper less, or more
		if s, ok := w.def.Step(d.act.Step); ok && len(s.Papers) > 0 {
			p := s.Papers[r.IntN(len(s.Papers))]
			papers := map[procedure.PaperID][]procedure.Paper{}
			for k, v := range d.act.Papers {
				papers[k] = v
			}
			if _, has := papers[p.ID]; has {
				delete(papers, p.ID)
			} else {
				papers[p.ID] = []procedure.Paper{{Name: p.Label}}
			}
			d.act.Papers = papers
		}
	case 8: // any other step in between
		steps := w.def.Steps()
		s := steps[r.IntN(len(steps))]
		l := &procedure.ScenarioLine{Actor: "x", Step: string(s.ID), Outcome: s.Outcomes[r.IntN(len(s.Outcomes))].ID, Day: d.day}
		if act, ok := w.def.ActOf(&procedure.Scenario{}, l); ok {
			w.deeds = slices.Insert(w.deeds, i+1, deed{day: d.day, act: act, person: people[r.IntN(len(people))]})
		}
	default: // days pass
		by := r.IntN(60)
		for j := i; j < len(w.deeds); j++ {
			w.deeds[j].day = w.deeds[j].day.AddDays(by)
		}
	}
}

// value gives one field of the form another value that a formula may tell apart.
func (w *walk) value(r *rand.Rand, d *deed) map[procedure.FieldID]string {
	fields := w.def.Opening().Fields
	if s, ok := w.def.Step(d.act.Step); ok {
		fields = s.Fields
	}
	if len(fields) == 0 {
		return d.act.Fields
	}
	out := map[procedure.FieldID]string{}
	for k, v := range d.act.Fields {
		out[k] = v
	}
	f := fields[r.IntN(len(fields))]
	var v string
	switch f.Type {
	case procedure.BoolField:
		v = []string{"true", "false"}[r.IntN(2)]
	case procedure.ChoiceField:
		v = f.Options[r.IntN(len(f.Options))].ID
	case procedure.DayField:
		v = d.day.AddDays([]int{-400, -1, 0, 1, 40}[r.IntN(5)]).String()
	case procedure.NumberField:
		v = []string{"0", "1", "7", "1000", "1000000"}[r.IntN(5)]
	case procedure.CaseField:
		delete(out, f.ID)
		return out
	default:
		v = "示例"
	}
	if out[f.ID] = v; !f.Required && r.IntN(3) == 0 {
		delete(out, f.ID)
	}
	return out
}

// tend ends the cases that the walk's case has opened and that a gate of the step waits for,
// as those who handle them do: by the step that ends them without a result. What they lead to
// is named, where it is named, as a case of the pool.
func (w *world) tend(k *walk, d deed, i int) {
	for _, g := range k.def.Gates() {
		if g.On != d.act.Step || g.ID == k.heedless || !strings.Contains(g.Require, "children.") || k.n > 0 && (k.n+i)%8 == 0 {
			continue
		}
		rows, err := w.Docket.Children(context.Background(), w.reader, k.id)
		if err != nil {
			k.fault = err.Error()
			return
		}
		for _, row := range rows {
			if row.Status == procedure.Open {
				w.end(k, row, d, i)
			}
		}
	}
}

func (w *world) end(k *walk, row docket.Row, d deed, i int) {
	def, err := w.Docket.Definitions.ByDigest(row.Definition)
	if err != nil {
		k.fault = err.Error()
		return
	}
	for _, s := range def.Steps() {
		for _, o := range s.Outcomes {
			if o.Close != procedure.Withdrawn {
				continue
			}
			act, ok := def.ActOf(&procedure.Scenario{}, &procedure.ScenarioLine{Actor: "x", Step: string(s.ID), Outcome: o.ID, Day: d.day})
			if !ok {
				continue
			}
			child := &walk{n: k.n, def: def, id: row.ID, tally: k.tally}
			w.act(child, deed{day: d.day, act: act, person: d.person}, fmt.Sprintf("%d-%d-%s", k.n, i, row.ID))
			if k.fault = child.fault; k.fault != "" || child.refused == 0 {
				return
			}
		}
	}
}

// do tries one deed. Refusals are what disturbance brings; anything that is neither done
// nor refused is a fault.
func (w *world) do(k *walk, i int) {
	d := k.deeds[i]
	if k.refused >= patience || k.fault != "" || k.id == "" && !d.opening {
		return
	}
	if d.submit != "" {
		w.submit(k, d, i)
		return
	}
	if !d.opening {
		w.tend(k, d, i)
	}
	done := w.act(k, d, fmt.Sprintf("%d-%d", k.n, i))
	if d.opening {
		k.id = done.Case
	}
	if k.n < 0 { // a stem
		for len(k.stood) < i {
			k.stood = append(k.stood, 0)
		}
		v := done.Version
		if v == 0 && i > 0 {
			v = k.stood[i-1]
		}
		k.stood = append(k.stood, v)
	}
}

// act sends one act, and tells what was done, if anything.
func (w *world) act(k *walk, d deed, key string) (done apiDone) {
	role := k.def.RoleOf(d.act.Step, d.act.Outcome)
	path := "/api/v1/cases"
	body := apiAct{Key: key, Fields: w.named(k, d)}
	if d.opening {
		for _, r := range k.def.Roles() {
			if r.ID == k.def.Opening().By {
				role = r
			}
		}
		body.Procedure, body.Title, body.Unit = k.def.ID(), "第"+body.Key+"号", own
	} else {
		path += "/" + string(k.id) + "/acts"
		body.Step, body.Outcome = d.act.Step, d.act.Outcome
		body.Papers = map[procedure.PaperID][]apiPaper{}
		for p := range d.act.Papers {
			spec, _ := k.def.Paper(p)
			body.Papers[p] = []apiPaper{{w.paper.Digest, nameOf(spec)}}
		}
		for _, t := range k.def.Templates() { // mostly brought along, now and then left for the program to make
			if t.Step == d.act.Step && (k.n+len(d.act.Fields))%8 != 0 {
				spec, _ := k.def.Paper(t.Paper)
				body.Papers[t.Paper] = []apiPaper{{w.paper.Digest, nameOf(spec)}}
			}
		}
	}
	as, ok := w.seat(k.def, role, d.person)
	if !ok {
		return done
	}
	status, done, text, err := w.post(path, as, body)
	if k.refused++; status < 300 {
		k.refused = 0
	}
	switch {
	case err != nil:
		k.fault = err.Error()
	case status >= 500 || status == http.StatusUnauthorized || status == http.StatusBadRequest:
		k.fault = fmt.Sprintf("%s: %d %s", path, status, text)
	}
	if k.tally[status]++; status >= 300 {
		k.said = append(k.said, fmt.Sprintf("%s %s: %d %.300s", d.day, d.act.Step, status, text))
	}
	return done
}

func nameOf(p procedure.PaperSpec) string {
	kind := "pdf"
	if len(p.Kinds) > 0 {
		kind = p.Kinds[0]
	}
	return "文本." + kind
}

// named puts real cases where the scenario names others: one of that procedure that stands
// as the scenario says of it.
func (w *world) named(k *walk, d deed) map[procedure.FieldID]string {
	out := d.act.Fields
	for f, v := range d.act.Fields {
		if d.sc == nil {
			continue
		}
		c, ok := d.sc.Cases[gov.CaseID(v)]
		if spec, _ := k.def.Field(f); !ok || spec.Type != procedure.CaseField {
			continue
		}
		out = maps.Clone(out)
		out[f] = string(w.standing(k.n, c.Procedure, !c.Closes.IsZero() && !d.day.Before(c.Closes), c.Facts))
	}
	return out
}

// submit hands in what the portal would: the example values of the procedure's own form.
func (w *world) submit(k *walk, d deed, i int) {
	def, err := w.Docket.Definitions.Current(d.submit)
	if err != nil {
		return
	}
	if _, public := def.Intake(); !public {
		return
	}
	fields := map[procedure.FieldID]string{}
	for f, v := range def.StartOf(k.sc, &procedure.ScenarioLine{Day: d.day, Opening: true}) {
		if spec, _ := def.Field(f); spec.Type != procedure.CaseField {
			fields[f] = v
		}
	}
	_, err = w.Docket.Submit(context.Background(), docket.Intake{Procedure: d.submit, Parent: k.id, Fields: fields, Key: fmt.Sprintf("s%d-%d", k.n, i)})
	k.tally[-1]++
	if err != nil {
		k.said = append(k.said, "submit: "+err.Error())
	}
}
