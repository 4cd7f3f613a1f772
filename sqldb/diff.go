package sqldb

import "iter"

// Difference is one row that two databases do not hold alike.
type Difference struct {
	Table  string
	Key    []Cell // the primary key
	Column string // the first column that differs; empty when one side has no such row
	A, B   Cell   // its values
	OnlyA  bool
	OnlyB  bool
}

// Diff compares a table in two transactions, which may be on different engines, in one
// pass. fn is called for every row that differs, in the order of the primary key; an error
// of fn ends the comparison. A table without a primary key cannot be compared.
func Diff(a, b *Tx, table Table, fn func(Difference) error) error {
	key := table.key()
	left := side(a, table)
	defer left.stop()
	right := side(b, table)
	defer right.stop()
	left.step()
	right.step()
	for {
		switch {
		case left.err != nil:
			return left.err
		case right.err != nil:
			return right.err
		case left.row == nil && right.row == nil:
			return nil
		}
		d := Difference{Table: table.Name}
		order := compareKeys(left.row, right.row, key)
		switch {
		case order < 0:
			d.Key, d.OnlyA = keyOf(left.row, key), true
		case order > 0:
			d.Key, d.OnlyB = keyOf(right.row, key), true
		default:
			for i, c := range table.Columns {
				if left.row[i] != right.row[i] {
					d.Key, d.Column, d.A, d.B = keyOf(left.row, key), c.Name, left.row[i], right.row[i]
					break
				}
			}
		}
		if d.Key != nil {
			if err := fn(d); err != nil {
				return err
			}
		}
		if order <= 0 {
			left.step()
		}
		if order >= 0 {
			right.step()
		}
	}
}

// cursor stands on one row of one side; row is nil at the end.
type cursor struct {
	row  []Cell
	err  error
	next func() ([]Cell, error, bool)
	stop func()
}

func side(tx *Tx, table Table) *cursor {
	c := &cursor{}
	c.next, c.stop = iter.Pull2(Rows(tx, table))
	return c
}

func (c *cursor) step() {
	var ok bool
	if c.row, c.err, ok = c.next(); !ok {
		c.row = nil
	}
}

// compareKeys puts a missing row last.
func compareKeys(a, b []Cell, key []int) int {
	switch {
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	for _, i := range key {
		if c := a[i].compare(b[i]); c != 0 {
			return c
		}
	}
	return 0
}

func keyOf(row []Cell, key []int) []Cell {
	out := make([]Cell, 0, len(key))
	for _, i := range key {
		out = append(out, row[i])
	}
	return out
}
