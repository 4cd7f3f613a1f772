package leadership

import (
	"testing"

	"zhunsheng/area"
	"zhunsheng/law"
)

// What a definition says, a scenario shows: each gate and separation refused, each clock met
// and missed, suspended, restarted, extended and fallen away where it can be, each conditional
// step both ways, each outcome and publication, a recording with a breach, a limit over
// National Day and one into a year whose calendar is not known yet.
func TestCover_F036_EverythingSaidIsShownByAScenario(t *testing.T) {
	gaps, err := area.Uncovered(Area(), law.Default())
	if err != nil {
		t.Fatal(err)
	}
	for id, list := range gaps {
		for _, g := range list {
			t.Errorf("%s: %s", id, g)
		}
	}
}
