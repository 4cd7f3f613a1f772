package chance

import (
	"fmt"
	"maps"
	"slices"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/ledger"
	"zhunsheng/procedure"
)

// pooled is a case that others may name, made by playing its own scenario undisturbed.
type pooled struct {
	id     gov.CaseID
	closed bool
	facts  []string
}

// fill makes the pool of every procedure that a case field of another may name, those that
// name none themselves first.
func (w *world) fill() error {
	wanted := map[string]bool{}
	for _, d := range w.Definitions.Released() {
		for _, sc := range d.Scenarios() {
			for _, c := range sc.Cases {
				wanted[c.Procedure] = true
			}
		}
	}
	var defs []*procedure.Definition
	for _, id := range slices.Sorted(maps.Keys(wanted)) {
		if def, err := w.Docket.Definitions.Current(id); err == nil { // or kept by another program
			defs = append(defs, def)
		}
	}
	for range 2 { // what names a case that names a case comes with the stems
		if err := w.grow(defs); err != nil {
			return err
		}
		for _, def := range defs {
			for _, sc := range def.Scenarios() {
				if s := w.stems[sc]; s != nil {
					last := s.states[len(s.states)-1]
					w.pool[def.ID()] = append(w.pool[def.ID()], pooled{s.walk.id, last.Status == procedure.Closed, def.TrueFacts(last)})
				}
			}
		}
	}
	return w.grow(w.open())
}

// standing finds a case that stands so, or one of the procedure, or none; the number chooses
// among several.
func (w *world) standing(n int, id string, closed bool, facts []string) gov.CaseID {
	list := w.pool[id]
	if len(list) == 0 {
		return ""
	}
	n = max(n, -n)
	for i := range list {
		c := list[(i+n)%len(list)]
		if c.closed == closed && !slices.ContainsFunc(facts, func(f string) bool { return !slices.Contains(c.facts, f) }) {
			return c.id
		}
	}
	return list[n%len(list)].id
}

// violated gives the first never line that holds after one of a case's events, with what had
// been done until then.
func (w *world) violated(k *walk) (rule procedure.RuleID, path []string, err error) {
	def := k.def
	if k.from > 0 {
		path = append(path, fmt.Sprintf("%s: the first %d acts", k.sc.Title, k.from))
	}
	err = w.each(k, func(s *procedure.State, env ledger.Envelope, p docket.Payload) bool {
		outcome := ""
		if p.Effects.State != nil {
			outcome = ":" + p.Effects.State.Outcome
		}
		path = append(path, env.Occurred.Day().String()+" "+def.StepName(p.Effects.Step)+outcome+" "+string(env.Actor.Person))
		if no := def.Violations(s); len(no) > 0 {
			rule = no[0]
		}
		return rule == ""
	})
	return rule, path, err
}
