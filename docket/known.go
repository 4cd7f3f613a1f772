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

// Keyed is a request key and the case that it acted on.
type Keyed struct {
	Key  string
	Case gov.CaseID
}

// ActedUnder lists what a person's requests under keys with a prefix did, by key.
func (d *Docket) ActedUnder(ctx context.Context, person gov.PersonID, prefix string) ([]Keyed, error) {
	var out []Keyed
	err := d.DB.Read(ctx, func(tx *sqldb.Tx) error {
		out = nil
		rows, err := tx.Query(keysFrom, string(person), prefix, prefix+"\U0010ffff")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var k Keyed
			var stream string
			if err := rows.Scan(&k.Key, &stream); err != nil {
				return err
			}
			k.Case = CaseOf(stream)
			out = append(out, k)
		}
		return rows.Err()
	})
	return out, err
}
