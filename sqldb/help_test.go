package sqldb_test

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"testing"

	"zhunsheng/sqldb"
)

var ctx = context.Background()

const (
	insertSeries sqldb.SQL = `INSERT INTO number_series (series, last) VALUES ($1, $2)`
	setSeries    sqldb.SQL = `UPDATE number_series SET last = $2 WHERE series = $1`
	nextSeries   sqldb.SQL = `UPDATE number_series SET last = last + 1 WHERE series = $1`
	getSeries    sqldb.SQL = `SELECT last FROM number_series WHERE series = $1`
)

// series reads one number, -1 when there is no row.
func series(t testing.TB, db *sqldb.DB, name string) int64 {
	t.Helper()
	var n int64
	if err := db.Read(ctx, func(tx *sqldb.Tx) (err error) {
		n, err = seriesIn(tx, name)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

func seriesIn(tx *sqldb.Tx, name string) (n int64, err error) {
	err = tx.QueryRow(getSeries, name).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return -1, nil
	}
	return n, err
}

// run writes with statements that need no looking at.
func run(t testing.TB, db *sqldb.DB, q sqldb.SQL, args ...any) {
	t.Helper()
	if err := db.Write(ctx, doing(q, args...)); err != nil {
		t.Fatalf("%s: %v", q, err)
	}
}

func doing(q sqldb.SQL, args ...any) func(*sqldb.Tx) error {
	return func(tx *sqldb.Tx) error {
		_, err := tx.Exec(q, args...)
		return err
	}
}

// column reads the first column of all rows as text.
func column(t testing.TB, db *sqldb.DB, q sqldb.SQL, args ...any) []string {
	t.Helper()
	var out []string
	if err := db.Read(ctx, func(tx *sqldb.Tx) error {
		out = nil
		rows, err := tx.Query(q, args...)
		if err != nil {
			return err
		}
		for rows.Next() {
			var s sql.NullString
			if err := rows.Scan(&s); err != nil {
				return err
			}
			out = append(out, s.String)
		}
		return rows.Err()
	}); err != nil {
		t.Fatalf("%s: %v", q, err)
	}
	return out
}

// gate keeps the SQLite writer busy until open is called, so that what is written meanwhile
// gathers into one batch.
func gate(t testing.TB, db *sqldb.DB) (open func()) {
	t.Helper()
	in, out := make(chan struct{}), make(chan struct{})
	var done sync.WaitGroup
	done.Go(func() {
		_ = db.Write(ctx, func(*sqldb.Tx) error {
			close(in)
			<-out
			return nil
		})
	})
	<-in
	return func() {
		close(out)
		done.Wait()
	}
}

// untilWaiting waits until so many functions wait for the writer.
func untilWaiting(db *sqldb.DB, n int64) {
	for db.Stats().Waiting < n {
		yield()
	}
}
