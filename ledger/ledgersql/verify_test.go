package ledgersql

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"zhunsheng/gov"
	"zhunsheng/ledger"
	"zhunsheng/sqldb"
	"zhunsheng/sqldb/sqltest"
)

// sealedLog has 600 sealed events, three unsealed ones, and some personal values.
func sealedLog(t *testing.T, db *sqldb.DB) (*testLog, []Event) {
	l := newTestLog(t, db)
	l.start()
	events := l.fill(300)
	private := []Event{l.event("case/P", 1, "name", "phone"), l.event("case/P", 2, "name")}
	l.append(private...)
	events = append(append(events, private...), l.fill(298)...)
	l.flush()
	if err := l.stop(); err != nil {
		t.Fatal(err)
	}
	return l, append(events, l.fill(3)...)
}

// One byte in any column of any table of the ledger: verify names table, column and case.
func TestVerify_AttackerA_EveryColumn(t *testing.T) {
	flip := func(b []byte) []byte { b[len(b)/2] ^= 1; return b }
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		l, events := sealedLog(t, db)
		l.mustBeWhole(600, 3)
		target, unsealed, personal := events[123], events[601], events[300]
		body := func(e Event, old, new string) []byte {
			return []byte(strings.Replace(string(e.Body), old, new, 1))
		}
		for _, c := range []struct {
			name    string
			change  sqldb.SQL
			args    []any
			restore sqldb.SQL
			back    []any
			where   string // table.column of the finding
			record  int64
			stream  string
		}{
			{"event.id", `UPDATE event SET id = $1 WHERE id = $2`, []any{target.ID + "X", target.ID}, `UPDATE event SET id = $1 WHERE id = $2`, []any{target.ID, target.ID + "X"}, "event.id", 123, target.Stream},
			{"event.stream", `UPDATE event SET stream = $1 WHERE id = $2`, []any{"case/Z", target.ID}, `UPDATE event SET stream = $1 WHERE id = $2`, []any{target.Stream, target.ID}, "event.stream", 123, target.Stream},
			{"event.version", `UPDATE event SET version = $1 WHERE id = $2`, []any{2, target.ID}, `UPDATE event SET version = $1 WHERE id = $2`, []any{1, target.ID}, "event.version", 123, target.Stream},
			{"event.recorded", `UPDATE event SET recorded = $1 WHERE id = $2`, []any{target.Recorded + 1, target.ID}, `UPDATE event SET recorded = $1 WHERE id = $2`, []any{target.Recorded, target.ID}, "event.recorded", 123, target.Stream},
			{"event.salt", `UPDATE event SET salt = $1 WHERE id = $2`, []any{flip([]byte(string(target.Salt))), target.ID}, `UPDATE event SET salt = $1 WHERE id = $2`, []any{target.Salt, target.ID}, "event.body|salt", 123, target.Stream},
			{"event.salt short", `UPDATE event SET salt = $1 WHERE id = $2`, []any{[]byte{}, target.ID}, `UPDATE event SET salt = $1 WHERE id = $2`, []any{target.Salt, target.ID}, "event.body|salt", 123, target.Stream},
			{"event.body", `UPDATE event SET body = $1 WHERE id = $2`, []any{body(target, "通知", "通告"), target.ID}, `UPDATE event SET body = $1 WHERE id = $2`, []any{target.Body, target.ID}, "event.body|salt", 123, target.Stream},
			{"event.body broken", `UPDATE event SET body = $1 WHERE id = $2`, []any{append([]byte("X"), target.Body[1:]...), target.ID}, `UPDATE event SET body = $1 WHERE id = $2`, []any{target.Body, target.ID}, "event.body", 123, target.Stream},
			{"event deleted", `DELETE FROM event WHERE id = $1`, []any{target.ID}, insertEvent, []any{target.ID, target.Stream, target.Version, target.Recorded, target.Salt, target.Body}, "leaf.event_id", 123, ""},
			{"unsealed event.stream", `UPDATE event SET stream = $1 WHERE id = $2`, []any{"case/Z", unsealed.ID}, `UPDATE event SET stream = $1 WHERE id = $2`, []any{unsealed.Stream, unsealed.ID}, "event.stream", -1, unsealed.Stream},
			{"leaf.idx", `UPDATE leaf SET idx = $1 WHERE idx = $2`, []any{7000, 123}, `UPDATE leaf SET idx = $1 WHERE idx = $2`, []any{123, 7000}, "leaf.idx", 123, target.Stream},
			{"leaf.idx negative", `UPDATE leaf SET idx = $1 WHERE idx = $2`, []any{-5, 123}, `UPDATE leaf SET idx = $1 WHERE idx = $2`, []any{123, -5}, "leaf.idx", 123, target.Stream},
			{"leaf.event_id", `UPDATE leaf SET event_id = $1 WHERE idx = 123`, []any{"01X"}, `UPDATE leaf SET event_id = $1 WHERE idx = 123`, []any{target.ID}, "leaf.event_id", 123, target.Stream},
			{"leaf.entry", `UPDATE leaf SET entry = $1 WHERE idx = 123`, []any{make([]byte, 32)}, `UPDATE leaf SET entry = $1 WHERE idx = 123`, []any{entryOf(target)}, "leaf.entry", 123, target.Stream},
			{"leaf.entry short", `UPDATE leaf SET entry = $1 WHERE idx = 123`, []any{[]byte{1}}, `UPDATE leaf SET entry = $1 WHERE idx = 123`, []any{entryOf(target)}, "leaf.entry", 123, target.Stream},
			{"leaf deleted", `DELETE FROM leaf WHERE idx = $1`, []any{123}, insertLeaf, []any{123, target.ID, entryOf(target)}, "leaf.idx", 123, ""},
			{"ledger_head.name", `UPDATE ledger_head SET name = $1`, []any{"tail"}, `UPDATE ledger_head SET name = $1`, []any{"head"}, "ledger_head.name", -1, ""},
			{"ledger_head.size", `UPDATE ledger_head SET size = $1`, []any{599}, `UPDATE ledger_head SET size = $1`, []any{600}, "ledger_head.size", -1, ""},
			{"ledger_head.root", `UPDATE ledger_head SET root = $1`, []any{make([]byte, 32)}, `UPDATE ledger_head SET root = $1`, []any{rootOf(l)}, "ledger_head.root", -1, ""},
			{"ledger_head.note", `UPDATE ledger_head SET note = $1`, []any{flip(l.head().Note)}, `UPDATE ledger_head SET note = $1`, []any{l.head().Note}, "ledger_head.note", -1, ""},
			{"private_value.event_id", `UPDATE private_value SET event_id = $1 WHERE event_id = $2 AND field = 'phone'`, []any{"01X", personal.ID}, `UPDATE private_value SET event_id = $1 WHERE event_id = $2 AND field = 'phone'`, []any{personal.ID, "01X"}, "private_value.event_id|field", 300, personal.Stream},
			{"private_value.event_id to another", `UPDATE private_value SET event_id = $1 WHERE event_id = $2 AND field = 'phone'`, []any{events[301].ID, personal.ID}, `UPDATE private_value SET event_id = $1 WHERE event_id = $2 AND field = 'phone'`, []any{personal.ID, events[301].ID}, "private_value.event_id|field", 300, personal.Stream},
			{"private_value.field", `UPDATE private_value SET field = $1 WHERE event_id = $2 AND field = 'phone'`, []any{"fax", personal.ID}, `UPDATE private_value SET field = $1 WHERE event_id = $2 AND field = 'fax'`, []any{"phone", personal.ID}, "private_value.event_id|field", 300, personal.Stream},
			{"private_value.salt", `UPDATE private_value SET salt = $1 WHERE event_id = $2 AND field = 'phone'`, []any{make([]byte, 16), personal.ID}, `UPDATE private_value SET salt = $1 WHERE event_id = $2 AND field = 'phone'`, []any{saltOf(personal, "phone"), personal.ID}, "private_value.salt|value", 300, personal.Stream},
			{"private_value.value", `UPDATE private_value SET value = $1 WHERE event_id = $2 AND field = 'phone'`, []any{[]byte("李四"), personal.ID}, `UPDATE private_value SET value = $1 WHERE event_id = $2 AND field = 'phone'`, []any{[]byte("张三"), personal.ID}, "private_value.salt|value", 300, personal.Stream},
			{"event and leaf rewritten together", `UPDATE event SET body = $1, salt = $2 WHERE id = $3`, []any{body(target, "通知", "通告"), target.Salt, target.ID}, `UPDATE event SET body = $1 WHERE id = $2`, []any{target.Body, target.ID}, "leaf.entry", 123, target.Stream},
		} {
			t.Run(c.name, func(t *testing.T) {
				l.t = t
				l.exec(c.change, c.args...)
				defer l.exec(c.restore, c.back...)
				if c.name == "event and leaf rewritten together" {
					forged := Event{Salt: target.Salt, Body: body(target, "通知", "通告")}
					l.exec(`UPDATE leaf SET entry = $1 WHERE idx = 123`, entryOf(forged))
					defer l.exec(`UPDATE leaf SET entry = $1 WHERE idx = 123`, entryOf(target))
				}
				found := l.verify().Findings
				for _, f := range found {
					if f.Where.Table+"."+f.Where.Column == c.where && f.Record == c.record && f.Stream == c.stream {
						if c.stream != "" && !strings.Contains(f.Text, streamName(c.stream)) {
							t.Errorf("the case is not named: %s", f.Text)
						}
						return
					}
				}
				t.Errorf("not found; instead: %s", list(found))
			})
		}
		l.t = t
		l.mustBeWhole(600, 3)
	})
}

func (l *testLog) exec(q sqldb.SQL, args ...any) {
	l.t.Helper()
	l.write(func(tx *sqldb.Tx) error {
		n, err := tx.Exec(q, args...)
		if err == nil && n != 1 {
			err = fmt.Errorf("%d rows", n)
		}
		return err
	})
}

func entryOf(e Event) []byte {
	x := ledger.Commit(e.Salt, e.Body)
	return x[:]
}

func rootOf(l *testLog) []byte {
	h := l.head()
	return h.Root[:]
}

func saltOf(e Event, field string) []byte {
	for _, p := range e.Private {
		if p.Field == field {
			return p.Salt
		}
	}
	return nil
}

func list(found []Finding) string {
	var b strings.Builder
	for _, f := range found {
		fmt.Fprintf(&b, "\n  %s record %d stream %q: %s", f.Where, f.Record, f.Stream, f.Text)
	}
	return b.String()
}

func TestVerify_AttackerA_EveryFile(t *testing.T) {
	l, _ := sealedLog(t, sqltest.SQLite(t))
	for _, path := range l.store.paths() {
		for how, change := range map[string]func([]byte) []byte{
			"byte":    func(b []byte) []byte { b[len(b)/2] ^= 1; return b },
			"cut":     func(b []byte) []byte { return b[:len(b)/2] },
			"removed": func([]byte) []byte { return nil },
		} {
			if strings.Contains(path, ".p/") && how == "removed" && !strings.HasSuffix(path, "/88") && !strings.HasSuffix(path, "1/000.p/2") {
				continue // of an older checkpoint: allowed to be gone
			}
			undo := l.store.edit(path, change)
			found := l.verify().Findings
			undo()
			named := false
			for _, f := range found {
				named = named || f.Where.File == path
				if f.Where.Table != "" {
					t.Errorf("%s %s: the database is blamed: %s", path, how, list(found))
				}
			}
			if !named {
				t.Errorf("%s %s: not named: %s", path, how, list(found))
			}
		}
	}
}

// rewrite forges one event and everything in database and store that depends on it. With
// a signer the checkpoint too is made anew.
func (l *testLog) rewrite(index int64, signer ledger.Signer) {
	l.t.Helper()
	var forged Stored
	l.read(func(tx *sqldb.Tx) (err error) {
		forged, err = ByIndex(tx, index)
		return err
	})
	forged.Body = []byte(strings.Replace(string(forged.Body), "通知", "通告", 1))
	entry := ledger.Commit(forged.Salt, forged.Body)
	l.exec(`UPDATE event SET body = $1 WHERE id = $2`, forged.Body, forged.ID)
	l.exec(`UPDATE leaf SET entry = $1 WHERE idx = $2`, entry[:], index)
	var entries []ledger.Entry
	l.read(func(tx *sqldb.Tx) error {
		all, err := Range(tx, 0, 100_000)
		for _, s := range all {
			entries = append(entries, ledger.Commit(s.Salt, s.Body))
		}
		return err
	})
	checkpoint := l.store.files[ledger.CheckpointPath]
	l.store.files = map[string][]byte{ledger.CheckpointPath: checkpoint}
	b := &ledger.Builder{}
	if err := l.store.Put(b.Append(entries)); err != nil {
		l.t.Fatal(err)
	}
	if signer == nil {
		return
	}
	root := b.Root()
	note, err := ledger.SignCheckpoint(ledger.Checkpoint{Origin: signer.Name(), Size: b.Size(), Root: root}, signer)
	if err != nil {
		l.t.Fatal(err)
	}
	l.exec(`UPDATE ledger_head SET root = $1, note = $2`, root[:], note)
	l.store.files[ledger.CheckpointPath] = note
}

func TestVerify_AttackerB_ConsistentRewritingIsExposedByTheCheckpoint(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		l, _ := sealedLog(t, db)
		l.rewrite(123, nil)
		found := l.verify().Findings
		if len(found) != 1 || found[0].Where.File != ledger.CheckpointPath {
			t.Fatalf("%s", list(found))
		}
	})
}

// With the log's own key stolen, nothing inside contradicts itself any more; what a
// witness or a page of paper kept does.
func TestVerify_AttackerC_StolenKeyIsExposedByTheWitness(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		l := newTestLog(t, db)
		w := newTestWitness(t)
		l.start(func(s *Sequencer) { s.Cosigner = w })
		l.fill(400)
		if err := l.seq.Cosign(t.Context()); err != nil {
			t.Fatal(err)
		}
		kept := w.kept()
		l.fill(100)
		l.flush()
		l.stop()
		l.rewrite(123, l.signer)
		if found := l.verify().Findings; len(found) != 0 {
			t.Fatalf("the forgery is not even consistent: %s", list(found))
		}
		r, err := Verify(t.Context(), db, VerifyOptions{Files: l.store, Policy: l.policy(w.key.VKey()), Since: [][]byte{kept}})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Findings) != 1 || r.Findings[0].Where.File != "since" || !strings.Contains(r.Findings[0].Text, "400") {
			t.Fatalf("%s", list(r.Findings))
		}
		// And the witness signs nothing more for this log.
		l.start(func(s *Sequencer) { s.Cosigner = w })
		l.fill(1)
		if err := l.seq.Cosign(t.Context()); err == nil {
			t.Fatal("the witness cosigned a forged history")
		}
	})
}

// testWitness is a witness without a network, as strict as the real one.
type testWitness struct {
	t     *testing.T
	key   *ledger.Cosigner
	asked atomic.Int64

	mu   sync.Mutex
	last []byte // cosigned
	away bool
}

func (w *testWitness) setAway(away bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.away = away
}

func (w *testWitness) kept() []byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.last
}

func newTestWitness(t *testing.T) *testWitness {
	t.Helper()
	skey, err := ledger.GenerateKey(zeros{}, "witness.example/1")
	if err != nil {
		t.Fatal(err)
	}
	key, err := ledger.ParseCosigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	return &testWitness{t: t, key: key}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

func (w *testWitness) Cosign(_ context.Context, signed []byte, prove func(int64) ([]ledger.Hash, error)) ([]byte, error) {
	w.asked.Add(1)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.away {
		return nil, fmt.Errorf("witness is away")
	}
	c, err := ledger.PeekCheckpoint(signed)
	if err != nil {
		return nil, err
	}
	if w.last != nil {
		old, err := ledger.PeekCheckpoint(w.last)
		if err != nil {
			return nil, err
		}
		if old.Size > c.Size {
			return nil, fmt.Errorf("rollback from %d to %d", old.Size, c.Size)
		}
		proof, err := prove(old.Size)
		if err != nil {
			return nil, err
		}
		if err := ledger.CheckGrowth(proof, old, c); err != nil {
			return nil, err
		}
	}
	line := w.key.Cosign(c, 1_790_000_000_000_000)
	w.last = ledger.AddSignatures(signed, line)
	return line, nil
}

// Rounds without a new record, which PostgreSQL has every 400 ms, do not ask an absent
// witness again and again.
func TestSequencer_LetsAnAbsentWitnessRest(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		l := newTestLog(t, db)
		w := newTestWitness(t)
		w.setAway(true)
		l.start(func(s *Sequencer) { s.Cosigner = w })
		l.fill(5)
		if err := l.seq.Cosign(t.Context()); err == nil {
			t.Fatal("nobody said that the witness is away")
		}
		before := w.asked.Load()
		for range 20 {
			l.flush()
		}
		if n := w.asked.Load() - before; n > 0 {
			t.Errorf("asked %d times about the same checkpoint", n)
		}
		l.fill(1)
		if err := l.seq.Cosign(t.Context()); err == nil || w.asked.Load() == before {
			t.Errorf("a new checkpoint: asked %d times, %v", w.asked.Load()-before, err)
		}
	})
}

func TestSequencer_StoresCosignaturesAndGoesOnWithoutWitnesses(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		l := newTestLog(t, db)
		w := newTestWitness(t)
		l.start(func(s *Sequencer) { s.Cosigner = w })
		l.fill(5)
		if err := l.seq.Cosign(t.Context()); err != nil {
			t.Fatal(err)
		}
		names := func() string {
			r, err := Verify(t.Context(), db, VerifyOptions{Files: l.store, Policy: l.policy(w.key.VKey())})
			if err != nil || len(r.Findings) > 0 {
				t.Fatalf("%v %s", err, list(r.Findings))
			}
			var out []string
			for _, c := range r.Cosigned {
				out = append(out, c.Witness)
			}
			return fmt.Sprint(r.Checkpoint.Size, out)
		}
		if got := names(); got != "5 [witness.example/1]" {
			t.Fatalf("checkpoint says %s", got)
		}
		if st := l.seq.Status(); st.Cosigned != 5 || st.CosignErr != nil {
			t.Fatalf("status %+v", st)
		}
		w.setAway(true)
		l.fill(5)
		if err := l.seq.Cosign(t.Context()); err == nil || !strings.Contains(err.Error(), "away") {
			t.Fatalf("nobody said that the witness is away: %v", err)
		}
		if got := names(); got != "10 []" {
			t.Fatalf("checkpoint says %s", got)
		}
		w.setAway(false)
		if err := l.seq.Cosign(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := names(); got != "10 [witness.example/1]" {
			t.Fatalf("checkpoint says %s", got)
		}
		// The receipt carries the cosignature.
		var first Stored
		l.read(func(tx *sqldb.Tx) (err error) { first, err = ByIndex(tx, 0); return err })
		receipt, err := Receipt(t.Context(), db, l.store, l.signer, first.ID)
		if err != nil {
			t.Fatal(err)
		}
		strict, err := ledger.ParsePolicy([]string{l.signer.VKey()}, []string{w.key.VKey()}, -1)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := receipt.Verify(strict); err != nil {
			t.Fatal(err)
		}
	})
}

func TestReceipt_OfEveryAge(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		l, events := sealedLog(t, db)
		for _, i := range []int{0, 255, 256, 300, 599} {
			r, err := Receipt(t.Context(), db, l.store, l.signer, events[i].ID)
			if err != nil {
				t.Fatal(err)
			}
			again, err := ledger.ParseReceipt(r.Encode())
			if err != nil {
				t.Fatal(err)
			}
			p, err := again.Verify(l.policy())
			if err != nil || p.Index != int64(i) || p.Envelope.ID != events[i].ID {
				t.Fatalf("record %d: %+v, %v", i, p, err)
			}
		}
		if _, err := Receipt(t.Context(), db, l.store, l.signer, events[601].ID); gov.KindOf(err) != gov.Unavailable {
			t.Fatalf("unsealed: %v", err)
		}
		if _, err := Receipt(t.Context(), db, l.store, l.signer, "nothing"); gov.KindOf(err) != gov.NotFound {
			t.Fatalf("unknown: %v", err)
		}
		l.exec(`UPDATE event SET recorded = recorded, body = $1 WHERE id = $2`, []byte("{}"), events[3].ID)
		if _, err := Receipt(t.Context(), db, l.store, l.signer, events[3].ID); gov.KindOf(err) != gov.Fault {
			t.Fatalf("changed event: %v", err)
		}
		l.store.edit(ledger.TilePath(0, 1, 256), func(b []byte) []byte { b[9] ^= 1; return b })
		if _, err := Receipt(t.Context(), db, l.store, l.signer, events[300].ID); gov.KindOf(err) != gov.Fault {
			t.Fatalf("changed tile: %v", err)
		}
	})
}

// Verify may run beside a working sequencer and must not cry wolf.
func TestVerify_WhileSealing(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		l := newTestLog(t, db)
		l.start()
		done := make(chan struct{})
		go func() {
			defer close(done)
			for range 60 {
				l.fill(20)
			}
		}()
		runs := 0
		for running := true; running; runs++ {
			select {
			case <-done:
				running = false
			default:
			}
			if found := l.verify().Findings; len(found) > 0 {
				t.Fatalf("%s", list(found))
			}
		}
		t.Logf("%d runs", runs)
		l.flush()
		l.mustBeWhole(1200, 0)
	})
}
