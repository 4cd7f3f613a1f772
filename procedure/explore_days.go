package procedure

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"zhunsheng/gov"
)

// compared lists the pairs of days whose order matters: those that one formula reads both. A
// day that the case holds is compared with today too, where the other may yet be written: it is
// then a day of some today. A day from which a clock is counted, or on which it ends, is
// compared with today. A formula that asks for a number of days between two tells those apart.
func (x *explorer) compared() []pair {
	seen := map[[2]string][]int{}
	add := func(a, b string, spans ...int) {
		if a > b {
			a, b = b, a
		}
		if a != b {
			spans = append(slices.Clone(seen[[2]string{a, b}]), spans...)
			slices.Sort(spans)
			seen[[2]string{a, b}] = slices.Compact(spans)
		}
	}
	for _, r := range x.t.readers {
		var days []string
		for name := range r.names {
			if x.d.isDay(name) {
				days = append(days, name)
			}
		}
		for _, a := range days {
			if !r.uses[a] {
				continue
			}
			for _, b := range days {
				if a != b && r.uses[b] {
					add(a, b, r.spans...)
				}
				if a != b && (r.never == 0 || !x.together(a, b)) {
					add(a, "act.day", r.spans...)
				}
			}
		}
	}
	for _, c := range x.d.src.Clocks {
		for _, id := range []FieldID{c.CountsFrom, c.Until} {
			name := "fields." + symbol(id)
			if id != "" && slices.ContainsFunc(c.Starts, func(t Trigger) bool { return !x.writes(t.Step, name) }) {
				add("act.day", name)
			}
		}
	}
	var out []pair
	for _, p := range slices.SortedFunc(maps.Keys(seen), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }) {
		out = append(out, pair{p[0], p[1], seen[p]})
	}
	return out
}

// together reports that no act writes the day b without writing a.
func (x *explorer) together(a, b string) bool {
	src, ok := x.t.causes[b]
	if !ok || src.always || src.clock != "" {
		return false
	}
	return !slices.ContainsFunc(src.steps, func(i int) bool {
		id := x.d.src.Steps[i].ID
		return a != "steps."+symbol(id)+".day" && !x.writes(id, a)
	})
}

// writes reports a field that every act of a step gives anew.
func (x *explorer) writes(step StepID, name string) bool {
	i, known := x.t.index[step]
	own, ok := x.t.writer[name]
	return ok && known && own == i
}

// pair is two days whose order matters, and how far apart.
type pair struct {
	a, b  string
	spans []int
}

// write tells how two days stand.
func (p pair) write(b *strings.Builder, days map[string]gov.Day) {
	one, here := days[p.a]
	other, there := days[p.b]
	if !here || !there {
		b.WriteByte('.')
		return
	}
	b.WriteByte("<=>"[one.Compare(other)+1])
	n := one.Sub(other)
	for _, span := range p.spans {
		b.WriteByte("<=>"[1+cmp.Compare(n, span)])
		b.WriteByte("<=>"[1+cmp.Compare(n, -span)])
	}
}

// spansOf are the numbers of days that formulas which read a field ask for.
func (d *Definition) spansOf(id FieldID) []int {
	var out []int
	d.eachFormula(func(f *formula) {
		if f.readsField("fields." + symbol(id)) {
			out = append(out, f.spans...)
		}
	})
	slices.Sort(out)
	return slices.Compact(out)
}

// isDay reports that a variable is a day.
func (d *Definition) isDay(name string) bool {
	parts := strings.Split(name, ".")
	switch {
	case name == "act.day":
		return true
	case parts[0] == "steps" && len(parts) == 3:
		return parts[2] == "day"
	case parts[0] == "clocks" && len(parts) == 3:
		return parts[2] == "due"
	case parts[0] == "fields" && len(parts) == 2:
		for id, f := range d.fields {
			if f.Type == DayField && symbol(id) == parts[1] {
				return true
			}
		}
	}
	return false
}

// shut reports a step that no form, outcome or person could open: a step that comes first is
// missing, or a gate holds that reads neither form nor person.
func (x *explorer) shut(n *node, step *Step) bool {
	sc := &scope{d: x.d, s: n.s, act: Act{Step: step.ID, Occurred: n.now}, asOf: n.now.Day(), linked: x.env.Linked, counts: x.env.Children}
	var named []StepID
	for i := range x.d.src.Gates {
		g := &x.d.src.Gates[i]
		if g.On != step.ID {
			continue
		}
		for _, l := range g.Missing {
			if l.Step != "" {
				named = append(named, l.Step)
			}
		}
		if g.require == nil || !x.d.usesForm(g) && !g.require.uses["actor.person"] && !g.require.uses["actor.unit"] &&
			!g.require.uses["actor.post"] && !g.require.holds(sc) {
			return true
		}
	}
	_, missing := x.d.order(sc, step, named)
	return missing
}
