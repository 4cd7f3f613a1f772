package procedure

import (
	"fmt"
	"strings"

	"zhunsheng/gov"
	"zhunsheng/law"
)

// Explain tells the definition as Chinese prose: steps, gates, clocks with their articles,
// and which of it was not verified. param may be nil; then the values of local parameters
// are not told.
func (d *Definition) Explain(param func(string, gov.Day) (Param, bool), on gov.Day) string {
	x := &explainer{d: d, param: param, on: on}
	x.head()
	for i := range d.src.Steps {
		x.step(i, &d.src.Steps[i])
	}
	x.clocks()
	x.rest()
	x.unverified()
	return x.b.String()
}

type explainer struct {
	d     *Definition
	param func(string, gov.Day) (Param, bool)
	on    gov.Day
	b     strings.Builder
	loose []string // what is 未核实
}

func (x *explainer) line(format string, args ...any) {
	fmt.Fprintf(&x.b, format+"\n", args...)
}

func (x *explainer) head() {
	d := x.d
	x.line("%s（%s）", d.src.Name, d)
	if d.src.About != "" {
		x.line("%s", d.src.About)
	}
	span := "适用于" + d.src.From.Chinese() + "起"
	if !d.src.To.IsZero() {
		span += "至" + d.src.To.Chinese()
	}
	mode := "在本系统办理"
	if d.src.Mode == External {
		mode = "在上级系统办理，本系统登记结果"
	}
	x.line("%s启动的案件；%s；由%s启动。", span, mode, x.role(d.src.Start.By))
	x.line("依据：%s。", x.cites("", d.src.Basis))
	x.opening()
	x.line("")
	x.line("环节")
}

func (x *explainer) step(i int, s *Step) {
	name := fmt.Sprintf("%d. %s", i+1, s.Name)
	if s.Aside {
		name = "另：" + s.Name
	}
	x.line("%s（%s），由%s办理。", name, s.Rule, x.role(s.By))
	if len(s.After) > 0 {
		x.line("   须先完成：%s。", x.stepNames(s.After))
	}
	if s.When != "" {
		x.line("   有条件的环节；可以不办理的情形：%s。", s.Otherwise)
		if s.lapses {
			x.line("   轮到而不属于应办情形的，为不适用，不影响其后的环节。")
		}
	}
	if s.slip != nil && len(s.slip.enter) > 0 {
		x.line("   纸质批示可由%s录入，须写明签署人，附审签单扫描件。", x.roles(s.slip.enter))
	}
	if len(s.Cites) > 0 {
		x.line("   依据：%s。", x.cites(s.Rule, s.Cites))
	}
	if r := x.d.roles[s.By]; r != nil && len(r.NotSameAs) > 0 {
		x.line("   %s：不得由办理%s的人办理。依据：%s。", r.Rule, x.stepNames(r.NotSameAs), x.cites(r.Rule, r.Cites))
	}
	var papers, fields []string
	for _, p := range s.Papers {
		made := ""
		if x.d.templateOf(s.ID, p.ID) != "" {
			made = "（由系统生成）"
		}
		papers = append(papers, p.Label+need(p.Required, p.RequiredWhen)+made)
	}
	for _, f := range s.Fields {
		if !f.Recording {
			fields = append(fields, f.Label+need(f.Required, f.RequiredWhen))
		}
	}
	if len(papers) > 0 {
		x.line("   材料：%s。", strings.Join(papers, "、"))
	}
	if len(fields) > 0 {
		x.line("   填写：%s。", strings.Join(fields, "、"))
	}
	for _, o := range s.Outcomes {
		if f := x.d.fields[o.Reason]; f != nil {
			x.line("   “%s”须填写“%s”。", o.Name, f.Label)
		}
		if o.By != "" {
			x.line("   “%s”由%s决定。", o.Name, x.role(o.By))
		}
	}
	x.takes(s.Takes)
	x.does(s)
	if len(s.Outcomes) > 1 || s.Outcomes[0].Close != "" {
		var outs []string
		for j := range s.Outcomes {
			o := &s.Outcomes[j]
			text := o.Name
			if leads := x.d.leads(s, o); leads != "" {
				text += "（" + leads + "）"
			}
			outs = append(outs, text)
		}
		x.line("   结果：%s。", strings.Join(outs, "；"))
	}
	if s.Again {
		x.line("   可以重复办理。")
	}
	if s.Final {
		x.line("   办理之后不能退回，也不能撤回。")
	}
	for _, g := range x.d.Gates() {
		if g.On == s.ID {
			x.line("   必经程序 %s：%s", g.ID, g.Text)
			x.line("     依据：%s。", x.cites(g.ID, g.Cites))
		}
	}
}

func (x *explainer) clocks() {
	if len(x.d.src.Clocks) == 0 {
		return
	}
	x.line("")
	x.line("期限")
	for i := range x.d.src.Clocks {
		c := &x.d.src.Clocks[i]
		x.line("%s %s：自%s起，%s，至%s。", c.Rule, c.Name, x.triggers(c.Starts), x.limit(c), x.triggers(c.Stops))
		if c.Until != "" {
			x.line("   届满日由表单写明，不另推算。依据：%s。", x.cites(c.Rule, c.Cites))
		} else {
			x.line("   按%s计算日期。依据：%s。", c.Under+c.Article, x.cites(c.Rule, c.Cites))
		}
		if c.Unless != "" {
			if f := x.d.fields[c.Unless]; f != nil {
				x.line("   提前办理须填写“%s”。", f.Label)
			}
		}
		x.turns(c)
		if c.Overdue != "" {
			x.line("   逾期：%s。", c.Overdue)
		}
	}
}

func (x *explainer) turns(c *Clock) {
	if len(c.Suspends) > 0 {
		x.line("   %s的，中止。", x.triggers(c.Suspends))
	}
	if len(c.Resumes) > 0 {
		x.line("   %s的，恢复。", x.triggers(c.Resumes))
	}
	if len(c.Restarts) > 0 {
		x.line("   %s的，重新计算。", x.triggers(c.Restarts))
	}
	for i := range c.Extends {
		e := &c.Extends[i]
		limit := orID(e.Limit, "本地参数 "+e.Parameter)
		x.line("   %s 延长：%s的，可以延长%s，以%s为限。依据：%s。", e.Rule, x.triggers([]Trigger{{Step: e.Step, Outcome: e.Outcome}}), limit, chineseTimes(e.times()), x.cites(e.Rule, e.Cites))
		if e.Text != "" {
			x.line("     条件：%s。", e.Text)
		}
		if p := x.d.papers[e.Notice]; p != nil {
			x.line("     须附“%s”。", p.Label)
		}
	}
	if v := c.Deemed; v != nil {
		since := "自届满之日"
		if v.Since == "start" {
			since = "自起算之日"
		}
		x.line("   期满未办的，%s起视为%s。", since, x.triggers([]Trigger{{Step: v.Step, Outcome: v.Outcome}}))
	}
}

func (x *explainer) limit(c *Clock) string {
	if f := x.d.fields[c.Until]; f != nil {
		if c.Kind == AtLeast {
			return "不早于“" + f.Label + "”届满"
		}
		return "至“" + f.Label + "”为止"
	}
	limit := c.Limit
	if c.Parameter != "" {
		limit = "本地参数 " + c.Parameter
		if x.param != nil {
			if p, ok := x.param(c.Parameter, x.on); ok {
				limit += "（现为" + p.Value + "，" + p.Source + "）"
			}
		}
	}
	switch c.Kind {
	case AtLeast:
		return "不少于" + limit
	case Before:
		return "提前" + limit
	}
	return limit + "以内"
}

func (x *explainer) rest() {
	d := x.d
	if len(d.src.Publications) > 0 {
		x.line("")
		x.line("公开")
		for _, p := range d.src.Publications {
			x.publication(&p)
		}
	}
	x.templates()
	if len(d.src.Record) > 0 {
		x.line("")
		var names []string
		for _, r := range d.src.Record {
			names = append(names, x.role(r))
		}
		x.line("补录：系统外已办理的，由%s补录，未遵守的程序逐项记为违反程序，不取号。", strings.Join(names, "、"))
	}
	if k := d.src.Correct; k != nil {
		x.line("")
		x.line("更正 %s：由%s提出，由%s批准，提出人、原办理人不能批准。依据：%s。", k.Rule, x.roles(k.By), x.roles(k.Approve), x.cites(k.Rule, k.Cites))
	}
	if d.src.LateEntry != "" {
		x.line("")
		x.line("录入：发生之日起超过本地参数 %s 才录入的，标明补记过晚，不影响办理。", d.src.LateEntry)
	}
	if len(d.src.Never) > 0 {
		x.line("")
		x.line("办理中不得出现")
		for _, n := range d.src.Never {
			x.line("%s %s。", n.ID, n.Text)
		}
	}
}

func (x *explainer) unverified() {
	x.line("")
	if len(x.loose) == 0 {
		x.line("各条依据均已核对条文原文。")
		return
	}
	x.line("未核实的依据")
	for _, l := range x.loose {
		x.line("%s", l)
	}
}

func (x *explainer) cites(rule RuleID, cs []Cite) string {
	var out []string
	for _, c := range cs {
		text := CiteText(c.Citation())
		out = append(out, text)
		if c.Citation().Unverified() {
			who := string(rule)
			if who == "" {
				who = "全程"
			}
			x.loose = append(x.loose, who+" "+text)
		}
	}
	return strings.Join(out, "；")
}

// CiteText is a citation in words, with 未核实 where it was not verified.
func CiteText(c law.Citation) string {
	text := c.Statute + c.Article
	var notes []string
	if c.Note != "" {
		notes = append(notes, c.Note)
	}
	if c.Unverified() {
		notes = append(notes, "未核实")
	}
	if len(notes) > 0 {
		text += "（" + strings.Join(notes, "，") + "）"
	}
	return text
}

func (x *explainer) role(id RoleID) string {
	if r := x.d.roles[id]; r != nil {
		return r.Name
	}
	return string(id)
}

func (x *explainer) roles(ids []RoleID) string {
	var out []string
	for _, id := range ids {
		out = append(out, x.role(id))
	}
	return strings.Join(out, "、")
}

func (x *explainer) stepNames(ids []StepID) string {
	var out []string
	for _, id := range ids {
		out = append(out, x.d.StepName(id))
	}
	return strings.Join(out, "、")
}

func (x *explainer) triggers(ts []Trigger) string {
	var out []string
	for _, t := range ts {
		switch s := x.d.steps[t.Step]; {
		case t.Opening:
			out = append(out, "启动")
		case s == nil:
			out = append(out, string(t.Step))
		case t.Outcome != "" && s.outcome(t.Outcome) != nil:
			out = append(out, s.Name+"“"+s.outcome(t.Outcome).Name+"”")
		default:
			out = append(out, s.Name)
		}
	}
	return strings.Join(out, "、")
}

func orID(label, id string) string {
	if label != "" {
		return label
	}
	return id
}
