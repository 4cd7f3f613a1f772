package sqldb

import (
	"encoding/hex"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
)

// Table is a table of the live database.
type Table struct {
	Name    string
	Columns []Column
}

// Column is a column of a table, named alike on both engines.
type Column struct {
	Name    string
	Type    string // TEXT, BIGINT or BYTEA
	NotNull bool
	Key     int // place in the primary key, from 1; 0 is outside
}

// Tables lists the tables of the schema by name, with their columns in order.
func Tables(tx *Tx) ([]Table, error) {
	text := liteTables
	if tx.Engine() == Postgres {
		text = pgTables
	}
	rows, err := tx.queryText(text, nil)
	if err != nil {
		return nil, err
	}
	var out []Table
	for rows.Next() {
		var table string
		var c Column
		if err := rows.Scan(&table, &c.Name, &c.Type, &c.NotNull, &c.Key); err != nil {
			return nil, err
		}
		if n := len(out); n == 0 || out[n-1].Name != table {
			out = append(out, Table{Name: table})
		}
		t := &out[len(out)-1]
		t.Columns = append(t.Columns, c)
	}
	return out, rows.Err()
}

// The catalogues are the engines' own, so these are not of type SQL.
const (
	liteTables = `SELECT m.name, c.name, c.type, c."notnull", c.pk
FROM sqlite_schema m JOIN pragma_table_info(m.name) c
WHERE m.type = 'table' AND substr(m.name, 1, 7) <> 'sqlite_' AND m.name <> '` + versionTable + `'
ORDER BY m.name, c.cid`

	pgTables = `SELECT t.relname, a.attname, upper(format_type(a.atttypid, a.atttypmod)), a.attnotnull,
  COALESCE((SELECT k.place FROM pg_index i, unnest(i.indkey) WITH ORDINALITY k(att, place)
            WHERE i.indrelid = t.oid AND i.indisprimary AND k.att = a.attnum), 0)
FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid
WHERE t.relkind = 'r' AND t.relnamespace = current_schema()::regnamespace AND t.relname <> '` + versionTable + `'
  AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY t.relname COLLATE "C", a.attnum`
)

// Cell is one value as text that is equal on both engines exactly when the values are
// equal: its kind (t text, i whole number, x bytes, f fraction), then the value. NULL is
// the empty cell. A cell of another kind than its column's type shows damage that SQLite
// lets through.
type Cell string

// Null is the cell of no value.
const Null Cell = ""

func cellOf(v any) (Cell, error) {
	switch x := v.(type) {
	case nil:
		return Null, nil
	case string:
		return Cell("t" + x), nil
	case int64:
		return Cell("i" + strconv.FormatInt(x, 10)), nil
	case []byte:
		return Cell("x" + hex.EncodeToString(x)), nil
	case float64:
		return Cell("f" + strconv.FormatFloat(x, 'g', -1, 64)), nil
	}
	return Null, fmt.Errorf("sqldb: no cell for %T", v)
}

// value is what the cell was made from.
func (c Cell) value() (any, error) {
	if c == Null {
		return nil, nil
	}
	switch c[0] {
	case 't':
		return string(c[1:]), nil
	case 'i':
		return strconv.ParseInt(string(c[1:]), 10, 64)
	case 'x':
		return hex.DecodeString(string(c[1:]))
	}
	return nil, fmt.Errorf("sqldb: cell %.20q cannot be stored", string(c))
}

// compare orders cells as both engines order values of one type.
func (c Cell) compare(d Cell) int {
	if c != Null && d != Null && c[0] == 'i' && d[0] == 'i' {
		a, err1 := c.value()
		b, err2 := d.value()
		if err1 == nil && err2 == nil {
			x, y := a.(int64), b.(int64)
			switch {
			case x < y:
				return -1
			case x > y:
				return 1
			}
			return 0
		}
	}
	return strings.Compare(string(c), string(d))
}

// Dump gives every row of the table, ordered by primary key. The row is valid until fn
// returns; an error of fn ends the dump.
func Dump(tx *Tx, table Table, fn func(row []Cell) error) error {
	for row, err := range Rows(tx, table) {
		if err != nil {
			return err
		}
		if err := fn(row); err != nil {
			return err
		}
	}
	return nil
}

// Rows is Dump as an iterator. After an error it ends.
func Rows(tx *Tx, table Table) iter.Seq2[[]Cell, error] {
	return func(yield func([]Cell, error) bool) {
		if err := tx.eachRow(table, func(row []Cell) bool { return yield(row, nil) }); err != nil {
			yield(nil, err)
		}
	}
}

func (tx *Tx) eachRow(table Table, more func([]Cell) bool) error {
	rows, err := tx.queryText("SELECT "+strings.Join(table.names(), ", ")+" FROM "+quote(table.Name)+table.order(), nil)
	if err != nil {
		return err
	}
	defer rows.Close()
	values, to := make([]any, len(table.Columns)), make([]any, len(table.Columns))
	for i := range values {
		to[i] = &values[i]
	}
	row := make([]Cell, len(values))
	for rows.Next() {
		if err := rows.Scan(to...); err != nil {
			return err
		}
		for i, v := range values {
			if row[i], err = cellOf(v); err != nil {
				return err
			}
		}
		if !more(row) {
			return nil
		}
	}
	return rows.Err()
}

func (t Table) names() []string {
	var out []string
	for _, c := range t.Columns {
		out = append(out, quote(c.Name))
	}
	return out
}

// key is the columns of the primary key in their order, as places in Columns.
func (t Table) key() []int {
	var key []int
	for i, c := range t.Columns {
		if c.Key > 0 {
			key = append(key, i)
		}
	}
	slices.SortFunc(key, func(a, b int) int { return t.Columns[a].Key - t.Columns[b].Key })
	return key
}

func (t Table) order() string {
	var by []string
	for _, i := range t.key() {
		by = append(by, quote(t.Columns[i].Name))
	}
	if len(by) == 0 {
		return ""
	}
	return " ORDER BY " + strings.Join(by, ", ")
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
