package desk

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/ledger/ledgersql"
	"zhunsheng/register"
	"zhunsheng/sqldb"
	"zhunsheng/web"
)

const entriesPerPage = 100

func registerURL(name string) string { return navRegisters + "/" + url.PathEscape(name) }

func entryURL(name, key string) string {
	return registerURL(name) + "/entries/" + url.PathEscape(key)
}

// registerLink is one register with what the reader may do in it.
type registerLink struct {
	Name, About, Href string
	May               string // 可维护, 可批准
}

func (d *Desk) registerLinks(who *identity.Principal) []registerLink {
	var out []registerLink
	for _, decl := range d.Registers.Declarations() {
		l := registerLink{Name: decl.Name, About: decl.About, Href: registerURL(decl.Register)}
		if who.Access.MayAction(decl.Edit(), "") {
			l.May = "可维护"
		} else if who.Access.MayAction(identity.ApproveRegister(decl.Register), "") {
			l.May = "可批准"
		}
		out = append(out, l)
	}
	return out
}

func (d *Desk) registers(w http.ResponseWriter, r *http.Request) error {
	who, err := principal(r.Context())
	if err != nil {
		return err
	}
	return web.OK(w, r, registersPage(d.shell(w, r, "台账", navRegisters), d.registerLinks(who)))
}

// clearance is how much of the fields of a register a reader sees: its keepers and the
// auditors everything, everybody else on the staff what is internal.
func clearance(who *identity.Principal, name string) gov.Level {
	if mayKeep(who, name) || who.Admin == identity.Auditor {
		return gov.Limited
	}
	return gov.Internal
}

// registerView is a register as of a day.
type registerView struct {
	Head   web.PageHead
	Filter web.Filter
	Table  web.Table
}

// onDay reads the day of an address; without one it is today.
func (d *Desk) onDay(r *http.Request) (gov.Day, error) {
	v := r.URL.Query().Get("on")
	if v == "" {
		return d.today(), nil
	}
	day, err := gov.ParseDay(v)
	if err != nil {
		return day, gov.FieldError("on", "日期应写作 2006-01-02 的形式")
	}
	return day, nil
}

func (d *Desk) registerList(w http.ResponseWriter, r *http.Request) error {
	who, err := principal(r.Context())
	if err != nil {
		return err
	}
	decl, err := d.Registers.Declaration(r.PathValue("register"))
	if err != nil {
		return err
	}
	on, err := d.onDay(r)
	if err != nil {
		return err
	}
	after := r.URL.Query().Get("after")
	var list []register.Entry
	var dir *register.Directory
	err = d.DB.Read(r.Context(), func(tx *sqldb.Tx) (err error) {
		if dir, err = d.Registers.Directory(tx); err != nil {
			return err
		}
		list, err = d.Registers.List(tx, decl.Register, on, after, entriesPerPage)
		return err
	})
	if err != nil {
		return err
	}
	level := clearance(who, decl.Register)
	v := registerView{Head: web.PageHead{Kind: "台账", Title: decl.Name, Note: decl.About},
		Filter: web.Filter{Action: registerURL(decl.Register), Fields: []web.Field{
			{Kind: web.DayKind, Name: "on", Label: "截至日期", Value: on.String()}}}}
	if on != d.today() {
		v.Filter.Clear = registerURL(decl.Register)
	}
	if who.Access.MayAction(decl.Edit(), "") {
		v.Head.Actions = web.ButtonView(web.Button{Text: "新增登记", Icon: web.IconPlus, Primary: true, Href: registerURL(decl.Register) + "/new"})
	}
	v.Table = entryTable(decl, list, dir, level)
	v.Table.Empty = web.Empty{Title: "没有登记", Text: web.LongDay(on) + "没有有效的登记。"}
	v.Table.Pager = &web.Pager{Note: fmt.Sprintf("本页 %d 条", len(list))}
	at := url.Values{}
	if on != d.today() {
		at.Set("on", on.String())
	}
	if after != "" {
		v.Table.Pager.First = withQuery(registerURL(decl.Register), at)
	}
	if len(list) == entriesPerPage {
		at.Set("after", list[len(list)-1].Key)
		v.Table.Pager.Next = withQuery(registerURL(decl.Register), at)
	}
	s := d.shell(w, r, decl.Name, navRegisters)
	s.Crumbs = []web.Crumb{{Label: "台账", Href: navRegisters}, {Label: decl.Name}}
	return web.OK(w, r, registerPage(s, v))
}

// columnsShown is how many fields a list shows beside the key; the entry shows all.
const columnsShown = 5

func entryTable(decl *register.Declaration, list []register.Entry, dir *register.Directory, level gov.Level) web.Table {
	t := web.Table{Caption: decl.Name}
	var fields []register.FieldDecl
	coded := false // a fixed text says again what the key says: an id for machines
	for _, f := range decl.Fields {
		if f.Type == register.Text && f.Fixed && f.Required {
			coded = true
			continue
		}
		if f.Type != register.LongText && f.Level <= level && len(fields) < columnsShown {
			fields = append(fields, f)
		}
	}
	main := slices.IndexFunc(fields, func(f register.FieldDecl) bool { return f.Type == register.Text && f.Required && !f.Fixed })
	if main < 0 {
		t.Columns = append(t.Columns, web.Column{Title: decl.KeyLabel, Main: true})
	}
	for i, f := range fields {
		t.Columns = append(t.Columns, web.Column{Title: f.Label, Main: i == main})
	}
	if main >= 0 && !coded {
		t.Columns = append(t.Columns, web.Column{Title: decl.KeyLabel, Tight: true})
	}
	t.Columns = append(t.Columns, web.Column{Title: "有效期", Tight: true})
	for _, e := range list {
		row := web.Row{Href: entryURL(decl.Register, e.Key)}
		if main < 0 {
			row.Cells = append(row.Cells, web.Text(e.Key))
		}
		for _, f := range fields {
			row.Cells = append(row.Cells, web.Text(entryText(f, e.Data[f.Name], dir)))
		}
		if main >= 0 && !coded {
			row.Cells = append(row.Cells, web.Text(e.Key))
		}
		row.Cells = append(row.Cells, web.Text(spanText(e.Span)))
		t.Rows = append(t.Rows, row)
	}
	return t
}

func spanText(s identity.Span) string {
	if s.To.IsZero() {
		return s.From.String() + " 起"
	}
	return s.From.String() + " 至 " + s.To.AddDays(-1).String()
}

// entryText is a value in words: references by name, choices by label.
func entryText(f register.FieldDecl, v string, dir *register.Directory) string {
	if v == "" {
		return ""
	}
	label := func(id string) string {
		for _, c := range f.Choices {
			if c.ID == id {
				return c.Label
			}
		}
		return id
	}
	switch f.Type {
	case register.Bool:
		if v == "true" {
			return "是"
		}
		return "否"
	case register.Choice:
		return label(v)
	case register.Date:
		if day, err := gov.ParseDay(v); err == nil {
			return day.Chinese()
		}
	case register.Words:
		var out []string
		for _, w := range register.SplitWords(v) {
			out = append(out, label(w))
		}
		return join("、", out...)
	case register.Ref:
		return refName(f.Register, v, dir)
	}
	return v
}

func refName(name, key string, dir *register.Directory) string {
	switch name {
	case register.Units:
		return unitName(dir, gov.UnitID(key))
	case register.People:
		return dir.PersonName(gov.PersonID(key))
	case register.Posts:
		if p, ok := dir.Post(gov.Post(key)); ok {
			return p.Name
		}
	}
	return key
}

// entryView is one entry with its history.
type entryView struct {
	Head    web.PageHead
	Values  []web.Def
	Past    web.Table
	MayEdit bool
	EditURL string
	End     *entryForm
}

func (d *Desk) entryPage(w http.ResponseWriter, r *http.Request) error {
	return d.showEntry(w, r, http.StatusOK, func(*entryView) {})
}

func (d *Desk) showEntry(w http.ResponseWriter, r *http.Request, status int, change func(*entryView)) error {
	who, err := principal(r.Context())
	if err != nil {
		return err
	}
	decl, spans, dir, index, err := d.entryOf(r)
	if err != nil {
		return err
	}
	level, today := clearance(who, decl.Register), d.today()
	at := spans[len(spans)-1]
	for _, e := range spans {
		if e.Holds(today) {
			at = e
		}
	}
	v := entryView{EditURL: entryURL(decl.Register, at.Key) + "/edit", MayEdit: who.Access.MayAction(decl.Edit(), d.scopePath(decl, dir, at)),
		Head: web.PageHead{Kind: decl.Name, Title: entryTitle(decl, at, dir), Note: spanText(at.Span)}}
	if !at.Holds(today) {
		v.Head.Badges = []web.BadgeView{{Tone: web.NA, Text: "现在不是有效登记"}}
	}
	shown := decl.Redact(at, level)
	v.Values = []web.Def{{Term: decl.KeyLabel, Text: at.Key}}
	for _, f := range decl.Fields {
		if f.Level <= level {
			v.Values = append(v.Values, web.Def{Term: f.Label, Text: entryText(f, shown.Data[f.Name], dir)})
		}
	}
	v.Past = historyTable(decl, spans, dir, level, index)
	if v.MayEdit {
		v.Head.Actions = web.ButtonView(web.Button{Text: "变更", Icon: web.IconPencil, Primary: true, Href: v.EditURL})
		if at.Holds(today) {
			f := d.newEndForm(decl, at, dir, who)
			v.End = &f
		}
	}
	change(&v)
	s := d.shell(w, r, v.Head.Title, navRegisters)
	s.Crumbs = []web.Crumb{{Label: "台账", Href: navRegisters}, {Label: decl.Name, Href: registerURL(decl.Register)}, {Label: v.Head.Title}}
	return web.Render(w, r, status, entryPage(s, v))
}

// entryOf reads every span of the key that an address names, with the record numbers of
// the events that set them.
func (d *Desk) entryOf(r *http.Request) (decl *register.Declaration, spans []register.Entry, dir *register.Directory, index map[gov.EventID]int64, err error) {
	if decl, err = d.Registers.Declaration(r.PathValue("register")); err != nil {
		return nil, nil, nil, nil, err
	}
	key := r.PathValue("key")
	err = d.DB.Read(r.Context(), func(tx *sqldb.Tx) error {
		index = map[gov.EventID]int64{}
		if dir, err = d.Registers.Directory(tx); err != nil {
			return err
		}
		if spans, err = d.Registers.History(tx, decl.Register, key); err != nil {
			return err
		}
		for _, e := range spans {
			if index[e.Event], err = ledgersql.IndexOf(tx, string(e.Event)); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && len(spans) == 0 {
		err = gov.Errorf(gov.NotFound, "%s中没有“%s”", decl.Name, key)
	}
	return decl, spans, dir, index, err
}

// scopePath is the path of the unit for which a change of an entry takes the action.
func (d *Desk) scopePath(decl *register.Declaration, dir *register.Directory, e register.Entry) string {
	if decl.Scope == "" {
		return ""
	}
	unit := gov.UnitID(e.Data[decl.Scope])
	if unit == "" && decl.Register == register.Units {
		unit = gov.UnitID(e.Key)
	}
	if u, ok := dir.Unit(unit); ok {
		return u.Path
	}
	return ""
}

// entryTitle is what people call an entry: its first name-like value, else its key.
func entryTitle(decl *register.Declaration, e register.Entry, dir *register.Directory) string {
	for _, f := range decl.Fields {
		if f.Required && !f.Fixed && f.Type == register.Text && e.Data[f.Name] != "" {
			return entryText(f, e.Data[f.Name], dir)
		}
	}
	return e.Key
}

func historyTable(decl *register.Declaration, spans []register.Entry, dir *register.Directory, level gov.Level, index map[gov.EventID]int64) web.Table {
	t := web.Table{Caption: "历次登记", Columns: []web.Column{{Title: "有效期", Main: true}, {Title: "内容"}, {Title: "记录", Tight: true}}}
	for i, e := range slices.Backward(spans) {
		var before map[string]string
		if i > 0 {
			before = spans[i-1].Data
		}
		var parts []string
		for _, f := range decl.Fields {
			if v := e.Data[f.Name]; f.Level <= level && v != "" && (before == nil || before[f.Name] != v) {
				parts = append(parts, f.Label+"："+entryText(f, v, dir))
			}
		}
		cell := web.Text("正在入账")
		if n, ok := index[e.Event]; ok && n >= 0 {
			cell = numberLink(fmt.Sprintf("#%d", n), recordURL(n))
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(spanText(e.Span)), web.Text(join("；", parts...)), cell}})
	}
	return t
}
