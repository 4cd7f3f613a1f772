package desk

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/procedure"
	"zhunsheng/register"
	"zhunsheng/sqldb"
	"zhunsheng/web"
)

// casesPerPage is how many cases one page shows, exportAtOnce how many one read of an
// export takes.
const (
	casesPerPage = 50
	exportAtOnce = 500
	exportMost   = 20000
)

// casesView is the list of cases.
type casesView struct {
	Head   web.PageHead
	Filter web.Filter
	Table  web.Table
}

// wordsControl holds what is looked for in titles and numbers.
const wordsControl = "words"

// readCasesQuery reads a list's filter from its address.
func readCasesQuery(v url.Values) (docket.Query, error) {
	q := docket.Query{Status: procedure.CaseStatus(v.Get("status")), Procedure: v.Get("procedure"),
		Unit: gov.UnitID(v.Get("unit")), Awaits: gov.Post(v.Get("awaits")), Late: v.Get("late") == "1",
		Words: strings.TrimSpace(v.Get(wordsControl))}
	after := v.Get("after")
	if after == "" {
		return q, nil
	}
	due, id, ok := strings.Cut(after, "~")
	row := docket.Row{ID: gov.CaseID(id)}
	if !ok || id == "" {
		return q, gov.FieldError("after", "翻页的地址不完整，请从列表第一页开始")
	}
	if due != "" {
		day, err := gov.ParseDay(due)
		if err != nil {
			return q, gov.FieldError("after", "翻页的地址不完整，请从列表第一页开始")
		}
		row.NextDue = day
	}
	q.After = &row
	return q, nil
}

// casesURL is the address of a list.
func casesURL(q docket.Query) string { return withQuery(navCases, casesValues(q)) }

func casesValues(q docket.Query) url.Values {
	v := url.Values{}
	set := func(name, value string) {
		if value != "" {
			v.Set(name, value)
		}
	}
	set("status", string(q.Status))
	set("procedure", q.Procedure)
	set("unit", string(q.Unit))
	set("awaits", string(q.Awaits))
	set(wordsControl, q.Words)
	if q.Late {
		v.Set("late", "1")
	}
	if q.After != nil {
		v.Set("after", q.After.NextDue.String()+"~"+string(q.After.ID))
	}
	return v
}

func withQuery(path string, v url.Values) string {
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

func (d *Desk) cases(w http.ResponseWriter, r *http.Request) error {
	who, err := principal(r.Context())
	if err != nil {
		return err
	}
	q, err := readCasesQuery(r.URL.Query())
	if err != nil {
		return err
	}
	q.Limit = casesPerPage
	page, err := d.Docket.List(r.Context(), who, q)
	if err != nil {
		return err
	}
	dir, posts, err := d.namesForFilter(r)
	if err != nil {
		return err
	}
	v := casesView{Head: web.PageHead{Title: "案件", Note: "期限近的在前。"}, Filter: d.casesFilter(who, dir, posts, q),
		Table: d.caseTable("案件", page.Rows, dir, d.manyUnits(who, dir))}
	plans, err := d.Importer.Usable(r.Context(), who)
	if err != nil {
		return err
	}
	v.Head.Actions = casesActions(len(plans) > 0, len(d.startables(who, dir)) > 0)
	first := q
	first.After = nil
	v.Table.Empty = web.Empty{Title: "没有案件", Text: "本岗位可以查阅的范围内还没有案件。"}
	if len(casesValues(first)) > 0 {
		v.Table.Empty = web.Empty{Title: "没有符合条件的案件", Text: "可以放宽筛选条件再看。",
			Action: &web.Button{Text: "清除筛选", Href: navCases}}
	}
	v.Table.Pager = &web.Pager{Note: fmt.Sprintf("本页 %d 件", len(page.Rows))}
	if q.After != nil {
		v.Table.Pager.First = casesURL(first)
	}
	if page.More {
		next := q
		next.After = &page.Rows[len(page.Rows)-1]
		v.Table.Pager.Next = casesURL(next)
	}
	return web.OK(w, r, casesPage(d.shell(w, r, "案件", navCases), v))
}

// namesForFilter reads the directory and the posts that handle cases.
func (d *Desk) namesForFilter(r *http.Request) (dir *register.Directory, posts []register.Entry, err error) {
	err = d.DB.Read(r.Context(), func(tx *sqldb.Tx) error {
		if dir, err = d.Registers.Directory(tx); err != nil {
			return err
		}
		posts, err = d.Registers.List(tx, register.Posts, d.today(), "", 200)
		return err
	})
	return dir, posts, err
}

func (d *Desk) casesFilter(who *identity.Principal, dir *register.Directory, posts []register.Entry, q docket.Query) web.Filter {
	words := web.Field{Kind: web.TextKind, Name: wordsControl, Label: "标题或者编号", Value: q.Words, MaxLen: 100, Placeholder: "其中的几个字"}
	status := web.Field{Kind: web.SelectKind, Name: "status", Label: "状态", Value: string(q.Status), Placeholder: "全部"}
	for _, s := range []procedure.CaseStatus{procedure.Open, procedure.Closed, procedure.Withdrawn, procedure.Voided} {
		status.Options = append(status.Options, web.Option{Value: string(s), Label: caseStatus(s).Text})
	}
	proc := web.Field{Kind: web.SelectKind, Name: "procedure", Label: "程序", Value: q.Procedure, Placeholder: "全部"}
	for _, def := range d.Docket.Definitions.All() {
		proc.Options = append(proc.Options, web.Option{Value: def.ID(), Label: def.Name()})
	}
	unit := web.Field{Kind: web.SelectKind, Name: "unit", Label: "单位", Value: string(q.Unit), Placeholder: "全部"}
	for _, u := range d.readableUnits(who, dir) {
		unit.Options = append(unit.Options, web.Option{Value: string(u.ID), Label: u.Name})
	}
	awaits := web.Field{Kind: web.SelectKind, Name: "awaits", Label: "等待岗位", Value: string(q.Awaits), Placeholder: "全部"}
	for _, p := range posts {
		if info, ok := dir.Post(gov.Post(p.Key)); ok && info.Kind == identity.WorkPost {
			awaits.Options = append(awaits.Options, web.Option{Value: p.Key, Label: info.Name})
		}
	}
	late := web.Field{Kind: web.SelectKind, Name: "late", Label: "逾期", Placeholder: "全部", Options: []web.Option{{Value: "1", Label: "只看有逾期的"}}}
	if q.Late {
		late.Value = "1"
	}
	q.After = nil
	f := web.Filter{Action: navCases, Export: withQuery("/desk/cases.csv", casesValues(q))}
	for _, field := range []web.Field{words, status, proc, unit, awaits, late} {
		if len(field.Options) > 1 || field.Value != "" || field.Name == late.Name || field.Name == words.Name {
			f.Fields = append(f.Fields, field)
		}
	}
	if len(casesValues(q)) > 0 {
		f.Clear = navCases
	}
	return f
}

// caseTable is a list of cases. The unit is left out where all are of one.
func (d *Desk) caseTable(caption string, rows []docket.Row, dir *register.Directory, units bool) web.Table {
	t := web.Table{Caption: caption, Columns: []web.Column{{Title: "案件", Main: true}}}
	if units {
		t.Columns = append(t.Columns, web.Column{Title: "单位"})
	}
	t.Columns = append(t.Columns, web.Column{Title: "下一环节", Tight: true}, web.Column{Title: "期限", Tight: true}, web.Column{Title: "状态", Tight: true})
	today := d.today()
	for _, row := range rows {
		line := web.Row{Href: caseURL(row.ID), Cells: []web.Cell{{Text: row.Title, Sub: join(" · ", row.Number, d.procedureName(row.Procedure))}}}
		if units {
			line.Cells = append(line.Cells, web.Text(unitName(dir, row.Unit)))
		}
		next := web.Cell{Text: nextStation(row)}
		if p, ok := dir.Post(row.Awaits); ok && next.Text != "" {
			next.Sub = p.Name
		}
		due, tone := dueCell(row, today)
		line.Tone = tone
		late := row.Late
		if due.Badge != nil && due.Badge.Tone == web.Late {
			late = 0 // said beside it
		}
		marks := append([]web.BadgeView{caseStatus(row.Status)}, caseMarks(late, row.Breaches, row.Recording)...)
		line.Cells = append(line.Cells, next, due, web.Cell{Body: badges(marks)})
		t.Rows = append(t.Rows, line)
	}
	return t
}

// nextStation is what comes next in a case; nothing does in one that has ended.
func nextStation(row docket.Row) string {
	if row.Status != procedure.Open {
		return ""
	}
	return row.Station
}

// dueCell is the nearest limit of a case, and the mark at the edge of its line.
func dueCell(row docket.Row, today gov.Day) (web.Cell, web.Tone) {
	tone := web.Tone("")
	if overdue(row) {
		tone = web.Late
	}
	mark, ok := dueMark(row, today)
	if !ok && tone == web.Late {
		return web.Cell{Badge: &web.BadgeView{Tone: web.Late, Text: countOf("逾期", row.Late)}}, tone
	}
	if !ok {
		return web.Cell{}, tone
	}
	if tone == "" && (mark.Tone == web.Late || mark.Tone == web.Soon) {
		tone = mark.Tone
	}
	return web.Cell{Badge: &mark, Sub: web.NearDay(row.NextDue, today)}, tone
}

// manyUnits reports that the reader's scope is more than one unit.
func (d *Desk) manyUnits(who *identity.Principal, dir *register.Directory) bool {
	return len(d.readableUnits(who, dir)) > 1
}

// readableUnits are the units whose cases the reader may see.
func (d *Desk) readableUnits(who *identity.Principal, dir *register.Directory) []identity.Unit {
	var out []identity.Unit
	for _, u := range dir.Units(d.today()) {
		if who.Access.MayRead(identity.CaseScope{UnitPath: u.Path}) {
			out = append(out, u)
		}
	}
	return out
}

func (d *Desk) procedureName(id string) string {
	if def, err := d.Docket.Definitions.Current(id); err == nil {
		return def.Name()
	}
	return id
}

// casesCSV exports what the list with this filter shows, all of its pages, by the same
// predicate. The first bytes tell spreadsheet programs that the text is UTF-8.
func (d *Desk) casesCSV(w http.ResponseWriter, r *http.Request) error {
	who, err := principal(r.Context())
	if err != nil {
		return err
	}
	q, err := readCasesQuery(r.URL.Query())
	if err != nil {
		return err
	}
	q.After, q.Limit = nil, exportAtOnce
	page, err := d.Docket.List(r.Context(), who, q)
	if err != nil {
		return err
	}
	dir, err := d.directory(r.Context())
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", attachment("案件"+d.today().String()+".csv"))
	if _, err := w.Write([]byte("\ufeff")); err != nil {
		return nil // the reader is gone
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	_ = out.Write([]string{"案件", "编号", "程序", "单位", "状态", "下一环节", "等待岗位", "最近期限", "启动日期", "逾期项数", "违反程序项数", "补录", "案件号"})
	for n := 0; ; {
		for _, row := range page.Rows {
			_ = out.Write(d.csvRow(row, dir))
		}
		out.Flush()
		if n += len(page.Rows); out.Error() != nil || !page.More || n >= exportMost {
			return nil
		}
		q.After = &page.Rows[len(page.Rows)-1]
		if page, err = d.Docket.List(r.Context(), who, q); err != nil {
			return err
		}
	}
}

func (d *Desk) csvRow(row docket.Row, dir *register.Directory) []string {
	post := ""
	if p, ok := dir.Post(row.Awaits); ok {
		post = p.Name
	}
	recorded := "否"
	if row.Recording {
		recorded = "是"
	}
	cells := []string{row.Title, row.Number, d.procedureName(row.Procedure), unitName(dir, row.Unit), caseStatus(row.Status).Text,
		nextStation(row), post, row.NextDue.String(), row.Opened.String(), fmt.Sprint(row.Late), fmt.Sprint(row.Breaches), recorded, string(row.ID)}
	for i := range cells {
		cells[i] = plainCell(cells[i])
	}
	return cells
}

// plainCell keeps a text from being taken for a formula by a spreadsheet program.
func plainCell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
