package matrix

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"zhunsheng/gov"
)

// readable are the cases that a viewer may see, of one unit or of all.
func (w *world) readable(v *viewer, of gov.UnitID) (out []kase) {
	for _, c := range w.cases {
		if v.mayRead(c.unit) && (of == "" || c.unit == of) {
			out = append(out, c)
		}
	}
	return out
}

// holds checks that an answer names exactly the given cases.
func (w *world) holds(t *testing.T, what string, a answer, want []kase, among func(kase) bool) {
	t.Helper()
	if a.status != http.StatusOK {
		t.Errorf("%s: %d", what, a.status)
		return
	}
	for _, c := range w.cases {
		expected := among(c) && hasCase(want, c)
		if strings.Contains(a.body, c.title) != expected {
			t.Errorf("%s: names “%s”: %t", what, c.title, !expected)
		}
		if !hasCase(want, c) && strings.Contains(a.body, string(c.id)) {
			t.Errorf("%s: holds the id of “%s”", what, c.title)
		}
	}
}

func hasCase(list []kase, c kase) bool {
	for _, x := range list {
		if x.id == c.id {
			return true
		}
	}
	return false
}

func anyCase(kase) bool { return true }

// F106: the same predicate serves list, export, count, board, workbench and API.
func TestMatrix_F106_ListsExportsAndCountsHoldWhatThePredicateAllows(t *testing.T) {
	w := newWorld(t)
	for _, v := range w.viewers {
		if v.post == "" {
			continue
		}
		get := func(path string) answer { return w.send(v, request{method: http.MethodGet, path: path}) }
		for _, of := range []gov.UnitID{"", unitA, unitB} {
			q, want := url.Values{}, w.readable(v, of)
			if of != "" {
				q.Set("unit", string(of))
			}
			for _, path := range []string{"/desk/cases", "/desk/cases.csv", "/api/v1/cases"} {
				w.holds(t, fmt.Sprintf("%s?%s as %s", path, q.Encode(), v), get(path+"?"+q.Encode()), want, anyCase)
			}
			w.holds(t, fmt.Sprintf("cases of the indicator, %q as %s", of, v),
				get("/desk/indicators/filing-in-time/cases?"+q.Encode()), want, func(c kase) bool { return c.public })
			w.rates(t, v, of, q)
		}
		q := url.Values{"status": {"open"}, "awaits": {"reviewer"}}
		waits := func(c kase) bool { return !c.public }
		w.holds(t, "filtered list as "+v.String(), get("/desk/cases?"+q.Encode()), w.readable(v, ""), waits)
		w.holds(t, "filtered API as "+v.String(), get("/api/v1/cases?"+q.Encode()), w.readable(v, ""), waits)
		w.workbench(t, v)
	}
}

// rates compares the indicator, on the page and in the API, with the cases that were filed.
func (w *world) rates(t *testing.T, v *viewer, of gov.UnitID, q url.Values) {
	t.Helper()
	due := map[gov.UnitID]int64{}
	var total int64
	for _, c := range w.readable(v, of) {
		if c.public {
			due[c.unit]++
			total++
		}
	}
	a := w.send(v, request{method: http.MethodGet, path: "/api/v1/indicators/filing-in-time?" + q.Encode()})
	var got struct {
		Total struct{ Numerator, Denominator int64 }
		Units []struct {
			Unit        gov.UnitID
			Denominator int64
		}
	}
	if err := json.Unmarshal([]byte(a.body), &got); err != nil || a.status != http.StatusOK {
		t.Fatalf("indicator as %s: %d %v", v, a.status, err)
	}
	if got.Total.Denominator != total || got.Total.Numerator != total {
		t.Errorf("indicator %q as %s: %d of %d, want %d", of, v, got.Total.Numerator, got.Total.Denominator, total)
	}
	for _, u := range got.Units {
		if u.Denominator != due[u.Unit] {
			t.Errorf("indicator %q as %s: %d of %s, want %d", of, v, u.Denominator, u.Unit, due[u.Unit])
		}
	}
	page := w.send(v, request{method: http.MethodGet, path: "/desk/indicators/filing-in-time?" + q.Encode()})
	rate := "无案件"
	if total > 0 {
		rate = "100.0%"
	}
	if !strings.Contains(page.body, rate) {
		t.Errorf("indicator page %q as %s does not say %s", of, v, rate)
	}
	for _, u := range units {
		if name := map[gov.UnitID]string{unitA: "清源县民政局", unitB: "清源县水利局"}[u]; !v.mayRead(u) && strings.Contains(page.body, name) {
			t.Errorf("indicator page %q as %s names %s", of, v, name)
		}
	}
}

var countLink = regexp.MustCompile(`<a[^>]*href="(/desk/cases\?[^"]*)"[^>]*>\s*(\d+)\s*</a>`)

// workbench checks every number on the workbench against the list that it opens, and that
// list against the predicate.
func (w *world) workbench(t *testing.T, v *viewer) {
	t.Helper()
	a := w.send(v, request{method: http.MethodGet, path: "/desk"})
	if a.status != http.StatusOK {
		t.Fatalf("workbench as %s: %d", v, a.status)
	}
	found := countLink.FindAllStringSubmatch(a.body, -1)
	if (len(found) >= 3) != (len(v.reads) > 0) {
		t.Errorf("workbench as %s: %d numbers", v, len(found))
	}
	for _, m := range found {
		list := w.send(v, request{method: http.MethodGet, path: strings.Replace(strings.ReplaceAll(m[1], "&amp;", "&"), "/desk/cases", "/api/v1/cases", 1)})
		var got struct{ Cases []struct{ Unit gov.UnitID } }
		if err := json.Unmarshal([]byte(list.body), &got); err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(len(got.Cases)) != m[2] {
			t.Errorf("workbench as %s: %s counts %s, the list has %d", v, m[1], m[2], len(got.Cases))
		}
		for _, c := range got.Cases {
			if !v.mayRead(c.Unit) {
				t.Errorf("workbench as %s: %s opens a case of %s", v, m[1], c.Unit)
			}
		}
	}
	for _, c := range w.cases {
		if !v.mayRead(c.unit) && (strings.Contains(a.body, c.title) || strings.Contains(a.body, string(c.id))) {
			t.Errorf("workbench as %s holds “%s”", v, c.title)
		}
	}
}

// The portal shows to everybody alike what was published, and nothing else, whoever asks.
func TestMatrix_F106_ThePortalShowsWhatWasPublished(t *testing.T) {
	w := newWorld(t)
	for _, v := range w.viewers {
		a := w.send(v, request{method: http.MethodGet, path: "/documents"})
		for _, c := range w.cases {
			if strings.Contains(a.body, c.title) != c.public {
				t.Errorf("the portal as %s names “%s”: %t", v, c.title, !c.public)
			}
		}
		for _, u := range units {
			if strings.Contains(a.body, secret[u]) {
				t.Errorf("the portal as %s holds secrets of %s", v, u)
			}
		}
	}
}
