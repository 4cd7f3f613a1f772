package area

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"zhunsheng/gov"
	"zhunsheng/law"
)

// A procedure is a text file: no Go string of the program equals a definition id. Benchmarks
// and the fixtures of tests are no part of the program.
func TestDefinitions_NoGoStringEqualsADefinitionID(t *testing.T) {
	ids := map[string]string{}
	id := regexp.MustCompile(`(?m)^id: (\S+)$`)
	files, err := filepath.Glob("*/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no definitions found", err)
	}
	for _, f := range files {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if m := id.FindSubmatch(src); m != nil {
			ids[string(m[1])] = f
		}
	}
	if len(ids) == 0 {
		t.Fatal("no ids found")
	}
	err = filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || d.Name() == "bench" || d.Name() == "govtest" || strings.HasPrefix(d.Name(), ".") && d.Name() != "..") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if s, _ := strconv.Unquote(lit.Value); ids[s] != "" {
					t.Errorf("%s names the definition %s", path, s)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

const small = `
id: t.one
name: 一
area: t
version: 1
from: 2022-01-01
mode: native
basis: [{statute: 本地规定, mark: local}]
start: {by: r, title: 标题}
roles: [{id: r, name: 人, posts: [p]}]
steps:
  - {id: only, rule: TT-S01, name: 办, by: r, outcomes: [{id: done, name: 办结, close: closed}]}
`

func TestLoad_ReadsDefinitionsWithTheirScenarios(t *testing.T) {
	files := fstest.MapFS{
		"one.yaml":          {Data: []byte(small)},
		"one.scenario":      {Data: []byte("scenario 一\n2026-01-05 r 办 → case closed\n")},
		"one.more.scenario": {Data: []byte("scenario 二\n2026-01-05 r 办 → case closed\n")},
		"other.scenario":    {Data: []byte("这不属于它")},
		"parameters.yaml":   {Data: []byte("parameters: []")},
	}
	a := Area{ID: "t", Definitions: files, Parameters: "parameters.yaml"}
	defs, problems, err := Load(a, law.Default())
	if err != nil || len(problems) > 0 || len(defs) != 1 || len(defs[0].Scenarios()) != 2 {
		t.Fatalf("%v %v %v", defs, problems, err)
	}
	a.ID = "u"
	if _, problems, _ := Load(a, law.Default()); len(problems) != 1 || !strings.Contains(problems[0].Text, "放在 u") {
		t.Errorf("a definition of another area: %v", problems)
	}
	files["one.scenario"] = &fstest.MapFile{Data: []byte("乱写")}
	if _, _, err := Load(a, law.Default()); err == nil || !strings.Contains(err.Error(), "one.scenario:1:1") {
		t.Errorf("a bad scenario file: %v", err)
	}
	files["one.yaml"] = &fstest.MapFile{Data: []byte("id: [")}
	if _, _, err := Load(a, law.Default()); err == nil || !strings.Contains(err.Error(), "one.yaml:1") {
		t.Errorf("a bad definition: %v", err)
	}
}

func TestParameters_TheValueInForceOnADayApplies(t *testing.T) {
	a := Area{ID: "t", Parameters: "p.yaml", Definitions: fstest.MapFS{"p.yaml": {Data: []byte(`
parameters:
  - {name: x, label: 某期限, value: 15日, source: 旧, from: 2019-01-01, unverified: true}
  - {name: x, label: 某期限, value: 30日, source: 新, from: 2026-05-01}
`)}}}
	ps, err := LoadParameters(a)
	if err != nil {
		t.Fatal(err)
	}
	at := Values(ps)
	for day, want := range map[string]string{"2018-12-31": "", "2019-01-01": "15日", "2026-04-30": "15日", "2026-05-01": "30日"} {
		if p, ok := at("x", gov.MustDay(day)); p.Value != want || ok != (want != "") {
			t.Errorf("%s: %+v %v", day, p, ok)
		}
	}
	for _, bad := range []string{"parameters: [{name: x}]", "parameters: [{nam: x}]", "parameters: ["} {
		a.Definitions = fstest.MapFS{"p.yaml": {Data: []byte(bad)}}
		if _, err := LoadParameters(a); err == nil {
			t.Errorf("accepted %q", bad)
		}
	}
}
