package procedure

import "slices"

// further: roles of the public, intake, children, transition, templates and what outcomes
// open and enter name only what exists.
func (c *checker) further() {
	d := c.d
	for i, r := range d.src.Roles {
		if r.Unit == "public" && (len(r.NotSameAs) > 0 || r.Qualification != "") {
			c.report(r.Rule, "公众（unit: public）没有资格和人员分离的要求", "roles", i)
		}
		if r.Unit != "public" && len(r.Posts) == 0 {
			c.report(r.Rule, "角色“"+r.Name+"”没有写明岗位（posts）", "roles", i)
		}
	}
	c.takes("", d.src.Start.Takes, d.src.Start.Fields, "start", "takes")
	c.intake()
	seen := map[string]bool{}
	for i, k := range d.src.Children {
		if seen[k.ID] {
			c.report("", "子案件"+quoted(k.ID)+"写了两次", "children", i, "id")
		}
		seen[k.ID] = true
	}
	for i, s := range d.src.Steps {
		for j, o := range s.Outcomes {
			for k, x := range o.Opens {
				c.opens(s.Rule, x, "steps", i, "outcomes", j, "opens", k)
			}
			for k, x := range o.Enters {
				c.enters(s.Rule, x, "steps", i, "outcomes", j, "enters", k)
			}
		}
	}
	for i, t := range d.src.Templates {
		c.template(t, i)
	}
	if m := d.src.Moves; m != nil {
		for i, v := range m.From {
			if v >= d.src.Version {
				c.report("", "过渡的案件应属于更早的版本", "transition", "from", i)
			}
		}
	}
}

// hasNumber reports that the opening or a step takes a number of that name.
func (d *Definition) hasNumber(name string) bool {
	return slices.ContainsFunc(d.series(), func(takes []Series) bool {
		return slices.ContainsFunc(takes, func(n Series) bool { return n.Name == name })
	})
}

func (c *checker) takes(rule RuleID, takes []Series, fields []Field, path ...any) {
	for j, n := range takes {
		if n.RecordedAs == "" {
			continue
		}
		if k := slices.IndexFunc(fields, func(f Field) bool { return f.ID == n.RecordedAs }); k < 0 || !fields[k].Recording {
			c.report(rule, "recorded_as 应为本环节只在补录时填写的字段（recording: true）", append(slices.Clone(path), j, "recorded_as")...)
		}
	}
}

func (c *checker) intake() {
	d := c.d
	public := d.roles[d.src.Start.By] != nil && d.roles[d.src.Start.By].Unit == "public"
	in := d.src.Intake
	if in == nil {
		if public {
			c.report("", "由公众启动的程序应写明 intake", "start", "by")
		}
		return
	}
	if !public {
		c.report("", "公众提交（intake）的程序，start.by 应为 unit: public 的角色", "intake")
	}
	for i, id := range in.Fields {
		if !slices.ContainsFunc(d.src.Start.Fields, func(f Field) bool { return f.ID == id }) {
			c.report("", "启动时没有字段"+quoted(id), "intake", "fields", i)
		}
	}
	for i, f := range d.src.Start.Fields {
		if f.Required && !f.Recording && len(in.Fields) > 0 && !slices.Contains(in.Fields, f.ID) {
			c.report("", "必填的“"+f.Label+"”不在公众填写的字段（intake.fields）中", "start", "fields", i)
		}
	}
	if in.Receipt != "" && !slices.ContainsFunc(d.src.Start.Takes, func(n Series) bool { return n.Name == in.Receipt }) {
		c.report("", "启动时没有编号"+quoted(in.Receipt), "intake", "receipt")
	}
}

// typed wants a field of a type.
func (c *checker) typed(rule RuleID, key string, id FieldID, want FieldType, words string, path ...any) {
	c.field(id, path...)
	if f := c.d.fields[id]; f != nil && f.Type != want {
		c.report(rule, key+" 应为"+words+"字段", path...)
	}
}

func (c *checker) opens(rule RuleID, x Opens, path ...any) {
	at := func(keys ...any) []any { return append(slices.Clone(path), keys...) }
	if x.Title != "" {
		c.text(rule, x.Title, true, at("title")...)
	}
	for _, child := range sortedKeys(x.Fields) {
		own := x.Fields[child]
		c.field(own, at("fields", string(child))...)
		if c.d.Personal(own) {
			c.report(rule, "个人信息不随启动的案件复制："+string(own), at("fields", string(child))...)
		}
		if child == x.Link {
			c.report(rule, "字段"+quoted(child)+"用来指向本案，不能再复制", at("fields", string(child))...)
		}
	}
}

func (c *checker) enters(rule RuleID, x Enters, path ...any) {
	at := func(keys ...any) []any { return append(slices.Clone(path), keys...) }
	c.text(rule, x.Key, true, at("key")...)
	if x.From != "" {
		c.typed(rule, "from", x.From, DayField, "日期", at("from")...)
	}
	if x.To != "" {
		c.typed(rule, "to", x.To, DayField, "日期", at("to")...)
	}
	for _, name := range sortedKeys(x.Values) {
		c.text(rule, x.Values[name], true, at("values", name)...)
	}
	if x.Ends && (len(x.Values) > 0 || x.To != "") {
		c.report(rule, "ends 使登记终止，不再写入内容（values、to）", at("ends")...)
	}
}

func (c *checker) publication(p Publication, i int) {
	d := c.d
	if p.Paper != "" {
		c.paper(p.Paper, "publications", i, "paper")
	} else if p.OwnStanding == "" {
		c.report(p.Rule, "公开须写明公开的材料（paper）", "publications", i)
	}
	for j, id := range p.Papers {
		c.paper(id, "publications", i, "papers", j)
	}
	if p.Outcome != "" {
		c.trigger(Trigger{Step: p.Step, Outcome: p.Outcome}, "publications", i)
	}
	if p.Until != "" {
		c.typed(p.Rule, "until", p.Until, DayField, "日期", "publications", i, "until")
	}
	if p.Summary != "" {
		c.typed(p.Rule, "summary", p.Summary, LongTextField, "长文本（longtext）", "publications", i, "summary")
		if d.Personal(p.Summary) {
			c.report(p.Rule, "个人信息不公开", "publications", i, "summary")
		}
	}
	if p.Ends != "" {
		c.typed(p.Rule, "ends", p.Ends, CaseField, "关联案件（case）", "publications", i, "ends")
	}
	if (p.Ends == "") != (p.As == "") {
		c.report(p.Rule, "ends 和 as 应同时写", "publications", i)
	}
	if p.Intake != nil && p.Until == "" {
		c.report(p.Rule, "公开征求意见的，须写明截止日期的字段（until）", "publications", i, "intake")
	}
	if p.OwnStanding != "" && (p.Ends != "" || p.Intake != nil || p.Until != "") {
		c.report(p.Rule, "own_standing 只改变本案已有公开事项的状态", "publications", i, "own_standing")
	}
}

func (c *checker) until(k Clock, i int) {
	c.typed(k.Rule, "until", k.Until, DayField, "日期", "clocks", i, "until")
	if k.Kind == Before || k.CountsFrom != "" || k.Article != "" {
		c.report(k.Rule, "until 是表单写明的届满日，只用于 at_most 和 at_least，不再计算", "clocks", i, "until")
	}
	if n := len(k.Suspends) + len(k.Resumes) + len(k.Restarts) + len(k.Extends); n > 0 {
		c.report(k.Rule, "届满日由表单写明（until）的期限不能中止、恢复、重新计算、延长", "clocks", i)
	}
}
