package procedure

import (
	"testing"

	"zhunsheng/law"
)

// Released definitions are searched, and searched without each of their rules, by the test of
// law check.
func TestExplore_PerformingReachesNoNeverLineNoDeadEndNoOpenDuty(t *testing.T) {
	for _, file := range testdataFiles {
		d := loadFile(t, file)
		x := d.Explore(law.Default(), testParams, SearchBound)
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
func TestExplore_NoticesEveryRuleThatIsTakenOut(t *testing.T) {
	for _, file := range testdataFiles {
		d := loadFile(t, file)
		if rules := d.Unnoticed(law.Default(), testParams); len(rules) > 0 {
			t.Errorf("%s: without %s no never line is reached", d, rules)
		}
	}
}

// A rule that prevents nothing is named.
func TestUnnoticed_NamesAnIdleRule(t *testing.T) {
	d := loadFile(t, "testdata/invented.yaml")
	d.src.Never = nil
	if rules := d.Unnoticed(law.Default(), testParams); len(rules) == 0 || len(rules) != len(d.Removable()) {
		t.Errorf("without never lines only %s are named", rules)
	}
}
