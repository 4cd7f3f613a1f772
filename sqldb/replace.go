package sqldb

// Replace makes the rows of a table in one transaction those of another, which may be on
// another engine, and tells how many there are. It is for projections that were rebuilt;
// nothing that is hashed may be written this way.
func Replace(from, to *Tx, table Table) (rows int64, err error) {
	if _, err := to.execText("DELETE FROM "+quote(table.Name), nil); err != nil {
		return 0, err
	}
	into, err := insertInto([]Table{table}, &snapshotTable{Table: table.Name, Columns: columnNames(table)})
	if err != nil {
		return 0, err
	}
	for cells, err := range Rows(from, table) {
		if err != nil {
			return rows, err
		}
		values := make([]any, len(cells))
		for i, c := range cells {
			if values[i], err = c.value(); err != nil {
				return rows, err
			}
		}
		if err := into.add(to, values); err != nil {
			return rows, err
		}
		rows++
	}
	return rows, into.flush(to)
}

func columnNames(t Table) []string {
	var out []string
	for _, c := range t.Columns {
		out = append(out, c.Name)
	}
	return out
}
