package chance

import (
	"maps"
	"slices"
	"strings"

	"zhunsheng/procedure"
)

// base is a course that comes near a rule, before chance disturbs it.
type base struct {
	sc    *procedure.Scenario
	deeds []deed
	same  int // how many of the first deeds are those of the scenario
	// heedless is a gate whose open cases nobody ends.
	heedless procedure.RuleID
}

// near lists the courses that come near a rule: the scenarios in which it refuses, with what
// else the procedure does after the refusal; those that take its step without what it asks
// for, or after something was sent back; and those in which one person plays two parts.
func (w *world) near(def *procedure.Definition, rule procedure.RuleID) (out []base) {
	all, same := map[*procedure.Scenario][]deed{}, map[*procedure.Scenario]int{}
	var order []*procedure.Scenario
	for _, sc := range def.Scenarios() {
		if d, n := w.fitting(def, sc); len(d) > 0 {
			all[sc], same[sc], order = d, n, append(order, sc)
		}
	}
	long := slices.Clone(order)
	slices.SortStableFunc(long, func(a, b *procedure.Scenario) int { return len(all[b]) - len(all[a]) })
	long = long[:min(len(long), 12)]
	for _, sc := range order {
		for i, d := range all[sc] {
			if !d.refusedBy(sc, rule) {
				continue
			}
			out = append(out, base{sc: sc, deeds: all[sc], same: i})
			for _, other := range long {
				out = append(out, base{sc: sc, deeds: splice(all[sc][:i+1], all[other]), same: i})
			}
		}
	}
	for _, g := range def.Gates() {
		if g.ID != rule {
			continue
		}
		for _, sc := range order {
			if slices.ContainsFunc(all[sc], func(d deed) bool { return d.act.Step == g.On }) {
				out = append(append(out, without(sc, all[sc], g)...), sentBack(def, sc, all[sc], g)...)
			}
		}
	}
	for _, role := range def.Roles() {
		if role.Rule == rule {
			for _, sc := range order {
				out = append(out, twoParts(def, sc, all[sc], role)...)
			}
		}
	}
	waits := slices.ContainsFunc(def.Gates(), func(g procedure.Gate) bool { return g.ID == rule && strings.Contains(g.Require, "children.") })
	for i := range out {
		if out[i].same = min(out[i].same, same[out[i].sc]); waits {
			out[i].same, out[i].heedless = 0, rule // in what the world has played, the open cases were ended
		}
	}
	return out
}

// example is the text that a scenario gives where it does not matter.
const example = "示例"

// fitting is the script of a scenario in which texts that are only examples are such as
// another scenario of the procedure gives, where registers take what it says. same is how many
// of the first deeds are those of the script.
func (w *world) fitting(def *procedure.Definition, sc *procedure.Scenario) (out []deed, same int) {
	list := w.script(def, sc)
	if !enters(def) {
		return list, len(list)
	}
	given := map[procedure.FieldID]string{}
	for _, other := range def.Scenarios() {
		for _, d := range w.script(def, other) {
			for f, v := range d.act.Fields {
				if given[f] == "" && v != example {
					given[f] = v
				}
			}
		}
	}
	out, same = slices.Clone(list), len(list)
	for i, d := range out {
		for f, v := range d.act.Fields {
			if spec, _ := def.Field(f); v == example && given[f] != "" && spec.Type == procedure.TextField {
				out[i].act.Fields = maps.Clone(out[i].act.Fields)
				out[i].act.Fields[f], same = given[f], min(same, i)
			}
		}
	}
	return out, same
}

// enters says that a step of the procedure writes into registers.
func enters(def *procedure.Definition) bool {
	return slices.ContainsFunc(def.Steps(), func(s procedure.Step) bool {
		return slices.ContainsFunc(s.Outcomes, func(o procedure.Outcome) bool { return len(o.Enters) > 0 })
	})
}

// refusedBy says that the scenario expects the deed to be refused by the rule.
func (d deed) refusedBy(sc *procedure.Scenario, rule procedure.RuleID) bool {
	return slices.ContainsFunc(sc.Lines[d.line].Expect, func(e procedure.Expectation) bool { return slices.Contains(e.Refused, string(rule)) })
}

// splice goes on after the first deeds with those of another scenario, none before its day.
func splice(first, other []deed) []deed {
	out := slices.Clone(first)
	last := first[len(first)-1].day
	for _, d := range other {
		if d.opening {
			continue
		}
		if d.day.Before(last) {
			d.day = last
		}
		last = d.day
		out = append(out, d)
	}
	return out
}

// without leaves out what the gate asks for: everything, and each thing alone.
func without(sc *procedure.Scenario, deeds []deed, g procedure.Gate) (out []base) {
	drop := func(lacks ...procedure.Lacking) {
		b := base{sc: sc, same: -1}
		for i, d := range deeds {
			changed, left := false, d
			for _, l := range lacks {
				if l.Step != "" && d.act.Step == l.Step && !d.opening {
					changed, left.act.Step = true, ""
				}
				if _, has := d.act.Fields[l.Field]; has {
					left.act.Fields, changed = maps.Clone(left.act.Fields), true
					delete(left.act.Fields, l.Field)
				}
				if _, has := d.act.Papers[l.Paper]; has {
					left.act.Papers, changed = maps.Clone(left.act.Papers), true
					delete(left.act.Papers, l.Paper)
				}
			}
			if changed && b.same < 0 {
				b.same = i
			}
			if left.opening || left.act.Step != "" {
				b.deeds = append(b.deeds, left)
			}
		}
		if b.same >= 0 {
			out = append(out, b)
		}
	}
	drop(g.Missing...)
	if len(g.Missing) > 1 {
		for _, l := range g.Missing {
			drop(l)
		}
	}
	return out
}

// sentBack has something sent back just before the step of the gate, which is taken all the
// same: by that step itself, or to what the gate asks for.
func sentBack(def *procedure.Definition, sc *procedure.Scenario, deeds []deed, g procedure.Gate) (out []base) {
	for _, s := range def.Steps() {
		for _, o := range s.Outcomes {
			asked := slices.ContainsFunc(g.Missing, func(l procedure.Lacking) bool { return l.Step == o.Return })
			if o.Return == "" || s.ID != g.On && !asked {
				continue
			}
			for i, d := range deeds {
				if d.act.Step != g.On || d.opening {
					continue
				}
				act, ok := def.ActOf(&procedure.Scenario{}, &procedure.ScenarioLine{Actor: "x", Step: string(s.ID), Outcome: o.ID, Day: d.day})
				if ok {
					back := deed{day: d.day, act: act, person: d.person}
					out = append(out, base{sc: sc, deeds: slices.Insert(slices.Clone(deeds), i, back), same: i})
				}
			}
		}
	}
	return out
}

// twoParts lets whoever did a step play a part that must be another's.
func twoParts(def *procedure.Definition, sc *procedure.Scenario, deeds []deed, role procedure.Role) (out []base) {
	for i, d := range deeds {
		if d.opening || def.RoleOf(d.act.Step, d.act.Outcome).ID != role.ID {
			continue
		}
		for _, before := range deeds[:i] {
			if slices.Contains(role.NotSameAs, before.act.Step) && !before.opening {
				b := base{sc: sc, deeds: slices.Clone(deeds), same: i}
				b.deeds[i].person = before.person
				out = append(out, b)
			}
		}
	}
	return out
}

// course is a walk along the base; where the world has played its scenario, the deeds that
// are the same are copied.
func (w *world) course(n int, def *procedure.Definition, b base) *walk {
	k := &walk{n: n, def: def, sc: b.sc, deeds: slices.Clone(b.deeds), heedless: b.heedless, tally: map[int]int{}}
	if s := w.stems[b.sc]; s != nil && b.same > 0 {
		k.stem, k.from = s, min(b.same, s.copyable())
		k.deeds = k.deeds[k.from:]
	}
	return k
}
