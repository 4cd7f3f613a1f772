package crashtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zhunsheng/gov"
	"zhunsheng/internal/app"
	"zhunsheng/internal/govtest"
	"zhunsheng/procedure"
)

// clients is how many work at once.
const clients = 64

// world is what the clients know: where the program is, and what it has told them.
type world struct {
	t      *testing.T
	tokens map[string]string // of the session of each person
	url    atomic.Pointer[string]
	ending atomic.Bool // no new acts; what is open is resolved
	http   *http.Client
	n      atomic.Int64
	heard  func(*act) // of each acknowledgement

	mu    sync.Mutex
	acts  []*act   // acknowledged, in order of acknowledgement
	files []string // digests of acknowledged uploads
	tally map[string]int
}

// act is one request that must act once, and what was answered.
type act struct {
	key, person string
	path        string
	body        []byte
	done        done
}

// done is an acknowledgement.
type done struct {
	Case     gov.CaseID
	Version  int64
	Event    gov.EventID
	Recorded int64
	Repeated bool
	Numbers  []struct {
		Series string
		N      int64
	}
}

// settle makes an installation with the small county, sessions for its people, and gives
// the world of clients. The installation is at rest.
func settle(t *testing.T, database string) (*world, app.Config) {
	t.Helper()
	return settleIn(t, database, t.TempDir())
}

func settleIn(t *testing.T, database, dir string) (*world, app.Config) {
	t.Helper()
	clock := &govtest.Clock{}
	clock.Set(app.WallClock.Now())
	config := govtest.Config(database, dir, clock)
	c := govtest.Start(t, config, clock)
	w := newWorld(t)
	for _, s := range govtest.Straight {
		for _, unit := range units {
			who := string(c.As(s.Post, unit).Actor.Person)
			if w.tokens[who] != "" {
				continue
			}
			const password = "correct horse battery staple 9"
			if err := c.Identity.CreateAccount(context.Background(), who, gov.PersonID(who), password); err != nil {
				t.Fatal(err)
			}
			token, _, err := c.Identity.SignIn(context.Background(), who, password, "test")
			if err != nil {
				t.Fatal(err)
			}
			w.tokens[who] = token
		}
	}
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	return w, config
}

func newWorld(t *testing.T) *world {
	return &world{t: t, tokens: map[string]string{}, tally: map[string]int{}, heard: func(*act) {},
		http: &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: clients}}}
}

var units = []gov.UnitID{"qy-a", "qy-b"}

func (w *world) count(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tally[what]++
}

func (w *world) told(what string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.tally[what]
}

// work lets the clients work until ending is set and everything open is resolved.
func (w *world) work() (wait func()) {
	var all sync.WaitGroup
	for i := range clients {
		all.Go(func() {
			r := rand.New(rand.NewPCG(uint64(i), uint64(time.Now().UnixNano())))
			for !w.ending.Load() && !w.t.Failed() {
				w.walk(r, units[i%len(units)])
			}
		})
	}
	return all.Wait
}

// walk takes one document through the straight steps, as far as time allows.
func (w *world) walk(r *rand.Rand, unit gov.UnitID) {
	n := w.n.Add(1)
	drafter := string(unit) + "-drafter"
	opened := w.perform(drafter, "/cases", map[string]any{"procedure": govtest.Department,
		"title": fmt.Sprintf("第%d号草案", n), "unit": unit})
	if opened == nil {
		return
	}
	day := gov.InstantOf(time.Now()).Day()
	brought := map[string]string{} // by whom: nobody attaches what another brought
	for _, s := range govtest.Straight {
		if w.ending.Load() {
			return
		}
		fields := map[procedure.FieldID]string{}
		for f, v := range s.Fields {
			switch {
			case f == "effective-day":
				v = day.AddDays(30).String()
			case strings.HasSuffix(string(f), "-day"):
				v = day.String()
			}
			fields[f] = v
		}
		if s.Step == "legality-review" {
			fields["early-reason"] = "应对突发事件"
		}
		person := string(unit) + "-" + string(s.Post)
		if w.tokens[person] == "" {
			person = "qy-zfb-" + string(s.Post)
		}
		papers := map[procedure.PaperID]any{}
		for _, p := range s.Papers {
			if brought[person] == "" || r.IntN(4) == 0 {
				if brought[person] = w.upload(person, n); brought[person] == "" {
					return
				}
			}
			papers[p] = []any{map[string]string{"name": "附件.docx", "digest": brought[person]}}
		}
		a := w.perform(person, "/cases/"+string(opened.done.Case)+"/acts",
			map[string]any{"step": s.Step, "outcome": s.Outcome, "fields": fields, "papers": papers})
		if a == nil {
			return
		}
		if r.IntN(10) == 0 {
			w.again(a)
		}
	}
}

// perform sends an act until it is answered for certain, always under the same key. Nil
// means that it was not, which is a failure unless the test has failed already.
func (w *world) perform(person, path string, body map[string]any) *act {
	a := &act{key: fmt.Sprintf("k%d-%d", os.Getpid(), w.n.Add(1)), person: person, path: path}
	body["key"] = a.key
	a.body, _ = json.Marshal(body)
	d, ok := w.send(a)
	if !ok {
		return nil
	}
	a.done = d
	w.heard(a)
	w.mu.Lock()
	defer w.mu.Unlock()
	if d.Repeated {
		w.tally["acknowledged when sent again"]++
	}
	w.acts = append(w.acts, a)
	return a
}

// again sends an acknowledged act once more: it must be known and not act again.
func (w *world) again(a *act) {
	d, ok := w.send(a)
	if ok && (!d.Repeated || d.Event != a.done.Event || d.Version != a.done.Version || d.Case != a.done.Case) {
		w.t.Errorf("%s acted twice: first %+v, then %+v", a.key, a.done, d)
	}
}

// giveUp is how long a client waits for a program that comes back.
const giveUp = 60 * time.Second

func (w *world) send(a *act) (d done, ok bool) {
	for began := time.Now(); time.Since(began) < giveUp && !w.t.Failed(); {
		status, answer := w.post(a.person, a.path, "application/json", a.body)
		switch {
		case status == http.StatusCreated:
			if err := json.Unmarshal(answer, &d); err != nil || d.Event == "" {
				w.t.Errorf("%s: an acknowledgement that says nothing: %v %s", a.key, err, answer)
				return d, false
			}
			return d, true
		case status == 0 || status == http.StatusServiceUnavailable:
			w.count(fmt.Sprintf("unknown (%d)", status))
			time.Sleep(time.Duration(5+rand.IntN(30)) * time.Millisecond)
		default:
			w.t.Errorf("%s %s %s: %d %s", a.person, a.path, a.body, status, answer)
			return d, false
		}
	}
	if !w.t.Failed() {
		w.t.Errorf("%s was not answered for %s", a.key, giveUp)
	}
	return d, false
}

func (w *world) upload(person string, n int64) (digest string) {
	content := govtest.Docx(fmt.Sprintf("附件%d-%d", n, rand.Int64()))
	for began := time.Now(); time.Since(began) < giveUp && !w.t.Failed(); {
		status, answer := w.post(person, "/files?name="+url.QueryEscape("附件.docx"), "application/octet-stream", content)
		var file struct{ Digest string }
		switch {
		case status == http.StatusCreated && json.Unmarshal(answer, &file) == nil && file.Digest != "":
			w.mu.Lock()
			defer w.mu.Unlock()
			w.files = append(w.files, file.Digest)
			return file.Digest
		case status == 0 || status == http.StatusServiceUnavailable:
			w.count(fmt.Sprintf("upload unknown (%d)", status))
			time.Sleep(time.Duration(5+rand.IntN(30)) * time.Millisecond)
		default:
			w.t.Errorf("upload: %d %s", status, answer)
			return ""
		}
	}
	return ""
}

// post sends one request; status 0 means that no answer came.
func (w *world) post(person, path, media string, body []byte) (status int, answer []byte) {
	base := w.url.Load()
	if base == nil {
		time.Sleep(5 * time.Millisecond)
		return 0, nil
	}
	req, err := http.NewRequest(http.MethodPost, *base+"/api/v1"+path, bytes.NewReader(body))
	if err != nil {
		w.t.Error(err)
		return 0, nil
	}
	req.Header.Set("Content-Type", media)
	req.AddCookie(&http.Cookie{Name: "zs_session", Value: w.tokens[person]})
	resp, err := w.http.Do(req)
	if err != nil {
		return 0, nil
	}
	defer resp.Body.Close()
	if answer, err = io.ReadAll(resp.Body); err != nil {
		return 0, nil // cut off: it may have acted
	}
	return resp.StatusCode, answer
}

// acknowledged is what was acknowledged so far.
func (w *world) acknowledged() (acts []*act, files []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]*act(nil), w.acts...), append([]string(nil), w.files...)
}
