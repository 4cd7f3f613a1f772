package zhunsheng

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// names of an id that is a word of its own are everywhere; those of two words and more
// ("legality-review") belong to a procedure.
var ownID = regexp.MustCompile(`^[a-z0-9]+([-.][a-z0-9]+)+$`)

// procedureIDs collects every id that the definitions and registers of the areas give to
// something: procedures, steps, fields, papers, clocks, facts, outcomes, parameters.
func procedureIDs(t *testing.T) map[string]bool {
	t.Helper()
	ids := map[string]bool{}
	files, err := filepath.Glob("area/*/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no definitions", err)
	}
	for _, f := range files {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var doc yaml.Node
		if err := yaml.Unmarshal(src, &doc); err != nil {
			t.Fatal(f, err)
		}
		collectIDs(&doc, ids)
	}
	return ids
}

func collectIDs(n *yaml.Node, ids map[string]bool) {
	for i, c := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 1 {
			switch n.Content[i-1].Value {
			case "id", "name", "parameter", "register":
				if ownID.MatchString(c.Value) {
					ids[c.Value] = true
				}
			}
		}
		collectIDs(c, ids)
	}
}

// Lines of Go that know one procedure are counted, and docs/specific-go.md explains each
// file that has any. A procedure is a text file: the program itself should have none.
func TestSpecificGo_IsCountedAndExplained(t *testing.T) {
	ids := procedureIDs(t)
	found := map[string][]string{} // file to what it names
	lines := map[string]map[int]bool{}
	fset := token.NewFileSet()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || path == "bench/temporal" || strings.HasPrefix(d.Name(), ".") && path != ".") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_templ.go") {
			return nil
		}
		f, err := parser.ParseFile(fset, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			if s, _ := strconv.Unquote(lit.Value); ids[s] {
				if !slices.Contains(found[path], s) {
					found[path] = append(found[path], s)
				}
				if lines[path] == nil {
					lines[path] = map[int]bool{}
				}
				lines[path][fset.Position(lit.Pos()).Line] = true
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("docs/specific-go.md")
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]int{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\| (\\d+) \\| \\S.{20,} \\|$").FindAllStringSubmatch(string(text), -1) {
		told[m[1]], _ = strconv.Atoi(m[2])
	}
	for path, names := range found {
		slices.Sort(names)
		if told[path] != len(lines[path]) {
			t.Errorf("%s has %d lines that know a procedure (%s); docs/specific-go.md says %d", path, len(lines[path]),
				strings.Join(names, ", "), told[path])
		}
	}
	total := 0
	for path, n := range told {
		if total += n; len(found[path]) == 0 {
			t.Errorf("docs/specific-go.md names %s, which knows no procedure", path)
		}
	}
	if want := fmt.Sprintf("Together: %d lines.", total); !strings.Contains(string(text), want) {
		t.Errorf("docs/specific-go.md should say %q", want)
	}
}
