package sqldb

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"zhunsheng/gov"
)

// SQL is the text of one statement, the same on both engines, with $1 placeholders.
// Every statement is a constant of this type: a test finds them all by their type and
// prepares them on both engines.
type SQL string

// Engine is which of the two engines stands behind a DB.
type Engine int

// The engines.
const (
	SQLite   Engine = iota // embedded, one file
	Postgres               // a PostgreSQL server
)

func (e Engine) String() string {
	if e == Postgres {
		return "PostgreSQL"
	}
	return "SQLite"
}

// DB is an open database. It is safe for concurrent use.
type DB struct {
	backend
	remove func() error // what a scratch database leaves behind; nil for others
}

// backend is what the two engines do differently.
type backend interface {
	Engine() Engine
	write(ctx context.Context, fn func(*Tx) error) error
	read(ctx context.Context, fn func(*Tx) error) error
	migrate(ctx context.Context, to int64) error
	hold(ctx context.Context, name string) (*Hold, bool, error)
	stats() Stats
	close() error
}

// Open opens "sqlite:/path/db.sqlite" (created when missing) or "postgres://…". It does
// not migrate. A PostgreSQL database that sorts text otherwise than by code point is
// refused.
func Open(ctx context.Context, url string) (*DB, error) {
	switch {
	case strings.HasPrefix(url, "sqlite:"):
		b, err := openLite(ctx, strings.TrimPrefix(url, "sqlite:"))
		if err != nil {
			return nil, err
		}
		return &DB{backend: b}, nil
	case strings.HasPrefix(url, "postgres://"), strings.HasPrefix(url, "postgresql://"):
		b, err := openPostgres(ctx, url)
		if err != nil {
			return nil, err
		}
		return &DB{backend: b}, nil
	}
	return nil, gov.FieldError("db", "数据库地址应以 sqlite: 或 postgres:// 开头，例如 sqlite:/srv/zhunsheng/db.sqlite")
}

// Write runs fn in a serializable transaction. When it returns nil, what fn wrote is on
// disk. When it returns an error, nothing was written, with one exception: an error of
// kind gov.Unavailable may hide a commit whose answer was lost, so the caller tries again
// under the same idempotency key.
//
// fn must be safe to run twice. It runs on a goroutine of its own on SQLite, where every
// other writer waits for it: it must not wait for anything but the database. A panic in
// fn becomes an error. Once a statement of fn has failed, the transaction is lost on both
// engines, whatever fn returns.
//
// A ctx that ends before fn started gives ctx.Err(), and fn never runs. On SQLite, once fn
// runs, the end of ctx no longer matters and the caller gets the true outcome; on
// PostgreSQL it ends fn's statements, but never a commit.
func (db *DB) Write(ctx context.Context, fn func(*Tx) error) error {
	if err := mayStart(ctx); err != nil {
		return err
	}
	return forPeople(orEnded(ctx, db.write(ctx, fn)))
}

// Read runs fn on one consistent snapshot. What was committed before Read began is in it.
func (db *DB) Read(ctx context.Context, fn func(*Tx) error) error {
	if err := mayStart(ctx); err != nil {
		return err
	}
	return forPeople(orEnded(ctx, db.read(ctx, fn)))
}

// Health answers whether the database answers.
func (db *DB) Health(ctx context.Context) error {
	return db.Read(ctx, func(tx *Tx) error {
		var one int
		return tx.QueryRow(selectOne).Scan(&one)
	})
}

const selectOne SQL = `SELECT 1`

// Stats are counts since Open.
type Stats struct {
	Writes  int64 // functions that were committed
	Refused int64 // functions that returned an error and were rolled back
	Batches int64 // commits; Writes/Batches is how many share one
	Largest int64 // the most functions in one commit
	Retries int64 // runs repeated after losing against another transaction
	Failed  int64 // commits that failed
	Waiting int64 // functions that wait for the writer now, on SQLite
	Reads   int64
}

// Stats reads the counts.
func (db *DB) Stats() Stats { return db.stats() }

// Close ends what runs, refuses what waits and closes all connections.
func (db *DB) Close() error {
	err := db.close()
	if db.remove != nil {
		err = errors.Join(err, db.remove())
	}
	return err
}

// Scratch makes a migrated SQLite database in a new folder under dir (of the system's
// temporary files when empty). It does not wait for the disk, and Close removes it: for
// rebuilding what can be compared with the live database.
func Scratch(ctx context.Context, dir string) (*DB, error) {
	dir, err := os.MkdirTemp(dir, "zhunsheng-scratch-")
	if err != nil {
		return nil, err
	}
	db, err := Open(ctx, "sqlite:"+filepath.Join(dir, "db.sqlite")+"?synchronous=off")
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	db.remove = func() error { return os.RemoveAll(dir) }
	if err := db.Migrate(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func mayStart(ctx context.Context) error {
	if ctx.Value(insideKey{}) != nil {
		return errNested
	}
	return ctx.Err()
}
