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

// keptApart are the steps for which it matters who does them.
func (d *Definition) keptApart() map[StepID]bool {
	out := map[StepID]bool{}
	for _, r := range d.src.Roles {
		for _, s := range d.src.Steps {
			if len(r.NotSameAs) > 0 && s.By == r.ID || slices.Contains(r.NotSameAs, s.ID) {
				out[s.ID] = true
			}
		}
	}
	for _, g := range d.src.Gates { // a gate may keep persons apart as well
		if g.require == nil || !g.require.uses["actor.person"] {
			continue
		}
		out[g.On] = true
		for _, s := range d.src.Steps {
			if g.require.uses["steps."+symbol(s.ID)+".by"] {
				out[s.ID] = true
			}
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
