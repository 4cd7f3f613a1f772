package docket

import (
	"context"

	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/sqldb"
)

// Known gives the titles of a procedure's cases by unit, of those in the scope of the
// principal's post: a table that comes twice is told so before it is recorded. It reads every
// such case once; callers keep the answer for the table at hand.
func (d *Docket) Known(ctx context.Context, who *identity.Principal, procedure string) (map[gov.UnitID]map[string]bool, error) {
	out := map[gov.UnitID]map[string]bool{}
	err := d.DB.Read(ctx, func(tx *sqldb.Tx) error {
		clear(out)
		rows, err := tx.Query(knownTitles, who.Access.Args(procedure)...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var unit gov.UnitID
			var title string
			if err := rows.Scan(&unit, &title); err != nil {
				return err
			}
			if out[unit] == nil {
				out[unit] = map[string]bool{}
			}
			out[unit][title] = true
		}
		return rows.Err()
	})
	return out, err
}
