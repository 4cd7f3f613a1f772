package procedure

import (
	"slices"
	"time"

	"zhunsheng/gov"
)

// mostExpiries bounds what one call of Expiries may do, whatever text and events it is
// given. Deemed steps are done once, so that no lawful definition comes near it.
const mostExpiries = 1000

// Expiries lists what time has done by upTo: each running clock whose last day has ended
// becomes an event of its own, occurred at Due.End(), in the order of Due. A maximum runs
// out (逾期), with its deemed consequence (视为) where it has one; a minimum is full. The
// clock that ran out stands first among the clocks of its event. An event may start clocks
// that have run out too; they follow.
func (d *Definition) Expiries(s *State, upTo gov.Instant, env Env) []Effects {
	var out []Effects
	for range mostExpiries {
		if s.Status != Open {
			break
		}
		c := d.nextExpiry(s, upTo)
		if c == nil {
			break
		}
		e := d.expire(s, c, env)
		if len(out) == 0 {
			s = s.Clone()
		}
		s.Apply(s.Version+1, gov.System, e)
		out = append(out, e)
	}
	return out
}

// nextExpiry is the running clock that ran out first; equal days go by id.
func (d *Definition) nextExpiry(s *State, upTo gov.Instant) *Clock {
	var next *Clock
	for i := range d.src.Clocks {
		c := &d.src.Clocks[i]
		st, ok := s.Clocks[c.ID]
		if !ok || st.Status != ClockRunning || st.Due.IsZero() || st.Due.End() > upTo {
			continue
		}
		if next == nil || st.Due.Before(s.Clocks[next.ID].Due) || st.Due == s.Clocks[next.ID].Due && c.ID < next.ID {
			next = c
		}
	}
	return next
}

func (d *Definition) expire(s *State, c *Clock, env Env) Effects {
	st := s.Clocks[c.ID]
	st.Status = ClockExpired
	if c.Kind == AtLeast {
		st.Status, st.MetOn = ClockMet, st.Due
	}
	e := Effects{Clocks: []ClockEffect{{Clock: c.ID, ClockState: st}}}
	if c.Deemed == nil {
		return e
	}
	step := d.steps[c.Deemed.Step]
	if had, done := s.Steps[c.Deemed.Step]; step == nil || done && had.Status != StepReturned {
		return e
	}
	out := step.outcome(c.Deemed.Outcome)
	if out == nil {
		return e
	}
	after := s.Clone()
	after.Apply(s.Version+1, gov.System, e)
	// The last instant of the last day, so that the deemed act is of that day.
	at := st.Due.End().Add(-time.Microsecond)
	if c.Deemed.Since == "start" {
		at = max(st.From.Start(), s.Opened)
	}
	j := &judging{d: d, s: after, env: env, deemed: true,
		act: Act{Step: step.ID, Outcome: out.ID, Occurred: at, Actor: gov.System}}
	consequence, no := j.effects(step, out, nil, nil)
	if len(no) > 0 { // a limit that cannot be computed must not hide that this one ran out
		return e
	}
	others := slices.DeleteFunc(consequence.Clocks, func(x ClockEffect) bool { return x.Clock == c.ID && x.Round == st.Round })
	consequence.Clocks = append(e.Clocks, others...)
	return consequence
}
