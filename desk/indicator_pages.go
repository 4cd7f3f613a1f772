package desk

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
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

const linesPerPage = 50

func indicatorURL(id indicator.ID, p indicatorsql.Period, unit gov.UnitID) string {
	return withQuery(navIndicators+"/"+url.PathEscape(string(id)), periodValues(p, unit))
}

func indicatorCasesURL(id indicator.ID, p indicatorsql.Period, unit gov.UnitID, why string) string {
	v := periodValues(p, unit)
	if why != "" {
		v.Set("why", why)
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

// readPeriod reads the period of an address; without one it is this year.
func (d *Desk) readPeriod(v url.Values) (indicatorsql.Period, error) {
	if v.Get("from") == "" && v.Get("to") == "" {
		return wholeYear(d.today().Year()), nil
	}
	from, err := gov.ParseDay(v.Get("from"))
	if err != nil {
		return indicatorsql.Period{}, gov.FieldError("from", "请填写期间的起始日期")
	}
	to, err := gov.ParseDay(v.Get("to"))
	if err != nil {
		return indicatorsql.Period{}, gov.FieldError("to", "请填写期间的截止日期")
	}
	if to.Before(from) {
		return indicatorsql.Period{}, gov.FieldError("to", "截止日期早于起始日期，请改正")
	}
	return indicatorsql.Period{From: from, To: to}, nil
}

// indicatorOf finds the indicator that an address names.
func (d *Desk) indicatorOf(id string) (indicator.Definition, error) {
	i := slices.IndexFunc(d.Indicators, func(x indicator.Definition) bool { return string(x.ID) == id })
	if i < 0 {
		return indicator.Definition{}, gov.Errorf(gov.NotFound, "没有这个指标，请从指标列表进入")
	}
	return d.Indicators[i], nil
}

// indicators lists the indicators with this year's value.
func (d *Desk) indicators(w http.ResponseWriter, r *http.Request) error {
	who, err := principal(r.Context())
	if err != nil {
		return err
	}
	p := wholeYear(d.today().Year())
	s := d.shell(w, r, "指标", navIndicators)
	t := web.Table{Caption: "指标", Columns: []web.Column{{Title: "指标", Main: true}, {Title: "本年", Num: true}, {Title: "分子", Num: true},
		{Title: "分母", Num: true}, {Title: "口径"}}, Empty: web.Empty{Title: "还没有指标"}}
	for _, def := range d.Indicators {
		a, err := d.Board.Rates(r.Context(), who, def.ID, p, "")
		if err != nil {
			return err
		}
		s.AsOf = asOf(a.At)
		t.Rows = append(t.Rows, web.Row{Href: indicatorURL(def.ID, p, ""), Cells: []web.Cell{{Text: def.Name, Sub: def.Catalogue},
			numberLink(a.Total.Text(), indicatorURL(def.ID, p, "")),
			numberLink(fmt.Sprint(a.Total.Numerator), indicatorCasesURL(def.ID, p, "", string(procedure.ClockMet))),
			numberLink(fmt.Sprint(a.Total.Denominator), indicatorCasesURL(def.ID, p, "", indicatorsql.Counted)),
			{Text: def.Numerator + " ÷ " + def.Denominator}}})
	}
	return web.OK(w, r, indicatorsPage(s, t))
}

// asOf names the newest record that a reading projection has folded.
func asOf(at int64) string {
	if at == 0 {
		return "尚无记录"
	}
	return "第 " + strconv.FormatInt(at-1, 10) + " 号记录"
}

// indicatorView is one indicator over a period, by unit.
type indicatorView struct {
	Head    web.PageHead
	Total   []web.Stat
	Presets []preset
	Filter  web.Filter
	Table   web.Table
	Facts   []web.Def
	Loose   bool // shown 未核实
}

type preset struct {
	Label, Href string
	Current     bool
}

func (d *Desk) indicatorPage(w http.ResponseWriter, r *http.Request) error {
	who, err := principal(r.Context())
	if err != nil {
		return err
	}
	def, err := d.indicatorOf(r.PathValue("indicator"))
	if err != nil {
		return err
	}
	q := r.URL.Query()
	p, err := d.readPeriod(q)
	if err != nil {
		return err
	}
	unit := gov.UnitID(q.Get("unit"))
	a, err := d.Board.Rates(r.Context(), who, def.ID, p, unit)
	if err != nil {
		return err
	}
	dir, err := d.directory(r.Context())
	if err != nil {
		return err
	}
	v := indicatorView{Head: web.PageHead{Kind: join(" ", "指标", def.Catalogue), Title: def.Name, Note: periodText(p)},
		Presets: d.presets(def.ID, p, unit), Filter: d.periodFilter(who, dir, def.ID, p, unit), Loose: !def.Verified,
		Facts: []web.Def{{Term: "分子", Text: def.Numerator}, {Term: "分母", Text: def.Denominator}, {Term: "来源", Text: def.Basis}}}
	v.Total = []web.Stat{
		{Label: def.Name, Value: a.Total.Text(), Href: indicatorCasesURL(def.ID, p, unit, ""), Tone: web.Info, Note: "分子 ÷ 分母"},
		{Label: "分子", Value: fmt.Sprint(a.Total.Numerator), Href: indicatorCasesURL(def.ID, p, unit, string(procedure.ClockMet)), Tone: web.Met, Note: "按期"},
		{Label: "分母", Value: fmt.Sprint(a.Total.Denominator), Href: indicatorCasesURL(def.ID, p, unit, indicatorsql.Counted), Tone: web.Info, Note: "期限在本期届满"},
		{Label: "中止", Value: fmt.Sprint(a.Total.Suspended), Href: indicatorCasesURL(def.ID, p, unit, string(procedure.ClockSuspended)), Tone: web.NA, Note: "另列，不计入分子分母"},
	}
	v.Table = unitRates(def.ID, p, a.Units, dir)
	s := d.shell(w, r, def.Name, navIndicators)
	s.AsOf = asOf(a.At)
	s.Crumbs = []web.Crumb{{Label: "指标", Href: navIndicators}, {Label: def.Name}}
	return web.OK(w, r, indicatorPage(s, v))
}

func periodText(p indicatorsql.Period) string {
	return "期限在 " + web.LongDay(p.From) + " 至 " + web.LongDay(p.To) + " 届满的案件"
}

// unitRates is the rate by unit: those with the lowest rate come first, and units without
// cases come last.
func unitRates(id indicator.ID, p indicatorsql.Period, units []indicatorsql.UnitRate, dir *register.Directory) web.Table {
	t := web.Table{Caption: "各单位", Columns: []web.Column{{Title: "单位", Main: true}, {Title: "比率", Num: true}, {Title: "分子", Num: true},
		{Title: "分母", Num: true}, {Title: "未按期", Num: true}, {Title: "中止", Num: true}},
		Empty: web.Empty{Title: "无案件", Text: "本期没有期限届满的案件。分母为零时不显示百分比。", Icon: web.IconChart}}
	list := slices.Clone(units)
	slices.SortStableFunc(list, func(a, b indicatorsql.UnitRate) int {
		x, y := a.Rate, b.Rate
		if (x.Denominator == 0) != (y.Denominator == 0) {
			return int(min(y.Denominator, 1)) - int(min(x.Denominator, 1))
		}
		if c := x.Numerator*y.Denominator - y.Numerator*x.Denominator; c != 0 {
			return int(min(max(c, -1), 1))
		}
		return strings.Compare(string(a.Unit), string(b.Unit))
	})
	for _, u := range list {
		row := web.Row{Cells: []web.Cell{web.Text(unitName(dir, u.Unit)),
			numberLink(u.Rate.Text(), indicatorCasesURL(id, p, u.Unit, "")),
			numberLink(fmt.Sprint(u.Rate.Numerator), indicatorCasesURL(id, p, u.Unit, string(procedure.ClockMet))),
			numberLink(fmt.Sprint(u.Rate.Denominator), indicatorCasesURL(id, p, u.Unit, indicatorsql.Counted)),
			numberLink(fmt.Sprint(u.Rate.Denominator-u.Rate.Numerator), indicatorCasesURL(id, p, u.Unit, indicatorsql.Missed)),
			numberLink(fmt.Sprint(u.Rate.Suspended), indicatorCasesURL(id, p, u.Unit, string(procedure.ClockSuspended)))}}
		if u.Rate.Denominator > u.Rate.Numerator {
			row.Tone = web.Late
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func numberLink(text, href string) web.Cell { return web.Cell{Body: plainLink(text, href)} }

// presets are the periods that people ask for most.
func (d *Desk) presets(id indicator.ID, p indicatorsql.Period, unit gov.UnitID) []preset {
	y, m, _ := d.today().Date()
	q := time.Month((int(m)-1)/3*3 + 1)
	quarter := indicatorsql.Period{From: gov.DateOf(y, q, 1), To: gov.DateOf(y, q+3, 1).AddDays(-1)}
	var out []preset
	for _, x := range []struct {
		label string
		p     indicatorsql.Period
	}{{"本年", wholeYear(y)}, {"本季", quarter}, {"上年", wholeYear(y - 1)}} {
		out = append(out, preset{Label: x.label, Href: indicatorURL(id, x.p, unit), Current: x.p == p})
	}
	return out
}

func (d *Desk) periodFilter(who *identity.Principal, dir *register.Directory, id indicator.ID, p indicatorsql.Period, unit gov.UnitID) web.Filter {
	action := navIndicators + "/" + url.PathEscape(string(id))
	f := web.Filter{Action: action, Fields: []web.Field{
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

// indicatorCases opens a rate into its cases.
func (d *Desk) indicatorCases(w http.ResponseWriter, r *http.Request) error {
	who, err := principal(r.Context())
	if err != nil {
		return err
	}
	def, err := d.indicatorOf(r.PathValue("indicator"))
	if err != nil {
		return err
	}
	v := r.URL.Query()
	p, err := d.readPeriod(v)
	if err != nil {
		return err
	}
	q := indicatorsql.CasesQuery{Indicator: def.ID, Period: p, Unit: gov.UnitID(v.Get("unit")), Why: v.Get("why"), Limit: linesPerPage}
	if q.After, err = readLineKey(v.Get("after")); err != nil {
		return err
	}
	lines, more, err := d.Board.Cases(r.Context(), who, q)
	if err != nil {
		return err
	}
	dir, at, err := d.directoryAt(r.Context(), indicatorsql.Name)
	if err != nil {
		return err
	}
	t := countedTable(lines, dir)
	t.Pager = &web.Pager{Note: fmt.Sprintf("本页 %d 件", len(lines))}
	here := indicatorCasesURL(def.ID, p, q.Unit, q.Why)
	if q.After != nil {
		t.Pager.First = here
	}
	if more {
		last := lines[len(lines)-1]
		t.Pager.Next = here + "&after=" + url.QueryEscape(fmt.Sprintf("%d~%s~%s", last.Numerator, last.Cohort, last.Case))
	}
	title := "全部计入的案件"
	switch q.Why {
	case "":
	case indicatorsql.Counted:
		title = "分母所计的案件"
	case indicatorsql.Missed:
		title = "未按期的案件"
	default:
		_, title = clockWord(procedure.ClockStatus(q.Why))
	}
	head := web.PageHead{Kind: join(" · ", def.Name, title), Title: "背后的案件", Note: join("，", periodText(p), unitLabel(dir, q.Unit))}
	s := d.shell(w, r, def.Name+" · 背后的案件", navIndicators)
	s.AsOf = asOf(at)
	s.Crumbs = []web.Crumb{{Label: "指标", Href: navIndicators}, {Label: def.Name, Href: indicatorURL(def.ID, p, q.Unit)}, {Label: title}}
	return web.OK(w, r, indicatorCasesPage(s, head, t))
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

func unitLabel(dir *register.Directory, id gov.UnitID) string {
	if id == "" {
		return ""
	}
	return unitName(dir, id)
}

func readLineKey(after string) (*indicatorsql.Line, error) {
	if after == "" {
		return nil, nil
	}
	part := strings.SplitN(after, "~", 3)
	bad := gov.FieldError("after", "翻页的地址不完整，请从第一页开始")
	if len(part) != 3 {
		return nil, bad
	}
	n, err := strconv.ParseInt(part[0], 10, 64)
	if err != nil {
		return nil, bad
	}
	day, err := gov.ParseDay(part[1])
	if err != nil {
		return nil, bad
	}
	return &indicatorsql.Line{Numerator: n, Cohort: day, Case: gov.CaseID(part[2])}, nil
}

func countedTable(lines []indicatorsql.Line, dir *register.Directory) web.Table {
	t := web.Table{Caption: "背后的案件", Columns: []web.Column{{Title: "案件", Main: true}, {Title: "单位"}, {Title: "期限届满", Tight: true},
		{Title: "结果", Tight: true}, {Title: "标记", Tight: true}},
		Empty: web.Empty{Title: "无案件", Text: "这个数字背后没有您可以查阅的案件。"}}
	for _, l := range lines {
		tone, word := clockWord(procedure.ClockStatus(l.Why))
		row := web.Row{Href: caseURL(l.Case), Cells: []web.Cell{{Text: l.Title, Sub: l.Number}, web.Text(unitName(dir, l.Unit)),
			web.Text(web.LongDay(l.Cohort)), web.Mark(tone, word), {Body: badges(caseMarks(0, l.Breaches, l.Recording))}}}
		if tone == web.Late {
			row.Tone = web.Late
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
