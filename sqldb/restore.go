package sqldb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"zhunsheng/gov"
)

// RestoreFrom fills an empty database from a snapshot of either engine and brings it to
// the newest schema. The file is checked whole before the first row is written; the rows
// come in one transaction.
func (db *DB) RestoreFrom(ctx context.Context, path string) error {
	schema, err := checkSnapshot(path)
	if err != nil {
		return &gov.Error{Kind: gov.Invalid, Text: "备份文件“" + path + "”已损坏或不完整，没有恢复任何内容", Err: err}
	}
	if err := db.migrate(ctx, schema); err != nil {
		return forPeople(fmt.Errorf("sqldb: restoring: %w", err))
	}
	if err := db.Write(ctx, func(tx *Tx) error {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		return restoreRows(tx, newSnapshotReader(f), schema)
	}); err != nil {
		return err
	}
	return db.Migrate(ctx)
}

// checkSnapshot reads the file to its end.
func checkSnapshot(path string) (schema int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	s := newSnapshotReader(f)
	h, err := s.head()
	for err == nil {
		_, err = s.next()
	}
	if err == io.EOF {
		err = nil
	}
	return h.Schema, err
}

func restoreRows(tx *Tx, s *snapshotReader, schema int64) error {
	var at int64
	if err := tx.QueryRow(schemaVersion).Scan(&at); err != nil {
		return err
	}
	tables, err := Tables(tx)
	if err != nil {
		return err
	}
	empty, err := allEmpty(tx, tables)
	if err != nil {
		return err
	}
	if !empty || at != schema {
		return gov.Errorf(gov.Conflict, "目标数据库不是空的，没有恢复任何内容。请换一个新的数据库")
	}
	if _, err := s.head(); err != nil {
		return err
	}
	var into inserter
	for {
		line, err := s.next()
		if err != nil && err != io.EOF {
			return err
		}
		if row, isRow := line.([]any); isRow {
			if err := into.add(tx, row); err != nil {
				return fmt.Errorf("sqldb: restoring %s: %w", into.table, err)
			}
			continue
		}
		if err := into.flush(tx); err != nil {
			return fmt.Errorf("sqldb: restoring %s: %w", into.table, err)
		}
		if err == io.EOF {
			return nil
		}
		if into, err = insertInto(tables, line.(*snapshotTable)); err != nil {
			return err
		}
	}
}

func allEmpty(tx *Tx, tables []Table) (bool, error) {
	for _, t := range tables {
		rows, err := tx.queryText("SELECT 1 FROM "+quote(t.Name)+" LIMIT 1", nil)
		if err != nil {
			return false, err
		}
		some := rows.Next()
		if err := errors.Join(rows.Err(), rows.Close()); err != nil || some {
			return false, err
		}
	}
	return true, nil
}

// inserter gathers rows into statements of many rows, for the round trips to a server.
type inserter struct {
	table string
	head  string
	width int
	args  []any
}

const rowsAtOnce = 64

func insertInto(tables []Table, t *snapshotTable) (inserter, error) {
	i := slices.IndexFunc(tables, func(have Table) bool { return have.Name == t.Table })
	if i < 0 || len(t.Columns) == 0 {
		return inserter{}, fmt.Errorf("no table %q in schema", t.Table)
	}
	var names []string
	for _, name := range t.Columns {
		if !slices.ContainsFunc(tables[i].Columns, func(c Column) bool { return c.Name == name }) {
			return inserter{}, fmt.Errorf("no column %q in table %q", name, t.Table)
		}
		names = append(names, quote(name))
	}
	return inserter{
		table: t.Table,
		head:  "INSERT INTO " + quote(t.Table) + " (" + strings.Join(names, ", ") + ") VALUES ",
		width: len(names),
	}, nil
}

func (in *inserter) add(tx *Tx, row []any) error {
	if len(row) != in.width {
		return errors.New("a row has another number of columns than its table")
	}
	in.args = append(in.args, row...)
	if len(in.args) < rowsAtOnce*in.width {
		return nil
	}
	return in.flush(tx)
}

func (in *inserter) flush(tx *Tx) error {
	if len(in.args) == 0 {
		return nil
	}
	var b strings.Builder
	b.WriteString(in.head)
	for n := range in.args {
		switch {
		case n == 0:
			b.WriteByte('(')
		case n%in.width == 0:
			b.WriteString("), (")
		default:
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d", n+1)
	}
	b.WriteByte(')')
	_, err := tx.execText(b.String(), in.args)
	in.args = in.args[:0]
	return err
}
