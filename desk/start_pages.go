package desk

import (
	"net/http"
	"slices"
	"strings"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/procedure"
	"zhunsheng/register"
	"zhunsheng/web"
)

// startView is the form that opens a case.
type startView struct {
	Head      web.PageHead
	About     string
	Form      *stepForm
	Recording []web.Field // asked when the case was opened outside (补录)
	Scan      paperField
	Refusals  []web.Refusal
	Choices   []startable // when no procedure was chosen yet
}

// mayStartFor are the units for which the reader may open a case of a procedure.
func (d *Desk) mayStartFor(who *identity.Principal, dir *register.Directory, def *procedure.Definition) []identity.Unit {
	var out []identity.Unit
	for _, u := range dir.Units(d.today()) {
		if who.Access.MayAction(identity.OpenCase, u.Path) && def.MayStart(who.Actor, u.ID, d.Docket.EnvOf(dir, u.ID)) {
			out = append(out, u)
		}
	}
	return out
}

// mayRecordFor are the units for which the reader may record a case that was opened outside.
func (d *Desk) mayRecordFor(who *identity.Principal, dir *register.Directory) []identity.Unit {
	var out []identity.Unit
	for _, u := range dir.Units(d.today()) {
		if who.Access.MayAction(identity.RecordCase, u.Path) {
			out = append(out, u)
		}
	}
	return out
}

func (d *Desk) startForm(w http.ResponseWriter, r *http.Request) error {
	who, err := principal(r.Context())
	if err != nil {
		return err
	}
	dir, err := d.directory(r.Context())
	if err != nil {
		return err
	}
	q := r.URL.Query()
	if q.Get(procControl) == "" {
		v := startView{Head: web.PageHead{Title: "启动案件", Note: "选择要办理的程序。"}, Choices: d.startables(who, dir)}
		return d.showStart(w, r, http.StatusOK, v)
	}
	def, err := d.Docket.Definitions.Current(q.Get(procControl))
	if err != nil {
		return err
	}
	v, err := d.newStartView(who, dir, def, q.Get(recordControl) == "1")
	if err != nil {
		return err
	}
	if err := d.dressStart(r, who, def, v.Form); err != nil {
		return err
	}
	return d.showStart(w, r, http.StatusOK, v)
}

func (d *Desk) newStartView(who *identity.Principal, dir *register.Directory, def *procedure.Definition, recording bool) (startView, error) {
	units, submit := d.mayStartFor(who, dir, def), "启动案件"
	id := "start-" + def.ID()
	v := startView{About: def.About(), Head: web.PageHead{Kind: "启动案件", Title: def.Name()}}
	if recording {
		units, submit, id = d.mayRecordFor(who, dir), "补录案件", "record-"+id
		v.Head.Kind = "补录：案件已在系统外启动"
		v.Recording, v.Scan = recordingFields(def.From(), d.today()), scanField()
	}
	if len(units) == 0 {
		return v, gov.Errorf(gov.Forbidden, "您当前的岗位不能启动“%s”", def.Name())
	}
	f := stepForm{Form: web.NewForm(id, navCases, submit)}
	f.Hidden = []web.Pair{{Name: procControl, Value: def.ID()}}
	if recording {
		f.Hidden = append(f.Hidden, web.Pair{Name: recordControl, Value: "1"})
		f.Upload = true
	}
	f.Cancel = navDesk
	opening := def.OpeningForm()
	f.NoDraft = anyPersonal(opening.Fields)
	start := def.Opening()
	f.Fields = []web.Field{{Kind: web.TextKind, Name: titleControl, Label: start.Title, Help: start.Help, Required: true, MaxLen: 200}}
	f.Fields = append(f.Fields, unitField(units, who))
	f.Fields = append(f.Fields, formFields(opening.Fields, recording)...)
	v.Form = &f
	return v, nil
}

// dressStart is dress for the form that opens a case.
func (d *Desk) dressStart(r *http.Request, who *identity.Principal, def *procedure.Definition, f *stepForm) error {
	q, err := d.startAsking(r, who, def, nil, "")
	if err != nil {
		return err
	}
	if q.mark(f); f.conditional() {
		f.Needs = "/desk/cases/needs"
	}
	return d.offerCases(r.Context(), who, "", def.Opening().Fields, f)
}

// unitField asks whose case it becomes, preset to the reader's own unit.
func unitField(units []identity.Unit, who *identity.Principal) web.Field {
	f := web.Field{Kind: web.SelectKind, Name: unitControl, Label: "承办单位", Required: true}
	for _, u := range units {
		f.Options = append(f.Options, web.Option{Value: string(u.ID), Label: u.Name})
		if u.ID == who.Actor.Unit {
			f.Value = string(u.ID)
		}
	}
	if len(units) == 1 {
		f.Value = string(units[0].ID)
	}
	if f.Value == "" {
		f.Placeholder = "请选择"
	}
	return f
}

func (d *Desk) showStart(w http.ResponseWriter, r *http.Request, status int, v startView) error {
	s := d.shell(w, r, v.Head.Title, navCases)
	s.Narrow = len(v.Recording) == 0
	s.Crumbs = []web.Crumb{{Label: "案件", Href: navCases}, {Label: "启动案件"}}
	return web.Render(w, r, status, startPage(s, v))
}

// start opens a case, or records that one was opened outside.
func (d *Desk) start(w http.ResponseWriter, r *http.Request) error {
	who, err := principal(r.Context())
	if err != nil {
		return err
	}
	s, err := d.receive(r, who)
	if err != nil {
		return err
	}
	def, err := d.Docket.Definitions.Current(s.values[procControl])
	if err != nil {
		return err
	}
	recording := s.values[recordControl] == "1"
	req := docket.OpenRequest{Procedure: def.ID(), Title: strings.TrimSpace(s.values[titleControl]),
		Unit: gov.UnitID(s.values[unitControl]), Fields: s.fieldValues(formFields(def.OpeningForm().Fields, recording)), Key: s.Key}
	var wrong []web.FormError
	if recording {
		req.Recording, req.Occurred, wrong = recordingOf(s)
	}
	if wrong = append(wrong, s.wrong...); len(wrong) > 0 {
		return d.startAgain(w, r, who, def, s, wrong, nil)
	}
	done, err := d.Docket.Open(r.Context(), who, req)
	if err != nil {
		return d.startAgain(w, r, who, def, s, nil, err)
	}
	form := "start-" + def.ID()
	if recording {
		form = "record-" + form
	}
	return d.Site.Redirect(w, r, caseURL(done.Case), &web.Flash{Tone: web.Met, Text: "案件已启动", Done: form})
}

func (d *Desk) startAgain(w http.ResponseWriter, r *http.Request, who *identity.Principal, def *procedure.Definition, s *submitted, wrong []web.FormError, err error) error {
	status, no, conflict, ok := notAccepted(err)
	if !ok {
		return err
	}
	dir, derr := d.directory(r.Context())
	if derr != nil {
		return derr
	}
	v, verr := d.newStartView(who, dir, def, s.values[recordControl] == "1")
	if verr != nil {
		return verr
	}
	if err := d.dressStart(r, who, def, v.Form); err != nil {
		return err
	}
	v.Form.refill(s)
	if conflict != "" { // nothing was done under the old key with this content
		v.Form.Key = web.NewRequestKey()
	}
	about := recordView{About: v.Recording, Scan: v.Scan, Form: v.Form}
	about.refillAbout(s)
	v.Form.fail(no)
	about.fail(wrong)
	v.Recording, v.Scan = about.About, about.Scan
	for _, n := range beyondForm(no) {
		v.Refusals = append(v.Refusals, web.Refusal{Rule: string(n.Rule), Text: n.Text, Cites: n.Cites})
	}
	if text := plainError(err); text != "" && len(no) == 0 {
		field := ""
		if slices.ContainsFunc(v.Form.Fields, func(f web.Field) bool { return f.Name == web.ProblemOf(err).Field }) {
			field = v.Form.mark(web.ProblemOf(err).Field, text)
		}
		if conflict != "" {
			text = conflict
		}
		v.Form.Errors = append(v.Form.Errors, web.FormError{Field: field, Text: text})
	}
	return d.showStart(w, r, status, v)
}
