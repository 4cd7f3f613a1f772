package docket

import (
	"context"

	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/procedure"
	"zhunsheng/sqldb"
)

// KindVoid is the event that takes a recorded case back (撤销登记).
const KindVoid = "case.void"

// WholeRequest records a case with all that is known of it (整案补录), in one transaction: its
// opening and its facts in the order in which they happened. Key makes it safe to send twice.
// Recording holds for all of them. Case and Key of the acts are not read.
type WholeRequest struct {
	Open OpenRequest
	Acts []ActRequest
}

// RecordWhole records all of it or nothing. Clocks run out where the facts leave them, once
// all facts are there: a limit that was kept has never expired. Done is of the last fact.
// Errors: Refused with the refusals of the first fact that was refused, Forbidden, Invalid,
// Conflict when the key was used for something else.
func (d *Docket) RecordWhole(ctx context.Context, who *identity.Principal, req WholeRequest) (Done, error) {
	open := req.Open
	if open.Recording == nil {
		return Done{}, gov.Errorf(gov.Invalid, "整案补录须写明补录理由和来源")
	}
	type fact struct {
		Step     procedure.StepID
		Outcome  string
		Occurred gov.Instant
		Fields   map[procedure.FieldID]string
		Papers   map[procedure.PaperID][]procedure.Paper
	}
	var facts []fact
	for _, a := range req.Acts {
		facts = append(facts, fact{a.Step, a.Outcome, a.Occurred, a.Fields, a.Papers})
	}
	digest := d.requestDigest(open.Key, struct {
		Procedure, Title string
		Unit             gov.UnitID
		Occurred         gov.Instant
		Fields           map[procedure.FieldID]string
		Recording        *procedure.Recording
		Acts             []fact
	}{open.Procedure, open.Title, open.Unit, open.Occurred, open.Fields, open.Recording, facts})
	def, err := d.Definitions.Current(open.Procedure)
	if err != nil {
		return Done{}, err
	}
	var done Done
	err = d.write(ctx, func(tx *sqldb.Tx) error {
		now := d.Clock.Now()
		if again, err := d.repeated(tx, who.Actor.Person, open.Key, digest); err != nil || again != nil {
			if again != nil {
				done = *again
			}
			return err
		}
		dir, err := d.Registers.Directory(tx)
		if err != nil {
			return err
		}
		unit, ok := dir.UnitOn(open.Unit, now.Day())
		if !ok {
			return gov.FieldError("unit", "没有代码为“%s”的单位", open.Unit)
		}
		seat, err := dir.Principal(who.Actor, now.Day())
		if err != nil {
			return err
		}
		if !seat.Access.MayAction(identity.RecordCase, unit.Path) {
			return gov.Errorf(gov.Forbidden, "您在“%s”没有补录权限", unit.Name)
		}
		env, look := d.look(tx, dir, Row{Unit: open.Unit}, nil, seat, now)
		look.writes = true
		effects, no := def.Start(procedure.StartAct{Title: open.Title, Unit: open.Unit, Occurred: open.Occurred, Actor: who.Actor,
			Fields: open.Fields, Recording: open.Recording}, env)
		if look.err != nil {
			return look.err
		}
		if len(no) > 0 {
			return Refuse(no)
		}
		w := d.newCase(tx, dir, def, gov.CaseID(d.IDs.New(now)), now)
		if done, err = w.done(written{kind: KindOpen, actor: who.Actor, occurred: open.Occurred, key: open.Key,
			payload: Payload{Effects: effects, Recording: open.Recording, Request: digest, UnitPath: unit.Path, Level: def.Level()}}); err != nil {
			return err
		}
		for _, a := range req.Acts {
			if err := w.filesExist(seat, a.Papers, nil); err != nil {
				return err
			}
			if err := w.expireBy(min(a.Occurred, now)); err != nil {
				return err
			}
			env, look := w.look(seat)
			effects, no := w.def.Judge(w.state, procedure.Act{Step: a.Step, Outcome: a.Outcome, Occurred: a.Occurred, Actor: who.Actor,
				Recording: open.Recording, Fields: a.Fields, Papers: a.Papers, Qualifications: seat.Qualifications}, env)
			if look.err != nil {
				return look.err
			}
			if len(no) > 0 {
				return Refuse(no)
			}
			key := done.Case
			if done, err = w.done(written{kind: KindRecord, actor: who.Actor, occurred: a.Occurred,
				payload: Payload{Effects: effects, Recording: open.Recording}}); err != nil {
				return err
			}
			done.Case = key
		}
		return w.expire()
	})
	return done, err
}

// VoidRequest takes a recorded case back.
type VoidRequest struct {
	Case   gov.CaseID
	Reason string
	Key    string
}

// Void takes a case back that was recorded by mistake (撤销登记). Its events stay in the record.
// Errors: Refused when anything of it was performed here, or recorded by somebody else, or
// when another case hangs on it; Forbidden, NotFound, Conflict.
func (d *Docket) Void(ctx context.Context, who *identity.Principal, req VoidRequest) (Done, error) {
	if req.Reason == "" {
		return Done{}, gov.FieldError("reason", "请写明撤销登记的理由")
	}
	digest := d.requestDigest(req.Key, struct {
		Void   gov.CaseID
		Reason string
	}{req.Case, req.Reason})
	var done Done
	err := d.write(ctx, func(tx *sqldb.Tx) error {
		if again, err := d.repeated(tx, who.Actor.Person, req.Key, digest); err != nil || again != nil {
			if again != nil {
				done = *again
			}
			return err
		}
		w, err := d.begin(tx, req.Case, d.Clock.Now())
		if err != nil {
			return err
		}
		if _, err := w.mayTouch(who.Actor, identity.RecordCase); err != nil {
			return err
		}
		switch {
		case w.state.Status == procedure.Voided:
			return gov.Errorf(gov.Conflict, "这个案件已经撤销登记")
		case !w.recordedBy(who.Actor.Person):
			return gov.Errorf(gov.Refused, "只有全部由您补录、没有在本系统办理过的案件才能撤销登记")
		}
		var hanging int
		if err := tx.QueryRow(anyChild, string(req.Case)).Scan(&hanging); err != nil {
			return err
		}
		if hanging > 0 {
			return gov.Errorf(gov.Refused, "已有其他案件关联本案，不能撤销登记")
		}
		done, err = w.done(written{kind: KindVoid, actor: who.Actor, occurred: w.now, key: req.Key,
			payload: Payload{Effects: w.state.Void(), Note: req.Reason, Request: digest}})
		return err
	})
	return done, err
}

// recordedBy reports that every fact of the case was recorded by this person; what clocks did
// by themselves is nobody's.
func (w *writing) recordedBy(person gov.PersonID) bool {
	s := w.state
	if !s.Recorded || s.OpenedBy.Person != person || len(s.Corrections) > 0 {
		return false
	}
	for _, h := range s.History {
		if !h.Deemed && (!h.Recording || h.By.Person != person) {
			return false
		}
	}
	return true
}
