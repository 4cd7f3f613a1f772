package matrix

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"zhunsheng/docket"
	"zhunsheng/exchange"
	"zhunsheng/procedure"
)

// deed is a request that is accepted, and from whom: sent by anybody else it changes
// nothing.
type deed struct {
	route string
	name  string
	by    []string              // viewers by name
	ready func(w *world) deedOn // makes what it is done to
	// account marks what is done to an account: it is no event of the ledger, and another's
	// login is told as a mistake in the form.
	account bool
	// later marks what is handed to the program's own work: its events come after the answer.
	later bool
}

type deedOn struct {
	values map[string]string
	body   string
	media  string
}

func pairs(list ...string) string {
	v := url.Values{}
	for i := 0; i < len(list); i += 2 {
		v.Set(list[i], list[i+1])
	}
	return v.Encode()
}

func object(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// kept is how a form carries a file that was received before.
func kept(p procedure.Paper) string { return p.Digest + "/" + p.Name }

const definition = "normative-document.department"

var deeds = []deed{
	{route: "desk.case.start", by: []string{"qy-a-drafter"}, ready: func(w *world) deedOn {
		return deedOn{body: pairs("procedure", definition, "title", "清源县某办法"+secret[unitA], "unit", "qy-a"), media: form}
	}},
	{route: "desk.case.start", name: "recorded", by: []string{"qy-a-secretary", "qy-a-reviewer", "qy-zfb-registrar", "qy-sfj-supervisor"}, ready: func(w *world) deedOn {
		return deedOn{body: pairs("procedure", definition, "title", "清源县某办法"+secret[unitA], "unit", "qy-a", "record", "1",
			"occurred", "2026-10-12", "reason", "线下启动", "source", "发文卷"), media: form}
	}},
	{route: "api.openCase", by: []string{"qy-a-drafter"}, ready: func(w *world) deedOn {
		return deedOn{body: object(map[string]any{"procedure": definition, "title": "清源县某办法" + secret[unitA], "unit": "qy-a"}), media: data}
	}},
	{route: "desk.step.perform", name: "review", by: []string{"qy-a-reviewer"}, ready: func(w *world) deedOn {
		c := w.fresh(unitA)
		return deedOn{map[string]string{"case": string(c.id), "step": "legality-review"},
			pairs("outcome", "passed", "field-review-opinion", "可以", "field-early-reason", "急件",
				"kept-paper-legality-opinion", kept(w.papers(c, "reviewer", "legality-opinion")["legality-opinion"][0])), form}
	}},
	{route: "desk.step.perform", name: "withdrawal", by: []string{"qy-b-drafter"}, ready: func(w *world) deedOn {
		c := w.fresh(unitB)
		return deedOn{map[string]string{"case": string(c.id), "step": "withdrawal"},
			pairs("outcome", "done", "field-withdrawal-reason", "不再制定"), form}
	}},
	{route: "desk.step.record", name: "adoption", by: []string{"qy-a-secretary", "qy-a-reviewer", "qy-zfb-registrar", "qy-sfj-supervisor"}, ready: func(w *world) deedOn {
		c := w.fresh(unitA)
		return deedOn{map[string]string{"case": string(c.id), "step": "deliberation"},
			pairs("outcome", "passed", "occurred", "2026-10-12", "reason", "线下开会", "source", "会议记录",
				"field-meeting-name", "局长办公会议", "field-meeting-day", "2026-10-12"), form}
	}},
	{route: "api.act", by: []string{"qy-b-reviewer"}, ready: func(w *world) deedOn {
		c := w.fresh(unitB)
		p := w.papers(c, "reviewer", "legality-opinion")["legality-opinion"][0]
		return deedOn{one("case", string(c.id)), object(map[string]any{"step": "legality-review", "outcome": "passed",
			"fields": map[string]string{"review-opinion": "可以", "early-reason": "急件"},
			"papers": map[string]any{"legality-opinion": []any{map[string]string{"digest": p.Digest, "name": p.Name}}}}), data}
	}},
	{route: "desk.register.add", name: "unit", by: []string{"qy-zfb-sysadmin"}, ready: func(w *world) deedOn {
		w.n++
		return deedOn{one("register", "units"), pairs("key", fmt.Sprintf("qy-new-%d", w.n), "data-name", "清源县新设局", "data-kind", "department",
			"data-parent", "qy", "from", "2026-10-12", "reason", "设立"), form}
	}},
	{route: "desk.register.add", name: "grant", by: []string{"qy-zfb-secadmin"}, ready: func(w *world) deedOn {
		w.n++
		return deedOn{one("register", "grants"), pairs("key", fmt.Sprintf("new-%d", w.n), "data-person", "qy-a-drafter", "data-post", "secretary",
			"data-unit", "qy-a", "data-clearance", "1", "from", "2026-10-12", "reason", "兼任"), form}
	}},
	{route: "desk.register.set", name: "unit", by: []string{"qy-zfb-sysadmin"}, ready: func(w *world) deedOn {
		return deedOn{map[string]string{"register": "units", "key": "qy-b"}, pairs("seen", w.tag("units", "qy-b"), "data-name", "清源县水务局", "data-mark", "清水",
			"data-kind", "department", "data-parent", "qy", "from", "2026-10-12", "reason", "更名"), form}
	}},
	{route: "desk.register.end", name: "grant", by: []string{"qy-zfb-secadmin"}, ready: func(w *world) deedOn {
		return deedOn{map[string]string{"register": "grants", "key": "qy-b-disclosure"},
			pairs("seen", w.tag("grants", "qy-b-disclosure"), "from", "2026-10-13", "reason", "离岗"), form}
	}},
	{route: "desk.correct.propose", by: []string{"qy-a-drafter", "qy-a-secretary", "qy-a-disclosure", "qy-zfb-registrar"}, ready: func(w *world) deedOn {
		c := w.fresh(unitA)
		return deedOn{map[string]string{"case": string(c.id), "version": "2"}, pairs("reason", "填错了", "field-business", "true"), form}
	}},
	{route: "api.correct", by: []string{"qy-b-drafter", "qy-b-secretary", "qy-b-disclosure", "qy-zfb-registrar"}, ready: func(w *world) deedOn {
		c := w.fresh(unitB)
		return deedOn{one("case", string(c.id)), object(map[string]any{"of": 2, "reason": "填错了", "fields": map[string]string{"business": "true"}}), data}
	}},
	{route: "desk.correction.decide", by: []string{"qy-sfj-supervisor"}, ready: func(w *world) deedOn {
		return deedOn{w.proposed(), pairs("decision", "approve"), form}
	}},
	{route: "api.decideCorrection", by: []string{"qy-sfj-supervisor"}, ready: func(w *world) deedOn {
		return deedOn{w.proposed(), object(map[string]any{"approve": true}), data}
	}},
	{route: "desk.import.undo", by: []string{"qy-a-secretary"}, later: true, ready: func(w *world) deedOn {
		id := w.batch(w.Importer)
		w.idle(id)
		return deedOn{one("batch", id), pairs("reason", "拿错了"), form}
	}},
	{route: "desk.import.resume", by: []string{"qy-a-secretary"}, later: true, ready: func(w *world) deedOn {
		return deedOn{one("batch", w.batch(exchange.New(w.Importer.Config))), "", form}
	}},
	{route: "desk.import.begin", by: []string{"qy-a-secretary"}, ready: func(w *world) deedOn {
		return deedOn{map[string]string{"plan": "old-documents", "digest": w.oldTable()}, "", form}
	}},
	{route: "desk.seat", name: "of the drafter", by: []string{"qy-a-drafter"}, account: true, ready: func(w *world) deedOn {
		return deedOn{body: pairs("post", "drafter|qy-a|"), media: form}
	}},
	{route: "desk.password.do", name: "of the drafter", by: []string{"qy-a-drafter"}, account: true, ready: func(w *world) deedOn {
		return deedOn{body: pairs("login", "qy-a-drafter", "old", password, "password", "another-horse-8", "again", "another-horse-8"), media: form}
	}},
}

// proposed is a correction that waits to be decided.
func (w *world) proposed() map[string]string {
	w.t.Helper()
	c := w.fresh(unitA)
	done, err := w.Docket.Correct(w.t.Context(), w.As("secretary", unitA), docket.CorrectRequest{Case: c.id, Of: 2, Reason: "填错了",
		Fields: map[procedure.FieldID]string{"business": "true"}})
	if err != nil {
		w.t.Fatal(err)
	}
	return map[string]string{"case": string(c.id), "correction": fmt.Sprint(done.Version)}
}

// oldTable brings a table of one old document and gives its digest.
func (w *world) oldTable() string {
	w.t.Helper()
	w.n++
	f, err := w.Files.Put(w.t.Context(), "qy-a-secretary", "旧文件.csv", strings.NewReader(fmt.Sprintf(
		"文件名称,制定机关,公布日期,施行日期\n清源县旧办法%d%s,清民,2026-03-02,2026-04-01\n", w.n, secret[unitA])))
	if err != nil {
		w.t.Fatal(err)
	}
	return f.Digest
}

// batch begins to import such a table; the work is done by the program, or, broken off, by nobody.
func (w *world) batch(by *exchange.Importer) string {
	w.t.Helper()
	id, err := by.Begin(w.t.Context(), w.As("secretary", unitA), "old-documents", w.oldTable(), "旧文件.csv", "")
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

// handed is the batch that an answer leads to.
func (w *world) handed(a answer) string {
	return strings.TrimPrefix(a.header.Get("Location"), "/desk/imports/")
}

// idle waits until the program has done what was handed to it.
func (w *world) idle(batch string) {
	w.t.Helper()
	for range 3000 {
		if at, ok := w.Importer.Progress(batch); ok && !at.Running {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	w.t.Fatal("the import does not end")
}

// F106: what changes something is accepted from the posts that the table names and from
// nobody else. Everybody sends the very request that the right post is then seen to do.
func TestMatrix_F106_OnlyTheRightPostActs(t *testing.T) {
	w := newWorld(t)
	routes := map[string]struct{ method, pattern string }{}
	for _, rt := range w.mux.Routes() {
		routes[rt.Name] = struct{ method, pattern string }{rt.Method, rt.Pattern}
		has := slices.ContainsFunc(deeds, func(d deed) bool { return d.route == rt.Name })
		if table[rt.Name].deed != has {
			t.Errorf("%s: the table says %t, and there is a deed: %t", rt.Name, table[rt.Name].deed, has)
		}
	}
	for _, d := range deeds {
		t.Run(d.route+" "+d.name, func(t *testing.T) {
			rt := routes[d.route]
			send := func(v *viewer, on deedOn) (answer, int64) {
				before := w.events()
				a := w.send(v, request{method: rt.method, path: address(rt.pattern, on.values), body: on.body, media: on.media})
				return a, w.events() - before
			}
			on := d.ready(w)
			for _, v := range w.viewers {
				if slices.Contains(d.by, v.String()) {
					continue
				}
				a, n := send(v, on)
				want := []int{http.StatusForbidden, http.StatusNotFound, http.StatusConflict}
				if d.account {
					want = append(want, http.StatusUnprocessableEntity)
				}
				if v.post == "" {
					want = []int{http.StatusUnauthorized}
				}
				if n != 0 || !slices.Contains(want, a.status) {
					t.Errorf("as %s: %d and %d events, want %v\n%.400s", v, a.status, n, want, a.body)
				}
				if bad := leaks(v, a.body); len(bad) > 0 {
					t.Errorf("as %s: the refusal holds secrets of %v", v, bad)
				}
			}
			for i, name := range d.by {
				if i > 0 {
					on = d.ready(w)
				}
				v := w.viewers[slices.IndexFunc(w.viewers, func(v *viewer) bool { return v.String() == name })]
				a, n := send(v, on)
				if a.status != http.StatusSeeOther && a.status != http.StatusCreated || n == 0 && !d.account && !d.later {
					t.Errorf("as %s: %d and %d events\n%.1000s", v, a.status, n, a.body)
				}
				if d.later || d.route == "desk.import.begin" {
					w.idle(w.handed(a))
				}
				if c := a.header.Values("Set-Cookie"); len(c) > 0 {
					for _, ck := range (&http.Response{Header: a.header}).Cookies() {
						if ck.Name == v.cookie.Name {
							v.cookie = ck
						}
					}
				}
			}
		})
	}
}

// Naming a file's digest is not enough to attach it to a case of one's own and to read it
// there, neither by the form nor by the API.
func TestMatrix_F106_ADigestOpensNoFile(t *testing.T) {
	w := newWorld(t)
	theirs, mine := w.fresh(unitB), w.fresh(unitA)
	got, err := w.Docket.Get(t.Context(), w.As("drafter", unitB), theirs.id)
	if err != nil {
		t.Fatal(err)
	}
	p := got.Files[0].Paper
	v := w.viewers[slices.IndexFunc(w.viewers, func(v *viewer) bool { return v.String() == "qy-a-reviewer" })]
	for _, q := range []request{
		{method: http.MethodPost, path: "/desk/cases/" + string(mine.id) + "/steps/legality-review", media: form,
			body: pairs("outcome", "passed", "field-review-opinion", "可以", "field-early-reason", "急件", "kept-paper-legality-opinion", kept(p))},
		{method: http.MethodPost, path: "/api/v1/cases/" + string(mine.id) + "/acts", media: data,
			body: object(map[string]any{"step": "legality-review", "outcome": "passed",
				"fields": map[string]string{"review-opinion": "可以", "early-reason": "急件"},
				"papers": map[string]any{"legality-opinion": []any{map[string]string{"digest": p.Digest, "name": "x.docx"}}}})},
	} {
		before := w.events()
		if a := w.send(v, q); a.status != http.StatusUnprocessableEntity || w.events() != before {
			t.Errorf("%s: %d and %d events\n%.300s", q.path, a.status, w.events()-before, a.body)
		}
	}
}
