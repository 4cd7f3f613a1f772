package rules

import (
	"testing"

	"zhunsheng/area"
	"zhunsheng/gov"
	"zhunsheng/law"
	"zhunsheng/procedure"
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
	for _, d := range load(t) {
		t.Run(d.ID(), func(t *testing.T) {
			if n := len(d.Scenarios()); n < 20 {
				t.Errorf("only %d scenarios", n)
			}
			for _, f := range d.RunScenarios(law.Default(), params(t)) {
				t.Error(f)
			}
		})
	}
}
