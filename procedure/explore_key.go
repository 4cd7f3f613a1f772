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

// current is who did the last round of each step that is kept apart, each once.
func (x *explorer) current(s *State) []gov.PersonID {
	var out []gov.PersonID
	for _, step := range x.d.src.Steps {
		if st, ok := s.Steps[step.ID]; ok && x.apart[step.ID] && !slices.Contains(out, st.By.Person) {
			out = append(out, st.By.Person)
		}
	}
	return out
}

// kept is what tells two cases apart whose further course could differ: what may still happen
// and what of the case that may still read.
func (x *explorer) kept(l *live, s *State, now gov.Instant, world kids) string {
	var b strings.Builder
	b.WriteString(l.text)
	days := map[string]gov.Day{"act.day": now.Day()}
	for i := range x.d.src.Steps {
		step := &x.d.src.Steps[i]
		st, ok := s.Steps[step.ID]
		b.WriteByte('|')
		if !ok || !l.steps[i] {
			continue
		}
		x.keptStep(&b, l, i, st)
		if name := "steps." + symbol(step.ID) + ".day"; l.vars[name] && st.Status != StepReturned {
			days[name] = st.Occurred.Day()
		}
	}
	x.keptHands(&b, l, s)
	for _, id := range x.ids {
		f, name := x.d.fields[id], "fields."+symbol(id)
		b.WriteByte('|')
		if !readsField(l.vars, name) {
			continue
		}
		v := s.Fields[id]
		if f.Type == DayField && v != "" {
			if day, err := gov.ParseDay(v); err == nil {
				days[name], v = day, "day"
			}
		}
		b.WriteString(v)
	}
	for _, id := range sortedKeys(x.d.papers) {
		if name := "papers." + symbol(id); l.vars[name+".given"] || l.vars[name+".count"] {
			fmt.Fprintf(&b, "|%d", min(len(s.Papers[id]), 1))
		}
	}
	for _, id := range sortedKeys(s.Numbers) {
		if name := "numbers." + symbol(id); l.vars[name] || l.vars[name+".taken"] {
			b.WriteString("|" + id)
		}
	}
	x.keptClocks(&b, l, s, days)
	for _, p := range x.pairs {
		if (l.vars[p.a] || p.a == "act.day") && (l.vars[p.b] || p.b == "act.day") {
			p.write(&b, days)
		}
	}
	for i, c := range x.kids {
		name := "children." + symbol(c.ID)
		b.WriteByte('/')
		if l.world[i] {
			b.WriteByte('a' + world[i])
		}
		if n := s.Children[c.ID]; l.seen[i] && (l.vars[name+".count"] || l.vars[name+".closed"]) {
			b.WriteByte('0' + byte(min(n.Count, 2)))
		}
		if n := s.Children[c.ID]; l.seen[i] {
			b.WriteByte('0' + byte(min(n.Open, 2)))
		}
	}
	return b.String()
}

func (x *explorer) keptStep(b *strings.Builder, l *live, i int, st StepState) {
	step := &x.d.src.Steps[i]
	name := "steps." + symbol(step.ID)
	if st.Status == StepReturned {
		if x.asks[name+".returned"] {
			b.WriteByte('-')
		}
	} else {
		b.WriteByte('d')
		if st.Status == StepWaived && (l.stops[i] || step.Final || l.vars[name+".waived"]) {
			b.WriteByte('w')
		}
		if o := step.outcome(st.Outcome); l.vars[name+".outcome"] || l.stops[i] && x.asks[name+".outcome"] {
			b.WriteString("," + st.Outcome)
		} else if st.Status == StepDone && o != nil && !o.forward() {
			b.WriteByte('!')
		}
		if st.Deemed && l.vars[name+".deemed"] {
			b.WriteByte('?')
		}
	}
	if l.vars[name+".round"] {
		b.WriteString("," + strconv.Itoa(min(st.Round, 2)))
	}
}

// keptHands tells of those who stand for a step that a never line compares which of these
// they stand for, and which of the steps that separations name they did in any round.
func (x *explorer) keptHands(b *strings.Builder, l *live, s *State) {
	var people []gov.PersonID
	b.WriteByte('|')
	for _, i := range l.people {
		st, ok := s.Steps[x.d.src.Steps[i].ID]
		if !ok || st.Status == StepReturned && !x.all {
			b.WriteByte('.')
			continue
		}
		at := slices.Index(people, st.By.Person)
		if at < 0 {
			at = len(people)
			people = append(people, st.By.Person)
		}
		b.WriteString(strconv.Itoa(at))
	}
	for at, who := range people {
		for i := range x.d.src.Steps {
			id := x.d.src.Steps[i].ID
			if x.apart[id] && slices.ContainsFunc(s.History, func(p PastStep) bool { return p.Step == id && p.By.Person == who }) {
				fmt.Fprintf(b, "+%d.%d", at, i)
			}
		}
	}
}

func (x *explorer) keptClocks(b *strings.Builder, l *live, s *State, days map[string]gov.Day) {
	var dues []gov.Day
	for i := range x.d.src.Clocks {
		c := &x.d.src.Clocks[i]
		st, ok := s.Clocks[c.ID]
		name := "clocks." + symbol(c.ID)
		b.WriteByte('|')
		if !ok {
			continue
		}
		asked := false
		for _, what := range []string{".met", ".late", ".expired", ".cancelled", ".suspended", ".running", ".due", ".met_on", ".extended"} {
			asked = asked || l.vars[name+what]
		}
		if goes := st.Status == ClockRunning || st.Status == ClockSuspended; goes || asked {
			b.WriteString(string(st.Status))
			for _, e := range c.Extends {
				b.WriteString("x" + strconv.Itoa(min(extensions(st, e.Rule), e.times()+1)))
			}
		} else {
			b.WriteByte('-')
		}
		if st.Status == ClockRunning {
			dues = append(dues, st.Due)
			if st.Due.Before(days["act.day"]) {
				b.WriteByte('<') // runs out before anything else happens
			}
		}
		if l.vars[name+".due"] {
			days[name+".due"] = st.Due
		}
	}
	rank(b, dues)
}
