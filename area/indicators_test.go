package area

import (
	"os"
	"strings"
	"testing"

	"zhunsheng/indicator"
)

func TestCheckIndicators_RefusesWhatNoDefinitionHas(t *testing.T) {
	a := Area{ID: "invented", Definitions: os.DirFS("../indicator/indicatorsql/testdata"), Indicators: "indicators.yaml"}
	defs, err := Parse(a)
	if err != nil {
		t.Fatal(err)
	}
	inds, err := LoadIndicators(a)
	if err != nil {
		t.Fatal(err)
	}
	if bad := CheckIndicators(inds, defs); len(bad) != 1 || !strings.Contains(bad[0].Error(), `indicator unasked: invented.remark has no fact "adopted"`) {
		t.Fatal(bad)
	}
	const p = "invented.matter"
	day := indicator.Cohort{Step: "decision", Outcome: "passed"}
	for want, s := range map[string]indicator.Source{
		`no procedure "gone"`:                            {Procedure: "gone", Clock: "filing"},
		`has no clock "gone"`:                            {Procedure: p, Clock: "gone"},
		`has no fact "gone" with a formula`:              {Procedure: p, Denominator: "decided", Numerator: "gone", Day: day},
		`has no fact "filing" with a formula`:            {Procedure: p, Denominator: "filing", Numerator: "filed", Day: day}, // it is a clock
		`has no step "gone"`:                             {Procedure: p, Denominator: "decided", Numerator: "filed", Day: indicator.Cohort{Step: "gone"}},
		`has no outcome "gone" of step "decision"`:       {Procedure: p, Denominator: "decided", Numerator: "filed", Day: indicator.Cohort{Step: "decision", Outcome: "gone"}},
		`indicator x: invented.matter has no clock "g2"`: {Procedure: p, Denominator: "decided", Numerator: "filed", Day: indicator.Cohort{Clock: "g2"}},
	} {
		bad := CheckIndicators([]indicator.Definition{{ID: "x", Sources: []indicator.Source{s}}}, defs)
		if len(bad) != 1 || !strings.Contains(bad[0].Error(), want) {
			t.Errorf("%+v: %v, want %s", s, bad, want)
		}
	}
}
