package chance

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"zhunsheng/area"
	"zhunsheng/area/decisions"
	"zhunsheng/area/leadership"
	"zhunsheng/area/rules"
	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/internal/app"
	"zhunsheng/internal/govtest"
	"zhunsheng/internal/site"
	"zhunsheng/procedure"
	"zhunsheng/register"
	"zhunsheng/sqldb"
)

// own is the unit whose cases they are, root the one above it.
const (
	own  gov.UnitID = "qy-a"
	root gov.UnitID = "qy"
)

// people hold every post in every unit, so that only the rules keep them from doing
// everything themselves.
var people = []gov.PersonID{"p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8"}

// century outlasts every course.
const century = 100 * 365 * 24 * time.Hour

const password = "Kestrel-47-lantern"

var areas = []area.Area{rules.Area(), decisions.Area(), leadership.Area()}

// world is the whole program. Its acts are HTTP requests to the program's own handler; a
// world that serves has them travel through a listener, the others hand them to the handler.
type world struct {
	*app.App
	t       testing.TB
	clock   *govtest.Clock
	send    func(*http.Request) (*http.Response, error)
	paper   procedure.Paper
	units   map[gov.UnitID]bool
	pool    map[string][]pooled // by procedure
	stems   map[*procedure.Scenario]*stem
	scripts map[*procedure.Scenario][]deed
	played  int // walks so far
	hands   int // how many act at once

	reader *identity.Principal // who sees every case

	mu    sync.Mutex
	token map[gov.Actor]string
}

// newWorld starts the program; serve says whether it listens, seals and follows meanwhile, and
// hands how many act at once.
func newWorld(t testing.TB, serve bool, hands int) *world {
	t.Helper()
	ctx := context.Background()
	w := &world{t: t, hands: hands, clock: &govtest.Clock{}, units: map[gov.UnitID]bool{}, pool: map[string][]pooled{},
		stems: map[*procedure.Scenario]*stem{}, scripts: map[*procedure.Scenario][]deed{}, token: map[gov.Actor]string{}}
	w.clock.On("2018-01-02")
	dir := t.TempDir()
	var err error
	data := filepath.Join(dir, "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	// Nothing here is to outlive the machine, so no commit waits for the disk.
	w.App, err = app.Open(ctx, app.Config{Database: "sqlite:" + filepath.Join(data, "chance.sqlite") + "?synchronous=off",
		Data: data, Keys: filepath.Join(dir, "keys"), Origin: "zhunsheng/chance", County: "清源县", Areas: areas, Clock: w.clock, Random: rand.Reader, Hash: identity.HashParams{MemoryKiB: 64, Passes: 1, Lanes: 1}})
	if err != nil {
		t.Fatal(err)
	}
	w.Identity.Idle, w.Identity.Longest = century, century
	w.settle(ctx)
	handler, err := site.Handler(w.App)
	if err != nil {
		t.Fatal(err)
	}
	w.send = func(r *http.Request) (*http.Response, error) {
		rec := httptest.NewRecorder()
		handler.ServeHTTP(rec, r)
		return rec.Result(), nil
	}
	end := func() error { return nil }
	if serve {
		end = w.serve(handler)
	}
	t.Cleanup(func() {
		if err := errors.Join(end(), w.App.Close()); err != nil {
			t.Error(err)
		}
	})
	if _, err := w.Docket.Sweep(ctx, slog.New(slog.DiscardHandler)); err != nil { // as the timer does at its start
		t.Fatal(err)
	}
	if err := w.fill(); err != nil {
		t.Fatal(err)
	}
	return w
}

// serve runs the background work and puts a listener before the handler, until end.
func (w *world) serve(handler http.Handler) (end func() error) {
	work, stop := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- w.App.Run(work) }()
	srv := httptest.NewServer(handler)
	client, addr := srv.Client(), srv.Listener.Addr().String()
	client.Transport.(*http.Transport).MaxIdleConnsPerHost = w.hands
	w.send = func(r *http.Request) (*http.Response, error) {
		r.URL.Scheme, r.URL.Host = "http", addr
		return client.Do(r)
	}
	return func() error {
		srv.Close()
		stop()
		return <-ran
	}
}

// settle fills the registers with the units and posts that the definitions name.
func (w *world) settle(ctx context.Context) {
	posts, quals := map[gov.Post]bool{}, map[string]bool{}
	w.units[own], w.units["parent-unit"] = true, true
	for _, d := range w.Definitions.Released() {
		for _, r := range d.Roles() {
			for _, p := range r.Posts {
				posts[p] = true
			}
			if r.Qualification != "" {
				quals[r.Qualification] = true
			}
			if kind, name, _ := strings.Cut(r.Unit, ":"); kind == "key" {
				w.units[gov.UnitID(name)] = true
			}
		}
	}
	for _, p := range w.Parameters {
		if strings.HasPrefix(p.Value, string(root)+"-") {
			w.units[gov.UnitID(p.Value)] = true
		}
	}
	delete(w.units, "parent-unit")
	seats := map[gov.Actor]bool{} // that somebody acts in
	for _, d := range w.Definitions.Released() {
		for _, r := range d.Roles() {
			if a, ok := w.seat(d, r, ""); ok {
				seats[gov.Actor{Post: a.Post, Unit: a.Unit}] = true
			}
		}
	}
	var list []register.Change
	from := gov.MustDay("2010-01-01")
	add := func(reg, key string, data map[string]string) {
		list = append(list, register.Change{Register: reg, Key: key, Span: identity.Span{From: from}, Data: data, Reason: "设立"})
	}
	add("units", string(root), map[string]string{"name": "清源县人民政府", "kind": "government", "mark": "清政"})
	for u := range w.units {
		add("units", string(u), map[string]string{"name": "清源县" + string(u), "mark": "清" + string(u), "kind": "department", "parent": string(root)})
	}
	for p := range posts {
		add("posts", string(p), map[string]string{"name": string(p), "kind": "work", "actions": "case.read,case.open,case.act,case.record"})
	}
	for _, person := range people {
		data := map[string]string{"name": "张三", "unit": string(own)}
		if len(quals) > 0 {
			data["qualifications"] = strings.Join(slices.Sorted(maps.Keys(quals)), ",")
		}
		add("people", string(person), data)
	}
	for _, person := range people {
		for a := range seats {
			add("grants", fmt.Sprintf("%s-%s-%s", person, a.Post, a.Unit), map[string]string{"person": string(person), "post": string(a.Post),
				"unit": string(a.Unit), "scope": string(root), "clearance": "3"})
		}
	}
	for _, p := range w.Parameters {
		add("parameters", p.Name, map[string]string{"parameter": p.Name, "label": p.Label, "value": p.Value, "source": p.Source,
			"unverified": fmt.Sprint(p.Unverified)})
	}
	if err := w.Registers.Load(ctx, gov.Actor{Person: "setup"}, list); err != nil {
		w.t.Fatal(err)
	}
	err := w.DB.Read(ctx, func(tx *sqldb.Tx) error {
		dir, err := w.Registers.Directory(tx)
		if err != nil {
			return err
		}
		for a := range seats {
			a.Person = people[0]
			w.reader, err = dir.Principal(a, w.clock.Now().Day())
			return err
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, person := range people {
		if err := w.Identity.CreateAccount(ctx, string(person), person, password); err != nil {
			w.t.Fatal(err)
		}
		f, err := w.Files.Put(ctx, person, "文本.pdf", strings.NewReader("%PDF-1.7\n% a short paper\n%%EOF\n"))
		if err != nil {
			w.t.Fatal(err)
		}
		w.paper = procedure.Paper{Digest: f.Digest, Name: f.Name, Size: f.Size, Media: f.Media}
	}
}

// session is the cookie of somebody in a seat. Signing in anew on each of the years' days
// would cost more than the acts.
func (w *world) session(a gov.Actor) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if t := w.token[a]; t != "" {
		return t, nil
	}
	ctx := context.Background()
	t, _, err := w.Identity.SignIn(ctx, string(a.Person), password, "127.0.0.1")
	if err != nil {
		return "", err
	}
	if t, _, err = w.Identity.Switch(ctx, t, identity.Seat{Post: a.Post, Unit: a.Unit}); err != nil {
		return "", fmt.Errorf("seat %v: %w", a, err)
	}
	w.token[a] = t
	return t, nil
}

type apiPaper struct {
	Digest string `json:"digest"`
	Name   string `json:"name"`
}

type apiAct struct {
	Procedure string                           `json:"procedure,omitempty"`
	Title     string                           `json:"title,omitempty"`
	Unit      gov.UnitID                       `json:"unit,omitempty"`
	Step      procedure.StepID                 `json:"step,omitempty"`
	Outcome   string                           `json:"outcome,omitempty"`
	Fields    map[procedure.FieldID]string     `json:"fields,omitempty"`
	Papers    map[procedure.PaperID][]apiPaper `json:"papers,omitempty"`
	Key       string                           `json:"key"`
}

type apiDone struct {
	Case    gov.CaseID `json:"case"`
	Version int64      `json:"version"`
}

// post sends one act. The status is the program's answer; an error is the test's own.
func (w *world) post(path string, as gov.Actor, body apiAct) (status int, done apiDone, text string, err error) {
	token, err := w.session(as)
	if err != nil {
		return 0, done, "", err
	}
	b, err := json.Marshal(body)
	if err != nil {
		return 0, done, "", err
	}
	req, err := http.NewRequest(http.MethodPost, path, bytes.NewReader(b))
	if err != nil {
		return 0, done, "", err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Cookie", "zs_session="+token)
	res, err := w.send(req)
	if err != nil {
		return 0, done, "", err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, done, "", err
	}
	if res.StatusCode < 300 {
		err = json.Unmarshal(answer, &done)
	}
	return res.StatusCode, done, string(answer), err
}
