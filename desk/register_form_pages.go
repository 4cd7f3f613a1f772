package desk

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/register"
	"zhunsheng/sqldb"
	"zhunsheng/web"
)

// entryForm is a form on a register, made from its declaration.
type entryForm struct {
	web.Form
	Fields []web.Field
}

// The names of the controls of every register form. Those of fields carry a prefix, so
// that no field can be named like one of these.
const (
	keyControl      = "key"
	fromControl     = "from"
	toControl       = "to"
	seenControl     = "seen"
	approverControl = "approver"
	dataPrefix      = "data-"
)

// entryEditView is the page of a form on a register.
type entryEditView struct {
	Head web.PageHead
	Form entryForm
}

// editing is what a form on a register needs to know: nothing stands behind a new entry.
type editing struct {
	decl *register.Declaration
	dir  *register.Directory
	who  *identity.Principal
	at   *register.Entry
	refs map[string][]web.Option // by register, for references
}

// refOptions are how many entries of a register a reference offers to choose from; of a
// larger one the key is typed.
const refOptions = 1000

func (d *Desk) editingOf(r *http.Request, key string) (*editing, error) {
	who, err := principal(r.Context())
	if err != nil {
		return nil, err
	}
	decl, err := d.Registers.Declaration(r.PathValue("register"))
	if err != nil {
		return nil, err
	}
	if !who.Access.MayAction(decl.Edit(), "") {
		return nil, gov.Errorf(gov.Forbidden, "您当前的岗位不能修改%s", decl.Name)
	}
	e := &editing{decl: decl, who: who, refs: map[string][]web.Option{}}
	today := d.today()
	err = d.DB.Read(r.Context(), func(tx *sqldb.Tx) error {
		var err error
		if e.dir, err = d.Registers.Directory(tx); err != nil {
			return err
		}
		if key != "" {
			spans, err := d.Registers.History(tx, decl.Register, key)
			if err != nil {
				return err
			}
			for i := range spans {
				if e.at == nil || spans[i].Holds(today) {
					e.at = &spans[i]
				}
			}
		}
		for _, f := range decl.Fields {
			if f.Type != register.Ref || f.Fill != "" || e.refs[f.Register] != nil {
				continue
			}
			list, err := d.Registers.List(tx, f.Register, today, "", refOptions)
			if err != nil {
				return err
			}
			if len(list) == refOptions {
				continue
			}
			for _, x := range list {
				e.refs[f.Register] = append(e.refs[f.Register], web.Option{Value: x.Key, Label: refName(f.Register, x.Key, e.dir) + "（" + x.Key + "）"})
			}
		}
		return nil
	})
	if err == nil && key != "" && e.at == nil {
		err = gov.Errorf(gov.NotFound, "%s中没有“%s”", decl.Name, key)
	}
	return e, err
}

func (d *Desk) entryNew(w http.ResponseWriter, r *http.Request) error {
	e, err := d.editingOf(r, "")
	if err != nil {
		return err
	}
	return d.showEdit(w, r, http.StatusOK, e, d.newEntryForm(e))
}

func (d *Desk) entryEdit(w http.ResponseWriter, r *http.Request) error {
	e, err := d.editingOf(r, r.PathValue("key"))
	if err != nil {
		return err
	}
	return d.showEdit(w, r, http.StatusOK, e, d.newEntryForm(e))
}

func (d *Desk) showEdit(w http.ResponseWriter, r *http.Request, status int, e *editing, f entryForm) error {
	v := entryEditView{Head: web.PageHead{Kind: e.decl.Name, Title: "新增登记"}, Form: f}
	s := d.shell(w, r, "新增登记", navRegisters)
	s.Crumbs = []web.Crumb{{Label: "台账", Href: navRegisters}, {Label: e.decl.Name, Href: registerURL(e.decl.Register)}}
	if e.at != nil {
		v.Head.Title = "变更：" + entryTitle(e.decl, *e.at, e.dir)
		v.Head.Note = "变更从所填日期起生效，此前的内容保留在历次登记中。"
		s.Title = v.Head.Title
	}
	s.Crumbs = append(s.Crumbs, web.Crumb{Label: v.Head.Title})
	s.Narrow = true
	return web.Render(w, r, status, entryEditPage(s, v))
}

// newEntryForm asks for every value of an entry, filled from the one that stands.
func (d *Desk) newEntryForm(e *editing) entryForm {
	id, action := "register-"+e.decl.Register+"-new", registerURL(e.decl.Register)
	var f entryForm
	if e.at != nil {
		id, action = "register-"+e.decl.Register+"-"+e.at.Key, entryURL(e.decl.Register, e.at.Key)
	}
	f.Form = web.NewForm(id, action, "保存登记")
	f.NoDraft = e.decl.Personal()
	f.Cancel = registerURL(e.decl.Register)
	today := d.today().String()
	if e.at != nil {
		f.Cancel = action
		seen := ""
		if e.at.Holds(d.today()) {
			seen = e.at.Tag()
		}
		f.Hidden = []web.Pair{{Name: seenControl, Value: seen}}
	} else {
		f.Fields = append(f.Fields, web.Field{Kind: web.TextKind, Name: keyControl, Label: e.decl.KeyLabel, Required: true, MaxLen: 200,
			Help: "登记后不能更改。"})
	}
	for _, x := range e.decl.Fields {
		settled := e.at != nil && x.Fixed && e.at.Data[x.Name] == ""
		if x.Fill == "" && !settled {
			f.Fields = append(f.Fields, e.field(x))
		}
	}
	from := web.Field{Kind: web.DayKind, Name: fromControl, Label: "生效日期", Value: today, Required: true}
	if !e.decl.Backdate {
		from.Min, from.Help = today, "不能早于今天。"
	}
	f.Fields = append(f.Fields, from, web.Field{Kind: web.DayKind, Name: toControl, Label: "终止日期", Help: "从这一天起不再有效；没有期限的不填。"})
	f.Fields = append(f.Fields, e.vouching(d.today())...)
	return f
}

func (e *editing) field(x register.FieldDecl) web.Field {
	f := web.Field{Name: dataPrefix + x.Name, Label: x.Label, Help: x.Help, Required: x.Required, MaxLen: x.Max}
	if e.at != nil {
		if f.Value = e.at.Data[x.Name]; f.Value == register.Erased {
			f.Value = ""
		}
		f.ReadOnly = x.Fixed
	}
	switch x.Type {
	case register.LongText:
		f.Kind = web.AreaKind
	case register.Date:
		f.Kind = web.DayKind
	case register.Number:
		f.Kind = web.NumberKind
	case register.Bool:
		f.Kind, f.Options = web.RadioKind, []web.Option{{Value: "true", Label: "是"}, {Value: "false", Label: "否"}}
	case register.Choice:
		f.Kind = web.SelectKind
		f.Options = choiceOptions(x)
	case register.Words:
		f.Kind = web.TextKind
		if len(x.Choices) > 0 {
			f.Kind, f.Options, f.Values = web.ChecksKind, choiceOptions(x), register.SplitWords(f.Value)
		} else if f.Help == "" {
			f.Help = "多个用顿号分开。"
		}
	case register.Ref:
		f.Kind, f.Options = web.SelectKind, e.refs[x.Register]
		if len(f.Options) == 0 {
			f.Kind = web.TextKind
		} else if f.Value != "" && !slices.ContainsFunc(f.Options, func(o web.Option) bool { return o.Value == f.Value }) {
			f.Options = append(f.Options, web.Option{Value: f.Value, Label: refName(x.Register, f.Value, e.dir)})
		}
	default:
		f.Kind = web.TextKind
	}
	return f
}

func choiceOptions(x register.FieldDecl) []web.Option {
	out := make([]web.Option, 0, len(x.Choices))
	for _, c := range x.Choices {
		out = append(out, web.Option{Value: c.ID, Label: c.Label})
	}
	return out
}

// vouching asks for the reason and, where the register wants one, for the other person who
// agrees.
func (e *editing) vouching(on gov.Day) []web.Field {
	out := []web.Field{{Kind: web.TextKind, Name: reasonControl, Label: "理由或者依据", MaxLen: 500, UsedBy: "审计；查阅历次登记的人"}}
	if !e.decl.Approve {
		return out
	}
	f := web.Field{Kind: web.SelectKind, Name: approverControl, Label: "批准人", Required: true, Placeholder: "请选择",
		Help: "提出人和批准人不能是同一人。"}
	for _, p := range e.dir.People(on) {
		if p.ID != e.who.Actor.Person && e.mayApprove(p.ID, on) {
			f.Options = append(f.Options, web.Option{Value: string(p.ID), Label: p.Name + "（" + unitName(e.dir, p.Unit) + "）"})
		}
	}
	return append(out, f)
}

func (e *editing) mayApprove(person gov.PersonID, on gov.Day) bool {
	for _, seat := range e.dir.Seats(person, on) {
		p, err := e.dir.Principal(gov.Actor{Person: person, Post: seat.Post, Unit: seat.Unit, OnBehalf: seat.OnBehalf}, on)
		if err == nil && p.Access.MayAction(identity.ApproveRegister(e.decl.Register), "") {
			return true
		}
	}
	return false
}

func (d *Desk) entryAdd(w http.ResponseWriter, r *http.Request) error { return d.set(w, r, "") }

func (d *Desk) entrySet(w http.ResponseWriter, r *http.Request) error {
	return d.set(w, r, r.PathValue("key"))
}

// set makes a change of a register, or shows the form again with everything typed.
func (d *Desk) set(w http.ResponseWriter, r *http.Request, key string) error {
	e, err := d.editingOf(r, key)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return formError(err)
	}
	c, bad := e.change(r)
	if bad == nil {
		_, err = d.Registers.Set(r.Context(), e.who, c)
	} else {
		err = bad
	}
	if err == nil {
		f := d.newEntryForm(e)
		return d.Site.Redirect(w, r, entryURL(c.Register, c.Key), &web.Flash{Tone: web.Met, Text: "已登记", Done: f.ID})
	}
	f := d.newEntryForm(e)
	f.refill(r)
	if !f.failAll(err) {
		return err
	}
	return d.showEdit(w, r, web.ProblemOf(err).Status, e, f)
}

// change reads the form. A fixed value that the page did not offer stays as it stands.
func (e *editing) change(r *http.Request) (register.Change, error) {
	c := register.Change{Register: e.decl.Register, Key: strings.TrimSpace(r.PostFormValue(keyControl)), Data: map[string]string{},
		Seen: r.PostFormValue(seenControl), Approver: gov.PersonID(r.PostFormValue(approverControl)),
		Reason: strings.TrimSpace(r.PostFormValue(reasonControl)), Request: web.RequestKey(r)}
	if e.at != nil {
		c.Key = e.at.Key
	}
	for _, f := range e.decl.Fields {
		if f.Fill != "" {
			continue
		}
		v := strings.Join(r.PostForm[dataPrefix+f.Name], ",")
		if e.at != nil && f.Fixed {
			v = e.at.Data[f.Name]
		}
		if v != "" {
			c.Data[f.Name] = v
		}
	}
	var bad register.FieldErrors
	for _, x := range []struct {
		name, label string
		day         *gov.Day
	}{{fromControl, "生效日期", &c.From}, {toControl, "终止日期", &c.To}} {
		v := r.PostFormValue(x.name)
		if v == "" {
			continue
		}
		var err error
		if *x.day, err = gov.ParseDay(v); err != nil {
			bad = append(bad, gov.FieldError(x.name, "%s应写作 2006-01-02 的形式", x.label))
		}
	}
	if len(bad) > 0 {
		return c, bad
	}
	return c, nil
}

func (f *entryForm) refill(r *http.Request) {
	f.Again = true
	if k := web.RequestKey(r); k != "" {
		f.Key = k
	}
	for i := range f.Fields {
		x := &f.Fields[i]
		if x.ReadOnly {
			continue
		}
		x.Values, x.Value = r.PostForm[x.Name], r.PostFormValue(x.Name)
	}
}

// failAll puts every mistake at its control. It reports false for errors that no form can
// mend.
func (f *entryForm) failAll(err error) bool {
	if list := register.Problems(err); len(list) > 0 {
		f.Again = true
		for _, e := range list {
			f.Errors = append(f.Errors, web.FormError{Field: f.mark(e.Field, e.Text), Text: e.Text})
		}
		return true
	}
	return f.Fail(err, nil)
}

// mark finds the control of a field error: the register names its fields without prefix.
func (f *entryForm) mark(field, text string) string {
	for i := range f.Fields {
		if x := &f.Fields[i]; field != "" && (x.Name == dataPrefix+field || x.Name == field) {
			x.Error = text
			return x.Name
		}
	}
	return ""
}

// newEndForm ends an entry from a day on.
func (d *Desk) newEndForm(decl *register.Declaration, at register.Entry, dir *register.Directory, who *identity.Principal) entryForm {
	e := &editing{decl: decl, dir: dir, who: who, at: &at}
	f := entryForm{Form: web.NewForm("register-end-"+decl.Register+"-"+at.Key, entryURL(decl.Register, at.Key)+"/end", "终止登记")}
	f.Submit = web.Button{Text: "终止登记", Danger: true}
	f.NoDraft = true
	f.Hidden = []web.Pair{{Name: seenControl, Value: at.Tag()}}
	today := d.today().String()
	on := web.Field{Kind: web.DayKind, Name: fromControl, Label: "从哪一天起不再有效", Value: today, Required: true}
	if !decl.Backdate {
		on.Min = today
	}
	f.Fields = append([]web.Field{on}, e.vouching(d.today())...)
	return f
}

func (d *Desk) entryEnd(w http.ResponseWriter, r *http.Request) error {
	e, err := d.editingOf(r, r.PathValue("key"))
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return formError(err)
	}
	c, bad := e.change(r)
	if bad == nil {
		_, err = d.Registers.End(r.Context(), e.who, register.Ending{Register: c.Register, Key: c.Key, On: c.From, Seen: c.Seen,
			Approver: c.Approver, Reason: c.Reason, Request: c.Request})
	} else {
		err = bad
	}
	if err == nil {
		return d.Site.Redirect(w, r, entryURL(c.Register, c.Key), &web.Flash{Tone: web.Met, Text: "已终止登记"})
	}
	var e2 *gov.Error
	if !errors.As(err, &e2) || e2.Kind != gov.Invalid && e2.Kind != gov.Conflict {
		return err
	}
	return d.showEntry(w, r, web.ProblemOf(err).Status, func(v *entryView) {
		if v.End == nil {
			f := d.newEndForm(e.decl, *e.at, e.dir, e.who)
			v.End = &f
		}
		v.End.refill(r)
		v.End.failAll(err)
	})
}
