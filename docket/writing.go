package docket

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"

	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/ledger"
	"zhunsheng/ledger/ledgersql"
	"zhunsheng/procedure"
	"zhunsheng/register"
	"zhunsheng/sqldb"
)

// writing is one case being written inside one transaction. state is a private copy; it
// reaches the cache only after the commit is durable.
type writing struct {
	d     *Docket
	tx    *sqldb.Tx
	def   *procedure.Definition
	dir   *register.Directory
	row   Row
	state *procedure.State
	now   gov.Instant
	ahead bool // only to judge: the transaction reads, and other cases are not looked at
}

// races is how often a write that lost a race is judged anew on what the winner left.
const races = 5

// write runs fn in a transaction. On PostgreSQL two acts on one case may both be judged
// before either is committed; the loser then meets the winner's event or request key as a
// unique violation and is judged again, so that it is told what changed, or acts after.
func (d *Docket) write(ctx context.Context, fn func(*sqldb.Tx) error) (err error) {
	for range races {
		if err = d.DB.Write(ctx, fn); !sqldb.IsUnique(err) && !errors.Is(err, errKeyTaken) {
			return err
		}
	}
	return err
}

// begin loads a case for writing. Row and state are of the transaction's snapshot.
func (d *Docket) begin(tx *sqldb.Tx, id gov.CaseID, now gov.Instant) (*writing, error) {
	row, err := loadRow(tx, id)
	if err != nil {
		return nil, err
	}
	def, err := d.Definitions.ByDigest(row.Definition)
	if err != nil {
		return nil, err
	}
	state, err := d.state(tx, row, true)
	if err != nil {
		return nil, err
	}
	dir, err := d.registers(tx)
	if err != nil {
		return nil, err
	}
	return &writing{d: d, tx: tx, def: def, dir: dir, row: row, state: state.Clone(), now: now}, nil
}

// registers are what the registers say as the transaction sees them.
func (d *Docket) registers(tx *sqldb.Tx) (*register.Directory, error) {
	dir, err := d.Registers.Directory(tx)
	if err == nil {
		d.directory.Store(dir)
	}
	return dir, err
}

// state folds the events of a case, or takes the fold from the cache when it is of the
// row's version. The result is shared: clone before applying to it. What a transaction that
// writes has folded reaches the cache only once it is durable: others of its batch may have
// written the events.
func (d *Docket) state(tx *sqldb.Tx, row Row, writes bool) (*procedure.State, error) {
	if s := d.states.get(row.ID, row.Version); s != nil {
		return s, nil
	}
	events, err := ledgersql.Stream(tx, StreamOf(row.ID))
	if err != nil {
		return nil, err
	}
	s := procedure.NewState(row.ID)
	for _, ev := range events {
		env, err := ledger.ReadEnvelope(ev.Body)
		if err != nil {
			return nil, err
		}
		p, err := decode(env)
		if err != nil {
			return nil, err
		}
		s.Apply(env.Version, env.Actor, p.Effects)
	}
	if s.Version != row.Version {
		return nil, fmt.Errorf("docket: case %s stands at %d but its events lead to %d", row.ID, row.Version, s.Version)
	}
	if writes {
		tx.AfterCommit(func() { d.states.put(kept{row, s}) })
	} else {
		d.states.put(kept{row, s})
	}
	return s, nil
}

type written struct {
	kind     string
	actor    gov.Actor
	occurred gov.Instant
	key      string
	payload  Payload
}

// write appends one event and its deciding projections, and moves row and state on. Numbers
// are taken first; what the event writes into registers and which cases it opens follows, all
// in the transaction of the act.
func (w *writing) write(ev written) (id gov.EventID, opened []gov.CaseID, err error) {
	if w.ahead {
		return "", nil, errWriters
	}
	for i := range ev.payload.Effects.Numbers {
		if err := w.number(&ev.payload.Effects.Numbers[i]); err != nil {
			return "", nil, err
		}
	}
	ev.payload.Effects.Settle()
	for range ev.payload.Effects.Opens {
		ev.payload.Opened = append(ev.payload.Opened, gov.CaseID(w.d.IDs.New(w.now)))
	}
	if id, err = w.append(ev); err != nil {
		return "", nil, err
	}
	if err := w.enter(ev); err != nil {
		return "", nil, err
	}
	return id, ev.payload.Opened, w.open(ev)
}

// append writes the event of an act whose numbers are taken.
func (w *writing) append(ev written) (gov.EventID, error) {
	e, err := w.encode(ev)
	if err != nil {
		return "", err
	}
	if err := storeKey(w.tx, e.env, e.payload); err != nil {
		return "", err
	}
	return gov.EventID(e.env.ID), w.store(e)
}

// encoded is an event as it is stored. It is made without the database and never changes.
type encoded struct {
	env     ledger.Envelope
	payload Payload
	event   ledgersql.Event
}

// encode makes the event of an act whose numbers are taken, and moves the state on.
func (w *writing) encode(ev written) (e encoded, err error) {
	private, digests, err := w.hidePersonal(&ev.payload.Effects)
	if err != nil {
		return e, err
	}
	w.state.Slim(&ev.payload.Effects)
	w.state.Apply(w.state.Version+1, ev.actor, ev.payload.Effects)
	ev.payload.After = w.standing()
	body, err := json.Marshal(ev.payload)
	if err != nil {
		return e, fmt.Errorf("docket: encode payload: %w", err)
	}
	e.payload = ev.payload
	e.env = ledger.Envelope{ID: w.d.IDs.New(w.now), Stream: StreamOf(w.row.ID), Version: w.state.Version,
		Kind: ev.kind, Recorded: w.now, Occurred: ev.occurred, Actor: ev.actor, Key: ev.key, Payload: body, Private: digests}
	e.event, err = w.d.event(e.env, body, private...)
	return e, err
}

// store writes an encoded event and its deciding projections, and moves the row on.
func (w *writing) store(e encoded) (err error) {
	if err = ledgersql.Append(w.tx, e.event); err != nil {
		return err
	}
	w.row, err = apply(w.tx, e.env, e.payload, w.row, w.state)
	return err
}

// hiddenValue stands in an event, and in the state folded from it, for a personal value.
const hiddenValue = "〔个人信息〕"

// hidePersonal moves the values of personal fields out of the effects: the event keeps a
// salted digest, salt and value lie in private_value and can be erased by a later event.
func (w *writing) hidePersonal(e *procedure.Effects) (values []ledgersql.PrivateValue, digests map[string]string, err error) {
	for f, v := range e.Fields {
		if !w.def.Personal(f) || v == "" {
			continue
		}
		salt := make([]byte, ledger.SaltSize)
		w.d.Rand(salt)
		digest, err := ledger.PrivateDigest(salt, []byte(v))
		if err != nil {
			return nil, nil, err
		}
		if digests == nil {
			digests = map[string]string{}
			e.Fields = maps.Clone(e.Fields)
		}
		digests[string(f)], e.Fields[f] = digest, hiddenValue
		values = append(values, ledgersql.PrivateValue{Field: string(f), Salt: salt, Value: []byte(v)})
	}
	return values, digests, nil
}

// event gives an envelope the form in which it is stored; payload is what json.Marshal made of
// env.Payload.
func (d *Docket) event(env ledger.Envelope, payload []byte, private ...ledgersql.PrivateValue) (ledgersql.Event, error) {
	body, err := env.EncodeMarshalled(payload)
	salt := make([]byte, ledger.SaltSize)
	d.Rand(salt)
	return ledgersql.Event{ID: env.ID, Stream: env.Stream, Version: env.Version,
		Recorded: env.Recorded, Salt: salt, Body: body, Private: private}, err
}

// standing is where the case stands now, for lists: the first step that waits.
func (w *writing) standing() Standing {
	switch w.state.Status {
	case procedure.Open:
	case procedure.Voided:
		return Standing{Station: "已撤销登记"}
	default:
		return Standing{Station: "已办结"}
	}
	name, post := w.def.Next(w.state)
	s := Standing{Station: name, Awaits: post}
	for id, c := range w.state.Clocks {
		if c.Status != procedure.ClockRunning && c.Status != procedure.ClockExpired {
			continue
		}
		def, ok := w.def.Clock(id)
		if ok && def.Kind != procedure.AtLeast && (s.NextDue.IsZero() || c.Due.Before(s.NextDue)) {
			s.NextDue = c.Due
		}
	}
	return s
}

// look makes the environment in which this case is judged for somebody; nil is nobody.
func (w *writing) look(seat *identity.Principal) (procedure.Env, *looking) {
	env, l := w.d.look(w.tx, w.dir, w.row, w.state, seat, w.now)
	l.self, l.writes = w, true
	if w.ahead {
		l.refuse(&env)
	}
	return env, l
}

// expire writes the expiries of this case that are due, each an event of its own whose
// occurred is the due instant. Every act does it first, so that no act overtakes a clock.
func (w *writing) expire() error { return w.expireBy(w.now) }

// expireBy writes the expiries that were due by an instant: whoever enters a whole course
// afterwards (补录) lets each limit run out before the act that came after its end.
func (w *writing) expireBy(at gov.Instant) error {
	env, look := w.look(nil)
	for _, e := range w.def.Expiries(w.state, at, env) {
		if look.err != nil {
			return look.err
		}
		occurred := w.now
		if len(e.Clocks) > 0 {
			occurred = e.Clocks[0].Due.End()
		}
		_, _, err := w.write(written{kind: KindExpire, actor: gov.System, occurred: occurred, payload: Payload{Effects: e}})
		if err != nil {
			return err
		}
	}
	return nil
}

// number allocates the next number of a gap-free series within the act's transaction. A
// number without a series was given outside (补录) and stands as it was written there.
func (w *writing) number(n *procedure.Number) error {
	if n.Series == "" {
		return nil
	}
	if err := w.tx.QueryRow(takeNumber, n.Series).Scan(&n.N); err != nil {
		return err
	}
	n.Text = strings.ReplaceAll(n.Pattern, "{n}", strconv.FormatInt(n.N, 10))
	return nil
}

// finish hands the new state to the cache once the commit is durable, and wakes the timer
// when the case now has a clock that runs out before the one the timer waits for.
func (w *writing) finish() {
	w.tx.AfterCommit(func() {
		s, d := w.state, w.d
		d.states.put(kept{w.row, s})
		var due gov.Day
		for _, c := range s.Clocks {
			if c.Status == procedure.ClockRunning && (due.IsZero() || c.Due.Before(due)) {
				due = c.Due
			}
		}
		if next := d.nextDue.Load(); !due.IsZero() && (next == 0 || due.End() < gov.Instant(next)) {
			d.signal()
		}
	})
}

// mayTouch finds what the actor may do as this transaction sees the grants, and refuses a
// case that the actor may not see without saying that it exists.
func (w *writing) mayTouch(actor gov.Actor, action identity.Action) (*identity.Principal, error) {
	seat, err := w.dir.Principal(actor, w.now.Day())
	if err != nil {
		return nil, err
	}
	scope := identity.CaseScope{UnitPath: w.row.UnitPath, Level: w.row.Level}
	if seat.Access.MayAct(scope, action) {
		return seat, nil // by the unit's scope; only the others may be here as party
	}
	if scope, err = scopeOf(w.tx, actor.Person, w.row); err != nil {
		return nil, err
	}
	if !seat.Access.MayRead(scope) {
		return nil, errUnseen()
	}
	if !seat.Access.MayAct(scope, action) {
		return nil, gov.Errorf(gov.Forbidden, "您当前的岗位没有这个案件的%s权限", actionName(action))
	}
	return seat, nil
}

func errUnseen() error { return gov.Errorf(gov.NotFound, "没有这个案件，或者您无权查看") }

func scopeOf(tx *sqldb.Tx, person gov.PersonID, row Row) (identity.CaseScope, error) {
	var party int64
	err := tx.QueryRow(countParty, string(person), string(row.ID)).Scan(&party)
	return identity.CaseScope{UnitPath: row.UnitPath, Level: row.Level, Party: party > 0}, err
}

// movedOn tells the second of two people what the first one did. Clocks that ran out in
// between are no reason to refuse: what the person saw still stands, and every act writes
// due expiries first.
func (w *writing) movedOn(expect int64) error {
	events, err := ledgersql.Stream(w.tx, StreamOf(w.row.ID))
	if err != nil {
		return err
	}
	var what []string
	for _, ev := range events {
		if ev.Version <= expect {
			continue
		}
		env, err := ledger.DecodeEnvelope(ev.Body)
		if err != nil {
			return err
		}
		if env.Kind == KindExpire || env.Kind == KindRedate {
			continue
		}
		p, err := decode(env)
		if err != nil {
			return err
		}
		did := "已办理“" + w.def.StepName(p.Effects.Step) + "”"
		switch {
		case p.Effects.Correction != nil:
			did = "已办理更正"
		case p.Effects.Transition != nil:
			did = "已把案件转入程序的新版本"
		}
		what = append(what, env.Recorded.Time().Format("15:04")+" "+w.dir.PersonName(env.Actor.Person)+did)
	}
	if len(what) == 0 && expect < w.row.Version {
		return nil
	}
	if len(what) == 0 {
		return gov.Errorf(gov.Invalid, "请求中的案件版本不正确，请刷新后再办理")
	}
	return gov.Errorf(gov.Conflict, "在您查看之后案件有了变化：%s。请刷新后再办理，您填写的内容已为您保留", strings.Join(what, "；"))
}

// filesExist refuses papers whose content was never received, and contents that the actor
// neither brought nor may read: a digest stands on every receipt, and who knows it must not
// get the file by attaching it.
func (w *writing) filesExist(seat *identity.Principal, papers map[procedure.PaperID][]procedure.Paper, rec *procedure.Recording) error {
	check := func(field string, p *procedure.Paper) error {
		f, err := w.d.Files.Brought(w.tx, p.Digest, seat.Actor.Person)
		if gov.KindOf(err) == gov.NotFound {
			if f, err = w.d.Files.Known(w.tx, p.Digest); err == nil {
				err = w.mayCopy(seat, p)
			}
		}
		if err != nil {
			if gov.KindOf(err) == gov.NotFound {
				return gov.FieldError(field, "文件“%s”尚未上传完成，请重新选择", p.Name)
			}
			return err
		}
		p.Size, p.Media = f.Size, f.Media
		return nil
	}
	for id, list := range papers {
		for i := range list {
			if err := check(string(id), &list[i]); err != nil {
				return err
			}
		}
	}
	if rec != nil && rec.Paper != nil {
		return check("recording", rec.Paper)
	}
	return nil
}

// mayCopy allows a content somebody else brought when the actor may read a case that has it.
// What no case has yet is only for who brought it.
func (w *writing) mayCopy(seat *identity.Principal, p *procedure.Paper) error {
	rows, err := w.tx.Query(casesOfDigest, p.Digest)
	if err != nil {
		return err
	}
	attached, err := scanRows(rows)
	if err != nil {
		return err
	}
	for _, row := range attached {
		scope, err := scopeOf(w.tx, seat.Actor.Person, row)
		if err != nil {
			return err
		}
		if seat.Access.MayRead(scope) {
			return nil
		}
	}
	return gov.Errorf(gov.NotFound, "没有收到过这个文件")
}
