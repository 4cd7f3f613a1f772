package web

import (
	"context"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"os"
	"strings"
	"testing"

	"zhunsheng/gov"
)

// kindNames reads the kinds from gov's source, so that a new one cannot be forgotten.
func kindNames(t *testing.T) []string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), "../gov/errors.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST {
			continue
		}
		for _, s := range g.Specs {
			names = append(names, s.(*ast.ValueSpec).Names[0].Name)
		}
	}
	return names
}

func TestErrorTable_CoversEveryKind(t *testing.T) {
	names := kindNames(t)
	if len(names) != len(errorTable) {
		t.Fatalf("%d kinds, %d rows", len(names), len(errorTable))
	}
	slugs := map[string]bool{}
	for i, row := range errorTable {
		if int(row.Kind) != i || row.Status < 400 || row.Title == "" || row.Next == "" || slugs[row.Slug] {
			t.Errorf("row %d (%s) is not whole: %+v", i, names[i], row)
		}
		slugs[row.Slug] = true
	}
}

// docs/errors.md holds the same table.
func TestErrorTable_IsTheOneInTheDocs(t *testing.T) {
	doc, err := os.ReadFile("../docs/errors.md")
	if err != nil {
		t.Fatal(err)
	}
	names := kindNames(t)
	for i, row := range errorTable {
		want := fmt.Sprintf("| `%s` | %d | `urn:zhunsheng:problem:%s` | %s |", names[i], row.Status, row.Slug, row.Title)
		if !strings.Contains(string(doc), want) {
			t.Errorf("docs/errors.md lacks the line that begins %s", want)
		}
	}
}

func TestErrors_PeopleSeeTheSentenceOperatorsTheCause(t *testing.T) {
	cases := []struct {
		name   string
		err    error
		status int
		shown  string
		hidden string
	}{
		{"plain error", fmt.Errorf("open: %w", errDisk), 500, "系统出了故障", "disk is gone"},
		{"fault", &gov.Error{Kind: gov.Fault, Text: "内部细节", Err: errDisk}, 500, "请求编号", "内部细节"},
		{"invalid", gov.FieldError("day", "日期无法识别"), 422, "日期无法识别", ""},
		{"wrapped", fmt.Errorf("act: %w", &gov.Error{Kind: gov.Conflict, Text: "周岚刚刚办理了此环节", Err: errDisk}), 409, "周岚刚刚办理了此环节", "disk is gone"},
		{"refused", &gov.Error{Kind: gov.Refused, Rule: "ND-G03", Text: "须先通过合法性审核"}, 409, "ND-G03", ""},
		{"too many", gov.Errorf(gov.TooMany, "一分钟内只能计算 60 次"), 429, "一分钟内只能计算 60 次", ""},
		{"unavailable", gov.Errorf(gov.Unavailable, "正在备份"), 503, "正在备份", ""},
		{"too slow", fmt.Errorf("query: %w", context.DeadlineExceeded), 503, "暂时无法办理", "deadline"},
		{"unknown kind", &gov.Error{Kind: 99, Text: "甲"}, 500, "系统出了故障", "甲"},
		{"script in text", gov.Errorf(gov.NotFound, "没有“%s”", "<script>"), 404, "&lt;script&gt;", "<script>没"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			m := newTestMux(t, nil, failRoute(c.err))
			w := m.ask("GET", "/fail", nil)
			body := w.Body.String()
			if w.Code != c.status || !strings.Contains(body, c.shown) {
				t.Errorf("%d, %q is missing: %s", w.Code, c.shown, body)
			}
			if c.hidden != "" && strings.Contains(body, c.hidden) {
				t.Errorf("%q is on the page", c.hidden)
			}
			if !strings.Contains(m.log.String(), c.err.Error()) {
				t.Errorf("the log lacks the cause %q: %s", c.err, m.log)
			}
			if retry := w.Header().Get("Retry-After"); (retry != "") != (c.status == 503 || c.status == 429) {
				t.Errorf("Retry-After %q", retry)
			}
			if bad := CheckPage(w.Body.Bytes()); len(bad) > 0 {
				t.Errorf("%q", bad)
			}
		})
	}
}

func TestErrors_ProgramsGetProblemJSON(t *testing.T) {
	err := &gov.Error{Kind: gov.Refused, Rule: "ND-G03", Text: "须先通过合法性审核", Err: errDisk}
	api := failRoute(err)
	api.Pattern, api.Name = "/api/v1/fail", "api.fail"
	in := okRoute("GET", "/api/v1/in", "api.in", SignedIn)
	m := newTestMux(t, nil, failRoute(err), api, in)
	for _, ask := range [][]string{{"/api/v1/fail"}, {"/fail", "Accept", "application/json"}} {
		w := m.ask("GET", ask[0], nil, ask[1:]...)
		var p Problem
		if e := json.Unmarshal(w.Body.Bytes(), &p); e != nil {
			t.Fatal(e)
		}
		want := Problem{Type: "urn:zhunsheng:problem:refused", Title: "暂不能办理", Status: 409, Detail: "须先通过合法性审核", Rule: "ND-G03", Request: w.Header().Get("X-Request-Id")}
		if p != want || w.Code != 409 || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%+v, want %+v", p, want)
		}
	}
	if w := m.ask("GET", "/api/v1/in", nil); w.Code != http.StatusUnauthorized || w.Header().Get("Location") != "" {
		t.Errorf("a program was sent to the sign-in page: %d", w.Code)
	}
}
