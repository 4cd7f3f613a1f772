package procedure

import (
	"errors"
	"slices"

	"zhunsheng/gov"
	"zhunsheng/law"
)

// stopClocks ends the running clocks that this act stops, and drops those whose start a
// return has undone or whose case ends.
func (j *judging) stopClocks(step *Step, out *Outcome, undone []StepID) []ClockEffect {
	var effects []ClockEffect
	day := j.act.Occurred.Day()
	for i := range j.d.src.Clocks {
		c := &j.d.src.Clocks[i]
		st, ok := j.s.Clocks[c.ID]
		open := st.Status == ClockRunning || st.Status == ClockSuspended
		full := c.Kind == AtLeast && st.Status == ClockMet && !day.After(st.Due) // ended early, entered after its end
		if !ok || !open && !full && st.Status != ClockExpired {
			continue
		}
		switch {
		case hit(c.Stops, step.ID, out.ID):
			effects = append(effects, ClockEffect{Clock: c.ID, AfterExpiry: st.Status == ClockExpired, ClockState: c.stopped(st, day)})
		case open && (out.Close != "" || hit(c.Cancels, step.ID, out.ID) || c.startedBy(undone)):
			st.Status = ClockCancelled
			effects = append(effects, ClockEffect{Clock: c.ID, ClockState: st})
		}
	}
	return effects
}

// stopped is the state of a clock whose stopping act occurred on a day. A timely act that
// is recorded after the expiry was written still met its limit.
func (c *Clock) stopped(st ClockState, day gov.Day) ClockState {
	st.MetOn = day
	switch {
	case st.Status == ClockSuspended: // what stands still cannot be missed
		st.Status = ClockMet
	case c.Kind == AtLeast && !day.After(st.Due):
		st.Status = ClockCancelled // ended early, with its recorded reason or as a breach
	case c.Kind == AtLeast || !day.After(st.Due):
		st.Status = ClockMet
	default:
		st.Status = ClockLate
	}
	return st
}

func hit(ts []Trigger, step StepID, outcome string) bool {
	return slices.ContainsFunc(ts, func(t Trigger) bool {
		return !t.Opening && t.Step == step && (t.Outcome == "" || t.Outcome == outcome)
	})
}

func (c *Clock) startedBy(steps []StepID) bool {
	return slices.ContainsFunc(c.Starts, func(t Trigger) bool { return slices.Contains(steps, t.Step) })
}

// startClocks adds the clocks that an event starts. after is the case as the event leaves
// it. The parameter in force on the day of the event decides, whenever it is entered.
func (j *judging) startClocks(effects []ClockEffect, after *State, event Trigger) []ClockEffect {
	from := j.act.Occurred.Day()
	for i := range j.d.src.Clocks {
		c := &j.d.src.Clocks[i]
		starts := slices.ContainsFunc(c.Starts, func(t Trigger) bool {
			return t.Opening == event.Opening && t.Step == event.Step && (t.Outcome == "" || t.Outcome == event.Outcome)
		})
		if !starts || c.doneWith(j.s, after, event, j.d) || c.If != "" && !c.when.holds(j.leaves(after)) {
			continue
		}
		from, ok := c.countsFrom(from, after)
		if !ok {
			continue
		}
		due, ok, err := j.d.ends(c, from, nil, after, j.env)
		if err != nil {
			j.notComputed(c, err)
		}
		if err != nil || !ok {
			continue
		}
		st := ClockState{Status: ClockRunning, Round: 1, Rule: c.Rule, From: from,
			Nominal: due.Nominal, Due: due.Due, Provisional: due.Provisional, Derivation: due}
		earlier, had := after.Clocks[c.ID]
		if had {
			st = st.begun(earlier)
		}
		if day, done := c.alreadyStopped(after, from, event); done && !(had && c.Kind != Before && earlier.MetOn == day) {
			st = c.stopped(st, day)
		}
		effects = append(slices.DeleteFunc(effects, func(e ClockEffect) bool { return e.Clock == c.ID }),
			ClockEffect{Clock: c.ID, ClockState: st})
	}
	return effects
}

// countsFrom is the day counted from: that of the starting act, or that of a field. ok is
// false while the field is empty; the clock then does not run.
func (c *Clock) countsFrom(act gov.Day, s *State) (gov.Day, bool) {
	if c.CountsFrom == "" {
		return act, true
	}
	day, err := gov.ParseDay(s.Fields[c.CountsFrom])
	return day, err == nil
}

// alreadyStopped finds a stopping act that was recorded before the starting one. What stopped
// an earlier run does not stop the next.
func (c *Clock) alreadyStopped(s *State, from gov.Day, event Trigger) (gov.Day, bool) {
	for _, t := range c.Stops {
		st, ok := s.Steps[t.Step]
		if !ok || st.Status != StepDone && st.Status != StepWaived || t.Step == event.Step || t.Outcome != "" && t.Outcome != st.Outcome {
			continue
		}
		if day := st.Occurred.Day(); c.Kind == Before || !day.Before(from) {
			return day, true
		}
	}
	return gov.Day{}, false
}

func (e Env) param(name string, on gov.Day) (Param, bool) {
	if e.Param == nil {
		return Param{}, false
	}
	return e.Param(name, on)
}

func (c *Clock) due(from gov.Day, turns []law.Turn, env Env) (law.Due, error) {
	if env.dues == nil {
		return c.compute(from, turns, env)
	}
	key := dueKey{clock: c.ID, from: from}
	for _, t := range turns {
		key.turns += string(t.Kind) + t.On.String() + t.By.String() + " "
	}
	a, ok := env.dues[key]
	if !ok {
		a.due, a.err = c.compute(from, turns, env)
		env.dues[key] = a
	}
	return a.due, a.err
}

// limitOn reads a limit that is written out or held by a local parameter on a day; source
// is the line of the derivation that names the parameter.
func limitOn(written, parameter string, on gov.Day, env Env) (limit law.Limit, source law.Step, err error) {
	text := written
	if parameter != "" {
		p, ok := env.param(parameter, on)
		if !ok {
			return limit, source, gov.Errorf(gov.Fault, "本地参数 %s 在%s没有值", parameter, on.Chinese())
		}
		text = p.Value
		note := p.Source
		if p.Unverified {
			note += "（未核实）"
		}
		source = law.Step{Kind: "parameter", Day: on,
			Text: "本地参数" + named(p.Label, parameter) + "在起算日为" + p.Value + "，来源：" + note,
			Cite: &law.Citation{Statute: "本地规定", Mark: law.Local, Note: note}}
	}
	limit, err = law.ParseLimit(text)
	return limit, source, err
}

// named is a parameter's name for people, or its id where it has none.
func named(label, id string) string {
	if label == "" {
		return " " + id + " "
	}
	return "“" + label + "”"
}

func (c *Clock) compute(from gov.Day, turns []law.Turn, env Env) (law.Due, error) {
	if env.Book == nil {
		return law.Due{}, gov.Errorf(gov.Fault, "没有法规登记")
	}
	limit, source, err := limitOn(c.Limit, c.Parameter, from, env)
	if err != nil {
		return law.Due{}, err
	}
	q := law.Query{Under: c.Under, Article: c.Article, Limit: limit, From: from}
	var due law.Due
	switch c.Kind {
	case AtLeast:
		due, err = env.Book.AtLeast(q)
	case Before:
		due, err = env.Book.Before(q)
	default:
		due, err = env.Book.Course(q, turns)
	}
	if err == nil && due.Unit == law.UnitHour {
		err = gov.Errorf(gov.Invalid, "以小时计的期限不能由案件的日期推算")
	}
	if err != nil {
		return law.Due{}, err
	}
	if source.Kind != "" {
		due.Steps = append([]law.Step{source}, due.Steps...)
		due.Basis = append([]law.Citation{*source.Cite}, due.Basis...)
	}
	return due, nil
}

// sentence is what an error says to a person.
func sentence(err error) string {
	var e *gov.Error
	if errors.As(err, &e) {
		return e.Text
	}
	return err.Error()
}
