package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"zhunsheng/gov"
)

var testSite = Site{
	County: "清源县", Home: "/_style", PortalHome: "/_style/portal", SignIn: "/sign-in", SignOut: "/sign-out",
	Posts: "/posts", Notices: "/notices", Search: "/search", Contact: "运维：县司法局信息科",
}

// fakeAuth knows one token.
type fakeAuth struct{ fault error }

func (a fakeAuth) Authenticate(_ context.Context, token string) (Viewer, error) {
	if a.fault != nil {
		return Viewer{}, a.fault
	}
	if token != "good" {
		return Viewer{}, gov.Errorf(gov.Unauthenticated, "登录已经过期")
	}
	return Viewer{Actor: gov.Actor{Person: "p1"}, Name: "周岚"}, nil
}

type testMux struct {
	*Mux
	log *bytes.Buffer
}

func newTestMux(t *testing.T, change func(*Config), routes ...Route) testMux {
	t.Helper()
	var log bytes.Buffer
	cfg := Config{
		Site: testSite, Log: slog.New(slog.NewTextHandler(&log, nil)), Auth: fakeAuth{},
		May: func(_ context.Context, v Viewer, action string) error {
			if action == "roster.edit" {
				return nil
			}
			return gov.Errorf(gov.Forbidden, "您的岗位不能做 %s", action)
		},
		Now: func() gov.Instant { return 1000 },
	}
	if change != nil {
		change(&cfg)
	}
	m, err := NewMux(cfg, routes, StyleGuideRoutes(cfg.Site))
	if err != nil {
		t.Fatal(err)
	}
	return testMux{m, &log}
}

func (m testMux) ask(method, target string, body io.Reader, head ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, body)
	for i := 0; i+1 < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	w := httptest.NewRecorder()
	m.ServeHTTP(w, r)
	return w
}

func okRoute(method, pattern, name string, a Access) Route {
	return Route{Method: method, Pattern: pattern, Name: name, Access: a, Handler: func(w http.ResponseWriter, r *http.Request) error {
		v, _ := ViewerFrom(r.Context())
		_, err := io.WriteString(w, "ok "+v.Name)
		return err
	}}
}

func failRoute(err error) Route {
	return Route{Method: "GET", Pattern: "/fail", Name: "fail", Access: Public, Handler: func(http.ResponseWriter, *http.Request) error { return err }}
}

// Every page of the style guide, and so every component in every state, keeps the rules.
func TestStyleGuide_KeepsTheRules(t *testing.T) {
	m := newTestMux(t, nil)
	css := string(mustRead(t, "static/app.css")) + string(mustRead(t, "static/vendor/tabler-core/tabler.min.css"))
	for _, page := range []string{"", "/case", "/list", "/form", "/portal", "/sign-in", "/sign-in?error=x", "/error", "/refused", "/paper", "/nothing"} {
		w := m.ask("GET", "/_style"+page, nil, "Cookie", "zs_elder=1")
		for _, bad := range CheckPage(w.Body.Bytes()) {
			t.Errorf("%s: %s", page, bad)
		}
		if !strings.Contains(w.Body.String(), `<html lang="zh-CN" class="elder">`) {
			t.Errorf("%s: the elder mode is not on the page", page)
		}
		checkClasses(t, page, w.Body.Bytes(), css)
		if got := w.Header().Get("Content-Security-Policy"); got != ContentSecurityPolicy {
			t.Errorf("%s: policy %q", page, got)
		}
	}
}

// The sample form: refused with its errors on the same page and the same request key,
// then accepted with a redirect, a message shown once, and the draft dropped.
func TestStyleGuide_FormGoesBackAndForth(t *testing.T) {
	m := newTestMux(t, nil)
	w := m.ask("POST", "/_style/form", strings.NewReader("title=&_key=k1"), "Content-Type", "application/x-www-form-urlencoded")
	if w.Code != 422 || !strings.Contains(w.Body.String(), `name="_key" value="k1"`) || !strings.Contains(w.Body.String(), `href="#f-title"`) {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	w = m.ask("POST", "/_style/form", strings.NewReader("title=x&_key=k1"), "Content-Type", "application/x-www-form-urlencoded")
	if w.Code != 303 || w.Header().Get("Location") != "/_style/list" {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	flash := w.Result().Cookies()[0]
	w = m.ask("GET", "/_style/list", nil, "Cookie", flash.Name+"="+flash.Value)
	if !strings.Contains(w.Body.String(), "已提交合法性审核") || !strings.Contains(w.Body.String(), `data-draft-done="style-review"`) {
		t.Errorf("the message is not shown: %s", w.Body)
	}
	if c := w.Result().Cookies(); len(c) != 1 || c[0].MaxAge >= 0 {
		t.Errorf("the message is not taken away: %v", c)
	}
	w = m.ask("POST", "/_style/form", strings.NewReader("title=x"), "Content-Type", "application/x-www-form-urlencoded", AjaxHeader, "style-review")
	if w.Code != 204 || w.Header().Get("X-Zs-Location") != "/_style/list" {
		t.Errorf("the script is not told where to go: %d %v", w.Code, w.Header())
	}
}

var errDisk = errors.New("disk is gone")
