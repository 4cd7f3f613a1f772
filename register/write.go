package register

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"

	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/ledger"
	"zhunsheng/ledger/ledgersql"
	"zhunsheng/sqldb"
)

// Change sets the values of an entry from a day on: every value, not only what changed.
// A zero From is today; a zero To is no end. The span ends anyway where the key's next
// one begins, and an earlier span ends where this one begins and does not resume.
type Change struct {
	Register string
	Key      string
	identity.Span
	Data map[string]string
	// Seen is the Tag of the entry that the person had before the eyes, "" for none. When
	// the entry that holds on From is another by now, the change is a Conflict.
	Seen     string
	Approver gov.PersonID // another person, where the register asks for one
	Reason   string
	Occurred gov.Instant // when it was decided; zero means now
	Request  string      // idempotency key
}

// Ending ends an entry: On is the first day on which it no longer holds.
type Ending struct {
	Register string
	Key      string
	On       gov.Day // zero means today
	Seen     string
	Approver gov.PersonID
	Reason   string
	Occurred gov.Instant
	Request  string
}

// Done says what an accepted change did. It is durable when the caller of Set or End sees it.
type Done struct {
	Event    gov.EventID
	Version  int64 // of the register's stream
	Recorded gov.Instant
	Repeated bool // the same request had acted before; nothing was done again
}

// Set makes a change on behalf of a principal. Errors: FieldErrors, Forbidden, Conflict
// when the entry moved on or the request key was used for something else.
func (s *Store) Set(ctx context.Context, who *identity.Principal, c Change) (done Done, err error) {
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		done, err = s.SetIn(tx, who, c)
		return err
	})
	return done, err
}

// SetIn is Set inside the caller's transaction.
func (s *Store) SetIn(tx *sqldb.Tx, who *identity.Principal, c Change) (Done, error) {
	return s.write(tx, who, KindSet, c)
}

// End ends an entry on behalf of a principal. Errors as Set; NotFound when nothing holds.
func (s *Store) End(ctx context.Context, who *identity.Principal, e Ending) (done Done, err error) {
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		done, err = s.write(tx, who, KindEnd, Change{Register: e.Register, Key: e.Key, Span: identity.Span{From: e.On},
			Seen: e.Seen, Approver: e.Approver, Reason: e.Reason, Occurred: e.Occurred, Request: e.Request})
		return err
	})
	return done, err
}

func (s *Store) write(tx *sqldb.Tx, who *identity.Principal, kind string, c Change) (Done, error) {
	d, err := s.Declaration(c.Register)
	if err != nil {
		return Done{}, err
	}
	digest := d.requestDigest(kind, c)
	if done, again, err := repeated(tx, who.Actor.Person, c, digest); err != nil || again {
		return done, err
	}
	now := s.Clock.Now()
	if c.From.IsZero() {
		c.From = now.Day()
	}
	dir, err := s.Directory(tx)
	if err != nil {
		return Done{}, err
	}
	before, err := standing(tx, c)
	if err != nil {
		return Done{}, err
	}
	who, err = s.may(dir, who, d, kind, c, before, now)
	if err != nil {
		return Done{}, err
	}
	if kind == KindSet {
		d.fill(&c, who.Actor)
		if err := d.check(tx, &c, before); err != nil {
			return Done{}, err
		}
		if err := s.sense(dir, who, c); err != nil {
			return Done{}, err
		}
	}
	done, err := s.record(tx, d, kind, c, who.Actor, now, digest)
	if err != nil {
		return Done{}, err
	}
	if c.Register == Grants && kind == KindSet {
		// With the new grant in place the seat must still fit the predicate.
		dir, err := s.Directory(tx)
		if err != nil {
			return Done{}, err
		}
		if err := dir.Overreach(gov.PersonID(c.Data["person"])); err != nil {
			return Done{}, err
		}
	}
	return done, nil
}

// standing finds the entry of the key that a change follows: the newest span that begins on
// or before the day of the change.
func standing(tx *sqldb.Tx, c Change) (*Entry, error) {
	rows, err := tx.Query(selectHistory, c.Register, c.Key)
	spans, err := scanEntries(rows, err)
	if err != nil || len(spans) == 0 {
		return nil, err
	}
	at := spans[0]
	for _, e := range spans {
		if !c.From.Before(e.From) {
			at = e
		}
	}
	return &at, nil
}

// may checks everything about who and when, before what. It gives the principal as the
// grants stand in this transaction.
func (s *Store) may(dir *Directory, who *identity.Principal, d *Declaration, kind string, c Change, before *Entry, now gov.Instant) (*identity.Principal, error) {
	p, err := dir.Principal(who.Actor, now.Day())
	if err != nil {
		return nil, err
	}
	paths, err := d.scopes(dir, kind, c, before)
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		if !p.Access.MayAction(d.Edit(), path) {
			return nil, gov.Errorf(gov.Forbidden, "您当前的岗位不能修改%s", d.Name)
		}
	}
	if !d.Backdate && c.From.Before(now.Day()) {
		return nil, gov.FieldError("from", "%s不能倒签：日期最早为今天（%s）", d.Name, now.Day())
	}
	if c.Occurred > now {
		return nil, gov.FieldError("occurred", "决定日期不能晚于现在")
	}
	if d.Approve {
		if err := approved(dir, d, who.Actor, c.Approver, now.Day()); err != nil {
			return nil, err
		}
	} else if c.Approver != "" {
		return nil, gov.FieldError("approver", "%s的修改不需要他人批准", d.Name)
	}
	return p, seen(kind, c, d, before)
}

// scopes are the paths of the units for which the editor needs the action: that of the new
// values and that of the old ones.
func (d *Declaration) scopes(dir *Directory, kind string, c Change, before *Entry) ([]string, error) {
	if d.Scope == "" {
		return []string{""}, nil
	}
	var units []gov.UnitID
	if kind == KindSet {
		units = append(units, gov.UnitID(c.Data[d.Scope]))
	}
	if before != nil {
		units = append(units, gov.UnitID(before.Data[d.Scope]))
	}
	var paths []string
	for _, id := range units {
		if id == "" && d.Register == Units {
			id = gov.UnitID(c.Key) // the root of the tree has no unit above
		}
		unit, ok := dir.Unit(id)
		if !ok {
			f, _ := d.Field(d.Scope)
			return nil, FieldErrors{gov.FieldError(d.Scope, "%s：请填写有效的单位", f.Label)}
		}
		paths = append(paths, unit.Path)
	}
	return paths, nil
}

func approved(dir *Directory, d *Declaration, by gov.Actor, approver gov.PersonID, on gov.Day) error {
	switch approver {
	case "":
		return gov.FieldError("approver", "%s的修改须由另一人批准，请填写批准人", d.Name)
	case by.Person, by.OnBehalf:
		return gov.FieldError("approver", "提出人和批准人不能是同一人")
	}
	for _, seat := range dir.Seats(approver, on) {
		// What an agent may approve is still that person's own approval; the represented
		// person must not be the proposer either.
		p, err := dir.Principal(gov.Actor{Person: approver, Post: seat.Post, Unit: seat.Unit, OnBehalf: seat.OnBehalf}, on)
		if err == nil && seat.OnBehalf != by.Person && p.Access.MayAction(identity.ApproveRegister(d.Register), "") {
			return nil
		}
	}
	return gov.FieldError("approver", "“%s”目前没有批准%s修改的权限", dir.PersonName(approver), d.Name)
}

func seen(kind string, c Change, d *Declaration, before *Entry) error {
	tag := ""
	if before != nil && before.Holds(c.From) {
		tag = before.Tag()
	}
	if kind == KindEnd && tag == "" {
		return gov.Errorf(gov.NotFound, "%s中没有“%s”在 %s 有效的登记，不能终止", d.Name, c.Key, c.From)
	}
	if tag == c.Seen {
		return nil
	}
	if c.Seen == "" {
		return gov.Errorf(gov.Conflict, "%s中已有“%s”的登记，请在原有登记上变更；您填写的内容已为您保留", d.Name, c.Key)
	}
	return gov.Errorf(gov.Conflict, "“%s”的登记在您查看之后有了变化，请核对后再提交；您填写的内容已为您保留", c.Key)
}

// fill puts in what the program knows and nobody types.
func (d *Declaration) fill(c *Change, by gov.Actor) {
	for _, f := range d.Fields {
		if f.Fill == "actor" {
			if c.Data = maps.Clone(c.Data); c.Data == nil {
				c.Data = map[string]string{}
			}
			c.Data[f.Name] = string(by.Person)
		}
	}
}

// record appends the event and applies it.
func (s *Store) record(tx *sqldb.Tx, d *Declaration, kind string, c Change, by gov.Actor, now gov.Instant, digest string) (Done, error) {
	m, err := readMark(tx, streamMark, c.Register)
	if err != nil {
		return Done{}, err
	}
	p := Payload{Key: c.Key, From: c.From, To: c.To, Data: map[string]string{}, Approver: c.Approver, Reason: c.Reason,
		Declaration: d.digest}
	env := ledger.Envelope{ID: s.IDs.New(now), Stream: StreamOf(c.Register), Version: m.count + 1, Kind: kind,
		Recorded: now, Occurred: c.Occurred, Actor: by, Key: c.Request, Private: map[string]string{}}
	if env.Occurred.IsZero() {
		env.Occurred = now
	}
	if c.Request != "" {
		p.Request = digest
	}
	event := ledgersql.Event{ID: env.ID, Stream: env.Stream, Version: env.Version, Recorded: now, Salt: s.salt()}
	for field, v := range c.Data {
		if f, _ := d.Field(field); !f.Personal {
			p.Data[field] = v
			continue
		}
		salt := s.salt()
		if env.Private[field], err = ledger.PrivateDigest(salt, []byte(v)); err != nil {
			return Done{}, err
		}
		event.Private = append(event.Private, ledgersql.PrivateValue{Field: field, Salt: salt, Value: []byte(v)})
	}
	if env.Payload, err = json.Marshal(p); err != nil {
		return Done{}, err
	}
	if event.Body, err = env.Encode(); err != nil {
		return Done{}, err
	}
	// The projection comes first: on PostgreSQL two changes of one register then meet at the
	// stream's mark, where the engine tells the later one to run again and to see what the
	// earlier one did. At the event's version they would meet as a plain conflict, and a
	// request sent twice would be told so instead of what it did.
	if err := Apply(tx, env); err != nil {
		return Done{}, err
	}
	if err := ledgersql.Append(tx, event); err != nil {
		return Done{}, err
	}
	return Done{Event: gov.EventID(env.ID), Version: env.Version, Recorded: now}, nil
}

func (s *Store) salt() []byte {
	b := make([]byte, ledger.SaltSize)
	s.Rand(b)
	return b
}

// Load writes many entries in one transaction, each its own event, in order: what refers
// comes after what it refers to. It is for setting up a database: values are checked, but
// neither grants nor approver, nor whether an entry begins in the past. An entry that
// stands already with the same values is left alone, so that a set-up can run again.
func (s *Store) Load(ctx context.Context, by gov.Actor, list []Change) error {
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		now := s.Clock.Now()
		people := map[gov.PersonID]bool{}
		for i, c := range list {
			d, err := s.Declaration(c.Register)
			if err != nil {
				return err
			}
			if c.From.IsZero() {
				c.From = now.Day()
			}
			before, err := standing(tx, c)
			if err != nil {
				return err
			}
			if err := d.check(tx, &c, before); err != nil {
				return fmt.Errorf("register: load: entry %d (%s/%s): %w", i+1, c.Register, c.Key, err)
			}
			same, err := unchanged(tx, before, c)
			if err != nil {
				return err
			}
			if same {
				continue
			}
			if _, err := s.record(tx, d, KindSet, c, by, now, d.requestDigest(KindSet, c)); err != nil {
				return err
			}
			if c.Register == Grants {
				people[gov.PersonID(c.Data["person"])] = true
			}
		}
		if len(people) == 0 {
			return nil
		}
		dir, err := s.Directory(tx)
		if err != nil {
			return err
		}
		for person := range people {
			if err := dir.Overreach(person); err != nil {
				return err
			}
		}
		return nil
	})
}

func unchanged(tx *sqldb.Tx, before *Entry, c Change) (bool, error) {
	if before == nil || before.From != c.From || len(before.Data) != len(c.Data) {
		return false, nil
	}
	var next gov.Day
	if err := tx.QueryRow(nextStart, c.Register, c.Key, c.From).Scan(&next); err != nil {
		return false, err
	}
	if before.To != shorter(c.To, next) {
		return false, nil
	}
	if err := opened(tx, before); err != nil {
		return false, err
	}
	return maps.Equal(before.Data, c.Data), nil
}

// requestDigest binds a request key to what was asked under it. Personal values stay out:
// the digest is in the event for good, and without a salt it would help to guess them.
func (d *Declaration) requestDigest(kind string, c Change) string {
	data := map[string]string{}
	for name, v := range c.Data {
		if f, ok := d.Field(name); ok && !f.Personal {
			data[name] = v
		}
	}
	c.Request, c.Data = "", data
	b, err := json.Marshal(struct {
		Kind string
		Change
	}{kind, c})
	if err != nil {
		panic("register: a request is plain data: " + err.Error())
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// repeated finds what the same request did before, if it was sent twice.
func repeated(tx *sqldb.Tx, person gov.PersonID, c Change, digest string) (Done, bool, error) {
	if c.Request == "" {
		return Done{}, false, nil
	}
	var stream string
	var version int64
	var had []byte
	err := tx.QueryRow(selectKey, string(person), c.Request).Scan(&stream, &version, &had)
	if errors.Is(err, sql.ErrNoRows) {
		return Done{}, false, nil
	}
	if err != nil {
		return Done{}, false, err
	}
	want, err := hex.DecodeString(digest)
	if err != nil || !bytes.Equal(had, want) {
		return Done{}, false, gov.Errorf(gov.Conflict, "这个请求编号已经用于另一项修改，请刷新页面后重新提交")
	}
	stored, err := ledgersql.AtVersion(tx, stream, version)
	if err != nil {
		return Done{}, false, err
	}
	return Done{Event: gov.EventID(stored.ID), Version: version, Recorded: stored.Recorded, Repeated: true}, true, nil
}
