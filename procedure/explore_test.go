package procedure

import (
	"testing"

	"zhunsheng/law"
)

func TestExplore_PerformingReachesNoNeverLineNoDeadEndNoOpenDuty(t *testing.T) {
	for _, file := range definitionFiles(t) {
		d := loadFile(t, file)
		x := d.Explore(law.Default(), testParams, 300_000)
		t.Logf("%s: %d states, %d acts", d, x.States, x.Acts)
		if !x.Complete {
			t.Errorf("%s: the search did not end", d)
		}
		for _, f := range x.Findings {
			t.Errorf("%s: %s", d, f)
		}
	}
}

// Mutation proves the search: without any single gate or separation a never line is reached.
func TestExplore_NoticesEveryGateThatIsTakenOut(t *testing.T) {
	for _, file := range definitionFiles(t) {
		d := loadFile(t, file)
		var rules []RuleID
		for _, g := range d.Gates() {
			rules = append(rules, g.ID)
		}
		for _, r := range d.src.Roles {
			if r.Rule != "" {
				rules = append(rules, r.Rule)
			}
		}
		for _, c := range d.Clocks() {
			for _, e := range c.Extends {
				rules = append(rules, e.Rule)
			}
		}
		for _, rule := range rules {
			x := d.Without(rule).explore(law.Default(), testParams, 300_000, true)
			found := false
			for _, f := range x.Findings {
				found = found || f.Kind == FoundNever
			}
			if !found {
				t.Errorf("%s: without %s no never line is reached (%d states)", d, rule, x.States)
			}
		}
	}
}
