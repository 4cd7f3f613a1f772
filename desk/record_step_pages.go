package desk

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/procedure"
	"zhunsheng/web"
)

// recordView is the page on which something that happened outside is recorded (补录).
type recordView struct {
	Head     web.PageHead
	Rule     string
	Form     *stepForm
	About    []web.Field   // when, why, by what paper
	Scan     paperField    // of that paper
	Expected []web.Refusal // what would be recorded as breaches, as the case stands
	Refusals []web.Refusal
	Conflict string
	Typed    []web.Def
	Back     string
}

func (d *Desk) recordForm(w http.ResponseWriter, r *http.Request) error {
	who, c, step, err := d.stepOf(r)
	if err != nil {
		return err
	}
	o, ok := offer(c, step.ID)
	if !ok {
		return d.showStep(w, r, http.StatusOK, c, step, func(*stepView) {})
	}
	if err := mayRecord(c, o); err != nil {
		return err
	}
	v := d.newRecordView(c, step, o)
	if err := d.dressRecord(r.Context(), who, c, step, v.Form); err != nil {
		return err
	}
	return d.showRecord(w, r, http.StatusOK, c, v)
}

func mayRecord(c *docket.Case, o procedure.Offer) error {
	if o.MayRecord && c.MayRecord {
		return nil
	}
	return gov.Errorf(gov.Forbidden, "您当前的岗位不能补录“%s”，请由程序写明可以补录的岗位办理", o.Name)
}

func (d *Desk) newRecordView(c *docket.Case, step procedure.Step, o procedure.Offer) recordView {
	f := stepForm{Form: web.NewForm("record-"+string(c.Row.ID)+"-"+string(step.ID), recordStepURL(c.Row.ID, step.ID), "补录："+step.Name)}
	f.Hidden = []web.Pair{{Name: expectControl, Value: strconv.FormatInt(c.Row.Version, 10)}}
	f.Fields, f.Papers = formFields(o.Form.Fields, true), formPapers(o.Form.Papers)
	for i := range f.Papers { // a paper that is missing is a breach, not a refusal
		f.Papers[i].Required = false
	}
	f.Upload, f.Cancel, f.NoDraft = true, caseURL(c.Row.ID), anyPersonal(o.Form.Fields)
	d.setOutcomes(&f, c, o, true)
	v := recordView{Rule: string(step.Rule), Form: &f, About: recordingFields(c.Row.Opened, d.today()), Scan: scanField(), Back: caseURL(c.Row.ID),
		Head: web.PageHead{Kind: join(" · ", c.Definition.Name(), c.Row.Title), Title: "补录：" + step.Name}}
	v.Expected = refusals(c, wouldBreach(o), step.ID)
	return v
}

// dressRecord is dress for a recording, which no missing paper holds back.
func (d *Desk) dressRecord(ctx context.Context, who *identity.Principal, c *docket.Case, step procedure.Step, f *stepForm) error {
	err := d.dress(ctx, who, c, step, f)
	for i := range f.Papers {
		f.Papers[i].When = ""
	}
	return err
}

// wouldBreach are the unmet rules that a recording turns into breaches. Who may perform the
// step is no such rule, and what the form holds is known only when it is sent.
func wouldBreach(o procedure.Offer) []procedure.Refusal {
	var out []procedure.Refusal
	for _, r := range o.Refusals {
		if r.Kind == procedure.RefusedGate || r.Kind == procedure.RefusedOrder || r.Kind == procedure.RefusedTime && r.Rule != "" {
			out = append(out, r)
		}
	}
	return out
}

// recordingFields ask when it happened, why it was not done here, and by what paper it is
// known.
func recordingFields(from, today gov.Day) []web.Field {
	return []web.Field{
		{Kind: web.DayKind, Name: occurredControl, Label: "实际发生日期", Required: true, Min: from.String(), Max: today.String(),
			Help: "以原始材料上的日期为准；期限从这一天起算。", UsedBy: "期限计算；指标"},
		{Kind: web.AreaKind, Name: reasonControl, Label: "为什么没有在系统中办理", Required: true, Rows: 2, MaxLen: 500,
			UsedBy: "备案审查、法治督察"},
		{Kind: web.TextKind, Name: sourceControl, Label: "依据的原始材料", Required: true, MaxLen: 300,
			Help: "写明材料名称、文号或者签批人，例如“局长办公会议纪要〔2026〕8号”。", UsedBy: "备案审查、法治督察"},
	}
}

func scanField() paperField {
	return paperField{Field: web.Field{Kind: web.FileKind, Name: scanControl, Label: "原始材料扫描件",
		Help: "有纸质材料的，请附扫描件或者照片。"}}
}

func (d *Desk) showRecord(w http.ResponseWriter, r *http.Request, status int, c *docket.Case, v recordView) error {
	s := d.shell(w, r, v.Head.Title, navCases)
	s.Crumbs = []web.Crumb{{Label: "案件", Href: navCases}, {Label: c.Row.Title, Href: v.Back}, {Label: v.Head.Title}}
	return web.Render(w, r, status, recordStepPage(s, v))
}

// record takes a fact that happened outside. Gates do not refuse it: each unmet one becomes
// a breach that stays.
func (d *Desk) record(w http.ResponseWriter, r *http.Request) error {
	who, c, step, err := d.stepOf(r)
	if err != nil {
		return err
	}
	s, err := d.receive(r, who)
	if err != nil {
		return err
	}
	form := stepForm{Fields: formFields(specFields(step), true), Papers: formPapers(specPapers(step))}
	rec, occurred, wrong := recordingOf(s)
	if len(s.wrong) > 0 || len(wrong) > 0 {
		return d.recordAgain(w, r, step, s, wrong, nil)
	}
	done, err := d.Docket.Act(r.Context(), who, docket.ActRequest{Case: c.Row.ID, Expect: s.Expect, Step: step.ID,
		Outcome: s.Outcome, Occurred: occurred, Fields: s.fieldValues(form.Fields), Papers: s.paperFiles(form.Papers),
		Recording: rec, Key: s.Key})
	if err != nil {
		return d.recordAgain(w, r, step, s, nil, err)
	}
	return d.acted(w, r, c, step, done, "record-"+string(c.Row.ID)+"-"+string(step.ID), "已补录")
}

// recordingOf reads what every recording says of itself.
func recordingOf(s *submitted) (rec *procedure.Recording, occurred gov.Instant, wrong []web.FormError) {
	rec = &procedure.Recording{Reason: strings.TrimSpace(s.values[reasonControl]), Source: strings.TrimSpace(s.values[sourceControl])}
	day, err := gov.ParseDay(s.values[occurredControl])
	if err != nil {
		wrong = append(wrong, web.FormError{Field: occurredControl, Text: "请填写实际发生日期"})
	} else {
		occurred = day.Start()
	}
	if rec.Reason == "" {
		wrong = append(wrong, web.FormError{Field: reasonControl, Text: "请写明为什么没有在系统中办理"})
	}
	if rec.Source == "" {
		wrong = append(wrong, web.FormError{Field: sourceControl, Text: "请写明依据的原始材料"})
	}
	s.newest(scanControl)
	if scan := s.files[scanControl]; len(scan) > 0 {
		rec.Paper = &scan[0]
	}
	return rec, occurred, wrong
}

func (d *Desk) recordAgain(w http.ResponseWriter, r *http.Request, step procedure.Step, s *submitted, wrong []web.FormError, err error) error {
	status, no, conflict, ok := notAccepted(err)
	if !ok {
		return err
	}
	c, gerr := d.again(r.Context(), r.PathValue("case"))
	if gerr != nil {
		return gerr
	}
	o, open := offer(c, step.ID)
	if !open {
		return d.showStep(w, r, status, c, step, func(v *stepView) {
			v.Conflict = conflict
			v.Refusals = refusals(c, beyondForm(no), step.ID)
			v.Typed = typed(stepForm{Fields: append(recordingFields(c.Row.Opened, d.today()), formFields(specFields(step), true)...),
				Papers: formPapers(specPapers(step))}, s)
		})
	}
	v := d.newRecordView(c, step, o)
	who, derr := principal(r.Context())
	if derr != nil {
		return derr
	}
	if derr := d.dressRecord(r.Context(), who, c, step, v.Form); derr != nil {
		return derr
	}
	v.Conflict, v.Refusals = conflict, refusals(c, beyondForm(no), step.ID)
	v.Form.refill(s)
	if conflict != "" { // nothing was done under the old key with this content
		v.Form.Key = web.NewRequestKey()
	}
	v.refillAbout(s)
	v.Form.fail(no)
	v.fail(append(wrong, s.wrong...))
	if e := plainError(err); e != "" && len(no) == 0 && conflict == "" {
		v.Form.Errors = append(v.Form.Errors, web.FormError{Text: e})
	}
	return d.showRecord(w, r, status, c, v)
}

func (v *recordView) refillAbout(s *submitted) {
	for i := range v.About {
		v.About[i].Value = s.values[v.About[i].Name]
	}
	v.Scan.Kept = s.files[scanControl]
	for _, k := range v.Scan.Kept {
		v.Scan.Files = append(v.Scan.Files, web.FileItem{Name: k.Name, Size: k.Size, Digest: k.Digest, Note: "已收到，不必再选"})
	}
}

// fail puts errors at the controls of this page or of the form.
func (v *recordView) fail(list []web.FormError) {
	for _, e := range list {
		name := ""
		for i := range v.About {
			if v.About[i].Name == e.Field {
				v.About[i].Error, name = e.Text, e.Field
			}
		}
		if e.Field == scanControl {
			v.Scan.Error, name = e.Text, e.Field
		}
		if name == "" {
			name = v.Form.mark(e.Field, e.Text)
		}
		v.Form.Errors = append(v.Form.Errors, web.FormError{Field: name, Text: e.Text})
	}
}
