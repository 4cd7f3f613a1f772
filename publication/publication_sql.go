package publication

import "zhunsheng/sqldb"

const selectSubject sqldb.SQL = `SELECT definition, procedure, unit, title, numbers, fields, papers, matter, receipt, stage,
	received, idx FROM publication_subject WHERE case_id = $1`

const upsertSubject sqldb.SQL = `INSERT INTO publication_subject (case_id, definition, procedure, unit, title, numbers,
	fields, papers, matter, receipt, stage, received, idx) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
	ON CONFLICT (case_id) DO UPDATE SET definition = excluded.definition, procedure = excluded.procedure,
	numbers = excluded.numbers, fields = excluded.fields, papers = excluded.papers, matter = excluded.matter,
	receipt = excluded.receipt, stage = excluded.stage`

const setFiled sqldb.SQL = `UPDATE published SET filed = $3 WHERE register = $1 AND case_id = $2`

const upsertPublished sqldb.SQL = `INSERT INTO published (register, case_id, number, title, unit, published, effective,
	expires, status, digest, name, media, idx, procedure, matter, until, open_to, parts, changes)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
	ON CONFLICT (register, case_id) DO UPDATE SET number = excluded.number, title = excluded.title,
	published = excluded.published, effective = excluded.effective, expires = excluded.expires,
	status = excluded.status, digest = excluded.digest, name = excluded.name, media = excluded.media, idx = excluded.idx,
	procedure = excluded.procedure, matter = excluded.matter, until = excluded.until, open_to = excluded.open_to,
	parts = excluded.parts, changes = excluded.changes`

const deleteEntries sqldb.SQL = `DELETE FROM published WHERE case_id = $1`

const entryColumns sqldb.SQL = `register, case_id, number, title, unit, published, effective, expires, status, filed,
	idx, procedure, matter, until, parts, changes`

const selectEntry sqldb.SQL = `SELECT ` + entryColumns + ` FROM published WHERE register = $1 AND case_id = $2`

const selectEntriesOf sqldb.SQL = `SELECT ` + entryColumns + ` FROM published WHERE case_id = $1 ORDER BY published, register`

const countEntries sqldb.SQL = `SELECT COUNT(*) FROM published WHERE register = $1 AND ($2 = '' OR unit = $2)`

// A title or number matches when it contains the words; the words come escaped for LIKE.
// $7 leaves out what takes comments on that day or later.
const listEntries sqldb.SQL = `SELECT ` + entryColumns + ` FROM published
	WHERE register = $1 AND ($2 = '' OR unit = $2) AND ($3 = '' OR title LIKE $3 ESCAPE '\' OR number LIKE $3 ESCAPE '\')
	AND ($7 = '' OR open_to IS NULL OR open_to < $7) AND ($8 = '' OR matter = $8)
	AND (published, case_id) < ($4, $5) ORDER BY published DESC, case_id DESC LIMIT $6`

// What takes comments, the one that ends first on top.
const listOpen sqldb.SQL = `SELECT ` + entryColumns + ` FROM published
	WHERE register = $1 AND open_to >= $2 ORDER BY open_to, case_id LIMIT $3`

const unitsWithEntries sqldb.SQL = `SELECT unit, COUNT(*) FROM published WHERE register = $1 GROUP BY unit ORDER BY unit`

const countRegisters sqldb.SQL = `SELECT register, COUNT(*) FROM published GROUP BY register ORDER BY register`

const submissionColumns sqldb.SQL = `case_id, procedure, unit, matter, receipt, numbers, stage, received, idx`

const selectSubmission sqldb.SQL = `SELECT ` + submissionColumns + ` FROM publication_subject WHERE case_id = $1 AND stage <> ''`

const selectByReceipt sqldb.SQL = `SELECT ` + submissionColumns + ` FROM publication_subject
	WHERE receipt = $1 AND receipt <> '' AND stage <> '' ORDER BY case_id LIMIT 2`

const countSubmissions sqldb.SQL = `SELECT procedure, COUNT(*), COUNT(*) FILTER (WHERE stage = 'closed')
	FROM publication_subject WHERE matter = $1 AND matter <> '' AND stage <> '' AND stage <> 'withdrawn' GROUP BY procedure ORDER BY procedure`
