package witness

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"

	"zhunsheng/gov"
	"zhunsheng/ledger"
)

const now = gov.Instant(1_790_000_000_000_000)

type seed byte

func (s seed) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(s)
	}
	return len(b), nil
}

func signer(t testing.TB, name string, s byte) ledger.Signer {
	t.Helper()
	skey, err := ledger.GenerateKey(seed(s), name)
	if err != nil {
		t.Fatal(err)
	}
	out, err := ledger.ParseSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func cosigner(t testing.TB, name string, s byte) *ledger.Cosigner {
	t.Helper()
	skey, err := ledger.GenerateKey(seed(s), name)
	if err != nil {
		t.Fatal(err)
	}
	out, err := ledger.ParseCosigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// log is a growing log in memory.
type testLog struct {
	t      testing.TB
	signer ledger.Signer
	files  map[string][]byte
	b      *ledger.Builder
	salt   byte // another one makes another history
}

func newLog(t testing.TB, salt byte) *testLog {
	return &testLog{t: t, signer: signer(t, "log.example/qy", 7), files: map[string][]byte{}, b: &ledger.Builder{}, salt: salt}
}

func (l *testLog) grow(to int64) (signed []byte) {
	l.t.Helper()
	var entries []ledger.Entry
	for i := l.b.Size(); i < to; i++ {
		entries = append(entries, ledger.Commit(bytes.Repeat([]byte{l.salt}, ledger.SaltSize), fmt.Append(nil, i)))
	}
	for _, f := range l.b.Append(entries) {
		l.files[f.Path] = f.Data
	}
	signed, err := ledger.SignCheckpoint(l.checkpoint(), l.signer)
	if err != nil {
		l.t.Fatal(err)
	}
	return signed
}

func (l *testLog) checkpoint() ledger.Checkpoint {
	return ledger.Checkpoint{Origin: l.signer.Name(), Size: l.b.Size(), Root: l.b.Root()}
}

func (l *testLog) prove(old int64) ([]ledger.Hash, error) {
	return ledger.ProveGrowth(func(path string) ([]byte, error) {
		if d, ok := l.files[path]; ok {
			return d, nil
		}
		return nil, os.ErrNotExist
	}, l.checkpoint(), old)
}

func (l *testLog) request(old int64) []byte {
	l.t.Helper()
	proof, err := l.prove(old)
	if err != nil {
		l.t.Fatal(err)
	}
	return request(old, proof, l.grow(l.b.Size()))
}

func open(t testing.TB, dir string, logs ...string) *Witness {
	t.Helper()
	if logs == nil {
		logs = []string{signer(t, "log.example/qy", 7).VKey()}
	}
	w, err := Open(Config{Key: cosigner(t, "witness.example/court", 9), Logs: logs, Data: dir, Clock: gov.ClockFunc(func() gov.Instant { return now })})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

func post(t testing.TB, w http.Handler, body []byte) *httptest.ResponseRecorder {
	t.Helper()
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, httptest.NewRequest(http.MethodPost, "/add-checkpoint", bytes.NewReader(body)))
	return rec
}

func TestWitness_AnswersAsTheProtocolSays(t *testing.T) {
	w := open(t, t.TempDir())
	l := newLog(t, 1)
	l.grow(5)
	first := l.request(0)
	l.grow(9)
	grown := l.request(5)
	forged := newLog(t, 2)
	forged.grow(9)
	other := newLog(t, 1)
	other.signer = signer(t, "other.example/log", 7)
	other.grow(9)
	stolen := newLog(t, 1)
	stolen.signer = signer(t, "log.example/qy", 8)
	stolen.grow(9)
	sameSize := newLog(t, 2)
	sameSize.grow(5)
	replace := func(b []byte, old, new string) []byte { return bytes.Replace(b, []byte(old), []byte(new), 1) }
	for _, c := range []struct {
		name   string
		body   []byte
		status int
		answer string // its beginning
	}{
		{"first of the log, asked with a size", grown, 409, "0\n"},
		{"proof from nothing", replace(first, "old 0\n", "old 0\n"+strings.Repeat("A", 43)+"=\n"), 422, ""},
		{"first of the log", first, 200, "— witness.example/court "},
		{"the same again from nothing", first, 409, "5\n"},
		{"the same again", replace(first, "old 0", "old 5"), 200, "— witness.example/court "},
		{"same size, other root", replace(sameSize.request(0), "old 0", "old 5"), 409, "5\n"},
		{"from nothing", l.request(0), 409, "5\n"},
		{"from another size", l.request(4), 409, "5\n"},
		{"does not extend", replace(forged.request(0), "old 0", "old 5"), 422, "bad consistency proof"},
		{"forged proof of a forged log", forged.request(5), 422, "bad consistency proof"},
		{"unknown log", other.request(5), 404, ""},
		{"not the log's key", stolen.request(5), 403, ""},
		{"signature cut", grown[:len(grown)-9], 403, ""},
		{"old larger than new", replace(grown, "old 5", "old 10"), 400, ""},
		{"leading zero", replace(grown, "old 5", "old 05"), 400, ""},
		{"negative", replace(grown, "old 5", "old -5"), 400, ""},
		{"no old line", replace(grown, "old 5\n", ""), 400, ""},
		{"junk proof", replace(grown, "old 5\n", "old 5\nxyz\n"), 400, ""},
		{"64 proof lines", replace(grown, "old 5\n", "old 5\n"+strings.Repeat(strings.Repeat("A", 43)+"=\n", 64)), 400, ""},
		{"no checkpoint", []byte("old 5\n"), 400, ""},
		{"nothing", nil, 400, ""},
		{"too long", bytes.Repeat([]byte("x"), maxRequest+1), 400, ""},
		{"it grows", grown, 200, "— witness.example/court "},
		{"back again", replace(first, "old 0", "old 5"), 409, "9\n"},
	} {
		rec := post(t, w, c.body)
		if rec.Code != c.status || !strings.HasPrefix(rec.Body.String(), c.answer) {
			t.Errorf("%s: %d %q, want %d %q", c.name, rec.Code, rec.Body, c.status, c.answer)
		}
		if ct := rec.Header().Get("Content-Type"); c.status == 409 && ct != "text/x.tlog.size" {
			t.Errorf("%s: content type %q", c.name, ct)
		}
	}
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/checkpoint?origin=log.example/qy", nil))
	p, err := ledger.ParsePolicy([]string{l.signer.VKey()}, []string{w.Key.VKey()}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if c, co, err := p.Open(rec.Body.Bytes()); err != nil || c.Size != 9 || co[0].At() != now {
		t.Fatalf("newest checkpoint: %+v %v %v", c, co, err)
	}
	rec = httptest.NewRecorder()
	if w.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/checkpoint?origin=x", nil)); rec.Code != 404 {
		t.Fatalf("unknown log: %d", rec.Code)
	}
}

// The exchange that torchwood's own witness is tested with (cmd/litewitness), answered by
// ours: same requests, same statuses.
func TestInterop_ExchangeOfLitewitness(t *testing.T) {
	const origin = "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562"
	key, _ := hex.DecodeString("ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f")
	vkey, err := note.NewEd25519VerifierKey(origin, ed25519.PublicKey(key))
	if err != nil {
		t.Fatal(err)
	}
	w := open(t, t.TempDir(), vkey)
	const three = "\n\n" + origin + "\n3\nRcCI1Nk56ZcSmIEfIn0SleqtV7uvrlXNccFx595Iwl0=\n\n— " + origin +
		" UgIom2VbtIcdFbwFAy1n7s6IkAxIY6J/GQOTuZF2ORV39d75cbAj2aQYwyJre36kezNobZs4SUUdrcawfAB8WVrx6go=\n"
	const proof = "\nKgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nKgIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	for i, c := range []struct {
		body   string
		status int
	}{
		{"old 0\n\n" + origin + "\n1\nKgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n— " + origin +
			" UgIom7fPZTqpxWWhyjWduBvTvGVqsokMbqTArsQilegKoFBJQjUFAmQ0+YeSPM3wfUQMFSzVnnNuWRTYrajXpNUbIQY=\n", 200},
		{"old 1" + proof + strings.Replace(three, "6go=", "6gx=", 1), 403},
		{"old 1" + proof + strings.Replace(three, origin, origin[:len(origin)-1]+"3", 1), 404},
		{"old 1" + three, 422},
		{"old 1" + strings.Replace(proof, "KgIA", "KgIB", 1) + three, 422},
		{"old 1" + proof + three, 200},
		{"old 1" + proof + three, 409},
	} {
		if rec := post(t, w, []byte(c.body)); rec.Code != c.status {
			t.Errorf("request %d: %d %s, want %d", i, rec.Code, rec.Body, c.status)
		}
	}
	// And their verifier accepts our cosignature.
	v, err := torchwood.NewCosignatureVerifier(w.Key.VKey())
	if err != nil {
		t.Fatal(err)
	}
	rec := post(t, w, []byte("old 3"+three))
	if _, err := note.Open(append([]byte(strings.TrimPrefix(three, "\n\n")), rec.Body.Bytes()...), note.VerifierList(v)); err != nil {
		t.Fatal(err)
	}
}

func TestWitness_RemembersOverRestarts(t *testing.T) {
	dir := t.TempDir()
	l := newLog(t, 1)
	l.grow(5)
	w := open(t, dir)
	if rec := post(t, w, l.request(0)); rec.Code != 200 {
		t.Fatal(rec.Body)
	}
	if _, err := Open(w.Config); gov.KindOf(err) != gov.Unavailable {
		t.Fatalf("two processes on one folder: %v", err)
	}
	w.Close()
	w = open(t, dir)
	forged := newLog(t, 2)
	forged.grow(9)
	if rec := post(t, w, forged.request(0)); rec.Code != 409 || rec.Body.String() != "5\n" {
		t.Fatalf("%d %s", rec.Code, rec.Body)
	}
}

// What the witness keeps is signed: a changed file is no licence to start over.
func TestWitness_RefusesToWorkFromAChangedMemory(t *testing.T) {
	dir := t.TempDir()
	w := open(t, dir)
	l := newLog(t, 1)
	l.grow(5)
	if rec := post(t, w, l.request(0)); rec.Code != 200 {
		t.Fatal(rec.Body)
	}
	path := w.seen.path("log.example/qy")
	kept, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	l.grow(9)
	for name, change := range map[string]func() []byte{
		"empty":            func() []byte { return nil },
		"half":             func() []byte { return kept[:len(kept)/2] },
		"one byte":         func() []byte { b := bytes.Clone(kept); b[20] ^= 1; return b },
		"without cosigner": func() []byte { return bytes.Split(kept, []byte("— witness"))[0] },
	} {
		if err := os.WriteFile(path, change(), 0o644); err != nil {
			t.Fatal(err)
		}
		for _, old := range []int64{0, 5} {
			if rec := post(t, w, l.request(old)); rec.Code != 500 {
				t.Errorf("%s: %d %s", name, rec.Code, rec.Body)
			}
		}
	}
	w.Close()
	if _, err := Open(w.Config); err == nil {
		t.Error("it was opened on a changed memory")
	}
}

// A disk that does not take the new checkpoint: no cosignature leaves the house.
func TestWitness_SignsNothingItCannotKeep(t *testing.T) {
	dir := t.TempDir()
	w := open(t, dir)
	l := newLog(t, 1)
	l.grow(5)
	path := w.seen.path("log.example/qy")
	if err := os.Mkdir(path+".tmp", 0o755); err != nil {
		t.Fatal(err)
	}
	if rec := post(t, w, l.request(0)); rec.Code != 500 || strings.Contains(rec.Body.String(), "—") {
		t.Fatalf("%d %s", rec.Code, rec.Body)
	}
	if err := os.Remove(path + ".tmp"); err != nil {
		t.Fatal(err)
	}
	if rec := post(t, w, l.request(0)); rec.Code != 200 {
		t.Fatalf("%d %s", rec.Code, rec.Body)
	}
}

// Two histories at once: whichever comes first, the other is refused.
func TestWitness_OneHistoryAtOnce(t *testing.T) {
	w := open(t, t.TempDir())
	a, b := newLog(t, 1), newLog(t, 2)
	a.grow(5)
	b.grow(6)
	bodies := [][]byte{a.request(0), b.request(0)}
	codes := make([]int, 40)
	var wg sync.WaitGroup
	for i := range codes {
		wg.Go(func() { codes[i] = post(t, w, bodies[i%2]).Code })
	}
	wg.Wait()
	signed := 0
	for _, c := range codes {
		if c == 200 {
			signed++
		}
	}
	if signed != 1 {
		t.Fatalf("%d of the requests were cosigned: %v", signed, codes)
	}
}

func client(t testing.TB, h http.Handler, key *ledger.Cosigner) *Client {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	c, err := NewClient(srv.URL+"/", key.VKey())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestClient_CollectsCosignatures(t *testing.T) {
	w := open(t, t.TempDir())
	c := client(t, w, w.Key)
	l := newLog(t, 1)
	policy, err := ledger.ParsePolicy([]string{l.signer.VKey()}, []string{w.Key.VKey()}, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int64{0, 3, 3, 300} {
		signed := l.grow(size)
		line, err := c.Cosign(t.Context(), signed, l.prove)
		if err != nil {
			t.Fatal(err)
		}
		if cp, _, err := policy.Open(ledger.AddSignatures(signed, line)); err != nil || cp.Size != size {
			t.Fatalf("size %d: %v", size, err)
		}
	}
	// A new process does not know how far the witness is, and asks.
	signed := l.grow(500)
	if _, err := client(t, w, w.Key).Cosign(t.Context(), signed, l.prove); err != nil {
		t.Fatal(err)
	}
	// Neither does one whose witness has moved on without it.
	signed = l.grow(501)
	if _, err := c.Cosign(t.Context(), signed, l.prove); err != nil {
		t.Fatal(err)
	}
	back := newLog(t, 1)
	short := back.grow(400)
	for _, asks := range []*Client{c, client(t, w, w.Key)} {
		if _, err := asks.Cosign(t.Context(), short, back.prove); gov.KindOf(err) != gov.Conflict || !strings.Contains(err.Error(), "501") {
			t.Fatalf("a log that went back: %v", err)
		}
	}
	forged := newLog(t, 2)
	for _, size := range []int64{501, 600} {
		signed := forged.grow(size)
		if _, err := c.Cosign(t.Context(), signed, forged.prove); gov.KindOf(err) != gov.Conflict || !strings.Contains(err.Error(), "改写") {
			t.Fatalf("a rewritten log of %d: %v", size, err)
		}
	}
}

func TestClient_BelievesOnlyTheWitnessesKey(t *testing.T) {
	w := open(t, t.TempDir())
	c := client(t, w, cosigner(t, "witness.example/court", 10))
	l := newLog(t, 1)
	if line, err := c.Cosign(t.Context(), l.grow(3), l.prove); err == nil {
		t.Fatalf("another key's line was taken: %s", line)
	}
	w = open(t, t.TempDir())
	stranger := cosigner(t, "stranger.example", 11)
	extra := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rec := httptest.NewRecorder()
		w.ServeHTTP(rec, r)
		rw.Write(stranger.Cosign(l.checkpoint(), now))
		rw.Write(rec.Body.Bytes())
	})
	line, err := client(t, extra, w.Key).Cosign(t.Context(), l.grow(3), l.prove)
	if err != nil || bytes.Count(line, []byte("\n")) != 1 || !bytes.HasPrefix(line, []byte("— witness.example/court ")) {
		t.Fatalf("%q, %v", line, err)
	}
}

func TestClient_GivesUpInTime(t *testing.T) {
	gone := make(chan struct{})
	silent := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-gone })
	key := cosigner(t, "witness.example/court", 9)
	srv := httptest.NewServer(silent)
	defer srv.Close()
	defer close(gone)
	c, err := NewClient(srv.URL, key.VKey())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	l := newLog(t, 1)
	if _, err := c.Cosign(ctx, l.grow(3), l.prove); gov.KindOf(err) != gov.Unavailable {
		t.Fatalf("%v", err)
	}
	for name, answer := range map[string]string{"junk size": "409 xyz", "negative size": "409 -1", "odd status": "418 no", "junk signature": "200 hello"} {
		status, text, _ := strings.Cut(answer, " ")
		odd := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			code := 0
			fmt.Sscan(status, &code)
			rw.WriteHeader(code)
			fmt.Fprint(rw, text)
		})
		if _, err := client(t, odd, key).Cosign(t.Context(), l.grow(3), l.prove); gov.KindOf(err) != gov.Unavailable {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestClients_OneAwayDoesNotKeepTheOther(t *testing.T) {
	w := open(t, t.TempDir())
	away := httptest.NewServer(http.NotFoundHandler())
	away.Close()
	dead, err := NewClient(away.URL, cosigner(t, "witness.example/away", 12).VKey())
	if err != nil {
		t.Fatal(err)
	}
	l := newLog(t, 1)
	lines, err := Clients{dead, client(t, w, w.Key)}.Cosign(t.Context(), l.grow(3), l.prove)
	if err == nil || !strings.Contains(err.Error(), "witness.example/away") || strings.Contains(err.Error(), "court") {
		t.Errorf("who is away: %v", err)
	}
	if !bytes.HasPrefix(lines, []byte("— witness.example/court ")) {
		t.Errorf("lines %q", lines)
	}
}

// What is cosigned is not asked about again, and who is away is left alone for a while.
func TestClient_AsksNoMoreThanItMust(t *testing.T) {
	w := open(t, t.TempDir())
	var asked atomic.Int64
	var away atomic.Bool
	c := client(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if asked.Add(1); away.Load() {
			panic(http.ErrAbortHandler)
		}
		w.ServeHTTP(rw, r)
	}), w.Key)
	clock := time.Unix(1_790_000_000, 0)
	c.now = func() time.Time { return clock }
	l := newLog(t, 1)
	signed := l.grow(3)
	line, err := c.Cosign(t.Context(), signed, l.prove)
	if err != nil || asked.Load() != 1 {
		t.Fatalf("asked %d times, %v", asked.Load(), err)
	}
	if more, err := c.Cosign(t.Context(), ledger.AddSignatures(signed, line), l.prove); err != nil || len(more) > 0 || asked.Load() != 1 {
		t.Fatalf("asked %d times about a cosigned checkpoint: %q %v", asked.Load(), more, err)
	}
	forged := strings.Replace(string(line), "— ", "— x", 1)
	if more, err := c.Cosign(t.Context(), append(bytes.Clone(signed), forged...), l.prove); err != nil || len(more) == 0 {
		t.Fatalf("another's line was taken for the witness's: %v", err)
	}
	away.Store(true)
	asked.Store(0)
	for range 5 {
		if _, err := c.Cosign(t.Context(), l.grow(l.b.Size()+1), l.prove); gov.KindOf(err) != gov.Unavailable || !strings.Contains(err.Error(), "witness.example/court") {
			t.Fatalf("who is away: %v", err)
		}
	}
	if asked.Load() > 2 { // the transport may try a broken connection once more
		t.Errorf("asked %d times while it was away", asked.Load())
	}
	away.Store(false)
	clock = clock.Add(awayRest)
	if line, err := c.Cosign(t.Context(), l.grow(l.b.Size()), l.prove); err != nil || len(line) == 0 {
		t.Fatalf("back again: %v", err)
	}
}

// Anybody can submit a published checkpoint with more lines under it. What is kept must
// open again all the same.
func TestWitness_KeepsNoLinesOfStrangers(t *testing.T) {
	w := open(t, t.TempDir())
	l := newLog(t, 1)
	l.grow(5)
	body := l.request(0)
	for i := range 99 {
		body = append(body, cosigner(t, fmt.Sprintf("stranger.example/%d", i), 11).Cosign(l.checkpoint(), now)...)
	}
	if rec := post(t, w, body); rec.Code != 200 {
		t.Fatalf("%d %s", rec.Code, rec.Body)
	}
	l.grow(9)
	if rec := post(t, w, l.request(5)); rec.Code != 200 {
		t.Fatalf("%d %s", rec.Code, rec.Body)
	}
	kept, err := os.ReadFile(w.seen.path("log.example/qy"))
	if err != nil || bytes.Count(kept, []byte("— ")) != 2 {
		t.Errorf("kept %s", kept)
	}
}

func TestParseClients(t *testing.T) {
	vkey := cosigner(t, "witness.example/court", 9).VKey()
	all, err := ParseClients([]string{"http://court.example:8000/w=" + vkey})
	if err != nil || len(all) != 1 || all[0].url != "http://court.example:8000/w" || all[0].key.Name() != "witness.example/court" {
		t.Fatalf("%+v, %v", all, err)
	}
	for _, bad := range []string{"", vkey, "ftp://x=" + vkey, "http://x=" + vkey[:len(vkey)-4], "http://x", "http://=" + vkey} {
		if _, err := ParseClients([]string{bad}); gov.KindOf(err) != gov.Invalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func FuzzParseRequest(f *testing.F) {
	l := newLog(f, 1)
	l.grow(5)
	f.Add(l.request(3))
	f.Add([]byte("old 0\n\n"))
	f.Add([]byte("old 1\n" + base64.StdEncoding.EncodeToString(make([]byte, 32)) + "\n\nx"))
	f.Fuzz(func(t *testing.T, b []byte) {
		old, proof, signed, err := parseRequest(b)
		if err == nil && !bytes.Equal(request(old, proof, signed), b) {
			t.Fatalf("%q was read but is written as %q", b, request(old, proof, signed))
		}
	})
}
