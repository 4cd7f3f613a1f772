package app_test

import (
	"database/sql"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"zhunsheng/internal/app"
	"zhunsheng/internal/govtest"
	"zhunsheng/sqldb"
)

// uncovered are the columns whose damage verify does not name, each with its reason.
var uncovered = map[string]string{}

// Every table of the schema has a custody, and nothing else has one.
func TestTables_NameTheCustodyOfEveryTable(t *testing.T) {
	govtest.Each(t, func(t *testing.T, c *govtest.County) {
		have := map[string]bool{}
		for _, table := range tables(t, c) {
			have[table.Name] = true
			switch app.Tables[table.Name] {
			case app.ByLog, app.ByReplay, app.ByMAC:
			default:
				t.Errorf("table %s has no custody", table.Name)
			}
		}
		for name := range app.Tables {
			if !have[name] {
				t.Errorf("there is no table %s", name)
			}
		}
	})
}

// Attacker (a): every column of every table is damaged once, in each way that the engine
// lets happen, and verify must name what was damaged.
func TestVerify_NamesEveryDamagedColumn(t *testing.T) {
	govtest.Each(t, func(t *testing.T, c *govtest.County) {
		t.Parallel()
		tell(t, c)
		mustPause(t, c)
		mustBeClean(t, c)
		d := &damager{t: t, c: c, raw: c.Raw()}
		columns, damages := 0, 0
		for _, table := range tables(t, c) {
			rows := d.rows(table)
			if len(rows) == 0 {
				t.Errorf("the story leaves table %s empty", table.Name)
				continue
			}
			for i, column := range table.Columns {
				columns++
				if uncovered[table.Name+"."+column.Name] != "" {
					continue
				}
				hit := 0
				for how, row := range d.ways(rows, i, column, columns) {
					if d.damage(table, row, i, how) {
						hit++
					}
				}
				if hit == 0 {
					t.Errorf("%s.%s was not damaged", table.Name, column.Name)
				}
				damages += hit
			}
		}
		for name := range uncovered {
			table, column, _ := strings.Cut(name, ".")
			if !slices.ContainsFunc(tables(t, c), func(x sqldb.Table) bool {
				return x.Name == table && slices.ContainsFunc(x.Columns, func(y sqldb.Column) bool { return y.Name == column })
			}) {
				t.Errorf("%s is excused and does not exist", name)
			}
		}
		mustBeClean(t, c)
		t.Logf("%d columns, damaged in %d ways", columns, damages)
	})
}

// A row that was deleted, and a row that was put in, by somebody with the database only.
func TestVerify_NamesDeletedAndInsertedRows(t *testing.T) {
	// Nothing vouches for the number of these rows. Deleting one takes a right away and
	// gives none: the person is signed out, or cannot sign in and says so.
	deletable := map[string]string{
		"account": "the person cannot sign in and complains; a row put back as it was is under its MAC",
		"session": "signing out deletes it as well",
	}
	govtest.Each(t, func(t *testing.T, c *govtest.County) {
		t.Parallel()
		tell(t, c)
		mustPause(t, c)
		d := &damager{t: t, c: c, raw: c.Raw()}
		for _, table := range tables(t, c) {
			rows := d.rows(table)
			for _, row := range []row{rows[0], rows[len(rows)-1]} {
				d.exec("DELETE FROM "+table.Name+where(table), keyOf(table, row)...)
				found := verify(t, c).Findings
				d.insert(table, row)
				if deletable[table.Name] == "" && !d.named(found, table, row, row, -1) {
					t.Errorf("%s: the deleted row %v is not named: %s", table.Name, keyOf(table, row), list(found))
				}
			}
			forged := slices.Clone(rows[len(rows)/2])
			for i, column := range table.Columns {
				if column.Key > 0 || table.Name == "leaf" && column.Name == "event_id" || table.Name == "event" && column.Name == "version" {
					forged[i] = other(forged[i], 1)
				}
			}
			d.insert(table, forged)
			found := verify(t, c).Findings
			d.exec("DELETE FROM "+table.Name+where(table), keyOf(table, forged)...)
			if !d.named(found, table, forged, forged, -1) {
				t.Errorf("%s: the inserted row %v is not named: %s", table.Name, keyOf(table, forged), list(found))
			}
		}
		mustBeClean(t, c)
	})
}

func mustPause(t *testing.T, c *govtest.County) {
	t.Helper()
	if err := c.Pause(); err != nil {
		t.Fatal(err)
	}
}

func tables(t *testing.T, c *govtest.County) (out []sqldb.Table) {
	t.Helper()
	err := c.DB.Read(ctx, func(tx *sqldb.Tx) (err error) {
		out, err = sqldb.Tables(tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// damager edits the database of a county through a connection of its own.
type damager struct {
	t   *testing.T
	c   *govtest.County
	raw *sql.DB
}

// row is the values of one row: nil, string, int64 or []byte.
type row []any

func (d *damager) rows(table sqldb.Table) (out []row) {
	d.t.Helper()
	rows, err := d.raw.Query("SELECT " + columnList(table) + " FROM " + table.Name + " ORDER BY " + strings.Join(keyColumns(table), ", "))
	if err != nil {
		d.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		r, to := make(row, len(table.Columns)), make([]any, len(table.Columns))
		for i := range r {
			to[i] = &r[i]
		}
		if err := rows.Scan(to...); err != nil {
			d.t.Fatal(err)
		}
		out = append(out, r)
	}
	if err := rows.Err(); err != nil {
		d.t.Fatal(err)
	}
	return out
}

func (d *damager) exec(q string, args ...any) {
	d.t.Helper()
	r, err := d.raw.Exec(q, args...)
	if err != nil {
		d.t.Fatalf("%s %v: %v", q, args, err)
	}
	if n, err := r.RowsAffected(); err != nil || n != 1 {
		d.t.Fatalf("%s %v: %d rows, %v", q, args, n, err)
	}
}

func (d *damager) insert(table sqldb.Table, r row) {
	d.t.Helper()
	var places []string
	for i := range r {
		places = append(places, fmt.Sprintf("$%d", i+1))
	}
	d.exec("INSERT INTO "+table.Name+" ("+columnList(table)+") VALUES ("+strings.Join(places, ", ")+")", r...)
}

// ways gives for each way of damaging a column the row to do it in.
func (d *damager) ways(rows []row, i int, column sqldb.Column, turn int) map[string]row {
	out := map[string]row{"byte": rows[turn*7%len(rows)]}
	at := func(is bool) row {
		for n := range rows {
			if r := rows[(turn+n)%len(rows)]; (r[i] == nil) == is {
				return r
			}
		}
		return nil
	}
	if r := at(false); r != nil {
		out["byte"] = r
		if !column.NotNull {
			out["to NULL"] = r
		}
	}
	if r := at(true); r != nil {
		out["from NULL"] = r
	}
	if d.c.DB.Engine() == sqldb.SQLite {
		out["type"] = out["byte"]
	}
	return out
}

// damage changes one value, asks verify, and puts it back. It is false where the engine
// does not take the damage.
func (d *damager) damage(table sqldb.Table, r row, i int, how string) bool {
	d.t.Helper()
	var changed row
	for try := range 4 {
		changed = slices.Clone(r)
		switch how {
		case "byte", "from NULL":
			changed[i] = other(r[i], try)
		case "to NULL":
			changed[i] = nil
		case "type":
			changed[i] = []byte{0xff, byte(try)}
			if table.Columns[i].Type == "BYTEA" {
				changed[i] = fmt.Sprintf("text %d", try)
			}
		}
		set := fmt.Sprintf("UPDATE %s SET %s = $%d", table.Name, table.Columns[i].Name, len(keyColumns(table))+1)
		_, err := d.raw.Exec(set+where(table), append(keyOf(table, r), changed[i])...)
		if err == nil {
			found := verify(d.t, d.c).Findings
			if !d.named(found, table, r, changed, i) {
				d.t.Errorf("%s.%s (%s) of %v: not named: %s", table.Name, table.Columns[i].Name, how, keyOf(table, r), list(found))
			}
			d.exec(set+where(table), append(keyOf(table, changed), r[i])...)
			return true
		}
		if how == "to NULL" || !strings.Contains(strings.ToLower(err.Error()), "unique") {
			break
		}
	}
	return false
}

// other is a value of the same type that differs in one byte.
func other(v any, try int) any {
	switch v := v.(type) {
	case nil:
		return "2027-01-0" + fmt.Sprint(1+try)
	case int64:
		return []int64{v ^ 1, v ^ 0x4000, v + 70001, v + 1<<33}[try]
	case []byte:
		if len(v) == 0 {
			return []byte{byte(try)}
		}
		b := slices.Clone(v)
		b[len(b)*(try+1)/6] ^= 1
		return b
	case string:
		if v == "" {
			return string(rune('x' + try))
		}
		// A letter or figure that becomes another one, so that the text stays text.
		b := []byte(v)
		for n := range b {
			k := (len(b)*(try+2)/7 + n) % len(b)
			if c := b[k]; c >= 'a' && c <= 'y' || c >= 'A' && c <= 'Y' || c >= '0' && c <= '8' {
				b[k]++
				return string(b)
			}
		}
		return v + "x"
	}
	panic(fmt.Sprintf("a value of type %T", v))
}

// named reports whether a finding names the row before or after the change, and for
// projections the column.
func (d *damager) named(found []app.Finding, table sqldb.Table, before, after row, column int) bool {
	words := func(r row) []string {
		at := map[string]string{}
		for i, c := range table.Columns {
			at[c.Name] = cell(r[i])
		}
		switch table.Name {
		case "event":
			return []string{"event", at["id"]}
		case "leaf":
			return []string{"leaf", at["idx"]}
		case "ledger_head":
			return []string{"ledger_head", "[" + at["name"] + "]"}
		case "private_value":
			return []string{"private_value", at["event_id"], at["field"]}
		case "evidence_file":
			return []string{"evidence", at["digest"]}
		}
		out := []string{table.Name}
		for i, c := range table.Columns {
			if c.Key > 0 {
				out = append(out, cell(r[i]))
			}
		}
		if app.Tables[table.Name] == app.ByReplay && table.Name != "projection" && column >= 0 && table.Columns[column].Key == 0 {
			out = append(out, "“"+table.Columns[column].Name+"”")
		}
		return out
	}
	if names(found, words(before)...) {
		return true
	}
	if column < 0 || table.Columns[column].Key == 0 {
		return false
	}
	// What lies under a damaged key may only be known by that key.
	switch v := after[column].(type) {
	case []byte:
		if names(found, table.Name, string(v)) {
			return true
		}
	case string:
		if names(found, table.Name, hex.EncodeToString([]byte(v))) {
			return true
		}
	}
	return names(found, words(after)...)
}

func cell(v any) string {
	if b, ok := v.([]byte); ok {
		return hex.EncodeToString(b)
	}
	return fmt.Sprint(v)
}

func columnList(t sqldb.Table) string {
	var out []string
	for _, c := range t.Columns {
		out = append(out, c.Name)
	}
	return strings.Join(out, ", ")
}

func keyColumns(t sqldb.Table) (out []string) {
	for _, c := range t.Columns {
		if c.Key > 0 {
			out = append(out, c.Name)
		}
	}
	return out
}

func where(t sqldb.Table) string {
	var out []string
	for i, name := range keyColumns(t) {
		out = append(out, fmt.Sprintf("%s = $%d", name, i+1))
	}
	return " WHERE " + strings.Join(out, " AND ")
}

func keyOf(t sqldb.Table, r row) (out []any) {
	for i, c := range t.Columns {
		if c.Key > 0 {
			out = append(out, r[i])
		}
	}
	return out
}
