package zhunsheng

import (
	"fmt"
	"os"
	"regexp"
	"testing"
)

var featureRow = regexp.MustCompile(`(?m)^\| F(\d{3}) \| ([^|]+) \| (works|partly|not yet) \| ([^|]+) \|([^|]*)\|$`)

// Every feature of the mission has its row, and what works or partly works says where and
// by which test.
func TestFeatures_EveryIDHasItsRow(t *testing.T) {
	text, err := os.ReadFile("docs/features.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, r := range featureRow.FindAllStringSubmatch(string(text), -1) {
		if seen[r[1]] {
			t.Errorf("F%s stands twice", r[1])
		}
		seen[r[1]] = true
		if r[3] != "not yet" && len(r[5]) < 5 {
			t.Errorf("F%s is said to be there (%s) and no test is named", r[1], r[3])
		}
	}
	for i := 1; i <= 140; i++ {
		if id := fmt.Sprintf("%03d", i); !seen[id] {
			t.Errorf("F%s has no row, or a malformed one", id)
		}
	}
}
