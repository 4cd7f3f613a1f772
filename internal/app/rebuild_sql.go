package app

import (
	"zhunsheng/ledger/ledgersql"
	"zhunsheng/sqldb"
)

// Streams are folded one after the other: what one stream's events write never depends on
// another's.
const selectUnsealed sqldb.SQL = `SELECT e.id, e.stream, e.version, e.recorded, e.salt, e.body
	FROM event e LEFT JOIN leaf l ON l.event_id = e.id WHERE l.idx IS NULL ORDER BY e.stream, e.version`

// unsealed reads the events that were committed and not numbered yet.
func unsealed(tx *sqldb.Tx) ([]ledgersql.Stored, error) {
	rows, err := tx.Query(selectUnsealed)
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
