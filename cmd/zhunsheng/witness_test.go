package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"zhunsheng/gov"
	"zhunsheng/ledger"
	"zhunsheng/ledger/ledgersql"
	"zhunsheng/sqldb"
	"zhunsheng/sqldb/sqltest"
)

// lines is a writer that hands over what was printed.
type lines struct {
	mu  sync.Mutex
	all bytes.Buffer
	got chan struct{}
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n, err := l.all.Write(b)
	select {
	case l.got <- struct{}{}:
	default:
	}
	return n, err
}

// startWitness runs `zhunsheng witness` and gives its address and public key.
func startWitness(t *testing.T, c WitnessCmd) (url, vkey string, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out := &lines{got: make(chan struct{}, 1)}
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx, out) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	select {
	case <-out.got:
	case err := <-done:
		done <- nil
		t.Fatal(err)
	case <-time.After(20 * time.Second):
		t.Fatal("the witness did not start")
	}
	out.mu.Lock()
	defer out.mu.Unlock()
	m := regexp.MustCompile(`(http://\S+)\n公钥  (\S+)`).FindStringSubmatch(out.all.String())
	if m == nil {
		t.Fatalf("it printed %q", out.all.String())
	}
	return m[1], m[2], stop
}

// The whole way: a ledger asks a witness at another address, its receipts carry the
// cosignature, and a history rewritten with the stolen log key is refused and exposed.
func TestWitness_CosignsOverHTTPAndExposesAStolenKey(t *testing.T) {
	root := t.TempDir()
	signer, err := ledgersql.LoadKey(filepath.Join(root, "keys", "log.key"), "zhunsheng/qingyuan", filepath.Join(root, "data"), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	command := WitnessCmd{LogVkey: []string{signer.VKey()}, Name: "witness.example/court", Addr: "127.0.0.1:0",
		Data: filepath.Join(root, "witness")}
	url, vkey, stop := startWitness(t, command)
	if pub, err := os.ReadFile(command.Data + ".key.pub"); err != nil || strings.TrimSpace(string(pub)) != vkey {
		t.Fatalf("public key file %q, %v", pub, err)
	}
	cosigner, err := witnesses([]string{url + "=" + vkey})
	if err != nil {
		t.Fatal(err)
	}
	first := newSealed(t, signer, filepath.Join(root, "ledger"), cosigner)
	ids := first.fill("通知", 300)
	if err := first.seq.Cosign(t.Context()); err != nil {
		t.Fatal(err)
	}
	strict, err := ledger.ParsePolicy([]string{signer.VKey()}, []string{vkey}, -1)
	if err != nil {
		t.Fatal(err)
	}
	r, err := ledgersql.Receipt(t.Context(), first.db, first.tiles, signer, ids[7])
	if err != nil {
		t.Fatal(err)
	}
	if p, err := r.Verify(strict); err != nil || len(p.Cosigned) != 1 {
		t.Fatalf("%+v, %v", p, err)
	}
	first.stop()

	// The thief has the log key and writes another past, consistent throughout.
	forged := newSealed(t, signer, filepath.Join(root, "forged"), cosigner)
	forged.fill("通告", 400)
	if err := forged.seq.Cosign(t.Context()); gov.KindOf(err) != gov.Conflict {
		t.Fatalf("the witness said: %v", err)
	}
	kept, err := filepath.Glob(filepath.Join(command.Data, "*.checkpoint"))
	if err != nil || len(kept) != 1 {
		t.Fatalf("the witness keeps %v (%v)", kept, err)
	}
	note, err := os.ReadFile(kept[0])
	if err != nil {
		t.Fatal(err)
	}
	report, err := ledgersql.Verify(t.Context(), forged.db, ledgersql.VerifyOptions{Files: forged.tiles, Policy: strict, Since: [][]byte{note}})
	if err != nil {
		t.Fatal(err)
	}
	exposed := false
	for _, f := range report.Findings {
		exposed = exposed || f.Where.File == "since"
	}
	if !exposed {
		t.Fatalf("nothing was exposed: %v", report.Findings)
	}

	// The witness starts again with what it had, and the true ledger goes on.
	stop()
	command.Name = "" // it is in the key
	url, again, _ := startWitness(t, command)
	if again != vkey {
		t.Fatal("the witness has another key")
	}
	if cosigner, err = witnesses([]string{url + "=" + vkey}); err != nil {
		t.Fatal(err)
	}
	first.start(cosigner)
	first.fill("通知", 1)
	if err := first.seq.Cosign(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestWitness_RefusesToStartWrongly(t *testing.T) {
	root := t.TempDir()
	signer, err := ledgersql.LoadKey(filepath.Join(root, "log.key"), "zhunsheng/qingyuan", "", rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	good := WitnessCmd{LogVkey: []string{signer.VKey()}, Name: "witness.example/court", Addr: "127.0.0.1:0", Data: filepath.Join(root, "witness")}
	for name, change := range map[string]func(*WitnessCmd){
		"key in the data": func(c *WitnessCmd) { c.Key = filepath.Join(c.Data, "key") },
		"new, no name":    func(c *WitnessCmd) { c.Name, c.Key = "", filepath.Join(root, "new.key") },
		"junk key file":   func(c *WitnessCmd) { c.Name, c.Key = "", filepath.Join(root, "log.key.pub") },
		"name with space": func(c *WitnessCmd) { c.Name = "a b" },
		"junk log key":    func(c *WitnessCmd) { c.LogVkey = []string{"x"} },
		"no log key":      func(c *WitnessCmd) { c.LogVkey = nil },
		"address":         func(c *WitnessCmd) { c.Addr = "nowhere" },
	} {
		c := good
		change(&c)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		err := c.Run(ctx, io.Discard)
		cancel()
		if k := gov.KindOf(err); k != gov.Invalid && k != gov.Unavailable {
			t.Errorf("%s: %v", name, err)
		}
	}
	if c, err := witnesses(nil); c != nil || err != nil {
		t.Errorf("no witnesses: %v, %v", c, err)
	}
	if _, err := witnesses([]string{"x"}); gov.KindOf(err) != gov.Invalid {
		t.Errorf("junk: %v", err)
	}
}

// sealed is a database with a ledger that asks witnesses.
type sealed struct {
	t      *testing.T
	db     *sqldb.DB
	tiles  ledgersql.Dir
	signer ledger.Signer
	seq    *ledgersql.Sequencer
	stop   func()
	n      int64
}

func newSealed(t *testing.T, signer ledger.Signer, dir string, cosigner ledgersql.Cosigner) *sealed {
	t.Helper()
	s := &sealed{t: t, db: sqltest.SQLite(t), tiles: ledgersql.Dir(dir), signer: signer}
	s.start(cosigner)
	return s
}

func (s *sealed) start(cosigner ledgersql.Cosigner) {
	s.t.Helper()
	s.seq = ledgersql.NewSequencer(ledgersql.Config{DB: s.db, Store: s.tiles, Signer: s.signer, Cosigner: cosigner, Interval: time.Millisecond})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	seq := s.seq
	go func() { done <- seq.Run(ctx) }()
	s.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			s.t.Error(err)
		}
	})
	s.t.Cleanup(s.stop)
}

func (s *sealed) fill(title string, n int) (ids []string) {
	s.t.Helper()
	err := s.db.Write(s.t.Context(), func(tx *sqldb.Tx) error {
		ids = nil
		for range n {
			s.n++
			at := gov.MustDay("2026-10-09").Start() + gov.Instant(s.n)
			env := ledger.Envelope{ID: fmt.Sprintf("01JD%022d", s.n), Stream: fmt.Sprintf("case/C%d", s.n), Version: 1, Kind: "case.act",
				Recorded: at, Occurred: at, Actor: gov.Actor{Person: "zhangsan"}, Payload: fmt.Appendf(nil, `{"title":%q}`, title)}
			body, err := env.Encode()
			if err != nil {
				return err
			}
			salt := make([]byte, ledger.SaltSize)
			if err := ledgersql.Append(tx, ledgersql.Event{ID: env.ID, Stream: env.Stream, Version: 1, Recorded: at, Salt: salt, Body: body}); err != nil {
				return err
			}
			ids = append(ids, env.ID)
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return ids
}
