package docket

import (
	"context"

	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/procedure"
	"zhunsheng/register"
	"zhunsheng/sqldb"
)

// looking is how a case of one transaction looks at other cases. A look that fails answers
// "none", and err keeps why: a caller that judged with it must give err back, so that no gate
// stands on a question that was not answered.
type looking struct {
	d    *Docket
	tx   *sqldb.Tx
	dir  *register.Directory
	seat *identity.Principal // nil sees no case but those in known
	// known are cases that may be looked at whoever asks: those that the case already names.
	// Whether somebody may see a case is asked when it is named.
	known map[gov.CaseID]bool
	// self is the case being written, whose row and state the transaction may have moved on.
	self   *writing
	writes bool // the transaction writes
	err    error
}

// look makes the environment of one case of a transaction: what the registers say, the cases
// that it names and those that name it.
func (d *Docket) look(tx *sqldb.Tx, dir *register.Directory, row Row, state *procedure.State, seat *identity.Principal, now gov.Instant) (procedure.Env, *looking) {
	l := &looking{d: d, tx: tx, dir: dir, seat: seat, known: map[gov.CaseID]bool{}}
	if state != nil {
		for _, link := range state.Links {
			l.known[link.Case] = true
		}
	}
	env := d.env(dir, row.Unit, now)
	env.Linked = l.linked
	id := row.ID
	env.Children = func(of string) (count, open int) {
		if id == "" || l.err != nil {
			return 0, 0
		}
		count, open, l.err = children(tx, id, of)
		return count, open
	}
	return env, l
}

// refuse lets nobody look at other cases: what they are may change before the writer's turn.
func (l *looking) refuse(env *procedure.Env) {
	env.Linked = func(gov.CaseID) (procedure.Linked, bool) {
		l.err = errWriters
		return procedure.Linked{}, false
	}
	env.Children = func(string) (count, open int) {
		l.err = errWriters
		return 0, 0
	}
}

// linked finds a case that is named (关联案件): what the actor cannot see cannot be named.
func (l *looking) linked(id gov.CaseID) (procedure.Linked, bool) {
	if l.err != nil {
		return procedure.Linked{}, false
	}
	row, state, err := l.find(id)
	if err != nil {
		if gov.KindOf(err) != gov.NotFound {
			l.err = err
		}
		return procedure.Linked{}, false
	}
	def, err := l.d.Definitions.ByDigest(row.Definition)
	if err != nil {
		l.err = err
		return procedure.Linked{}, false
	}
	return procedure.Linked{Case: row.ID, Procedure: row.Procedure, Title: row.Title, Status: row.Status,
		Facts: def.TrueFacts(state)}, true
}

func (l *looking) find(id gov.CaseID) (Row, *procedure.State, error) {
	if l.self != nil && id == l.self.row.ID {
		return l.self.row, l.self.state, nil
	}
	row, err := loadRow(l.tx, id)
	if err != nil {
		return row, nil, err
	}
	if !l.known[id] {
		if l.seat == nil {
			return row, nil, errUnseen()
		}
		scope, err := scopeOf(l.tx, l.seat.Actor.Person, row)
		if err != nil {
			return row, nil, err
		}
		if !l.seat.Access.MayRead(scope) {
			return row, nil, errUnseen()
		}
	}
	state, err := l.d.state(l.tx, row, l.writes)
	return row, state, err
}

// Children lists the cases that name a case (子案件) and were not taken back, as far as the
// principal may see them, by age. It reads at most as many rows as childrenShown.
func (d *Docket) Children(ctx context.Context, who *identity.Principal, parent gov.CaseID) ([]Row, error) {
	var out []Row
	err := d.DB.Read(ctx, func(tx *sqldb.Tx) error {
		out = nil
		rows, err := tx.Query(childrenOf, string(parent), int64(childrenShown))
		if err != nil {
			return err
		}
		all, err := scanRows(rows)
		if err != nil {
			return err
		}
		for _, row := range all {
			scope, err := scopeOf(tx, who.Actor.Person, row)
			if err != nil {
				return err
			}
			if who.Access.MayRead(scope) {
				out = append(out, row)
			}
		}
		return nil
	})
	return out, err
}

// childrenShown bounds what Children reads.
const childrenShown = 5000
