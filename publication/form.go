package publication

import (
	"slices"

	"zhunsheng/gov"
	"zhunsheng/procedure"
)

// Form is what the portal asks for when somebody hands in a case of a procedure (公众提交
// 表单): the fields of the definition's own start form, and no others.
type Form struct {
	Procedure string
	Name      string // 对规范性文件提出异议
	About     string
	Help      string
	Fields    []FormField
	Basis     []procedure.Cite
	// Matter is the field that names the published case; the portal fills it.
	Matter procedure.FieldID
}

// FormField is one field of a Form (填写项).
type FormField struct {
	ID       string
	Type     procedure.FieldType
	Label    string
	Help     string
	UsedBy   string
	Required bool
	Personal bool // never public, whatever becomes of the case
	Options  []procedure.Option
}

// HasPersonal reports that some field asks for personal data.
func (f Form) HasPersonal() bool {
	return slices.ContainsFunc(f.Fields, func(x FormField) bool { return x.Personal })
}

// formOf describes the form of a definition that takes submissions on a matter: its case
// field is the matter, named by link where there is more than one.
func formOf(def *procedure.Definition, link procedure.FieldID) (Form, bool) {
	in, taken := def.Intake()
	if !taken {
		return Form{}, false
	}
	start := def.Opening()
	f := Form{Procedure: def.ID(), Name: def.Name(), About: def.About(), Help: start.Help, Basis: def.Basis(), Matter: link}
	for _, x := range start.Fields {
		if x.Type == procedure.CaseField {
			if f.Matter == "" {
				f.Matter = x.ID
			}
			continue
		}
		if x.Recording || len(in.Fields) > 0 && !slices.Contains(in.Fields, x.ID) {
			continue
		}
		f.Fields = append(f.Fields, FormField{ID: string(x.ID), Type: x.Type, Label: x.Label, Help: x.Help, UsedBy: x.UsedBy,
			Required: x.Required, Personal: x.Personal, Options: x.Options})
	}
	return f, true
}

// Offer is one thing that anybody may hand in against a published entry.
type Offer struct {
	Form
	Comment bool    // against an entry that is out for comments
	Until   gov.Day // last day; zero when none is set
}

// Offers lists what the public may hand in against an entry on a day: what its publication
// duty takes while it is open, and against a numbered entry every procedure with an intake of
// its own whose case field may name a case of the entry's procedure, such as an objection.
func (c *Catalogue) Offers(e Entry, on gov.Day) []Offer {
	if e.Off(on) {
		return nil
	}
	var out []Offer
	if def, ok := c.Procedure(e.Procedure); ok && e.Open(on) {
		for _, d := range def.Publications() {
			if d.Intake == nil || d.Register != e.Register || !slices.ContainsFunc(e.Parts, func(p Part) bool { return p.Rule == d.Rule }) {
				continue
			}
			if child, ok := c.Procedure(d.Intake.Procedure); ok {
				if f, ok := formOf(child, d.Intake.Link); ok {
					out = append(out, Offer{Form: f, Comment: true, Until: e.openTo()})
				}
			}
		}
	}
	if r, _ := c.Register(e.Register); !e.Until.IsZero() || !r.Numbered {
		return out // a draft or a statement, not the thing itself
	}
	for _, def := range c.defs {
		if c.byDuty(def.ID()) {
			continue
		}
		for _, x := range def.Opening().Fields {
			if x.Type != procedure.CaseField || !slices.Contains(x.Procedures, e.Procedure) {
				continue
			}
			if f, ok := formOf(def, x.ID); ok {
				out = append(out, Offer{Form: f})
			}
			break
		}
	}
	return out
}

// byDuty reports that a procedure is taken against open entries only.
func (c *Catalogue) byDuty(id string) bool {
	return slices.ContainsFunc(c.defs, func(def *procedure.Definition) bool {
		return slices.ContainsFunc(def.Publications(), func(d procedure.Publication) bool {
			return d.Intake != nil && d.Intake.Procedure == id
		})
	})
}

// Once tells the form that an entry took while it was open, and takes no more.
func (c *Catalogue) Once(e Entry, procedureID string) (Form, bool) {
	def, ok := c.Procedure(e.Procedure)
	if !ok || e.Until.IsZero() {
		return Form{}, false
	}
	for _, d := range def.Publications() {
		if d.Intake == nil || d.Intake.Procedure != procedureID || d.Register != e.Register {
			continue
		}
		if child, ok := c.Procedure(procedureID); ok {
			return formOf(child, d.Intake.Link)
		}
	}
	return Form{}, false
}
