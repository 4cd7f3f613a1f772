package desk

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/procedure"
	"zhunsheng/web"
)

func correctURL(id gov.CaseID, version int64) string {
	return fmt.Sprintf("%s/acts/%d/correction", caseURL(id), version)
}

func correctionURL(id gov.CaseID, correction int64) string {
	return fmt.Sprintf("%s/corrections/%d", caseURL(id), correction)
}

// approveControl is the decision, noteControl its reason.
const (
	approveControl = "decision"
	noteControl    = "note"
)

// correctionView is one correction (更正) with what stood before.
type correctionView struct {
	Title  string
	Mark   web.BadgeView
	About  []web.Def
	Change web.Table
	Href   string
	May    bool // the reader may decide
}

// correctView is the page on which a correction is proposed.
type correctView struct {
	Head     web.PageHead
	Form     *stepForm
	Reason   web.Field
	Was      web.Record
	Refusals []web.Refusal
	Conflict string
	Back     string
}

// decideView is the page on which a correction is decided.
type decideView struct {
	Head     web.PageHead
	Seen     correctionView
	Form     *web.Form
	Fields   []web.Field
	Refusals []web.Refusal
	Back     string
}

// correctable is the form of the act of a version, while it is the last round of its step:
// what a correction may name.
func correctable(c *docket.Case, version int64) (name string, fields []procedure.Field, papers []procedure.PaperSpec, ok bool) {
	if version == 1 {
		fields, name = c.Definition.Opening().Fields, "启动"
	}
	for _, s := range c.Definition.Steps() {
		if st, done := c.State.Steps[s.ID]; done && st.Version == version && !st.Deemed {
			fields, papers, name = s.Fields, s.Papers, s.Name
		}
	}
	fields = slices.DeleteFunc(slices.Clone(fields), func(f procedure.Field) bool { return f.Personal })
	return name, fields, papers, len(fields)+len(papers) > 0
}

// mayCorrect says that the reader may propose the correction of an act.
func mayCorrect(c *docket.Case, version int64) bool {
	if !c.View.MayCorrect || !c.MayRecord || c.Row.Status == procedure.Voided {
		return false
	}
	_, _, _, ok := correctable(c, version)
	return ok && !slices.ContainsFunc(c.View.Corrections, func(x procedure.Correction) bool {
		return x.Of == version && x.Status == procedure.CorrectionProposed
	})
}

// actOf reads the case and the version that an address names.
func (d *Desk) actOf(r *http.Request) (*identity.Principal, *docket.Case, int64, error) {
	who, c, err := d.caseOf(r)
	if err != nil {
		return nil, nil, 0, err
	}
	n, err := strconv.ParseInt(r.PathValue("version"), 10, 64)
	if _, _, _, ok := correctable(c, n); err != nil || !ok {
		return nil, nil, 0, gov.Errorf(gov.NotFound, "没有可以更正的这一次办理，或者它已被后来的办理替代")
	}
	if !c.View.MayCorrect || !c.MayRecord {
		return nil, nil, 0, gov.Errorf(gov.Forbidden, "您当前的岗位不能提出更正")
	}
	return who, c, n, nil
}

func (d *Desk) correctForm(w http.ResponseWriter, r *http.Request) error {
	_, c, n, err := d.actOf(r)
	if err != nil {
		return err
	}
	v, err := d.newCorrectView(r, c, n)
	if err != nil {
		return err
	}
	return d.showCorrect(w, r, http.StatusOK, c, v)
}

func (d *Desk) newCorrectView(r *http.Request, c *docket.Case, version int64) (correctView, error) {
	name, fields, papers, _ := correctable(c, version)
	f := stepForm{Form: web.NewForm(fmt.Sprintf("correct-%s-%d", c.Row.ID, version), correctURL(c.Row.ID, version), "提出更正")}
	f.Hidden = []web.Pair{{Name: expectControl, Value: strconv.FormatInt(c.Row.Version, 10)}}
	f.Fields, f.Papers = correctFields(c, fields), correctPapers(papers)
	f.Cancel, f.Upload = caseURL(c.Row.ID), len(papers) > 0
	v := correctView{Form: &f, Back: caseURL(c.Row.ID), Head: web.PageHead{Kind: join(" · ", c.Definition.Name(), c.Row.Title), Title: "更正：" + name,
		Note: "更正由另一人批准后生效。原来的记录不改动，更正前后的内容都保留。违反程序的记录不因更正消除。"},
		Reason: web.Field{Kind: web.AreaKind, Name: reasonControl, Label: "更正的理由", Required: true, Rows: 2, MaxLen: 500,
			Help: "写明错在哪里、依据什么更正。", UsedBy: "批准人；法治督察"}}
	for _, a := range c.Acts {
		if a.Envelope.Version == version {
			v.Was = viewAct(c, a, proof{index: -1}).Record
		}
	}
	return v, d.offerCasesFor(r, c, fields, &f)
}

func (d *Desk) offerCasesFor(r *http.Request, c *docket.Case, fields []procedure.Field, f *stepForm) error {
	who, err := principal(r.Context())
	if err != nil {
		return err
	}
	return d.offerCases(r.Context(), who, c.Row.ID, fields, f)
}

// correctFields holds what stands; nothing is required, for a correction names what was
// wrong and no more.
func correctFields(c *docket.Case, fields []procedure.Field) []web.Field {
	var out []web.Field
	for _, x := range fields {
		f := formField(procedure.FormField{ID: x.ID, Type: x.Type, Label: x.Label, Help: x.Help, Options: x.Options, Value: c.State.Fields[x.ID]})
		f.Filled = ""
		out = append(out, f)
	}
	return out
}

func correctPapers(papers []procedure.PaperSpec) []paperField {
	var list []procedure.FormPaper
	for _, p := range papers {
		list = append(list, procedure.FormPaper{ID: p.ID, Label: p.Label, Help: p.Help, Many: p.Many, Kinds: p.Kinds})
	}
	out := formPapers(list)
	for i := range out {
		out[i].Help = join("", "附错了文件的，在此附正确的；不更正的不选。", out[i].Help)
	}
	return out
}

func (d *Desk) showCorrect(w http.ResponseWriter, r *http.Request, status int, c *docket.Case, v correctView) error {
	s := d.shell(w, r, v.Head.Title, navCases)
	s.Crumbs = []web.Crumb{{Label: "案件", Href: navCases}, {Label: c.Row.Title, Href: v.Back}, {Label: v.Head.Title}}
	return web.Render(w, r, status, correctPage(s, v))
}

// correct proposes a correction. What was left as it stands is no part of it.
func (d *Desk) correct(w http.ResponseWriter, r *http.Request) error {
	who, c, n, err := d.actOf(r)
	if err != nil {
		return err
	}
	s, err := d.receive(r, who)
	if err != nil {
		return err
	}
	name, fields, papers, _ := correctable(c, n)
	req := docket.CorrectRequest{Case: c.Row.ID, Expect: s.Expect, Of: n, Reason: strings.TrimSpace(s.values[reasonControl]), Key: s.Key,
		Fields: map[procedure.FieldID]string{}, Papers: s.paperFiles(correctPapers(papers))}
	for _, f := range fields {
		if v, sent := s.values[fieldName(f.ID)]; sent && v != c.State.Fields[f.ID] {
			req.Fields[f.ID] = v
		}
	}
	if len(s.wrong) == 0 {
		done, err := d.Docket.Correct(r.Context(), who, req)
		if err == nil {
			return d.Site.Redirect(w, r, caseURL(done.Case)+"#corrections", &web.Flash{Tone: web.Met, Text: "已提出对“" + name + "”的更正，待另一人批准",
				Done: fmt.Sprintf("correct-%s-%d", c.Row.ID, n)})
		}
		return d.correctAgain(w, r, n, s, err)
	}
	return d.correctAgain(w, r, n, s, nil)
}

func (d *Desk) correctAgain(w http.ResponseWriter, r *http.Request, version int64, s *submitted, err error) error {
	status, no, conflict, ok := notAccepted(err)
	if !ok {
		return err
	}
	c, gerr := d.again(r.Context(), r.PathValue("case"))
	if gerr != nil {
		return gerr
	}
	if _, _, _, ok := correctable(c, version); !ok {
		return err
	}
	v, verr := d.newCorrectView(r, c, version)
	if verr != nil {
		return verr
	}
	v.Form.refill(s)
	v.Reason.Value = s.values[reasonControl]
	if conflict != "" { // nothing was done under the old key with this content
		v.Form.Key = web.NewRequestKey()
	}
	v.Conflict = conflict
	v.Form.fail(no)
	v.Form.failFiles(s.wrong)
	if e := plainError(err); e != "" && len(no) == 0 && conflict == "" {
		v.Form.Errors = append(v.Form.Errors, web.FormError{Text: e})
	}
	if v.Reason.Value == "" {
		v.Reason.Error = "更正须写明理由"
	}
	v.Refusals = refusals(c, beyondForm(no), "")
	return d.showCorrect(w, r, status, c, v)
}

// correctionViews tells the corrections of a case, newest first.
func correctionViews(c *docket.Case, reader gov.Actor) []correctionView {
	var out []correctionView
	for _, x := range slices.Backward(c.View.Corrections) {
		out = append(out, viewCorrection(c, x, reader))
	}
	return out
}

func viewCorrection(c *docket.Case, x procedure.Correction, reader gov.Actor) correctionView {
	name := "启动"
	if x.Step != "" {
		name = c.Definition.StepName(x.Step)
	}
	v := correctionView{Title: "更正“" + name + "”", Href: correctionURL(c.Row.ID, x.ID), Mark: correctionMark(x.Status),
		May: x.Status == procedure.CorrectionProposed && c.View.MayDecide && c.MayRecord && x.By.Person != reader.Person}
	v.About = []web.Def{{Term: "理由", Text: x.Reason}, {Term: "提出人", Text: actorName(c.Directory, x.By)}}
	if x.Decided != nil {
		v.About = append(v.About, web.Def{Term: "决定人", Text: actorName(c.Directory, *x.Decided)})
	}
	if x.Note != "" {
		v.About = append(v.About, web.Def{Term: "决定的说明", Text: x.Note})
	}
	v.Change = web.Table{Caption: "更正前后", Columns: []web.Column{{Title: "项目", Main: true}, {Title: "更正前"}, {Title: "更正后"}}}
	for _, f := range allFields(c.Definition) {
		if now, ok := x.Fields[f.ID]; ok {
			v.Change.Rows = append(v.Change.Rows, web.Row{Cells: []web.Cell{web.Text(f.Label),
				web.Text(caseFieldText(c, f.ID, x.WasFields[f.ID])), web.Text(caseFieldText(c, f.ID, now))}})
		}
	}
	for _, s := range c.Definition.Steps() {
		for _, p := range s.Papers {
			if now, ok := x.Papers[p.ID]; ok && s.ID == x.Step {
				v.Change.Rows = append(v.Change.Rows, web.Row{Cells: []web.Cell{web.Text(p.Label),
					web.Text(fileNames(x.WasPapers[p.ID])), {Body: paperLinksView(correctedFiles(c, p.ID, now))}}})
			}
		}
	}
	return v
}

func fileNames(list []procedure.Paper) string {
	var out []string
	for _, p := range list {
		out = append(out, p.Name)
	}
	return strings.Join(out, "、")
}

// correctedFiles leads to corrected files where the case has them; those of a proposal that is
// not approved are in the record only.
func correctedFiles(c *docket.Case, id procedure.PaperID, now []procedure.Paper) []web.FileItem {
	var out []web.FileItem
	for _, p := range now {
		item := web.FileItem{Name: p.Name, Size: p.Size, Digest: p.Digest}
		for _, f := range c.Files {
			if f.Under == id && f.Digest == p.Digest {
				item.Href = fileURL(c.Row.ID, f)
			}
		}
		out = append(out, item)
	}
	return out
}

func correctionMark(s procedure.CorrectionStatus) web.BadgeView {
	switch s {
	case procedure.CorrectionApproved:
		return web.BadgeView{Tone: web.Met, Text: "已更正"}
	case procedure.CorrectionDeclined:
		return web.BadgeView{Tone: web.NA, Text: "不予更正"}
	}
	return web.BadgeView{Tone: web.Soon, Text: "待批准"}
}

// correctionOf reads the case and the correction that an address names.
func (d *Desk) correctionOf(r *http.Request) (*identity.Principal, *docket.Case, procedure.Correction, error) {
	who, c, err := d.caseOf(r)
	if err != nil {
		return nil, nil, procedure.Correction{}, err
	}
	n, err := strconv.ParseInt(r.PathValue("correction"), 10, 64)
	i := slices.IndexFunc(c.View.Corrections, func(x procedure.Correction) bool { return x.ID == n })
	if err != nil || i < 0 {
		return nil, nil, procedure.Correction{}, gov.Errorf(gov.NotFound, "没有这项更正")
	}
	return who, c, c.View.Corrections[i], nil
}

func (d *Desk) correctionPage(w http.ResponseWriter, r *http.Request) error {
	return d.showCorrection(w, r, http.StatusOK, nil)
}

func (d *Desk) showCorrection(w http.ResponseWriter, r *http.Request, status int, wrong error) error {
	who, c, x, err := d.correctionOf(r)
	if err != nil {
		return err
	}
	v := decideView{Seen: viewCorrection(c, x, who.Actor), Back: caseURL(c.Row.ID)}
	v.Head = web.PageHead{Kind: join(" · ", c.Definition.Name(), c.Row.Title), Title: v.Seen.Title, Badges: []web.BadgeView{v.Seen.Mark}}
	if no := docket.Refusals(wrong); len(no) > 0 {
		v.Refusals = refusals(c, beyondForm(no), "")
	}
	if v.Seen.May {
		f := web.NewForm(fmt.Sprintf("correction-%s-%d", c.Row.ID, x.ID), correctionURL(c.Row.ID, x.ID), "提交决定")
		f.Cancel = v.Back
		v.Fields = []web.Field{
			{Kind: web.RadioKind, Name: approveControl, Label: "决定", Required: true, Value: r.PostFormValue(approveControl), Options: []web.Option{
				{Value: "approve", Label: "批准更正", Note: "案卷按更正后的内容显示；更正后查明不符合程序的，记为违反程序"},
				{Value: "decline", Label: "不予更正", Note: "须写明理由"}}},
			{Kind: web.AreaKind, Name: noteControl, Label: "说明", Rows: 2, MaxLen: 500, Help: "不予更正的必填。", Value: r.PostFormValue(noteControl)},
		}
		if wrong != nil {
			f.Again = true
			if key := web.RequestKey(r); key != "" {
				f.Key = key
			}
			if no := docket.Refusals(wrong); len(no) > 0 {
				for _, n := range no {
					if n.Kind == procedure.RefusedForm {
						f.Errors = append(f.Errors, web.FormError{Field: noteControl, Text: n.Text})
						v.Fields[1].Error = n.Text
					}
				}
			} else {
				f.Fail(wrong, v.Fields)
			}
		}
		v.Form = &f
	}
	s := d.shell(w, r, v.Seen.Title, navCases)
	s.Crumbs = []web.Crumb{{Label: "案件", Href: navCases}, {Label: c.Row.Title, Href: v.Back}, {Label: v.Seen.Title}}
	return web.Render(w, r, status, decidePage(s, v))
}

// decideCorrection approves a correction or declines it; whoever proposed it or did the act
// is refused by the engine.
func (d *Desk) decideCorrection(w http.ResponseWriter, r *http.Request) error {
	who, c, x, err := d.correctionOf(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return formError(err)
	}
	choice := r.PostFormValue(approveControl)
	if choice != "approve" && choice != "decline" {
		return d.showCorrection(w, r, http.StatusUnprocessableEntity, gov.FieldError(approveControl, "请选择批准更正或者不予更正"))
	}
	done, err := d.Docket.DecideCorrection(r.Context(), who, docket.CorrectionRequest{Case: c.Row.ID, Correction: x.ID, Approve: choice == "approve",
		Note: strings.TrimSpace(r.PostFormValue(noteControl)), Key: web.RequestKey(r)})
	if status, _, _, ok := notAccepted(err); err != nil && ok {
		return d.showCorrection(w, r, status, err)
	}
	if err != nil {
		return err
	}
	text := "不予更正"
	if choice == "approve" {
		text = "已批准更正"
	}
	if n := len(done.Effects.Breaches); n > 0 {
		text += "，" + countOf("查明违反程序", int64(n))
	}
	return d.Site.Redirect(w, r, caseURL(done.Case)+"#corrections", &web.Flash{Tone: web.Met, Text: text, Done: fmt.Sprintf("correction-%s-%d", c.Row.ID, x.ID)})
}
