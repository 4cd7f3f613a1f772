package decisions

import (
	"regexp"
	"strings"
	"testing"

	"zhunsheng/gov"
	"zhunsheng/law"
	"zhunsheng/procedure"
)

var fieldIn = regexp.MustCompile(`\{field\.([a-z0-9-]+)\}`)

// full is a case in which every step is done, every field given and every number taken.
func full(d *procedure.Definition) *procedure.State {
	s := procedure.NewState("c")
	s.Unit, s.Title, s.Status = "qy-zjj", "公共停车收费", procedure.Open
	s.Numbers["register"], s.Numbers["receipt"] = "决策登〔2026〕1号", "意〔2026〕1号"
	at := gov.MustDay("2026-03-20").Start()
	fields := d.Opening().Fields
	for _, step := range d.Steps() {
		fields = append(fields, step.Fields...)
		s.Steps[step.ID] = procedure.StepState{Status: procedure.StepDone, Outcome: step.Outcomes[0].ID, Occurred: at, Round: 1}
	}
	for _, f := range fields {
		switch f.Type {
		case procedure.BoolField:
			s.Fields[f.ID] = "true"
		case procedure.ChoiceField:
			s.Fields[f.ID] = f.Options[0].ID
		case procedure.DayField:
			s.Fields[f.ID] = "2026-04-20"
		case procedure.NumberField:
			s.Fields[f.ID] = "3"
		default:
			s.Fields[f.ID] = "甲乙丙"
		}
	}
	return s
}

// Every paper that the system makes holds its required elements when the form is filled in,
// and asks for none that the form does not ask for: a made paper never stands in the way.
func TestPapers_RequiredElementsComeFromWhatTheFormsRequire(t *testing.T) {
	n := 0
	for _, d := range load(t) {
		required := map[string]bool{}
		fields := d.Opening().Fields
		for _, s := range d.Steps() {
			fields = append(fields, s.Fields...)
		}
		for _, f := range fields {
			required[string(f.ID)] = f.Required || f.RequiredWhen != ""
		}
		env := procedure.Env{Book: law.Default(), Now: gov.MustDay("2026-03-20").Start(),
			UnitName: func(gov.UnitID) (string, string) { return "县住建局", "清住建" }, PersonName: func(gov.PersonID) string { return "王敏" }}
		for _, tpl := range d.Templates() {
			n++
			for _, e := range tpl.Elements {
				for _, m := range fieldIn.FindAllStringSubmatch(e.Value, -1) {
					if e.Required && !required[m[1]] {
						t.Errorf("%s %s: “%s” is required, field %s is not", d, tpl.ID, e.Name, m[1])
					}
				}
			}
			outcome := tpl.Outcome
			if outcome == "" {
				outcome = full(d).Steps[tpl.Step].Outcome
			}
			act := procedure.Act{Step: tpl.Step, Outcome: outcome, Occurred: env.Now, Actor: gov.Actor{Person: "p", Unit: "qy-zjj"}}
			sheet, lacks := d.Draft(full(d), act, tpl, env)
			if len(lacks) > 0 {
				t.Errorf("%s %s: %v", d, tpl.ID, lacks)
			}
			text := sheet.Title + sheet.Mark + sheet.To + sheet.Sign + strings.Join(sheet.Body, "")
			for _, e := range sheet.Elements {
				text += e.Value
			}
			if rest := strings.NewReplacer("{{elements}}", "", "{{comments}}", "").Replace(text); sheet.Title == "" || strings.ContainsAny(rest, "{}") {
				t.Errorf("%s %s: not filled in: %s", d, tpl.ID, rest)
			}
			if _, lacks := d.Draft(procedure.NewState("c"), procedure.Act{Step: tpl.Step, Outcome: tpl.Outcome, Occurred: env.Now}, tpl, env); len(lacks) == 0 {
				t.Errorf("%s %s: an empty case lacks nothing", d, tpl.ID)
			}
		}
	}
	t.Logf("%d papers", n)
	if n < 13 {
		t.Errorf("only %d papers are made by the system", n)
	}
}
