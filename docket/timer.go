package docket

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"time"

	"zhunsheng/gov"
	"zhunsheng/sqldb"
)

// expireBatch is how many due cases are looked up at once.
const expireBatch = 256

// ExpireDue writes the expiry events of every clock that has run out by now, each case in
// a transaction of its own, and returns how many cases it touched and when the next clock
// runs out (zero when none runs). It is safe to run at any time and twice.
func (d *Docket) ExpireDue(ctx context.Context) (n int, next gov.Instant, err error) {
	for {
		today := d.Clock.Now().Day()
		ids, err := d.dueCases(ctx, today)
		if err != nil {
			return n, 0, err
		}
		for _, id := range ids {
			if err := d.expireCase(ctx, id); err != nil {
				return n, 0, err
			}
			n++
		}
		if len(ids) < expireBatch {
			break
		}
	}
	err = d.DB.Read(ctx, func(tx *sqldb.Tx) error {
		var due gov.Day
		err := tx.QueryRow(earliestDue).Scan(&due)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		next = due.End()
		return err
	})
	return n, next, err
}

func (d *Docket) dueCases(ctx context.Context, today gov.Day) (ids []gov.CaseID, err error) {
	err = d.DB.Read(ctx, func(tx *sqldb.Tx) error {
		ids = nil
		rows, err := tx.Query(dueCases, today.String(), int64(expireBatch))
		if err != nil {
			return err
		}
		defer rows.Close()
		seen := map[gov.CaseID]bool{}
		for rows.Next() {
			var due string
			var id gov.CaseID
			if err := rows.Scan(&due, &id); err != nil {
				return err
			}
			if !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
		}
		return rows.Err()
	})
	return ids, err
}

func (d *Docket) expireCase(ctx context.Context, id gov.CaseID) error {
	return d.write(ctx, func(tx *sqldb.Tx) error {
		w, err := d.begin(tx, id, d.Clock.Now())
		if err != nil {
			return err
		}
		if err := w.advance(); err != nil {
			return err
		}
		w.finish()
		return nil
	})
}

// advance brings all cases to now: what moved their days first, then what has run out.
func (d *Docket) advance(ctx context.Context, log *slog.Logger) (next gov.Instant, err error) {
	values, err := d.values(ctx)
	if err != nil {
		return 0, err
	}
	if d.counted.Load() != values {
		if _, err := d.Sweep(ctx, log); err != nil {
			return 0, err
		}
	}
	_, next, err = d.ExpireDue(ctx)
	return next, err
}

// ParametersChanged wakes the timer, which counts the clocks of open cases anew. It never
// blocks; register.Config.Changed calls it.
func (d *Docket) ParametersChanged() { d.signal() }

// Timer sweeps at start and after a parameter changed, and runs ExpireDue whenever a clock
// runs out, until ctx ends. Between due instants it sleeps; acts that start an earlier clock
// wake it. Exactly one process runs it: the holder of the sequencer lock. A parameter that
// another process changed is seen within the hour, and by every act on a case at once.
func (d *Docket) Timer(ctx context.Context, log *slog.Logger) error {
	for {
		next, err := d.advance(ctx, log)
		d.nextDue.Store(int64(next))
		wait := time.Hour
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			log.Error("bringing cases up to date failed, will try again", "err", err)
			wait = 10 * time.Second
		case next != 0:
			wait = min(time.Duration(next-d.Clock.Now())*time.Microsecond, time.Hour)
		}
		t := time.NewTimer(max(wait, 50*time.Millisecond))
		select {
		case <-ctx.Done():
			t.Stop()
			return nil
		case <-t.C:
		case <-d.wake:
			t.Stop()
		}
	}
}
