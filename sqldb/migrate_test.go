package sqldb_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"zhunsheng/gov"
	"zhunsheng/sqldb"
	"zhunsheng/sqldb/sqltest"
)

// Several processes that start at once migrate once.
func TestMigrate_AtOnceAndAgain(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, _ *sqldb.DB) {
		url := "sqlite:" + filepath.Join(t.TempDir(), "db.sqlite")
		if strings.HasSuffix(t.Name(), "postgres") {
			url = sqltest.EmptyPostgresURL(t)
		}
		var wait sync.WaitGroup
		for range 4 {
			db := sqltest.Open(t, url)
			wait.Go(func() {
				if err := db.Migrate(ctx); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		db := sqltest.Open(t, url)
		run(t, db, insertSeries, "a", 1)
		if err := db.Migrate(ctx); err != nil {
			t.Error(err)
		}
		if series(t, db, "a") != 1 {
			t.Error("migrating again lost rows")
		}
	})
}

// A database of a newer program is not touched.
func TestMigrate_RefusesANewerSchema(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		applied := sqldb.SQL(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, true)`)
		run(t, db, applied)
		err := db.Migrate(ctx)
		if gov.KindOf(err) != gov.Invalid || !strings.Contains(err.Error(), "999") {
			t.Errorf("got %v", err)
		}
	})
}

// Rows hold personal data: nobody else on the machine reads the files.
func TestOpen_SQLiteFilesAreTheOwners(t *testing.T) {
	dir := t.TempDir()
	db := sqltest.Open(t, "sqlite:"+filepath.Join(dir, "名 称?x.sqlite"))
	if err := db.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	run(t, db, insertSeries, "a", 1)
	if err := db.SnapshotTo(ctx, filepath.Join(dir, "backup")); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", f.Name(), info.Mode())
		}
	}
	if len(files) < 3 {
		t.Errorf("only %v", files)
	}
}
