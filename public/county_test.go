package public_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"zhunsheng/internal/noticetest"
	"zhunsheng/internal/site"
	"zhunsheng/web"
)

// portal is a running county seen by somebody who is not signed in.
type portal struct {
	noticetest.Office
	handler http.Handler
	from    string // address that requests come from
	cookies []*http.Cookie
}

func open(t testing.TB, o noticetest.Office) *portal {
	t.Helper()
	h, err := site.Handler(o.App)
	if err != nil {
		t.Fatal(err)
	}
	return &portal{Office: o, handler: h, from: "203.0.113.7:5000"}
}

func each(t *testing.T, fn func(t *testing.T, p *portal)) {
	noticetest.Each(t, func(t *testing.T, o noticetest.Office) { fn(t, open(t, o)) })
}

func small(t testing.TB) *portal { return open(t, noticetest.New(t)) }

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
