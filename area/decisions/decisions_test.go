package decisions

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

// Every indicator reads a clock that is there.
func TestArea_EveryNameThatIsUsedExists(t *testing.T) {
	byID := map[string]*procedure.Definition{}
	for _, d := range load(t) {
		byID[d.ID()] = d
	}
	indicators, err := area.LoadIndicators(Area())
	if err != nil || len(indicators) == 0 {
		t.Fatal(indicators, err)
	}
	for _, i := range indicators {
		d := byID[i.Clock.Procedure]
		if d == nil {
			t.Errorf("indicator %s reads procedure %s, which is not there", i.ID, i.Clock.Procedure)
			continue
		}
		if _, ok := d.Clock(procedure.ClockID(i.Clock.Clock)); !ok {
			t.Errorf("indicator %s reads clock %s, which %s does not have", i.ID, i.Clock.Clock, d)
		}
	}
}

// Cases hold no personal fields: names of experts and participants stand in papers.
func TestArea_CasesHoldNoPersonalFields(t *testing.T) {
	for _, d := range load(t) {
		for _, s := range d.Steps() {
			for _, f := range s.Fields {
				if f.Personal {
					t.Errorf("%s: %s is personal", d, f.ID)
				}
			}
		}
	}
}
