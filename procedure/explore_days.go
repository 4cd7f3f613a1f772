package procedure

import (
	"maps"
	"slices"
	"strings"
)

// compared lists the pairs of days whose order matters: those that one formula reads both,
// and each of them with today, because the day of a step and what a form says of days are
// days of some today. A day from which a clock is counted, or on which it ends, is compared
// with today too.
func (d *Definition) compared() [][2]string {
	seen := map[[2]string]bool{}
	add := func(a, b string) {
		if a > b {
			a, b = b, a
		}
		if a != b {
			seen[[2]string{a, b}] = true
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
				add(a, b)
				add(a, "act.day")
				add(b, "act.day")
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
	return slices.SortedFunc(maps.Keys(seen), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
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
