package desk

import (
	"context"
	"slices"
	"strings"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/procedure"
	"zhunsheng/register"
	"zhunsheng/web"
)

// outcomeNote says of an outcome who decides so, where it leads, what it needs, and what
// happens with it in the same moment elsewhere: cases that open, entries in registers.
func (d *Desk) outcomeNote(def *procedure.Definition, dir *register.Directory, unit gov.UnitID, step procedure.Step, role string, o procedure.OfferOutcome) string {
	parts := []string{o.Leads}
	if o.Role != "" {
		parts = append(parts, "由"+o.Role+"决定")
	} else if !o.Mine {
		parts = append(parts, "由"+role+"办理")
	}
	if f, ok := def.Field(o.Reason); ok && o.Reason != "" {
		parts = append(parts, "须填写“"+f.Label+"”")
	}
	i := slices.IndexFunc(step.Outcomes, func(x procedure.Outcome) bool { return x.ID == o.ID })
	if i >= 0 {
		parts = append(parts, d.alongWith(def, dir, unit, step, step.Outcomes[i])...)
	}
	return join("；", parts...)
}

// alongWith tells what performing an outcome opens, enters and publishes.
func (d *Desk) alongWith(def *procedure.Definition, dir *register.Directory, unit gov.UnitID, step procedure.Step, o procedure.Outcome) (out []string) {
	when := func(formula string) string {
		if formula != "" {
			return "符合条件的，"
		}
		return ""
	}
	for _, c := range o.Opens {
		out = append(out, when(c.When)+"将为"+d.unitWord(dir, unit, c.Unit)+"启动“"+d.procedureName(c.Procedure)+"”")
	}
	for _, e := range o.Enters {
		name := e.Register
		if decl, err := d.Registers.Declaration(e.Register); err == nil {
			name = decl.Name
		}
		verb := "将登记到“"
		if e.Ends {
			verb = "将终止登记：“"
		}
		out = append(out, when(e.When)+verb+name+"”")
	}
	for _, p := range def.Publications() {
		if p.Step == step.ID && (p.Outcome == "" || p.Outcome == o.ID) && p.OwnStanding == "" && !o.Waives && o.Return == "" {
			out = append(out, when(p.When)+"将在公开门户公布“"+p.What+"”")
		}
	}
	return out
}

// unitWord names the unit that a definition means.
func (d *Desk) unitWord(dir *register.Directory, own gov.UnitID, spec string) string {
	kind, name, _ := strings.Cut(spec, ":")
	id := gov.UnitID(name)
	switch kind {
	case "", "own":
		return "本单位"
	case "parent":
		u, _ := dir.Unit(own)
		id = u.Parent
	case "parameter":
		p, ok := dir.Param(name, own, d.today())
		if !ok {
			return "本地参数规定的单位"
		}
		id = gov.UnitID(p.Value)
	}
	if n := unitName(dir, id); n != "" {
		return n
	}
	return "指定的单位"
}

// casesOffered is how many cases a control offers to be named.
const casesOffered = 200

// offerCases turns the controls that name another case (关联案件) into choices: the cases that
// name this one first, then those of the procedures that fit, as far as the reader sees them.
func (d *Desk) offerCases(ctx context.Context, who *identity.Principal, self gov.CaseID, fields []procedure.Field, f *stepForm) error {
	var kids []docket.Row
	for i := range f.Fields {
		id := procedure.FieldID(strings.TrimPrefix(f.Fields[i].Name, fieldName("")))
		at := slices.IndexFunc(fields, func(x procedure.Field) bool { return x.ID == id && x.Type == procedure.CaseField })
		if at < 0 {
			continue
		}
		if kids == nil && self != "" {
			var err error
			if kids, err = d.Docket.Children(ctx, who, self); err != nil {
				return err
			}
		}
		rows, err := d.casesToName(ctx, who, self, fields[at].Procedures, kids)
		if err != nil {
			return err
		}
		d.choose(&f.Fields[i], rows)
	}
	return nil
}

func (d *Desk) casesToName(ctx context.Context, who *identity.Principal, self gov.CaseID, procedures []string, kids []docket.Row) ([]docket.Row, error) {
	var out []docket.Row
	add := func(rows []docket.Row) {
		for _, r := range rows {
			fits := len(procedures) == 0 || slices.Contains(procedures, r.Procedure)
			if fits && r.ID != self && r.Status != procedure.Voided && len(out) < casesOffered && !slices.ContainsFunc(out, func(o docket.Row) bool { return o.ID == r.ID }) {
				out = append(out, r)
			}
		}
	}
	add(kids)
	kinds := procedures
	if len(kinds) == 0 {
		kinds = []string{""}
	}
	for _, p := range kinds {
		page, err := d.Docket.List(ctx, who, docket.Query{Procedure: p, Limit: casesOffered})
		if err != nil {
			return nil, err
		}
		add(page.Rows)
	}
	return out, nil
}

// choose makes a control a choice among cases; what it holds already stays among them.
func (d *Desk) choose(f *web.Field, rows []docket.Row) {
	f.Kind, f.MaxLen, f.Placeholder = web.SelectKind, 0, "不关联"
	if f.Required {
		f.Placeholder = "请选择"
	}
	held := f.Value == ""
	for _, r := range rows {
		held = held || string(r.ID) == f.Value
		f.Options = append(f.Options, web.Option{Value: string(r.ID), Label: join(" · ", r.Title, r.Number, d.procedureName(r.Procedure), caseStatus(r.Status).Text)})
	}
	if !held {
		f.Options = append(f.Options, web.Option{Value: f.Value, Label: "案卷中已关联的案件"})
	}
}

// dress fills a step's form with what needs a look around: which fields are required when,
// and which cases can be named.
func (d *Desk) dress(ctx context.Context, who *identity.Principal, c *docket.Case, step procedure.Step, f *stepForm) error {
	x, err := d.draft(ctx, who, c, procedure.Act{Step: step.ID, Occurred: d.Clock.Now(), Actor: who.Actor, Qualifications: who.Qualifications})
	if err != nil {
		return err
	}
	x.asks(step).mark(f)
	if f.conditional() {
		f.Needs = stepURL(c.Row.ID, step.ID) + "/needs"
	}
	return d.offerCases(ctx, who, c.Row.ID, step.Fields, f)
}

// dressAgain is dress for whoever the context names.
func (d *Desk) dressAgain(ctx context.Context, c *docket.Case, step procedure.Step, f *stepForm) error {
	who, err := principal(ctx)
	if err != nil {
		return err
	}
	return d.dress(ctx, who, c, step, f)
}

func (f *stepForm) conditional() bool {
	return slices.ContainsFunc(f.Fields, func(x web.Field) bool { return x.When != "" }) ||
		slices.ContainsFunc(f.Papers, func(x paperField) bool { return x.When != "" })
}
