package sqltest

import (
	"context"
	"database/sql"
	"fmt"
	"go/ast"
	"go/build"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"
)

// Statement is one constant of type sqldb.SQL.
type Statement struct {
	At   string // file:line
	Text string
}

// PrepareAll finds every statement of the module at root and prepares it on both engines
// against the migrated schema. It fails on text that is not a constant: such a statement
// could not be tried before it runs.
func PrepareAll(t *testing.T, root string) {
	statements, problems, err := Statements(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Error(p)
	}
	if len(statements) == 0 {
		t.Error("no statement found: the finder is broken")
	}
	t.Run("sqlite", func(t *testing.T) {
		image, err := liteImage()
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "db.sqlite")
		if err := os.WriteFile(file, image, 0o600); err != nil {
			t.Fatal(err)
		}
		prepareAll(t, "sqlite", "file:"+file+"?_dqs=0", statements)
	})
	t.Run("postgres", func(t *testing.T) { prepareAll(t, "pgx", PostgresURL(t), statements) })
}

func prepareAll(t *testing.T, driver, dsn string, statements []Statement) {
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, s := range statements {
		p, err := db.PrepareContext(context.Background(), s.Text)
		if err != nil {
			t.Errorf("%s: %v\n%s", s.At, err, s.Text)
			continue
		}
		p.Close()
	}
}

// Statements finds the constants of type sqldb.SQL in all files of the module at root that
// are no tests: declared ones, literals given to a parameter of that type, and sums of
// constants. problems names every place that makes such text from what is no constant, and
// every statement with a placeholder other than $1.
func Statements(root string) (found []Statement, problems []string, err error) {
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return nil, nil, err
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(string(mod), "module "), "\n")
	f := &finder{root: root, module: strings.TrimSpace(name), files: token.NewFileSet(), done: map[string]*types.Package{}, texts: map[string]*seen{}}
	err = filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if p != root {
			_, own := os.Stat(filepath.Join(p, "go.mod"))
			if n := d.Name(); own == nil || n == "testdata" || n == "node_modules" || strings.HasPrefix(n, ".") || strings.HasPrefix(n, "_") {
				return filepath.SkipDir
			}
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		_, err = f.check(path.Join(f.module, filepath.ToSlash(rel)))
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	for text, s := range f.texts {
		if s.run || !s.part {
			found = append(found, Statement{s.at, text})
		}
	}
	sort.Slice(found, func(i, j int) bool { return found[i].At < found[j].At })
	sort.Strings(f.problems)
	return found, f.problems, nil
}

// finder checks the types of the module's own packages. What they import from elsewhere
// stands in as empty packages, and the errors that follow from it are ignored: the type
// SQL and the constants of it are the module's own.
type finder struct {
	root, module string
	files        *token.FileSet
	done         map[string]*types.Package
	texts        map[string]*seen
	problems     []string
}

// seen is what is known of one text. A constant that is only ever part of longer ones, such
// as a list of columns, is no statement.
type seen struct {
	at   string // where it first stands
	part bool   // it stands inside a sum
	run  bool   // it stands alone outside its declaration
}

// Import makes the finder an importer.
func (f *finder) Import(p string) (*types.Package, error) {
	if p == f.module || strings.HasPrefix(p, f.module+"/") {
		return f.check(p)
	}
	if f.done[p] == nil {
		f.done[p] = types.NewPackage(p, importName(p))
		f.done[p].MarkComplete()
	}
	return f.done[p], nil
}

var versionSuffix = regexp.MustCompile(`([./]v[0-9]+)$`)

func importName(p string) string { return path.Base(versionSuffix.ReplaceAllString(p, "")) }

func (f *finder) check(p string) (*types.Package, error) {
	if pkg, ok := f.done[p]; ok {
		return pkg, nil
	}
	dir := filepath.Join(f.root, strings.TrimPrefix(strings.TrimPrefix(p, f.module), "/"))
	f.done[p] = types.NewPackage(p, path.Base(p))
	list, err := build.Default.ImportDir(dir, 0)
	if _, none := err.(*build.NoGoError); none {
		return f.done[p], nil
	}
	if err != nil {
		return nil, err
	}
	var parsed []*ast.File
	for _, file := range list.GoFiles {
		a, err := parser.ParseFile(f.files, filepath.Join(dir, file), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		parsed = append(parsed, a)
	}
	config := types.Config{Importer: f, Error: func(error) {}}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	pkg, _ := config.Check(p, f.files, parsed, info)
	f.done[p] = pkg
	for _, a := range parsed {
		declared := map[ast.Expr]bool{}
		ast.Inspect(a, func(n ast.Node) bool {
			if spec, ok := n.(*ast.ValueSpec); ok {
				for _, v := range spec.Values {
					declared[v] = true
				}
			}
			return f.visit(n, info, declared)
		})
	}
	return pkg, nil
}

// visit looks at one expression; false means that nothing below it is of interest.
func (f *finder) visit(n ast.Node, info *types.Info, declared map[ast.Expr]bool) bool {
	e, ok := n.(ast.Expr)
	if !ok {
		return true
	}
	at := f.files.Position(e.Pos())
	where := fmt.Sprintf("%s:%d", filepath.ToSlash(at.Filename), at.Line)
	tv := info.Types[e]
	if call, ok := e.(*ast.CallExpr); ok && tv.Value == nil {
		// What is converted may have no type here, when it comes from another module.
		if to := info.Types[call.Fun]; to.IsType() && f.isSQL(to.Type) {
			f.problems = append(f.problems, where+": SQL made from text that is no constant")
			return false
		}
	}
	if !f.isSQL(tv.Type) || tv.IsType() {
		return true
	}
	if tv.Value != nil && tv.Value.Kind() == constant.String {
		text := constant.StringVal(tv.Value)
		if text == "" {
			return false // a zero value, as in a comparison
		}
		one := f.note(text, where)
		one.run = one.run || !declared[e]
		ast.Inspect(e, func(n ast.Node) bool {
			if sum, ok := n.(*ast.BinaryExpr); ok {
				f.part(sum.X, info, where)
				f.part(sum.Y, info, where)
			}
			return true
		})
		if strings.Contains(text, "?") && !onlyQuoted(text) {
			f.problems = append(f.problems, where+": placeholders are $1, not ?")
		}
		return false
	}
	if _, sum := e.(*ast.BinaryExpr); sum {
		f.problems = append(f.problems, where+": SQL put together from what is no constant")
		return false
	}
	return true
}

func (f *finder) note(text, where string) *seen {
	one := f.texts[text]
	if one == nil {
		one = &seen{at: where}
		f.texts[text] = one
	}
	one.at = min(one.at, where)
	return one
}

func (f *finder) part(e ast.Expr, info *types.Info, where string) {
	if tv := info.Types[e]; tv.Value != nil && tv.Value.Kind() == constant.String {
		f.note(constant.StringVal(tv.Value), where).part = true
	}
}

// onlyQuoted reports that every ? stands inside a text literal.
func onlyQuoted(text string) bool {
	for i, part := range strings.Split(text, "'") {
		if i%2 == 0 && strings.Contains(part, "?") {
			return false
		}
	}
	return true
}

func (f *finder) isSQL(t types.Type) bool {
	named, ok := t.(*types.Named)
	return ok && named.Obj().Name() == "SQL" && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == f.module+"/sqldb"
}
