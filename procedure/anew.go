package procedure

import (
	"slices"
	"strconv"

	"zhunsheng/law"
)

// A clock that runs anew (重新计算、重新起算) after it was stopped is a further run with a
// period of its own. How every earlier run ended stays in the derivation of the later ones:
// what was late is not made good by what came after.

// earlierRun is the kind of the lines of a derivation that tell of earlier runs.
const earlierRun = "earlier"

// begun is the first state of a run that follows an earlier one.
func (st ClockState) begun(earlier ClockState) ClockState {
	st.Round = earlier.Round + 1
	st.Derivation.Steps = append(append(earlier.earlierRuns(), earlier.told()), st.Derivation.Steps...)
	return st
}

// earlierRuns are the lines of a derivation that tell of earlier runs.
func (st ClockState) earlierRuns() []law.Step {
	return slices.DeleteFunc(slices.Clone(st.Derivation.Steps), func(s law.Step) bool { return s.Kind != earlierRun })
}

// told is how a run ended, for the derivation of the next one.
func (st ClockState) told() law.Step {
	line := law.Step{Kind: earlierRun, Day: st.Due, Text: "第" + strconv.Itoa(st.Round) + "次自" + st.From.Chinese() + "起算"}
	if !st.Due.IsZero() {
		line.Text += "，至" + st.Due.Chinese() + "届满"
	}
	if !st.MetOn.IsZero() {
		line.Day = st.MetOn
	}
	switch st.Status {
	case ClockMet:
		line.Text += "，" + line.Day.Chinese() + "了结，按期"
	case ClockLate:
		line.Text += "，" + line.Day.Chinese() + "了结，逾期"
	case ClockExpired:
		line.Text += "，届满时没有了结，逾期"
	case ClockSuspended:
		line.Text += "，中止，尚余" + st.Remaining + "，没有了结"
	case ClockCancelled:
		if line.Text += "，不再计算"; !st.MetOn.IsZero() {
			line.Text += "：" + st.MetOn.Chinese() + "提前了结"
		}
	default:
		line.Text += "，没有了结"
	}
	return line
}

// again restarts a clock that was stopped (补正之后重新计算): it runs anew from the day of the
// act, while one of its stops can still come. A period that ran out with nothing done does not
// run anew, nor does one whose every stop stands: nothing could end it.
func (j *judging) again(c *Clock, st ClockState, step *Step, out *Outcome) (ClockEffect, bool) {
	if st.Status != ClockMet && st.Status != ClockLate || !hit(c.Restarts, step.ID, out.ID) || !j.d.stoppable(c, j.s) {
		return ClockEffect{}, false
	}
	from := j.act.Occurred.Day()
	due, err := c.due(from, nil, j.env)
	if err != nil {
		j.notComputed(c, err)
		return ClockEffect{}, false
	}
	anew := ClockState{Status: ClockRunning, Rule: c.Rule, From: from, Nominal: due.Nominal, Due: due.Due, Provisional: due.Provisional, Derivation: due}
	return ClockEffect{Clock: c.ID, ClockState: anew.begun(st)}, true
}

// stoppable reports that a step that stops the clock may still be done.
func (d *Definition) stoppable(c *Clock, s *State) bool {
	return slices.ContainsFunc(c.Stops, func(t Trigger) bool {
		step := d.steps[t.Step]
		st, ok := s.Steps[t.Step]
		return step != nil && (step.Again || !ok || st.Status == StepReturned)
	})
}

// restarts adds, for each act that restarts a clock, a gate that always holds and says what
// the restart reads of the case; see arrows.
func (d *Definition) restarts() {
	for i := range d.src.Clocks {
		c := &d.src.Clocks[i]
		for _, t := range c.Restarts {
			uses := map[string]bool{"clocks." + symbol(c.ID) + ".expired": true}
			for _, stop := range c.Stops {
				uses["steps."+symbol(stop.Step)+".done"] = true
			}
			d.src.Gates = append(d.src.Gates, Gate{On: t.Step, implied: true, require: &formula{always: true, uses: uses}})
		}
	}
}
