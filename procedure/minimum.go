package procedure

import (
	"slices"

	"zhunsheng/gov"
)

// tooEarly holds a minimum period: the stopping act may not occur before its last day has
// ended, unless the definition takes a reason and the reason is there. The day of the act
// decides, not the day of entering: a period that has run out since was still running then.
func (j *judging) tooEarly(step *Step, outcome string) {
	on := j.act.Occurred.Day()
	for i := range j.d.src.Clocks {
		c := &j.d.src.Clocks[i]
		if st := j.s.Clocks[c.ID]; !c.holdsOn(st, on) || !hit(c.Stops, step.ID, outcome) || j.d.excused(c, step, j.act.Fields, j.s) {
			continue
		} else {
			r := j.d.early(c, st, step)
			j.apply([]unmetRule{{Refusal: r, breach: "未满“" + c.Name + "”（至" + st.Due.Chinese() + "）即“" + step.Name + "”"}})
		}
	}
}

// holdsOn reports a minimum period that had not ended on a day. Met is a period that time
// has since filled.
func (c *Clock) holdsOn(st ClockState, on gov.Day) bool {
	return c.Kind == AtLeast && (st.Status == ClockRunning || st.Status == ClockMet) && !on.After(st.Due)
}

// excused reports that what allows an earlier end is given: on the form, where it stands on
// the step's own form (anew each time), else in the case. A bool field excuses when it is true.
func (d *Definition) excused(c *Clock, step *Step, form map[FieldID]string, s *State) bool {
	if c.Unless == "" {
		return false
	}
	v := s.Fields[c.Unless]
	if step.asks(c.Unless) {
		v = form[c.Unless]
	}
	if f := d.fields[c.Unless]; f != nil && f.Type == BoolField {
		return v == "true"
	}
	return v != ""
}

func (s *Step) asks(id FieldID) bool {
	return slices.ContainsFunc(s.Fields, func(f Field) bool { return f.ID == id })
}

// early says why a step comes too early.
func (d *Definition) early(c *Clock, st ClockState, step *Step) Refusal {
	r := Refusal{Kind: RefusedTime, Rule: c.Rule, Cites: citations(c.Cites, st.From), Text: "“" + c.Name + "”至" + st.Due.Chinese() + "届满"}
	if c.Unless == "" {
		return r
	}
	label := string(c.Unless)
	if f := d.fields[c.Unless]; f != nil {
		label = f.Label
	}
	r.Text += "，提前办理须填写“" + label + "”"
	r.Missing = []Missing{{Text: label, Step: d.stepOf(c.Unless), Field: c.Unless}}
	return r
}

// stepOf is the step that asks for a field; the opening has no id.
func (d *Definition) stepOf(id FieldID) StepID {
	for i := range d.src.Steps {
		if d.src.Steps[i].asks(id) {
			return d.src.Steps[i].ID
		}
	}
	return ""
}

// tooEarlyAhead lists the minimum periods that hold today and that nothing on the step's own
// form could end.
func (j *judging) tooEarlyAhead(step *Step) {
	for i := range j.d.src.Clocks {
		c := &j.d.src.Clocks[i]
		st := j.s.Clocks[c.ID]
		if c.holdsOn(st, j.env.Now.Day()) && !step.asks(c.Unless) && !j.d.excused(c, step, nil, j.s) && stopsAll(c, step) {
			j.refuse(j.d.early(c, st, step))
		}
	}
}
