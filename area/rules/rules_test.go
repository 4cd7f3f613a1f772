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

// What the language asks of outside is there: a default value for every local parameter.
func TestArea_EveryNameThatIsUsedExists(t *testing.T) {
	value := params(t)
	for _, d := range load(t) {
		for _, c := range d.Clocks() {
			if c.Parameter == "" {
				continue
			}
			p, ok := value(c.Parameter, d.From())
			if !ok {
				t.Errorf("%s %s: parameter %s has no value on %s", d, c.Rule, c.Parameter, d.From())
				continue
			}
			if _, err := law.ParseLimit(p.Value); err != nil || p.Source == "" {
				t.Errorf("%s %s: parameter %s: %+v %v", d, c.Rule, c.Parameter, p, err)
			}
		}
	}
}

// Cases are titled and counted in public: a personal field would stand in lists and feeds.
func TestArea_PublicCasesHoldNoPersonalFields(t *testing.T) {
	for _, d := range load(t) {
		for _, s := range d.Steps() {
			for _, f := range s.Fields {
				if f.Personal && d.Level() == gov.Public {
					t.Errorf("%s: %s is personal in a procedure whose cases are public", d, f.ID)
				}
			}
		}
	}
}
