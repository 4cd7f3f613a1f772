package publication

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"zhunsheng/gov"
	"zhunsheng/ledger/follow"
	"zhunsheng/sqldb"
)

// Documents is the public register of normative documents (行政规范性文件库).
const Documents = "normative-documents"

// Entry is one line of a public register (公开登记).
type Entry struct {
	Register  string
	Case      gov.CaseID
	Number    string
	Title     string
	Unit      gov.UnitID
	Published gov.Day
	Effective gov.Day
	Expires   gov.Day // last day in force; zero when none is set
	Status    string
	Digest    string // of the published text; empty when there is none on line
	Name      string
	Media     string
	Filed     gov.Day
	Index     int64 // record number of the publishing act
}

// Standing says whether the entry is in force on a day: 未施行, 有效, 已失效 or 已撤下.
func (e Entry) Standing(on gov.Day) string {
	switch {
	case e.Status != "in_force":
		return "已撤下"
	case on.Before(e.Effective):
		return "未施行"
	case !e.Expires.IsZero() && on.After(e.Expires):
		return "已失效"
	}
	return "有效"
}

// Query selects entries, newest first. After is the last entry of the page before.
type Query struct {
	Register string
	Unit     gov.UnitID
	Words    string
	After    *Entry
	Limit    int
}

// Page is one page of entries and the record number that the register stands at.
type Page struct {
	Entries []Entry
	More    bool
	At      int64 // records folded so far
	Total   int64 // entries of the register and unit, without the words
}

// Shelf reads the public registers.
type Shelf struct{ DB *sqldb.DB }

// List answers one page.
func (s Shelf) List(ctx context.Context, q Query) (Page, error) {
	var page Page
	day, id := "9999-12-31", ""
	if q.After != nil {
		day, id = q.After.Published.String(), string(q.After.Case)
	}
	words := ""
	if q.Words != "" {
		words = "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(q.Words) + "%"
	}
	err := s.DB.Read(ctx, func(tx *sqldb.Tx) (err error) {
		page = Page{}
		if page.At, err = follow.At(tx, Name); err != nil {
			return err
		}
		if err := tx.QueryRow(countEntries, q.Register, string(q.Unit)).Scan(&page.Total); err != nil {
			return err
		}
		rows, err := tx.Query(listEntries, q.Register, string(q.Unit), words, day, id, int64(q.Limit+1))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			e, err := scanEntry(rows)
			if err != nil {
				return err
			}
			page.Entries = append(page.Entries, e)
		}
		return rows.Err()
	})
	if len(page.Entries) > q.Limit {
		page.Entries, page.More = page.Entries[:q.Limit], true
	}
	return page, err
}

// Get finds one entry. NotFound when the case is not in the register, whatever else the
// program may know of it.
func (s Shelf) Get(ctx context.Context, register string, id gov.CaseID) (e Entry, at int64, err error) {
	err = s.DB.Read(ctx, func(tx *sqldb.Tx) (err error) {
		if at, err = follow.At(tx, Name); err != nil {
			return err
		}
		e, err = scanEntry(tx.QueryRow(selectEntry, register, string(id)))
		if errors.Is(err, sql.ErrNoRows) {
			return gov.Errorf(gov.NotFound, "公开文件库中没有这份文件，它可能尚未公布或者已经撤下")
		}
		return err
	})
	return e, at, err
}

// Units counts the entries of each unit that has any.
func (s Shelf) Units(ctx context.Context, register string) (map[gov.UnitID]int64, error) {
	out := map[gov.UnitID]int64{}
	err := s.DB.Read(ctx, func(tx *sqldb.Tx) error {
		clear(out)
		rows, err := tx.Query(unitsWithEntries, register)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var unit gov.UnitID
			var n int64
			if err := rows.Scan(&unit, &n); err != nil {
				return err
			}
			out[unit] = n
		}
		return rows.Err()
	})
	return out, err
}

func scanEntry(s interface{ Scan(...any) error }) (Entry, error) {
	var e Entry
	err := s.Scan(&e.Register, &e.Case, &e.Number, &e.Title, &e.Unit, &e.Published, &e.Effective, &e.Expires,
		&e.Status, &e.Digest, &e.Name, &e.Media, &e.Filed, &e.Index)
	return e, err
}
