package procedure

import (
	"strings"

	"zhunsheng/gov"
	"zhunsheng/law"
)

// form is one way to fill in a form in the search.
type form struct {
	name   string
	fields map[FieldID]string
	papers map[PaperID][]Paper
}

// maxForms bounds the ways to fill in one form.
const maxForms = 4096

// forms lists every way to fill in a form that some formula can tell apart.
func (x *explorer) forms(fields []Field, papers []PaperSpec, today gov.Day) []form {
	out := []form{{fields: map[FieldID]string{}, papers: map[PaperID][]Paper{}}}
	for _, f := range fields {
		if f.Recording {
			continue
		}
		out = times(out, x.choices(f, today), func(c *form, v string) {
			if v != "" {
				c.fields[f.ID] = v
			}
		})
	}
	for _, p := range papers {
		name := "papers." + symbol(p.ID)
		read := x.uses[name+".given"] || x.uses[name+".count"]
		given := []string{p.Label}
		if !p.Required && read {
			given = []string{"", p.Label}
		} else if !p.Required && p.RequiredWhen == "" {
			given = []string{""}
		}
		out = times(out, given, func(c *form, v string) {
			if v != "" {
				c.papers[p.ID] = []Paper{sample(p)}
			}
		})
	}
	return out
}

func times(forms []form, values []string, set func(*form, string)) []form {
	if len(values) == 1 {
		for i := range forms {
			set(&forms[i], values[0])
		}
		return forms
	}
	var out []form
	for _, f := range forms {
		for _, v := range values {
			if len(out) == maxForms {
				return out
			}
			c := form{name: f.name + "," + v, fields: map[FieldID]string{}, papers: map[PaperID][]Paper{}}
			for k, x := range f.fields {
				c.fields[k] = x
			}
			for k, x := range f.papers {
				c.papers[k] = x
			}
			set(&c, v)
			out = append(out, c)
		}
	}
	return out
}

// choices are the values of a field that a formula can tell apart; "" leaves it out.
func (x *explorer) choices(f Field, today gov.Day) []string {
	name := "fields." + symbol(f.ID)
	if !x.reads(name) && !x.reasons[f.ID] {
		switch {
		case !f.Required && f.RequiredWhen == "":
			return []string{""}
		case f.Type == CaseField:
			return x.standIns(f)[:1]
		}
		return []string{f.example(today)}
	}
	var out []string
	switch f.Type {
	case BoolField:
		out = []string{"true", "false"}
	case ChoiceField:
		for _, o := range f.Options {
			out = append(out, o.ID)
		}
	case DayField:
		out = []string{x.d.src.From.AddDays(-1).String(), today.String(), today.AddDays(1).String()}
		for _, n := range x.d.spansOf(f.ID) {
			out = append(out, today.AddDays(n).String())
		}
	case CaseField:
		out = x.standIns(f)
	case NumberField:
		out = []string{"0", "1", "1000", "1000000"}
	default:
		out = []string{"示例"}
	}
	if !f.Required {
		out = append(out, "")
	}
	return out
}

// reads reports that some formula reads a field.
func (x *explorer) reads(name string) bool {
	return readsField(x.uses, name)
}

func sample(p PaperSpec) Paper {
	kind := "pdf"
	if len(p.Kinds) > 0 {
		kind = p.Kinds[0]
	}
	return Paper{Digest: strings.Repeat("0", 64), Name: p.Label + "." + kind, Size: 1, Media: "application/octet-stream"}
}

// cast is a person who plays a role: somebody with the first of its posts in its unit.
func (d *Definition) cast(id RoleID, who gov.PersonID, own gov.UnitID, env Env) gov.Actor {
	a := gov.Actor{Person: who, Unit: own}
	r := d.roles[id]
	if r != nil && r.Unit == "public" {
		return gov.PublicActor
	}
	if r == nil || len(r.Posts) == 0 {
		return a
	}
	a.Post = r.Posts[0]
	switch kind, name, _ := strings.Cut(r.Unit, ":"); kind {
	case "parent":
		a.Unit = "parent-unit"
	case "any":
		a.Unit = "other-unit"
	case "key":
		a.Unit = gov.UnitID(name)
	case "parameter":
		v, _ := env.param(name, env.Now.Day())
		a.Unit = gov.UnitID(v.Value)
	}
	return a
}

// dueKey and dueAnswer remember computed limits within one search.
type dueKey struct {
	clock ClockID
	from  gov.Day
	turns string
}

type dueAnswer struct {
	due law.Due
	err error
}
