package public

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"zhunsheng/gov"
	"zhunsheng/law"
	"zhunsheng/procedure"
	"zhunsheng/web"
)

func procedureURL(id string) string { return navProcedures + "/" + url.PathEscape(id) }

func ruleAnchor(rule procedure.RuleID) string { return "rule-" + string(rule) }

func ruleURL(def string, rule procedure.RuleID) string {
	if rule == "" {
		return procedureURL(def)
	}
	return procedureURL(def) + "#" + ruleAnchor(rule)
}

// surety counts citations by how sure they are.
type surety struct{ Text, Page, Unproven int }

func (n *surety) add(c procedure.CitationCounts) {
	n.Text, n.Page, n.Unproven = n.Text+c.Text, n.Page+c.Page, n.Unproven+c.Unproven
}

func (n surety) stats() []web.Stat {
	return []web.Stat{
		{Label: "已核对条文原文", Value: fmt.Sprint(n.Text), Tone: web.Met, Href: "/laws/leans-on", Note: "读过条文原文"},
		{Label: "见于公开网页", Value: fmt.Sprint(n.Page), Tone: web.Soon, Href: "/laws/leans-on", Note: "未核对原文，标注未核实"},
		{Label: "未核实或本地参数", Value: fmt.Sprint(n.Unproven), Tone: web.NA, Href: "/laws/leans-on", Note: "不作为法律条文引用"},
	}
}

// procedures lists the procedures that public power runs on here (程序目录).
func (p *Portal) procedures(w http.ResponseWriter, r *http.Request) error {
	var all surety
	t := web.Table{Caption: "程序", Columns: []web.Column{{Title: "程序", Main: true}, {Title: "环节", Num: true}, {Title: "必经程序", Num: true},
		{Title: "期限", Num: true}, {Title: "依据（已核对／网页／未核实）", Tight: true}}, Empty: web.Empty{Title: "还没有程序"}}
	for _, def := range p.Catalogue.Procedures() {
		n := def.CountCitations()
		all.add(n)
		t.Rows = append(t.Rows, web.Row{Href: procedureURL(def.ID()), Cells: []web.Cell{{Text: def.Name(), Sub: def.About()},
			web.Text(fmt.Sprint(len(def.Steps()))), web.Text(fmt.Sprint(len(def.Gates()))), web.Text(fmt.Sprint(len(def.Clocks()))),
			web.Text(fmt.Sprintf("%d／%d／%d", n.Text, n.Page, n.Unproven))}})
	}
	return web.OK(w, r, proceduresPage(p.shell(w, r, "程序与依据", navProcedures), t, all.stats()))
}

type procedureView struct {
	Name, About, ID, Version, SVG, Prose string
	Digest                               string
	Stats                                []web.Stat
	Basis                                []law.Citation
	Facts                                []web.Def
	Steps                                []stepView
	Clocks, Rules                        []ruleView
	Params                               web.Table
}

type stepView struct {
	ruleView
	Number int
	Help   string
	Gates  []ruleView
	Asks   []web.Def
}

// ruleView is one rule with what it rests on.
type ruleView struct {
	Rule  procedure.RuleID
	Kind  string
	Text  string
	Notes []string
	Cites []law.Citation
}

// procedure explains one procedure: its line, its steps, gates and limits with their
// articles, the local parameters in force, and what of it was not verified.
func (p *Portal) procedure(w http.ResponseWriter, r *http.Request) error {
	def, ok := p.Catalogue.Procedure(r.PathValue("procedure"))
	if !ok {
		return gov.Errorf(gov.NotFound, "没有这个程序，可能已经改名")
	}
	param, err := p.Params(r.Context())
	if err != nil {
		return err
	}
	var n surety
	n.add(def.CountCitations())
	today := p.today()
	v := procedureView{Name: def.Name(), About: def.About(), ID: def.ID(), Version: fmt.Sprintf("第 %d 版", def.Version()), Digest: def.Digest(),
		SVG: string(def.SVG(nil, procedure.Env{})), Prose: def.Explain(param, today), Stats: n.stats(), Basis: citations(def.Basis())}
	mode := "在本系统办理"
	if def.Mode() == procedure.External {
		mode = "在上级系统办理，本系统登记结果"
	}
	v.Facts = []web.Def{{Term: "办理方式", Text: mode}, {Term: "适用", Text: def.From().Chinese() + "起启动的案件"},
		{Term: "版本", Text: v.Version}, {Term: "定义摘要", Body: web.Digest("定义摘要", v.Digest)}}
	shown := map[procedure.RuleID]bool{"": true}
	for i, s := range def.Steps() {
		v.Steps = append(v.Steps, stepOf(def, s, i+1, shown))
	}
	for _, line := range def.Rules() {
		if shown[line.Rule] {
			continue
		}
		x := ruleView{Rule: line.Rule, Kind: line.Kind, Text: line.Text, Cites: citations(line.Cites)}
		if note := paramNote(param, line.Parameter, today); note != "" {
			x.Notes = append(x.Notes, note)
		}
		if line.Kind == "期限" || line.Kind == "延长" {
			v.Clocks = append(v.Clocks, x)
		} else {
			v.Rules = append(v.Rules, x)
		}
	}
	v.Params = params(def, param, today)
	s := p.shell(w, r, def.Name(), navProcedures)
	s.Crumbs = []web.Crumb{{Label: "程序与依据", Href: navProcedures}, {Label: def.Name()}}
	return web.OK(w, r, procedurePage(s, v))
}

func stepOf(def *procedure.Definition, s procedure.Step, number int, shown map[procedure.RuleID]bool) stepView {
	out := stepView{ruleView: ruleView{Rule: s.Rule, Kind: "环节", Text: s.Name, Cites: citations(s.Cites)}, Number: number, Help: s.Help}
	shown[s.Rule] = true
	var after, fields, papers, outcomes []string
	for _, id := range s.After {
		after = append(after, def.StepName(id))
	}
	for _, f := range s.Fields {
		if !f.Recording {
			fields = append(fields, f.Label+must(f.Required, f.RequiredWhen != ""))
		}
	}
	for _, x := range s.Papers {
		papers = append(papers, x.Label+must(x.Required, x.RequiredWhen != ""))
	}
	for _, o := range s.Outcomes {
		text := o.Name
		if o.Return != "" {
			text += "（退回" + def.StepName(o.Return) + "）"
		}
		outcomes = append(outcomes, text)
	}
	for _, d := range []web.Def{{Term: "须先完成", Text: strings.Join(after, "、")}, {Term: "可不办理", Text: s.Otherwise},
		{Term: "填写", Text: strings.Join(fields, "、")}, {Term: "材料", Text: strings.Join(papers, "、")}, {Term: "结果", Text: strings.Join(outcomes, "；")}} {
		if d.Text != "" {
			out.Asks = append(out.Asks, d)
		}
	}
	for _, g := range def.Gates() {
		if g.On == s.ID {
			shown[g.ID] = true
			out.Gates = append(out.Gates, ruleView{Rule: g.ID, Kind: "必经程序", Text: g.Text, Cites: citations(g.Cites)})
		}
	}
	return out
}

func must(required, sometimes bool) string {
	switch {
	case required:
		return "（必备）"
	case sometimes:
		return "（视情形必备）"
	}
	return ""
}

type paramSource func(string, gov.Day) (procedure.Param, bool)

// paramNote says what a local parameter now is, and where that comes from.
func paramNote(param paramSource, name string, on gov.Day) string {
	if name == "" {
		return ""
	}
	x, ok := param(name, on)
	if !ok {
		return "本地参数尚未设定"
	}
	text := "现行值：" + x.Value + "（" + x.Source
	if x.Unverified {
		text += "，未核实"
	}
	return text + "）"
}

// params lists the local parameters that a procedure goes by.
func params(def *procedure.Definition, param paramSource, on gov.Day) web.Table {
	t := web.Table{Caption: "本地参数", Columns: []web.Column{{Title: "参数", Main: true}, {Title: "现行值", Tight: true}, {Title: "来源"}, {Title: "用于"}},
		Empty: web.Empty{Title: "本程序没有本地参数", Text: "期限都由条文直接规定。"}}
	uses := map[string][]string{}
	var order []string
	for _, line := range def.Rules() {
		if line.Parameter == "" {
			continue
		}
		if uses[line.Parameter] == nil {
			order = append(order, line.Parameter)
		}
		uses[line.Parameter] = append(uses[line.Parameter], cmp.Or(string(line.Rule), "全程"))
	}
	for _, name := range order {
		x, ok := param(name, on)
		row := []web.Cell{web.Text(cmp.Or(x.Label, name)), web.Text(x.Value), web.Text(x.Source), {Body: ruleIDs(uses[name])}}
		switch {
		case !ok:
			row[1], row[2] = web.Mark(web.Soon, "尚未设定"), web.Text("")
		case x.Unverified:
			row[2].Body = loose(x.Source)
		}
		t.Rows = append(t.Rows, web.Row{Cells: row})
	}
	return t
}

// rule leads to the place where a rule of any procedure is explained.
func (p *Portal) rule(w http.ResponseWriter, r *http.Request) error {
	id := procedure.RuleID(r.PathValue("rule"))
	for _, def := range p.Catalogue.Procedures() {
		if id != "" && slices.ContainsFunc(def.Rules(), func(l procedure.RuleLine) bool { return l.Rule == id }) {
			http.Redirect(w, r, ruleURL(def.ID(), id), http.StatusSeeOther)
			return nil
		}
	}
	return gov.Errorf(gov.NotFound, "没有这条规则，请核对编号")
}
