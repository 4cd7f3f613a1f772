package rules

import (
	"testing"

	"zhunsheng/area"
)

// Every indicator counts procedures, facts, clocks and steps that are there.
func TestIndicators_F006_CountWhatExists(t *testing.T) {
	inds, err := area.LoadIndicators(Area())
	if err != nil || len(inds) == 0 {
		t.Fatal(inds, err)
	}
	defs, err := area.Parse(Area())
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range area.CheckIndicators(inds, defs) {
		t.Error(bad)
	}
	for _, i := range inds {
		if i.Area != Area().ID || i.Catalogue == "" || i.Basis == "" {
			t.Errorf("%s says too little: area %q, catalogue %q, basis %q", i.ID, i.Area, i.Catalogue, i.Basis)
		}
	}
}
