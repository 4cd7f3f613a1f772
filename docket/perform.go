package docket

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"

	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/ledger"
	"zhunsheng/ledger/ledgersql"
	"zhunsheng/procedure"
	"zhunsheng/sqldb"
)

// OpenRequest starts a case (启动). Key makes the request safe to send twice.
type OpenRequest struct {
	Procedure string
	Title     string
	Unit      gov.UnitID
	Occurred  gov.Instant // zero means now
	Fields    map[procedure.FieldID]string
	Recording *procedure.Recording
	Key       string
}

// ActRequest performs or records one step of a case.
type ActRequest struct {
	Case     gov.CaseID
	Expect   int64 // the version the person saw; 0 skips the check
	Step     procedure.StepID
	Outcome  string
	Occurred gov.Instant // zero means now
	Fields   map[procedure.FieldID]string
	Papers   map[procedure.PaperID][]procedure.Paper
	// Recording makes this 补录. It is the caller's choice from the start: a performing
	// request that is refused is never retried as a recording one.
	Recording *procedure.Recording
	Note      string
	Key       string
}

// Done says what an accepted request did. It is durable when the caller sees it.
type Done struct {
	Case     gov.CaseID
	Version  int64
	Event    gov.EventID
	Effects  procedure.Effects
	Recorded gov.Instant
	Repeated bool // the same request had acted before; nothing was done again
	// Opened are the cases that the act opened in its transaction, in the order of
	// Effects.Opens, which says of which procedure and for which unit.
	Opened []gov.CaseID
}

// Open starts a case for a principal. Errors: Refused with the refusals, Forbidden,
// Invalid, Conflict when the key was used for something else.
func (d *Docket) Open(ctx context.Context, who *identity.Principal, req OpenRequest) (Done, error) {
	digest := d.requestDigest(req.Key, struct {
		Procedure, Title string
		Unit             gov.UnitID
		Occurred         gov.Instant
		Fields           map[procedure.FieldID]string
		Recording        *procedure.Recording
	}{req.Procedure, req.Title, req.Unit, req.Occurred, req.Fields, req.Recording})
	def, err := d.Definitions.Current(req.Procedure)
	if err != nil {
		return Done{}, err
	}
	judge := func(w *writing) (written, []procedure.Refusal, error) { return w.judgeOpen(who, req, digest) }
	p := d.judgeAhead(ctx, func(tx *sqldb.Tx) (*writing, error) {
		dir, err := d.lately(tx)
		w := d.newCase(tx, dir, def, "", d.Clock.Now())
		return w, err
	}, judge)
	var done Done
	var refused []procedure.Refusal
	err = d.write(ctx, func(tx *sqldb.Tx) error {
		done, refused = Done{}, nil
		if acted, err := p.write(tx, &done); acted || err != nil {
			return err
		}
		if again, err := d.repeated(tx, who.Actor.Person, req.Key, digest); err != nil || again != nil {
			if again != nil {
				done = *again
			}
			return err
		}
		dir, err := d.registers(tx)
		if err != nil {
			return err
		}
		w := d.newCase(tx, dir, def, "", d.Clock.Now())
		ev, no, err := judge(w)
		if err != nil || len(no) > 0 {
			refused = no
			return err
		}
		done, err = w.done(ev)
		return err
	})
	if err == nil && len(refused) > 0 {
		err = Refuse(refused)
	}
	return done, err
}

// judgeOpen judges the opening of a case that has no id yet, and gives it one.
func (w *writing) judgeOpen(who *identity.Principal, req OpenRequest, digest string) (written, []procedure.Refusal, error) {
	unit, ok := w.dir.UnitOn(req.Unit, w.now.Day())
	if !ok {
		return written{}, nil, gov.FieldError("unit", "没有代码为“%s”的单位", req.Unit)
	}
	seat, err := w.dir.Principal(who.Actor, w.now.Day())
	if err != nil {
		return written{}, nil, err
	}
	action := identity.OpenCase
	if req.Recording != nil {
		action = identity.RecordCase
	}
	if !seat.Access.MayAction(action, unit.Path) {
		return written{}, nil, gov.Errorf(gov.Forbidden, "您在“%s”没有%s权限，不能为它启动案件", unit.Name, actionName(action))
	}
	occurred := req.Occurred
	if occurred.IsZero() {
		occurred = w.now
	}
	env, look := w.d.look(w.tx, w.dir, Row{Unit: req.Unit}, nil, seat, w.now)
	look.writes = true
	if w.ahead {
		look.refuse(&env)
	}
	effects, no := w.def.Start(procedure.StartAct{Title: req.Title, Unit: req.Unit, Occurred: occurred,
		Actor: who.Actor, Fields: req.Fields, Recording: req.Recording}, env)
	if look.err != nil || len(no) > 0 {
		return written{}, no, look.err
	}
	id := gov.CaseID(w.d.IDs.New(w.now))
	w.row.ID, w.state = id, procedure.NewState(id)
	return written{kind: KindOpen, actor: who.Actor, occurred: occurred, key: req.Key, payload: Payload{Effects: effects,
		Recording: req.Recording, Request: digest, UnitPath: unit.Path, Level: w.def.Level()}}, nil, nil
}

// Act performs or records one step. Errors: Refused with the refusals (the attempt itself
// is recorded in the ledger when a gate, order, role or time rule refused), Conflict when
// the case moved on since Expect, NotFound when the reader may not see the case.
func (d *Docket) Act(ctx context.Context, who *identity.Principal, req ActRequest) (Done, error) {
	digest := d.requestDigest(req.Key, struct {
		Case      gov.CaseID
		Step      procedure.StepID
		Outcome   string
		Occurred  gov.Instant
		Fields    map[procedure.FieldID]string
		Papers    map[procedure.PaperID][]procedure.Paper
		Recording *procedure.Recording
		Note      string
	}{req.Case, req.Step, req.Outcome, req.Occurred, req.Fields, req.Papers, req.Recording, req.Note})
	judge := func(w *writing) (written, []procedure.Refusal, error) { return w.judgeAct(who, req, digest) }
	p := d.judgeAhead(ctx, func(tx *sqldb.Tx) (*writing, error) { return d.standing(tx, req.Case) }, judge)
	var done Done
	var refused []procedure.Refusal
	err := d.write(ctx, func(tx *sqldb.Tx) error {
		done, refused = Done{}, nil
		if acted, err := p.write(tx, &done); acted || err != nil {
			return err
		}
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
		ev, no, err := judge(w)
		if err != nil {
			return err
		}
		if len(no) > 0 {
			refused = no
			if err := w.knock(who.Actor, req, digest, no); err != nil {
				return err
			}
			w.finish()
			return nil
		}
		done, err = w.done(ev)
		return err
	})
	if err == nil && len(refused) > 0 {
		err = Refuse(refused)
	}
	return done, err
}

// judgeAct brings the case to now and judges one act on it.
func (w *writing) judgeAct(who *identity.Principal, req ActRequest, digest string) (written, []procedure.Refusal, error) {
	action := identity.ActOnCase
	if req.Recording != nil {
		action = identity.RecordCase
	}
	seat, err := w.mayTouch(who.Actor, action)
	if err != nil {
		return written{}, nil, err
	}
	if req.Expect != 0 && req.Expect != w.row.Version {
		if err := w.movedOn(req.Expect); err != nil {
			return written{}, nil, err
		}
	}
	if err := w.advance(); err != nil {
		return written{}, nil, err
	}
	// Who may not take the step is told so, whatever is wrong with the files.
	notHeld := w.filesExist(seat, req.Papers, req.Recording)
	if notHeld != nil && gov.KindOf(notHeld) != gov.Invalid {
		return written{}, nil, notHeld
	}
	occurred := req.Occurred
	if occurred.IsZero() {
		occurred = w.now
	}
	env, look := w.look(seat)
	effects, no := w.def.Judge(w.state, procedure.Act{Step: req.Step, Outcome: req.Outcome, Occurred: occurred,
		Actor: who.Actor, Recording: req.Recording, Fields: req.Fields, Papers: req.Papers,
		Qualifications: seat.Qualifications}, env)
	if look.err != nil || len(no) > 0 {
		return written{}, no, look.err
	}
	return written{kind: kindOf(KindAct, req.Recording), actor: who.Actor, occurred: occurred, key: req.Key,
		payload: Payload{Effects: effects, Recording: req.Recording, Note: req.Note, Request: digest}}, nil, notHeld
}

func actionName(a identity.Action) string {
	if a == identity.RecordCase {
		return "补录"
	}
	return "办理"
}

func kindOf(performed string, rec *procedure.Recording) string {
	if rec != nil && performed == KindAct {
		return KindRecord
	}
	return performed
}

// requestDigest binds a request key to what was asked under it. The digest stands in the event
// for good and what was asked may hold personal values, which are short and easily guessed: so
// it is keyed, and says nothing to whoever has the tables or a copy of them without the key.
func (d *Docket) requestDigest(key string, content any) string {
	if key == "" {
		return ""
	}
	b, err := json.Marshal(content)
	if err != nil {
		panic("docket: a request is plain data: " + err.Error())
	}
	return hex.EncodeToString(d.MAC("request_key", key, b))
}

// repeated finds what the same request did before, if it was sent twice.
func (d *Docket) repeated(tx *sqldb.Tx, person gov.PersonID, key, digest string) (*Done, error) {
	if key == "" {
		return nil, nil
	}
	var stream string
	var version int64
	var had []byte
	err := tx.QueryRow(selectKey, string(person), key).Scan(&stream, &version, &had)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	want, _ := hex.DecodeString(digest)
	if !bytes.Equal(had, want) {
		return nil, gov.Errorf(gov.Conflict, "这个请求编号已经用于另一项办理，请刷新页面后重新提交")
	}
	stored, err := ledgersql.AtVersion(tx, stream, version)
	if err != nil {
		return nil, err
	}
	env, err := ledger.DecodeEnvelope(stored.Body)
	if err != nil {
		return nil, err
	}
	p, err := decode(env)
	if err != nil {
		return nil, err
	}
	return &Done{Case: CaseOf(stream), Version: version, Event: gov.EventID(env.ID), Effects: p.Effects,
		Recorded: env.Recorded, Repeated: true, Opened: p.Opened}, nil
}
