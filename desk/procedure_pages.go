package desk

import (
	"net/http"
	"slices"
	"strings"

	"zhunsheng/gov"
	"zhunsheng/law"
	"zhunsheng/procedure"
	"zhunsheng/register"
	"zhunsheng/web"
)

// procedures lists the procedures that this program knows.
func (d *Desk) procedures(w http.ResponseWriter, r *http.Request) error {
	t := web.Table{Caption: "程序", Columns: []web.Column{{Title: "程序", Main: true}, {Title: "办理方式", Tight: true},
		{Title: "环节", Num: true}, {Title: "必经程序", Num: true}, {Title: "期限", Num: true}, {Title: "填写项", Num: true}, {Title: "材料", Num: true}},
		Empty: web.Empty{Title: "还没有程序定义"}}
	for _, def := range d.Docket.Definitions.All() {
		fields, papers := burden(def)
		t.Rows = append(t.Rows, web.Row{Href: procedureURL(def.ID()), Cells: []web.Cell{{Text: def.Name(), Sub: def.About()},
			web.Text(modeName(def.Mode())), web.Text(countText(int64(len(def.Steps())))), web.Text(countText(int64(len(def.Gates())))),
			web.Text(countText(int64(len(def.Clocks())))), web.Text(countText(fields)), web.Text(countText(papers))}})
	}
	return web.OK(w, r, proceduresPage(d.shell(w, r, "程序", navProcedures), t))
}

func modeName(m procedure.Mode) string {
	if m == procedure.External {
		return "上级系统办理，登记结果"
	}
	return "本系统办理"
}

// burden counts what a procedure asks people to fill in and to attach (填报负担).
func burden(def *procedure.Definition) (fields, papers int64) {
	fields = 1 + int64(len(def.Opening().Fields))
	for _, s := range def.Steps() {
		for _, f := range s.Fields {
			if !f.Recording {
				fields++
			}
		}
		papers += int64(len(s.Papers))
	}
	return fields, papers
}

// procedureView explains one procedure: its line, its gates and its limits with their
// articles, the local parameters in force, and what was not verified.
type procedureView struct {
	Head    web.PageHead
	SVG     string
	Basis   []law.Citation
	Facts   []web.Def
	Steps   []procedureStep
	Clocks  []procedureClock
	Params  web.Table
	Never   []web.Def
	Prose   string
	Loose   int // citations that are shown 未核实
	Checked int
}

type procedureStep struct {
	Name, Rule, Help string
	Cites            []law.Citation
	Gates            []gateNote
	Asks             []web.Def // what comes first, what is asked, how it may end
}

type procedureClock struct {
	Name, Rule, Text, Overdue string
	Cites                     []law.Citation
}

func (d *Desk) procedurePage(w http.ResponseWriter, r *http.Request) error {
	who, err := principal(r.Context())
	if err != nil {
		return err
	}
	def, err := d.Docket.Definitions.Current(r.PathValue("procedure"))
	if err != nil {
		return err
	}
	dir, err := d.directory(r.Context())
	if err != nil {
		return err
	}
	env := d.Docket.EnvOf(dir, who.Actor.Unit)
	count := def.CountCitations()
	v := procedureView{Head: web.PageHead{Kind: "程序", Title: def.Name(), Note: def.About()}, SVG: string(def.SVG(nil, env)),
		Basis: citations(def.Basis()), Prose: def.Explain(env.Param, d.today()), Loose: count.Page + count.Unproven, Checked: count.Text}
	fields, papers := burden(def)
	v.Facts = []web.Def{{Term: "办理方式", Text: modeName(def.Mode())}, {Term: "适用", Text: def.From().Chinese() + "起启动的案件"},
		{Term: "定义", Text: def.String()}, {Term: "定义摘要", Body: web.Digest("定义摘要", def.Digest())},
		{Term: "填报负担", Text: countText(fields) + " 个填写项，" + countText(papers) + " 种材料"}}
	for _, s := range def.Steps() {
		v.Steps = append(v.Steps, procedureStepOf(def, s))
	}
	for _, c := range def.Clocks() {
		v.Clocks = append(v.Clocks, procedureClockOf(def, c, env, d.today()))
	}
	v.Params = paramTable(def, dir, who.Actor.Unit, d.today())
	for _, n := range def.Never() {
		v.Never = append(v.Never, web.Def{Term: string(n.ID), Text: n.Text})
	}
	s := d.shell(w, r, def.Name(), navProcedures)
	s.Crumbs = []web.Crumb{{Label: "程序", Href: navProcedures}, {Label: def.Name()}}
	return web.OK(w, r, procedurePage(s, v))
}

func procedureStepOf(def *procedure.Definition, s procedure.Step) procedureStep {
	out := procedureStep{Name: s.Name, Rule: string(s.Rule), Help: s.Help, Cites: citations(s.Cites)}
	var after, outcomes, fields, papers []string
	for _, id := range s.After {
		after = append(after, def.StepName(id))
	}
	for _, o := range s.Outcomes {
		text := o.Name
		switch {
		case o.Return != "":
			text += "（退回" + def.StepName(o.Return) + "）"
		case o.Close != "":
			text += "（" + caseStatus(o.Close).Text + "）"
		}
		outcomes = append(outcomes, text)
	}
	for _, f := range s.Fields {
		if !f.Recording {
			fields = append(fields, f.Label+must(f.Required))
		}
	}
	for _, p := range s.Papers {
		papers = append(papers, p.Label+must(p.Required))
	}
	for _, x := range []web.Def{{Term: "须先完成", Text: strings.Join(after, "、")}, {Term: "可不办理", Text: s.Otherwise}} {
		if x.Text != "" {
			out.Asks = append(out.Asks, x)
		}
	}
	if len(fields) > 0 {
		out.Asks = append(out.Asks, web.Def{Term: "填写", Text: strings.Join(fields, "、")})
	}
	if len(papers) > 0 {
		out.Asks = append(out.Asks, web.Def{Term: "材料", Text: strings.Join(papers, "、")})
	}
	out.Asks = append(out.Asks, web.Def{Term: "结果", Text: strings.Join(outcomes, "；")})
	for _, g := range def.Gates() {
		if g.On == s.ID {
			out.Gates = append(out.Gates, gateNote{Rule: string(g.ID), Text: g.Text, Cites: citations(g.Cites)})
		}
	}
	return out
}

func must(required bool) string {
	if required {
		return "（必备）"
	}
	return ""
}

func procedureClockOf(def *procedure.Definition, c procedure.Clock, env procedure.Env, today gov.Day) procedureClock {
	limit := c.Limit
	if c.Parameter != "" {
		limit = "本地参数"
		if p, ok := env.Param(c.Parameter, today); ok {
			limit = p.Value + "（本地参数）"
		}
	}
	switch c.Kind {
	case procedure.AtLeast:
		limit = "不少于 " + limit
	case procedure.Before:
		limit = "提前 " + limit
	default:
		limit += "以内"
	}
	text := "自" + triggerNames(def, c.Starts) + "起，" + limit + "，至" + triggerNames(def, c.Stops) + "。按" + c.Under + c.Article + "计算日期。"
	return procedureClock{Name: c.Name, Rule: string(c.Rule), Text: text, Overdue: c.Overdue, Cites: citations(c.Cites)}
}

func triggerNames(def *procedure.Definition, list []procedure.Trigger) string {
	var out []string
	for _, t := range list {
		name := def.StepName(t.Step)
		if t.Opening {
			name = "启动"
		}
		if o := outcomeName(def, t.Step, t.Outcome); t.Outcome != "" && o != "" {
			name += "“" + o + "”"
		}
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return strings.Join(out, "、")
}

// paramTable lists the local parameters of a procedure as they are in force for a unit.
func paramTable(def *procedure.Definition, dir *register.Directory, unit gov.UnitID, on gov.Day) web.Table {
	t := web.Table{Caption: "本地参数", Columns: []web.Column{{Title: "参数", Main: true}, {Title: "现行值", Tight: true}, {Title: "来源"}, {Title: "核实", Tight: true}},
		Empty: web.Empty{Title: "本程序没有本地参数"}}
	seen := map[string]bool{}
	for _, c := range def.Clocks() {
		if c.Parameter == "" || seen[c.Parameter] {
			continue
		}
		seen[c.Parameter] = true
		row := web.Row{Href: entryURL(register.Parameters, c.Parameter), Cells: []web.Cell{{Text: c.Name, Sub: c.Parameter}}}
		p, ok := dir.Param(c.Parameter, unit, on)
		if !ok {
			row.Cells = append(row.Cells, web.Mark(web.Late, "未设定"), web.Text(""), web.Text(""))
		} else {
			mark := web.Mark(web.Met, "已核实")
			if p.Unverified {
				mark = web.Mark(web.Soon, "未核实")
			}
			row.Cells = append(row.Cells, web.Text(p.Value), web.Text(p.Source), mark)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
