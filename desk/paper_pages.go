package desk

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"zhunsheng/docket"
	"zhunsheng/documents"
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

// printNote is what a list of files says of a print.
const printNote = "供打印"

// prints offers the PDF for printing of a file that looks like one that the system made; the
// print itself finds out whether it is, and sends the file where it is not.
func prints(c *docket.Case, step procedure.StepID, f docket.File) []web.FileItem {
	for _, t := range c.Definition.Templates() {
		if t.Step == step && t.Paper == f.Under && f.Name == t.Name+"."+asDOCX {
			return []web.FileItem{{Name: t.Name + "." + asPDF, Note: printNote,
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
// printing. It is made from the file of the case itself, which keeps what it says: the units,
// the people and the other cases that it names may have changed since, what was handed in has
// not. A file that was brought, or changed before it was brought, is sent as it is.
func (d *Desk) printPaper(w http.ResponseWriter, r *http.Request) error {
	_, c, err := d.caseOf(r)
	if err != nil {
		return err
	}
	f, ok := printed(c, r)
	if !ok {
		return gov.Errorf(gov.Invalid, "案卷中没有由系统生成的这份文书")
	}
	content, err := d.Files.Open(f.Digest)
	if err != nil {
		return err
	}
	defer content.Close()
	b, err := io.ReadAll(content)
	if err != nil {
		return err
	}
	p, ok := documents.Read(b)
	if !ok {
		w.Header().Set("Content-Disposition", attachment(f.Name))
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Length", strconv.Itoa(len(b)))
		_, _ = w.Write(b) // the reader is gone when this fails
		return nil
	}
	if b, err = produce(r.Context(), p, asPDF); err != nil {
		return err
	}
	sendPaper(w, strings.TrimSuffix(f.Name, "."+asDOCX)+"."+asPDF, asPDF, b)
	return nil
}

// printed finds the docx of a paper that an act attached and that a template makes.
func printed(c *docket.Case, r *http.Request) (procedure.Paper, bool) {
	version, err := strconv.ParseInt(r.PathValue("version"), 10, 64)
	paper := procedure.PaperID(r.PathValue("paper"))
	if err != nil || !slices.ContainsFunc(c.Definition.Templates(), func(t procedure.Template) bool { return t.Paper == paper }) {
		return procedure.Paper{}, false
	}
	for _, f := range c.Files {
		if f.Version == version && f.Under == paper && strings.HasSuffix(f.Name, "."+asDOCX) {
			return f.Paper, true
		}
	}
	return procedure.Paper{}, false
}
