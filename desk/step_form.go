package desk

import (
	"strconv"
	"strings"

	"zhunsheng/docket"
	"zhunsheng/procedure"
	"zhunsheng/web"
)

// stepForm is the form of one step, made from the definition.
type stepForm struct {
	web.Form
	Fields  []web.Field
	Papers  []paperField
	Made    []madePaper // the papers that the system makes
	Outcome *web.Field
	Along   []string // what happens with the one outcome there is
}

// paperField asks for the files of one paper. Kept are those that were received with an
// earlier sending of the same form: they are not sent again.
type paperField struct {
	web.Field
	Kept []procedure.Paper
}

// The names of the controls that are no field of a definition.
const (
	outcomeControl  = "outcome"
	expectControl   = "expect"
	titleControl    = "title"
	unitControl     = "unit"
	occurredControl = "occurred"
	reasonControl   = "reason"
	sourceControl   = "source"
	scanControl     = "scan"
	procControl     = "procedure"
	recordControl   = "record"
)

// newStepForm is the form as it is first shown, filled from what the case holds.
func (d *Desk) newStepForm(c *docket.Case, o procedure.Offer) stepForm {
	f := stepForm{Form: web.NewForm("case-"+string(c.Row.ID)+"-"+string(o.Step), stepURL(c.Row.ID, o.Step), "提交："+o.Name)}
	f.Hidden = []web.Pair{{Name: expectControl, Value: strconv.FormatInt(c.Row.Version, 10)}}
	f.Fields = formFields(o.Form.Fields, false)
	f.Papers = formPapers(o.Form.Papers)
	f.offerPapers(c, o)
	f.Upload = len(f.Papers) > 0
	f.NoDraft = anyPersonal(o.Form.Fields)
	d.setOutcomes(&f, c, o, false)
	return f
}

// setOutcomes asks for the outcome where there is a choice. A single one becomes the text
// of the button. What another role decides cannot be chosen by this reader; a recording
// says what others decided, and opens nothing.
func (d *Desk) setOutcomes(f *stepForm, c *docket.Case, o procedure.Offer, recording bool) {
	step, _ := c.Definition.Step(o.Step)
	if len(o.Outcomes) == 1 {
		f.Hidden = append(f.Hidden, web.Pair{Name: outcomeControl, Value: o.Outcomes[0].ID})
		if !recording && len(step.Outcomes) == 1 {
			f.Along = d.alongWith(c.Definition, c.Directory, c.Row.Unit, step, step.Outcomes[0])
		}
		return
	}
	field := web.Field{Kind: web.RadioKind, Name: outcomeControl, Label: "办理结果", Required: true}
	for _, out := range o.Outcomes {
		note := out.Leads
		if !recording {
			note = d.outcomeNote(c.Definition, c.Directory, c.Row.Unit, step, o.Role, out)
		}
		field.Options = append(field.Options, web.Option{Value: out.ID, Label: out.Name, Note: note, Barred: !out.Mine && !recording})
	}
	f.Outcome = &field
}

// formFields turns the fields of a definition into controls. Those asked only of a
// recording are left out unless it is one.
func formFields(list []procedure.FormField, recording bool) []web.Field {
	out := make([]web.Field, 0, len(list))
	for _, x := range list {
		if x.Recording && !recording {
			continue
		}
		out = append(out, formField(x))
	}
	return out
}

func formField(x procedure.FormField) web.Field {
	f := web.Field{Name: fieldName(x.ID), Label: x.Label, Help: x.Help, UsedBy: x.UsedBy, Required: x.Required, Value: x.Value}
	if x.Value != "" {
		f.Filled = "案卷中已有的内容，可以修改"
	}
	switch x.Type {
	case procedure.LongTextField:
		f.Kind, f.Rows = web.AreaKind, 5
	case procedure.DayField:
		f.Kind = web.DayKind
	case procedure.NumberField:
		f.Kind = web.NumberKind
	case procedure.BoolField:
		f.Kind = web.RadioKind
		f.Options = []web.Option{{Value: "true", Label: "是"}, {Value: "false", Label: "否"}}
	case procedure.ChoiceField:
		f.Kind = web.RadioKind
		if len(x.Options) > maxRadios {
			f.Kind = web.SelectKind
		}
		for _, o := range x.Options {
			f.Options = append(f.Options, web.Option{Value: o.ID, Label: o.Name})
		}
	default:
		f.Kind = web.TextKind
	}
	if x.Personal {
		// What the case holds is a salted digest; the value is never filled in again.
		if f.Value, f.Filled, f.Auto = "", "", "off"; x.Value != "" {
			f.Filled = "案卷中已有（个人信息不显示），不改可以不填"
		}
	}
	return f
}

// maxRadios is how many choices stand open; more fold into a list.
const maxRadios = 5

func anyPersonal(list []procedure.FormField) bool {
	for _, f := range list {
		if f.Personal {
			return true
		}
	}
	return false
}

func formPapers(list []procedure.FormPaper) []paperField {
	out := make([]paperField, 0, len(list))
	for _, p := range list {
		f := web.Field{Kind: web.FileKind, Name: paperName(p.ID), Label: p.Label, Help: p.Help, Required: p.Required, Multiple: p.Many}
		if len(p.Kinds) > 0 {
			f.Accept = "." + strings.Join(p.Kinds, ",.")
		}
		if len(p.Have) > 0 {
			f.Filled = "案卷中已有“" + p.Have[len(p.Have)-1].Name + "”，不更换可以不选"
			if p.Required {
				f.Filled = "上一次的文件是“" + p.Have[len(p.Have)-1].Name + "”，本次须另附"
			}
		}
		out = append(out, paperField{Field: f})
	}
	return out
}

// keptName is the hidden control that carries a received file to the next sending.
func keptName(paper string) string { return "kept-" + paper }

// dropName is the checkbox that leaves a received file out.
func dropName(paper string) string { return "drop-" + paper }

// keptValue is digest and name; size and kind are looked up again.
func keptValue(p procedure.Paper) string { return p.Digest + "/" + p.Name }

// refill puts what a person sent back into the form.
func (f *stepForm) refill(s *submitted) {
	f.Again = true
	if s.Key != "" {
		f.Key = s.Key
	}
	for i := range f.Fields {
		f.Fields[i].Filled = ""
		f.Fields[i].Value = s.values[f.Fields[i].Name]
	}
	for i := range f.Papers {
		p := &f.Papers[i]
		p.Kept = s.files[p.Name]
		for _, k := range p.Kept {
			p.Files = append(p.Files, web.FileItem{Name: k.Name, Size: k.Size, Digest: k.Digest, Note: "已收到，不必再选"})
		}
	}
	if f.Outcome != nil {
		f.Outcome.Value = s.Outcome
	}
}

// fail puts the refusals of form at their controls, and whatever else is wrong in the
// summary.
func (f *stepForm) fail(list []procedure.Refusal) {
	for _, r := range list {
		if r.Kind != procedure.RefusedForm {
			continue
		}
		at := ""
		for _, m := range r.Missing {
			if m.Field == procedure.TitleField {
				at = f.mark(titleControl, r.Text)
			} else if m.Field != "" {
				at = f.mark(fieldName(m.Field), r.Text)
			}
			if m.Paper != "" {
				at = f.mark(paperName(m.Paper), r.Text)
			}
		}
		f.Errors = append(f.Errors, web.FormError{Field: at, Text: r.Text})
	}
}

// mark puts a text at a control and gives its name, or "" when the form has none such.
func (f *stepForm) mark(name, text string) string {
	for i := range f.Fields {
		if f.Fields[i].Name == name {
			f.Fields[i].Error = text
			return name
		}
	}
	for i := range f.Papers {
		if f.Papers[i].Name == name {
			f.Papers[i].Error = text
			return name
		}
	}
	if f.Outcome != nil && f.Outcome.Name == name {
		f.Outcome.Error = text
		return name
	}
	return ""
}
