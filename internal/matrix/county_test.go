// Package matrix asks every route of the program, as every post, for what belongs to the
// own unit, to another unit and to nobody, and compares the answers with a small table of
// who may. A route without a row in the table fails.
package matrix

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/internal/govtest"
	"zhunsheng/internal/site"
	"zhunsheng/ledger"
	"zhunsheng/procedure"
	"zhunsheng/register"
	"zhunsheng/sqldb"
	"zhunsheng/web"
)

const (
	unitA gov.UnitID = "qy-a"
	unitB gov.UnitID = "qy-b"
)

var units = []gov.UnitID{unitA, unitB}

// secret stands in what only the readers of a unit's cases may see: titles of documents
// that are not published, field values, file names. open stands in what was published.
var (
	secret = map[gov.UnitID]string{unitA: "ZQSECRETA", unitB: "ZQSECRETB"}
	open   = map[gov.UnitID]string{unitA: "ZQOPENA", unitB: "ZQOPENB"}
)

// viewer is who asks. reads and holds are the test's own idea of what the posts of the
// small county allow; nothing of the program is asked for it.
type viewer struct {
	post   gov.Post
	unit   gov.UnitID
	reads  []gov.UnitID // whose cases
	keeps  []string     // registers
	audits bool
	cookie *http.Cookie
}

func (v *viewer) String() string {
	if v.post == "" {
		return "nobody"
	}
	return string(v.unit) + "-" + string(v.post)
}

func (v *viewer) mayRead(u gov.UnitID) bool { return slices.Contains(v.reads, u) }

func viewers() []*viewer {
	out := []*viewer{{}}
	for _, u := range units {
		for _, p := range []gov.Post{"drafter", "reviewer", "secretary", "disclosure"} {
			out = append(out, &viewer{post: p, unit: u, reads: []gov.UnitID{u}})
		}
	}
	return append(out, &viewer{post: "registrar", unit: "qy-zfb", reads: units}, &viewer{post: "supervisor", unit: "qy-sfj", reads: units},
		&viewer{post: "sysadmin", unit: "qy-zfb", keeps: []string{"units", "people", "posts", "parameters"}},
		&viewer{post: "secadmin", unit: "qy-zfb", keeps: []string{"grants"}},
		&viewer{post: "auditadmin", unit: "qy-zfb", audits: true})
}

// kase is a seeded case. Nothing is said of missing ones: they have no unit.
type kase struct {
	id     gov.CaseID
	unit   gov.UnitID
	title  string
	public bool // published and filed
}

// record is a sealed record and whom it belongs to.
type record struct {
	number int64
	unit   gov.UnitID // of the case or of the register entry, "" for none
	kind   string     // case, register, access, ledger
	name   string     // of the register
}

// world is a running program with something of everything in it.
type world struct {
	*govtest.County
	t       *testing.T
	mux     *web.Mux
	viewers []*viewer
	cases   []kase
	records []record
	raw     *sql.DB
	n       int
}

const password = "correct-horse-9"

// missing is a case id that is not there.
const missing gov.CaseID = "01AAAAAAAAAAAAAAAAAAAAAAAA"

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{County: govtest.New(t), t: t, viewers: viewers()}
	w.raw = w.Raw()
	w.Log = slog.New(slog.DiscardHandler)
	var err error
	if w.mux, err = site.Mux(w.App); err != nil {
		t.Fatal(err)
	}
	w.seed()
	for _, v := range w.viewers {
		if v.post != "" {
			if err := w.Identity.CreateAccount(context.Background(), v.String(), gov.PersonID(v.String()), password); err != nil {
				t.Fatal(err)
			}
			w.signIn(v)
		}
	}
	return w
}

func (w *world) signIn(v *viewer) {
	w.t.Helper()
	token, _, err := w.Identity.SignIn(context.Background(), v.String(), password, "test")
	if err != nil {
		w.t.Fatal(err)
	}
	rec := httptest.NewRecorder()
	web.Cookies{}.SetSession(rec, token, w.Identity.Longest)
	v.cookie = rec.Result().Cookies()[0]
}

// seed makes for each unit a document that was published and filed and one that waits for
// its legality review, and has each unit's secretary try to adopt the latter too early.
func (w *world) seed() {
	w.t.Helper()
	ctx := context.Background()
	w.Clock.On("2026-09-01")
	for _, u := range units {
		w.cases = append(w.cases, kase{w.County.Open(u, "清源县补助办法"+open[u]), u, "清源县补助办法" + open[u], true})
	}
	for _, s := range govtest.Straight {
		for _, c := range w.cases {
			w.act(c, s)
		}
	}
	w.Clock.On("2026-10-12")
	for _, u := range units {
		w.cases = append(w.cases, w.fresh(u))
	}
	for _, c := range w.cases {
		if c.public {
			continue
		}
		if _, err := w.Docket.Act(ctx, w.As("secretary", c.unit), docket.ActRequest{Case: c.id, Step: "deliberation", Outcome: "passed",
			Fields: map[procedure.FieldID]string{"meeting-name": "会", "meeting-day": "2026-10-12"}, Papers: w.papers(c, "secretary", "minutes")}); gov.KindOf(err) != gov.Refused {
			w.t.Fatalf("an adoption without review: %v", err)
		}
	}
	if err := w.Settle(ctx); err != nil {
		w.t.Fatal(err)
	}
	w.readRecords()
}

// fresh opens a document of a unit and takes it to its legality review.
func (w *world) fresh(u gov.UnitID) kase {
	w.t.Helper()
	w.n++
	title := fmt.Sprintf("清源县救助办法%s（%d）", secret[u], w.n)
	c := kase{w.County.Open(u, title), u, title, false}
	w.act(c, govtest.Straight[0])
	w.act(c, govtest.Straight[1])
	return c
}

// act performs a step with the unit's marks in what is typed and attached.
func (w *world) act(c kase, s govtest.Step) {
	w.t.Helper()
	if s.Day != "" && c.public {
		w.Clock.On(s.Day)
	}
	fields := map[procedure.FieldID]string{}
	for id, v := range s.Fields {
		switch id {
		case "assessment-conclusion", "review-opinion", "meeting-name", "secrecy-opinion":
			v += secret[c.unit]
		}
		fields[id] = v
	}
	if _, err := w.Docket.Act(context.Background(), w.As(s.Post, c.unit), docket.ActRequest{Case: c.id, Step: s.Step,
		Outcome: s.Outcome, Fields: fields, Papers: w.papers(c, s.Post, s.Papers...)}); err != nil {
		w.t.Fatalf("%s: %v", s.Step, err)
	}
}

func (w *world) papers(c kase, by gov.Post, ids ...procedure.PaperID) map[procedure.PaperID][]procedure.Paper {
	w.t.Helper()
	out := map[procedure.PaperID][]procedure.Paper{}
	for _, id := range ids {
		name := string(id) + secret[c.unit] + ".docx"
		if id == "final-text" {
			name = string(id) + open[c.unit] + ".docx"
		}
		f, err := w.Files.Put(context.Background(), w.As(by, c.unit).Actor.Person, name, bytes.NewReader(govtest.Docx(name+c.title)))
		if err != nil {
			w.t.Fatal(err)
		}
		out[id] = []procedure.Paper{{Digest: f.Digest, Name: f.Name, Size: f.Size, Media: f.Media}}
	}
	return out
}

// readRecords picks the first and last record of each case, some of each register and all
// others.
func (w *world) readRecords() {
	w.t.Helper()
	rows, err := w.raw.Query(`SELECT leaf.idx, event.stream, event.body FROM leaf JOIN event ON event.id = leaf.event_id ORDER BY leaf.idx`)
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	of := map[gov.CaseID]gov.UnitID{}
	for _, c := range w.cases {
		of[c.id] = c.unit
	}
	seen := map[string]int{}
	for rows.Next() {
		var r record
		var stream string
		var body []byte
		if err := rows.Scan(&r.number, &stream, &body); err != nil {
			w.t.Fatal(err)
		}
		r.kind, r.name, _ = strings.Cut(stream, "/")
		switch r.kind {
		case "case":
			r.unit = of[gov.CaseID(r.name)]
		case "register":
			r.unit = entryUnit(w.t, r.name, body)
		}
		key := stream + string(r.unit)
		if seen[key]++; seen[key] <= 2 {
			w.records = append(w.records, r)
		}
	}
	if err := rows.Err(); err != nil {
		w.t.Fatal(err)
	}
	for _, kind := range []string{"case", "register", "access"} {
		if !slices.ContainsFunc(w.records, func(r record) bool { return r.kind == kind }) {
			w.t.Fatalf("no %s record among %d", kind, len(w.records))
		}
	}
}

// entryUnit is the unit that a register entry names as its own.
func entryUnit(t *testing.T, name string, body []byte) gov.UnitID {
	t.Helper()
	env, err := ledger.DecodeEnvelope(body)
	if err != nil {
		t.Fatal(err)
	}
	var p register.Payload
	if err := json.Unmarshal(env.Payload, &p); err != nil {
		t.Fatal(err)
	}
	switch name {
	case "units":
		return gov.UnitID(p.Key)
	case "people", "grants":
		return gov.UnitID(p.Data["unit"])
	}
	return ""
}

// tilePath is a part of the ledger as it lies on disk.
func (w *world) tilePath() string {
	w.t.Helper()
	found := ""
	root := filepath.Join(w.Data, "ledger", "tile")
	err := fs.WalkDir(os.DirFS(root), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !strings.HasPrefix(path, "entries") {
			found = path
		}
		return err
	})
	if err != nil || found == "" {
		w.t.Fatalf("no tile: %v", err)
	}
	return found
}

// file is where the first file of a case stands.
func (w *world) file(c kase) map[string]string {
	w.t.Helper()
	got, err := w.Docket.Get(context.Background(), w.As("drafter", c.unit), c.id)
	if err != nil || len(got.Files) == 0 {
		w.t.Fatalf("files of %s: %v", c.title, err)
	}
	f := got.Files[0]
	return map[string]string{"case": string(c.id), "version": fmt.Sprint(f.Version), "paper": string(f.Under), "seq": fmt.Sprint(f.Seq)}
}

// events counts what was recorded but refused attempts.
func (w *world) events() (n int64) {
	w.t.Helper()
	if err := w.raw.QueryRow(`SELECT COUNT(*) FROM event WHERE stream NOT LIKE 'access/%'`).Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// tag is what a reader of a register entry saw, which an ending must name.
func (w *world) tag(name, key string) (tag string) {
	w.t.Helper()
	err := w.DB.Read(context.Background(), func(tx *sqldb.Tx) error {
		spans, err := w.Registers.History(tx, name, key)
		if err == nil {
			tag = spans[len(spans)-1].Tag()
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return tag
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// request is what is sent.
type request struct {
	method, path, body, media string
	from                      map[string]string // headers that say where a request comes from
}

var sameSite = map[string]string{"Sec-Fetch-Site": "same-origin"}

func (w *world) send(v *viewer, q request) answer {
	w.t.Helper()
	r := httptest.NewRequest(q.method, q.path, strings.NewReader(q.body))
	if q.from == nil {
		q.from = sameSite
	}
	for k, x := range q.from {
		r.Header.Set(k, x)
	}
	if q.media != "" {
		r.Header.Set("Content-Type", q.media)
	}
	if v.cookie != nil {
		r.AddCookie(v.cookie)
	}
	rec := httptest.NewRecorder()
	w.mux.ServeHTTP(rec, r)
	return answer{rec.Code, rec.Header(), rec.Body.String()}
}
