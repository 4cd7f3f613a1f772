package desk

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/procedure"
)

// asking is a form whose fields and papers may be required by circumstance (视情形必填). It
// asks the engine itself, which judges without writing: what the page says is what an act
// with this form would be told.
type asking struct {
	fields   []procedure.Field
	papers   []procedure.PaperSpec
	outcomes []procedure.Outcome
	act      procedure.Act
	judge    func(procedure.Act) []procedure.Refusal
}

// asks is the form of a step, laid over the case.
func (x *drafting) asks(step procedure.Step) *asking {
	return &asking{fields: step.Fields, papers: step.Papers, outcomes: step.Outcomes, act: x.act, judge: func(a procedure.Act) []procedure.Refusal {
		_, no := x.c.Definition.Judge(x.state, a, x.env)
		return no
	}}
}

// asksToStart is the form that opens a case.
func asksToStart(def *procedure.Definition, start procedure.StartAct, env procedure.Env) *asking {
	return &asking{fields: def.Opening().Fields, act: procedure.Act{Fields: start.Fields}, judge: func(a procedure.Act) []procedure.Refusal {
		start.Fields = a.Fields
		_, no := def.Start(start, env)
		return no
	}}
}

// conditional reports a field whose need depends on the form: by its own words, or as the
// reason that an outcome takes.
func (q *asking) conditional(f procedure.Field) bool {
	return !f.Required && (f.RequiredWhen != "" || slices.ContainsFunc(q.outcomes, func(o procedure.Outcome) bool { return o.Reason == f.ID }))
}

// lacks reports that the engine would miss a field or paper of an act that leaves it out.
func (q *asking) lacks(a procedure.Act, field procedure.FieldID, paper procedure.PaperID) bool {
	a.Fields = without(a.Fields, field)
	a.Papers = without(a.Papers, paper)
	return slices.ContainsFunc(q.judge(a), func(r procedure.Refusal) bool {
		return r.Kind == procedure.RefusedForm && slices.ContainsFunc(r.Missing, func(m procedure.Missing) bool {
			return field != "" && m.Field == field || paper != "" && m.Paper == paper
		})
	})
}

func without[K ~string, V any](m map[K]V, key K) map[K]V {
	out := make(map[K]V, len(m))
	for k, v := range m {
		if k != key {
			out[k] = v
		}
	}
	return out
}

// needed names the controls that the form as it is filled in must give. While no outcome is
// chosen it is what every outcome would need.
func (q *asking) needed() []string {
	acts := []procedure.Act{q.act}
	if q.act.Outcome == "" && len(q.outcomes) > 1 {
		acts = nil
		for _, o := range q.outcomes {
			a := q.act
			a.Outcome = o.ID
			acts = append(acts, a)
		}
	}
	all := func(field procedure.FieldID, paper procedure.PaperID) bool {
		return !slices.ContainsFunc(acts, func(a procedure.Act) bool { return !q.lacks(a, field, paper) })
	}
	out := []string{}
	for _, f := range q.fields {
		if q.conditional(f) && all(f.ID, "") {
			out = append(out, fieldName(f.ID))
		}
	}
	for _, p := range q.papers {
		if p.RequiredWhen != "" && all("", p.ID) {
			out = append(out, paperName(p.ID))
		}
	}
	return out
}

// why says when a field or paper is required, found by trying: with which outcomes, else
// with which choices of the same form. The words name what people see, never the formula.
func (q *asking) why(field procedure.FieldID, paper procedure.PaperID) string {
	var with []string
	base := q.act
	base.Fields = map[procedure.FieldID]string{}
	for _, o := range q.outcomes {
		if base.Outcome = o.ID; q.lacks(base, field, paper) {
			with = append(with, "“"+o.Name+"”")
		}
	}
	if len(q.outcomes) > 1 && len(with) > 0 && len(with) < len(q.outcomes) {
		return "办理结果为" + strings.Join(with, "、") + "的必填。"
	}
	if len(q.outcomes) > 0 {
		base.Outcome = q.outcomes[0].ID
	}
	for _, f := range q.fields {
		with = nil
		options := f.Options
		if f.Type == procedure.BoolField {
			options = []procedure.Option{{ID: "true", Name: "是"}, {ID: "false", Name: "否"}}
		}
		for _, o := range options {
			base.Fields = map[procedure.FieldID]string{f.ID: o.ID}
			if q.lacks(base, field, paper) {
				with = append(with, "“"+o.Name+"”")
			}
		}
		if f.ID != field && len(with) > 0 && len(with) < len(options) {
			return "“" + f.Label + "”为" + strings.Join(with, "、") + "的必填。"
		}
	}
	return "视案卷情况和所填内容，可能必填。"
}

// mark puts the explanations at the controls of a form.
func (q *asking) mark(f *stepForm) {
	for i := range f.Fields {
		id := procedure.FieldID(strings.TrimPrefix(f.Fields[i].Name, fieldName("")))
		at := slices.IndexFunc(q.fields, func(x procedure.Field) bool { return x.ID == id })
		if at >= 0 && q.conditional(q.fields[at]) {
			f.Fields[i].When = q.why(id, "")
		}
	}
	for i := range f.Papers {
		id := procedure.PaperID(strings.TrimPrefix(f.Papers[i].Name, paperName("")))
		at := slices.IndexFunc(q.papers, func(x procedure.PaperSpec) bool { return x.ID == id })
		if at >= 0 && !q.papers[at].Required && q.papers[at].RequiredWhen != "" {
			if f.Papers[i].When = q.why("", id); f.Papers[i].Made { // nobody has to bring it
				f.Papers[i].When = strings.Replace(f.Papers[i].When, "必填", "须出具", 1)
			}
		}
	}
}

// stepNeeds answers the script of a step's form: which of its fields and papers must be
// given as it is filled in. Nothing is kept.
func (d *Desk) stepNeeds(w http.ResponseWriter, r *http.Request) error {
	who, c, step, err := d.stepOf(r)
	if err != nil {
		return err
	}
	s, err := d.receive(r, who)
	if err != nil {
		return err
	}
	form := stepForm{Fields: formFields(specFields(step), true), Papers: formPapers(specPapers(step))}
	x, err := d.draft(r.Context(), who, c, procedure.Act{Step: step.ID, Outcome: s.Outcome, Occurred: d.Clock.Now(), Actor: who.Actor,
		Fields: s.fieldValues(form.Fields), Papers: s.paperFiles(form.Papers), Qualifications: who.Qualifications})
	if err != nil {
		return err
	}
	return needs(w, x.asks(step))
}

// startNeeds is stepNeeds for the form that opens a case.
func (d *Desk) startNeeds(w http.ResponseWriter, r *http.Request) error {
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
	q, err := d.startAsking(r, who, def, s.fieldValues(formFields(def.OpeningForm().Fields, true)), gov.UnitID(s.values[unitControl]))
	if err != nil {
		return err
	}
	return needs(w, q)
}

func (d *Desk) startAsking(r *http.Request, who *identity.Principal, def *procedure.Definition, fields map[procedure.FieldID]string, unit gov.UnitID) (*asking, error) {
	dir, err := d.directory(r.Context())
	if err != nil {
		return nil, err
	}
	if unit == "" {
		unit = who.Actor.Unit
	}
	env := d.Docket.EnvOf(dir, unit)
	env.Linked = d.linked(r.Context(), who)
	return asksToStart(def, procedure.StartAct{Title: def.Name(), Unit: unit, Occurred: d.Clock.Now(), Actor: who.Actor, Fields: fields}, env), nil
}

func needs(w http.ResponseWriter, q *asking) error {
	b, err := json.Marshal(map[string][]string{"needed": q.needed()})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(b) // the reader is gone when this fails
	return nil
}
