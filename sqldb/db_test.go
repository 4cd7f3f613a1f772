package sqldb_test

import (
	"context"
	"errors"
	"testing"

	"zhunsheng/sqldb"
	"zhunsheng/sqldb/sqltest"
)

const (
	insertSeries sqldb.SQL = `INSERT INTO number_series (series, last) VALUES ($1, $2)`
	getSeries    sqldb.SQL = `SELECT last FROM number_series WHERE series = $1`
)

var ctx = context.Background()

func TestWrite_CommitsAndRollsBack(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		if err := db.Write(ctx, func(tx *sqldb.Tx) error {
			_, err := tx.Exec(insertSeries, "a", 7)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		stop := errors.New("stop")
		if err := db.Write(ctx, func(tx *sqldb.Tx) error {
			if _, err := tx.Exec(insertSeries, "b", 8); err != nil {
				return err
			}
			return stop
		}); !errors.Is(err, stop) {
			t.Fatalf("got %v, want the function's own error", err)
		}
		if got := series(t, db, "a"); got != 7 {
			t.Errorf("a is %d, want 7", got)
		}
		if got := series(t, db, "b"); got != -1 {
			t.Errorf("b is %d, want no row", got)
		}
		err := db.Write(ctx, func(tx *sqldb.Tx) error {
			_, err := tx.Exec(insertSeries, "a", 1)
			return err
		})
		if !sqldb.IsUnique(err) {
			t.Errorf("got %v, want a unique violation", err)
		}
	})
}
