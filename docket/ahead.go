package docket

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"zhunsheng/gov"
	"zhunsheng/procedure"
	"zhunsheng/register"
	"zhunsheng/sqldb"
)

// plan is an act that was judged ahead (预先判断), beside the writer, for whom all wait. It
// rests on one version of one case and one generation of the registers. The writer writes it
// where both still stand, and judges anew where not: a plan decides nothing by itself.
//
// What is refused, what looks at other cases or enters a register, and what comes after a
// clock that ran out, is the writer's to judge. An act that takes a number or opens a case is
// judged ahead, but its event is made by the writer, who knows the number.
type plan struct {
	w     writing // as judged; the state is that after the event where there is one
	ev    written
	event *encoded
}

// errWriters says that only the writer may do this.
var errWriters = errors.New("docket: only the writer may do this")

// judgeAhead gives the plan of an act, or nil where the writer is to judge.
func (d *Docket) judgeAhead(ctx context.Context, begin func(*sqldb.Tx) (*writing, error),
	judge func(*writing) (written, []procedure.Refusal, error)) (p *plan) {
	err := d.DB.Read(ctx, func(tx *sqldb.Tx) error {
		w, err := begin(tx)
		if err != nil {
			return err
		}
		w.ahead = true
		ev, no, err := judge(w)
		e := ev.payload.Effects
		if err != nil || len(no)+len(e.Enters) > 0 {
			return err
		}
		p = &plan{ev: ev}
		if len(e.Numbers)+len(e.Opens) == 0 {
			event, err := w.encode(ev)
			if err != nil {
				return err
			}
			p.event = &event
		}
		p.w, p.w.tx, p.w.ahead = *w, nil, false
		return nil
	})
	if err != nil {
		return nil // the writer finds what is wrong, and says so
	}
	return p
}

// standing begins to judge a case as this process knows it, which may be out of date.
func (d *Docket) standing(tx *sqldb.Tx, id gov.CaseID) (*writing, error) {
	k, ok := d.states.newest(id)
	if !ok {
		row, err := loadRow(tx, id)
		if err != nil {
			return nil, err
		}
		state, err := d.state(tx, row, false)
		if err != nil {
			return nil, err
		}
		k = kept{row, state}
	}
	def, err := d.Definitions.ByDigest(k.row.Definition)
	if err != nil {
		return nil, err
	}
	dir, err := d.lately(tx)
	return &writing{d: d, tx: tx, def: def, dir: dir, row: k.row, state: k.state.Clone(), now: d.Clock.Now()}, err
}

// lately are the registers as this process knows them, which may be out of date.
func (d *Docket) lately(tx *sqldb.Tx) (*register.Directory, error) {
	if dir := d.directory.Load(); dir != nil {
		return dir, nil
	}
	return d.registers(tx)
}

// write writes the plan where it still stands. Where not, and where there is none, acted is
// false and nothing is written.
func (p *plan) write(tx *sqldb.Tx, done *Done) (acted bool, err error) {
	if p == nil {
		return false, nil
	}
	w := p.w
	w.tx = tx
	if dir, err := w.d.registers(tx); err != nil || dir != w.dir {
		return false, err
	}
	if w.row.Version > 0 {
		var version int64
		err := tx.QueryRow(selectStanding, string(w.row.ID)).Scan(&version)
		if errors.Is(err, sql.ErrNoRows) || err == nil && version != w.row.Version {
			return false, nil
		}
		if err != nil {
			return false, err
		}
	}
	if p.event == nil {
		again, err := w.d.repeated(tx, p.ev.actor.Person, p.ev.key, p.ev.payload.Request)
		if again != nil {
			*done = *again
		}
		if err != nil || again != nil {
			return true, err
		}
		w.state = w.state.Clone()
		*done, err = w.done(p.ev.again())
		return true, err
	}
	if err := storeKey(tx, p.event.env, p.event.payload); err != nil {
		if errors.Is(err, errKeyTaken) {
			return false, nil
		}
		return false, err
	}
	if err := w.store(*p.event); err != nil {
		return false, err
	}
	w.finish()
	*done = Done{Case: w.row.ID, Version: w.row.Version, Event: gov.EventID(p.event.env.ID), Effects: p.ev.payload.Effects,
		Recorded: w.now}
	return true, nil
}

// again copies what writing an event fills in, as a transaction may run twice.
func (ev written) again() written {
	e := &ev.payload.Effects
	e.Numbers, e.Opens = slices.Clone(e.Numbers), slices.Clone(e.Opens)
	return ev
}
