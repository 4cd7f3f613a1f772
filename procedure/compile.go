package procedure

import "slices"

// compile indexes the text and compiles its formulas. Faults are collected for Check; what
// is faulty evaluates to a refusal, never to a panic.
func (d *Definition) compile() {
	d.steps, d.roles = map[StepID]*Step{}, map[RoleID]*Role{}
	d.fields, d.papers = map[FieldID]*Field{}, map[PaperID]*PaperSpec{}
	d.clocks, d.below = map[ClockID]*Clock{}, map[StepID][]StepID{}
	if d.src.Level == "" {
		d.src.Level = "public"
	}
	for i := range d.src.Roles {
		r := &d.src.Roles[i]
		if r.Unit == "" {
			r.Unit = "own"
		}
		index(d, d.roles, r.ID, r, "角色", "roles", i, "id")
	}
	for i := range d.src.Start.Fields {
		f := &d.src.Start.Fields[i]
		index(d, d.fields, f.ID, f, "字段", "start", "fields", i, "id")
	}
	for i := range d.src.Steps {
		s := &d.src.Steps[i]
		index(d, d.steps, s.ID, s, "环节", "steps", i, "id")
		for j := range s.Fields {
			index(d, d.fields, s.Fields[j].ID, &s.Fields[j], "字段", "steps", i, "fields", j, "id")
		}
		for j := range s.Papers {
			index(d, d.papers, s.Papers[j].ID, &s.Papers[j], "材料", "steps", i, "papers", j, "id")
		}
	}
	for i := range d.src.Clocks {
		c := &d.src.Clocks[i]
		index(d, d.clocks, c.ID, c, "期限", "clocks", i, "id")
	}
	for _, s := range d.src.Steps {
		for _, up := range d.above(s.ID) {
			d.below[up] = append(d.below[up], s.ID)
		}
	}
	d.src.Gates = slices.DeleteFunc(d.src.Gates, func(g Gate) bool { return g.implied })
	d.formulas()
	d.arrows()
	d.restarts()
}

// index puts an item under its id and reports an id that stands twice.
func index[K ~string, V any](d *Definition, m map[K]*V, id K, v *V, what string, path ...any) {
	if m[id] != nil {
		d.fault(d.pos(path...), "", "%s“%s”写了两次", what, id)
		return
	}
	m[id] = v
}

// above lists every step that comes before a step, transitively, each once. It ends on any
// text, cycles included; a step in a cycle stands above itself.
func (d *Definition) above(id StepID) []StepID {
	var out []StepID
	seen := map[StepID]bool{}
	var walk func(StepID)
	walk = func(id StepID) {
		s := d.steps[id]
		if s == nil {
			return
		}
		for _, up := range s.After {
			if !seen[up] {
				seen[up] = true
				out = append(out, up)
				walk(up)
			}
		}
	}
	walk(id)
	return out
}

func (s *Step) outcome(id string) *Outcome {
	for i := range s.Outcomes {
		if s.Outcomes[i].ID == id {
			return &s.Outcomes[i]
		}
	}
	return nil
}

// forward reports that what needs the step may follow this outcome.
func (o *Outcome) forward() bool { return o.Return == "" && !o.Stops }

// usesForm reports that a gate reads what the step's own form will say, so that it can be
// judged only when the form is handed in.
func (d *Definition) usesForm(g *Gate) bool {
	s := d.steps[g.On]
	if s == nil || g.require == nil {
		return false
	}
	for _, f := range s.Fields {
		name := "fields." + symbol(f.ID)
		if g.require.readsField(name) {
			return true
		}
	}
	for _, p := range s.Papers {
		name := "papers." + symbol(p.ID)
		if g.require.uses[name+".given"] || g.require.uses[name+".count"] {
			return true
		}
	}
	return g.require.uses["act.outcome"]
}

// readsField reports that a formula reads a field or what it names.
func (f *formula) readsField(name string) bool {
	return f != nil && readsField(f.uses, name)
}

func readsField(uses map[string]bool, name string) bool {
	return uses[name] || uses[name+".given"] || uses[name+".closed"] || uses[name+".procedure"] || uses[name+".facts"]
}

// series lists the numbers of the opening and of each step.
func (d *Definition) series() [][]Series {
	out := [][]Series{d.src.Start.Takes}
	for _, s := range d.src.Steps {
		out = append(out, s.Takes)
	}
	return out
}
