package app

import (
	"context"

	"zhunsheng/sqldb"
)

const countAnything sqldb.SQL = `SELECT (SELECT COUNT(*) FROM (SELECT id FROM event LIMIT 1) AS e) +
	(SELECT COUNT(*) FROM (SELECT login FROM account LIMIT 1) AS a)`

// inUse reports a database that holds records or accounts.
func (a *App) inUse(ctx context.Context) (used bool, err error) {
	err = a.DB.Read(ctx, func(tx *sqldb.Tx) error {
		var n int64
		err := tx.QueryRow(countAnything).Scan(&n)
		used = n > 0
		return err
	})
	return used, err
}
