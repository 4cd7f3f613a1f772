package procedure

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"zhunsheng/gov"
)

// compared lists the pairs of days whose order matters: those that one formula reads both,
// and each of them with today, because the day of a step and what a form says of days are
// days of some today. A day from which a clock is counted, or on which it ends, is compared
// with today too. A formula that asks for a number of days between two tells those apart.
func (d *Definition) compared() []pair {
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
	d.eachFormula(func(f *formula) {
		var days []string
		for name := range f.uses {
			if d.isDay(name) {
				days = append(days, name)
			}
		}
		for i, a := range days {
			for _, b := range days[:i] {
				add(a, b, f.spans...)
				add(a, "act.day", f.spans...)
				add(b, "act.day", f.spans...)
			}
		}
	})
	for _, c := range d.src.Clocks {
		for _, id := range []FieldID{c.CountsFrom, c.Until} {
			if id != "" {
				add("act.day", "fields."+symbol(id))
			}
		}
	}
	var out []pair
	for _, p := range slices.SortedFunc(maps.Keys(seen), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }) {
		out = append(out, pair{p[0], p[1], seen[p]})
	}
	return out
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
