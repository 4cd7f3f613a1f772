package procedure

import (
	"slices"

	"zhunsheng/law"
)

// Redate counts the running clocks of an open case anew, as Env's calendar and parameters
// now say, and gives one event for each whose last day, nominal day or provisional mark
// changes (重新推算). The caller writes them with the reason: the notice, or the decision
// that changed the parameter. A local parameter counts at its value on the day on which the
// clock started, so that a change for the future touches no running clock. Clocks that have
// ended stay as they ended. A clock that cannot be counted any more stays as it is, and its
// error is given.
func (d *Definition) Redate(s *State, env Env) ([]Effects, []error) {
	var out []Effects
	var errs []error
	if s.Status != Open {
		return nil, nil
	}
	for i := range d.src.Clocks {
		c := &d.src.Clocks[i]
		st, ok := s.Clocks[c.ID]
		if !ok || c.Until != "" || st.Status != ClockRunning && st.Status != ClockSuspended {
			continue
		}
		due, err := c.due(st.From, st.Turns, env)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if due.Due == st.Due && due.Nominal == st.Nominal && due.Provisional == st.Provisional && due.Remaining == st.Remaining {
			continue
		}
		now := st.turned(due, slices.Clone(st.Turns), st.Extended)
		told := append(st.earlierRuns(), law.Step{Kind: "redated", Day: st.Due, Text: redated(st)})
		now.Derivation.Steps = append(told, due.Steps...)
		out = append(out, Effects{Clocks: []ClockEffect{{Clock: c.ID, ClockState: now}}})
	}
	return out, errs
}

func redated(was ClockState) string {
	if was.Status == ClockSuspended {
		return "重新推算，此前推算尚余" + was.Remaining
	}
	return "重新推算，此前推算的届满日为" + was.Due.Chinese()
}
