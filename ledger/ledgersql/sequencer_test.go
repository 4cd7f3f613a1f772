package ledgersql

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"zhunsheng/gov"
	"zhunsheng/ledger"
	"zhunsheng/sqldb"
	"zhunsheng/sqldb/sqltest"
)

func TestSequencer_SealsWhatIsCommitted(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		l := newTestLog(t, db)
		var seals [][2]int64
		l.start(func(s *Sequencer) { s.Subscribe(func(from, to int64) { seals = append(seals, [2]int64{from, to}) }) })
		l.flush()
		l.mustBeWhole(0, 0)
		total := int64(0)
		for _, n := range []int{1, 2, 253, 1, 300, 700} {
			events := l.fill(n)
			l.flush()
			total += int64(n)
			l.mustBeWhole(total, 0)
			l.read(func(tx *sqldb.Tx) error {
				got, err := ByIndex(tx, total-1)
				if err != nil || got.ID != events[n-1].ID {
					t.Errorf("record %d is %s (%v), want %s", total-1, got.ID, err, events[n-1].ID)
				}
				idx, err := IndexOf(tx, events[0].ID)
				if err != nil || idx != total-int64(n) {
					t.Errorf("%s has record number %d (%v), want %d", events[0].ID, idx, err, total-int64(n))
				}
				return nil
			})
		}
		if err := l.stop(); err != nil {
			t.Fatal(err)
		}
		at := int64(0)
		for _, s := range seals {
			if s[0] != at || s[1] < s[0] {
				t.Fatalf("seals %v leave something out", seals)
			}
			at = s[1]
		}
		if at != total {
			t.Fatalf("seals %v end at %d, not %d", seals, at, total)
		}
		// A new sequencer goes on from where the log stands.
		l.start()
		l.fill(3)
		l.flush()
		l.mustBeWhole(total+3, 0)
	})
}

// Without a flush, the hint of a commit alone must lead to a seal, within a second.
func TestSequencer_WakesByItself(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		l := newTestLog(t, db)
		sealed := make(chan int64, 100)
		l.start(func(s *Sequencer) {
			s.Interval = DefaultInterval
			s.Subscribe(func(_, to int64) { sealed <- to })
		})
		l.flush()
		for want := int64(1); want <= 3; want++ {
			start := time.Now()
			l.fill(1)
			deadline := time.After(20 * time.Second)
			for size := int64(0); size < want; {
				select {
				case size = <-sealed:
				case <-deadline:
					t.Fatal("nothing was sealed")
				}
			}
			t.Logf("sealed after %v", time.Since(start))
		}
	})
}

// Events of another process come without a hint: on PostgreSQL the poll finds them, on
// SQLite, where no other process may write, the count of events does.
func TestSequencer_FindsEventsNobodyHintedAt(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		l := newTestLog(t, db)
		sealed := make(chan int64, 100)
		l.start(func(s *Sequencer) { s.Subscribe(func(_, to int64) { sealed <- to }) })
		l.fill(5)
		l.flush()
		l.now = gov.InstantOf(time.Now())
		e := l.event("case/other", 1)
		l.write(func(tx *sqldb.Tx) error {
			_, err := tx.Exec(insertEvent, e.ID, e.Stream, e.Version, e.Recorded, e.Salt, e.Body)
			return err
		})
		if db.Engine() == sqldb.SQLite {
			l.flush()
		}
		deadline := time.After(20 * time.Second)
		for size := int64(0); size < 6; {
			select {
			case size = <-sealed:
			case <-deadline:
				t.Fatal("the event was not found")
			}
		}
		l.mustBeWhole(6, 0)
	})
}

func TestSequencer_ManyWritersAtOnce(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		l := newTestLog(t, db)
		l.start()
		const writers, acts = 8, 40
		streams := make([][]Event, writers)
		for w := range streams {
			for v := range acts {
				streams[w] = append(streams[w], l.event(fmt.Sprintf("case/W%d", w), int64(v+1)))
			}
		}
		var wg sync.WaitGroup
		for _, events := range streams {
			wg.Go(func() {
				for _, e := range events {
					if err := db.Write(context.Background(), func(tx *sqldb.Tx) error { return Append(tx, e) }); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
		l.flush()
		l.mustBeWhole(writers*acts, 0)
		l.mustBeInStreamOrder()
	})
}

// mustBeInStreamOrder checks that folding the log sees each stream from 1 upward.
func (l *testLog) mustBeInStreamOrder() {
	l.t.Helper()
	last := map[string]int64{}
	l.read(func(tx *sqldb.Tx) error {
		all, err := Range(tx, 0, 1_000_000)
		for _, s := range all {
			if s.Version != last[s.Stream]+1 {
				l.t.Errorf("record %d: %s version %d comes after %d", s.Index, s.Stream, s.Version, last[s.Stream])
			}
			last[s.Stream] = s.Version
		}
		return err
	})
}

// A clock that goes backward, or ids of several machines, must not change the order of a
// stream nor leave an event out.
func TestSequencer_ClockGoingBackward(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		l := newTestLog(t, db)
		l.start()
		var made []Event
		for v := int64(1); v <= 6; v++ {
			l.ids = gov.NewIDs(func(b []byte) { clear(b) }) // each machine counts for itself
			l.now -= 3_600_000_000                          // an hour back each time
			made = append(made, l.event("case/A", v))
		}
		// The hints arrive in no order at all: the last event first.
		l.append(made[:2]...)
		l.flush()
		l.write(func(tx *sqldb.Tx) error {
			for _, e := range made[2:5] {
				if _, err := tx.Exec(insertEvent, e.ID, e.Stream, e.Version, e.Recorded, e.Salt, e.Body); err != nil {
					return err
				}
			}
			return nil
		})
		l.append(made[5])
		l.flush()
		l.mustBeWhole(6, 0)
		l.mustBeInStreamOrder()
	})
}

func TestRecent_BoundIsThatOfTheIds(t *testing.T) {
	ids := gov.NewIDs(func(b []byte) { clear(b) })
	now := time.UnixMilli(1_790_000_123_456)
	id := ids.New(gov.InstantOf(now))
	if idMillis(id) != now.UnixMilli() {
		t.Fatalf("%s: %d ms, want %d", id, idMillis(id), now.UnixMilli())
	}
	early := gov.NewIDs(func(b []byte) { clear(b) }).New(gov.InstantOf(now.Add(-pollOverlap - time.Second)))
	late := gov.NewIDs(func(b []byte) { clear(b) }).New(gov.InstantOf(now.Add(-pollOverlap + time.Second)))
	r := recent{}
	r.seen(id)
	for _, at := range []time.Time{now, now.Add(time.Hour)} { // an hour ahead of the ids
		if from := r.from(at); !(early < from && from < late) {
			t.Errorf("looks from %s on, which is not between %s and %s", from, early, late)
		}
	}
	if from := (&recent{}).from(now); from != "" {
		t.Errorf("with nothing seen it looks from %q on", from)
	}
}

// Each fault at each step, once: what must be durable then, and that sealing goes on to
// the same log, in the same process or in the next one.
func TestSequencer_Faults(t *testing.T) {
	const had, more = 300, 450
	for _, c := range []struct {
		step   string
		how    mode
		leaves int64 // numbered after the fault
		head   int64 // size of the stored checkpoint after the fault
		file   int64 // size of the published checkpoint after the fault
	}{
		{"number", before, had, had, had},
		{"number", after, had + numberBatch, had, had},
		{"number again", before, had + numberBatch, had, had},
		{"tiles", before, had + more, had, had},
		{"tiles", torn, had + more, had, had},
		{"tiles", after, had + more, had, had},
		{"head", before, had + more, had, had},
		{"head", after, had + more, had + more, had},
		{"checkpoint", before, had + more, had + more, had},
		{"checkpoint", torn, had + more, had + more, had},
		{"checkpoint", after, had + more, had + more, had + more},
	} {
		for _, next := range []string{"same process", "next process"} {
			t.Run(fmt.Sprintf("%s/%d/%s", c.step, c.how, next), func(t *testing.T) {
				l := newTestLog(t, sqltest.SQLite(t))
				var faults faults
				l.start(faults.install)
				l.fill(had)
				l.flush()
				first := l.store.published
				l.fill(more)
				faults.set(c.step, c.how)
				if err := l.tryFlush(); err == nil {
					t.Fatal("the fault was swallowed")
				}
				if n := l.count(countLeaves); n != c.leaves {
					t.Errorf("%d numbered after the fault, want %d", n, c.leaves)
				}
				if n := l.head().Size; n != c.head {
					t.Errorf("head at %d after the fault, want %d", n, c.head)
				}
				if p, err := l.publishedCheckpoint(); c.how != torn && (err != nil || p.Size != c.file) {
					t.Errorf("published at %d after the fault (%v), want %d", p.Size, err, c.file)
				}
				if next == "next process" {
					if err := l.stop(); err != nil {
						t.Fatal(err)
					}
					l.start()
				}
				l.flush()
				l.mustBeWhole(had+more, 0)
				l.fill(1)
				l.flush()
				l.mustBeWhole(had+more+1, 0)
				l.mustAllExtend(len(first))
			})
		}
	}
}

// faults makes one step of a sequencer fail once.
type faults struct {
	mu   sync.Mutex
	step string
	how  mode
	seen int
}

func (f *faults) set(step string, how mode) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.step, f.how, f.seen = step, how, 0
}

func (f *faults) install(s *Sequencer) {
	s.Interval, s.retry = time.Hour, time.Hour // only a flush seals
	real := s.write
	s.write = func(ctx context.Context, fn func(*sqldb.Tx) error) error {
		f.mu.Lock()
		f.seen++
		// 450 events are numbered in two writes; the third moves the head.
		step := map[int]string{1: "number", 2: "number again", 3: "head"}[f.seen]
		how := works
		if f.step != "" && step == f.step {
			how, f.step = f.how, ""
		}
		f.mu.Unlock()
		if how == before {
			return errDisk
		}
		if err := real(ctx, fn); err != nil || how == works {
			return err
		}
		return errDisk
	}
	s.Store.(*memory).fault = func(files []ledger.File) mode {
		f.mu.Lock()
		defer f.mu.Unlock()
		step := "tiles"
		if files[0].Path == ledger.CheckpointPath {
			step = "checkpoint"
		}
		if step != f.step {
			return works
		}
		f.step = ""
		return f.how
	}
}

// mustAllExtend checks that every checkpoint ever published is a state of the one log.
func (l *testLog) mustAllExtend(least int) {
	l.t.Helper()
	if len(l.store.published) <= least {
		l.t.Fatal("nothing new was published")
	}
	if r := l.verify(l.store.published...); len(r.Findings) > 0 {
		l.t.Errorf("published checkpoints contradict each other: %v", r.Findings)
	}
}

// States that no crash can leave: the sequencer must refuse to sign on.
func TestSequencer_RefusesToSignOverContradictions(t *testing.T) {
	for name, damage := range map[string]func(l *testLog){
		"database went back": func(l *testLog) {
			old := l.store.files[ledger.CheckpointPath]
			l.fill(10)
			l.start()
			l.flush()
			l.stop()
			h, err := ledger.PeekCheckpoint(old)
			if err != nil {
				l.t.Fatal(err)
			}
			l.write(func(tx *sqldb.Tx) error {
				if _, err := tx.Exec(`DELETE FROM leaf WHERE idx >= $1`, h.Size); err != nil {
					return err
				}
				_, err := tx.Exec(`UPDATE ledger_head SET size = $1, root = $2, note = $3`, h.Size, h.Root[:], old)
				return err
			})
		},
		"database replaced": func(l *testLog) {
			l.write(func(tx *sqldb.Tx) error {
				for _, q := range []sqldb.SQL{`DELETE FROM leaf`, `DELETE FROM event`, `DELETE FROM ledger_head`} {
					if _, err := tx.Exec(q); err != nil {
						return err
					}
				}
				return nil
			})
		},
		"leaf changed and tiles lost": func(l *testLog) {
			l.write(func(tx *sqldb.Tx) error {
				_, err := tx.Exec(`UPDATE leaf SET entry = $1 WHERE idx = 5`, make([]byte, 32))
				return err
			})
			l.store.files = map[string][]byte{ledger.CheckpointPath: l.store.files[ledger.CheckpointPath]}
		},
		"head changed": func(l *testLog) {
			l.write(func(tx *sqldb.Tx) error {
				h := l.head()
				h.Root[1] ^= 1
				note, err := ledger.SignCheckpoint(h.Checkpoint, newTestLog(l.t, l.db).signer)
				if err != nil {
					return err
				}
				_, err = tx.Exec(`UPDATE ledger_head SET root = $1, note = $2`, h.Root[:], note)
				return err
			})
		},
		"event deleted": func(l *testLog) {
			l.write(func(tx *sqldb.Tx) error {
				_, err := tx.Exec(`DELETE FROM event WHERE id = (SELECT event_id FROM leaf WHERE idx = 3)`)
				return err
			})
		},
		"other log published": func(l *testLog) {
			c := l.head().Checkpoint
			c.Root[0] ^= 1
			note, err := ledger.SignCheckpoint(c, l.signer)
			if err != nil {
				l.t.Fatal(err)
			}
			l.store.files[ledger.CheckpointPath] = note
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := newTestLog(t, sqltest.SQLite(t))
			l.start()
			l.fill(300)
			l.flush()
			if err := l.stop(); err != nil {
				t.Fatal(err)
			}
			damage(l)
			size := l.count(`SELECT COALESCE(MAX(size), 0) FROM ledger_head`)
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			seq := NewSequencer(Config{DB: l.db, Store: l.store, Signer: l.signer})
			err := seq.Run(ctx)
			if e := seq.Flush(ctx); e == nil || e != err {
				t.Errorf("a flush afterwards: %v", e)
			}
			var stop *BrokenError
			if !errors.As(err, &stop) || gov.KindOf(err) != gov.Fault {
				t.Fatalf("the sequencer went on: %v", err)
			}
			if n := l.count(`SELECT COALESCE(MAX(size), 0) FROM ledger_head`); n != size {
				t.Fatalf("it signed from %d to %d", size, n)
			}
		})
	}
}

// Missing or cut tiles are made again from the records, whatever the crash left.
func TestSequencer_RepairsTiles(t *testing.T) {
	l := newTestLog(t, sqltest.SQLite(t))
	l.start()
	l.fill(700)
	l.flush()
	l.stop()
	whole := map[string][]byte{}
	for _, p := range l.store.paths() {
		whole[p], _ = l.store.Get(p)
	}
	for name, damage := range map[string]func(){
		"all gone": func() { l.store.files = map[string][]byte{} },
		"edge cut in half": func() {
			p := ledger.TilePath(0, 2, 188)
			l.store.files[p] = whole[p][:100]
		},
		"bundle empty": func() { l.store.files[ledger.TilePath(-1, 2, 188)] = nil },
		"checkpoint cut": func() {
			l.store.files[ledger.CheckpointPath] = whole[ledger.CheckpointPath][:50]
		},
		"checkpoint gone":  func() { delete(l.store.files, ledger.CheckpointPath) },
		"upper level gone": func() { delete(l.store.files, ledger.TilePath(1, 0, 2)) },
	} {
		t.Run(name, func(t *testing.T) {
			l.t = t
			l.store.files = map[string][]byte{}
			for p, d := range whole {
				l.store.files[p] = d
			}
			damage()
			l.start()
			l.flush()
			l.stop()
			l.mustBeWhole(700, 0)
		})
	}
}

func TestAppend_SecondAtTheSameVersionIsAConflict(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		l := newTestLog(t, db)
		l.append(l.event("case/A", 1))
		err := db.Write(t.Context(), func(tx *sqldb.Tx) error { return Append(tx, l.event("case/A", 1)) })
		if gov.KindOf(err) != gov.Conflict {
			t.Fatalf("%v", err)
		}
		if n := l.count(countEvents); n != 1 {
			t.Fatalf("%d events", n)
		}
	})
}

func TestAppend_RefusesWhatWouldNotVerify(t *testing.T) {
	l := newTestLog(t, sqltest.SQLite(t))
	for name, change := range map[string]func(*Event){
		"salt":          func(e *Event) { e.Salt = e.Salt[1:] },
		"id":            func(e *Event) { e.ID += "x" },
		"stream":        func(e *Event) { e.Stream += "x" },
		"version":       func(e *Event) { e.Version++ },
		"recorded":      func(e *Event) { e.Recorded++ },
		"private value": func(e *Event) { e.Private[0].Value = []byte("李四") },
		"private field": func(e *Event) { e.Private[0].Field = "other" },
		"no private":    func(e *Event) { e.Private = nil },
	} {
		e := l.event("case/A", 1, "name")
		change(&e)
		if err := l.db.Write(t.Context(), func(tx *sqldb.Tx) error { return Append(tx, e) }); err == nil {
			t.Errorf("%s: was written", name)
		}
	}
}

func TestQueries_StreamVersionRange(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		l := newTestLog(t, db)
		a1, b1, a2 := l.event("case/A", 1), l.event("case/B", 1), l.event("case/A", 2, "name", "id")
		l.append(a1, b1, a2)
		l.read(func(tx *sqldb.Tx) error {
			if idx, err := IndexOf(tx, a2.ID); err != nil || idx != -1 {
				t.Errorf("unsealed: %d, %v", idx, err)
			}
			if _, ok, err := ReadHead(tx); ok || err != nil {
				t.Errorf("head before the first start: %v, %v", ok, err)
			}
			return nil
		})
		l.start()
		l.flush()
		l.read(func(tx *sqldb.Tx) error {
			got, err := Stream(tx, "case/A")
			if err != nil || len(got) != 2 || got[0].ID != a1.ID || got[1].Version != 2 || string(got[1].Body) != string(a2.Body) {
				t.Errorf("stream: %v, %v", got, err)
			}
			if s, err := AtVersion(tx, "case/A", 2); err != nil || s.ID != a2.ID || s.Recorded != a2.Recorded {
				t.Errorf("version: %v, %v", s, err)
			}
			if _, err := AtVersion(tx, "case/A", 3); gov.KindOf(err) != gov.NotFound {
				t.Errorf("missing version: %v", err)
			}
			if m, err := IndexesOfStream(tx, "case/A"); err != nil || len(m) != 2 || m[1] != 0 || m[2] != 2 {
				t.Errorf("indexes: %v, %v", m, err)
			}
			if r, err := Range(tx, 1, 10); err != nil || len(r) != 2 || r[0].ID != b1.ID || r[0].Index != 1 {
				t.Errorf("range: %v, %v", r, err)
			}
			if p, err := PrivateValues(tx, a2.ID); err != nil || len(p) != 2 || p[1].Field != "name" || string(p[1].Value) != "张三" {
				t.Errorf("private: %v, %v", p, err)
			}
			if _, err := ByIndex(tx, 3); gov.KindOf(err) != gov.NotFound {
				t.Errorf("missing record: %v", err)
			}
			return nil
		})
	})
}
