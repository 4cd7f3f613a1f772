package sqldb_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"zhunsheng/gov"
	"zhunsheng/sqldb"
	"zhunsheng/sqldb/sqltest"
)

func yield() { runtime.Gosched() }

var errStop = errors.New("stop")

func TestWrite_CommitsAndRollsBack(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		run(t, db, insertSeries, "a", 7)
		if err := db.Write(ctx, func(tx *sqldb.Tx) error {
			if _, err := tx.Exec(insertSeries, "b", 8); err != nil {
				return err
			}
			return errStop
		}); !errors.Is(err, errStop) {
			t.Fatalf("got %v, want the function's own error", err)
		}
		if a, b := series(t, db, "a"), series(t, db, "b"); a != 7 || b != -1 {
			t.Errorf("a is %d, b is %d; want 7 and no row", a, b)
		}
		if s := db.Stats(); s.Writes != 1 || s.Refused != 1 {
			t.Errorf("stats count %d writes and %d refused, want 1 and 1", s.Writes, s.Refused)
		}
	})
}

func TestErrors_UniqueOnKeyAndIndex(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		run(t, db, insertLeaf, 1, "e1", []byte{1})
		for what, err := range map[string]error{
			"primary key":  db.Write(ctx, doing(insertLeaf, 1, "e2", []byte{1})),
			"unique index": db.Write(ctx, doing(insertLeaf, 2, "e1", []byte{1})),
		} {
			if !sqldb.IsUnique(err) || sqldb.IsFull(err) || sqldb.IsSerialization(err) {
				t.Errorf("%s: got %v, want a unique violation only", what, err)
			}
		}
		if err := db.Write(ctx, doing(insertLeaf, 3, nil, []byte{1})); err == nil || sqldb.IsUnique(err) {
			t.Errorf("a NULL in a NOT NULL column gave %v", err)
		}
	})
}

// One function's failure, of whatever kind, leaves the others of its batch alone.
func TestWrite_BatchMembersAreIsolated(t *testing.T) {
	db := sqltest.SQLite(t)
	run(t, db, insertSeries, "taken", 1)
	before := db.Stats()
	open := gate(t, db)
	acts := map[string]func(*sqldb.Tx) error{
		"good":  doing(insertSeries, "good", 1),
		"error": func(tx *sqldb.Tx) error { _, _ = tx.Exec(insertSeries, "error", 1); return errStop },
		"panic": func(tx *sqldb.Tx) error { _, _ = tx.Exec(insertSeries, "panic", 1); panic("boom") },
		"taken": func(tx *sqldb.Tx) error {
			if _, err := tx.Exec(insertSeries, "before taken", 1); err != nil {
				return err
			}
			_, err := tx.Exec(insertSeries, "taken", 2)
			return err
		},
		"dropped": func(tx *sqldb.Tx) error {
			_, _ = tx.Exec(insertSeries, "dropped", 1)
			_, _ = tx.Exec(insertSeries, "taken", 2)
			return nil
		},
		"fatal": func(tx *sqldb.Tx) error {
			_, _ = tx.Exec(insertSeries, "fatal", 1)
			runtime.Goexit() // what t.Fatal does
			return nil
		},
		"good too": doing(insertSeries, "good too", 1),
	}
	got := map[string]error{}
	var mu sync.Mutex
	var wait sync.WaitGroup
	for name, fn := range acts {
		wait.Go(func() {
			err := errStop // stands when the goroutine is ended
			defer func() {
				mu.Lock()
				defer mu.Unlock()
				got[name] = err
			}()
			err = db.Write(ctx, fn)
		})
	}
	untilWaiting(db, int64(len(acts)))
	open()
	wait.Wait()
	for name := range acts {
		committed := series(t, db, name) == 1
		if want := strings.HasPrefix(name, "good"); name != "taken" && committed != want || (got[name] == nil) != want {
			t.Errorf("%s: committed %v, answered %v", name, committed, got[name])
		}
	}
	if series(t, db, "before taken") != -1 {
		t.Error("the first statement of a failed function was committed")
	}
	if !sqldb.IsUnique(got["taken"]) || !sqldb.IsUnique(got["dropped"]) {
		t.Errorf("a unique violation must be told: %v, %v", got["taken"], got["dropped"])
	}
	if !strings.Contains(fmt.Sprint(got["panic"]), "boom") {
		t.Errorf("the panic was answered with %v", got["panic"])
	}
	after := db.Stats()
	if after.Batches-before.Batches != 1 || after.Largest != int64(len(acts))+1 {
		t.Errorf("%d commits, the largest of %d, want one of all", after.Batches-before.Batches, after.Largest)
	}
}

// On a full disk the engine drops the whole transaction in the middle of a function. Then
// the whole batch is told, what it wrote is gone, and the next batch is whole again.
func TestWrite_EngineLosesTheBatch(t *testing.T) {
	db := sqltest.SQLite(t)
	open := gate(t, db)
	answers := make([]error, 3)
	var wait sync.WaitGroup
	for i, fn := range []func(*sqldb.Tx) error{
		doing(insertSeries, "before", 1),
		func(tx *sqldb.Tx) error {
			if _, err := tx.Exec(`PRAGMA max_page_count = 1`); err != nil { // no page more than now
				return err
			}
			_, err := tx.Exec(insertLeaf, 1, "e", make([]byte, 1<<20))
			return err
		},
		doing(insertSeries, "after", 1),
	} {
		wait.Go(func() { answers[i] = db.Write(ctx, fn) })
		untilWaiting(db, int64(i+1))
	}
	open()
	wait.Wait()
	for _, err := range answers[:2] {
		if gov.KindOf(err) != gov.Unavailable || !sqldb.IsFull(err) {
			t.Errorf("a member of the lost batch was told %v", err)
		}
	}
	if answers[2] != nil || series(t, db, "before") != -1 || series(t, db, "after") != 1 {
		t.Errorf("afterwards: %v, before %d, after %d", answers[2], series(t, db, "before"), series(t, db, "after"))
	}
	run(t, db, insertLeaf, 1, "e", make([]byte, 1<<20))
}

// On SQLite a statement that failed could be stepped over; on PostgreSQL it cannot. The
// stricter rule holds on both.
func TestWrite_FailedStatementLosesTheTransaction(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		run(t, db, insertSeries, "taken", 1)
		var second error
		err := db.Write(ctx, func(tx *sqldb.Tx) error {
			_, _ = tx.Exec(insertSeries, "taken", 2)
			_, second = tx.Exec(insertSeries, "next", 1)
			return nil
		})
		if !sqldb.IsUnique(err) || second == nil {
			t.Errorf("Write gave %v and the next statement %v, want errors", err, second)
		}
		if series(t, db, "next") != -1 {
			t.Error("a statement after a failed one was committed")
		}
	})
}

func TestWrite_PanicIsAnError(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		err := db.Write(ctx, func(tx *sqldb.Tx) error {
			if _, err := tx.Exec(insertSeries, "a", 1); err != nil {
				return err
			}
			panic("boom")
		})
		if err == nil || !strings.Contains(err.Error(), "boom") || gov.KindOf(err) != gov.Fault {
			t.Errorf("got %v, want a fault that names the panic", err)
		}
		if series(t, db, "a") != -1 {
			t.Error("what was written before the panic was committed")
		}
	})
}

func TestWrite_EndOfContextBeforeStart(t *testing.T) {
	db := sqltest.SQLite(t)
	open := gate(t, db)
	short, cancel := context.WithCancel(ctx)
	answer := make(chan error)
	ran := false
	go func() {
		answer <- db.Write(short, func(*sqldb.Tx) error { ran = true; return nil })
	}()
	untilWaiting(db, 1)
	cancel()
	if err := <-answer; !errors.Is(err, context.Canceled) { // while the writer is still busy
		t.Errorf("got %v, want context.Canceled", err)
	}
	open()
	run(t, db, insertSeries, "later", 1)
	if ran {
		t.Error("an abandoned function ran")
	}
}

// Once it runs, the caller learns what truly happened.
func TestWrite_EndOfContextWhileRunning(t *testing.T) {
	db := sqltest.SQLite(t)
	short, cancel := context.WithCancel(ctx)
	err := db.Write(short, func(tx *sqldb.Tx) error {
		cancel()
		_, err := tx.Exec(insertSeries, "a", 1)
		return err
	})
	if err != nil || series(t, db, "a") != 1 {
		t.Errorf("got %v and a = %d, want a commit", err, series(t, db, "a"))
	}
}

func TestWrite_EndedContextNeverStarts(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		ended, cancel := context.WithCancel(ctx)
		cancel()
		never := func(*sqldb.Tx) error { t.Error("ran"); return nil }
		if err := db.Write(ended, never); !errors.Is(err, context.Canceled) {
			t.Errorf("Write gave %v", err)
		}
		if err := db.Read(ended, never); !errors.Is(err, context.Canceled) {
			t.Errorf("Read gave %v", err)
		}
	})
}

func TestTx_AfterCommitRunsOnlyAfterCommit(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		var told []string
		if err := db.Write(ctx, func(tx *sqldb.Tx) error {
			tx.AfterCommit(func() {
				if series(t, db, "a") != 1 {
					t.Error("ran before the commit could be seen")
				}
				told = append(told, "first")
			})
			tx.AfterCommit(func() { told = append(told, "second") })
			_, err := tx.Exec(insertSeries, "a", 1)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		_ = db.Write(ctx, func(tx *sqldb.Tx) error {
			tx.AfterCommit(func() { told = append(told, "of a failed one") })
			return errStop
		})
		if strings.Join(told, ",") != "first,second" {
			t.Errorf("ran %q", told)
		}
	})
}

func TestTx_RefusesNestingAndUseAfterItsEnd(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		var kept *sqldb.Tx
		if err := db.Write(ctx, func(tx *sqldb.Tx) error {
			kept = tx
			nothing := func(*sqldb.Tx) error { return nil }
			if db.Write(tx.Context(), nothing) == nil || db.Read(tx.Context(), nothing) == nil {
				t.Error("a transaction inside a transaction was let through")
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := kept.Exec(insertSeries, "a", 1); err == nil {
			t.Error("a transaction was used after its end")
		}
		var n int
		if err := kept.QueryRow(getSeries, "a").Scan(&n); err == nil {
			t.Error("a row came from a transaction after its end")
		}
	})
}

func TestRead_CannotWrite(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		if err := db.Read(ctx, doing(insertSeries, "a", 1)); err == nil {
			t.Error("a reader wrote")
		}
		if series(t, db, "a") != -1 {
			t.Error("the reader's row is there")
		}
	})
}

// A reader that nobody waits for any more is stopped, and its connection serves the next.
func TestRead_EndOfContextStopsAQuery(t *testing.T) {
	const long sqldb.SQL = `WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) SELECT COUNT(*) FROM n`
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		for range 20 {
			short, cancel := context.WithTimeout(ctx, 5*time.Millisecond)
			err := db.Read(short, func(tx *sqldb.Tx) error {
				var n int64
				return tx.QueryRow(long).Scan(&n)
			})
			cancel()
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Fatalf("got %v, want the end of the context", err)
			}
			if n := series(t, db, "a"); n != -1 {
				t.Fatalf("the next reader read %d", n)
			}
		}
	})
}

// A query inside a loop over the rows of the same query must not disturb it, and rows left
// open must not hold the snapshot.
func TestRead_SameQueryInsideItsOwnRows(t *testing.T) {
	const below sqldb.SQL = `SELECT series FROM number_series WHERE last < $1 ORDER BY series`
	db := sqltest.SQLite(t)
	for i := range 4 {
		run(t, db, insertSeries, fmt.Sprint(i), i)
	}
	var pairs []string
	if err := db.Read(ctx, func(tx *sqldb.Tx) error {
		outer, err := tx.Query(below, 3)
		if err != nil {
			return err
		}
		for outer.Next() {
			var o string
			if err := outer.Scan(&o); err != nil {
				return err
			}
			inner, err := tx.Query(below, 2)
			if err != nil {
				return err
			}
			for inner.Next() {
				var i string
				if err := inner.Scan(&i); err != nil {
					return err
				}
				pairs = append(pairs, o+i)
			}
		}
		_, err = tx.Query(below, 4) // left open
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(pairs, " "); got != "00 01 10 11 20 21" {
		t.Errorf("got %s", got)
	}
	run(t, db, insertSeries, "new", 0)
	if got := column(t, db, below, 9); len(got) != 5 {
		t.Errorf("a reader with rows left open sees %v", got)
	}
}

// A row that nobody scans must not spoil its statement for those who come later.
func TestTx_RowLeftUnscanned(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		run(t, db, insertSeries, "a", 1)
		for range 3 {
			leave := func(tx *sqldb.Tx) error {
				tx.QueryRow(getSeries, "a")
				return nil
			}
			if err := db.Write(ctx, leave); err != nil {
				t.Fatal(err)
			}
			if err := db.Read(ctx, leave); err != nil {
				t.Fatal(err)
			}
			run(t, db, nextSeries, "a")
		}
		if a := series(t, db, "a"); a != 4 {
			t.Errorf("a is %d", a)
		}
	})
}

func TestClose_AnswersEverybody(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		var wait sync.WaitGroup
		answers := make([]error, 64)
		for i := range answers {
			wait.Go(func() { answers[i] = db.Write(ctx, doing(insertSeries, fmt.Sprint(i), 1)) })
		}
		db.Close()
		wait.Wait()
		if err := db.Write(ctx, doing(insertSeries, "late", 1)); err == nil {
			t.Error("wrote to a closed database")
		}
		if err := db.Health(ctx); err == nil {
			t.Error("a closed database says that it is well")
		}
	})
}
