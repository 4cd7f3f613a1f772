package chance

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"

	"zhunsheng/gov"
	"zhunsheng/procedure"
)

// deed is one thing that a walk means to do on a day.
type deed struct {
	day     gov.Day
	opening bool
	act     procedure.Act // Step, Outcome, Fields, Papers
	person  gov.PersonID
	post    gov.Post // "" is the post of the step's role
}

// walk is one disturbed scenario.
type walk struct {
	n     int
	def   *procedure.Definition
	deeds []deed
	id    gov.CaseID
	over  bool
	tally map[int]int // answers by status
	fault string
}

// plan turns a scenario into a walk and disturbs it changes times.
func plan(r *rand.Rand, n int, def *procedure.Definition, sc *procedure.Scenario, changes int) *walk {
	w := &walk{n: n, def: def, tally: map[int]int{}}
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
		if len(w.deeds) == 0 {
			w.deeds = append(w.deeds, deed{day: l.Day, opening: true, person: hands[l.Actor],
				act: procedure.Act{Fields: def.StartOf(sc, l)}})
		}
		if isAct {
			w.deeds = append(w.deeds, deed{day: l.Day, act: act, person: hands[l.Actor]})
		}
	}
	for range changes {
		if len(w.deeds) > 0 {
			w.disturb(r)
		}
	}
	slices.SortStableFunc(w.deeds, func(a, b deed) int { return a.day.Compare(b.day) })
	return w
}

// disturb changes one thing. The opening stays the first.
func (w *walk) disturb(r *rand.Rand) {
	i := r.IntN(len(w.deeds))
	d := &w.deeds[i]
	switch r.IntN(10) {
	case 0: // left out
		if i > 0 {
			w.deeds = slices.Delete(w.deeds, i, i+1)
		}
	case 1: // swapped with the next
		if i > 0 && i+1 < len(w.deeds) {
			n := &w.deeds[i+1]
			d.act, n.act = n.act, d.act
		}
	case 2: // done again, later
		if i > 0 {
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

// do tries one deed. Refusals are what disturbance brings; anything that is neither done
// nor refused is a fault.
func (w *world) do(k *walk, i int) {
	d := k.deeds[i]
	if k.over || k.fault != "" || k.id == "" && !d.opening {
		return
	}
	role := k.def.RoleOf(d.act.Step, d.act.Outcome)
	path := "/api/v1/cases"
	body := apiAct{Key: fmt.Sprintf("%d-%d", k.n, i), Fields: d.act.Fields}
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
	}
	as, ok := w.seat(k.def, role, d.person)
	if !ok {
		return
	}
	status, done, text, err := w.post(path, as, body)
	switch {
	case err != nil:
		k.fault = err.Error()
	case status >= 500 || status == http.StatusUnauthorized || status == http.StatusBadRequest:
		k.fault = fmt.Sprintf("%s: %d %s", path, status, text)
	case d.opening && status < 300:
		k.id = done.Case
	}
	k.tally[status]++
}

func nameOf(p procedure.PaperSpec) string {
	kind := "pdf"
	if len(p.Kinds) > 0 {
		kind = p.Kinds[0]
	}
	return "文本." + kind
}
