// Package sqltest gives tests databases of both engines: a fresh migrated SQLite file and,
// where PostgreSQL is installed, a fresh database of a private cluster.
package sqltest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"zhunsheng/sqldb"
)

// Each runs fn on a fresh migrated database of each engine, as subtests "sqlite" and
// "postgres". Where PostgreSQL is not installed the second is skipped, or fails when
// ZHUNSHENG_CI is 1.
func Each(t *testing.T, fn func(t *testing.T, db *sqldb.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { fn(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { fn(t, Postgres(t)) })
}

// SQLite is a fresh migrated SQLite database. It does not wait for the disk; for tests of
// what is durable open one with [sqldb.Open].
func SQLite(t testing.TB) *sqldb.DB {
	t.Helper()
	image, err := liteImage()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "db.sqlite")
	if err := os.WriteFile(path, image, 0o600); err != nil {
		t.Fatal(err)
	}
	return Open(t, "sqlite:"+path+"?synchronous=off")
}

// Postgres is a fresh migrated database of the test process's own cluster, dropped when
// the test ends.
func Postgres(t testing.TB) *sqldb.DB {
	t.Helper()
	return Open(t, PostgresURL(t))
}

// Open opens url and closes it when the test ends.
func Open(t testing.TB, url string) *sqldb.DB {
	t.Helper()
	db, err := sqldb.Open(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// liteImage is the file of a migrated database, made once a process.
var liteImage = sync.OnceValues(func() (image []byte, err error) {
	dir, err := os.MkdirTemp("", "zssqlite")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "db.sqlite")
	db, err := sqldb.Open(context.Background(), "sqlite:"+path+"?synchronous=off")
	if err != nil {
		return nil, err
	}
	// The last connection to close moves the log into the file.
	if err := errors.Join(db.Migrate(context.Background()), db.Close()); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})
