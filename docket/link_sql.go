package docket

import (
	"zhunsheng/gov"
	"zhunsheng/procedure"
	"zhunsheng/sqldb"
)

const upsertLink sqldb.SQL = `INSERT INTO case_link (child, field, parent, procedure) VALUES ($1, $2, $3, $4)
	ON CONFLICT (child, field) DO UPDATE SET parent = excluded.parent`

const dropLink sqldb.SQL = `DELETE FROM case_link WHERE child = $1 AND field = $2`

// storeLinks keeps which cases this one names. An event carries the named case beside the
// field, so that replay needs no definition; a field that is emptied names none.
func storeLinks(tx *sqldb.Tx, row Row, e procedure.Effects) error {
	for field, l := range e.Links {
		if _, err := tx.Exec(upsertLink, string(row.ID), string(field), string(l.Case), row.Procedure); err != nil {
			return err
		}
	}
	for field, v := range e.Fields {
		if v != "" {
			continue
		}
		if _, err := tx.Exec(dropLink, string(row.ID), string(field)); err != nil {
			return err
		}
	}
	return nil
}

// A child that names its parent in two fields counts once; one that was taken back counts
// nowhere (撤销登记).
const countChildren sqldb.SQL = `SELECT COUNT(*), COUNT(*) FILTER (WHERE c.status = 'open') FROM case_row c
	WHERE c.id IN (SELECT l.child FROM case_link l WHERE l.parent = $1 AND l.procedure = $2) AND c.status <> 'voided'`

// children counts the cases of a procedure that name the case, and how many of them are open.
func children(tx *sqldb.Tx, parent gov.CaseID, procedure string) (count, open int, err error) {
	err = tx.QueryRow(countChildren, string(parent), procedure).Scan(&count, &open)
	return count, open, err
}

const childrenOf sqldb.SQL = `SELECT ` + casesColumns + ` FROM case_row c
	WHERE c.id IN (SELECT l.child FROM case_link l WHERE l.parent = $1) AND c.status <> 'voided' ORDER BY c.id LIMIT $2`

// Voided children hang on nothing any more.
const anyChild sqldb.SQL = `SELECT COUNT(*) FROM case_link l JOIN case_row c ON c.id = l.child
	WHERE l.parent = $1 AND c.status <> 'voided'`
