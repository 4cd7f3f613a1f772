package indicatorsql

import (
	"zhunsheng/identity"
	"zhunsheng/sqldb"
)

const insertSubject sqldb.SQL = `INSERT INTO indicator_subject (case_id, procedure, unit, unit_path)
	VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`

const selectSubject sqldb.SQL = `SELECT procedure, unit, unit_path FROM indicator_subject WHERE case_id = $1`

const upsertCount sqldb.SQL = `INSERT INTO indicator_case (indicator, case_id, round, unit, unit_path, cohort,
	numerator, denominator, suspended, why) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
	ON CONFLICT (indicator, case_id, round) DO UPDATE SET cohort = excluded.cohort, numerator = excluded.numerator,
	denominator = excluded.denominator, suspended = excluded.suspended, why = excluded.why`

// counted is what the reader may see of one indicator and period, by the one predicate in
// its two branches. From $41: indicator, first and last day of the period, unit (” for all).
const counted sqldb.SQL = `SELECT i.case_id, i.round, i.unit, i.cohort, i.numerator, i.denominator, i.suspended, i.why,
	c.title, c.number, c.recording, c.breaches
	FROM indicator_case i JOIN case_row c ON c.id = i.case_id
	WHERE ` + identity.InScope + ` AND i.indicator = $41 AND i.cohort >= $42 AND i.cohort <= $43 AND ($44 = '' OR i.unit = $44)
	UNION SELECT i.case_id, i.round, i.unit, i.cohort, i.numerator, i.denominator, i.suspended, i.why,
	c.title, c.number, c.recording, c.breaches
	FROM ` + identity.PartyCases + ` JOIN indicator_case i ON i.case_id = c.id
	WHERE ` + identity.IsParty + ` AND i.indicator = $41 AND i.cohort >= $42 AND i.cohort <= $43 AND ($44 = '' OR i.unit = $44)`

const rates sqldb.SQL = `SELECT unit, COALESCE(SUM(numerator), 0), COALESCE(SUM(denominator), 0), COALESCE(SUM(suspended), 0)
	FROM (` + counted + `) AS seen GROUP BY unit ORDER BY unit`

// Those that were not met come first, then by the day on which the limit ends.
const listCounted sqldb.SQL = `SELECT case_id, round, unit, cohort, numerator, denominator, suspended, why, title, number,
	recording, breaches FROM (` + counted + `) AS seen WHERE (denominator > 0 OR suspended > 0)
	AND ($45 = '' OR why = $45
	OR $45 = 'counted' AND denominator > 0 OR $45 = 'missed' AND denominator > numerator) AND (numerator, cohort, case_id) > ($46, $47, $48)
	ORDER BY numerator, cohort, case_id LIMIT $49`
