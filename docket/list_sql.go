package docket

import (
	"zhunsheng/identity"
	"zhunsheng/procedure"
	"zhunsheng/sqldb"
)

const casesColumns sqldb.SQL = `c.id, c.procedure, c.definition, c.title, c.unit, c.unit_path, c.opened, c.status,
	c.station, c.awaits, c.next_due, c.number, c.late, c.breaches, c.recording, c.level, c.version, c.updated`

// A list statement reads its own parameters from $41 on (identity.FirstOwnParam): procedure,
// unit, awaits, late, the key of the page before, the limit, then words where it has them.
//
// The status is a constant in each branch, because the index (status, next_due, id) gives the
// order of a list only then: a list of one status has one branch in scope, a list of all has
// one for each status, all cut to a page. $n in an OR with its empty value would walk every case.
const (
	ofQuery sqldb.SQL = ` AND ($41 = '' OR c.procedure = $41) AND ($42 = '' OR c.unit = $42)
	AND ($43 = '' OR c.awaits = $43) AND ($44 = 0 OR c.late > 0) AND (c.next_due, c.id) > ($45, $46)`
	// withWords looks for words in title and number, whatever the case of Latin letters. The
	// pattern is folded by the engine that folds the column: they differ beyond ASCII.
	withWords sqldb.SQL = ` AND (LOWER(c.title) LIKE LOWER($48) ESCAPE '\' OR LOWER(c.number) LIKE LOWER($48) ESCAPE '\')`

	isOpen      sqldb.SQL = ` AND c.status = 'open'`
	isClosed    sqldb.SQL = ` AND c.status = 'closed'`
	isWithdrawn sqldb.SQL = ` AND c.status = 'withdrawn'`
	isVoided    sqldb.SQL = ` AND c.status = 'voided'`

	cutPage sqldb.SQL = ` ORDER BY c.next_due, c.id LIMIT $47)`

	inScope sqldb.SQL = `SELECT ` + rowColumns + ` FROM (SELECT ` + casesColumns + ` FROM case_row c WHERE ` + identity.InScope
	asParty sqldb.SQL = ` UNION SELECT ` + rowColumns + ` FROM (SELECT ` + casesColumns + ` FROM ` + identity.PartyCases + ` WHERE ` + identity.IsParty

	matchOpen      sqldb.SQL = inScope + isOpen + ofQuery + cutPage + ` AS scoped` + asParty + isOpen + ofQuery + cutPage + ` AS own`
	matchClosed    sqldb.SQL = inScope + isClosed + ofQuery + cutPage + ` AS scoped` + asParty + isClosed + ofQuery + cutPage + ` AS own`
	matchWithdrawn sqldb.SQL = inScope + isWithdrawn + ofQuery + cutPage + ` AS scoped` + asParty + isWithdrawn + ofQuery + cutPage + ` AS own`
	matchVoided    sqldb.SQL = inScope + isVoided + ofQuery + cutPage + ` AS scoped` + asParty + isVoided + ofQuery + cutPage + ` AS own`
	matchAny       sqldb.SQL = inScope + isOpen + ofQuery + cutPage + ` AS opened UNION ` + inScope + isClosed + ofQuery + cutPage + ` AS ended UNION ` +
		inScope + isWithdrawn + ofQuery + cutPage + ` AS stopped UNION ` + inScope + isVoided + ofQuery + cutPage + ` AS voided` + asParty + ofQuery + cutPage + ` AS own`

	matchOpenWords      sqldb.SQL = inScope + isOpen + ofQuery + withWords + cutPage + ` AS scoped` + asParty + isOpen + ofQuery + withWords + cutPage + ` AS own`
	matchClosedWords    sqldb.SQL = inScope + isClosed + ofQuery + withWords + cutPage + ` AS scoped` + asParty + isClosed + ofQuery + withWords + cutPage + ` AS own`
	matchWithdrawnWords sqldb.SQL = inScope + isWithdrawn + ofQuery + withWords + cutPage + ` AS scoped` + asParty + isWithdrawn + ofQuery + withWords + cutPage + ` AS own`
	matchVoidedWords    sqldb.SQL = inScope + isVoided + ofQuery + withWords + cutPage + ` AS scoped` + asParty + isVoided + ofQuery + withWords + cutPage + ` AS own`
	matchAnyWords       sqldb.SQL = inScope + isOpen + ofQuery + withWords + cutPage + ` AS opened UNION ` + inScope + isClosed + ofQuery + withWords + cutPage + ` AS ended UNION ` +
		inScope + isWithdrawn + ofQuery + withWords + cutPage + ` AS stopped UNION ` + inScope + isVoided + ofQuery + withWords + cutPage + ` AS voided` + asParty + ofQuery + withWords + cutPage + ` AS own`

	listOf     sqldb.SQL = `SELECT ` + rowColumns + ` FROM (`
	inOrder    sqldb.SQL = `) AS seen ORDER BY next_due, id LIMIT $47`
	countOf    sqldb.SQL = `SELECT COUNT(*) FROM (SELECT id FROM (`
	upToSoMany sqldb.SQL = `) AS seen LIMIT $47) AS counted`

	listOpen           sqldb.SQL = listOf + matchOpen + inOrder
	listClosed         sqldb.SQL = listOf + matchClosed + inOrder
	listWithdrawn      sqldb.SQL = listOf + matchWithdrawn + inOrder
	listVoided         sqldb.SQL = listOf + matchVoided + inOrder
	listAll            sqldb.SQL = listOf + matchAny + inOrder
	listOpenWords      sqldb.SQL = listOf + matchOpenWords + inOrder
	listClosedWords    sqldb.SQL = listOf + matchClosedWords + inOrder
	listWithdrawnWords sqldb.SQL = listOf + matchWithdrawnWords + inOrder
	listVoidedWords    sqldb.SQL = listOf + matchVoidedWords + inOrder
	listAllWords       sqldb.SQL = listOf + matchAnyWords + inOrder

	countOpen           sqldb.SQL = countOf + matchOpen + upToSoMany
	countClosed         sqldb.SQL = countOf + matchClosed + upToSoMany
	countWithdrawn      sqldb.SQL = countOf + matchWithdrawn + upToSoMany
	countVoided         sqldb.SQL = countOf + matchVoided + upToSoMany
	countAll            sqldb.SQL = countOf + matchAny + upToSoMany
	countOpenWords      sqldb.SQL = countOf + matchOpenWords + upToSoMany
	countClosedWords    sqldb.SQL = countOf + matchClosedWords + upToSoMany
	countWithdrawnWords sqldb.SQL = countOf + matchWithdrawnWords + upToSoMany
	countVoidedWords    sqldb.SQL = countOf + matchVoidedWords + upToSoMany
	countAllWords       sqldb.SQL = countOf + matchAnyWords + upToSoMany
)

// statements are the list and the count of a query.
type statements struct{ list, count sqldb.SQL }

// byStatus holds the statements of each status, "" being all, without and with words.
var byStatus = map[procedure.CaseStatus][2]statements{
	procedure.Open:      {{listOpen, countOpen}, {listOpenWords, countOpenWords}},
	procedure.Closed:    {{listClosed, countClosed}, {listClosedWords, countClosedWords}},
	procedure.Withdrawn: {{listWithdrawn, countWithdrawn}, {listWithdrawnWords, countWithdrawnWords}},
	procedure.Voided:    {{listVoided, countVoided}, {listVoidedWords, countVoidedWords}},
	"":                  {{listAll, countAll}, {listAllWords, countAllWords}},
}
