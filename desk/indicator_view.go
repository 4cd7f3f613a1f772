package desk

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/indicator"
	"zhunsheng/indicator/indicatorsql"
	"zhunsheng/ledger/follow"
	"zhunsheng/procedure"
	"zhunsheng/register"
	"zhunsheng/sqldb"
	"zhunsheng/web"
)

func boardURL(p indicatorsql.Period, unit gov.UnitID) string {
	return withQuery(navIndicators, periodValues(p, unit))
}

func indicatorURL(id indicator.ID, p indicatorsql.Period, unit gov.UnitID) string {
	return withQuery(navIndicators+"/"+url.PathEscape(string(id)), periodValues(p, unit))
}

// countedURL opens one number: a part of the rate of a unit with all below it, or with own of
// the unit alone.
func countedURL(id indicator.ID, p indicatorsql.Period, unit gov.UnitID, why string, own bool) string {
	v := periodValues(p, unit)
	if why != "" {
		v.Set("why", why)
	}
	if own {
		v.Set("own", "1")
	}
	return withQuery(navIndicators+"/"+url.PathEscape(string(id))+"/cases", v)
}

func periodValues(p indicatorsql.Period, unit gov.UnitID) url.Values {
	v := url.Values{"from": {p.From.String()}, "to": {p.To.String()}}
	if unit != "" {
		v.Set("unit", string(unit))
	}
	return v
}

// asOf names the newest record that a reading projection has folded.
func asOf(at int64) string {
	if at == 0 {
		return "尚无记录"
	}
	return "第 " + strconv.FormatInt(at-1, 10) + " 号记录"
}

// boardView is every indicator over a period, by the catalogue.
type boardView struct {
	Note    string
	Filter  web.Filter
	Presets []preset
	Groups  []boardGroup
}

// boardGroup is one item of the catalogue.
type boardGroup struct {
	Part  string // named where a part begins
	Title string
	ID    string
	Table web.Table
	Idle  []idle // what has no case in the period
}

// idle is an indicator without cases: there is no number to open.
type idle struct{ Name, Note, Href string }

// indicatorView is one indicator over a period, by unit.
type indicatorView struct {
	Head    web.PageHead
	Total   []web.Stat
	Presets []preset
	Filter  web.Filter
	Table   web.Table
	Facts   []web.Def
}

type preset struct {
	Label, Href string
	Current     bool
}

func boardGroups(groups []indicator.Group, of map[indicator.ID]indicatorsql.Answer, p indicatorsql.Period, unit gov.UnitID) []boardGroup {
	var out []boardGroup
	part := ""
	for i, g := range groups {
		v := boardGroup{Title: g.Item, ID: fmt.Sprintf("group-%d", i+1)}
		if g.Part != part {
			v.Part, part = g.Part, g.Part
		}
		if v.Title == "" {
			v.Title = g.Part
		}
		v.Table = web.Table{Caption: v.Title, Columns: []web.Column{{Title: "指标", Main: true}, {Title: "数值", Num: true}, {Title: "分子", Num: true},
			{Title: "分母", Num: true}, {Title: "未达到", Num: true}, {Title: "须办理", Num: true}, {Title: "中止", Num: true}}}
		for _, def := range g.Members {
			if r := of[def.ID].Total; r.Denominator > 0 || r.Suspended > 0 {
				v.Table.Rows = append(v.Table.Rows, boardRow(def, r, p, unit))
			} else {
				v.Idle = append(v.Idle, idle{def.Name, numberAndMark(def), indicatorURL(def.ID, p, unit)})
			}
		}
		out = append(out, v)
	}
	return out
}

func boardRow(def indicator.Definition, r indicator.Rate, p indicatorsql.Period, unit gov.UnitID) web.Row {
	row := web.Row{Href: indicatorURL(def.ID, p, unit), Cells: append([]web.Cell{{Text: def.Name, Sub: numberAndMark(def)},
		numberLink(def.Text(r), indicatorURL(def.ID, p, unit))}, parts(def, r, p, unit, false)...)}
	if r.Missed() > 0 {
		row.Tone = web.Late
	}
	return row
}

// numberAndMark is the catalogue number of an indicator, and that it is not verified.
func numberAndMark(def indicator.Definition) string {
	if def.Verified {
		return def.Catalogue
	}
	return join(" · ", def.Catalogue, "口径未核实")
}

// parts are the numbers that a value is made of, each a link to its cases.
func parts(def indicator.Definition, r indicator.Rate, p indicatorsql.Period, unit gov.UnitID, own bool) []web.Cell {
	var out []web.Cell
	for _, x := range []struct {
		n   int64
		why string
	}{{r.Numerator, indicatorsql.Above}, {r.Denominator, indicatorsql.Counted}, {r.Missed(), indicatorsql.Missed},
		{r.Todo, indicatorsql.Todo}, {r.Suspended, indicatorsql.Apart}} {
		out = append(out, numberLink(fmt.Sprint(x.n), countedURL(def.ID, p, unit, x.why, own)))
	}
	return out
}

func numberLink(text, href string) web.Cell { return web.Cell{Body: plainLink(text, href)} }

func totals(def indicator.Definition, r indicator.Rate, p indicatorsql.Period, unit gov.UnitID) []web.Stat {
	value, tone := "分子 ÷ 分母", web.Info
	if def.Kind == indicator.CountKind {
		value = "应为零"
	}
	if r.Missed() > 0 {
		tone = web.Late
	} else if r.Denominator > 0 {
		tone = web.Met
	}
	return []web.Stat{
		{Label: def.Name, Value: def.Text(r), Href: countedURL(def.ID, p, unit, "", false), Tone: tone, Note: value},
		{Label: "分子", Value: fmt.Sprint(r.Numerator), Href: countedURL(def.ID, p, unit, indicatorsql.Above, false), Tone: web.Info, Note: "已达到"},
		{Label: "分母", Value: fmt.Sprint(r.Denominator), Href: countedURL(def.ID, p, unit, indicatorsql.Counted, false), Tone: web.Info, Note: "本期应计"},
		{Label: "须办理", Value: fmt.Sprint(r.Todo), Href: countedURL(def.ID, p, unit, indicatorsql.Todo, false), Tone: todoTone(r), Note: "未达到且仍在办"},
		{Label: "中止", Value: fmt.Sprint(r.Suspended), Href: countedURL(def.ID, p, unit, indicatorsql.Apart, false), Tone: web.NA, Note: "另列，不计入分子分母"},
	}
}

func todoTone(r indicator.Rate) web.Tone {
	if r.Todo > 0 {
		return web.Late
	}
	return web.NA
}

func looseMark(def indicator.Definition) []web.BadgeView {
	if def.Verified {
		return nil
	}
	return []web.BadgeView{{Tone: web.Soon, Text: "口径未核实"}}
}

// unitRow is one unit of an indicator: with all below it, or alone.
type unitRow struct {
	Unit gov.UnitID
	Rate indicator.Rate
	Own  bool // the unit alone
	Down bool // there are units below it
}

// unitRows are the units shown together: the one asked for, or the only one on top, then its
// own cases, then those directly below it. Several on top stand side by side.
func unitRows(tree []*indicator.Node, unit gov.UnitID) []unitRow {
	tops := tree
	if unit != "" {
		tops = found(tree, unit)
	}
	var out []unitRow
	for _, n := range tops {
		out = append(out, unitRow{Unit: n.Unit, Rate: n.Total, Down: len(n.Below) > 0 && len(tops) > 1})
	}
	if len(tops) != 1 || len(tops[0].Below) == 0 {
		return out
	}
	top := tops[0]
	if top.Own != (indicator.Rate{}) {
		out = append(out, unitRow{Unit: top.Unit, Rate: top.Own, Own: true})
	}
	below := slices.Clone(top.Below)
	slices.SortStableFunc(below, func(a, b *indicator.Node) int { return worse(a.Total, b.Total) })
	for _, n := range below {
		out = append(out, unitRow{Unit: n.Unit, Rate: n.Total, Down: len(n.Below) > 0})
	}
	return out
}

// found are the nodes of a unit; it has several when it was moved in the tree.
func found(tree []*indicator.Node, unit gov.UnitID) []*indicator.Node {
	var out []*indicator.Node
	for _, n := range tree {
		if n.Unit == unit {
			out = append(out, n)
			continue
		}
		out = append(out, found(n.Below, unit)...)
	}
	return out
}

// worse orders the lowest rate first and those without cases last.
func worse(x, y indicator.Rate) int {
	if (x.Denominator == 0) != (y.Denominator == 0) {
		return int(min(y.Denominator, 1)) - int(min(x.Denominator, 1))
	}
	return int(min(max(x.Numerator*y.Denominator-y.Numerator*x.Denominator, -1), 1))
}

func unitTable(def indicator.Definition, p indicatorsql.Period, rows []unitRow, dir *register.Directory) web.Table {
	t := web.Table{Caption: "各单位", Columns: []web.Column{{Title: "单位", Main: true}, {Title: "数值", Num: true}, {Title: "分子", Num: true},
		{Title: "分母", Num: true}, {Title: "未达到", Num: true}, {Title: "须办理", Num: true}, {Title: "中止", Num: true}},
		Empty: web.Empty{Title: "无案件", Text: "本期没有应当计入的案件。分母为零时不显示百分比。", Icon: web.IconChart}}
	for i, u := range rows {
		name, href := web.Text(unitName(dir, u.Unit)), countedURL(def.ID, p, u.Unit, "", u.Own)
		switch {
		case u.Own:
			name.Sub = "本单位，不含下级单位"
		case i == 0 && len(rows) > 1 && !u.Down:
			name.Sub = "合计，含下级单位"
		case u.Down:
			name.Sub, href = "含下级单位，可逐级点开", indicatorURL(def.ID, p, u.Unit)
		}
		row := web.Row{Href: href, Cells: append([]web.Cell{name, numberLink(def.Text(u.Rate), countedURL(def.ID, p, u.Unit, "", u.Own))},
			parts(def, u.Rate, p, u.Unit, u.Own)...)}
		if u.Rate.Missed() > 0 {
			row.Tone = web.Late
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// meaning says what an indicator counts, of which procedures and by which day.
func (d *Desk) meaning(def indicator.Definition) []web.Def {
	out := []web.Def{{Term: "分子", Text: def.Numerator}, {Term: "分母", Text: def.Denominator}}
	if def.Kind == indicator.CountKind {
		out = append(out, web.Def{Term: "数值", Text: "计入分母而没有计入分子的件数，应为零"})
	}
	for _, s := range def.Sources {
		out = append(out, web.Def{Term: "取自", Text: d.procedureName(s.Procedure) + "，按" + d.cohortName(s) + "统计"})
	}
	return append(out, web.Def{Term: "来源", Text: def.Basis})
}

// cohortName says by which day a source counts.
func (d *Desk) cohortName(s indicator.Source) string {
	switch {
	case s.Day.Opening:
		return "启动日期"
	case s.Day.Step == "":
		return "期限届满日期"
	}
	name := s.Day.Step
	if def, err := d.Docket.Definitions.Current(s.Procedure); err == nil {
		name = def.StepName(procedure.StepID(s.Day.Step))
	}
	return "“" + name + "”日期"
}

// cohortOf is cohortName where all sources agree.
func (d *Desk) cohortOf(def indicator.Definition) string {
	name := ""
	for _, s := range def.Sources {
		if n := d.cohortName(s); name == "" || name == n {
			name = n
		} else {
			return "统计日期"
		}
	}
	return name
}

func (d *Desk) periodText(def indicator.Definition, p indicatorsql.Period) string {
	return d.cohortOf(def) + "在 " + periodName(p) + "的案件"
}

func periodName(p indicatorsql.Period) string {
	return web.LongDay(p.From) + "至" + web.LongDay(p.To)
}

// presets are the periods that people ask for most.
func (d *Desk) presets(action string, p indicatorsql.Period, unit gov.UnitID) []preset {
	y, m, _ := d.today().Date()
	q := time.Month((int(m)-1)/3*3 + 1)
	quarter := indicatorsql.Period{From: gov.DateOf(y, q, 1), To: gov.DateOf(y, q+3, 1).AddDays(-1)}
	var out []preset
	for _, x := range []struct {
		label string
		p     indicatorsql.Period
	}{{"本年", wholeYear(y)}, {"本季", quarter}, {"上年", wholeYear(y - 1)}} {
		out = append(out, preset{Label: x.label, Href: withQuery(action, periodValues(x.p, unit)), Current: x.p == p})
	}
	return out
}

func (d *Desk) periodFilter(who *identity.Principal, dir *register.Directory, action string, p indicatorsql.Period, unit gov.UnitID) web.Filter {
	f := web.Filter{Action: action, Export: withQuery(action, periodValues(p, unit)) + "&" + sheetQuery, Fields: []web.Field{
		{Kind: web.DayKind, Name: "from", Label: "自", Value: p.From.String()},
		{Kind: web.DayKind, Name: "to", Label: "至", Value: p.To.String()}}}
	units := web.Field{Kind: web.SelectKind, Name: "unit", Label: "单位", Value: string(unit), Placeholder: "全部"}
	for _, u := range d.readableUnits(who, dir) {
		units.Options = append(units.Options, web.Option{Value: string(u.ID), Label: u.Name})
	}
	if len(units.Options) > 1 || unit != "" {
		f.Fields = append(f.Fields, units)
	}
	if p != wholeYear(d.today().Year()) || unit != "" {
		f.Clear = action
	}
	return f
}

// directoryAt reads the directory, and how many records a reading projection has folded.
func (d *Desk) directoryAt(ctx context.Context, projection string) (dir *register.Directory, at int64, err error) {
	err = d.DB.Read(ctx, func(tx *sqldb.Tx) error {
		if dir, err = d.Registers.Directory(tx); err != nil {
			return err
		}
		at, err = follow.At(tx, projection)
		return err
	})
	return dir, at, err
}

// unitLabel is the name of a unit that an address asks for; nothing when its cases are not for
// the reader to see.
func unitLabel(who *identity.Principal, dir *register.Directory, id gov.UnitID) string {
	u, ok := dir.Unit(id)
	if !ok || !who.Access.MayRead(identity.CaseScope{UnitPath: u.Path}) {
		return ""
	}
	return u.Name
}

// partName says which part of a rate a list holds.
func partName(def indicator.Definition, why string) string {
	switch why {
	case "":
		return "全部计入的案件"
	case indicatorsql.Counted:
		return "分母所计的案件"
	case indicatorsql.Above:
		return "分子所计的案件"
	case indicatorsql.Missed:
		return "未达到的案件"
	case indicatorsql.Todo:
		return "未达到、须办理的案件"
	case indicatorsql.Apart:
		return "中止的案件"
	}
	_, word := whyWord(def, why)
	return word
}

// whyWord says what a case counts as.
func whyWord(def indicator.Definition, why string) (web.Tone, string) {
	switch why {
	case indicatorsql.Held:
		return web.Met, "已达到"
	case indicatorsql.Lacking:
		if def.Lacking != "" {
			return web.Late, def.Lacking
		}
		return web.Late, "未达到"
	}
	return clockWord(procedure.ClockStatus(why))
}

func (d *Desk) countedTable(def indicator.Definition, lines []indicatorsql.Line, dir *register.Directory) web.Table {
	t := web.Table{Caption: "背后的案件", Columns: []web.Column{{Title: "案件", Main: true}, {Title: "单位"}, {Title: d.cohortOf(def), Tight: true},
		{Title: "结果", Tight: true}, {Title: "由谁办理"}, {Title: "标记", Tight: true}},
		Empty: web.Empty{Title: "无案件", Text: "这个数字背后没有您可以查阅的案件。"}}
	for _, l := range lines {
		tone, word := whyWord(def, l.Why)
		row := web.Row{Href: caseURL(l.Case), Cells: []web.Cell{{Text: l.Title, Sub: l.Number}, web.Text(unitName(dir, l.Unit)),
			web.Text(web.LongDay(l.Cohort)), web.Mark(tone, word), handler(l, dir), {Body: badges(caseMarks(0, l.Breaches, l.Recording))}}}
		if tone == web.Late {
			row.Tone = web.Late
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// handler is who must do what next in a case; nobody where it has ended.
func handler(l indicatorsql.Line, dir *register.Directory) web.Cell {
	if l.Status != procedure.Open {
		return web.Text(caseStatus(l.Status).Text)
	}
	cell := web.Text(l.Station)
	if post, ok := dir.Post(l.Awaits); ok {
		cell.Sub = post.Name
	}
	return cell
}
