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
	"time"

	"zhunsheng/ledger"
	"zhunsheng/ledger/ledgersql"
	"zhunsheng/sqldb"
)

// Record is one sealed event with its record number.
type Record struct {
	Index    int64
	Envelope ledger.Envelope
}

// Projection folds records. Apply reads the record and the projection's own rows only, so
// that folding the same log into an empty database gives the same rows.
type Projection interface {
	Name() string
	Apply(tx *sqldb.Tx, r Record) error
}

// batch is how many records are folded in one transaction: large enough to share a
// commit, small enough that acts waiting behind it do not notice.
const batch = 256

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

// CatchUp folds everything sealed so far.
func (f *Follower) CatchUp(ctx context.Context) error {
	for {
		more := false
		err := f.db.Write(ctx, func(tx *sqldb.Tx) error {
			more = false
			for _, p := range f.all {
				n, err := fold(tx, p)
				if err != nil {
					return fmt.Errorf("follow: %s: %w", p.Name(), err)
				}
				more = more || n == batch
			}
			return nil
		})
		if err != nil || !more {
			return err
		}
	}
}

func fold(tx *sqldb.Tx, p Projection) (int, error) {
	at, err := At(tx, p.Name())
	if err != nil {
		return 0, err
	}
	stored, err := ledgersql.Range(tx, at, batch)
	if err != nil || len(stored) == 0 {
		return 0, err
	}
	for _, s := range stored {
		env, err := ledger.DecodeEnvelope(s.Body)
		if err != nil {
			return 0, err
		}
		if err := p.Apply(tx, Record{Index: s.Index, Envelope: env}); err != nil {
			return 0, fmt.Errorf("record %d: %w", s.Index, err)
		}
	}
	_, err = tx.Exec(setAt, p.Name(), at+int64(len(stored)))
	return len(stored), err
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
