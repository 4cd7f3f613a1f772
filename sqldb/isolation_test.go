package sqldb_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"zhunsheng/sqldb"
	"zhunsheng/sqldb/sqltest"
)

// 64 writers count one row up: no count is lost, and a number is given once.
func TestWrite_64WritersOnOneRow(t *testing.T) {
	const next sqldb.SQL = `UPDATE number_series SET last = last + 1 WHERE series = $1 RETURNING last`
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		run(t, db, insertSeries, "a", 0)
		const each = 8
		var given sync.Map
		var wait sync.WaitGroup
		for range 64 {
			wait.Go(func() {
				for range each {
					var n int64
					if err := db.Write(ctx, func(tx *sqldb.Tx) error {
						return tx.QueryRow(next, "a").Scan(&n)
					}); err != nil {
						t.Error(err)
					} else if _, twice := given.LoadOrStore(n, true); twice {
						t.Errorf("number %d was given twice", n)
					}
				}
			})
		}
		wait.Wait()
		if got := series(t, db, "a"); got != 64*each {
			t.Errorf("counted to %d, want %d", got, 64*each)
		}
		t.Logf("%+v", db.Stats())
	})
}

// A reader sees one snapshot, whatever is committed meanwhile, and a later reader sees
// what was committed before it.
func TestRead_SeesOneSnapshot(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		run(t, db, insertSeries, "a", 1)
		if err := db.Read(ctx, func(tx *sqldb.Tx) error {
			first, err := seriesIn(tx, "a")
			if err != nil {
				return err
			}
			run(t, db, setSeries, "a", 2)
			run(t, db, insertSeries, "b", 1)
			a, err := seriesIn(tx, "a")
			if err != nil {
				return err
			}
			b, err := seriesIn(tx, "b")
			if first != 1 || a != 1 || b != -1 {
				t.Errorf("the snapshot moved: a %d then %d, b %d", first, a, b)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if a := series(t, db, "a"); a != 2 {
			t.Errorf("a later reader sees %d, want 2", a)
		}
	})
}

// Write skew: each of two reads both rows and gives up its own only while the other stands.
// Serializable means that one always stands.
func TestWrite_WriteSkewIsRefused(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		run(t, db, insertSeries, "x", 1)
		run(t, db, insertSeries, "y", 1)
		for round := range 20 {
			run(t, db, setSeries, "x", 1)
			run(t, db, setSeries, "y", 1)
			var wait sync.WaitGroup
			var runs atomic.Int64
			read := make(chan struct{})
			for _, mine := range []string{"x", "y"} {
				wait.Go(func() {
					first := true
					if err := db.Write(ctx, func(tx *sqldb.Tx) error {
						runs.Add(1)
						x, err := seriesIn(tx, "x")
						if err != nil {
							return err
						}
						y, err := seriesIn(tx, "y")
						if err != nil {
							return err
						}
						if first && tx.Engine() == sqldb.Postgres { // both read before either writes
							first = false
							select {
							case read <- struct{}{}:
							case <-read:
							}
						}
						if x+y < 2 {
							return nil
						}
						_, err = tx.Exec(setSeries, mine, 0)
						return err
					}); err != nil {
						t.Error(err)
					}
				})
			}
			wait.Wait()
			if x, y := series(t, db, "x"), series(t, db, "y"); x+y != 1 {
				t.Fatalf("round %d: x %d, y %d", round, x, y)
			}
			if db.Engine() == sqldb.Postgres && runs.Load() < 3 {
				t.Fatalf("round %d: %d runs; the loser was not run again", round, runs.Load())
			}
		}
	})
}

// A function that is run again starts clean: only the run that was committed counts.
func TestWrite_RetryKeepsOnlyTheLastRun(t *testing.T) {
	db := sqltest.Postgres(t)
	run(t, db, insertSeries, "a", 0)
	runs, told := 0, 0
	if err := db.Write(ctx, func(tx *sqldb.Tx) error {
		runs++
		tx.AfterCommit(func() { told++ })
		a, err := seriesIn(tx, "a")
		if err != nil {
			return err
		}
		if runs == 1 { // somebody else is faster
			run(t, db, nextSeries, "a")
		}
		if _, err = tx.Exec(setSeries, "a", a+10); err != nil {
			return fmt.Errorf("without the cause: %v", err) // even a hidden cause is run again
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if got := series(t, db, "a"); got != 11 || runs != 2 || told != 1 || db.Stats().Retries != 1 {
		t.Errorf("a %d after %d runs, told %d times, %+v", got, runs, told, db.Stats())
	}
}

func TestWrite_OnlySerializationIsRunAgain(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		run(t, db, insertSeries, "a", 0)
		runs := 0
		_ = db.Write(ctx, func(tx *sqldb.Tx) error {
			runs++
			_, err := tx.Exec(insertSeries, "a", 0)
			return err
		})
		_ = db.Write(ctx, func(*sqldb.Tx) error { runs++; return errStop })
		if runs != 2 {
			t.Errorf("two functions ran %d times", runs)
		}
	})
}
