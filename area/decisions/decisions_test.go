package decisions

import (
	"testing"

	"zhunsheng/area"
	"zhunsheng/gov"
	"zhunsheng/law"
	"zhunsheng/procedure"
	"zhunsheng/register"
)

func load(t testing.TB) []*procedure.Definition {
	t.Helper()
	defs, problems, err := area.Load(Area(), law.Default())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Error(p)
	}
	if t.Failed() {
		t.FailNow()
	}
	return defs
}

func params(t testing.TB) func(string, gov.Day) (procedure.Param, bool) {
	t.Helper()
	ps, err := area.LoadParameters(Area())
	if err != nil {
		t.Fatal(err)
	}
	return area.Values(ps)
}

func TestScenarios_F036_OfEveryDefinitionHold(t *testing.T) {
	total := 0
	for _, d := range load(t) {
		t.Run(d.ID(), func(t *testing.T) {
			n := len(d.Scenarios())
			total += n
			if n < len(d.Gates()) {
				t.Errorf("%d scenarios for %d gates", n, len(d.Gates()))
			}
			for _, f := range d.RunScenarios(law.Default(), params(t)) {
				t.Error(f)
			}
		})
	}
	t.Logf("%d scenarios", total)
}

// Cases of the government hold no personal fields: names of experts, participants and those
// held liable stand in papers. Only who sends in a comment may say how to be reached.
func TestArea_OnlyWhatThePublicSendsInHoldsPersonalFields(t *testing.T) {
	for _, d := range load(t) {
		if _, public := d.Intake(); public {
			for _, p := range d.Publications() {
				if d.Personal(p.Summary) {
					t.Errorf("%s: %s shows the personal field %s", d, p.Rule, p.Summary)
				}
			}
			continue
		}
		for _, s := range d.Steps() {
			for _, f := range s.Fields {
				if f.Personal {
					t.Errorf("%s: %s is personal", d, f.ID)
				}
			}
		}
	}
}

// The registers that this area declares can be read, and every one that a definition enters
// is declared with the fields that are written.
func TestRegisters_WhatDefinitionsEnterIsDeclared(t *testing.T) {
	decls, err := register.ParseAll(files, "registers/*.yaml")
	if err != nil || len(decls) == 0 {
		t.Fatal(decls, err)
	}
	byName := map[string]*register.Declaration{}
	for _, d := range decls {
		byName[d.Register] = d
	}
	for _, d := range load(t) {
		for _, s := range d.Steps() {
			for _, o := range s.Outcomes {
				for _, e := range o.Enters {
					r := byName[e.Register]
					if r == nil {
						t.Errorf("%s %s enters %s, which is not declared here", d, s.Rule, e.Register)
						continue
					}
					for name := range e.Values {
						if _, ok := r.Field(name); !ok {
							t.Errorf("%s %s writes %s.%s, which is not declared", d, s.Rule, e.Register, name)
						}
					}
					for _, f := range r.Fields {
						if f.Required && e.Values[f.Name] == "" && !e.Ends {
							t.Errorf("%s %s leaves out %s.%s", d, s.Rule, e.Register, f.Name)
						}
					}
				}
			}
		}
	}
}
