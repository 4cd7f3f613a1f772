package desk_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"zhunsheng/internal/govtest"
	"zhunsheng/internal/site"
)

type problem struct {
	Type, Detail, Rule, Request string
	Status                      int
	Refusals                    []struct {
		Kind, Rule, Text string
		Missing          []struct{ Text, Step string }
		Cites            []struct{ Statute, Article string }
	}
}

// The interface says what the pages say: the same session, the same refusals, as data.
func TestAPI_ActsAndRefusals(t *testing.T) {
	o := open(t)
	o.as(t, "qy-a-drafter")
	o.as(t, "qy-a-secretary")
	p, q := o.stranger(t), o.stranger(t)
	for who, login := range map[*person]string{p: "qy-a-drafter", q: "qy-a-secretary"} {
		if a := who.api(http.MethodPost, "/session", map[string]string{"login": login, "password": password}, nil); a.status != http.StatusOK {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	var done struct {
		Case     string
		Version  int64
		Repeated bool
	}
	opening := map[string]any{"procedure": procedureID, "title": "清源县特困人员供养服务管理办法", "key": "k1"}
	if a := p.api(http.MethodPost, "/cases", opening, &done); a.status != http.StatusCreated || done.Version != 1 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	id := done.Case
	if p.api(http.MethodPost, "/cases", opening, &done); done.Case != id || !done.Repeated {
		t.Errorf("the same request twice: %+v", done)
	}

	var file struct{ Digest, Name, Media string }
	req, err := http.NewRequest(http.MethodPost, o.URL+"/api/v1/files?name="+url.QueryEscape("送审稿.docx"), bytes.NewReader(govtest.Docx("送审稿")))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/octet-stream")
	up := p.do(req)
	if err := json.Unmarshal(up.body, &file); up.status != http.StatusCreated || err != nil || len(file.Digest) != 64 {
		t.Fatalf("%d %s %v", up.status, up.body, err)
	}
	paper := []map[string]string{{"digest": file.Digest, "name": file.Name}}
	act := map[string]any{"step": "draft", "fields": map[string]string{"business": "false"}, "expect": 1, "key": "k2",
		"papers": map[string]any{"draft-text": paper}}
	var no problem
	a := p.api(http.MethodPost, "/cases/"+id+"/acts", act, &no)
	if a.status != http.StatusUnprocessableEntity || len(no.Refusals) != 1 || no.Refusals[0].Kind != "form" ||
		!strings.HasPrefix(a.header.Get("Content-Type"), "application/problem+json") || no.Request == "" {
		t.Errorf("%d %v %s", a.status, a.header, a.body)
	}
	act["papers"] = map[string]any{"draft-text": paper, "explanation": paper}
	if a := p.api(http.MethodPost, "/cases/"+id+"/acts", act, &done); a.status != http.StatusCreated || done.Version != 2 {
		t.Fatalf("%d %s", a.status, a.body)
	}

	no = problem{}
	a = q.api(http.MethodPost, "/cases/"+id+"/acts", map[string]any{"step": "deliberation", "outcome": "passed",
		"fields": map[string]string{"meeting-name": "会", "meeting-day": "2026-09-01"}, "papers": map[string]any{"minutes": paper}}, &no)
	i := slices.IndexFunc(no.Refusals, func(r struct {
		Kind, Rule, Text string
		Missing          []struct{ Text, Step string }
		Cites            []struct{ Statute, Article string }
	}) bool {
		return r.Rule == "ND-G03"
	})
	if a.status != http.StatusConflict || i < 0 || no.Refusals[i].Missing[0].Step != "legality-review" || no.Refusals[i].Cites[0].Article != "第六十三条" {
		t.Errorf("%d %s", a.status, a.body)
	}

	var c struct {
		Stations []struct{ Step, Status string }
		Offers   []struct {
			Step          string
			Mine, Allowed bool
			Refusals      []any
		}
		Clocks []struct {
			Due        string
			Derivation struct{ Steps []any }
		}
	}
	o.Clock.On("2026-09-02")
	p.api(http.MethodPost, "/session", map[string]string{"login": "qy-a-drafter", "password": password}, nil)
	p.api(http.MethodPost, "/cases/"+id+"/acts", map[string]any{"step": "assessment", "fields": map[string]string{"assessment-conclusion": "必要"}}, &done)
	if a := p.api(http.MethodGet, "/cases/"+id, nil, &c); a.status != http.StatusOK || len(c.Stations) < 8 || len(c.Clocks) == 0 ||
		len(c.Clocks[0].Derivation.Steps) == 0 {
		t.Errorf("%d %s", a.status, a.body)
	}
	var list struct{ Cases []struct{ ID, Title string } }
	if p.api(http.MethodGet, "/cases?status=open&limit=10", nil, &list); len(list.Cases) != 1 || list.Cases[0].ID != id {
		t.Errorf("%+v", list)
	}
	var rate struct{ Total struct{ Text string } }
	if p.api(http.MethodGet, "/indicators/filing-in-time", nil, &rate); rate.Total.Text != "无案件" {
		t.Errorf("%+v", rate)
	}
}

// What is no JSON, too large or of another type is told of in the one form of errors.
func TestAPI_BadRequests(t *testing.T) {
	o := open(t)
	p := o.as(t, "qy-a-drafter")
	send := func(path, media, body string) (int, problem) {
		req, err := http.NewRequest(http.MethodPost, o.URL+"/api/v1"+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", media)
		a := p.do(req)
		var no problem
		if err := json.Unmarshal(a.body, &no); err != nil || a.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %v %v %s", path, err, a.header, a.body)
		}
		return a.status, no
	}
	for name, c := range map[string]struct {
		media, body string
		status      int
	}{
		"no json":   {"application/json", "{", http.StatusUnprocessableEntity},
		"no object": {"application/json", `{"title": 7}`, http.StatusUnprocessableEntity},
		"no body":   {"application/json", "", http.StatusUnprocessableEntity},
		"xml":       {"application/xml", "<a/>", http.StatusUnprocessableEntity},
		"unknown":   {"application/json", `{"procedure": "none"}`, http.StatusNotFound},
		"too large": {"application/json", `{"title": "` + strings.Repeat("文", 1<<20) + `"}`, http.StatusRequestEntityTooLarge},
	} {
		if status, no := send("/cases", c.media, c.body); status != c.status || no.Status != c.status || no.Detail == "" || strings.Contains(no.Detail, "unmarshal") {
			t.Errorf("%s: %d %+v", name, status, no)
		}
	}
	bad := o.stranger(t).api(http.MethodPost, "/session", map[string]string{"login": "qy-a-drafter", "password": "nope"}, nil)
	if bad.status != http.StatusUnauthorized || bad.header.Get("Set-Cookie") != "" {
		t.Errorf("%d %v", bad.status, bad.header)
	}
}

// The description lists exactly the routes that are served.
func TestAPI_DescriptionIsTheRouteTable(t *testing.T) {
	o := open(t)
	var spec struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			Security []any
		}
	}
	p := o.stranger(t)
	if a := p.api(http.MethodGet, "/openapi.json", nil, &spec); a.status != http.StatusOK || !strings.HasPrefix(spec.OpenAPI, "3.1") {
		t.Fatalf("%d %s", a.status, spec.OpenAPI)
	}
	mux, err := site.Mux(o.App)
	if err != nil {
		t.Fatal(err)
	}
	served := 0
	for _, rt := range mux.Routes() {
		if !strings.HasPrefix(rt.Pattern, "/api/v1/") || strings.HasSuffix(rt.Pattern, "openapi.json") {
			continue
		}
		served++
		op, ok := spec.Paths[rt.Pattern][strings.ToLower(rt.Method)]
		if !ok {
			t.Errorf("%s %s is not described", rt.Method, rt.Pattern)
		}
		if (len(op.Security) == 0) != (rt.Access == "public") {
			t.Errorf("%s %s: described with %v, served to %s", rt.Method, rt.Pattern, op.Security, rt.Access)
		}
	}
	described := 0
	for _, ops := range spec.Paths {
		described += len(ops)
	}
	if served != described || served < 8 {
		t.Errorf("%d served, %d described", served, described)
	}
}
