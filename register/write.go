package register

import (
	"context"
	"encoding/json"
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
	done, err := s.record(tx, d, kind, c, who.Actor, now, digest, "")
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

// record appends the event and applies it; of is the case that decided the change, if one did.
func (s *Store) record(tx *sqldb.Tx, d *Declaration, kind string, c Change, by gov.Actor, now gov.Instant, digest string, of gov.CaseID) (Done, error) {
	m, err := readMark(tx, streamMark, c.Register)
	if err != nil {
		return Done{}, err
	}
	p := Payload{Key: c.Key, From: c.From, To: c.To, Data: map[string]string{}, Approver: c.Approver, Reason: c.Reason,
		Declaration: d.digest, Case: of}
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
	if s.Changed != nil {
		tx.AfterCommit(func() { s.Changed(c.Register) })
	}
	return Done{Event: gov.EventID(env.ID), Version: env.Version, Recorded: now}, nil
}

func (s *Store) salt() []byte {
	b := make([]byte, ledger.SaltSize)
	s.Rand(b)
	return b
}
