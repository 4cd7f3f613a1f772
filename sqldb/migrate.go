package sqldb

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"math"
	"path"
	"strings"
	"testing/fstest"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"zhunsheng/gov"
)

//go:embed migrations/*.sql
var migrations embed.FS

// newest asks for every migration this program knows.
const newest = math.MaxInt64

// versionTable is goose's; it is no part of the schema.
const versionTable = "goose_db_version"

// Migrate brings the schema to the newest version this program knows. It may run in
// several processes at once.
func (db *DB) Migrate(ctx context.Context) error {
	if err := db.migrate(ctx, newest); err != nil {
		return forPeople(fmt.Errorf("sqldb: migrating: %w", err))
	}
	return nil
}

// migrationFiles is the one text as the engine reads it: SQLite keeps tables that are
// their own index without row ids.
func migrationFiles(e Engine) (fs.FS, error) {
	out := fstest.MapFS{}
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	for _, name := range files {
		text, err := fs.ReadFile(migrations, name)
		if err != nil {
			return nil, err
		}
		with := ""
		if e == SQLite {
			with = "WITHOUT ROWID"
		}
		out[path.Base(name)] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(string(text), "/*WITHOUT ROWID*/", with))}
	}
	return out, nil
}

func upTo(ctx context.Context, e Engine, pool *sql.DB, to int64) error {
	files, err := migrationFiles(e)
	if err != nil {
		return err
	}
	opts := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger())}
	dialect := goose.DialectSQLite3
	if e == Postgres {
		dialect = goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300), lock.WithUnlockTimeout(1, 60))
		if err != nil {
			return err
		}
		opts = append(opts, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(dialect, pool, files, opts...)
	if err != nil {
		return err
	}
	wanted, known, err := p.GetVersions(ctx)
	if err != nil {
		return err
	}
	if to != newest {
		wanted = max(wanted, to)
	}
	if wanted > known {
		return gov.Errorf(gov.Invalid, "数据由较新版本的程序写成（结构版本 %d，本程序只到 %d），请换用较新的程序", wanted, known)
	}
	if to == newest {
		_, err = p.Up(ctx)
	} else {
		_, err = p.UpTo(ctx, to)
	}
	return err
}

// The writer holds its connection, so migrations get one of their own. goose has no lock for
// SQLite; each migration is a transaction, so who comes second at one fails and finds it
// done when it looks again.
func (db *lite) migrate(ctx context.Context, to int64) (err error) {
	pool := mustOpen(db.dsn)
	defer pool.Close()
	pool.SetMaxOpenConns(1)
	for range 5 {
		if err = upTo(ctx, SQLite, pool, to); err == nil || gov.KindOf(err) == gov.Invalid {
			return err
		}
	}
	return err
}

func (db *postgres) migrate(ctx context.Context, to int64) error {
	return upTo(ctx, Postgres, db.pool, to)
}
