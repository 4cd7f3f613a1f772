package desk

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"zhunsheng/docket"
	"zhunsheng/documents"
	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/procedure"
)

// drafting is a case about to be acted on, with what its templates read.
type drafting struct {
	d     *Desk
	who   *identity.Principal
	c     *docket.Case
	act   procedure.Act
	state *procedure.State
	env   procedure.Env
	kids  []docket.Row // the cases that name this one, as far as the reader sees them
}

// draft lays a form over a case. Nothing is judged and nothing is kept.
func (d *Desk) draft(ctx context.Context, who *identity.Principal, c *docket.Case, act procedure.Act) (*drafting, error) {
	kids, err := d.Docket.Children(ctx, who, c.Row.ID)
	if err != nil {
		return nil, err
	}
	x := &drafting{d: d, who: who, c: c, act: act, state: c.State, kids: kids, env: d.Docket.EnvOf(c.Directory, c.Row.Unit)}
	x.env.Children = func(of string) (count, open int) {
		for _, r := range kids {
			if r.Procedure != of {
				continue
			}
			if count++; r.Status == procedure.Open {
				open++
			}
		}
		return count, open
	}
	x.env.Linked = d.linked(ctx, who)
	if len(c.Personal) > 0 { // the state has only their digests
		x.state = c.State.Clone()
		for id, v := range c.Personal {
			x.state.Fields[id] = v
		}
	}
	return x, nil
}

// linked looks at other cases as far as the reader sees them, at each of them once.
func (d *Desk) linked(ctx context.Context, who *identity.Principal) func(gov.CaseID) (procedure.Linked, bool) {
	type answer struct {
		procedure.Linked
		ok bool
	}
	seen := map[gov.CaseID]answer{}
	return func(id gov.CaseID) (procedure.Linked, bool) {
		a, known := seen[id]
		if !known {
			// An act on the case says what is wrong with a link.
			if k, err := d.Docket.Get(ctx, who, id); err == nil {
				a = answer{procedure.Linked{Case: id, Procedure: k.Row.Procedure, Title: k.Row.Title, Status: k.Row.Status,
					Facts: k.Definition.TrueFacts(k.State)}, true}
			}
			seen[id] = a
		}
		return a.Linked, a.ok
	}
}

// template finds the template by which the form as it is filled in makes a paper.
func (x *drafting) template(paper procedure.PaperID) (procedure.Template, bool) {
	for _, t := range x.c.Definition.Makes(x.state, x.act, x.env) {
		if t.Paper == paper {
			return t, true
		}
	}
	return procedure.Template{}, false
}

// paper fills in a template, with the rows of its tables.
func (x *drafting) paper(ctx context.Context, t procedure.Template) (documents.Paper, []procedure.Lack, error) {
	sheet, lacks := x.c.Definition.Draft(x.state, x.act, t, x.env)
	p := documents.Paper{Sheet: sheet}
	if p.Names(documents.CommentsTable) {
		rows, err := x.comments(ctx)
		if err != nil {
			return p, nil, err
		}
		p.Tables = map[string]documents.Table{documents.CommentsTable: {Head: []string{"意见编号", "意见", "研究处理情况"},
			Widths: []float64{0.26, 0.3, 0.44}, Rows: rows, None: "没有收到意见。"}}
	}
	return p, lacks, nil
}

// maxComments bounds the table of comments of a paper.
const maxComments = 500

// comments are the comments of the public on this case, each with how it was dealt with:
// the outcome, and the words that are published. What people wrote themselves may hold what
// must not be published, so only its title stands here.
func (x *drafting) comments(ctx context.Context) ([][]string, error) {
	var out [][]string
	for _, r := range x.kids {
		def, err := x.d.Docket.Definitions.Current(r.Procedure)
		if err != nil {
			return nil, err
		}
		if _, public := def.Intake(); !public {
			continue
		}
		if len(out) == maxComments {
			return append(out, []string{"", "其余意见见案卷。", ""}), nil
		}
		k, err := x.d.Docket.Get(ctx, x.who, r.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, []string{r.Number, r.Title, dealtWith(k)})
	}
	return out, nil
}

// dealtWith says how a comment was dealt with.
func dealtWith(c *docket.Case) string {
	var lines []string
	for _, s := range c.Definition.Steps() {
		st, ok := c.State.Steps[s.ID]
		if !ok || st.Status != procedure.StepDone {
			continue
		}
		if o := outcomeName(c.Definition, s.ID, st.Outcome); o != "" {
			lines = append(lines, o)
			break
		}
	}
	for _, p := range c.Definition.Publications() {
		if v := c.State.Fields[p.Summary]; p.Summary != "" && v != "" {
			lines = append(lines, v)
			break
		}
	}
	if len(lines) == 0 {
		return "正在研究"
	}
	return strings.Join(lines, "\n")
}

// papersFor is withPapers for a request that has not read the case: it reads it only when its
// procedure makes a paper of the step that is not attached.
func (d *Desk) papersFor(ctx context.Context, who *identity.Principal, req *docket.ActRequest) (map[procedure.PaperID]string, error) {
	def, err := d.Docket.Runs(ctx, req.Case)
	if err != nil || !slices.ContainsFunc(def.Templates(), func(t procedure.Template) bool { return t.Step == req.Step && len(req.Papers[t.Paper]) == 0 }) {
		return nil, err
	}
	c, err := d.Docket.Get(ctx, who, req.Case)
	if err != nil {
		return nil, err
	}
	return d.withPapers(ctx, who, c, req)
}

// withPapers attaches to an act the papers that its step makes and that nobody attached.
// lacks says of each paper that could not be made what it lacks; the act then goes without it
// and is refused where the paper is required, see explainLacks.
//
// A request that acted already gets the very papers that it got then: the case has moved on,
// and what is made now would not be the same.
func (d *Desk) withPapers(ctx context.Context, who *identity.Principal, c *docket.Case, req *docket.ActRequest) (lacks map[procedure.PaperID]string, err error) {
	step, ok := c.Definition.Step(req.Step)
	if req.Recording != nil || !ok || !slices.ContainsFunc(c.Definition.Templates(), func(t procedure.Template) bool { return t.Step == step.ID }) {
		return nil, nil
	}
	if papers, acted := actedBefore(c, who, req); acted {
		for id, files := range papers {
			if made(c.Definition, step.ID, id) && len(req.Papers[id]) == 0 {
				attach(req, id, files)
			}
		}
		return nil, nil
	}
	if o, ok := offer(c, step.ID); !ok || !o.Mine || !o.Allowed || !c.MayAct {
		return nil, nil // the docket says why not; nothing is made for nothing
	}
	occurred := req.Occurred
	if occurred.IsZero() {
		occurred = d.Clock.Now()
	}
	x, err := d.draft(ctx, who, c, procedure.Act{Step: req.Step, Outcome: req.Outcome, Occurred: occurred, Actor: who.Actor,
		Fields: req.Fields, Papers: req.Papers, Qualifications: who.Qualifications})
	if err != nil {
		return nil, err
	}
	for _, spec := range step.Papers {
		t, ok := x.template(spec.ID)
		if !ok || len(req.Papers[spec.ID]) > 0 || spec.Kept && len(c.State.Papers[spec.ID]) > 0 {
			continue
		}
		p, lacking, err := x.paper(ctx, t)
		if err != nil {
			return nil, err
		}
		if len(lacking) > 0 {
			if lacks == nil {
				lacks = map[procedure.PaperID]string{}
			}
			lacks[spec.ID] = lackText(t, lacking)
			continue
		}
		files, err := d.store(ctx, who, spec, p)
		if err != nil {
			return nil, err
		}
		attach(req, spec.ID, files)
	}
	return lacks, nil
}

func attach(req *docket.ActRequest, id procedure.PaperID, files []procedure.Paper) {
	if req.Papers == nil {
		req.Papers = map[procedure.PaperID][]procedure.Paper{}
	}
	if len(files) > 0 {
		req.Papers[id] = files
	}
}

// actedBefore finds what the same request attached when it was accepted before.
func actedBefore(c *docket.Case, who *identity.Principal, req *docket.ActRequest) (map[procedure.PaperID][]procedure.Paper, bool) {
	for _, a := range slices.Backward(c.Acts) {
		if e := a.Envelope; req.Key != "" && e.Key == req.Key && e.Actor.Person == who.Actor.Person {
			return a.Payload.Effects.Papers, true
		}
	}
	return nil, false
}

// made reports that a template makes a paper of a step.
func made(def *procedure.Definition, step procedure.StepID, paper procedure.PaperID) bool {
	return slices.ContainsFunc(def.Templates(), func(t procedure.Template) bool { return t.Step == step && t.Paper == paper })
}

// The two kinds of files that are made.
const (
	asDOCX = "docx"
	asPDF  = "pdf"
)

// forms are the kinds in which a paper is made: docx where it may be one, and PDF beside it
// where several files may be attached, or alone where docx may not be.
func forms(spec procedure.PaperSpec) []string {
	may := func(kind string) bool { return len(spec.Kinds) == 0 || slices.Contains(spec.Kinds, kind) }
	switch {
	case may(asDOCX) && may(asPDF) && spec.Many:
		return []string{asDOCX, asPDF}
	case may(asDOCX):
		return []string{asDOCX}
	case may(asPDF):
		return []string{asPDF}
	}
	return nil
}

func produce(ctx context.Context, p documents.Paper, as string) ([]byte, error) {
	if as == asDOCX {
		return documents.DOCX(p)
	}
	return documents.PDF(ctx, p)
}

// store makes the files of a paper and keeps them as brought by the person who acts.
func (d *Desk) store(ctx context.Context, who *identity.Principal, spec procedure.PaperSpec, p documents.Paper) ([]procedure.Paper, error) {
	var out []procedure.Paper
	for _, as := range forms(spec) {
		b, err := produce(ctx, p, as)
		if err != nil {
			return nil, err
		}
		f, err := d.Files.Put(ctx, who.Actor.Person, p.Name+"."+as, bytes.NewReader(b))
		if err != nil {
			return nil, err
		}
		out = append(out, procedure.Paper{Digest: f.Digest, Name: f.Name, Size: f.Size, Media: f.Media})
	}
	return out, nil
}

// lackText says what a paper lacks (必备要素).
func lackText(t procedure.Template, lacks []procedure.Lack) string {
	parts := make([]string, 0, len(lacks))
	for _, l := range lacks {
		parts = append(parts, "“"+l.Element+"”（"+l.Why+"）")
	}
	return "“" + t.Name + "”缺少必备要素：" + strings.Join(parts, "、") + "。请补充后提交，或者自行附上文书"
}

// explainLacks puts what a paper lacks in the place of the refusal that asks for the paper.
func explainLacks(err error, lacks map[procedure.PaperID]string) error {
	no := docket.Refusals(err)
	if len(no) == 0 || len(lacks) == 0 {
		return err
	}
	no = slices.Clone(no)
	for i, r := range no {
		for _, m := range r.Missing {
			if text := lacks[m.Paper]; m.Paper != "" && r.Kind == procedure.RefusedForm && text != "" {
				no[i].Text = text
			}
		}
	}
	return docket.Refuse(no)
}
