package procedure

import (
	"os"
	"slices"
	"strings"
	"testing"

	"zhunsheng/law"
)

// What only one scenario shows is a gap without it.
func TestUncovered_F036_NamesWhatNoScenarioShows(t *testing.T) {
	src, err := os.ReadFile("testdata/invented.yaml")
	if err != nil {
		t.Fatal(err)
	}
	told, err := os.ReadFile("testdata/invented.scenario")
	if err != nil {
		t.Fatal(err)
	}
	gaps := func(scenarios string) []string {
		d, err := Parse("invented.yaml", src)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.AddScenarios("invented.scenario", []byte(scenarios)); err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, g := range d.Uncovered(law.Default(), testParams) {
			out = append(out, string(g.Rule))
		}
		return out
	}
	first, _, _ := strings.Cut(string(told), "scenario 没有复核")
	whole, alone := gaps(string(told)), gaps(first)
	for _, rule := range []string{"INV-G01", "INV-R01", "INV-C01"} {
		if slices.Contains(whole, rule) || !slices.Contains(alone, rule) {
			t.Errorf("%s: gaps of all scenarios %v, of the first %v", rule, whole, alone)
		}
	}
}
