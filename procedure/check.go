package procedure

import (
	"slices"
	"strings"

	"zhunsheng/law"
)

// Check reports everything for which a definition may not be used: what did not compile,
// unknown names, faults of the graph, rules without a lawful basis, and missing scenarios.
// An empty answer means that the definition may be loaded. Scenarios are to be added
// before; whether they hold is for RunScenarios to say.
func (d *Definition) Check(b *law.Book) []Problem {
	c := &checker{d: d, book: b, found: slices.Clone(d.faults), reach: map[StepID]bool{}}
	c.identity()
	c.references()
	c.conditions()
	c.graph()
	c.ruleIDs()
	c.bases()
	c.limits()
	c.coverage()
	return c.found.sort()
}

type checker struct {
	d     *Definition
	book  *law.Book
	found Problems
	reach map[StepID]bool // answers of reachable
}

func (c *checker) report(rule RuleID, text string, path ...any) {
	c.found = append(c.found, Problem{Pos: c.d.pos(path...), Rule: rule, Text: text})
}

func (c *checker) identity() {
	d := c.d
	if !d.src.To.IsZero() && d.src.To.Before(d.src.From) {
		c.report("", "止日早于起日", "to")
	}
	names := map[string]bool{}
	for i, s := range d.src.Steps {
		if names[s.Name] {
			c.report(s.Rule, "环节名称“"+s.Name+"”用了两次", "steps", i, "name")
		}
		names[s.Name] = true
	}
	symbols := map[string]bool{}
	twice := func(rule RuleID, takes []Series, path ...any) {
		for j, n := range takes {
			if symbols[n.Name] {
				c.report(rule, "编号“"+n.Name+"”写了两次", append(slices.Clone(path), j, "name")...)
			}
			symbols[n.Name] = true
		}
	}
	twice("", d.src.Start.Takes, "start", "takes")
	for i, s := range d.src.Steps {
		twice(s.Rule, s.Takes, "steps", i, "takes")
	}
}

// ruleIDs: every gate, step, clock, separation, publication duty and never line has an id
// of its own.
func (c *checker) ruleIDs() {
	d, seen := c.d, map[RuleID]bool{}
	use := func(id RuleID, path ...any) {
		if seen[id] {
			c.report(id, "规则编号用了两次", path...)
		}
		seen[id] = true
	}
	for i, r := range d.src.Roles {
		switch {
		case len(r.NotSameAs) > 0 && r.Rule == "":
			c.report("", "角色“"+r.Name+"”规定了不得为同一人（not_same_as），须有规则编号（rule）", "roles", i)
		case r.Rule != "":
			use(r.Rule, "roles", i, "rule")
		}
	}
	if d.src.Correct != nil {
		use(d.src.Correct.Rule, "correct", "rule")
	}
	for i, s := range d.src.Steps {
		use(s.Rule, "steps", i, "rule")
	}
	for i, g := range d.Gates() {
		use(g.ID, "gates", i, "id")
	}
	for i, k := range d.src.Clocks {
		use(k.Rule, "clocks", i, "rule")
		for j, x := range k.Extends {
			use(x.Rule, "clocks", i, "extends", j, "rule")
		}
	}
	for i, p := range d.src.Publications {
		use(p.Rule, "publications", i, "rule")
	}
	for i, n := range d.src.Never {
		use(n.ID, "never", i, "id")
	}
}

// graph: the order of steps has no cycle, every step can be reached, no return loop is
// without a way out, and the case can end.
func (c *checker) graph() {
	d := c.d
	closes := false
	for i, s := range d.src.Steps {
		if slices.Contains(d.above(s.ID), s.ID) {
			c.report(s.Rule, "环节“"+s.Name+"”要求自己先完成：先后顺序（after）成环，没有出口", "steps", i, "after")
		}
		out := false
		for j, o := range s.Outcomes {
			out = out || o.Return == ""
			closes = closes || o.Close == Closed && c.reachable(s.ID)
			if o.Return != "" && o.Return != s.ID && !slices.Contains(d.above(s.ID), o.Return) {
				c.report(s.Rule, "“"+o.Name+"”退回到并非其前的环节", "steps", i, "outcomes", j, "return")
			}
			if o.Only && (o.Return == "" || len(o.Keeping) > 0) {
				c.report(s.Rule, "“"+o.Name+"”：only 只用于退回（return），并且不写 keeping", "steps", i, "outcomes", j, "only")
			}
			for k, keep := range o.Keeping {
				if !slices.Contains(d.below[o.Return], keep) {
					c.report(s.Rule, "“"+o.Name+"”保留的环节不在退回范围内", "steps", i, "outcomes", j, "keeping", k)
				}
			}
			if n := count(o.Return != "", o.Close != "", o.Stops, o.Waives); n > 1 {
				c.report(s.Rule, "“"+o.Name+"”只能是退回、办结、终止、不适用之一", "steps", i, "outcomes", j)
			}
			if o.Waives && s.When == "" {
				c.report(s.Rule, "“"+o.Name+"”为不适用，环节须写明何时必须办理（when）", "steps", i, "outcomes", j)
			}
		}
		if !out {
			c.report(s.Rule, "环节“"+s.Name+"”的结果都是退回：循环没有出口", "steps", i, "outcomes")
		}
		if !c.reachable(s.ID) {
			c.report(s.Rule, "环节“"+s.Name+"”不可到达", "steps", i, "after")
		}
	}
	if !closes {
		c.report("", "没有任何可到达的环节使案件办结（close: closed）", "steps")
	}
}

// reachable: everything that comes first can be reached and can lead on. A step that is
// asked for again while its answer is being found stands in a cycle.
func (c *checker) reachable(id StepID) bool {
	answer, known := c.reach[id]
	if known {
		return answer
	}
	c.reach[id] = false
	s := c.d.steps[id]
	if s == nil {
		return false
	}
	for _, up := range s.After {
		first := c.d.steps[up]
		if first == nil || !c.reachable(up) {
			return false
		}
		if !slices.ContainsFunc(first.Outcomes, func(o Outcome) bool { return o.forward() && o.Close == "" }) {
			return false
		}
	}
	c.reach[id] = true
	return true
}

// coverage: a lawyer has shown by example what the definition means.
func (c *checker) coverage() {
	d := c.d
	if len(d.scenarios) == 0 {
		c.report("", "没有情形文件（.scenario）：每个定义都要有情形", "id")
		return
	}
	refused, seen := map[string]bool{}, map[string]bool{}
	for _, f := range d.scenarios {
		for _, sc := range f.Scenarios {
			for _, l := range sc.Lines {
				for _, e := range l.Expect {
					seen[e.Rule] = true
					for _, r := range e.Refused {
						refused[r] = true
					}
				}
			}
		}
	}
	for i, g := range d.Gates() {
		if !refused[string(g.ID)] && d.changedByOverlay(g.ID) {
			c.report(g.ID, "没有一个情形表明它不予办理（refused "+string(g.ID)+"）", "gates", i)
		}
	}
	for i, k := range d.src.Clocks {
		if !d.changedByOverlay(k.Rule) {
			continue
		}
		if !seen[string(k.Rule)] {
			c.report(k.Rule, "没有一个情形表明这个期限（clock "+string(k.Rule)+"）", "clocks", i)
		}
		for j, x := range k.Extends {
			if !refused[string(x.Rule)] {
				c.report(x.Rule, "没有一个情形表明不得延长（refused "+string(x.Rule)+"）", "clocks", i, "extends", j)
			}
		}
	}
}

func count(bs ...bool) int {
	n := 0
	for _, b := range bs {
		if b {
			n++
		}
	}
	return n
}

func quoted[T ~string](id T) string { return "“" + strings.TrimSpace(string(id)) + "”" }
