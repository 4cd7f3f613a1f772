package identity

// Slots is how many disjoint unit subtrees one seat can reach. Nearly every seat has one
// (its own unit) or two; a deputy county head's portfolio is about a dozen departments. A
// wider reach is a grant on the parent unit. Nothing is merged upward, because that would
// let somebody see more than was granted.
const Slots = 12

// FirstOwnParam is the number of the first parameter that a statement built on InScope or
// IsParty may use for itself: $1 … $40 are Access.Args.
const FirstOwnParam = 2 + 3*Slots + 2 + 1

// InScope is the first branch of the one predicate: the case row c lies in a unit subtree
// that the seat reaches, with clearance. The first two bounds span all slots, so that a
// narrow seat reads a narrow stretch of the index; an unused slot matches nothing.
//
// A list statement is two branches joined by UNION, never one WHERE with OR, which would
// walk every case in order for a person who is party to three of them:
//
//	SELECT … FROM (SELECT … FROM case_row c WHERE `+InScope+` AND … ORDER BY … LIMIT $n) AS a
//	UNION
//	SELECT … FROM (SELECT … FROM `+PartyCases+` WHERE `+IsParty+` AND … ORDER BY … LIMIT $n) AS b
//	ORDER BY … LIMIT $n
//
// The first branch is quick only when the rest of its WHERE lets an index give the order:
// status = $41, not ($41 = ” OR status = $41), which no index serves on SQLite.
const InScope = `(c.unit_path >= $1 AND c.unit_path < $2 AND (
	c.unit_path >= $3 AND c.unit_path < $4 AND c.level <= $5
	OR c.unit_path >= $6 AND c.unit_path < $7 AND c.level <= $8
	OR c.unit_path >= $9 AND c.unit_path < $10 AND c.level <= $11
	OR c.unit_path >= $12 AND c.unit_path < $13 AND c.level <= $14
	OR c.unit_path >= $15 AND c.unit_path < $16 AND c.level <= $17
	OR c.unit_path >= $18 AND c.unit_path < $19 AND c.level <= $20
	OR c.unit_path >= $21 AND c.unit_path < $22 AND c.level <= $23
	OR c.unit_path >= $24 AND c.unit_path < $25 AND c.level <= $26
	OR c.unit_path >= $27 AND c.unit_path < $28 AND c.level <= $29
	OR c.unit_path >= $30 AND c.unit_path < $31 AND c.level <= $32
	OR c.unit_path >= $33 AND c.unit_path < $34 AND c.level <= $35
	OR c.unit_path >= $36 AND c.unit_path < $37 AND c.level <= $38))`

// PartyCases is what the second branch reads from. The CROSS JOIN keeps SQLite to this
// order, from the person's few cases to their rows; with a plain JOIN it walks all open
// cases in the order of the list and asks for each whether the person is party.
const PartyCases = `case_party p CROSS JOIN case_row c`

// IsParty is the second branch: the row p of case_party names the person in the case c,
// with clearance.
const IsParty = `(p.person = $39 AND c.id = p.case_id AND c.level <= $40)`
