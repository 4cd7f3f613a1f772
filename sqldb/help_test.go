package sqldb_test

import (
	"database/sql"
	"errors"
	"testing"

	"zhunsheng/sqldb"
)

// series reads one number, -1 when there is no row.
func series(t testing.TB, db *sqldb.DB, name string) int64 {
	t.Helper()
	var n int64
	err := db.Read(ctx, func(tx *sqldb.Tx) error {
		err := tx.QueryRow(getSeries, name).Scan(&n)
		if errors.Is(err, sql.ErrNoRows) {
			n = -1
			return nil
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
