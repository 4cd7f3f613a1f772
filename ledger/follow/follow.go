// Package follow folds the sealed log, in ledger order, into reading projections: public
// registers, indicator columns, feeds. Each projection remembers the record number it
// stands at and screens show it. The log is thus also the outbox: a consumer that falls
// behind or crashes goes on from its own position (at least once, so Apply is idempotent).
package follow

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"time"

	"zhunsheng/ledger"
	"zhunsheng/ledger/ledgersql"
	"zhunsheng/sqldb"
)

// Record is one sealed event with its record number.
type Record struct {
	Index    int64
	Envelope ledger.Envelope
	memo     *memo
}

type memo struct{ value any }

// NewRecord makes the record of an envelope.
func NewRecord(index int64, env ledger.Envelope) Record { return Record{index, env, &memo{}} }

// Decoded is what decode makes of a record, made once for all projections. Every caller
// must ask for the same type.
func Decoded[T any](r Record, decode func(ledger.Envelope) (T, error)) (T, error) {
	if v, ok := r.memo.value.(T); ok {
		return v, nil
	}
	v, err := decode(r.Envelope)
	if err == nil {
		r.memo.value = v
	}
	return v, err
}

// Projection folds records. Prepare does what needs no database, before the writer is
// asked for its turn. Apply reads the record and the projection's own rows only, so that
// folding the same log into an empty database gives the same rows.
type Projection interface {
	Name() string
	Prepare(r Record) error
	Apply(tx *sqldb.Tx, r Record) error
}

// batch is how many records are folded in one transaction: large enough to share a
// commit, small enough that acts waiting behind it do not notice.
const batch = 64

// Follower folds for a set of projections.
type Follower struct {
	db   *sqldb.DB
	all  []Projection
	wake chan struct{}
}

// New makes a follower. It folds nothing until CatchUp or Run.
func New(db *sqldb.DB, all ...Projection) *Follower {
	return &Follower{db: db, all: all, wake: make(chan struct{}, 1)}
}

// Names lists the projections in order.
func (f *Follower) Names() []string {
	var out []string
	for _, p := range f.all {
		out = append(out, p.Name())
	}
	return out
}

// Projections lists the projections themselves, for rebuild.
func (f *Follower) Projections() []Projection { return f.all }

// Wake says that more records are sealed. It never blocks.
func (f *Follower) Wake() {
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// CatchUp folds everything sealed so far. Records are read and decoded beside the writer,
// which then has only rows to write; acts queue behind it and should not wait for JSON.
func (f *Follower) CatchUp(ctx context.Context) error {
	for {
		records, err := f.next(ctx)
		if err != nil || len(records) == 0 {
			return err
		}
		if err := f.db.Write(ctx, func(tx *sqldb.Tx) error { return f.fold(tx, records) }); err != nil {
			return err
		}
		if len(records) < batch {
			return nil
		}
	}
}

// next reads the records after those that every projection has folded.
func (f *Follower) next(ctx context.Context) ([]Record, error) {
	var stored []ledgersql.Stored
	err := f.db.Read(ctx, func(tx *sqldb.Tx) error {
		from := int64(math.MaxInt64)
		for _, p := range f.all {
			at, err := At(tx, p.Name())
			if err != nil {
				return err
			}
			from = min(from, at)
		}
		var err error
		stored, err = ledgersql.Range(tx, from, batch)
		return err
	})
	if err != nil {
		return nil, err
	}
	records := make([]Record, 0, len(stored))
	for _, s := range stored {
		env, err := ledger.ReadEnvelope(s.Body)
		if err != nil {
			return nil, err
		}
		r := NewRecord(s.Index, env)
		for _, p := range f.all {
			if err := p.Prepare(r); err != nil {
				return nil, fmt.Errorf("follow: %s: record %d: %w", p.Name(), s.Index, err)
			}
		}
		records = append(records, r)
	}
	return records, nil
}

// fold writes what each projection has not folded yet, and where it then stands.
func (f *Follower) fold(tx *sqldb.Tx, records []Record) error {
	for _, p := range f.all {
		at, err := At(tx, p.Name())
		if err != nil {
			return err
		}
		start := at
		for _, r := range records {
			if r.Index != at {
				continue
			}
			if err := p.Apply(tx, r); err != nil {
				return fmt.Errorf("follow: %s: record %d: %w", p.Name(), r.Index, err)
			}
			at++
		}
		if at == start {
			continue
		}
		if err := Put(tx, p.Name(), at); err != nil {
			return err
		}
	}
	return nil
}

// At is the number of records a projection has folded; the newest one is At-1.
func At(tx *sqldb.Tx, name string) (int64, error) {
	var at int64
	err := tx.QueryRow(getAt, name).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return at, err
}

// Run folds whenever woken, until ctx ends. It does nothing while nothing is sealed.
func (f *Follower) Run(ctx context.Context, log *slog.Logger) error {
	for {
		retry := (<-chan time.Time)(nil)
		if err := f.CatchUp(ctx); err != nil && ctx.Err() == nil {
			log.Error("reading projections fell behind, will try again", "err", err)
			retry = time.After(5 * time.Second)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-f.wake:
		case <-retry:
		}
	}
}

// Put sets where a projection stands; for rebuild, which folds by itself.
func Put(tx *sqldb.Tx, name string, at int64) error {
	_, err := tx.Exec(setAt, name, at)
	return err
}
