package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"zhunsheng/gov"
)

// Handler answers a request or returns an error; the Mux renders the error by the one
// table (errors.go). A handler that already wrote its answer returns nil.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Access says who may call a route. What a person may see inside is the domain's to judge.
type Access string

// The accesses that are no named action.
const (
	Public   Access = "public"
	SignedIn Access = "signed-in"
)

// Action is the access of a route that takes a named action, e.g. Action("roster.edit").
func Action(name string) Access { return Access("action:" + name) }

// Named gives the action's name, or false for Public and SignedIn.
func (a Access) Named() (string, bool) { return strings.CutPrefix(string(a), "action:") }

// Route is one address. Pattern is that of http.ServeMux without the method, e.g.
// "/cases/{case}"; Name is unique, e.g. "case.page".
type Route struct {
	Method  string
	Pattern string
	Name    string
	Access  Access
	Handler Handler
	MaxBody int64 // bytes; 0 takes the Mux's
	// asset routes are the same for everybody: no session is looked up for them.
	asset bool
}

// Config is what a Mux needs from outside.
type Config struct {
	Site Site
	Log  *slog.Logger
	Auth Authenticator
	// May judges the named action of a route for a viewer; an error of kind Forbidden
	// refuses. Without it every named action is refused.
	May func(ctx context.Context, v Viewer, action string) error
	// Now drives the access log's durations only.
	Now func() gov.Instant
	// MaxBody bounds the body of a request, in bytes; 0 means 1 MB.
	MaxBody int64
}

const defaultMaxBody = 1 << 20

// Mux serves a table of routes through the middlewares, always in this order: request id,
// access log, recovery, security headers, cross-origin check, compression, access, body
// limit. It serves the assets and the elder switch itself.
type Mux struct {
	cfg    Config
	routes []Route
	std    *http.ServeMux
	serve  http.Handler
}

// NewMux checks the tables and builds the Mux. A route without name, access or handler, a
// name used twice and two patterns that conflict are errors.
func NewMux(cfg Config, tables ...[]Route) (*Mux, error) {
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.MaxBody == 0 {
		cfg.MaxBody = defaultMaxBody
	}
	if cfg.Now == nil {
		return nil, errors.New("web: no clock")
	}
	m := &Mux{cfg: cfg, std: http.NewServeMux()}
	names := map[string]bool{}
	for _, table := range append(tables, m.own()) {
		for _, rt := range table {
			if err := m.add(rt, names); err != nil {
				return nil, err
			}
		}
	}
	m.serve = m.chain()
	return m, nil
}

// Routes lists every route in order of declaration, the Mux's own last.
func (m *Mux) Routes() []Route { return append([]Route(nil), m.routes...) }

func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) { m.serve.ServeHTTP(w, r) }

func (m *Mux) add(rt Route, names map[string]bool) (err error) {
	switch _, named := rt.Access.Named(); {
	case rt.Name == "" || names[rt.Name]:
		return fmt.Errorf("web: route %s %s: name %q is empty or used twice", rt.Method, rt.Pattern, rt.Name)
	case rt.Method == "" || !strings.HasPrefix(rt.Pattern, "/"):
		return fmt.Errorf("web: route %s: needs a method and a pattern that begins with /", rt.Name)
	case rt.Handler == nil:
		return fmt.Errorf("web: route %s: no handler", rt.Name)
	case rt.Access != Public && rt.Access != SignedIn && !named:
		return fmt.Errorf("web: route %s: access %q is not known", rt.Name, rt.Access)
	}
	defer func() {
		if p := recover(); p != nil { // how ServeMux reports a bad or conflicting pattern
			err = fmt.Errorf("web: route %s: %v", rt.Name, p)
		}
	}()
	m.std.Handle(rt.Method+" "+rt.Pattern, m.enter(rt))
	names[rt.Name] = true
	m.routes = append(m.routes, rt)
	return nil
}

// enter is the door of one route: who is there, may they, how much may they send.
func (m *Mux) enter(rt Route) http.Handler {
	limit := rt.MaxBody
	if limit == 0 {
		limit = m.cfg.MaxBody
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		noteRoute(r.Context(), rt.Name)
		r, err := m.admit(rt, r)
		if err != nil {
			m.fail(w, r, err)
			return
		}
		if _, ok := ViewerFrom(r.Context()); ok || rt.Access != Public {
			w.Header().Set("Cache-Control", "no-store")
		} else if w.Header().Get("Cache-Control") == "" {
			w.Header().Set("Cache-Control", "private, no-cache")
		}
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		if err := rt.Handler(w, r); err != nil {
			m.fail(w, r, err)
		}
	})
}

// admit finds the viewer and judges the route's access. On a Public route a session that
// does not hold is the same as none, but a fault of the session store stays a fault.
func (m *Mux) admit(rt Route, r *http.Request) (*http.Request, error) {
	token := m.cfg.Site.Cookies.Session(r)
	if rt.asset || rt.Access == Public && (token == "" || m.cfg.Auth == nil) {
		return r, nil
	}
	if token == "" || m.cfg.Auth == nil {
		return r, errSignInFirst()
	}
	v, err := m.cfg.Auth.Authenticate(r.Context(), token)
	if err != nil {
		if rt.Access == Public && gov.KindOf(err) != gov.Fault && gov.KindOf(err) != gov.Unavailable {
			return r, nil
		}
		return r, err
	}
	r = r.WithContext(WithViewer(r.Context(), v))
	noteViewer(r.Context(), v)
	action, named := rt.Access.Named()
	if !named {
		return r, nil
	}
	if m.cfg.May == nil {
		return r, gov.Errorf(gov.Forbidden, "您的岗位没有办理此事的权限")
	}
	return r, m.cfg.May(r.Context(), v, action)
}

func errSignInFirst() error {
	return gov.Errorf(gov.Unauthenticated, "您还没有登录，或者登录已经过期，请重新登录")
}

// dispatch answers what no route takes with our own pages instead of ServeMux's.
func (m *Mux) dispatch(w http.ResponseWriter, r *http.Request) {
	_, pattern := m.std.Handler(r)
	if pattern != "" {
		m.std.ServeHTTP(w, r)
		return
	}
	probe := &probeWriter{header: http.Header{}}
	m.std.ServeHTTP(probe, r)
	if probe.status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", probe.header.Get("Allow"))
		m.fail(w, r, errMethod)
		return
	}
	m.fail(w, r, gov.Errorf(gov.NotFound, "没有这个地址，可能已经改名或者撤下"))
}

// probeWriter learns what ServeMux would say and throws the text away.
type probeWriter struct {
	header http.Header
	status int
}

func (p *probeWriter) Header() http.Header         { return p.header }
func (p *probeWriter) WriteHeader(s int)           { p.status = s }
func (p *probeWriter) Write(b []byte) (int, error) { return len(b), nil }

// own are the routes of the kit itself.
func (m *Mux) own() []Route {
	return []Route{
		{Method: http.MethodGet, Pattern: StaticPrefix + "{file...}", Name: "web.static", Access: Public, Handler: serveAsset, asset: true},
		{Method: http.MethodGet, Pattern: "/favicon.ico", Name: "web.favicon", Access: Public, Handler: favicon, asset: true},
		{Method: http.MethodPost, Pattern: ElderPath, Name: "web.elder", Access: Public, Handler: m.setElder, MaxBody: 4 << 10},
	}
}

// ElderPath takes the elder switch: fields on ("1" or "") and back (a local address).
const ElderPath = "/preferences/elder"

func (m *Mux) setElder(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return badForm(err)
	}
	m.cfg.Site.Cookies.SetElder(w, r.PostFormValue("on") == "1")
	http.Redirect(w, r, LocalPath(r.PostFormValue("back"), "/"), http.StatusSeeOther)
	return nil
}

// favicon answers the one address that browsers ask for by themselves.
func favicon(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, Asset("favicon.svg"), http.StatusFound)
	return nil
}

// signInURL is where a reader without session goes, and comes back from.
func (m *Mux) signInURL(next string) string {
	if next = LocalPath(next, ""); next == "" || next == "/" {
		return m.cfg.Site.SignIn
	}
	return m.cfg.Site.SignIn + "?next=" + url.QueryEscape(next)
}
