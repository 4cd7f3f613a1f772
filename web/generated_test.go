package web

import (
	"bytes"
	"go/format"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/a-h/templ/generator"
	"github.com/a-h/templ/parser/v2"
)

// The committed *_templ.go are what `go tool templ generate` makes of the *.templ beside
// them, and there are no others.
func TestTemplates_GeneratedFilesAreCurrent(t *testing.T) {
	sources, err := filepath.Glob("*.templ")
	if err != nil || len(sources) == 0 {
		t.Fatalf("no templates found: %v", err)
	}
	for _, src := range sources {
		tf, err := parser.Parse(src)
		if err != nil {
			t.Errorf("%s: %v", src, err)
			continue
		}
		var b bytes.Buffer
		if _, err := generator.Generate(tf, &b, generator.WithVersion(templ.Version()), generator.WithFileName("web/"+src)); err != nil {
			t.Errorf("%s: %v", src, err)
			continue
		}
		want, err := format.Source(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(strings.TrimSuffix(src, ".templ") + "_templ.go")
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: generated file is missing or old; run go tool templ generate (%v)", src, err)
		}
	}
	made, _ := filepath.Glob("*_templ.go")
	if len(made) != len(sources) {
		t.Errorf("%d generated files for %d templates", len(made), len(sources))
	}
}
