package sqldb_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"zhunsheng/gov"
	"zhunsheng/sqldb"
	"zhunsheng/sqldb/sqltest"
)

// fillAll puts rows into every table, made from the types of its columns.
func fillAll(t testing.TB, db *sqldb.DB) {
	t.Helper()
	for _, table := range tables(t, db) {
		for n := range 5 {
			var names, places []string
			var args []any
			for i, c := range table.Columns {
				names = append(names, c.Name)
				places = append(places, fmt.Sprintf("$%d", i+1))
				switch {
				case !c.NotNull && n%2 == 0:
					args = append(args, nil)
				case c.Type == "TEXT":
					args = append(args, []string{"阿", "中文\n\"引号\"<&>", "b", "a", "𠀀"}[n]+fmt.Sprint(n))
				case c.Type == "BIGINT":
					args = append(args, []int64{-5, 10, 9, 1 << 62, 0}[n])
				case c.Type == "BYTEA":
					args = append(args, [][]byte{{0xff, byte(n)}, {2}, {}, {0}, {0xfe}}[n])
				default:
					t.Fatalf("%s.%s has type %s", table.Name, c.Name, c.Type)
				}
			}
			run(t, db, sqldb.SQL("INSERT INTO "+table.Name+" ("+strings.Join(names, ", ")+") VALUES ("+strings.Join(places, ", ")+")"), args...)
		}
	}
}

func tables(t testing.TB, db *sqldb.DB) (list []sqldb.Table) {
	t.Helper()
	if err := db.Read(ctx, func(tx *sqldb.Tx) (err error) {
		list, err = sqldb.Tables(tx)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return list
}

// dump is all rows of all tables as text.
func dump(t testing.TB, db *sqldb.DB) (lines []string) {
	t.Helper()
	list := tables(t, db)
	if err := db.Read(ctx, func(tx *sqldb.Tx) error {
		for _, table := range list {
			if err := sqldb.Dump(tx, table, func(row []sqldb.Cell) error {
				lines = append(lines, fmt.Sprintf("%s %q", table.Name, row))
				return nil
			}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return lines
}

func TestTables_SameOnBothEngines(t *testing.T) {
	var lists [][]sqldb.Table
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		list := tables(t, db)
		if !slices.ContainsFunc(list, func(x sqldb.Table) bool { return x.Name == "event" }) {
			t.Errorf("no table event in %v", list)
		}
		for _, table := range list {
			if !slices.ContainsFunc(table.Columns, func(c sqldb.Column) bool { return c.Key == 1 }) {
				t.Errorf("table %s has no primary key: its rows have no order", table.Name)
			}
		}
		lists = append(lists, list)
	})
	if len(lists) == 2 {
		if d := cmp.Diff(lists[0], lists[1]); d != "" {
			t.Error(d)
		}
	}
}

func TestDump_RowsCompareEqualAcrossEngines(t *testing.T) {
	var dumps [][]string
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		fillAll(t, db)
		dumps = append(dumps, dump(t, db))
	})
	if len(dumps) == 2 {
		if d := cmp.Diff(dumps[0], dumps[1]); d != "" {
			t.Error(d)
		}
	}
}

// Every way between the engines, into the newest schema.
func TestSnapshot_RestoresIntoEitherEngine(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, from *sqldb.DB) {
		fillAll(t, from)
		want := dump(t, from)
		file := filepath.Join(t.TempDir(), "backup.jsonl")
		if err := from.SnapshotTo(ctx, file); err != nil {
			t.Fatal(err)
		}
		if left, _ := filepath.Glob(file + ".*"); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
		sqltest.Each(t, func(t *testing.T, _ *sqldb.DB) {
			to := fresh(t)
			if err := to.RestoreFrom(ctx, file); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, dump(t, to)); d != "" {
				t.Error(d)
			}
			err := to.RestoreFrom(ctx, file)
			if gov.KindOf(err) != gov.Conflict {
				t.Errorf("restoring over rows gave %v", err)
			}
			if d := cmp.Diff(want, dump(t, to)); d != "" {
				t.Error(d)
			}
		})
	})
}

// fresh is an empty, unmigrated database of the engine that the subtest is named for.
func fresh(t *testing.T) *sqldb.DB {
	t.Helper()
	if strings.HasSuffix(t.Name(), "postgres") {
		return sqltest.Open(t, sqltest.EmptyPostgresURL(t))
	}
	return sqltest.Open(t, "sqlite:"+filepath.Join(t.TempDir(), "fresh.sqlite")+"?synchronous=off")
}

// A file with any byte changed, or cut anywhere, restores nothing.
func TestSnapshot_DamagedFileRestoresNothing(t *testing.T) {
	db := sqltest.SQLite(t)
	run(t, db, insertLeaf, 1, "e1", []byte{1, 2, 3})
	file := filepath.Join(t.TempDir(), "backup.jsonl")
	if err := db.SnapshotTo(ctx, file); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	to := sqltest.SQLite(t)
	damage := map[string][]byte{"nothing": nil, "more": append(slices.Clone(whole), '\n')}
	for at := 0; at < len(whole); at += 29 {
		changed := slices.Clone(whole)
		changed[at] ^= 1
		damage[fmt.Sprint("changed at ", at)] = changed
		damage[fmt.Sprint("cut at ", at)] = whole[:at]
	}
	for what, b := range damage {
		bad := filepath.Join(t.TempDir(), "bad.jsonl")
		if err := os.WriteFile(bad, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := to.RestoreFrom(ctx, bad); gov.KindOf(err) != gov.Invalid {
			t.Errorf("%s: %v", what, err)
		}
	}
	if got := dump(t, to); len(got) > 0 {
		t.Errorf("rows came from a damaged file: %q", got)
	}
	if err := to.RestoreFrom(ctx, file); err != nil {
		t.Errorf("the whole file: %v", err)
	}
}

func TestDiff_NamesRowAndColumn(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, a *sqldb.DB) {
		fillAll(t, a)
		b, err := sqldb.Scratch(ctx, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		defer b.Close()
		fillAll(t, b)
		if got := differences(t, a, b); len(got) > 0 {
			t.Fatalf("equal databases differ: %q", got)
		}
		run(t, a, `DELETE FROM leaf WHERE idx = 9`)
		run(t, b, `DELETE FROM leaf WHERE idx = -5`)
		run(t, b, `UPDATE leaf SET entry = $1 WHERE idx = 10`, []byte{7})
		run(t, b, insertLeaf, 1<<62+1, "new", []byte{1})
		got := differences(t, a, b)
		want := []string{
			`leaf ["i-5"] only a`, `leaf ["i9"] only b`, `leaf ["i10"] entry "x02" "x07"`, `leaf ["i4611686018427387905"] only b`,
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	})
}

// A value of another kind than its column, which SQLite would hold, is seen.
func TestDiff_SeesAWrongKind(t *testing.T) {
	a, b := sqltest.SQLite(t), sqltest.SQLite(t)
	run(t, a, insertLeaf, 1, "e", []byte("1"))
	run(t, b, `INSERT INTO leaf (idx, event_id, entry) VALUES (1, 'e', '1')`)
	if got := differences(t, a, b); fmt.Sprint(got) != `[leaf ["i1"] entry "x31" "i1"]` {
		t.Errorf("got %q", got)
	}
}

func differences(t testing.TB, a, b *sqldb.DB) (out []string) {
	t.Helper()
	if err := a.Read(ctx, func(ta *sqldb.Tx) error {
		return b.Read(ctx, func(tb *sqldb.Tx) error {
			list, err := sqldb.Tables(ta)
			for _, table := range list {
				err = errors.Join(err, sqldb.Diff(ta, tb, table, func(d sqldb.Difference) error {
					line := fmt.Sprintf("%s %q %s %q %q", d.Table, d.Key, d.Column, d.A, d.B)
					if d.OnlyA {
						line = fmt.Sprintf("%s %q only a", d.Table, d.Key)
					}
					if d.OnlyB {
						line = fmt.Sprintf("%s %q only b", d.Table, d.Key)
					}
					out = append(out, line)
					return nil
				}))
			}
			return err
		})
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestReplace_MakesATableEqual(t *testing.T) {
	from, err := sqldb.Scratch(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	fillAll(t, from)
	sqltest.Each(t, func(t *testing.T, to *sqldb.DB) {
		run(t, to, insertLeaf, 77, "stale", []byte{1})
		if err := to.Write(ctx, func(tx *sqldb.Tx) error {
			return from.Read(ctx, func(made *sqldb.Tx) error {
				for _, table := range tables(t, from) {
					if n, err := sqldb.Replace(made, tx, table); err != nil || n != 5 {
						return fmt.Errorf("%s: %d rows, %w", table.Name, n, err)
					}
				}
				return nil
			})
		}); err != nil {
			t.Fatal(err)
		}
		if got := differences(t, from, to); len(got) > 0 {
			t.Errorf("%q", got)
		}
	})
}

func TestScratch_LeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	db, err := sqldb.Scratch(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	run(t, db, insertSeries, "a", 1)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func FuzzRestoreFrom(f *testing.F) {
	db := sqltest.SQLite(f)
	run(f, db, insertLeaf, 1, "e1", []byte{1, 2, 3})
	file := filepath.Join(f.TempDir(), "seed.jsonl")
	if err := db.SnapshotTo(ctx, file); err != nil {
		f.Fatal(err)
	}
	seed, err := os.ReadFile(file)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Add([]byte("{\"format\":\"zhunsheng rows 1\",\"schema\":1}\n[nul]\n"))
	f.Add([]byte("{\"format\":\"zhunsheng rows 1\",\"schema\":1}\n[]\n{\"rows\":1}\n"))
	to := sqltest.SQLite(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		path := filepath.Join(t.TempDir(), "x")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if string(b) == string(seed) {
			return
		}
		if err := to.RestoreFrom(ctx, path); gov.KindOf(err) != gov.Invalid {
			t.Errorf("%q was not refused as damaged: %v", b, err)
		}
	})
}
