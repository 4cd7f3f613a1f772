package docket

import (
	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/procedure"
	"zhunsheng/sqldb"
)

// linked finds cases that a case of this transaction names (关联案件), as far as the actor
// may see them: what cannot be seen cannot be named.
func linked(tx *sqldb.Tx, seat *identity.Principal) func(gov.CaseID) (procedure.Linked, bool) {
	return func(id gov.CaseID) (procedure.Linked, bool) {
		row, err := loadRow(tx, id)
		if err != nil {
			return procedure.Linked{}, false
		}
		scope, err := scopeOf(tx, seat.Actor.Person, row)
		if err != nil || !seat.Access.MayRead(scope) {
			return procedure.Linked{}, false
		}
		return procedure.Linked{Case: row.ID, Procedure: row.Procedure, Title: row.Title, Status: row.Status}, true
	}
}
