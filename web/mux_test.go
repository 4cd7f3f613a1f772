package web

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"zhunsheng/gov"
)

func TestNewMux_RefusesBadTables(t *testing.T) {
	h := func(http.ResponseWriter, *http.Request) error { return nil }
	good := Route{Method: "GET", Pattern: "/a", Name: "a", Access: Public, Handler: h}
	cases := []struct {
		name   string
		change func(r *Route)
		want   string
	}{
		{"no name", func(r *Route) { r.Name = "" }, "empty or used twice"},
		{"name twice", func(r *Route) { r.Name = "a" }, "empty or used twice"},
		{"no method", func(r *Route) { r.Method = "" }, "needs a method"},
		{"relative", func(r *Route) { r.Pattern = "b" }, "begins with /"},
		{"no handler", func(r *Route) { r.Handler = nil }, "no handler"},
		{"no access", func(r *Route) { r.Access = "" }, "access"},
		{"same pattern", func(r *Route) { r.Pattern = "/a" }, "conflicts"},
		{"bad pattern", func(r *Route) { r.Pattern = "/{" }, "bad wildcard"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			second := Route{Method: "GET", Pattern: "/b", Name: "b", Access: Public, Handler: h}
			c.change(&second)
			_, err := NewMux(Config{Now: func() gov.Instant { return 0 }}, []Route{good, second})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	if _, err := NewMux(Config{}, nil); err == nil {
		t.Error("a mux without a clock was made")
	}
}

func TestMux_RoutesHaveUniqueNamesAndAnAccess(t *testing.T) {
	m := newTestMux(t, nil)
	seen := map[string]bool{}
	for _, r := range m.Routes() {
		if seen[r.Name] || r.Access == "" {
			t.Errorf("route %q: name used twice or no access", r.Name)
		}
		seen[r.Name] = true
	}
	if !seen["web.static"] || !seen["web.style"] {
		t.Errorf("routes are missing: %v", seen)
	}
}

func TestMux_Access(t *testing.T) {
	m := newTestMux(t, nil, okRoute("GET", "/open", "open", Public), okRoute("GET", "/in", "in", SignedIn),
		okRoute("GET", "/may", "may", Action("roster.edit")), okRoute("GET", "/may-not", "may-not", Action("roster.drop")), okRoute("POST", "/in", "in.post", SignedIn))
	const good, stale = "zs_session=good", "zs_session=stale"
	cases := []struct {
		method, path, cookie string
		want                 int
		body                 string
	}{
		{"GET", "/open", "", 200, "ok "},
		{"GET", "/open", good, 200, "ok 周岚"},
		{"GET", "/open", stale, 200, "ok "},
		{"GET", "/in", "", 303, ""},
		{"GET", "/in", stale, 303, ""},
		{"GET", "/in", good, 200, "ok 周岚"},
		{"POST", "/in", "", 401, "请先登录"},
		{"GET", "/may", good, 200, "ok"},
		{"GET", "/may-not", good, 403, "您的岗位不能做 roster.drop"},
		{"GET", "/may-not", "", 303, ""},
		{"GET", "/none", good, 404, "没有找到"},
		{"DELETE", "/in", good, 405, "不接受这种操作"},
	}
	for _, c := range cases {
		w := m.ask(c.method, c.path, nil, "Cookie", c.cookie)
		if w.Code != c.want || !strings.Contains(w.Body.String(), c.body) {
			t.Errorf("%s %s with %q: %d %s, want %d %q", c.method, c.path, c.cookie, w.Code, w.Body, c.want, c.body)
		}
	}
	if got := m.ask("GET", "/in?a=b", nil).Header().Get("Location"); got != "/sign-in?next=%2Fin%3Fa%3Db" {
		t.Errorf("sign-in does not come back: %s", got)
	}
	if got := m.ask("DELETE", "/in", nil).Header().Get("Allow"); got != "GET, HEAD, POST" {
		t.Errorf("Allow is %q", got)
	}
	if got := m.ask("GET", "/in", nil, "Cookie", good).Header().Get("Cache-Control"); got != "no-store" {
		t.Errorf("a page behind sign-in may be stored: %q", got)
	}
}

// A session store that fails is a fault, and never the same as "nobody is signed in".
func TestMux_FaultOfTheSessionStoreIsAFault(t *testing.T) {
	m := newTestMux(t, func(c *Config) { c.Auth = fakeAuth{fault: errDisk} }, okRoute("GET", "/open", "open", Public), okRoute("GET", "/in", "in", SignedIn))
	for _, p := range []string{"/open", "/in"} {
		if w := m.ask("GET", p, nil, "Cookie", "zs_session=good"); w.Code != 500 {
			t.Errorf("%s: %d", p, w.Code)
		}
	}
	if w := m.ask("GET", Asset("app.css"), nil, "Cookie", "zs_session=good"); w.Code != 200 {
		t.Errorf("an asset asked the session store: %d", w.Code)
	}
}

func TestMux_NoMayRefusesEveryNamedAction(t *testing.T) {
	m := newTestMux(t, func(c *Config) { c.May = nil }, okRoute("GET", "/may", "may", Action("roster.edit")))
	if w := m.ask("GET", "/may", nil, "Cookie", "zs_session=good"); w.Code != 403 {
		t.Errorf("%d", w.Code)
	}
}

func TestMux_HeadersAreExact(t *testing.T) {
	want := map[string]string{
		"Content-Security-Policy":      "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
		"X-Content-Type-Options":       "nosniff",
		"X-Frame-Options":              "DENY",
		"Referrer-Policy":              "same-origin",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Permissions-Policy":           "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
		"Strict-Transport-Security":    "",
	}
	m := newTestMux(t, nil, okRoute("GET", "/open", "open", Public), failRoute(errDisk))
	for _, p := range []string{"/open", "/fail", "/none", Asset("app.js")} {
		w := m.ask("GET", p, nil)
		for k, v := range want {
			if got := w.Header().Get(k); got != v {
				t.Errorf("%s: %s is %q, want %q", p, k, got, v)
			}
		}
		if len(w.Header().Get("X-Request-Id")) != 12 {
			t.Errorf("%s: request id %q", p, w.Header().Get("X-Request-Id"))
		}
	}
	m = newTestMux(t, func(c *Config) { c.Site.Cookies.Secure = true }, okRoute("GET", "/open", "open", Public))
	if got := m.ask("GET", "/open", nil).Header().Get("Strict-Transport-Security"); got == "" {
		t.Error("no Strict-Transport-Security behind HTTPS")
	}
}

func TestMux_CrossOriginPostIsRefused(t *testing.T) {
	m := newTestMux(t, nil, okRoute("POST", "/do", "do", Public))
	cases := []struct {
		head []string
		want int
	}{
		{nil, 200},
		{[]string{"Sec-Fetch-Site", "same-origin"}, 200},
		{[]string{"Sec-Fetch-Site", "cross-site"}, 403},
		{[]string{"Origin", "https://evil.example"}, 403},
	}
	for _, c := range cases {
		w := m.ask("POST", "/do", nil, c.head...)
		if w.Code != c.want {
			t.Errorf("%v: %d, want %d", c.head, w.Code, c.want)
		}
		if c.want == 403 && !strings.Contains(w.Body.String(), "来自其他网站") {
			t.Errorf("%v: no sentence for people: %s", c.head, w.Body)
		}
	}
}

func TestMux_BodyIsBounded(t *testing.T) {
	read := func(w http.ResponseWriter, r *http.Request) error {
		if err := r.ParseForm(); err != nil {
			return badForm(err)
		}
		return nil
	}
	m := newTestMux(t, nil, Route{Method: "POST", Pattern: "/small", Name: "small", Access: Public, Handler: read, MaxBody: 1000})
	body := "a=" + strings.Repeat("x", 2000)
	w := m.ask("POST", "/small", strings.NewReader(body), "Content-Type", "application/x-www-form-urlencoded")
	if w.Code != 413 || !strings.Contains(w.Body.String(), "1 KB 的上限") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestMux_PanicBecomesTheErrorPage(t *testing.T) {
	m := newTestMux(t, nil, Route{Method: "GET", Pattern: "/panic", Name: "panic", Access: Public, Handler: func(http.ResponseWriter, *http.Request) error { panic("secret detail") }},
		Route{Method: "GET", Pattern: "/half", Name: "half", Access: Public, Handler: func(w http.ResponseWriter, r *http.Request) error {
			_, _ = io.WriteString(w, "half")
			panic("late")
		}})
	w := m.ask("GET", "/panic", nil)
	if w.Code != 500 || strings.Contains(w.Body.String(), "secret detail") || !strings.Contains(w.Body.String(), w.Header().Get("X-Request-Id")) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if !strings.Contains(m.log.String(), "secret detail") || !strings.Contains(m.log.String(), w.Header().Get("X-Request-Id")) {
		t.Errorf("operators do not see it: %s", m.log)
	}
	defer func() {
		if recover() != http.ErrAbortHandler {
			t.Error("half a page was finished as if it were whole")
		}
	}()
	m.ask("GET", "/half", nil)
}

func TestMux_LogsWithoutTheQuery(t *testing.T) {
	m := newTestMux(t, nil, okRoute("GET", "/in/{x}", "in", SignedIn))
	m.ask("GET", "/in/7?name=secret", nil, "Cookie", "zs_session=good")
	line := m.log.String()
	for _, want := range []string{"method=GET", "path=/in/7", "route=in", "status=200", "person=p1", "bytes=9", "request="} {
		if !strings.Contains(line, want) {
			t.Errorf("%s is missing in %s", want, line)
		}
	}
	if strings.Contains(line, "secret") {
		t.Errorf("the query is in the log: %s", line)
	}
}

func TestMux_Gzip(t *testing.T) {
	long := strings.Repeat("法治政府建设", 400)
	m := newTestMux(t, nil, Route{Method: "GET", Pattern: "/long", Name: "long", Access: Public, Handler: func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Length", fmt.Sprint(len(long)))
		_, err := io.WriteString(w, long)
		return err
	}}, okRoute("GET", "/short", "short", Public))
	w := m.ask("GET", "/long", nil, "Accept-Encoding", "br, gzip;q=0.8")
	if w.Header().Get("Content-Encoding") != "gzip" || w.Header().Get("Content-Length") != "" || w.Body.Len() > len(long)/5 {
		t.Fatalf("not compressed: %v, %d bytes", w.Header(), w.Body.Len())
	}
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := io.ReadAll(z); string(got) != long {
		t.Errorf("came back changed, %d bytes", len(got))
	}
	for _, accept := range []string{"", "br", "gzip;q=0", "identity"} {
		if w := m.ask("GET", "/long", nil, "Accept-Encoding", accept); w.Header().Get("Content-Encoding") != "" || w.Body.String() != long {
			t.Errorf("compressed for %q", accept)
		}
	}
	if w := m.ask("GET", "/long", nil, "Accept-Encoding", "gzip"); w.Header().Get("Vary") != "Accept-Encoding" {
		t.Errorf("Vary is %q", w.Header().Get("Vary"))
	}
}

func TestMux_StaleConnectionGetsNoPage(t *testing.T) {
	m := newTestMux(t, nil, failRoute(fmt.Errorf("read: %w", context.Canceled)))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	w := httptest.NewRecorder()
	m.ServeHTTP(w, httptest.NewRequest("GET", "/fail", nil).WithContext(ctx))
	if w.Body.Len() != 0 {
		t.Errorf("a page for nobody: %s", w.Body)
	}
}

func TestElderSwitch(t *testing.T) {
	m := newTestMux(t, nil)
	post := func(body string) *httptest.ResponseRecorder {
		return m.ask("POST", ElderPath, strings.NewReader(body), "Content-Type", "application/x-www-form-urlencoded")
	}
	w := post("on=1&back=/_style/portal?q=1")
	if w.Code != 303 || w.Header().Get("Location") != "/_style/portal?q=1" || w.Result().Cookies()[0].Value != "1" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if w = post("on=&back=//evil.example"); w.Header().Get("Location") != "/" || w.Result().Cookies()[0].MaxAge >= 0 {
		t.Errorf("%v", w.Header())
	}
}
