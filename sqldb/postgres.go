package sqldb

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"zhunsheng/gov"
)

// postgres is a PostgreSQL server.
type postgres struct {
	config *pgx.ConnConfig
	pool   *sql.DB
	count  counts
	reads  atomic.Int64
	lane   chan struct{} // held by one function that lost often, so that it loses to few
}

// pgConnections bounds one process. PostgreSQL allows 100 by default; several processes
// share it.
const pgConnections = 24

func openPostgres(ctx context.Context, url string) (*postgres, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, &gov.Error{Kind: gov.Invalid, Field: "db", Text: "数据库地址写法有误，应形如 postgres://用户@主机/库名", Err: err}
	}
	for k, v := range map[string]string{
		"application_name":   "zhunsheng",
		"synchronous_commit": "on", // a stronger setting, such as remote_apply, goes into the address
		"timezone":           "UTC",
	} {
		if _, set := config.RuntimeParams[k]; !set {
			config.RuntimeParams[k] = v
		}
	}
	db := &postgres{config: config, pool: stdlib.OpenDB(*config), lane: make(chan struct{}, 1)}
	db.pool.SetMaxOpenConns(pgConnections)
	db.pool.SetMaxIdleConns(pgConnections)
	db.pool.SetConnMaxIdleTime(10 * time.Minute)
	if err := db.checkCollation(ctx); err != nil {
		db.pool.Close()
		return nil, forPeople(err)
	}
	return db, nil
}

// checkCollation refuses a database that does not sort by code point: lists, keyset pages
// and the comparison of rebuilt rows would differ from SQLite.
func (db *postgres) checkCollation(ctx context.Context) error {
	var raw []byte
	err := db.pool.QueryRowContext(ctx, `SELECT to_jsonb(d)::text FROM pg_database d WHERE datname = current_database()`).Scan(&raw)
	if err != nil {
		return fmt.Errorf("sqldb: connecting: %w", err)
	}
	var d struct {
		Name     string `json:"datname"`
		Encoding int    `json:"encoding"`
		Provider string `json:"datlocprovider"` // from PostgreSQL 15; c is libc, b builtin, i ICU
		Collate  string `json:"datcollate"`
		Locale   string `json:"datlocale"` // of the builtin provider, from PostgreSQL 17
	}
	if err := json.Unmarshal(raw, &d); err != nil {
		return err
	}
	name := d.Collate
	if d.Provider == "b" {
		name = d.Locale
	}
	const utf8Encoding = 6
	if d.Encoding == utf8Encoding && d.Provider != "i" && byCodePoint(name) {
		return nil
	}
	return gov.FieldError("db", "数据库“%s”的排序规则是“%s”，须为 C.UTF-8（编码 UTF8），否则中文排序与分页会出错。"+
		`请新建：CREATE DATABASE %s TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER libc LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8';`,
		d.Name, name, pgx.Identifier{d.Name + "_c"}.Sanitize())
}

func byCodePoint(collate string) bool {
	switch collate {
	case "C", "POSIX", "C.UTF-8", "C.UTF8", "C.utf8":
		return true
	}
	return false
}

func (db *postgres) Engine() Engine { return Postgres }

// A function that lost is run again after a random pause that grows. From the run soloFrom
// on it takes the lane: those who keep losing then run one after another in this process.
const (
	maxRuns  = 24
	soloFrom = 4
	maxPause = 100 * time.Millisecond
)

func (db *postgres) write(ctx context.Context, fn func(*Tx) error) error {
	pause := time.Millisecond
	for run := 1; ; run++ {
		err, again := db.attempt(ctx, fn, run >= soloFrom)
		if !again || run == maxRuns {
			return err
		}
		db.count.retries.Add(1)
		select {
		case <-time.After(rand.N(pause)):
		case <-ctx.Done():
			return ctx.Err()
		}
		pause = min(2*pause, maxPause)
	}
}

// attempt runs fn once. again says that it lost against another transaction.
func (db *postgres) attempt(ctx context.Context, fn func(*Tx) error, solo bool) (err error, again bool) {
	if solo {
		select {
		case db.lane <- struct{}{}:
			defer func() { <-db.lane }()
		case <-ctx.Done():
			return ctx.Err(), false
		}
	}
	if err := ctx.Err(); err != nil {
		return err, false
	}
	quiet := context.WithoutCancel(ctx) // database/sql must not roll back behind a commit
	conn, err := db.pool.Conn(ctx)
	if err != nil {
		return err, false
	}
	defer conn.Close()
	t, err := conn.BeginTx(quiet, &sql.TxOptions{Isolation: sql.LevelSerializable})
	if err != nil {
		return err, classify(err) == serialization
	}
	tx := &Tx{ctx: context.WithValue(ctx, insideKey{}, true), on: pgTx{t}}
	tx.run(fn, func(e error) {
		if err = e; err != nil {
			_ = t.Rollback() // a connection that fails here is closed, which rolls back
			if again = classify(err) == serialization || classify(tx.err) == serialization; !again {
				db.count.refused.Add(1)
			}
			return
		}
		if err = t.Commit(); err == nil {
			db.count.writes.Add(1)
			db.count.batches.Add(1)
			return
		}
		db.count.failed.Add(1)
		if again = classify(err) == serialization; !again && !definite(err) {
			err = unknownOutcome(err)
		}
	})
	if err == nil {
		for _, fn := range tx.after {
			fn()
		}
	}
	return err, again
}

func (db *postgres) read(ctx context.Context, fn func(*Tx) error) error {
	conn, err := db.pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	// With a context that ends, database/sql would end the transaction by itself and say so
	// instead of the context's error.
	t, err := conn.BeginTx(context.WithoutCancel(ctx), &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return err
	}
	db.reads.Add(1)
	tx := &Tx{ctx: context.WithValue(ctx, insideKey{}, true), on: pgTx{t}}
	tx.run(fn, func(e error) {
		err = e
		_ = t.Rollback() // a connection that fails here is closed
	})
	return err
}

func (db *postgres) stats() Stats {
	s := db.count.snapshot()
	s.Reads = db.reads.Load()
	return s
}

func (db *postgres) close() error { return db.pool.Close() }

// pgTx runs statements; pgx keeps the prepared ones per connection.
type pgTx struct{ t *sql.Tx }

func (pgTx) Engine() Engine { return Postgres }

func (p pgTx) exec(ctx context.Context, q string, args []any) (sql.Result, error) {
	return p.t.ExecContext(ctx, q, args...)
}

func (p pgTx) query(ctx context.Context, q string, args []any) (*sql.Rows, error) {
	return p.t.QueryContext(ctx, q, args...)
}

func (p pgTx) queryRow(ctx context.Context, q string, args []any) *sql.Row {
	return p.t.QueryRowContext(ctx, q, args...)
}
