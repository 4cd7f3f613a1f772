package procedure

import (
	"slices"
	"strconv"
	"strings"

	"zhunsheng/gov"
)

// filling fills the placeholders of texts from a case. For events (words is false) values
// stand as the case holds them: days as 2006-01-02, choices, bools and persons by id. For papers they
// stand in words.
type filling struct {
	sc    *scope
	env   Env
	words bool
	taken []Number // by this act: those without a text keep their placeholder
}

// fill replaces every placeholder once; what it puts in is not read again.
func (f *filling) fill(text string) string {
	return placeholder.ReplaceAllStringFunc(text, func(m string) string { return f.value(m[1 : len(m)-1]) })
}

// value is what a placeholder stands for; empty when the case does not hold it.
func (f *filling) value(name string) string {
	d, s, a := f.sc.d, f.sc.s, f.sc.act
	if unit, of := strings.CutPrefix(name, "unit:"); of {
		id, ok := f.env.unit(unit, s.Unit, a.Occurred.Day())
		if !ok {
			return ""
		}
		return f.unitName(id)
	}
	parts := strings.Split(name, ".")
	last := parts[len(parts)-1]
	switch {
	case name == "title":
		return f.given(s.Title)
	case name == "case":
		return string(s.Case)
	case name == "basis":
		return d.basisText(a.Occurred.Day())
	case name == "unit":
		return string(s.Unit)
	case name == "unit.name":
		return f.unitName(s.Unit)
	case name == "act.day":
		return f.day(a.Occurred.Day())
	case name == "act.by":
		return f.person(a.Actor.Person)
	case len(parts) < 2:
		return ""
	case parts[0] == "number":
		return f.number(last)
	case parts[0] == "field":
		return f.field(FieldID(parts[1]), f.words || len(parts) == 3)
	case parts[0] == "step":
		return f.step(StepID(parts[1]), last)
	case parts[0] == "clock":
		return f.day(s.Clocks[ClockID(parts[1])].Due)
	case parts[0] == "children":
		n := f.sc.children(parts[1])
		return strconv.Itoa(map[string]int{"count": n.Count, "open": n.Open, "closed": n.Count - n.Open}[last])
	}
	return ""
}

func (f *filling) number(name string) string {
	if slices.ContainsFunc(f.taken, func(n Number) bool { return n.Name == name && n.Text == "" }) {
		return "{number." + name + "}"
	}
	return f.sc.s.Numbers[name]
}

func (f *filling) field(id FieldID, words bool) string {
	v, field := f.sc.field(id), f.sc.d.fields[id]
	if v == "" || field == nil || !words {
		return f.given(v)
	}
	switch field.Type {
	case DayField:
		if day, err := gov.ParseDay(v); err == nil {
			return day.Chinese()
		}
	case BoolField:
		if v == "true" {
			return "是"
		}
		return "否"
	case ChoiceField:
		for _, o := range field.Options {
			if o.ID == v {
				return o.Name
			}
		}
	case CaseField:
		if l := f.sc.link(id); l.Title != "" {
			return f.given(l.Title)
		}
	}
	return f.given(v)
}

// given is what somebody wrote. In a paper it cannot stand for a table of the template.
func (f *filling) given(v string) string {
	if !f.words {
		return v
	}
	return strings.NewReplacer("{{", "｛｛", "}}", "｝｝").Replace(strings.ReplaceAll(v, "\r", ""))
}

func (f *filling) step(id StepID, what string) string {
	st, done := f.sc.step(id)
	if id == f.sc.act.Step && f.words { // the paper is made by this act, as if it were done
		st = StepState{Outcome: f.sc.act.Outcome, Occurred: f.sc.act.Occurred, By: f.sc.act.Actor}
	} else if !done {
		return ""
	}
	switch what {
	case "day":
		return f.day(st.Occurred.Day())
	case "by":
		if st.Signer != "" {
			return f.given(st.Signer)
		}
		return f.person(st.By.Person)
	case "unit":
		return f.unitName(st.By.Unit)
	}
	if step := f.sc.d.steps[id]; step != nil && f.words {
		if o := step.outcome(st.Outcome); o != nil {
			return o.Name
		}
	}
	return st.Outcome
}

func (f *filling) day(day gov.Day) string {
	switch {
	case day.IsZero():
		return ""
	case f.words:
		return day.Chinese()
	}
	return day.String()
}

func (f *filling) person(id gov.PersonID) string {
	switch {
	case !f.words: // a register refers to people by their keys
		return string(id)
	case id == "" || id == gov.System.Person || id == gov.PublicActor.Person:
		return ""
	case f.env.PersonName == nil:
		return string(id)
	}
	return f.env.PersonName(id)
}

func (f *filling) unitName(id gov.UnitID) string {
	if f.env.UnitName == nil || id == "" {
		return string(id)
	}
	name, _ := f.env.UnitName(id)
	return name
}

// basisText names the basis of the procedure as a paper does.
func (d *Definition) basisText(on gov.Day) string {
	var out []string
	for _, c := range d.src.Basis {
		if !c.InForce(on) {
			continue
		}
		statute := c.Statute
		if !strings.HasPrefix(statute, "《") {
			statute = "《" + statute + "》"
		}
		out = append(out, statute+c.Article)
	}
	return strings.Join(out, "、")
}
