package zhunsheng

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strings"
	"testing"
)

var glossaryRow = regexp.MustCompile("(?m)^\\| ([^|]+) \\| `([a-z/]+)\\.([A-Za-z]+)` \\|")

// The glossary and the code say the same: every type of the glossary exists and its doc
// comment carries the term.
func TestGlossary_TermsStandInTheDocComments(t *testing.T) {
	text, err := os.ReadFile("docs/glossary.md")
	if err != nil {
		t.Fatal(err)
	}
	docs := map[string]string{}
	eachGoFile(t, ".", func(pkg, file, src string) {
		f, err := parser.ParseFile(token.NewFileSet(), file, src, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.TYPE {
				continue
			}
			for _, s := range g.Specs {
				spec := s.(*ast.TypeSpec)
				docs[pkg+"."+spec.Name.Name] = g.Doc.Text() + spec.Doc.Text()
			}
		}
	})
	rows := glossaryRow.FindAllStringSubmatch(string(text), -1)
	if len(rows) < 50 {
		t.Fatalf("only %d rows found in docs/glossary.md", len(rows))
	}
	for _, r := range rows {
		name := r[2] + "." + r[3]
		doc, ok := docs[name]
		if !ok {
			t.Errorf("docs/glossary.md: no type %s", name)
			continue
		}
		for _, term := range strings.FieldsFunc(r[1], func(c rune) bool { return c == '、' || c == '/' }) {
			if !strings.Contains(doc, strings.TrimSpace(term)) {
				t.Errorf("docs/glossary.md: the doc comment of %s does not carry %s", name, term)
			}
		}
	}
}
