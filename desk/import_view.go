package desk

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"zhunsheng/exchange"
	"zhunsheng/procedure"
	"zhunsheng/web"
)

const navImport = "/desk/import"

func planURL(id string) string { return navImport + "/" + url.PathEscape(id) }

func tableURL(plan, digest string) string { return planURL(plan) + "/tables/" + url.PathEscape(digest) }

func batchURL(id string) string { return "/desk/imports/" + url.PathEscape(id) }

// tableControl is the file control of an upload, showControl which rows of a report are shown.
const (
	tableControl = "table"
	showControl  = "show"
	pageControl  = "page"
	nameControl  = "name"
)

// importsView is what may be imported, and what the reader imported.
type importsView struct {
	Plans   []planLine
	Batches web.Table
}

type planLine struct{ Name, About, Href string }

// planView is one plan: what a table for it holds, and where it is handed in.
type planView struct {
	Head     web.PageHead
	Template string
	Columns  web.Table
	Form     web.Form
	File     web.Field
}

// checkView is the report before anything is written (预检报告).
type checkView struct {
	Head    web.PageHead
	Stats   []web.Stat
	Ignored string // the columns that the plan does not know
	Shown   []showLink
	Table   web.Table
	Form    *web.Form
	Again   string
}

type showLink struct {
	Text, Href string
	Current    bool
}

// batchView is one table that is imported, was imported, or was taken back.
type batchView struct {
	Head     web.PageHead
	Progress *web.Progress
	Broken   string // why it does not go on; it can be gone on with
	Told     []web.Def
	Failed   []exchange.Problem
	Left     []exchange.Problem
	Resume   *web.Form
	Undo     *web.Form
	Reason   web.Field
	Cases    string
}

// rowKind sorts the rows of a report.
type rowKind struct {
	id, text string
	holds    func(exchange.Draft) bool
}

var rowKinds = []rowKind{
	{"", "全部", func(exchange.Draft) bool { return true }},
	{"problems", "有问题，不导入", func(d exchange.Draft) bool { return len(d.Problems) > 0 }},
	{"breaches", "可以导入，有违反程序", func(d exchange.Draft) bool { return len(d.Problems) == 0 && len(d.Breaches) > 0 }},
	{"clean", "可以导入，没有违反程序", func(d exchange.Draft) bool { return len(d.Problems) == 0 && len(d.Breaches) == 0 }},
}

// rowsPerPage is how many rows of a report stand on a page.
const rowsPerPage = 100

// reportTable shows the rows of one kind, one page of them.
func reportTable(def *procedure.Definition, report exchange.Report, kind rowKind, page int, address func(show string, page int) string) web.Table {
	t := web.Table{Caption: "逐行预检", Columns: []web.Column{{Title: "行", Num: true}, {Title: "文件", Main: true}, {Title: "将补录的事项"}, {Title: "预检结果"}},
		Empty: web.Empty{Title: "没有这样的行"}}
	n := 0
	for _, d := range report.Drafts {
		if !kind.holds(d) {
			continue
		}
		if n++; n <= (page-1)*rowsPerPage || n > page*rowsPerPage {
			continue
		}
		row := web.Row{Cells: []web.Cell{web.Text(fmt.Sprint(d.Row)), {Text: draftTitle(d), Sub: d.UnitName}, {Body: draftActs(actsOf(def, d))}, {Body: draftVerdict(verdictOf(d))}}}
		switch {
		case len(d.Problems) > 0:
			row.Tone = web.Late
		case len(d.Breaches) > 0:
			row.Tone = web.Soon
		}
		t.Rows = append(t.Rows, row)
	}
	t.Pager = &web.Pager{Note: fmt.Sprintf("共 %d 行", n)}
	if page > 1 {
		t.Pager.First, t.Pager.Prev = address(kind.id, 1), address(kind.id, page-1)
	}
	if page*rowsPerPage < n {
		t.Pager.Next = address(kind.id, page+1)
	}
	return t
}

func draftTitle(d exchange.Draft) string {
	if d.Title == "" {
		return "〔没有名称〕"
	}
	return d.Title
}

// actsOf tells what a row becomes: each step with its day, then what stands in its forms.
func actsOf(def *procedure.Definition, d exchange.Draft) []draftAct {
	var out []draftAct
	if !d.Opened.IsZero() {
		out = append(out, draftAct{web.LongDay(d.Opened), "启动", wordsOf(def, d.Fields)})
	}
	for _, a := range d.Acts {
		name := def.StepName(a.Step)
		if o := outcomeName(def, a.Step, a.Outcome); o != "" {
			name += "：" + o
		}
		out = append(out, draftAct{web.LongDay(a.Day), name, wordsOf(def, a.Fields)})
	}
	return out
}

func wordsOf(def *procedure.Definition, values map[procedure.FieldID]string) string {
	var parts []string
	for _, f := range fieldDefs(def, values) {
		parts = append(parts, f.Term+" "+f.Text)
	}
	return strings.Join(parts, "，")
}

// draftAct is one step of a row: when, what, and what stands in its form.
type draftAct struct{ Day, Name, Words string }

// verdict is what the check found of a row.
type verdict struct {
	Badge    web.BadgeView
	Problems []exchange.Problem
	Breaches []web.Breach
}

func verdictOf(d exchange.Draft) verdict {
	v := verdict{Problems: d.Problems, Badge: web.BadgeView{Tone: web.Met, Text: "可以导入"}}
	switch {
	case len(d.Problems) > 0:
		v.Badge = web.BadgeView{Tone: web.Late, Text: "不导入"}
	case len(d.Breaches) > 0:
		v.Badge = web.BadgeView{Tone: web.Soon, Text: countOf("可以导入，记下违反程序", int64(len(d.Breaches)))}
		v.Breaches = breaches(d.Breaches)
	}
	return v
}

// planColumns tells what a table for a plan may hold.
func planColumns(p *exchange.Plan, def *procedure.Definition) web.Table {
	t := web.Table{Caption: "表格的列", Columns: []web.Column{{Title: "列名", Main: true}, {Title: "说明"}, {Title: "可以填写"}, {Title: "也认得的列名"}}}
	for _, u := range p.Columns(def) {
		must := web.Text(u.What)
		if u.Must {
			must.Sub = "必填"
		}
		words := strings.Join(u.Words, "、")
		if u.Day {
			words = "日期"
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(u.Head), must, web.Text(words), web.Text(strings.Join(u.Also, "、"))}})
	}
	return t
}

// batchMark says where a batch stands.
func batchMark(b exchange.Batch, at exchange.Progress, working bool) web.BadgeView {
	switch {
	case working && at.Running && at.Undoing:
		return web.BadgeView{Tone: web.Info, Text: "正在撤销"}
	case working && at.Running:
		return web.BadgeView{Tone: web.Info, Text: "正在导入"}
	case !b.Undone.IsZero():
		return web.BadgeView{Tone: web.NA, Text: "已撤销"}
	case b.Finished.IsZero():
		return web.BadgeView{Tone: web.Soon, Text: "没有完成"}
	case len(b.Failed) > 0:
		return web.BadgeView{Tone: web.Soon, Text: fmt.Sprintf("已导入，%d 行没有导入", len(b.Failed))}
	}
	return web.BadgeView{Tone: web.Met, Text: "已导入"}
}

func (d *Desk) batchTable(list []exchange.Batch) web.Table {
	t := web.Table{Caption: "我的导入", Columns: []web.Column{{Title: "文件", Main: true}, {Title: "方案"}, {Title: "行数", Num: true}, {Title: "开始", Tight: true}, {Title: "状态", Tight: true}},
		Empty: web.Empty{Title: "还没有导入过", Text: "导入的批次会列在这里，可以随时撤销。", Icon: web.IconSpreadsheet}}
	for _, b := range list {
		at, working := d.Importer.Progress(b.ID)
		mark := batchMark(b, at, working)
		t.Rows = append(t.Rows, web.Row{Href: batchURL(b.ID), Cells: []web.Cell{web.Text(b.File), web.Text(d.planName(b.Plan)),
			web.Text(fmt.Sprint(b.Rows)), web.Text(web.ShortTime(b.Begun)), {Badge: &mark}}})
	}
	return t
}

func (d *Desk) planName(id string) string {
	if p, _, err := d.Importer.Plan(id); err == nil {
		return p.Name
	}
	return id
}

// currentPage marks the link that leads to where the reader is.
func currentPage(yes bool) templ.Attributes {
	if yes {
		return templ.Attributes{"aria-current": "page"}
	}
	return nil
}
