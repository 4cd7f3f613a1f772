package indicatorsql

import (
	"zhunsheng/identity"
	"zhunsheng/sqldb"
)

const insertSubject sqldb.SQL = `INSERT INTO indicator_subject (case_id, procedure, unit, unit_path, definition, kept)
	VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`

const selectSubject sqldb.SQL = `SELECT procedure, unit, unit_path, definition, kept FROM indicator_subject WHERE case_id = $1`

const updateSubject sqldb.SQL = `UPDATE indicator_subject SET definition = $2, kept = $3 WHERE case_id = $1 AND kept = $4`

// A suspended run has no day on which it ends; it stays in the period in which it would have
// ended, or else in that of the day from which it runs.
const upsertCount sqldb.SQL = `INSERT INTO indicator_case (indicator, case_id, round, unit, unit_path, cohort,
	numerator, denominator, suspended, why) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
	ON CONFLICT (indicator, case_id, round) DO UPDATE SET
	cohort = CASE WHEN excluded.suspended > 0 AND indicator_case.cohort <> '' THEN indicator_case.cohort ELSE excluded.cohort END,
	numerator = excluded.numerator,
	denominator = excluded.denominator, suspended = excluded.suspended, why = excluded.why`

// Every run of a case that was taken back, of one indicator.
const voidCounts sqldb.SQL = `UPDATE indicator_case SET numerator = 0, denominator = 0, suspended = 0, why = ''
	WHERE indicator = $1 AND case_id = $2`

const upsertChild sqldb.SQL = `INSERT INTO indicator_child (child, field, parent, procedure, open) VALUES ($1, $2, $3, $4, $5)
	ON CONFLICT (child, field) DO UPDATE SET parent = excluded.parent`

const closeChild sqldb.SQL = `UPDATE indicator_child SET open = 0 WHERE child = $1`

const dropChildren sqldb.SQL = `DELETE FROM indicator_child WHERE child = $1`

const dropChild sqldb.SQL = `DELETE FROM indicator_child WHERE child = $1 AND field = $2`

const parentsOf sqldb.SQL = `SELECT DISTINCT parent FROM indicator_child WHERE child = $1 ORDER BY parent`

// A child that names its parent in two fields counts once.
const countChildren sqldb.SQL = `SELECT COUNT(DISTINCT child), COUNT(DISTINCT CASE WHEN open > 0 THEN child END)
	FROM indicator_child WHERE parent = $1 AND procedure = $2`

const selectSet sqldb.SQL = `SELECT digest FROM indicator_set WHERE name = 'set'`

const upsertSet sqldb.SQL = `INSERT INTO indicator_set (name, digest) VALUES ('set', $1)
	ON CONFLICT (name) DO UPDATE SET digest = excluded.digest`

const clearCounts sqldb.SQL = `DELETE FROM indicator_case`

const clearSubjects sqldb.SQL = `DELETE FROM indicator_subject`

const clearChildren sqldb.SQL = `DELETE FROM indicator_child`

// columns of one counted case as a reader sees it.
const columns = `i.indicator, i.case_id, i.round, i.unit, i.unit_path, i.cohort, i.numerator, i.denominator, i.suspended, i.why,
	c.title, c.number, c.recording, c.breaches, c.status, c.station, c.awaits`

// within are the period, from $41 to $42, and the unit with all below it: $43 is ” for all,
// else a pattern that the path of every such unit fits. $44 with 1 leaves only the unit $45
// itself.
const within = ` AND i.cohort >= $41 AND i.cohort <= $42 AND ($43 = '' OR i.unit_path LIKE $43) AND ($44 = 0 OR i.unit = $45)`

// seen is what the reader may see of a period, by the one predicate in its two branches.
const seen = `SELECT ` + columns + ` FROM indicator_case i JOIN case_row c ON c.id = i.case_id
	WHERE ` + identity.InScope + within + `
	UNION SELECT ` + columns + ` FROM ` + identity.PartyCases + ` JOIN indicator_case i ON i.case_id = c.id
	WHERE ` + identity.IsParty + within

// seenOf is seen of one indicator, $46.
const seenOf = `SELECT ` + columns + ` FROM indicator_case i JOIN case_row c ON c.id = i.case_id
	WHERE ` + identity.InScope + ` AND i.indicator = $46` + within + `
	UNION SELECT ` + columns + ` FROM ` + identity.PartyCases + ` JOIN indicator_case i ON i.case_id = c.id
	WHERE ` + identity.IsParty + ` AND i.indicator = $46` + within

const sums = `SELECT indicator, unit, unit_path, COALESCE(SUM(numerator), 0), COALESCE(SUM(denominator), 0),
	COALESCE(SUM(suspended), 0), COALESCE(SUM(CASE WHEN denominator > numerator AND status = 'open' THEN 1 ELSE 0 END), 0) FROM (`

const bySums = `) AS seen WHERE denominator > 0 OR suspended > 0 GROUP BY indicator, unit, unit_path ORDER BY indicator, unit_path, unit`

const sumAll sqldb.SQL = sums + seen + bySums

const sumOne sqldb.SQL = sums + seenOf + bySums

// Those that were not met come first, then by their day.
const listCounted sqldb.SQL = `SELECT case_id, round, unit, cohort, numerator, denominator, suspended, why, title, number,
	recording, breaches, status, station, awaits FROM (` + seenOf + `) AS seen WHERE (denominator > 0 OR suspended > 0)
	AND ($47 = '' OR why = $47 OR $47 = 'counted' AND denominator > 0 OR $47 = 'above' AND numerator > 0
	OR $47 = 'missed' AND denominator > numerator OR $47 = 'todo' AND denominator > numerator AND status = 'open'
	OR $47 = 'apart' AND suspended > 0)
	AND (numerator, cohort, case_id, round) > ($48, $49, $50, $51)
	ORDER BY numerator, cohort, case_id, round LIMIT $52`
