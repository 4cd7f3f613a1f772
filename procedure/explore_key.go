package procedure

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"zhunsheng/gov"
)

// key is what tells two cases apart; see Exploration. What no formula and no later act can
// read is left out: the outcome of a step that was set back, how a clock has ended that no
// formula asks about, the order of days that no formula compares.
func (x *explorer) key(s *State, now gov.Instant) string {
	var b strings.Builder
	var dues []gov.Day
	days := map[string]gov.Day{"act.day": now.Day()}
	for i := range x.d.src.Steps {
		step := &x.d.src.Steps[i]
		st, ok := s.Steps[step.ID]
		b.WriteByte('|')
		if !ok {
			continue
		}
		name := "steps." + symbol(step.ID)
		if stands := st.Status == StepDone || st.Status == StepWaived; stands {
			b.WriteString(string(st.Status))
			days[name+".day"] = st.Occurred.Day()
			if o := step.outcome(st.Outcome); x.asks[name+".outcome"] {
				b.WriteString("," + st.Outcome)
			} else if o != nil && !o.forward() {
				b.WriteByte('!')
			}
			if st.Deemed && x.uses[name+".deemed"] {
				b.WriteByte('?')
			}
		} else if x.asks[name+".returned"] {
			b.WriteByte('-')
		}
		if x.uses[name+".round"] {
			b.WriteString("," + strconv.Itoa(min(st.Round, 2)))
		}
		if x.apart[step.ID] {
			x.hands(&b, s, step.ID)
		}
	}
	for _, id := range x.ids {
		f, name := x.d.fields[id], "fields."+symbol(id)
		v := s.Fields[id]
		if f.Type == DayField && v != "" {
			if day, err := gov.ParseDay(v); err == nil {
				days[name], v = day, "day"
			}
		}
		b.WriteString("|" + v)
	}
	for _, id := range sortedKeys(x.d.papers) {
		if name := "papers." + symbol(id); x.uses[name+".given"] || x.uses[name+".count"] {
			fmt.Fprintf(&b, "|%d", min(len(s.Papers[id]), 1))
		}
	}
	for _, id := range sortedKeys(s.Numbers) {
		b.WriteString("|" + id)
	}
	for i := range x.d.src.Clocks {
		c := &x.d.src.Clocks[i]
		st, ok := s.Clocks[c.ID]
		name := "clocks." + symbol(c.ID)
		b.WriteByte('|')
		if !ok {
			continue
		}
		days[name+".due"] = st.Due
		goes := st.Status == ClockRunning || st.Status == ClockSuspended
		if goes || x.asks[name] {
			b.WriteString(string(st.Status))
			for _, e := range c.Extends {
				b.WriteString("x" + strconv.Itoa(min(extensions(st, e.Rule), e.times()+1)))
			}
		} else {
			b.WriteByte('-')
		}
		if st.Status == ClockRunning {
			dues = append(dues, st.Due)
		}
	}
	rank(&b, dues)
	for _, p := range x.pairs {
		p.write(&b, days)
	}
	return b.String()
}

// passing reports a field that every act of its step gives anew and that only formulas of that
// step read: what the case holds of it, nobody asks.
func (d *Definition) passing(id FieldID) bool {
	step, name := d.steps[d.stepOf(id)], "fields."+symbol(id)
	if f := d.fields[id]; step == nil || !f.Required || f.Kept || f.Recording {
		return false
	}
	all, own := 0, 0
	d.eachFormula(func(f *formula) {
		if f.readsField(name) {
			all++
		}
	})
	count := func(f *formula) {
		if f.readsField(name) {
			own++
		}
	}
	count(step.when)
	for i := range step.Fields {
		count(step.Fields[i].requiredWhen)
	}
	for i := range step.Papers {
		count(step.Papers[i].requiredWhen)
	}
	for i := range d.src.Gates {
		if d.src.Gates[i].On == step.ID {
			count(d.src.Gates[i].require)
		}
	}
	for _, c := range d.src.Clocks {
		if c.CountsFrom == id || c.Until == id || c.Unless == id {
			return false
		}
	}
	return all == own && !slices.ContainsFunc(d.src.Clocks, func(c Clock) bool {
		return slices.ContainsFunc(c.Extends, func(x Extension) bool { return x.when.readsField(name) })
	})
}

// rank writes the order in which days stand.
func rank(b *strings.Builder, days []gov.Day) {
	ranks := slices.Clone(days)
	slices.SortFunc(ranks, gov.Day.Compare)
	ranks = slices.Compact(ranks)
	for _, d := range days {
		at, _ := slices.BinarySearchFunc(ranks, d, gov.Day.Compare)
		b.WriteString("." + strconv.Itoa(at))
	}
}

// asked is what an act or a formula may ask of the past beside what formulas name: outcomes
// on which a clock stops, whether a step that starts a clock was set back, and how clocks ended.
func (d *Definition) asked(uses map[string]bool) map[string]bool {
	out := map[string]bool{}
	for _, s := range d.src.Steps {
		name := "steps." + symbol(s.ID)
		out[name+".outcome"] = uses[name+".outcome"]
	}
	for _, c := range d.src.Clocks {
		for _, t := range c.Stops {
			if t.Outcome != "" {
				out["steps."+symbol(t.Step)+".outcome"] = true
			}
		}
		for _, t := range c.Starts {
			out["steps."+symbol(t.Step)+".returned"] = true
		}
		name := "clocks." + symbol(c.ID)
		for _, what := range []string{"met", "late", "expired", "cancelled", "suspended", "running", "due", "met_on", "extended"} {
			out[name] = out[name] || uses[name+"."+what]
		}
	}
	return out
}

// hands tells, of those who did the last round of steps that are kept apart, which did this
// step last, and which did it in any round. Who they are does not matter.
func (x *explorer) hands(b *strings.Builder, s *State, id StepID) {
	for i, who := range x.current(s) {
		if s.Steps[id].By.Person == who {
			fmt.Fprintf(b, ",%d", i)
		}
		if slices.ContainsFunc(s.History, func(p PastStep) bool { return p.Step == id && p.By.Person == who }) {
			fmt.Fprintf(b, "+%d", i)
		}
	}
}
