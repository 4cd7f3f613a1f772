package ledgersql

import "zhunsheng/sqldb"

const (
	insertEvent sqldb.SQL = `INSERT INTO event (id, stream, version, recorded, salt, body) VALUES ($1, $2, $3, $4, $5, $6)`

	insertPrivate sqldb.SQL = `INSERT INTO private_value (event_id, field, salt, value) VALUES ($1, $2, $3, $4)`

	selectStream sqldb.SQL = `SELECT id, stream, version, recorded, salt, body FROM event WHERE stream = $1 ORDER BY version`

	selectVersion sqldb.SQL = `SELECT id, stream, version, recorded, salt, body FROM event WHERE stream = $1 AND version = $2`

	selectEvent sqldb.SQL = `SELECT id, stream, version, recorded, salt, body FROM event WHERE id = $1`

	selectIndex sqldb.SQL = `SELECT l.idx FROM leaf l, ledger_head h WHERE l.event_id = $1 AND l.idx < h.size`

	selectStreamIndexes sqldb.SQL = `SELECT e.version, l.idx FROM event e JOIN leaf l ON l.event_id = e.id, ledger_head h
		WHERE e.stream = $1 AND l.idx < h.size ORDER BY e.version`

	selectRange sqldb.SQL = `SELECT l.idx, e.id, e.stream, e.version, e.recorded, e.salt, e.body
		FROM leaf l JOIN event e ON e.id = l.event_id, ledger_head h
		WHERE l.idx >= $1 AND l.idx < $2 AND l.idx < h.size ORDER BY l.idx`

	selectPrivate sqldb.SQL = `SELECT field, salt, value FROM private_value WHERE event_id = $1 ORDER BY field`

	selectHead sqldb.SQL = `SELECT size, root, note FROM ledger_head WHERE name = 'head'`

	insertHead sqldb.SQL = `INSERT INTO ledger_head (name, size, root, note) VALUES ('head', $1, $2, $3)`

	// updateHead is a compare-and-swap: a second sequencer, which must not exist, touches
	// no row.
	updateHead sqldb.SQL = `UPDATE ledger_head SET size = $1, root = $2, note = $3 WHERE name = 'head' AND size = $4 AND note = $5`

	insertLeaf sqldb.SQL = `INSERT INTO leaf (idx, event_id, entry) VALUES ($1, $2, $3)`

	// selectNumbered gives what was numbered from an index on, sealed or not.
	selectNumbered sqldb.SQL = `SELECT l.idx, l.event_id, l.entry, e.salt, e.body FROM leaf l LEFT JOIN event e ON e.id = l.event_id
		WHERE l.idx >= $1 ORDER BY l.idx LIMIT $2`

	selectEntries sqldb.SQL = `SELECT idx, entry FROM leaf WHERE idx >= $1 AND idx < $2 ORDER BY idx`

	// selectCandidates takes hintsAtOnce ids.
	selectCandidates sqldb.SQL = `SELECT e.id, e.stream, e.version, e.salt, e.body
		FROM event e LEFT JOIN leaf l ON l.event_id = e.id WHERE l.idx IS NULL AND
		e.id IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`

	selectPredecessor sqldb.SQL = `SELECT e.id, e.salt, e.body, COALESCE(l.idx, -1)
		FROM event e LEFT JOIN leaf l ON l.event_id = e.id WHERE e.stream = $1 AND e.version = $2`

	selectUnnumbered sqldb.SQL = `SELECT e.id, e.stream, e.version, e.salt, e.body FROM event e
		WHERE e.id > $1 AND NOT EXISTS (SELECT 1 FROM leaf l WHERE l.event_id = e.id) ORDER BY e.id LIMIT $2`

	countEvents sqldb.SQL = `SELECT COUNT(*) FROM event`

	countLeaves sqldb.SQL = `SELECT COUNT(*) FROM leaf`

	// For verify.
	selectHeads sqldb.SQL = `SELECT name, size, root, note FROM ledger_head ORDER BY name`

	selectLeafEvents sqldb.SQL = `SELECT l.idx, l.event_id, l.entry, e.id, e.stream, e.version, e.recorded, e.salt, e.body
		FROM leaf l LEFT JOIN event e ON e.id = l.event_id WHERE l.idx >= $1 AND l.idx < $2 ORDER BY l.idx`

	selectOutsideLeaves sqldb.SQL = `SELECT l.idx, l.event_id, l.entry, e.stream, e.version, e.recorded, e.salt, e.body
		FROM leaf l LEFT JOIN event e ON e.id = l.event_id WHERE (l.idx >= $1 OR l.idx < 0) AND l.idx > $2 ORDER BY l.idx LIMIT $3`

	selectUnsealed sqldb.SQL = `SELECT e.id, e.stream, e.version, e.recorded, e.salt, e.body FROM event e
		WHERE e.id > $1 AND NOT EXISTS (SELECT 1 FROM leaf l WHERE l.event_id = e.id) ORDER BY e.id LIMIT $2`

	selectPrivateRows sqldb.SQL = `SELECT p.event_id, p.field, p.salt, p.value, e.stream, e.body, COALESCE(l.idx, -1)
		FROM private_value p LEFT JOIN event e ON e.id = p.event_id LEFT JOIN leaf l ON l.event_id = p.event_id
		WHERE (p.event_id, p.field) > ($1, $2) ORDER BY p.event_id, p.field LIMIT $3`

	selectPrivateFields sqldb.SQL = `SELECT field FROM private_value WHERE event_id = $1`
)
