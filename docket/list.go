package docket

import (
	"context"
	"database/sql"
	"strings"
	"unicode/utf8"

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
	Words     string   // words in title or number, in this order and unbroken
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
	of, args, err := q.statement(who, int64(q.Limit+1))
	if err != nil {
		return page, err
	}
	err = d.DB.Read(ctx, func(tx *sqldb.Tx) error {
		page = Page{}
		rows, err := tx.Query(of.list, args...)
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
	q.After = nil
	of, args, err := q.statement(who, countCeiling)
	if err != nil {
		return 0, err
	}
	err = d.DB.Read(ctx, func(tx *sqldb.Tx) error {
		return tx.QueryRow(of.count, args...).Scan(&n)
	})
	return n, err
}

// maxWords bounds what is searched for, in bytes.
const maxWords = 300

// statement picks the statements of a query and makes their parameters.
func (q Query) statement(who *identity.Principal, limit int64) (statements, []any, error) {
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
	of, ok := byStatus[q.Status]
	if !ok {
		return statements{}, nil, gov.FieldError("status", "没有“%s”这种案件状态", q.Status)
	}
	args := who.Access.Args(q.Procedure, string(q.Unit), string(q.Awaits), late, due, id, limit)
	words := strings.TrimSpace(q.Words)
	if words == "" {
		return of[0], args, nil
	}
	if len(words) > maxWords || !utf8.ValidString(words) {
		return statements{}, nil, gov.FieldError("words", "要查找的文字过长，请写标题或者文号中的几个字")
	}
	return of[1], append(args, containing(words)), nil
}

// containing is the LIKE pattern of a text that stands anywhere.
func containing(words string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(words) + "%"
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
