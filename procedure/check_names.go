package procedure

import "slices"

// references: every role, step, outcome, field, paper, clock and number that is named
// exists, and stands where it can be used.
func (c *checker) references() {
	d := c.d
	c.role(d.src.Start.By, "start", "by")
	for i, r := range d.src.Record {
		c.role(r, "record", i)
	}
	for i, so := range d.src.Signoffs {
		for j, r := range so.Enter {
			c.role(r, "signoffs", i, "enter", j)
		}
		if !slices.ContainsFunc(d.src.Steps, func(s Step) bool { return s.Signoff != nil && s.Signoff.Use == so.ID }) {
			c.report("", "没有环节使用审签“"+so.Name+"”", "signoffs", i)
		}
	}
	if k := d.src.Correct; k != nil {
		for i, r := range k.By {
			c.role(r, "correct", "by", i)
		}
		for i, r := range k.Approve {
			c.role(r, "correct", "approve", i)
		}
	}
	for i, r := range d.src.Roles {
		for j, s := range r.NotSameAs {
			c.step(s, "roles", i, "not_same_as", j)
		}
	}
	c.options(d.src.Start.Fields, "start", "fields")
	c.further()
	for i, s := range d.src.Steps {
		c.role(s.By, "steps", i, "by")
		for j, up := range s.After {
			c.step(up, "steps", i, "after", j)
		}
		seen := map[string]bool{}
		for j, o := range s.Outcomes {
			if seen[o.ID] {
				c.report(s.Rule, "办理结果"+quoted(o.ID)+"写了两次", "steps", i, "outcomes", j, "id")
			}
			seen[o.ID] = true
			if o.By != "" {
				c.role(o.By, "steps", i, "outcomes", j, "by")
			}
			if o.Reason != "" && !slices.ContainsFunc(s.Fields, func(f Field) bool { return f.ID == o.Reason }) {
				c.report(s.Rule, "reason 应为本环节的字段", "steps", i, "outcomes", j, "reason")
			}
			if o.Return != "" {
				c.step(o.Return, "steps", i, "outcomes", j, "return")
			}
		}
		c.options(s.Fields, "steps", i, "fields")
		c.takes(s.Rule, s.Takes, s.Fields, "steps", i, "takes")
	}
	for i, g := range d.Gates() {
		c.step(g.On, "gates", i, "on")
		for j, m := range g.Missing {
			if m.Step != "" {
				c.trigger(Trigger{Step: m.Step, Outcome: m.Outcome}, "gates", i, "missing", j)
			}
			if m.Field != "" {
				c.field(m.Field, "gates", i, "missing", j, "field")
			}
			if m.Paper != "" {
				c.paper(m.Paper, "gates", i, "missing", j, "paper")
			}
		}
	}
	for i, k := range d.src.Clocks {
		for j, t := range k.Starts {
			c.trigger(t, "clocks", i, "starts", j)
		}
		for j, t := range k.Stops {
			c.trigger(t, "clocks", i, "stops", j)
		}
		for j, t := range k.Cancels {
			c.trigger(t, "clocks", i, "cancels", j)
		}
		for j, t := range k.Suspends {
			c.trigger(t, "clocks", i, "suspends", j)
		}
		for j, t := range k.Resumes {
			c.trigger(t, "clocks", i, "resumes", j)
		}
		for j, t := range k.Restarts {
			c.trigger(t, "clocks", i, "restarts", j)
		}
		c.turns(k, i)
		if k.Unless != "" {
			c.field(k.Unless, "clocks", i, "unless")
		}
		if k.CountsFrom != "" {
			c.field(k.CountsFrom, "clocks", i, "counts_from")
			if f := d.fields[k.CountsFrom]; f != nil && f.Type != DayField {
				c.report(k.Rule, "counts_from 应为日期字段", "clocks", i, "counts_from")
			}
		}
	}
	c.publications()
	for i, f := range d.src.Facts {
		if (f.Clock == "") == (f.Value == "") {
			c.report("", "指标事实"+quoted(f.ID)+"应写 clock 或 value 之一", "facts", i)
		}
		if f.Clock != "" && d.clocks[f.Clock] == nil {
			c.report("", "没有期限"+quoted(f.Clock), "facts", i, "clock")
		}
	}
}

func (c *checker) publications() {
	for i, p := range c.d.src.Publications {
		c.step(p.Step, "publications", i, "step")
		c.publication(p, i)
		if p.Filed != "" {
			c.step(p.Filed, "publications", i, "filed")
		}
		for _, f := range append([]FieldID{p.Effective, p.Expires}, p.Masked...) {
			if f != "" {
				c.field(f, "publications", i)
			}
		}
		if p.Number != "" && !c.d.hasNumber(p.Number) {
			c.report(p.Rule, "没有编号"+quoted(p.Number), "publications", i, "number")
		}
	}
}

func (c *checker) options(fields []Field, path ...any) {
	for i, f := range fields {
		if len(f.Procedures) > 0 && f.Type != CaseField {
			c.report("", "字段“"+f.Label+"”：procedures 只用于 case", append(slices.Clone(path), i)...)
		}
		if (f.Type == ChoiceField) != (len(f.Options) > 0) {
			c.report("", "字段“"+f.Label+"”：选项（options）只用于 choice，且不能没有", append(slices.Clone(path), i)...)
		}
	}
}

func (c *checker) role(id RoleID, path ...any) {
	if c.d.roles[id] == nil {
		c.report("", "没有角色"+quoted(id), path...)
	}
}

func (c *checker) step(id StepID, path ...any) {
	if c.d.steps[id] == nil {
		c.report("", "没有环节"+quoted(id), path...)
	}
}

func (c *checker) field(id FieldID, path ...any) {
	if c.d.fields[id] == nil {
		c.report("", "没有字段"+quoted(id), path...)
	}
}

func (c *checker) paper(id PaperID, path ...any) {
	if c.d.papers[id] == nil {
		c.report("", "没有材料"+quoted(id), path...)
	}
}

func (c *checker) trigger(t Trigger, path ...any) {
	switch s := c.d.steps[t.Step]; {
	case t.Opening == (t.Step != ""):
		c.report("", "应写 opening 或 step 之一", path...)
	case t.Opening:
	case s == nil:
		c.step(t.Step, path...)
	case t.Outcome != "" && s.outcome(t.Outcome) == nil:
		c.report("", "环节“"+s.Name+"”没有办理结果"+quoted(t.Outcome), path...)
	}
}
