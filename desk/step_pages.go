package desk

import (
	"context"
	"net/http"
	"slices"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/procedure"
	"zhunsheng/web"
)

// stepView is the page of one step: its form, or why there is none.
type stepView struct {
	Head     web.PageHead
	Stations []web.Station
	Card     stepCard
	Refusals []web.Refusal // of the act that was just refused
	Conflict string        // what changed since the reader looked
	Done     string        // when the step needs nothing any more
	Typed    []web.Def     // what was typed, when no form can hold it any more
	Clocks   []web.Clock
	Back     string
}

// offer finds an unfinished step of a case.
func offer(c *docket.Case, step procedure.StepID) (procedure.Offer, bool) {
	i := slices.IndexFunc(c.View.Offers, func(o procedure.Offer) bool { return o.Step == step })
	if i < 0 {
		return procedure.Offer{}, false
	}
	return c.View.Offers[i], true
}

// stepOf reads the case and step that an address names.
func (d *Desk) stepOf(r *http.Request) (*identity.Principal, *docket.Case, procedure.Step, error) {
	who, c, err := d.caseOf(r)
	if err != nil {
		return nil, nil, procedure.Step{}, err
	}
	step, ok := c.Definition.Step(procedure.StepID(r.PathValue("step")))
	if !ok {
		return nil, nil, step, gov.Errorf(gov.NotFound, "“%s”没有这个环节，请从案件页面进入", c.Definition.Name())
	}
	return who, c, step, nil
}

func (d *Desk) stepForm(w http.ResponseWriter, r *http.Request) error {
	_, c, step, err := d.stepOf(r)
	if err != nil {
		return err
	}
	return d.showStep(w, r, http.StatusOK, c, step, func(*stepView) {})
}

// showStep renders the page of a step; change adds what a refused act has to say.
func (d *Desk) showStep(w http.ResponseWriter, r *http.Request, status int, c *docket.Case, step procedure.Step, change func(*stepView)) error {
	v := stepView{Stations: stations(c.View, d.today()), Back: caseURL(c.Row.ID),
		Head: web.PageHead{Kind: join(" · ", c.Definition.Name(), c.Row.Title), Title: step.Name}}
	for i := range v.Stations { // the cards they lead to are on the case page
		if v.Stations[i].Href != "" {
			v.Stations[i].Href = caseURL(c.Row.ID) + v.Stations[i].Href
		}
	}
	for _, k := range c.View.Clocks {
		if spec, ok := c.Definition.Clock(k.ID); ok && stopsAt(spec, step.ID) {
			v.Clocks = append(v.Clocks, d.clock(c, k))
		}
	}
	if o, ok := offer(c, step.ID); ok {
		v.Card = d.stepCard(c, o)
		if v.Card.Mine && o.Allowed {
			f := d.newStepForm(c, o)
			f.Cancel = v.Back
			if err := d.dressAgain(r.Context(), c, step, &f); err != nil {
				return err
			}
			v.Card.Form = &f
		}
	} else {
		v.Card = stepCard{Name: step.Name, Help: step.Help, Rule: string(step.Rule), Cites: citations(step.Cites)}
		v.Card.Why, v.Card.Own = gateNotes(c.Definition, step.ID)
		v.Done = finished(c, step)
	}
	change(&v)
	s := d.shell(w, r, step.Name+" · "+c.Row.Title, navCases)
	s.Crumbs = []web.Crumb{{Label: "案件", Href: navCases}, {Label: c.Row.Title, Href: v.Back}, {Label: step.Name}}
	return web.Render(w, r, status, stepPage(s, v))
}

// finished says why a step of the definition is not offered.
func finished(c *docket.Case, step procedure.Step) string {
	st, ok := c.State.Steps[step.ID]
	if !ok {
		return "本案已经结束，“" + step.Name + "”没有办理。"
	}
	text := "“" + step.Name + "”已于 " + web.LongDay(st.Occurred.Day()) + " 由 " + actorName(c.Directory, st.By) + " 办理"
	if o := outcomeName(c.Definition, step.ID, st.Outcome); o != "" {
		text += "，结果：" + o
	}
	text += "。"
	if c.Row.Status != procedure.Open {
		return text
	}
	var back []string
	for _, s := range c.Definition.Steps() {
		if slices.ContainsFunc(s.Outcomes, func(o procedure.Outcome) bool { return o.Return == step.ID }) {
			back = append(back, "“"+s.Name+"”")
		}
	}
	if len(back) > 0 {
		text += "如需修改或者补充，由 " + join("、", back...) + " 退回后重新办理。"
	}
	return text
}

// perform handles the form of a step (办理). When it cannot be done the same page comes
// back with everything that was filled in, files included.
func (d *Desk) perform(w http.ResponseWriter, r *http.Request) error {
	who, c, step, err := d.stepOf(r)
	if err != nil {
		return err
	}
	s, err := d.receive(r, who)
	if err != nil {
		return err
	}
	form := stepForm{Fields: formFields(specFields(step), false), Papers: formPapers(specPapers(step))}
	req := docket.ActRequest{Case: c.Row.ID, Expect: s.Expect, Step: step.ID, Outcome: s.Outcome,
		Fields: s.fieldValues(form.Fields), Papers: s.paperFiles(form.Papers), Key: s.Key}
	if len(s.wrong) > 0 {
		return d.actAgain(w, r, step, s, nil)
	}
	lacks, err := d.withPapers(r.Context(), who, c, &req)
	if err != nil {
		return err
	}
	done, err := d.Docket.Act(r.Context(), who, req)
	if err != nil {
		return d.actAgain(w, r, step, s, explainLacks(err, lacks))
	}
	return d.acted(w, r, c, step, done, "case-"+string(c.Row.ID)+"-"+string(step.ID), "已办理")
}

// acted leads back to the case with what was done.
func (d *Desk) acted(w http.ResponseWriter, r *http.Request, c *docket.Case, step procedure.Step, done docket.Done, form, verb string) error {
	text := verb + "“" + step.Name + "”"
	if st := done.Effects.State; st != nil {
		if o := outcomeName(c.Definition, step.ID, st.Outcome); o != "" {
			text += "：" + o
		}
	}
	for _, n := range done.Effects.Numbers {
		text += "，" + numberLabel(c.Definition, n.Name) + " " + n.Text
	}
	if n := len(done.Effects.Breaches); n > 0 {
		text += "，" + countOf("记下违反程序", int64(n))
	}
	if done.Repeated {
		text += "（同一次提交已经办理过，没有重复办理）"
	}
	return d.Site.Redirect(w, r, caseURL(c.Row.ID), &web.Flash{Tone: web.Met, Text: text, Done: form})
}

// actAgain shows the page of a step again after the act was not accepted. err is nil when
// only files were wrong.
func (d *Desk) actAgain(w http.ResponseWriter, r *http.Request, step procedure.Step, s *submitted, err error) error {
	status, no, conflict, ok := notAccepted(err)
	if !ok {
		return err
	}
	c, gerr := d.again(r.Context(), r.PathValue("case"))
	if gerr != nil {
		return gerr
	}
	return d.showStep(w, r, status, c, step, func(v *stepView) {
		v.Conflict = conflict
		f := v.Card.Form
		if f == nil {
			form := stepForm{Fields: formFields(specFields(step), false), Papers: formPapers(specPapers(step))}
			v.Typed = typed(form, s)
		} else {
			f.refill(s)
			if conflict != "" { // nothing was done under the old key with this content
				f.Key = web.NewRequestKey()
			}
			f.fail(no)
			f.failFiles(s.wrong)
			if e := plainError(err); e != "" && len(no) == 0 && conflict == "" {
				f.Errors = append(f.Errors, web.FormError{Text: e})
			}
		}
		v.Refusals = refusals(c, beyondForm(no), step.ID)
	})
}

// again reads a case anew, after an act on it.
func (d *Desk) again(ctx context.Context, id string) (*docket.Case, error) {
	who, err := principal(ctx)
	if err != nil {
		return nil, err
	}
	return d.Docket.Get(ctx, who, gov.CaseID(id))
}

// notAccepted sorts an error after which the form is shown again: its refusals, or what
// changed meanwhile. Every other error is the kit's to show.
func notAccepted(err error) (status int, no []procedure.Refusal, conflict string, ok bool) {
	if err == nil {
		return http.StatusUnprocessableEntity, nil, "", true
	}
	p := web.ProblemOf(err)
	switch gov.KindOf(err) {
	case gov.Invalid, gov.Refused:
		return p.Status, docket.Refusals(err), "", true
	case gov.Conflict:
		return p.Status, nil, p.Detail, true
	}
	return 0, nil, "", false
}

func plainError(err error) string {
	if err == nil {
		return ""
	}
	return web.ProblemOf(err).Detail
}

// beyondForm are the refusals that no control of the form can mend.
func beyondForm(no []procedure.Refusal) []procedure.Refusal {
	return slices.DeleteFunc(slices.Clone(no), func(r procedure.Refusal) bool { return r.Kind == procedure.RefusedForm })
}

func (f *stepForm) failFiles(wrong []web.FormError) {
	for _, e := range wrong {
		e.Field = f.mark(e.Field, e.Text)
		f.Errors = append(f.Errors, e)
	}
}

// typed lists what was filled in, for a page on which the form has no place any more.
func typed(f stepForm, s *submitted) []web.Def {
	var out []web.Def
	for _, x := range f.Fields {
		if v := s.values[x.Name]; v != "" {
			out = append(out, web.Def{Term: x.Label, Text: v})
		}
	}
	for _, p := range f.Papers {
		for _, k := range s.files[p.Name] {
			out = append(out, web.Def{Term: p.Label, Text: k.Name})
		}
	}
	return out
}

func specFields(step procedure.Step) []procedure.FormField {
	out := make([]procedure.FormField, 0, len(step.Fields))
	for _, f := range step.Fields {
		out = append(out, procedure.FormField{ID: f.ID, Type: f.Type, Label: f.Label, Help: f.Help, UsedBy: f.UsedBy,
			Required: f.Required, Conditional: f.RequiredWhen != "", Personal: f.Personal, Recording: f.Recording, Options: f.Options})
	}
	return out
}

func specPapers(step procedure.Step) []procedure.FormPaper {
	out := make([]procedure.FormPaper, 0, len(step.Papers))
	for _, p := range step.Papers {
		out = append(out, procedure.FormPaper{ID: p.ID, Label: p.Label, Help: p.Help, Required: p.Required, Many: p.Many, Kinds: p.Kinds})
	}
	return out
}
