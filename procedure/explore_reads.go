package procedure

import (
	"maps"
	"slices"
	"strings"
)

// used is every variable that some formula reads.
func (d *Definition) used() map[string]bool {
	uses := map[string]bool{}
	d.eachFormula(func(f *formula) { maps.Copy(uses, f.uses) })
	d.further(uses)
	for _, c := range d.src.Clocks {
		for _, x := range c.Extends {
			uses["papers."+symbol(x.Notice)+".given"] = uses["papers."+symbol(x.Notice)+".given"] || x.Notice != ""
		}
		if c.CountsFrom != "" {
			uses["fields."+symbol(c.CountsFrom)] = true
		}
	}
	return uses
}

// reasons are the fields that hold a reason for ending a minimum early or for an outcome. They matter to the
// act and not to the case.
func (d *Definition) reasons() map[FieldID]bool {
	out := map[FieldID]bool{}
	for _, c := range d.src.Clocks {
		for _, t := range c.Stops {
			if s := d.steps[t.Step]; s != nil && s.asks(c.Unless) {
				out[c.Unless] = true
			}
		}
	}
	for _, s := range d.src.Steps {
		for _, o := range s.Outcomes {
			if o.Reason != "" {
				out[o.Reason] = true
			}
		}
	}
	return out
}

// keptApart are the steps for which it matters who does them, and of each those whose persons
// may try it.
//
// Where only separations of roles and never lines read persons, a separation that somebody
// keeps everybody else keeps: whoever is new. A case that comes to a never line comes there
// too when each act is somebody new's, save the last rounds of the steps that this line
// compares. So only these are tried by whoever stands for one of the others. Where a gate or another
// condition reads persons, and in a whole search, all steps that any rule compares are.
func (d *Definition) keptApart(whole bool) (apart map[StepID]bool, with map[StepID][]StepID, all bool) {
	out := map[StepID]bool{}
	for _, s := range d.src.Steps {
		for _, id := range s.roles() {
			if r := d.roles[id]; r != nil && len(r.NotSameAs) > 0 {
				out[s.ID] = true
				for _, other := range r.NotSameAs {
					out[other] = true
				}
			}
		}
	}
	for _, g := range d.src.Gates { // a gate may keep persons apart as well
		if g.require != nil && g.require.uses["actor.person"] {
			out[g.On] = true
		}
	}
	lines := map[*formula]bool{}
	all = whole
	for _, n := range d.src.Never {
		lines[n.when] = true
	}
	with = map[StepID][]StepID{}
	d.eachFormula(func(f *formula) {
		by := d.persons(f)
		all = all || !lines[f] && (f.uses["actor.person"] || len(by) > 0)
		for _, a := range by {
			out[a] = true
			for _, b := range by {
				if a != b && !slices.Contains(with[a], b) {
					with[a] = append(with[a], b)
				}
			}
		}
	})
	if all {
		for _, s := range d.src.Steps {
			for id := range out {
				if out[s.ID] {
					with[id] = append(with[id], s.ID)
				}
			}
		}
		return out, with, true
	}
	out = map[StepID]bool{}
	for id := range with {
		out[id] = true
	}
	return out, with, false
}

// persons are the steps of which a formula reads who did them.
func (d *Definition) persons(f *formula) []StepID {
	var out []StepID
	for _, s := range d.src.Steps {
		if f != nil && f.uses["steps."+symbol(s.ID)+".by"] {
			out = append(out, s.ID)
		}
	}
	return out
}

// roles are who may do a step: its role and those of its outcomes.
func (s *Step) roles() []RoleID {
	out := []RoleID{s.By}
	for _, o := range s.Outcomes {
		if o.By != "" && !slices.Contains(out, o.By) {
			out = append(out, o.By)
		}
	}
	return out
}

// eachFormula visits every formula on which what may be done, or what must never be,
// depends.
func (d *Definition) eachFormula(visit func(*formula)) {
	add := func(f *formula) {
		if f != nil {
			visit(f)
		}
	}
	for i := range d.src.Start.Fields {
		add(d.src.Start.Fields[i].requiredWhen)
	}
	for _, s := range d.src.Steps {
		add(s.when)
		for i := range s.Fields {
			add(s.Fields[i].requiredWhen)
		}
		for i := range s.Papers {
			add(s.Papers[i].requiredWhen)
		}
	}
	for _, g := range d.src.Gates {
		add(g.require)
	}
	for _, c := range d.src.Clocks {
		add(c.when)
		for _, x := range c.Extends {
			add(x.when)
		}
	}
	for _, n := range d.src.Never {
		add(n.when)
	}
}

// further adds what the ends of clocks and the keys of entries read: an entry without a key
// is refused.
func (d *Definition) further(uses map[string]bool) {
	for _, s := range d.src.Steps {
		for _, o := range s.Outcomes {
			for _, x := range o.Enters {
				for _, name := range placeholders(x.Key) {
					if id, of := strings.CutPrefix(name, "field."); of {
						uses["fields."+symbol(strings.TrimSuffix(id, ".name"))+".given"] = true
					}
				}
			}
		}
	}
	reasons := d.reasons()
	for _, c := range d.src.Clocks {
		if c.Until != "" {
			uses["fields."+symbol(c.Until)] = true
		}
		if c.Unless != "" && !reasons[c.Unless] {
			uses["fields."+symbol(c.Unless)] = true
		}
	}
}

// factsAsked are the facts that any formula asks of named cases, by the variable.
func (d *Definition) factsAsked() map[string][]string {
	out := map[string][]string{}
	d.eachFormula(func(f *formula) {
		for name, facts := range f.facts {
			for _, fact := range facts {
				if !slices.Contains(out[name], fact) {
					out[name] = append(out[name], fact)
				}
			}
		}
	})
	for name := range out {
		slices.Sort(out[name])
	}
	return out
}
