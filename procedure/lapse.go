package procedure

import (
	"maps"
	"slices"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// A conditional step whose condition does not hold when its turn has come is not applicable
// (不适用): what waits for it may go on as if it were done, and nobody has to say so. Where
// an outcome waives the step, somebody does say so, with a reason, and the step waits for that.

// conditional reports a step that may turn out not applicable by itself. A step that waits
// for itself never does.
func (d *Definition) conditional(s *Step) bool {
	return s.when != nil && !slices.Contains(d.below[s.ID], s.ID) &&
		!slices.ContainsFunc(s.Outcomes, func(o Outcome) bool { return o.Waives })
}

// lapsed reports a conditional step that is not applicable: it was not done, all that comes
// before it has passed, and its condition does not hold.
func (d *Definition) lapsed(sc *scope, s *Step) bool {
	return d.lapsedOnce(sc, s, nil)
}

func (d *Definition) lapsedOnce(sc *scope, s *Step, known map[StepID]bool) bool {
	if _, done := sc.step(s.ID); done || !s.lapses || s.when.holds(sc) {
		return false
	}
	if known == nil {
		known = map[StepID]bool{}
	}
	return !slices.ContainsFunc(s.After, func(up StepID) bool { return !d.passedOnce(sc, up, known) })
}

// passed reports that a step is done, with an outcome that lets others follow, or waived, or
// not applicable.
func (d *Definition) passed(sc *scope, id StepID) bool { return d.passedOnce(sc, id, nil) }

// passedOnce asks for each step once, however many ways lead to it.
func (d *Definition) passedOnce(sc *scope, id StepID, known map[StepID]bool) bool {
	if answer, asked := known[id]; asked {
		return answer
	}
	step := d.steps[id]
	st, ok := sc.step(id)
	switch {
	case !ok:
		ok = step != nil && d.lapsedOnce(sc, step, known)
	case step != nil && st.Status == StepDone:
		o := step.outcome(st.Outcome)
		ok = o == nil || o.forward()
	}
	if known != nil {
		known[id] = ok
	}
	return ok
}

// arrows adds, for each step that waits for a conditional one, the gate that this is: a gate
// without a rule id, after those of the text, which says what the order of steps reads to
// whatever looks at gates (the exhaustive search, corrections, what was seen of other cases).
// The refusal is that of the order of steps. A step that a gate of the text asks for is that
// gate's.
func (d *Definition) arrows() {
	for i := range d.src.Steps {
		d.src.Steps[i].lapses = d.conditional(&d.src.Steps[i])
	}
	for i := range d.src.Steps {
		step := &d.src.Steps[i]
		named := d.named(step.ID)
		for _, id := range step.After {
			up := d.steps[id]
			if up == nil || !up.lapses || slices.Contains(named, id) {
				continue
			}
			f := &formula{program: arrow{d: d, up: id}, uses: map[string]bool{}, facts: map[string][]string{}}
			d.readsOf(f, up, map[StepID]bool{})
			d.src.Gates = append(d.src.Gates, Gate{On: step.ID, implied: true, after: id, require: f, Missing: []Lacking{{Text: up.Name, Step: id}}})
		}
	}
}

// named lists the steps that the gates of the text on a step ask for.
func (d *Definition) named(on StepID) []StepID {
	var out []StepID
	for _, g := range d.Gates() {
		for _, l := range g.Missing {
			if g.On == on && l.Step != "" {
				out = append(out, l.Step)
			}
		}
	}
	return out
}

// readsOf gathers what decides whether a step has passed.
func (d *Definition) readsOf(f *formula, s *Step, seen map[StepID]bool) {
	if s == nil || seen[s.ID] {
		return
	}
	seen[s.ID] = true
	f.uses["steps."+symbol(s.ID)+".done"] = true
	if !s.lapses {
		return
	}
	maps.Copy(f.uses, s.when.uses)
	for name, facts := range s.when.facts {
		f.facts[name] = append(slices.Clone(f.facts[name]), facts...)
	}
	f.spans = append(f.spans, s.when.spans...)
	for _, up := range s.After {
		d.readsOf(f, d.steps[up], seen)
	}
}

// arrow is the formula of such a gate; formulas are only ever evaluated by Eval.
type arrow struct {
	cel.Program
	d  *Definition
	up StepID
}

// Eval implements cel.Program.
func (a arrow) Eval(in any) (ref.Val, *cel.EvalDetails, error) {
	sc, ok := in.(*scope)
	return types.Bool(ok && a.d.passed(sc, a.up)), nil, nil
}

// conditions: when its turn comes, what decides whether a step is applicable is known.
func (c *checker) conditions() {
	for i := range c.d.src.Steps {
		s := &c.d.src.Steps[i]
		if !s.lapses {
			continue
		}
		for _, id := range sortedKeys(c.d.fields) {
			of := c.d.stepOf(id)
			if s.when.readsField("fields."+symbol(id)) && (of == s.ID || slices.Contains(c.d.below[s.ID], of)) {
				c.report(s.Rule, "字段“"+c.d.fields[id].Label+"”轮到本环节时还没有填写，不能决定本环节是否适用；由人决定的，写一个不适用（waives）的结果", "steps", i, "when")
			}
		}
	}
}
