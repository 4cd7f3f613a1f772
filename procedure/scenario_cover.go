package procedure

import (
	"slices"
	"strings"

	"zhunsheng/gov"
	"zhunsheng/law"
)

// Gap is one thing that a definition says and none of its scenarios shows (情形缺口).
type Gap struct {
	Rule RuleID // of the gate, clock, extension, separation, publication or step
	Text string
}

func (g Gap) String() string { return string(g.Rule) + " " + g.Text }

// Uncovered plays the scenarios and lists what none of them shows: a gate or separation
// refused; a maximum met and missed, a minimum refused and run out, a clock suspended,
// restarted, extended, refused an extension, fallen away or taken for granted where it can
// be; a conditional step done and not due; an outcome; a publication; a withdrawal; a
// recording with a breach; a limit over National Day and over a year whose calendar is not
// known yet. What a line expects is taken as seen: RunScenarios tells whether it holds.
func (d *Definition) Uncovered(b *law.Book, param func(string, gov.Day) (Param, bool)) []Gap {
	seen := d.seen(b, param)
	var out []Gap
	want := func(rule RuleID, what, text string) {
		if !seen[string(rule)+" "+what] {
			out = append(out, Gap{rule, text})
		}
	}
	for _, g := range d.Gates() {
		want(g.ID, "refused", "没有情形表明不符合“"+g.Name+"”的不予办理")
	}
	for _, r := range d.Roles() {
		if len(r.NotSameAs) > 0 {
			want(r.Rule, "refused", "没有情形表明“"+r.Name+"”须由他人担任")
		}
	}
	for _, c := range d.src.Clocks {
		d.clockGaps(c, want)
	}
	for i := range d.src.Steps {
		s := &d.src.Steps[i]
		for _, o := range s.Outcomes {
			want(s.Rule, "outcome "+o.ID, "没有情形以“"+o.Name+"”办理“"+s.Name+"”")
		}
		if s.when != nil {
			want(s.Rule, "due", "没有情形应当办理“"+s.Name+"”")
			want(s.Rule, "exempt", "没有情形不需要办理“"+s.Name+"”")
		}
	}
	for _, p := range d.src.Publications {
		want(p.Rule, "published", "没有情形公布“"+p.What+"”")
	}
	if d.src.Correct != nil {
		want(d.src.Correct.Rule, "corrected", "没有情形更正")
	}
	if len(d.src.Record) > 0 {
		want("", "breach", "没有情形补录了违反程序的事实")
	}
	if slices.ContainsFunc(d.src.Clocks, func(c Clock) bool { return c.Until == "" }) {
		want("", "holiday", "没有情形的期限跨国庆假期")
	}
	if slices.ContainsFunc(d.src.Clocks, func(c Clock) bool { return c.Until == "" && c.Kind != AtLeast }) { // a minimum does not roll
		want("", "provisional", "没有情形的期限跨到放假安排未公布的年份")
	}
	return out
}

func (d *Definition) clockGaps(c Clock, want func(RuleID, string, string)) {
	name := "“" + c.Name + "”"
	want(c.Rule, "met", "没有情形按期完成"+name)
	if c.Kind == AtLeast {
		want(c.Rule, "refused", "没有情形表明未满"+name+"不予办理")
	} else if c.Deemed == nil {
		want(c.Rule, "missed", "没有情形超过"+name)
	} else {
		want(c.Rule, "deemed", "没有情形因超过"+name+"而视为办理")
	}
	if c.Unless != "" {
		want(c.Rule, "excused", "没有情形因写明理由而提前结束"+name)
	}
	if len(c.Cancels) > 0 {
		want(c.Rule, "cancelled", "没有情形不再计算"+name)
	}
	if len(c.Suspends) > 0 {
		want(c.Rule, "suspended", "没有情形中止"+name)
	}
	if len(c.Resumes) > 0 {
		want(c.Rule, "resumed", "没有情形恢复"+name)
	}
	if len(c.Restarts) > 0 {
		want(c.Rule, "restarted", "没有情形重新计算"+name)
	}
	for _, x := range c.Extends {
		want(x.Rule, "extended", "没有情形延长"+name)
		want(x.Rule, "refused", "没有情形表明不得延长"+name)
	}
}

// seen is what the scenarios show, as "rule what".
func (d *Definition) seen(b *law.Book, param func(string, gov.Day) (Param, bool)) map[string]bool {
	seen := map[string]bool{}
	rules := map[ClockID]Clock{}
	for _, c := range d.src.Clocks {
		rules[c.ID] = c
	}
	for _, sc := range d.Scenarios() {
		for _, l := range sc.Lines {
			for _, x := range l.Expect {
				for _, r := range x.Refused {
					seen[r+" refused"] = true
				}
				if x.Kind == "clock" && x.Rests {
					seen[" provisional"] = true
				}
			}
		}
		p := d.Play(sc, b, param)
		for _, e := range p.Events {
			d.shows(e, rules, seen)
		}
		for i := range d.src.Steps {
			s := &d.src.Steps[i]
			if s.when == nil {
				continue
			}
			due := s.when.holds(&scope{d: d, s: p.State})
			switch p.State.Steps[s.ID].Status {
			case StepDone:
				seen[string(s.Rule)+" due"] = seen[string(s.Rule)+" due"] || due
			default:
				seen[string(s.Rule)+" exempt"] = seen[string(s.Rule)+" exempt"] || !due && len(p.State.Steps) > 0
			}
		}
	}
	return seen
}

func (d *Definition) shows(e Effects, rules map[ClockID]Clock, seen map[string]bool) {
	if s := d.steps[e.Step]; s != nil && e.State != nil {
		seen[string(s.Rule)+" outcome "+e.State.Outcome] = true
	}
	if d.src.Correct != nil && e.Correction != nil {
		seen[string(d.src.Correct.Rule)+" corrected"] = true
	}
	if len(e.Breaches) > 0 {
		seen[" breach"] = true
	}
	for _, p := range d.src.Publications {
		if p.Due(e) {
			seen[string(p.Rule)+" published"] = true
		}
	}
	for _, k := range e.Clocks {
		c := rules[k.Clock]
		rule := string(c.Rule) + " "
		seen[rule+string(k.Status)] = true
		switch k.Status {
		case ClockLate, ClockExpired:
			seen[rule+"missed"] = true
		case ClockCancelled:
			if s := d.steps[e.Step]; s != nil && e.State != nil && slices.ContainsFunc(c.Stops, func(t Trigger) bool {
				return t.Step == s.ID && (t.Outcome == "" || t.Outcome == e.State.Outcome)
			}) {
				seen[rule+"excused"] = true
			}
		}
		if e.State != nil && e.State.Deemed && c.Deemed != nil && c.Deemed.Step == e.Step {
			seen[rule+"deemed"] = true
		}
		for _, t := range k.Turns {
			switch {
			case t.Kind == law.Resume:
				seen[rule+"resumed"] = true
			case t.Kind == law.Restart:
				seen[rule+"restarted"] = true
			}
		}
		for _, x := range k.Extended {
			seen[string(x)+" extended"] = true
		}
		if spansNationalDay(k.From, k.Due) {
			seen[" holiday"] = true
		}
	}
}

// spansNationalDay reports that the first seven days of October lie between two days.
func spansNationalDay(from, due gov.Day) bool {
	if from.IsZero() || due.IsZero() {
		return false
	}
	year, _, _ := strings.Cut(from.String(), "-")
	first, err := gov.ParseDay(year + "-10-01")
	return err == nil && from.Before(first) && due.After(first.AddDays(6))
}
