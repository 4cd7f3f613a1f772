package desk

import (
	"net/http"
	"slices"

	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/register"
	"zhunsheng/web"
)

// newEntryForm asks for every value of an entry, filled from the one that stands.
func (d *Desk) newEntryForm(e *editing) entryForm {
	id, action := "register-"+e.decl.Register+"-new", registerURL(e.decl.Register)
	var f entryForm
	if e.at != nil {
		id, action = "register-"+e.decl.Register+"-"+e.at.Key, entryURL(e.decl.Register, e.at.Key)
	}
	f.Form = web.NewForm(id, action, "保存登记")
	f.NoDraft = e.decl.Personal()
	f.Cancel = registerURL(e.decl.Register)
	today := d.today().String()
	if e.at != nil {
		f.Cancel = action
		seen := ""
		if e.at.Holds(d.today()) {
			seen = e.at.Tag()
		}
		f.Hidden = []web.Pair{{Name: seenControl, Value: seen}}
	} else {
		f.Fields = append(f.Fields, web.Field{Kind: web.TextKind, Name: keyControl, Label: e.decl.KeyLabel, Required: true, MaxLen: 200,
			Help: "登记后不能更改。"})
	}
	for _, x := range e.decl.Fields {
		settled := e.at != nil && x.Fixed && e.at.Data[x.Name] == ""
		if x.Fill == "" && !settled {
			f.Fields = append(f.Fields, e.field(x))
		}
	}
	from := web.Field{Kind: web.DayKind, Name: fromControl, Label: "生效日期", Value: today, Required: true}
	if !e.decl.Backdate {
		from.Min, from.Help = today, "不能早于今天。"
	}
	f.Fields = append(f.Fields, from, web.Field{Kind: web.DayKind, Name: toControl, Label: "终止日期", Help: "从这一天起不再有效；没有期限的不填。"})
	f.Fields = append(f.Fields, e.vouching(d.today())...)
	return f
}

func (e *editing) field(x register.FieldDecl) web.Field {
	f := web.Field{Name: dataPrefix + x.Name, Label: x.Label, Help: x.Help, Required: x.Required, MaxLen: x.Max}
	if e.at != nil {
		if f.Value = e.at.Data[x.Name]; f.Value == register.Erased {
			f.Value = ""
		}
		f.ReadOnly = x.Fixed
	}
	switch x.Type {
	case register.LongText:
		f.Kind = web.AreaKind
	case register.Date:
		f.Kind = web.DayKind
	case register.Number:
		f.Kind = web.NumberKind
	case register.Bool:
		f.Kind, f.Options = web.RadioKind, []web.Option{{Value: "true", Label: "是"}, {Value: "false", Label: "否"}}
	case register.Choice:
		f.Kind = web.SelectKind
		f.Options = choiceOptions(x)
	case register.Words:
		f.Kind = web.TextKind
		if len(x.Choices) > 0 {
			f.Kind, f.Options, f.Values = web.ChecksKind, choiceOptions(x), register.SplitWords(f.Value)
		} else if f.Help == "" {
			f.Help = "多个用顿号分开。"
		}
	case register.Ref:
		f.Kind, f.Options = web.SelectKind, e.refs[x.Register]
		if len(f.Options) == 0 {
			f.Kind = web.TextKind
		} else if f.Value != "" && !slices.ContainsFunc(f.Options, func(o web.Option) bool { return o.Value == f.Value }) {
			f.Options = append(f.Options, web.Option{Value: f.Value, Label: refName(x.Register, f.Value, e.dir)})
		}
	default:
		f.Kind = web.TextKind
	}
	return f
}

func choiceOptions(x register.FieldDecl) []web.Option {
	out := make([]web.Option, 0, len(x.Choices))
	for _, c := range x.Choices {
		out = append(out, web.Option{Value: c.ID, Label: c.Label})
	}
	return out
}

// vouching asks for the reason and, where the register wants one, for the other person who
// agrees.
func (e *editing) vouching(on gov.Day) []web.Field {
	out := []web.Field{{Kind: web.TextKind, Name: reasonControl, Label: "理由或者依据", MaxLen: 500, UsedBy: "审计；查阅历次登记的人"}}
	if !e.decl.Approve {
		return out
	}
	f := web.Field{Kind: web.SelectKind, Name: approverControl, Label: "批准人", Required: true, Placeholder: "请选择",
		Help: "提出人和批准人不能是同一人。"}
	for _, p := range e.dir.People(on) {
		if p.ID != e.who.Actor.Person && e.mayApprove(p.ID, on) {
			f.Options = append(f.Options, web.Option{Value: string(p.ID), Label: p.Name + "（" + unitName(e.dir, p.Unit) + "）"})
		}
	}
	return append(out, f)
}

func (e *editing) mayApprove(person gov.PersonID, on gov.Day) bool {
	for _, seat := range e.dir.Seats(person, on) {
		p, err := e.dir.Principal(gov.Actor{Person: person, Post: seat.Post, Unit: seat.Unit, OnBehalf: seat.OnBehalf}, on)
		if err == nil && p.Access.MayAction(identity.ApproveRegister(e.decl.Register), "") {
			return true
		}
	}
	return false
}

func (f *entryForm) refill(r *http.Request) {
	f.Again = true
	if k := web.RequestKey(r); k != "" {
		f.Key = k
	}
	for i := range f.Fields {
		x := &f.Fields[i]
		if x.ReadOnly {
			continue
		}
		x.Values, x.Value = r.PostForm[x.Name], r.PostFormValue(x.Name)
	}
}

// failAll puts every mistake at its control. It reports false for errors that no form can
// mend.
func (f *entryForm) failAll(err error) bool {
	if list := register.Problems(err); len(list) > 0 {
		f.Again = true
		for _, e := range list {
			f.Errors = append(f.Errors, web.FormError{Field: f.mark(e.Field, e.Text), Text: e.Text})
		}
		return true
	}
	return f.Fail(err, nil)
}

// mark finds the control of a field error: the register names its fields without prefix.
func (f *entryForm) mark(field, text string) string {
	for i := range f.Fields {
		if x := &f.Fields[i]; field != "" && (x.Name == dataPrefix+field || x.Name == field) {
			x.Error = text
			return x.Name
		}
	}
	return ""
}

// newEndForm ends an entry from a day on.
func (d *Desk) newEndForm(decl *register.Declaration, at register.Entry, dir *register.Directory, who *identity.Principal) entryForm {
	e := &editing{decl: decl, dir: dir, who: who, at: &at}
	f := entryForm{Form: web.NewForm("register-end-"+decl.Register+"-"+at.Key, entryURL(decl.Register, at.Key)+"/end", "终止登记")}
	f.Submit = web.Button{Text: "终止登记", Danger: true}
	f.NoDraft = true
	f.Hidden = []web.Pair{{Name: seenControl, Value: at.Tag()}}
	today := d.today().String()
	on := web.Field{Kind: web.DayKind, Name: fromControl, Label: "从哪一天起不再有效", Value: today, Required: true}
	if !decl.Backdate {
		on.Min = today
	}
	f.Fields = append([]web.Field{on}, e.vouching(d.today())...)
	return f
}
