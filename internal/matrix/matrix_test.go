package matrix

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"zhunsheng/gov"
	"zhunsheng/web"
)

// address fills a pattern.
func address(pattern string, values map[string]string) string {
	for k, v := range values {
		pattern = strings.ReplaceAll(pattern, "{"+k+"}", url.PathEscape(v))
		pattern = strings.ReplaceAll(pattern, "{"+k+"...}", v)
	}
	return strings.TrimSuffix(pattern, "{$}")
}

// leaks names the units whose secrets stand in a body although the viewer may not read
// their cases. What the API gives in base64 is looked into as well.
func leaks(v *viewer, body string) (out []gov.UnitID) {
	var api struct{ Body, Receipt string }
	if json.Unmarshal([]byte(body), &api) == nil {
		for _, s := range []string{api.Body, api.Receipt} {
			if b, err := base64.StdEncoding.DecodeString(s); err == nil {
				body += string(b)
			}
		}
	}
	for _, u := range units {
		if !v.mayRead(u) && strings.Contains(body, secret[u]) {
			out = append(out, u)
		}
	}
	return out
}

// F106: one predicate on every route. Every route is asked as every post for everything.
func TestMatrix_F106_EveryRouteAsEveryPost(t *testing.T) {
	w := newWorld(t)
	before := w.events()
	statuses := map[string]int{}
	asked, shown := 0, map[string]int{}
	for _, rt := range w.mux.Routes() {
		r, ok := table[rt.Name]
		if !ok {
			t.Errorf("route %s %s (%s) has no row in the table: say who may", rt.Method, rt.Pattern, rt.Name)
			continue
		}
		if public := rt.Access == web.Public; public != (r.rule == everybody) {
			t.Errorf("%s: the route's access is %q, the table says %d", rt.Name, rt.Access, r.rule)
		}
		targets := w.targets(r.fill)
		for _, v := range w.viewers {
			hidden := map[string]string{} // the answers for what is not there and for what is not to be seen
			for _, x := range targets {
				path := address(rt.Pattern, x.values)
				a := w.send(v, request{method: rt.Method, path: path, body: r.body, media: r.media})
				asked++
				if want := r.want(rt, v, x); !slices.Contains(want, a.status) {
					t.Errorf("%s %s as %s: %d, want %v\n%.300s", rt.Method, path, v, a.status, want, a.body)
				}
				if bad := leaks(v, a.body); len(bad) > 0 {
					t.Errorf("%s %s as %s: holds secrets of %v", rt.Method, path, v, bad)
				}
				if r.shows && !x.public && v.mayRead(x.unit) {
					if !strings.Contains(a.body, secret[x.unit]) {
						t.Errorf("%s as %s: what its readers may see is not there", path, v)
					}
					shown[rt.Name]++
				}
				if a.status == http.StatusSeeOther && r.rule != everybody && v.post == "" && !strings.HasPrefix(a.header.Get("Location"), "/signin") {
					t.Errorf("%s as %s leads to %s", path, v, a.header.Get("Location"))
				}
				if v.post != "" && a.header.Get("Cache-Control") != "no-store" && r.rule != everybody {
					t.Errorf("%s as %s may be cached: %q", path, v, a.header.Get("Cache-Control"))
				}
				if a.status == http.StatusNotFound {
					hidden[plainAnswer(a, path, x)] = path
				}
				statuses[rt.Name+" "+v.String()+" "+x.String()] = a.status
				if r.ends && v.post != "" {
					w.signIn(v)
				}
			}
			if len(hidden) > 1 && (r.rule == caseReaders || r.rule == recordReaders) {
				t.Errorf("%s as %s tells what is there from what is not: %d answers", rt.Name, v, len(hidden))
			}
		}
	}
	for name := range table {
		if !slices.ContainsFunc(w.mux.Routes(), func(rt web.Route) bool { return rt.Name == name }) {
			t.Errorf("the table has a row for %s, which is no route", name)
		}
		if table[name].shows && shown[name] == 0 {
			t.Errorf("%s: nobody was shown anything", name)
		}
	}
	for page, op := range twins {
		for k, s := range statuses {
			rest, ok := strings.CutPrefix(k, page+" ")
			if other := statuses[op+" "+rest]; ok && other != s && (other != http.StatusUnauthorized || s != http.StatusSeeOther) {
				t.Errorf("%s: the page answers %d, the API %d", k, s, other)
			}
		}
	}
	if after := w.events(); after != before {
		t.Errorf("requests that cannot be accepted recorded %d events", after-before)
	}
	t.Logf("%d requests", asked)
}

// plainAnswer is an answer without what must differ: the number of the request, its
// address and the number of the record that was asked for.
func plainAnswer(a answer, path string, x target) string {
	return strings.NewReplacer(a.header.Get("X-Request-Id"), "", path, "", "第 "+x.values["number"]+" 号", "").Replace(a.body)
}

// A form of another site is refused whoever is signed in, before anything else.
func TestMatrix_FormsOfOtherSitesAreRefused(t *testing.T) {
	w := newWorld(t)
	before := w.events()
	for _, rt := range w.mux.Routes() {
		if rt.Method == http.MethodGet {
			continue
		}
		r := table[rt.Name]
		for _, from := range []map[string]string{{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}} {
			for _, v := range w.viewers {
				path := address(rt.Pattern, w.targets(r.fill)[0].values)
				if a := w.send(v, request{rt.Method, path, r.body, r.media, from}); a.status != http.StatusForbidden {
					t.Errorf("%s %s as %s from %v: %d", rt.Method, path, v, from, a.status)
				}
			}
		}
	}
	if after := w.events(); after != before {
		t.Errorf("%d events", after-before)
	}
}
