package register

import (
	"context"

	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/ledger"
	"zhunsheng/sqldb"
)

// Store is the service of registers over one database.
type Store struct{ Config }

// Config is what a Store stands on.
type Config struct {
	DB    *sqldb.DB
	Clock gov.Clock
	IDs   *gov.IDs
	Rand  func([]byte)
}

// Entry is one entry of a register during a span (台账条目).
type Entry struct {
	Register string
	Key      string
	identity.Span
	Data  map[string]string // personal fields included, 〔已依规删除〕 once erased
	Event gov.EventID       // the event that set the values
}

// Tag names what a reader saw, for Change.Seen.
func (e Entry) Tag() string { return "" }

// Change sets the values of an entry from a day on (entry.set).
type Change struct {
	Register string
	Key      string
	identity.Span
	Data     map[string]string
	Seen     string       // Entry.Tag of what the person saw; "" for a new key
	Approver gov.PersonID // another person, where the register asks for one
	Reason   string
	Occurred gov.Instant // zero means now
	Request  string      // idempotency key
}

// Ending ends an entry (entry.end): from the day On it holds no longer.
type Ending struct {
	Register string
	Key      string
	On       gov.Day
	Seen     string
	Approver gov.PersonID
	Reason   string
	Occurred gov.Instant
	Request  string
}

// Done says what an accepted change did.
type Done struct {
	Event    gov.EventID
	Version  int64 // of the register's stream
	Recorded gov.Instant
	Repeated bool
}

func (s *Store) Set(ctx context.Context, who *identity.Principal, c Change) (Done, error) {
	return Done{}, nil
}
func (s *Store) End(ctx context.Context, who *identity.Principal, e Ending) (Done, error) {
	return Done{}, nil
}

// Load writes many entries in one transaction, each its own event. For seeding and import.
func (s *Store) Load(ctx context.Context, actor gov.Actor, list []Change) error { return nil }

// Get, List and History read as of a day inside the caller's transaction.
func (s *Store) Get(tx *sqldb.Tx, register, key string, on gov.Day) (Entry, error) {
	return Entry{}, nil
}
func (s *Store) List(tx *sqldb.Tx, register string, on gov.Day, after string, limit int) ([]Entry, error) {
	return nil, nil
}
func (s *Store) History(tx *sqldb.Tx, register, key string) ([]Entry, error) { return nil, nil }

// Directory is units, people, posts, grants and parameters exactly as tx sees them.
func (s *Store) Directory(tx *sqldb.Tx) (*Directory, error) { return nil, nil }

// Roster implements identity.Directory.
func (s *Store) Roster(tx *sqldb.Tx) (*identity.Roster, error) { return nil, nil }

// Directory is one generation of the five registers; immutable.
type Directory struct{ *identity.Roster }

// Param has the fields of procedure.Param, so that procedure.Param(p) converts.
type Param struct {
	Value      string
	Source     string
	Unverified bool
}

// Param is the parameter in force on a day for a unit: the entry of the nearest scope above it.
func (d *Directory) Param(name string, unit gov.UnitID, on gov.Day) (Param, bool) {
	return Param{}, false
}

// UnitName gives name and 发文代字 of a unit.
func (d *Directory) UnitName(id gov.UnitID) (name, mark string) { return "", "" }

// PersonName gives the name of a person, or the id when nothing is known.
func (d *Directory) PersonName(id gov.PersonID) string { return "" }

// Apply writes the projection of one register event; rebuild uses it too. Total.
func Apply(tx *sqldb.Tx, env ledger.Envelope) error { return nil }
