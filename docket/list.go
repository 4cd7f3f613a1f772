package docket

import (
	"context"
	"database/sql"

	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/procedure"
	"zhunsheng/sqldb"
)

// Query selects cases for a list. Empty fields select everything the reader may see. The
// order is what is due first; After is the last row of the page before (keyset paging).
type Query struct {
	Status    procedure.CaseStatus
	Procedure string
	Unit      gov.UnitID
	Awaits    gov.Post // cases whose next step waits for this post
	Late      bool     // only cases that missed a limit
	After     *Row
	Limit     int
}

// Page is one page of a list.
type Page struct {
	Rows []Row
	More bool
}

// List answers one page of the cases that the principal may see.
func (d *Docket) List(ctx context.Context, who *identity.Principal, q Query) (Page, error) {
	var page Page
	due, id := "", ""
	if q.After != nil {
		due, id = noDue, string(q.After.ID)
		if !q.After.NextDue.IsZero() {
			due = q.After.NextDue.String()
		}
	}
	late := int64(0)
	if q.Late {
		late = 1
	}
	args := who.Access.Args(string(q.Status), q.Procedure, string(q.Unit), string(q.Awaits), late, due, id, int64(q.Limit+1))
	err := d.DB.Read(ctx, func(tx *sqldb.Tx) error {
		page = Page{}
		rows, err := tx.Query(listCases, args...)
		if err != nil {
			return err
		}
		page.Rows, err = scanRows(rows)
		return err
	})
	if len(page.Rows) > q.Limit {
		page.Rows, page.More = page.Rows[:q.Limit], true
	}
	return page, err
}

// countCeiling is where counting stops: a list says "more than" beyond it.
const countCeiling = 10000

// Count counts the cases of a query that the principal may see, at most countCeiling.
func (d *Docket) Count(ctx context.Context, who *identity.Principal, q Query) (n int64, err error) {
	late := int64(0)
	if q.Late {
		late = 1
	}
	args := who.Access.Args(string(q.Status), q.Procedure, string(q.Unit), string(q.Awaits), late, "", "", int64(countCeiling))
	err = d.DB.Read(ctx, func(tx *sqldb.Tx) error {
		return tx.QueryRow(countCases, args...).Scan(&n)
	})
	return n, err
}

func scanRows(rows *sql.Rows) ([]Row, error) {
	defer rows.Close()
	var out []Row
	for rows.Next() {
		r, err := scanRow(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}
