package desk_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"zhunsheng/gov"
	"zhunsheng/internal/govtest"
	"zhunsheng/internal/site"
)

const password = "correct-horse-9"

// office is the small county served over HTTP.
type office struct {
	*govtest.County
	URL string
}

func open(t *testing.T) *office {
	t.Helper()
	c := govtest.New(t)
	h, err := site.Handler(c.App)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return &office{c, srv.URL}
}

// settle seals everything and folds it into the reading projections.
func (o *office) settle(t *testing.T) {
	t.Helper()
	if err := o.Settle(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// person is somebody at a browser.
type person struct {
	t      *testing.T
	o      *office
	login  string
	client *http.Client
}

// as signs somebody in through the form; the account is made when it is missing.
func (o *office) as(t *testing.T, id string) *person {
	t.Helper()
	err := o.Identity.CreateAccount(context.Background(), id, gov.PersonID(id), password)
	if err != nil && gov.KindOf(err) != gov.Invalid { // made before
		t.Fatal(err)
	}
	p := o.stranger(t)
	p.login = id
	p.signIn()
	return p
}

func (p *person) signIn() {
	p.t.Helper()
	res := p.post("/signin", url.Values{"login": {p.login}, "password": {password}})
	if res.status != http.StatusSeeOther || res.header.Get("Location") != "/desk" {
		p.t.Fatalf("sign-in of %s: %d %s", p.login, res.status, res.text())
	}
}

// day moves the clock; whoever is at a browser signs in again, for sessions end overnight.
func (o *office) day(day string, people ...*person) {
	o.Clock.On(day)
	for _, p := range people {
		p.signIn()
	}
}

func (o *office) stranger(t *testing.T) *person {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &person{t: t, o: o, client: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// answer is a response with its whole body.
type answer struct {
	t      *testing.T
	status int
	header http.Header
	body   []byte
}

func (p *person) do(req *http.Request) *answer {
	p.t.Helper()
	res, err := p.client.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return &answer{p.t, res.StatusCode, res.Header, body}
}

func (p *person) get(path string) *answer {
	p.t.Helper()
	req, err := http.NewRequest(http.MethodGet, p.o.URL+path, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	return p.do(req)
}

// see gets a page that must be there.
func (p *person) see(path string) *answer {
	p.t.Helper()
	a := p.get(path)
	if a.status != http.StatusOK {
		p.t.Fatalf("GET %s: %d %s", path, a.status, a.text())
	}
	return a
}

func (p *person) post(path string, v url.Values) *answer {
	p.t.Helper()
	req, err := http.NewRequest(http.MethodPost, p.o.URL+path, strings.NewReader(v.Encode()))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return p.do(req)
}

// upload is one file of a form.
type upload struct{ control, name, content string }

// send posts a form as a browser does when it takes files.
func (p *person) send(path string, v url.Values, files ...upload) *answer {
	p.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for _, k := range slices.Sorted(maps.Keys(v)) {
		for _, x := range v[k] {
			if err := w.WriteField(k, x); err != nil {
				p.t.Fatal(err)
			}
		}
	}
	for _, f := range files {
		part, err := w.CreateFormFile(f.control, f.name)
		if err != nil {
			p.t.Fatal(err)
		}
		content := f.content
		if content == "" {
			content = string(govtest.Docx(f.name))
		}
		if _, err := io.WriteString(part, content); err != nil {
			p.t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		p.t.Fatal(err)
	}
	req, err := http.NewRequest(http.MethodPost, p.o.URL+path, &body)
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	return p.do(req)
}

// api calls /api/v1 and decodes the answer into out when it is given.
func (p *person) api(method, path string, in, out any) *answer {
	p.t.Helper()
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			p.t.Fatal(err)
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequest(method, p.o.URL+"/api/v1"+path, body)
	if err != nil {
		p.t.Fatal(err)
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	a := p.do(req)
	if out != nil {
		if err := json.Unmarshal(a.body, out); err != nil {
			p.t.Fatalf("%s %s: %d %s: %v", method, path, a.status, a.body, err)
		}
	}
	return a
}

// text is what a reader sees of a page.
func (a *answer) text() string {
	n, err := html.Parse(bytes.NewReader(a.body))
	if err != nil {
		return string(a.body)
	}
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
		if n.Type == html.ElementNode {
			b.WriteByte(' ')
		}
	}
	walk(n)
	return strings.Join(strings.Fields(b.String()), " ")
}

func (a *answer) wants(parts ...string) *answer {
	a.t.Helper()
	text := a.text()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			a.t.Errorf("the page does not say %q:\n%s", p, text)
		}
	}
	return a
}

func (a *answer) lacks(parts ...string) *answer {
	a.t.Helper()
	text := a.text()
	for _, p := range parts {
		if strings.Contains(text, p) {
			a.t.Errorf("the page says %q:\n%s", p, text)
		}
	}
	return a
}

// form reads the values of the form with an id as a browser would send them.
func (a *answer) form(id string) url.Values {
	a.t.Helper()
	n, err := html.Parse(bytes.NewReader(a.body))
	if err != nil {
		a.t.Fatal(err)
	}
	out := url.Values{}
	found := false
	var walk func(n *html.Node, in bool)
	walk = func(n *html.Node, in bool) {
		if n.Type == html.ElementNode {
			if n.Data == "form" && attr(n, "id") == id {
				in, found = true, true
			}
			if in {
				control(n, out)
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, in)
		}
	}
	walk(n, false)
	if !found {
		a.t.Fatalf("no form %q on the page:\n%s", id, a.text())
	}
	return out
}

func control(n *html.Node, out url.Values) {
	name := attr(n, "name")
	if name == "" {
		return
	}
	switch n.Data {
	case "input":
		switch attr(n, "type") {
		case "file", "submit":
		case "radio", "checkbox":
			if has(n, "checked") {
				out.Add(name, attr(n, "value"))
			}
		default:
			out.Add(name, attr(n, "value"))
		}
	case "textarea":
		if n.FirstChild != nil {
			out.Add(name, n.FirstChild.Data)
		} else {
			out.Add(name, "")
		}
	case "select":
		for o := range n.Descendants() {
			if o.Type == html.ElementNode && o.Data == "option" && has(o, "selected") {
				out.Add(name, attr(o, "value"))
			}
		}
	}
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

// with adds values to a form as read.
func with(v url.Values, pairs ...string) url.Values {
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}
