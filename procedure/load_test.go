package procedure

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zhunsheng/gov"
	"zhunsheng/law"
)

var testdataFiles = []string{"testdata/invented.yaml", "testdata/features.yaml", "testdata/turns.yaml", "testdata/signed.yaml", "testdata/opened.yaml", "testdata/comment.yaml", "testdata/conditional.yaml", "testdata/restarted.yaml"}

// definitionFiles are the definitions of this package's testdata and, unless -short, every
// released one.
func definitionFiles(t testing.TB) []string {
	t.Helper()
	files := slices.Clone(testdataFiles)
	if testing.Short() {
		return files
	}
	shipped, err := filepath.Glob("../area/*/*.scenario")
	if err != nil || len(shipped) == 0 {
		t.Fatal("no released definitions found", err)
	}
	for _, f := range shipped {
		files = append(files, strings.TrimSuffix(f, ".scenario")+".yaml")
	}
	return files
}

func loadFile(t testing.TB, file string) *Definition {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	d, err := Parse(filepath.Base(file), src)
	if err != nil {
		t.Fatal(err)
	}
	scenario := strings.TrimSuffix(file, ".yaml") + ".scenario"
	text, err := os.ReadFile(scenario)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.AddScenarios(filepath.Base(scenario), text); err != nil {
		t.Fatal(err)
	}
	return d
}

// testParams answers every limit with 15日 and names an office.
func testParams(name string, on gov.Day) (Param, bool) {
	switch name {
	case "office":
		return Param{Value: "u7", Source: "测试"}, true
	case "late-entry":
		return Param{Value: "3个工作日", Source: "测试"}, true
	case "legality-review-limit":
		return Param{Value: "15个工作日", Source: "测试", Unverified: true}, true
	case "legality-review-minimum":
		return Param{Value: "5个工作日", Source: "测试", Unverified: true}, true
	case "entry-limit":
		return Param{Value: "3个工作日", Source: "测试", Unverified: true}, true
	}
	return Param{Value: "15日", Source: "测试", Unverified: true}, true
}

func testEnv(now gov.Instant) Env {
	return Env{Book: law.Default(), Param: testParams, Now: now,
		UnitName: func(gov.UnitID) (string, string) { return "本单位", "示" },
		Parent:   func(gov.UnitID) gov.UnitID { return "parent-unit" }}
}

// Released definitions hold theirs under the parameters of their areas, in whose packages they
// are played.
func TestScenarios_OfTestdataHold(t *testing.T) {
	for _, file := range testdataFiles {
		d := loadFile(t, file)
		for _, p := range d.Check(law.Default()) {
			t.Errorf("%s", p)
		}
		for _, f := range d.RunScenarios(law.Default(), testParams) {
			t.Errorf("%s", f)
		}
	}
}
