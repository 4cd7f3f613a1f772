package register

import (
	"zhunsheng/gov"
	"zhunsheng/sqldb"
)

// Get reads the entry of a key as of a day. A key without an entry on that day is NotFound.
func (s *Store) Get(tx *sqldb.Tx, register, key string, on gov.Day) (Entry, error) {
	d, err := s.Declaration(register)
	if err != nil {
		return Entry{}, err
	}
	e, found, err := findEntry(tx, register, key, on)
	if err != nil {
		return Entry{}, err
	}
	if !found {
		return Entry{}, gov.Errorf(gov.NotFound, "%s中没有“%s”在 %s 有效的登记", d.Name, key, on)
	}
	return e, opened(tx, &e)
}

func opened(tx *sqldb.Tx, e *Entry) error {
	if !e.hasPersonal() {
		return nil
	}
	values, err := personalValues(tx, e.Event)
	e.open(values)
	return err
}

// maxPage bounds a page of a list.
const maxPage = 1000

// List reads the entries that hold on a day, by key, from the key after the given one on.
// It gives at most limit entries; the last key of a full page leads to the next.
func (s *Store) List(tx *sqldb.Tx, register string, on gov.Day, after string, limit int) ([]Entry, error) {
	if _, err := s.Declaration(register); err != nil {
		return nil, err
	}
	rows, err := tx.Query(selectPage, register, on, after, int64(min(max(limit, 1), maxPage)))
	out, err := scanEntries(rows, err)
	if err != nil {
		return nil, err
	}
	for i := range out {
		if err := opened(tx, &out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// History reads every span of a key, oldest first. What a later change replaced is in the
// stream of the register.
func (s *Store) History(tx *sqldb.Tx, register, key string) ([]Entry, error) {
	if _, err := s.Declaration(register); err != nil {
		return nil, err
	}
	rows, err := tx.Query(selectHistory, register, key)
	out, err := scanEntries(rows, err)
	if err != nil {
		return nil, err
	}
	for i := range out {
		if err := opened(tx, &out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// whole reads every entry of a register with its personal values.
func whole(tx *sqldb.Tx, register string, personal bool) ([]Entry, error) {
	rows, err := tx.Query(selectWhole, register)
	out, err := scanEntries(rows, err)
	if err != nil || !personal {
		return out, err
	}
	values, err := personalOf(tx, register)
	if err != nil {
		return nil, err
	}
	for i := range out {
		out[i].open(values[out[i].Event])
	}
	return out, nil
}
