package procedure

import (
	"fmt"
	"slices"

	"zhunsheng/gov"
	"zhunsheng/law"
)

// bases: every gate, clock, separation of persons and publication duty has a basis, and a
// basis that is said to be read in the text is known and in force.
func (c *checker) bases() {
	d := c.d
	for i := range d.src.Basis {
		c.cite("", d.src.Basis[i], "basis", i)
	}
	need := func(rule RuleID, what string, cites []Cite, path ...any) {
		if len(cites) == 0 {
			c.report(rule, what+"没有写明依据（cites）", path...)
		}
		c.based(rule, what, cites, path...)
		for i, cite := range cites {
			c.cite(rule, cite, append(append([]any(nil), path...), "cites", i)...)
		}
	}
	for i, r := range d.src.Roles {
		if len(r.NotSameAs) > 0 {
			need(r.Rule, "人员分离的要求", r.Cites, "roles", i)
		}
	}
	if d.src.Correct != nil {
		need(d.src.Correct.Rule, "更正", d.src.Correct.Cites, "correct")
	}
	for i, s := range d.src.Steps {
		for j, cite := range s.Cites {
			c.cite(s.Rule, cite, "steps", i, "cites", j)
		}
	}
	for i, g := range d.Gates() {
		need(g.ID, "必经程序", g.Cites, "gates", i)
	}
	for i, k := range d.src.Clocks {
		need(k.Rule, "期限", k.Cites, "clocks", i)
		for j, x := range k.Extends {
			need(x.Rule, "延长", x.Cites, "clocks", i, "extends", j)
		}
	}
	for i, p := range d.src.Publications {
		need(p.Rule, "公开义务", p.Cites, "publications", i)
	}
}

func (c *checker) cite(rule RuleID, cite Cite, path ...any) {
	c.since(rule, cite, path...)
	if cite.Mark == law.Memory || cite.Mark == law.Local {
		if cite.Article != "" {
			c.report(rule, "未核对原文的依据不写条文号："+cite.Statute, path...)
		}
		return
	}
	if cite.Mark == law.Page {
		return
	}
	if cite.Article == "" {
		c.report(rule, "已核对原文的依据应写明条文号："+cite.Statute, path...)
	}
	s, err := c.book.Statute(cite.Statute)
	if err != nil {
		c.report(rule, "依据不在法规登记中："+err.Error(), path...)
		return
	}
	c.read(rule, cite, s, path...)
}

// limits: a period is worded as its basis words it, and does not contradict how the
// statute itself counts days.
func (c *checker) limits() {
	for i, k := range c.d.src.Clocks {
		if k.Unless != "" && k.Kind != AtLeast {
			c.report(k.Rule, "unless 只用于 at_least", "clocks", i, "unless")
		}
		if count(k.Limit != "", k.Parameter != "", k.Until != "") != 1 {
			c.report(k.Rule, "期限应写 limit、parameter 或 until 之一", "clocks", i)
			continue
		}
		if k.Until != "" {
			c.until(k, i)
			continue
		}
		if k.Kind == Before && k.CountsFrom == "" {
			c.report(k.Rule, "before 须写明从哪个字段的日期向前计算（counts_from）", "clocks", i)
		}
		statute, err := c.book.Statute(k.Under)
		if err != nil {
			c.report(k.Rule, err.Error(), "clocks", i, "under")
			continue
		}
		if k.Parameter != "" {
			continue
		}
		limit, err := law.ParseLimit(k.Limit)
		if err != nil {
			c.report(k.Rule, err.Error(), "clocks", i, "limit")
			continue
		}
		if limit.Word == law.Hours {
			c.report(k.Rule, "以小时计的期限不能由案件的日期推算", "clocks", i, "limit")
			continue
		}
		if text := c.contradiction(k, limit, statute); text != "" {
			c.report(k.Rule, text, "clocks", i, "limit")
		}
		c.wording(k, limit, i)
	}
}

func (c *checker) contradiction(k Clock, limit law.Limit, statute *law.Statute) string {
	version := inForce(statute, c.d.src.From)
	if version.Mark == law.Local {
		return ""
	}
	explicit := slices.ContainsFunc(version.Days.Explicit, func(e law.Explicit) bool {
		return (k.Article == "" || e.Article == k.Article) && slices.Contains(e.Numbers, limit.N)
	})
	if limit.Word == law.Days && explicit && k.Article != "" {
		return fmt.Sprintf("%s%s明写“%d个工作日”，不能写作日", statute.Name, k.Article, limit.N)
	}
	if limit.Word != law.WorkingDays && limit.Word != law.CalendarDays {
		return ""
	}
	bare, err := c.book.Due(law.Query{Under: k.Under, Article: k.Article,
		Limit: law.Limit{N: limit.N, Word: law.Days}, From: c.d.src.From})
	if err != nil {
		return err.Error()
	}
	asWorking := bare.Unit == law.UnitWorking
	switch {
	case limit.Word == law.CalendarDays && asWorking:
		return fmt.Sprintf("%s中的“%d日”按工作日计算，不能写作自然日", statute.Name, limit.N)
	case limit.Word == law.WorkingDays && !asWorking && !explicit:
		return fmt.Sprintf("%s中的“%d日”按自然日计算，条文没有写明工作日", statute.Name, limit.N)
	}
	return ""
}

// inForce is the text in force on a day, or the oldest that the register has.
func inForce(s *law.Statute, on gov.Day) law.Version {
	out := s.Versions[0]
	for _, v := range s.Versions {
		if !on.Before(v.InForce) {
			out = v
		}
	}
	return out
}

// wording compares the limit with the number that the cited article is said to contain.
func (c *checker) wording(k Clock, limit law.Limit, i int) {
	if k.tightened {
		return // shorter than the article says, and refused if it were longer
	}
	for j, cite := range k.Cites {
		if cite.Statute != k.Under || cite.Says == "" {
			continue
		}
		if says, err := law.ParseLimit(cite.Says); err != nil || says != limit {
			c.report(k.Rule, fmt.Sprintf("期限写作%s，依据的条文写作%s", k.Limit, cite.Says), "clocks", i, "cites", j, "says")
		}
	}
}
