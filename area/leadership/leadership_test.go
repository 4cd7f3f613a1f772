package leadership

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

func none(string, gov.Day) (procedure.Param, bool) { return procedure.Param{}, false }

func TestScenarios_F036_OfEveryDefinitionHold(t *testing.T) {
	for _, d := range load(t) {
		if n := len(d.Scenarios()); n < 10 {
			t.Errorf("%s: only %d scenarios", d, n)
		}
		for _, f := range d.RunScenarios(law.Default(), none) {
			t.Errorf("%s: %s", d, f)
		}
	}
}

// Everything that performing can reach keeps the never lines, and taking out any gate or
// separation is noticed.
func TestExplore_NoNeverLineIsReached(t *testing.T) {
	const bound = 50_000
	for _, d := range load(t) {
		if x := d.Explore(law.Default(), none, bound); !x.Complete || len(x.Findings) > 0 {
			t.Errorf("%s: complete %v, found %v", d, x.Complete, x.Findings)
		}
		for _, rule := range []procedure.RuleID{"LP-G01", "LP-R01"} {
			if x := d.Without(rule).Explore(law.Default(), none, bound); len(x.Findings) == 0 {
				t.Errorf("%s without %s: nothing was found", d, rule)
			}
		}
	}
}

// What a change writes fits the register of local parameters as it is declared.
func TestChange_EntersTheRegisterOfParameters(t *testing.T) {
	all, err := register.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	decl := map[string]*register.Declaration{}
	for _, d := range all {
		decl[d.Register] = d
	}
	entered := 0
	for _, def := range load(t) {
		for _, s := range def.Steps() {
			for _, o := range s.Outcomes {
				for _, e := range o.Enters {
					d := decl[e.Register]
					if d == nil || !d.TakesCases() {
						t.Fatalf("%s: register %s takes no cases", s.Rule, e.Register)
					}
					for _, f := range d.Fields {
						if _, given := e.Values[f.Name]; f.Required && !given {
							t.Errorf("%s: %s is not given", s.Rule, f.Name)
						}
					}
					entered++
				}
			}
		}
	}
	if entered == 0 {
		t.Error("nothing enters a register")
	}
}
