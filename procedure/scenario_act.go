package procedure

import "zhunsheng/gov"

// ActOf is the act that a line of a scenario says, as a form would hand it in: its step and
// outcome by id, required fields filled with examples and required papers with samples
// unless the line leaves them out. Case, actor and instants are the caller's. False for a
// line that is no act of a step: an opening, a correction, a day that only passes.
func (d *Definition) ActOf(sc *Scenario, l *ScenarioLine) (Act, bool) {
	p := &player{d: d, sc: sc}
	step := p.step(l.Step)
	if l.Actor == "" || l.Opening || l.Correct != "" || step == nil {
		return Act{}, false
	}
	return Act{Step: step.ID, Outcome: p.outcome(l, step), Fields: p.fields(l, step.Fields), Papers: p.papers(l, step)}, true
}

// StartOf fills in the opening form as a line of a scenario says it; any other line leaves
// it to the examples.
func (d *Definition) StartOf(sc *Scenario, l *ScenarioLine) map[FieldID]string {
	if !l.Opening {
		l = &ScenarioLine{Day: l.Day}
	}
	return (&player{d: d, sc: sc}).fields(l, d.src.Start.Fields)
}

// Roles lists who plays which part (角色), by id.
func (d *Definition) Roles() []Role {
	out := make([]Role, 0, len(d.roles))
	for _, id := range sortedKeys(d.roles) {
		out = append(out, *d.roles[id])
	}
	return out
}

// RoleOf is who takes a step with an outcome.
func (d *Definition) RoleOf(id StepID, outcome string) Role {
	step := d.steps[id]
	if step == nil {
		return Role{}
	}
	by := step.By
	if o := step.outcome(outcome); o != nil {
		by = o.role(step)
	}
	if r := d.roles[by]; r != nil {
		return *r
	}
	return Role{}
}

// SeatOf is a seat from which a role is played for a case of a unit: its first post, in the
// unit that the role names.
func (d *Definition) SeatOf(r Role, own gov.UnitID, env Env) gov.Actor {
	return d.cast(r.ID, "", own, env)
}
