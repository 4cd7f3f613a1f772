package app

import (
	"zhunsheng/gov"
	"zhunsheng/ledger"
	"zhunsheng/ledger/ledgersql"
	"zhunsheng/sqldb"
)

// What is numbered and not sealed is unsealed too: that is how a crash between the two
// leaves it. Streams are folded one after the other: what one stream's events write never
// depends on another's.
const selectUnsealed sqldb.SQL = `SELECT e.id, e.stream, e.version, e.recorded, e.salt, e.body
	FROM event e LEFT JOIN leaf l ON l.event_id = e.id WHERE l.idx IS NULL OR l.idx >= $1 ORDER BY e.stream, e.version`

// unsealed reads the events that no checkpoint of this size covers.
func unsealed(tx *sqldb.Tx, size int64) ([]ledgersql.Stored, error) {
	rows, err := tx.Query(selectUnsealed, size)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []ledgersql.Stored
	for rows.Next() {
		s := ledgersql.Stored{Index: -1}
		if err := rows.Scan(&s.ID, &s.Stream, &s.Version, &s.Recorded, &s.Salt, &s.Body); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

const selectMarks sqldb.SQL = `SELECT name, at FROM projection ORDER BY name`

func projectionMarks(tx *sqldb.Tx) (map[string]int64, error) {
	rows, err := tx.Query(selectMarks)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]int64{}
	for rows.Next() {
		var name string
		var at int64
		if err := rows.Scan(&name, &at); err != nil {
			return nil, err
		}
		out[name] = at
	}
	return out, rows.Err()
}

const selectEntries sqldb.SQL = `SELECT entry FROM leaf WHERE idx >= $1 ORDER BY idx LIMIT $2`

func leafEntries(tx *sqldb.Tx, from, n int64) ([]ledger.Entry, error) {
	rows, err := tx.Query(selectEntries, from, n)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []ledger.Entry
	for rows.Next() {
		var b []byte
		if err := rows.Scan(&b); err != nil {
			return nil, err
		}
		var e ledger.Entry
		if len(b) != len(e) {
			return nil, gov.Errorf(gov.Invalid, "账本第 %d 号记录的承诺值长度不对", from+int64(len(out)))
		}
		copy(e[:], b)
		out = append(out, e)
	}
	return out, rows.Err()
}
