package public_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"zhunsheng/area"
	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/internal/app"
	"zhunsheng/internal/govtest"
	"zhunsheng/internal/site"
	"zhunsheng/procedure"
	"zhunsheng/web"
)

// invented adds the invented notice, comment and objection of package publication.
func invented(c *app.Config) {
	c.Areas = append(c.Areas, area.Area{ID: "test", Name: "虚构", Definitions: os.DirFS("../publication/testdata")})
}

// portal is a running county seen by somebody who is not signed in.
type portal struct {
	*govtest.County
	handler http.Handler
	from    string // address that requests come from
	cookies []*http.Cookie
}

func open(t *testing.T, c *govtest.County) *portal {
	t.Helper()
	h, err := site.Handler(c.App)
	if err != nil {
		t.Fatal(err)
	}
	return &portal{County: c, handler: h, from: "203.0.113.7:5000"}
}

func each(t *testing.T, fn func(t *testing.T, p *portal)) {
	govtest.EachWith(t, invented, func(t *testing.T, c *govtest.County) { fn(t, open(t, c)) })
}

func small(t *testing.T) *portal {
	clock := &govtest.Clock{}
	clock.On("2026-09-01")
	config := govtest.Config("", t.TempDir(), clock)
	invented(&config)
	return open(t, govtest.Start(t, config, clock))
}

type answer struct {
	status int
	header http.Header
	body   string
}

func (p *portal) send(method, path string, form url.Values) answer {
	p.T.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.RemoteAddr = p.from
	for _, c := range p.cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	p.handler.ServeHTTP(w, r)
	p.cookies = nil
	for _, c := range w.Result().Cookies() {
		if c.MaxAge >= 0 {
			p.cookies = append(p.cookies, c)
		}
	}
	return answer{w.Code, w.Result().Header, w.Body.String()}
}

// see gets a page, checks it, and wants some words on it.
func (p *portal) see(path string, words ...string) answer {
	p.T.Helper()
	a := p.send(http.MethodGet, path, nil)
	if a.status != http.StatusOK {
		p.T.Fatalf("%s: %d\n%.600s", path, a.status, a.text())
	}
	a.check(p.T, path)
	for _, w := range words {
		if !strings.Contains(a.text(), w) {
			p.T.Errorf("%s: %q is not there:\n%.3000s", path, w, a.text())
		}
	}
	return a
}

func (a answer) check(t testing.TB, path string) {
	t.Helper()
	if !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") {
		return
	}
	for _, bad := range web.CheckPage([]byte(a.body)) {
		t.Errorf("%s: %s", path, bad)
	}
}

var blanks = regexp.MustCompile(`\s+`)

// text is what stands on a page to read.
func (a answer) text() string {
	doc, err := html.Parse(strings.NewReader(a.body))
	if err != nil {
		return a.body
	}
	var b strings.Builder
	for n := range doc.Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "script" && n.Parent.Data != "style" {
			b.WriteString(n.Data)
		}
	}
	return blanks.ReplaceAllString(b.String(), " ")
}

var keyField = regexp.MustCompile(`name="_key" value="([^"]+)"`)

func (a answer) key(t testing.TB) string {
	t.Helper()
	m := keyField.FindStringSubmatch(a.body)
	if m == nil {
		t.Fatal("no form")
	}
	return m[1]
}

// desk does what a department does inside.
type desk struct{ *portal }

func (d desk) open(title string) gov.CaseID {
	d.T.Helper()
	done, err := d.Docket.Open(context.Background(), d.As("drafter", "qy-a"), docket.OpenRequest{Procedure: "test.notice", Title: title, Unit: "qy-a"})
	if err != nil {
		d.T.Fatalf("open %s: %v", title, err)
	}
	return done.Case
}

func (d desk) try(id gov.CaseID, step procedure.StepID, outcome string, fields map[procedure.FieldID]string, papers ...procedure.PaperID) error {
	who := d.As("drafter", "qy-a")
	_, err := d.Docket.Act(context.Background(), who, docket.ActRequest{Case: id, Step: step, Outcome: outcome, Fields: fields,
		Papers: d.Papers(who.Actor.Person, papers...)})
	return err
}

func (d desk) act(id gov.CaseID, step procedure.StepID, outcome string, fields map[procedure.FieldID]string, papers ...procedure.PaperID) {
	d.T.Helper()
	if err := d.try(id, step, outcome, fields, papers...); err != nil {
		d.T.Fatalf("%s: %v", step, err)
	}
}

func (d desk) consult(id gov.CaseID, until, explanation string) {
	d.T.Helper()
	d.act(id, "consultation", "published", map[procedure.FieldID]string{"until": until, "explanation": explanation,
		"asker": "13900001111", "aside-remark": "内部备注"}, "draft", "note", "internal-note")
}

func (d desk) issue(id gov.CaseID, effective string) {
	d.T.Helper()
	d.act(id, "adoption", "done", map[procedure.FieldID]string{"statement": "收到意见二件，采纳一件。"})
	d.act(id, "issue", "done", map[procedure.FieldID]string{"effective-day": effective}, "final-text")
}

func (p *portal) settle() {
	p.T.Helper()
	if err := p.Settle(context.Background()); err != nil {
		p.T.Fatal(err)
	}
}
