package desk

import (
	"errors"
	"net/http"
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
