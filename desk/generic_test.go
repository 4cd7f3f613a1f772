package desk_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strconv"
	"strings"
	"testing"
)

// ownWords are names of our own controls and address parameters, which a definition may
// happen to use as ids.
const ownWords = "title unit outcome expect occurred reason source scan procedure record key from to seen approver " +
	"status late awaits after on number case register"

// The pages are generic: no string in this package is the id of a definition, step, field,
// paper or clock. Everything comes from the definition.
func TestDesk_KnowsNoDefinition(t *testing.T) {
	o := open(t)
	ids := map[string]bool{}
	for _, def := range o.Definitions.All() {
		ids[def.ID()] = true
		for _, s := range def.Steps() {
			ids[string(s.ID)] = true
			for _, f := range s.Fields {
				ids[string(f.ID)] = true
			}
			for _, p := range s.Papers {
				ids[string(p.ID)] = true
			}
		}
		for _, c := range def.Clocks() {
			ids[string(c.ID)] = true
		}
	}
	for _, x := range o.Indicators.Definitions() {
		ids[string(x.ID)] = true
	}
	for _, w := range strings.Fields(ownWords) {
		delete(ids, w)
	}
	if len(ids) < 20 {
		t.Fatalf("only %d ids", len(ids))
	}
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), ".go") || strings.HasSuffix(file.Name(), "_test.go") {
			continue
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, file.Name(), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if s, err := strconv.Unquote(lit.Value); err == nil && ids[s] {
					t.Errorf("%s: %q is an id of a definition", set.Position(lit.Pos()), s)
				}
			}
			return true
		})
	}
}
