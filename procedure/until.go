package procedure

import (
	"zhunsheng/gov"
	"zhunsheng/law"
)

// ends is the last day of a clock: counted, or the day that the form says. ok is false while
// the form does not say it; the clock then does not run.
func (d *Definition) ends(c *Clock, from gov.Day, turns []law.Turn, s *State, env Env) (due law.Due, ok bool, err error) {
	if c.Until == "" {
		due, err = c.due(from, turns, env)
		return due, err == nil, err
	}
	day, err := gov.ParseDay(s.Fields[c.Until])
	if err != nil {
		return law.Due{}, false, nil
	}
	label := string(c.Until)
	if f := d.fields[c.Until]; f != nil {
		label = f.Label
	}
	due = law.Due{Kind: law.AtMost, Under: c.Under, Limit: "至“" + label + "”", Unit: law.UnitCalendar, From: from,
		Nominal: day, Due: day, Basis: citations(c.Cites, from),
		Steps: []law.Step{{Kind: "until", Day: day, Text: "届满日为“" + label + "”写明的" + day.Chinese() + "，不另推算"}}}
	if c.Kind == AtLeast {
		due.Kind = law.AtLeast
	}
	if due.Under == "" && len(c.Cites) > 0 {
		due.Under = c.Cites[0].Statute
	}
	return due, true, nil
}

// doneWith reports a clock that its starting step, set back alone and done again, does not
// start anew: it was stopped, and what stopped it still stands after the act. An act that sets
// that back itself, as sending papers back does, starts it again.
func (c *Clock) doneWith(before, after *State, event Trigger, d *Definition) bool {
	st := before.Clocks[c.ID].Status
	if event.Opening || before.Steps[event.Step].Status != StepReturned || st != ClockMet && st != ClockLate && st != ClockCancelled {
		return false
	}
	for _, t := range c.Stops {
		step := d.steps[t.Step]
		done, ok := after.Steps[t.Step]
		if step != nil && !step.Again && ok && done.Status != StepReturned && (t.Outcome == "" || t.Outcome == done.Outcome) {
			return true
		}
	}
	return false
}
