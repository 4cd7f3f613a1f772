package sqltest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A small module with every way in which a statement may be written.
func TestStatements_FindsConstantsAndRefusesTheRest(t *testing.T) {
	root := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module example\n",
		"sqldb/sqldb.go": `package sqldb
import "database/sql"
type SQL string
type Tx struct{}
func (*Tx) Query(q SQL, args ...any) (*sql.Rows, error) { return nil, nil }
const own SQL = "own"
`,
		"a/a_sql.go": `package a
import ("example/sqldb"; "fmt"; "example/b")
const plain sqldb.SQL = "plain"
const columns = "id, title"
const typedColumns sqldb.SQL = "part only"
const list sqldb.SQL = "list " + columns
const longer = typedColumns + " in longer"
const both sqldb.SQL = "both"
const bothLonger = both + " longer"
const far sqldb.SQL = "far " + b.Far
const converted = sqldb.SQL("converted")
const asks sqldb.SQL = "x = ?"
const quoted sqldb.SQL = "x = '?'"
var table = map[string]sqldb.SQL{"k": "in a map"}
type S struct{ q sqldb.SQL }
var s = S{"in a struct"}
func f(tx *sqldb.Tx, name string) {
	tx.Query("a literal", 1)
	tx.Query(both)
	fmt.Println(func() { tx.Query("in a closure " + columns) })
	var q sqldb.SQL
	if q == "" { tx.Query(q) }
	tx.Query(sqldb.SQL("from " + name))
	tx.Query(sqldb.SQL(fmt.Sprintf("x%s", name)))
	tx.Query(plain + sqldb.SQL(name))
	tx.Query("order by " + table["k"])
}
`,
		"a/a_test.go":         `package a; import "example/sqldb"; const test sqldb.SQL = "of a test"`,
		"b/b.go":              "package b\nconst Far = \"away\"\n",
		"testdata/x/x.go":     `package x; import "example/sqldb"; const no sqldb.SQL = "of test data"`,
		"bench/go.mod":        "module other\n",
		"bench/bench.go":      `package bench; import "example/sqldb"; const no sqldb.SQL = "of another module"`,
		"a/never_plan9.go":    `package a; import "example/sqldb"; const never sqldb.SQL = "of another system"`,
		"node_modules/n/n.go": "not Go",
	} {
		file := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	found, problems, err := Statements(root)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, s := range found {
		if !strings.HasPrefix(s.At, filepath.ToSlash(root)) {
			t.Errorf("%q stands at %s", s.Text, s.At)
		}
		got[s.Text] = true
	}
	want := map[string]bool{}
	for _, s := range []string{
		"own", "plain", "list id, title", "part only in longer", "both", "both longer", "far away", "converted",
		"x = ?", "x = '?'", "in a map", "in a struct", "a literal", "in a closure id, title",
	} {
		want[s] = true
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	var lines []string
	for _, p := range problems {
		lines = append(lines, strings.TrimPrefix(p, filepath.ToSlash(root)+"/"))
	}
	if d := cmp.Diff([]string{
		"a/a_sql.go:12: placeholders are $1, not ?",
		"a/a_sql.go:23: SQL made from text that is no constant",
		"a/a_sql.go:24: SQL made from text that is no constant",
		"a/a_sql.go:25: SQL put together from what is no constant",
		"a/a_sql.go:26: SQL put together from what is no constant",
	}, lines); d != "" {
		t.Error(d)
	}
}
