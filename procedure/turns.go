package procedure

import (
	"slices"
	"strconv"

	"zhunsheng/gov"
	"zhunsheng/law"
)

// extended holds what each extension that this act would make needs: a clock that still
// runs, a number of times that is not used up, its condition, its notice. An unlawful
// extension that is recorded is a breach and extends nothing; a missing notice is a breach
// and the decision stands.
func (j *judging) extended(sc *scope, step *Step, out *Outcome) {
	j.lawful = map[RuleID]bool{}
	for i := range j.d.src.Clocks {
		c := &j.d.src.Clocks[i]
		st := j.s.Clocks[c.ID]
		for k := range c.Extends {
			x := &c.Extends[k]
			if x.Step != step.ID || x.Outcome != "" && x.Outcome != out.ID {
				continue
			}
			no := func(kind RefusalKind, text string, missing ...Missing) {
				j.apply([]unmetRule{{Refusal: Refusal{Kind: kind, Rule: x.Rule, Text: text, Missing: missing, Cites: citations(x.Cites, j.act.Occurred.Day())}, breach: text}})
			}
			switch {
			case !c.turnable(st, j.act.Occurred.Day()):
				no(RefusedTime, "“"+c.Name+"”没有在计算或者已经届满，不能延长")
			case !x.free && extensions(st, x.Rule) >= x.times():
				no(RefusedGate, "“"+c.Name+"”已经延长过"+chineseTimes(x.times())+"，不能再延长")
			case !x.free && x.If != "" && !x.when.holds(sc):
				no(RefusedGate, "不符合延长的条件："+x.Text)
			default:
				j.lawful[x.Rule] = true
				if x.Notice != "" && !x.free && len(sc.papers(x.Notice)) == 0 {
					label := string(x.Notice)
					if p := j.d.papers[x.Notice]; p != nil {
						label = p.Label
					}
					no(RefusedGate, "延长“"+c.Name+"”须附“"+label+"”", Missing{Text: label, Step: step.ID, Paper: x.Notice})
				}
			}
		}
	}
}

func (x *Extension) times() int { return max(x.Times, 1) }

func extensions(st ClockState, rule RuleID) int {
	n := 0
	for _, r := range st.Extended {
		if r == rule {
			n++
		}
	}
	return n
}

func chineseTimes(n int) string {
	if n == 1 {
		return "一次"
	}
	return strconv.Itoa(n) + "次"
}

// turnable reports a maximum that runs or stands still, or that ran out only because an act
// of a day before its end is entered late.
func (c *Clock) turnable(st ClockState, on gov.Day) bool {
	switch st.Status {
	case ClockRunning, ClockSuspended:
		return true
	case ClockExpired:
		return !on.After(st.Due)
	}
	return false
}

// turnClocks suspends, resumes, restarts and extends the clocks that this act touches and
// does not end; one that was stopped it may restart. A suspension of what does not run, and a resumption of what was not
// suspended, do nothing.
func (j *judging) turnClocks(effects []ClockEffect, step *Step, out *Outcome) []ClockEffect {
	on := j.act.Occurred.Day()
	for i := range j.d.src.Clocks {
		c := &j.d.src.Clocks[i]
		st, ok := j.s.Clocks[c.ID]
		if !ok || slices.ContainsFunc(effects, func(e ClockEffect) bool { return e.Clock == c.ID }) {
			continue
		}
		turn := j.again
		if c.turnable(st, on) {
			turn = j.turn
		}
		if effect, turned := turn(c, st, step, out); turned {
			effects = append(effects, effect)
		}
	}
	return effects
}

func (j *judging) turn(c *Clock, st ClockState, step *Step, out *Outcome) (ClockEffect, bool) {
	t := law.Turn{On: j.act.Occurred.Day(), Why: step.Name}
	turns, extended := slices.Clone(st.Turns), slices.Clone(st.Extended)
	if len(step.Outcomes) > 1 {
		t.Why += "：" + out.Name
	}
	before := len(turns)
	switch {
	case hit(c.Restarts, step.ID, out.ID):
		t.Kind = law.Restart
		turns = append(turns, t)
	case hit(c.Suspends, step.ID, out.ID) && st.Status != ClockSuspended:
		t.Kind = law.Suspend
		turns = append(turns, t)
	case hit(c.Resumes, step.ID, out.ID) && st.Status == ClockSuspended:
		t.Kind = law.Resume
		turns = append(turns, t)
	}
	for k := range c.Extends {
		x := &c.Extends[k]
		if !j.lawful[x.Rule] || x.Step != step.ID || x.Outcome != "" && x.Outcome != out.ID {
			continue
		}
		by, _, err := limitOn(x.Limit, x.Parameter, t.On, j.env)
		if err != nil {
			j.notComputed(c, err)
			return ClockEffect{}, false
		}
		ext := law.Turn{Kind: law.Extend, On: t.On, By: by, Why: t.Why}
		if cites := citations(x.Cites, t.On); len(cites) > 0 {
			ext.Cite = &cites[0]
		}
		turns, extended = append(turns, ext), append(extended, x.Rule)
	}
	if len(turns) == before {
		return ClockEffect{}, false
	}
	slices.SortStableFunc(turns, func(a, b law.Turn) int { return a.On.Compare(b.On) })
	due, err := c.due(st.From, turns, j.env)
	if err != nil {
		j.notComputed(c, err)
		return ClockEffect{}, false
	}
	return ClockEffect{Clock: c.ID, ClockState: st.turned(due, turns, extended)}, true
}

// turned is the clock after its turns were counted.
func (st ClockState) turned(due law.Due, turns []law.Turn, extended []RuleID) ClockState {
	st.Status, st.Nominal, st.Due = ClockRunning, due.Nominal, due.Due
	if due.Suspended {
		st.Status = ClockSuspended
	}
	due.Steps = append(st.earlierRuns(), due.Steps...)
	st.Provisional, st.Derivation, st.Remaining = due.Provisional, due, due.Remaining
	st.Turns, st.Extended = turns, extended
	return st
}

func (j *judging) notComputed(c *Clock, err error) {
	j.refuse(Refusal{Kind: RefusedState, Rule: c.Rule, Cites: citations(c.Cites, j.act.Occurred.Day()),
		Text: "期限“" + c.Name + "”无法计算：" + sentence(err)})
}
