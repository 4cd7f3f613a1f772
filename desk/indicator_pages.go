package desk

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"zhunsheng/gov"
	"zhunsheng/indicator"
	"zhunsheng/indicator/indicatorsql"
	"zhunsheng/web"
)

const linesPerPage = 50

// indicators is the board: every indicator over a period, in the order of the catalogue.
func (d *Desk) indicators(w http.ResponseWriter, r *http.Request) error {
	who, err := principal(r.Context())
	if err != nil {
		return err
	}
	q := r.URL.Query()
	p, err := d.readPeriod(q)
	if err != nil {
		return err
	}
	unit := gov.UnitID(q.Get("unit"))
	of, at, err := d.Board.All(r.Context(), who, p, unit)
	if err != nil {
		return err
	}
	dir, err := d.directory(r.Context())
	if err != nil {
		return err
	}
	if wantsSheet(q) {
		return sendSheet(w, "指标"+periodName(p), boardSheet(indicator.Grouped(d.Indicators), of, p, unitLabel(who, dir, unit), asOf(at)))
	}
	v := boardView{Filter: d.periodFilter(who, dir, navIndicators, p, unit), Presets: d.presets(navIndicators, p, unit),
		Note: join("，", periodName(p), unitLabel(who, dir, unit)), Groups: boardGroups(indicator.Grouped(d.Indicators), of, p, unit)}
	s := d.shell(w, r, "指标", navIndicators)
	s.AsOf = asOf(at)
	return web.OK(w, r, boardPage(s, v))
}

// indicatorPage is one indicator over a period, by unit: each unit with all below it, and
// down the tree with every click.
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
	rows := unitRows(a.Tree, unit)
	if wantsSheet(q) {
		return sendSheet(w, def.Name+periodName(p), unitSheet(def, rows, dir, p, asOf(a.At)))
	}
	action := navIndicators + "/" + url.PathEscape(string(def.ID))
	v := indicatorView{Head: web.PageHead{Kind: join(" ", "指标", def.Catalogue), Title: def.Name, Note: d.periodText(def, p), Badges: looseMark(def)},
		Total: totals(def, a.Total, p, unit), Presets: d.presets(action, p, unit), Filter: d.periodFilter(who, dir, action, p, unit),
		Table: unitTable(def, p, rows, dir), Facts: d.meaning(def)}
	s := d.shell(w, r, def.Name, navIndicators)
	s.AsOf = asOf(a.At)
	s.Crumbs = []web.Crumb{{Label: "指标", Href: boardURL(p, "")}, {Label: def.Name}}
	if name := unitLabel(who, dir, unit); name != "" {
		s.Crumbs = []web.Crumb{{Label: "指标", Href: boardURL(p, "")}, {Label: def.Name, Href: indicatorURL(def.ID, p, "")}, {Label: name}}
	}
	return web.OK(w, r, indicatorPage(s, v))
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
	q := indicatorsql.CasesQuery{Indicator: def.ID, Period: p, Unit: gov.UnitID(v.Get("unit")), Own: v.Get("own") == "1", Why: v.Get("why"), Limit: linesPerPage}
	if q.After, err = readLineKey(v.Get("after")); err != nil {
		return err
	}
	if wantsSheet(v) {
		return d.sendCases(w, r, who, def, q)
	}
	lines, more, err := d.Board.Cases(r.Context(), who, q)
	if err != nil {
		return err
	}
	dir, at, err := d.directoryAt(r.Context(), indicatorsql.Name)
	if err != nil {
		return err
	}
	here := countedURL(def.ID, p, q.Unit, q.Why, q.Own)
	t := d.countedTable(def, lines, dir)
	t.Pager = &web.Pager{Note: "本页 " + strconv.Itoa(len(lines)) + " 件"}
	if q.After != nil {
		t.Pager.First = here
	}
	if more {
		t.Pager.Next = here + "&after=" + url.QueryEscape(lineKey(lines[len(lines)-1]))
	}
	title := partName(def, q.Why)
	scope := unitLabel(who, dir, q.Unit)
	if q.Own && scope != "" {
		scope += "（不含下级单位）"
	}
	head := web.PageHead{Kind: join(" · ", def.Name, title), Title: "背后的案件", Note: join("，", d.periodText(def, p), scope)}
	if len(lines) > 0 {
		head.Actions = exportLink(here + "&" + sheetQuery)
	}
	s := d.shell(w, r, def.Name+" · 背后的案件", navIndicators)
	s.AsOf = asOf(at)
	s.Crumbs = []web.Crumb{{Label: "指标", Href: boardURL(p, "")}, {Label: def.Name, Href: indicatorURL(def.ID, p, q.Unit)}, {Label: title}}
	return web.OK(w, r, indicatorCasesPage(s, head, t))
}

// indicatorOf finds the indicator that an address names.
func (d *Desk) indicatorOf(id string) (indicator.Definition, error) {
	i := slices.IndexFunc(d.Indicators, func(x indicator.Definition) bool { return string(x.ID) == id })
	if i < 0 {
		return indicator.Definition{}, gov.Errorf(gov.NotFound, "没有这个指标，请从指标列表进入")
	}
	return d.Indicators[i], nil
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

func lineKey(l indicatorsql.Line) string {
	return join("~", strconv.FormatInt(l.Numerator, 10), l.Cohort.String(), string(l.Case), strconv.FormatInt(l.Round, 10))
}

func readLineKey(after string) (*indicatorsql.Line, error) {
	if after == "" {
		return nil, nil
	}
	part := strings.Split(after, "~")
	bad := gov.FieldError("after", "翻页的地址不完整，请从第一页开始")
	if len(part) != 4 {
		return nil, bad
	}
	n, err1 := strconv.ParseInt(part[0], 10, 64)
	round, err2 := strconv.ParseInt(part[3], 10, 64)
	day, err3 := gov.ParseDay(part[1])
	if err1 != nil || err2 != nil || err3 != nil {
		return nil, bad
	}
	return &indicatorsql.Line{Numerator: n, Cohort: day, Case: gov.CaseID(part[2]), Round: round}, nil
}
