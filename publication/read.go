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

// Query selects entries, newest first. After is the last entry of the page before.
type Query struct {
	Register string
	Unit     gov.UnitID
	Words    string
	Matter   gov.CaseID // only what is about this case
	// EndedBefore leaves out what takes comments on that day or later.
	EndedBefore gov.Day
	After       *Entry
	Limit       int
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
		page.Entries, err = entries(tx, listEntries, q.Register, string(q.Unit), words, day, id, int64(q.Limit+1),
			q.EndedBefore.String(), string(q.Matter))
		return err
	})
	if len(page.Entries) > q.Limit {
		page.Entries, page.More = page.Entries[:q.Limit], true
	}
	return page, err
}

func entries(tx *sqldb.Tx, q sqldb.SQL, args ...any) ([]Entry, error) {
	rows, err := tx.Query(q, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Entry
	for rows.Next() {
		e, err := scanEntry(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, rows.Err()
}

func entriesOf(tx *sqldb.Tx, id gov.CaseID) ([]Entry, error) {
	return entries(tx, selectEntriesOf, string(id))
}

// Open lists what takes comments on a day, the one that ends first on top.
func (s Shelf) Open(ctx context.Context, register string, on gov.Day, limit int) (out []Entry, err error) {
	err = s.DB.Read(ctx, func(tx *sqldb.Tx) (err error) {
		out, err = entries(tx, listOpen, register, on, int64(limit))
		return err
	})
	return out, err
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
			return notPublished()
		}
		return err
	})
	return e, at, err
}

func notPublished() error {
	return gov.Errorf(gov.NotFound, "公开目录中没有这一项，它可能尚未公布或者已经撤下")
}

// Of lists all entries of one case, oldest first; none when nothing of it was published.
func (s Shelf) Of(ctx context.Context, id gov.CaseID) (out []Entry, at int64, err error) {
	err = s.DB.Read(ctx, func(tx *sqldb.Tx) (err error) {
		if at, err = follow.At(tx, Name); err != nil {
			return err
		}
		out, err = entriesOf(tx, id)
		return err
	})
	return out, at, err
}

// Units counts the entries of each unit that has any.
func (s Shelf) Units(ctx context.Context, register string) (map[gov.UnitID]int64, error) {
	out := map[gov.UnitID]int64{}
	err := s.counts(ctx, func(key string, n int64) { out[gov.UnitID(key)] = n }, unitsWithEntries, register)
	return out, err
}

// Sizes counts the entries of each register that has any.
func (s Shelf) Sizes(ctx context.Context) (map[string]int64, error) {
	out := map[string]int64{}
	err := s.counts(ctx, func(key string, n int64) { out[key] = n }, countRegisters)
	return out, err
}

func (s Shelf) counts(ctx context.Context, take func(string, int64), q sqldb.SQL, args ...any) error {
	return s.DB.Read(ctx, func(tx *sqldb.Tx) error {
		rows, err := tx.Query(q, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var key string
			var n int64
			if err := rows.Scan(&key, &n); err != nil {
				return err
			}
			take(key, n)
		}
		return rows.Err()
	})
}
