package procedure

import (
	"slices"

	"zhunsheng/law"
)

// turns: what suspends, extends and follows from a clock fits its kind and is complete.
func (c *checker) turns(k Clock, i int) {
	if n := len(k.Suspends) + len(k.Resumes) + len(k.Restarts) + len(k.Extends); n > 0 && k.Kind != AtMost {
		c.report(k.Rule, "只有最长期限（at_most）可以中止、恢复、重新计算、延长", "clocks", i)
	}
	if len(k.Suspends) > 0 && len(k.Resumes) == 0 && len(k.Restarts) == 0 {
		c.report(k.Rule, "写了中止（suspends）而没有恢复（resumes）或者重新计算（restarts）", "clocks", i, "suspends")
	}
	if len(k.Resumes) > 0 && len(k.Suspends) == 0 {
		c.report(k.Rule, "写了恢复（resumes）而没有中止（suspends）", "clocks", i, "resumes")
	}
	turning := append(slices.Clone(k.Suspends), k.Resumes...)
	for j, t := range append(turning, k.Restarts...) {
		if slices.Contains(k.Stops, t) || slices.Contains(k.Starts, t) || slices.Contains(k.Cancels, t) || t.Opening ||
			slices.Contains(turning[:min(j, len(turning))], t) {
			c.report(k.Rule, "同一件事不能既使期限中止、恢复、重新计算，又使它起算、停止或者再有一种变化", "clocks", i)
		}
	}
	for j, x := range k.Extends {
		c.trigger(Trigger{Step: x.Step, Outcome: x.Outcome}, "clocks", i, "extends", j)
		if (x.If == "") != (x.Text == "") {
			c.report(x.Rule, "延长的条件应同时写公式（if）和文字（text）", "clocks", i, "extends", j)
		}
		if s := c.d.steps[x.Step]; s != nil {
			if x.times() > 1 && !s.Again {
				c.report(x.Rule, "可以延长不止一次的，环节“"+s.Name+"”应可重复办理（again）", "clocks", i, "extends", j, "times")
			}
			if x.Notice != "" && !slices.ContainsFunc(s.Papers, func(p PaperSpec) bool { return p.ID == x.Notice }) {
				c.report(x.Rule, "notice 应为延长环节上的材料", "clocks", i, "extends", j, "notice")
			}
		}
		c.extensionLimit(k, x, i, j)
	}
	if k.Deemed != nil {
		c.deemed(k, i)
	}
}

func (c *checker) extensionLimit(k Clock, x Extension, i, j int) {
	if (x.Limit == "") == (x.Parameter == "") {
		c.report(x.Rule, "延长多久应写 limit 或 parameter 之一", "clocks", i, "extends", j)
		return
	}
	if x.Limit == "" {
		return
	}
	limit, err := law.ParseLimit(x.Limit)
	if err != nil {
		c.report(x.Rule, err.Error(), "clocks", i, "extends", j, "limit")
		return
	}
	if limit.Word == law.Hours {
		c.report(x.Rule, "以小时计的期限不能由案件的日期推算", "clocks", i, "extends", j, "limit")
		return
	}
	statute, err := c.book.Statute(k.Under)
	if err != nil {
		return // told of the clock
	}
	if text := c.contradiction(k, limit, statute); text != "" {
		c.report(x.Rule, text, "clocks", i, "extends", j, "limit")
	}
	for n, cite := range x.Cites {
		if cite.Statute != k.Under || cite.Says == "" {
			continue
		}
		if says, err := law.ParseLimit(cite.Says); err != nil || says != limit {
			c.report(x.Rule, "延长写作"+x.Limit+"，依据的条文写作"+cite.Says, "clocks", i, "extends", j, "cites", n, "says")
		}
	}
}

func (c *checker) deemed(k Clock, i int) {
	at := []any{"clocks", i, "deemed"}
	c.trigger(Trigger{Step: k.Deemed.Step, Outcome: k.Deemed.Outcome}, at...)
	if k.Kind == AtLeast {
		c.report(k.Rule, "最短期限（at_least）届满没有视为的后果", at...)
	}
	s := c.d.steps[k.Deemed.Step]
	if s == nil {
		return
	}
	if s.Again {
		c.report(k.Rule, "视为办理的环节不能是可重复办理的（again）", at...)
	}
	if o := s.outcome(k.Deemed.Outcome); o != nil && (o.Return != "" || o.Waives) {
		c.report(k.Rule, "视为的结果不能是退回或者不适用", at...)
	}
}
