package desk

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"zhunsheng/docket"
	"zhunsheng/evidence"
	"zhunsheng/gov"
	"zhunsheng/procedure"
	"zhunsheng/web"
)

// madePaper is a paper that the system makes (由系统生成), as the form offers to look at it.
type madePaper struct {
	Label, Form string // Form is the id of the form whose values go along
	PDF, DOCX   string // addresses
}

// offerPapers marks the papers that need no file because a template makes them.
func (f *stepForm) offerPapers(c *docket.Case, o procedure.Offer) {
	for i, p := range o.Form.Papers {
		if p.Template == "" {
			continue
		}
		at := stepURL(c.Row.ID, o.Step) + "/papers/" + url.PathEscape(string(p.ID)) + "/"
		f.Made = append(f.Made, madePaper{Label: p.Label, Form: f.ID, PDF: at + asPDF, DOCX: at + asDOCX})
		field := &f.Papers[i].Field
		field.Required, field.Made = false, true
		field.Help = join(" ", field.Help, "由系统生成：不附文件的，提交时按本页填写的内容生成并归入案卷。另有正式文书的，附上即可。")
	}
}

// prints offers the PDF for printing of a file that looks like one that the system made; the
// print itself finds out whether it is.
func prints(c *docket.Case, step procedure.StepID, f docket.File) []web.FileItem {
	for _, t := range c.Definition.Templates() {
		if t.Step == step && t.Paper == f.Under && f.Name == t.Name+"."+asDOCX {
			return []web.FileItem{{Name: t.Name + "." + asPDF, Note: "供打印，由系统按同一内容生成",
				Href: fmt.Sprintf("%s/papers/%d/%s", caseURL(c.Row.ID), f.Version, url.PathEscape(string(f.Under)))}}
		}
	}
	return nil
}

// preview makes a paper of a step from what is typed so far and keeps nothing. What it
// lacks is left empty: the act itself says so.
func (d *Desk) preview(w http.ResponseWriter, r *http.Request) error {
	who, c, step, err := d.stepOf(r)
	if err != nil {
		return err
	}
	as := r.PathValue("as")
	if as != asPDF && as != asDOCX || !made(c.Definition, step.ID, procedure.PaperID(r.PathValue("paper"))) {
		return gov.Errorf(gov.Invalid, "本环节没有由系统生成的这份文书")
	}
	s := &submitted{values: map[string]string{}, files: map[string][]procedure.Paper{}, noFiles: true}
	if err := d.parts(r, who, s, func(name, value string) { s.values[name] = strings.ReplaceAll(value, "\r\n", "\n") }); err != nil {
		return err
	}
	x, err := d.draft(r.Context(), who, c, procedure.Act{Step: step.ID, Outcome: s.values[outcomeControl], Occurred: d.Clock.Now(),
		Actor: who.Actor, Fields: s.fieldValues(formFields(specFields(step), false)), Qualifications: who.Qualifications})
	if err != nil {
		return err
	}
	t, ok := x.template(procedure.PaperID(r.PathValue("paper")))
	if !ok {
		return gov.Errorf(gov.Invalid, "按目前填写的内容不出具这份文书，请先选择办理结果并填写有关内容，再预览")
	}
	p, _, err := x.paper(r.Context(), t)
	if err != nil {
		return err
	}
	b, err := produce(r.Context(), p, as)
	if err != nil {
		return err
	}
	sendPaper(w, "预览-"+p.Name+"."+as, as, b)
	return nil
}

// sendPaper sends a paper of our own making: PDF opens in the browser, from where it is
// printed, docx is saved.
func sendPaper(w http.ResponseWriter, name, as string, b []byte) {
	h := w.Header()
	h.Set("Content-Type", evidence.DOCX)
	h.Set("Content-Disposition", attachment(name))
	if as == asPDF {
		h.Set("Content-Type", evidence.PDF)
		h.Set("Content-Disposition", inline(name))
	}
	h.Set("Content-Length", strconv.Itoa(len(b)))
	_, _ = w.Write(b) // the reader is gone when this fails
}

// printPaper is the PDF of a paper that the system made for an act of the case, for
// printing. The case is folded up to that act and the paper made again; unless that gives the
// very file of the case, the file was brought or the registers have changed since, and the
// file itself is to be printed.
func (d *Desk) printPaper(w http.ResponseWriter, r *http.Request) error {
	who, c, err := d.caseOf(r)
	if err != nil {
		return err
	}
	none := gov.Errorf(gov.Invalid, "这份材料不是由系统生成的，或者台账此后有变更，不能重新生成，请下载案卷中的文件打印")
	version, err := strconv.ParseInt(r.PathValue("version"), 10, 64)
	if err != nil {
		return none
	}
	then, act, ok := before(c, version)
	if !ok {
		return none
	}
	paper := procedure.PaperID(r.PathValue("paper"))
	files := act.Payload.Effects.Papers[paper]
	if len(files) == 0 || !made(c.Definition, act.Payload.Effects.Step, paper) {
		return none
	}
	e := act.Payload.Effects
	past := *c
	past.State = then
	outcome := ""
	if e.State != nil {
		outcome = e.State.Outcome
	}
	x, err := d.draft(r.Context(), who, &past, procedure.Act{Step: e.Step, Outcome: outcome, Occurred: act.Envelope.Occurred,
		Actor: act.Envelope.Actor, Fields: e.Fields})
	if err != nil {
		return err
	}
	t, ok := x.template(paper)
	if !ok {
		return none
	}
	p, _, err := x.paper(r.Context(), t)
	if err != nil {
		return err
	}
	docx, err := produce(r.Context(), p, asDOCX)
	if err != nil {
		return err
	}
	if files[0].Digest != sha256Hex(docx) {
		return none
	}
	b, err := produce(r.Context(), p, asPDF)
	if err != nil {
		return err
	}
	sendPaper(w, p.Name+"."+asPDF, asPDF, b)
	return nil
}

// before folds a case up to one of its acts.
func before(c *docket.Case, version int64) (*procedure.State, docket.Act, bool) {
	s := procedure.NewState(c.Row.ID)
	for _, a := range c.Acts {
		if a.Envelope.Version == version {
			return s, a, true
		}
		s.Apply(a.Envelope.Version, a.Envelope.Actor, a.Payload.Effects)
	}
	return nil, docket.Act{}, false
}
