package procedure

// Child is a kind of case that names this one (子案件), counted in formulas as
// children.<id>.count, .open and .closed.
type Child struct {
	ID        string `yaml:"id"`
	Procedure string `yaml:"procedure"`
}

// ChildCount is how many cases of a kind name this one.
type ChildCount struct {
	Count int `json:"count"`
	Open  int `json:"open,omitempty"`
}

// Children lists the kinds of cases that formulas count.
func (d *Definition) Children() []Child { return d.src.Children }

// children counts one kind of cases.
func (sc *scope) children(id string) ChildCount {
	if sc.counts == nil {
		return sc.s.Children[id]
	}
	for _, c := range sc.d.src.Children {
		if c.ID == id {
			n, open := sc.counts(c.Procedure)
			return ChildCount{Count: n, Open: open}
		}
	}
	return ChildCount{}
}

// counted is what an act saw of the cases that name this one, where what stands on its step
// reads them and it has changed since it was last seen.
func (j *judging) counted(step *Step) map[string]ChildCount {
	if j.env.Children == nil {
		return nil
	}
	var out map[string]ChildCount
	sc := j.scope()
	for _, c := range j.d.src.Children {
		if !j.d.readsChildren(step, c.ID) {
			continue
		}
		now := sc.children(c.ID)
		if was, seen := j.s.Children[c.ID]; seen && was == now {
			continue
		}
		if out == nil {
			out = map[string]ChildCount{}
		}
		out[c.ID] = now
	}
	return out
}

// readsChildren reports that a formula that stands on a step counts a kind of cases.
func (d *Definition) readsChildren(step *Step, id string) bool {
	name := "children." + symbol(id)
	reads := func(f *formula) bool {
		return f != nil && (f.uses[name+".count"] || f.uses[name+".open"] || f.uses[name+".closed"])
	}
	if reads(step.when) {
		return true
	}
	for i := range d.src.Gates {
		if g := &d.src.Gates[i]; g.On == step.ID && reads(g.require) {
			return true
		}
	}
	for i := range step.Fields {
		if reads(step.Fields[i].requiredWhen) {
			return true
		}
	}
	for i := range step.Papers {
		if reads(step.Papers[i].requiredWhen) {
			return true
		}
	}
	return false
}
