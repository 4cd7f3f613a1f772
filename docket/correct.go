package docket

import (
	"context"
	"errors"
	"maps"

	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/procedure"
	"zhunsheng/sqldb"
)

// CorrectRequest proposes a correction (更正) of the act of one case version.
type CorrectRequest struct {
	Case   gov.CaseID
	Expect int64 // the version the person saw; 0 skips the check
	Of     int64 // version of the act whose entry was wrong; 1 is the opening
	Reason string
	Fields map[procedure.FieldID]string
	Papers map[procedure.PaperID][]procedure.Paper
	Key    string
}

// CorrectionRequest approves a proposed correction or declines it.
type CorrectionRequest struct {
	Case       gov.CaseID
	Correction int64
	Approve    bool
	Note       string
	Key        string
}

// Correct proposes a correction, also of a case that has ended. Errors are those of Act.
func (d *Docket) Correct(ctx context.Context, who *identity.Principal, req CorrectRequest) (Done, error) {
	digest := d.requestDigest(req.Key, struct {
		Case   gov.CaseID
		Of     int64
		Reason string
		Fields map[procedure.FieldID]string
		Papers map[procedure.PaperID][]procedure.Paper
	}{req.Case, req.Of, req.Reason, req.Fields, req.Papers})
	return d.correct(ctx, who, req.Case, req.Expect, req.Key, digest, func(w *writing, seat *identity.Principal, env procedure.Env) (procedure.Effects, []procedure.Refusal, error) {
		if err := w.filesExist(seat, req.Papers, nil); err != nil {
			return procedure.Effects{}, nil, err
		}
		if err := w.namesSeen(req.Fields, env); err != nil {
			return procedure.Effects{}, nil, err
		}
		e, no := w.def.Correct(w.state, procedure.CorrectionAct{Of: req.Of, Reason: req.Reason, Fields: req.Fields,
			Papers: req.Papers, Actor: who.Actor}, env)
		return e, no, nil
	})
}

// DecideCorrection approves a proposed correction or declines it. Errors are those of Act.
func (d *Docket) DecideCorrection(ctx context.Context, who *identity.Principal, req CorrectionRequest) (Done, error) {
	digest := d.requestDigest(req.Key, struct {
		Case       gov.CaseID
		Correction int64
		Approve    bool
		Note       string
	}{req.Case, req.Correction, req.Approve, req.Note})
	return d.correct(ctx, who, req.Case, 0, req.Key, digest, func(w *writing, _ *identity.Principal, env procedure.Env) (procedure.Effects, []procedure.Refusal, error) {
		e, no := w.def.DecideCorrection(w.state, procedure.CorrectionDecision{ID: req.Correction, Approve: req.Approve,
			Note: req.Note, Actor: who.Actor}, env)
		e.Links = w.nowNamed(e, env)
		return e, no, nil
	})
}

// correct writes one event of kind KindCorrect when judge has nothing against it.
func (d *Docket) correct(ctx context.Context, who *identity.Principal, id gov.CaseID, expect int64, key, digest string,
	judge func(*writing, *identity.Principal, procedure.Env) (procedure.Effects, []procedure.Refusal, error)) (Done, error) {
	var done Done
	var refused []procedure.Refusal
	err := d.write(ctx, func(tx *sqldb.Tx) error {
		done, refused = Done{}, nil
		now := d.Clock.Now()
		if again, err := d.repeated(tx, who.Actor.Person, key, digest); err != nil || again != nil {
			if again != nil {
				done = *again
			}
			return err
		}
		w, err := d.begin(tx, id, now)
		if err != nil {
			return err
		}
		seat, err := w.mayTouch(who.Actor, identity.RecordCase)
		if err != nil {
			return err
		}
		if expect != 0 && expect != w.row.Version {
			if err := w.movedOn(expect); err != nil {
				return err
			}
		}
		if err := w.advance(); err != nil {
			return err
		}
		env, look := w.look(seat)
		effects, no, err := judge(w, seat, env)
		if err = errors.Join(err, look.err); err != nil {
			return err
		}
		if len(no) > 0 {
			refused = no
			w.finish()
			return nil
		}
		done, err = w.done(written{kind: KindCorrect, actor: who.Actor, occurred: now, key: key,
			payload: Payload{Effects: effects, Request: digest}})
		return err
	})
	if err == nil && len(refused) > 0 {
		err = Refuse(refused)
	}
	return done, err
}

// namesSeen refuses a correction that names a case which the proposer cannot see.
func (w *writing) namesSeen(fields map[procedure.FieldID]string, env procedure.Env) error {
	for id, v := range fields {
		f, ok := w.def.Field(id)
		if !ok || f.Type != procedure.CaseField || v == "" {
			continue
		}
		if _, seen := env.Linked(gov.CaseID(v)); !seen || gov.CaseID(v) == w.row.ID {
			return gov.FieldError(string(id), "“%s”：没有这个案件，或者您无权查看", f.Label)
		}
	}
	return nil
}

// nowNamed adds the cases that corrected fields name, as they stand now. Whoever approves may
// be one who cannot see them: the proposer could.
func (w *writing) nowNamed(e procedure.Effects, env procedure.Env) map[procedure.FieldID]procedure.Linked {
	out := maps.Clone(e.Links)
	for id, v := range e.Fields {
		f, ok := w.def.Field(id)
		if !ok || f.Type != procedure.CaseField || v == "" {
			continue
		}
		l, seen := env.Linked(gov.CaseID(v))
		if !seen {
			l = procedure.Linked{Case: gov.CaseID(v)}
		}
		if out == nil {
			out = map[procedure.FieldID]procedure.Linked{}
		}
		out[id] = l
	}
	return out
}
