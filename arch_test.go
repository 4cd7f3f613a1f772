package zhunsheng

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// arrows holds every allowed import between packages of this module, one row a package.
// What is not here is refused. Imports only go down.
var arrows = map[string][]string{
	"gov":                    {},
	"law":                    {"gov"},
	"sqldb":                  {"gov"},
	"sqldb/sqltest":          {"sqldb", "gov"},
	"procedure":              {"gov", "law"},
	"ledger":                 {"gov"},
	"ledger/ledgersql":       {"gov", "ledger", "sqldb"},
	"ledger/witness":         {"gov", "ledger"},
	"ledger/follow":          {"gov", "ledger", "ledger/ledgersql", "sqldb"},
	"evidence":               {"gov", "sqldb"},
	"identity":               {"gov", "sqldb"},
	"register":               {"gov", "sqldb", "ledger", "ledger/ledgersql", "identity"},
	"docket":                 {"gov", "law", "sqldb", "procedure", "ledger", "ledger/ledgersql", "evidence", "identity", "register"},
	"indicator":              {"gov", "law"},
	"indicator/indicatorsql": {"gov", "sqldb", "procedure", "ledger", "ledger/ledgersql", "ledger/follow", "docket", "indicator", "identity"},
	"publication":            {"gov", "sqldb", "procedure", "ledger", "ledger/ledgersql", "ledger/follow", "docket", "identity", "evidence"},
	"web":                    {"gov", "law", "identity"},
	"area":                   {"gov", "law", "procedure", "indicator", "register"},
	"area/rules":             {"area", "gov", "law", "procedure", "indicator", "register"},
	"area/decisions":         {"area", "gov", "law", "procedure", "indicator", "register"},
	"area/leadership":        {"area", "gov", "law", "procedure", "indicator", "register"},
	"documents":              {"gov", "law", "procedure", "ledger"},
	"exchange":               {"gov", "law", "sqldb", "procedure", "ledger", "ledger/ledgersql", "evidence", "identity", "register", "docket"},
	"desk":                   {"gov", "law", "sqldb", "procedure", "ledger", "ledger/ledgersql", "ledger/follow", "evidence", "identity", "register", "docket", "indicator", "indicator/indicatorsql", "publication", "documents", "exchange", "web"},
	"public":                 {"gov", "law", "procedure", "ledger", "ledger/ledgersql", "ledger/follow", "evidence", "publication", "web"},
}

// cmdMay and testMay may import anything below them.
func above(pkg string) bool {
	return strings.HasPrefix(pkg, "cmd/") || strings.HasPrefix(pkg, "internal/") || pkg == "."
}

// verifierMay is what the offline verifier may link of this module.
var verifierMay = []string{"gov", "ledger"}

type importSite struct{ pkg, file, path string }

func TestArchitecture_ImportsOnlyGoDown(t *testing.T) {
	for _, bad := range forbidden(readImports(t, "."), arrows) {
		t.Error(bad)
	}
}

// A test of the test: an area that imports an area must be refused.
func TestArchitecture_RefusesAnAreaImportingAnArea(t *testing.T) {
	bad := forbidden([]importSite{{"area/rules", "area/rules/x.go", "zhunsheng/area/decisions"}}, arrows)
	if len(bad) != 1 || !strings.Contains(bad[0], "area/decisions") {
		t.Fatalf("an area importing an area was let through: %q", bad)
	}
}

func forbidden(sites []importSite, arrows map[string][]string) []string {
	var bad []string
	for _, s := range sites {
		if !strings.HasPrefix(s.path, "zhunsheng/") {
			bad = append(bad, forbiddenOutside(s)...)
			continue
		}
		to := strings.TrimPrefix(s.path, "zhunsheng/")
		if s.pkg == "cmd/zhunsheng-verify" {
			if !contains(verifierMay, to) {
				bad = append(bad, s.file+": the offline verifier may not import "+to)
			}
			continue
		}
		if above(s.pkg) || strings.HasSuffix(s.file, "_test.go") && strings.HasPrefix(to, "internal/") {
			continue
		}
		// Tests drive the whole program, and make areas of their own for it.
		allowed, known := arrows[s.pkg]
		if strings.HasSuffix(s.file, "_test.go") && (to == s.pkg || to == "sqldb/sqltest" || to == "area") {
			continue
		}
		if !known || !contains(allowed, to) {
			bad = append(bad, s.file+": "+s.pkg+" may not import "+to)
		}
	}
	return bad
}

// pure packages take the clock, randomness, storage and the network as arguments.
var pure = []string{"gov", "law", "procedure", "ledger", "draw", "indicator"}

// serving packages may speak HTTP as servers, calling ones as clients.
var (
	serving = []string{"web", "desk", "public", "internal/govtest"}
	calling = []string{"ledger/witness", "identity/oidc", "exchange"}
)

func forbiddenOutside(s importSite) []string {
	var bad []string
	isTest := strings.HasSuffix(s.file, "_test.go")
	if contains(pure, s.pkg) && !isTest {
		for _, p := range []string{"database/sql", "net/http", "math/rand", "math/rand/v2", "crypto/rand"} {
			if s.path == p {
				bad = append(bad, s.file+": a pure package may not import "+p)
			}
		}
	}
	if s.path == "net/http" && !isTest && !above(s.pkg) && !contains(serving, s.pkg) && !contains(calling, s.pkg) &&
		!strings.HasSuffix(s.file, "_pages.go") {
		bad = append(bad, s.file+": net/http belongs in *_pages.go, web, desk, public, cmd or a client package")
	}
	if (strings.HasPrefix(s.path, "modernc.org/sqlite") || strings.HasPrefix(s.path, "github.com/jackc/pgx")) &&
		s.pkg != "sqldb" && s.pkg != "sqldb/sqltest" {
		bad = append(bad, s.file+": only sqldb imports drivers")
	}
	return bad
}

func TestArchitecture_PurePackagesReadNoClock(t *testing.T) {
	eachGoFile(t, ".", func(pkg, file, src string) {
		if contains(pure, pkg) && !strings.HasSuffix(file, "_test.go") && strings.Contains(src, "time.Now") {
			t.Errorf("%s: a pure package may not read the clock", file)
		}
	})
}

func TestArchitecture_SQLTextStandsInSQLFiles(t *testing.T) {
	words := []string{"SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "CREATE TABLE "}
	eachGoFile(t, ".", func(pkg, file, src string) {
		if strings.HasSuffix(file, "_sql.go") || strings.HasSuffix(file, "_test.go") ||
			strings.HasSuffix(pkg, "sql") || strings.HasPrefix(pkg, "sqldb") {
			return
		}
		for _, w := range words {
			if strings.Contains(src, "`"+w) || strings.Contains(src, `"`+w) {
				t.Errorf("%s: SQL text (%q) belongs in *_sql.go", file, strings.TrimSpace(w))
			}
		}
	})
}

func TestArchitecture_PackagesSayWhatTheyAre(t *testing.T) {
	doc := map[string]bool{}
	eachGoFile(t, ".", func(pkg, file, src string) {
		if strings.HasSuffix(file, "_test.go") {
			return
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, src, parser.ParseComments|parser.PackageClauseOnly)
		if err != nil {
			t.Fatal(err)
		}
		doc[pkg] = doc[pkg] || f.Doc != nil && len(f.Doc.Text()) > 20
		switch f.Name.Name {
		case "util", "utils", "common", "helpers", "models", "services":
			t.Errorf("%s: a package is named for what it is about, not %q", file, f.Name.Name)
		}
	})
	for pkg, ok := range doc {
		if !ok {
			t.Errorf("package %s has no package comment", pkg)
		}
	}
}

func readImports(t *testing.T, root string) []importSite {
	var sites []importSite
	eachGoFile(t, root, func(pkg, file, src string) {
		f, err := parser.ParseFile(token.NewFileSet(), file, src, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, im := range f.Imports {
			p, _ := strconv.Unquote(im.Path.Value)
			sites = append(sites, importSite{pkg, file, p})
		}
	})
	return sites
}

func eachGoFile(t *testing.T, root string, visit func(pkg, file, src string)) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && path != "." || d.Name() == "testdata" || path == "bench" || d.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") {
			return nil
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		visit(filepath.ToSlash(filepath.Dir(path)), filepath.ToSlash(path), string(src))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
