package docket

import (
	"zhunsheng/identity"
	"zhunsheng/sqldb"
)

const casesColumns sqldb.SQL = `c.id, c.procedure, c.definition, c.title, c.unit, c.unit_path, c.opened, c.status,
	c.station, c.awaits, c.next_due, c.number, c.late, c.breaches, c.recording, c.level, c.version, c.updated`

// casesWhere reads its own parameters from $41 on (identity.FirstOwnParam): status,
// procedure, unit, awaits, late, then the key of the page before and the limit.
const casesWhere sqldb.SQL = `($41 = '' OR c.status = $41) AND ($42 = '' OR c.procedure = $42)
	AND ($43 = '' OR c.unit = $43) AND ($44 = '' OR c.awaits = $44) AND ($45 = 0 OR c.late > 0)
	AND (c.next_due, c.id) > ($46, $47)`

// matching is the one predicate in its two indexed branches, each already cut to a page.
const matching sqldb.SQL = `SELECT ` + rowColumns + ` FROM (SELECT ` + casesColumns + ` FROM case_row c
	WHERE ` + identity.InScope + ` AND ` + casesWhere + ` ORDER BY c.next_due, c.id LIMIT $48) AS scoped
	UNION SELECT ` + rowColumns + ` FROM (SELECT ` + casesColumns + ` FROM ` + identity.PartyCases + `
	WHERE ` + identity.IsParty + ` AND ` + casesWhere + ` ORDER BY c.next_due, c.id LIMIT $48) AS own`

const listCases sqldb.SQL = `SELECT ` + rowColumns + ` FROM (` + matching + `) AS seen ORDER BY next_due, id LIMIT $48`

const countCases sqldb.SQL = `SELECT COUNT(*) FROM (SELECT id FROM (` + matching + `) AS seen LIMIT $48) AS counted`
