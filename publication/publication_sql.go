package publication

import "zhunsheng/sqldb"

const selectSubject sqldb.SQL = `SELECT definition, unit, title, numbers, fields FROM publication_subject WHERE case_id = $1`

const upsertSubject sqldb.SQL = `INSERT INTO publication_subject (case_id, definition, unit, title, numbers, fields)
	VALUES ($1, $2, $3, $4, $5, $6)
	ON CONFLICT (case_id) DO UPDATE SET numbers = excluded.numbers, fields = excluded.fields`

const setFiled sqldb.SQL = `UPDATE published SET filed = $3 WHERE register = $1 AND case_id = $2`

const upsertPublished sqldb.SQL = `INSERT INTO published (register, case_id, number, title, unit, published, effective,
	expires, status, digest, name, media, idx) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
	ON CONFLICT (register, case_id) DO UPDATE SET number = excluded.number, title = excluded.title,
	published = excluded.published, effective = excluded.effective, expires = excluded.expires,
	status = excluded.status, digest = excluded.digest, name = excluded.name, media = excluded.media, idx = excluded.idx`

const entryColumns sqldb.SQL = `register, case_id, number, title, unit, published, effective, expires, status, digest,
	name, media, filed, idx`

const selectEntry sqldb.SQL = `SELECT ` + entryColumns + ` FROM published WHERE register = $1 AND case_id = $2`

const countEntries sqldb.SQL = `SELECT COUNT(*) FROM published WHERE register = $1 AND ($2 = '' OR unit = $2)`

// A title or number matches when it contains the words; the words come escaped for LIKE.
const listEntries sqldb.SQL = `SELECT ` + entryColumns + ` FROM published
	WHERE register = $1 AND ($2 = '' OR unit = $2) AND ($3 = '' OR title LIKE $3 ESCAPE '\' OR number LIKE $3 ESCAPE '\')
	AND (published, case_id) < ($4, $5) ORDER BY published DESC, case_id DESC LIMIT $6`

const unitsWithEntries sqldb.SQL = `SELECT unit, COUNT(*) FROM published WHERE register = $1 GROUP BY unit ORDER BY unit`
