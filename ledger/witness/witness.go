package witness

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/mod/sumdb/note"

	"zhunsheng/gov"
	"zhunsheng/ledger"
)

// Config is what a witness stands on.
type Config struct {
	Key   *ledger.Cosigner
	Logs  []string // public keys of the logs it witnesses; several of one name are one log
	Data  string   // folder of what it has seen; the key must not be in it
	Clock gov.Clock
	Log   *slog.Logger // nil discards
}

// Witness answers requests for cosignatures. Its decisions are serial: check against the
// newest checkpoint, keep the new one, sign, one request at a time.
type Witness struct {
	Config
	seen   memory
	logs   map[string]ledger.Policy // by origin
	unlock func()
	mu     sync.Mutex
}

var errLocked = errors.New("witness: another process holds the lock")

// Open makes a witness and checks everything that it has seen so far.
func Open(c Config) (*Witness, error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	w := &Witness{Config: c, seen: memory(c.Data), logs: map[string]ledger.Policy{}}
	keys := map[string][]string{}
	for _, k := range c.Logs {
		v, err := ledger.ParseLogKey(k)
		if err != nil {
			return nil, err
		}
		keys[v.Name()] = append(keys[v.Name()], k)
	}
	if len(keys) == 0 {
		return nil, gov.Errorf(gov.Invalid, "没有给出要存证的账本公钥")
	}
	if err := os.MkdirAll(c.Data, 0o755); err != nil {
		return nil, err
	}
	var err error
	if w.unlock, err = lock(c.Data); err != nil {
		return nil, &gov.Error{Kind: gov.Unavailable, Text: fmt.Sprintf("文件夹“%s”正由另一个存证进程使用", c.Data), Err: err}
	}
	for origin, of := range keys {
		if w.logs[origin], err = ledger.ParsePolicy(of, []string{c.Key.VKey()}, 0); err == nil {
			_, err = w.last(origin)
		}
		if err != nil {
			w.unlock()
			return nil, err
		}
	}
	return w, nil
}

// Close lets another process witness from the same folder.
func (w *Witness) Close() { w.unlock() }

func (w *Witness) last(origin string) (ledger.Checkpoint, error) {
	p := w.logs[origin]
	p.Quorum = 1 // our own cosignature
	return w.seen.last(origin, p)
}

// maxRequest bounds a request: 63 proof lines and a checkpoint.
const maxRequest = 64*64 + ledger.MaxNote

// ServeHTTP serves POST /add-checkpoint of tlog-witness, and for people and monitors
// GET /checkpoint?origin=… with the newest cosigned checkpoint of a log.
func (w *Witness) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/add-checkpoint" && r.Method == http.MethodPost:
		w.serveAdd(rw, r)
	case r.URL.Path == "/checkpoint" && r.Method == http.MethodGet:
		w.serveLast(rw, r)
	default:
		http.NotFound(rw, r)
	}
}

func (w *Witness) serveAdd(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, maxRequest))
	if err != nil {
		http.Error(rw, "request too long or cut short", http.StatusBadRequest)
		return
	}
	line, err := w.add(body)
	var no *refusal
	switch {
	case err == nil:
		rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = rw.Write(line) // the client's loss, if it has gone
	case errors.As(err, &no) && no.status == http.StatusConflict:
		w.Log.Warn("witness: refused", "err", err)
		rw.Header().Set("Content-Type", "text/x.tlog.size")
		rw.WriteHeader(no.status)
		fmt.Fprintf(rw, "%d\n", no.size)
	case errors.As(err, &no):
		w.Log.Warn("witness: refused", "err", err)
		http.Error(rw, no.text, no.status)
	default:
		w.Log.Error("witness: cannot work", "err", err)
		http.Error(rw, "the witness cannot work now", http.StatusInternalServerError)
	}
}

// refusal is a "no" with the status that tlog-witness gives it.
type refusal struct {
	status int
	size   int64 // with 409: of the newest checkpoint seen
	text   string
}

func (e *refusal) Error() string { return e.text }

func refuse(status int, text string) error { return &refusal{status: status, text: text} }

// add decides about one checkpoint and gives the cosignature line.
func (w *Witness) add(body []byte) ([]byte, error) {
	old, proof, signed, err := parseRequest(body)
	if err != nil {
		return nil, err
	}
	peek, err := ledger.PeekCheckpoint(signed)
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "malformed checkpoint")
	}
	policy, known := w.logs[peek.Origin]
	if !known {
		return nil, refuse(http.StatusNotFound, "unknown log")
	}
	c, _, err := policy.Open(signed)
	if err != nil {
		return nil, refuse(http.StatusForbidden, "no valid signature of the log")
	}
	own, err := bare(signed, policy)
	if err != nil {
		return nil, err
	}
	if old > c.Size {
		return nil, refuse(http.StatusBadRequest, "old size is larger than the checkpoint")
	}

	w.mu.Lock()
	defer w.mu.Unlock()
	last, err := w.last(c.Origin)
	if err != nil {
		return nil, err
	}
	if old != last.Size || c.Size == last.Size && c.Root != last.Root {
		return nil, &refusal{http.StatusConflict, last.Size, fmt.Sprintf("checkpoint of size %d from %d, the newest seen has %d", c.Size, old, last.Size)}
	}
	if err := ledger.CheckGrowth(proof, last, c); err != nil {
		return nil, refuse(http.StatusUnprocessableEntity, "bad consistency proof")
	}
	line := w.Key.Cosign(c, w.Clock.Now())
	// The log's own signatures are kept with ours: both together accuse a log that
	// signed two histories.
	if err := w.seen.keep(c.Origin, ledger.AddSignatures(own, line)); err != nil {
		return nil, err
	}
	return line, nil
}

// bare is a signed checkpoint with the log's own signatures and no other lines. Anybody can
// put lines of unknown keys under a published checkpoint and submit it, so many that the
// kept note could not be opened again.
func bare(signed []byte, policy ledger.Policy) ([]byte, error) {
	n, err := note.Open(signed, note.VerifierList(policy.Logs...))
	if err != nil {
		return nil, err
	}
	out := []byte(n.Text + "\n")
	for _, s := range n.Sigs {
		out = fmt.Appendf(out, "— %s %s\n", s.Name, s.Base64)
	}
	return out, nil
}

// parseRequest reads the body of add-checkpoint.
func parseRequest(body []byte) (old int64, proof []ledger.Hash, signed []byte, err error) {
	bad := func(text string) (int64, []ledger.Hash, []byte, error) {
		return 0, nil, nil, refuse(http.StatusBadRequest, text)
	}
	head, signed, ok := bytes.Cut(body, []byte("\n\n"))
	if !ok {
		return bad("no checkpoint")
	}
	lines := strings.Split(string(head), "\n")
	size, ok := strings.CutPrefix(lines[0], "old ")
	old, err = strconv.ParseInt(size, 10, 64)
	if !ok || err != nil || old < 0 || strconv.FormatInt(old, 10) != size {
		return bad("malformed old size")
	}
	if len(lines) > 1+63 {
		return bad("proof too long")
	}
	for _, l := range lines[1:] {
		h, err := base64.StdEncoding.Strict().DecodeString(l)
		if err != nil || len(h) != len(ledger.Hash{}) {
			return bad("malformed proof")
		}
		proof = append(proof, ledger.Hash(h))
	}
	return old, proof, signed, nil
}

func (w *Witness) serveLast(rw http.ResponseWriter, r *http.Request) {
	origin := r.URL.Query().Get("origin")
	if _, known := w.logs[origin]; !known {
		http.NotFound(rw, r)
		return
	}
	w.mu.Lock()
	note, err := os.ReadFile(w.seen.path(origin))
	w.mu.Unlock()
	if err != nil {
		http.NotFound(rw, r)
		return
	}
	rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
	rw.Header().Set("Cache-Control", "no-store")
	_, _ = rw.Write(note)
}
