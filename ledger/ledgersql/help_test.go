package ledgersql

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"zhunsheng/gov"
	"zhunsheng/ledger"
	"zhunsheng/sqldb"
)

// memory is a Store that keeps what is durable in a map, and everything ever published as
// checkpoint. fault, when set, is asked once for each Put and decides how it goes.
type memory struct {
	mu        sync.Mutex
	files     map[string][]byte
	published [][]byte
	fault     func(files []ledger.File) mode
}

type mode int

const (
	works  mode = iota
	before      // fails and nothing is there
	after       // everything is there, but the caller is told of a failure
	torn        // half of the files are there, one of them cut in half
)

var errDisk = fmt.Errorf("input/output error")

func newMemory() *memory { return &memory{files: map[string][]byte{}} }

func (m *memory) Put(files []ledger.File) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	how := works
	if m.fault != nil {
		how = m.fault(files)
	}
	for i, f := range files {
		if how == before || how == torn && i > len(files)/2 {
			break
		}
		m.files[f.Path] = bytes.Clone(f.Data)
		if how == torn && i == len(files)/2 {
			m.files[f.Path] = f.Data[:len(f.Data)/2]
		} else if f.Path == ledger.CheckpointPath {
			m.published = append(m.published, bytes.Clone(f.Data))
		}
	}
	if how != works {
		return errDisk
	}
	return nil
}

func (m *memory) Get(path string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if d, ok := m.files[path]; ok {
		return bytes.Clone(d), nil
	}
	return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
}

func (m *memory) Discard(folder string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.DeleteFunc(m.files, func(path string, _ []byte) bool { return strings.HasPrefix(path, folder+"/") })
	return nil
}

func (m *memory) paths() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Sorted(maps.Keys(m.files))
}

func (m *memory) edit(path string, change func([]byte) []byte) (undo func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	old, ok := m.files[path]
	if now := change(bytes.Clone(old)); now == nil {
		delete(m.files, path)
	} else {
		m.files[path] = now
	}
	return func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		if delete(m.files, path); ok {
			m.files[path] = old
		}
	}
}

// testLog is a database with a ledger on it.
type testLog struct {
	t      testing.TB
	db     *sqldb.DB
	store  *memory
	signer ledger.Signer
	ids    *gov.IDs
	now    gov.Instant
	seq    *Sequencer
	stop   func() error
}

func newTestLog(t testing.TB, db *sqldb.DB) *testLog {
	t.Helper()
	skey, err := ledger.GenerateKey(rand.Reader, "qy.example/ledger")
	if err != nil {
		t.Fatal(err)
	}
	s, err := ledger.ParseSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	return &testLog{t: t, db: db, store: newMemory(), signer: s, now: 1_790_000_000_000_000,
		ids: gov.NewIDs(func(b []byte) { rand.Read(b) })}
}

// start runs a sequencer until the test or stop ends it.
func (l *testLog) start(change ...func(*Sequencer)) {
	l.t.Helper()
	l.seq = NewSequencer(Config{DB: l.db, Store: l.store, Signer: l.signer, Interval: time.Millisecond})
	for _, c := range change {
		c(l.seq)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	seq := l.seq
	go func() { done <- seq.Run(ctx) }()
	var once sync.Once
	var err error
	l.stop = func() error {
		once.Do(func() { cancel(); err = <-done })
		return err
	}
	l.t.Cleanup(func() { l.stop() })
}

// event makes the next event of a stream; fields become personal values.
func (l *testLog) event(stream string, version int64, private ...string) Event {
	l.t.Helper()
	l.now += 1000
	env := ledger.Envelope{ID: l.ids.New(l.now), Stream: stream, Version: version, Kind: "case.act", Recorded: l.now,
		Occurred: l.now, Actor: gov.Actor{Person: "zhangsan", Post: "drafter", Unit: "qy-sfj"}, Payload: []byte(`{"title":"通知"}`)}
	e := Event{ID: env.ID, Stream: stream, Version: version, Recorded: env.Recorded, Salt: randomBytes()}
	for _, field := range private {
		p := PrivateValue{Field: field, Salt: randomBytes(), Value: []byte("张三")}
		digest, err := ledger.PrivateDigest(p.Salt, p.Value)
		if err != nil {
			l.t.Fatal(err)
		}
		if env.Private == nil {
			env.Private = map[string]string{}
		}
		env.Private[field] = digest
		e.Private = append(e.Private, p)
	}
	body, err := env.Encode()
	if err != nil {
		l.t.Fatal(err)
	}
	e.Body = body
	return e
}

func randomBytes() []byte {
	b := make([]byte, ledger.SaltSize)
	rand.Read(b)
	return b
}

func (l *testLog) write(fn func(*sqldb.Tx) error) {
	l.t.Helper()
	if err := l.db.Write(context.Background(), fn); err != nil {
		l.t.Fatal(err)
	}
}

func (l *testLog) read(fn func(*sqldb.Tx) error) {
	l.t.Helper()
	if err := l.db.Read(context.Background(), fn); err != nil {
		l.t.Fatal(err)
	}
}

func (l *testLog) append(events ...Event) {
	l.t.Helper()
	l.write(func(tx *sqldb.Tx) error {
		for _, e := range events {
			if err := Append(tx, e); err != nil {
				return err
			}
		}
		return nil
	})
}

// fill appends n events, each the first of a case of its own.
func (l *testLog) fill(n int) []Event {
	l.t.Helper()
	var events []Event
	for range n {
		events = append(events, l.event(fmt.Sprintf("case/C%d", l.now), 1))
	}
	l.append(events...)
	return events
}

func (l *testLog) flush() {
	l.t.Helper()
	if err := l.tryFlush(); err != nil {
		l.t.Fatal(err)
	}
}

func (l *testLog) tryFlush() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return l.seq.Flush(ctx)
}

func (l *testLog) policy(witnesses ...string) ledger.Policy {
	l.t.Helper()
	p, err := ledger.ParsePolicy([]string{l.signer.VKey()}, witnesses, 0)
	if err != nil {
		l.t.Fatal(err)
	}
	return p
}

func (l *testLog) verify(since ...[]byte) *Report {
	l.t.Helper()
	r, err := Verify(context.Background(), l.db, VerifyOptions{Files: l.store, Policy: l.policy(), Since: since})
	if err != nil {
		l.t.Fatal(err)
	}
	return r
}

func (l *testLog) mustBeWhole(records, unsealed int64) {
	l.t.Helper()
	r := l.verify()
	for _, f := range r.Findings {
		l.t.Errorf("%s: record %d: %s", f.Where, f.Record, f.Text)
	}
	if r.Checkpoint.Size != records || r.Unsealed != unsealed {
		l.t.Errorf("%d sealed and %d unsealed, want %d and %d", r.Checkpoint.Size, r.Unsealed, records, unsealed)
	}
}

func (l *testLog) head() Head {
	l.t.Helper()
	var h Head
	l.read(func(tx *sqldb.Tx) (err error) {
		h, _, err = ReadHead(tx)
		return err
	})
	return h
}

func (l *testLog) count(q sqldb.SQL) (n int64) {
	l.t.Helper()
	l.read(func(tx *sqldb.Tx) error { return tx.QueryRow(q).Scan(&n) })
	return n
}

// publishedCheckpoint opens the published checkpoint.
func (l *testLog) publishedCheckpoint() (ledger.Checkpoint, error) {
	note, err := l.store.Get(ledger.CheckpointPath)
	if err != nil {
		return ledger.Checkpoint{}, err
	}
	c, _, err := l.policy().Open(note)
	return c, err
}
