package public_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
)

var keys atomic.Int64

// rest makes request keys that differ.
func rest() string { return strconv.FormatInt(keys.Add(1), 10) }

// plain is an answer without the number of its request.
func plain(a answer) string { return strings.ReplaceAll(a.text(), a.header.Get("X-Request-Id"), "") }

// Every rule of every definition is explained under its own anchor, and every citation
// leads to what else rests on it.
func TestReference_EveryRuleHasItsPlace(t *testing.T) {
	p := small(t)
	p.see("/procedures", "已核对条文原文", "见于公开网页", "未核实或本地参数")
	for _, def := range p.Definitions.All() {
		a := p.see("/procedures/"+url.PathEscape(def.ID()), def.Name(), "环节图")
		for _, l := range def.Rules() {
			if l.Rule == "" {
				continue
			}
			if strings.Count(a.body, `id="rule-`+string(l.Rule)+`"`) != 1 {
				t.Errorf("%s: %s has no place of its own", def.ID(), l.Rule)
			}
			for _, c := range l.Cites {
				if !strings.Contains(a.text(), c.Statute) {
					t.Errorf("%s: %s does not show %s", def.ID(), l.Rule, c.Statute)
				}
			}
			r := p.send(http.MethodGet, "/procedures/rules/"+string(l.Rule), nil)
			if want := "/procedures/" + def.ID() + "#rule-" + string(l.Rule); r.header.Get("Location") != want {
				t.Errorf("%s leads to %s, want %s", l.Rule, r.header.Get("Location"), want)
			}
		}
		if n := def.CountCitations(); n.Page+n.Unproven > 0 && !strings.Contains(a.text(), "未核实") {
			t.Errorf("%s: nothing is marked 未核实", def.ID())
		}
	}
	if a := p.send(http.MethodGet, "/procedures/no-such", nil); a.status != http.StatusNotFound {
		t.Errorf("no such procedure: %d", a.status)
	}
}

func TestReference_LocalParametersWithTheirSource(t *testing.T) {
	p := small(t)
	for _, def := range p.Definitions.All() {
		a := p.see("/procedures/" + url.PathEscape(def.ID()))
		for _, l := range def.Rules() {
			if l.Parameter == "" {
				continue
			}
			for _, x := range p.Parameters {
				if x.Name == l.Parameter && !x.From.After(p.Clock.Now().Day()) &&
					(!strings.Contains(a.text(), x.Label) || !strings.Contains(a.text(), x.Source)) {
					t.Errorf("%s: parameter %s is not shown with its source", def.ID(), x.Name)
				}
			}
		}
	}
}

func TestReference_WhatLeansOnAnArticle(t *testing.T) {
	p := small(t)
	p.see("/laws/leans-on", "被引用的法律法规", "政府信息公开条例")
	asked := 0
	for _, def := range p.Definitions.All() {
		for _, l := range def.Rules() {
			if l.Rule == "" || len(l.Cites) == 0 || l.Cites[0].Article == "" {
				continue
			}
			c := l.Cites[0]
			p.see("/laws/leans-on?"+url.Values{"statute": {c.Statute}, "article": {c.Article}}.Encode(), string(l.Rule), def.Name())
			if asked++; asked > 12 {
				return
			}
			break
		}
	}
	p.see("/laws/leans-on?statute="+url.QueryEscape("没有这部法"), "没有规则以它为依据")
	if a := p.send(http.MethodGet, "/laws/leans-on?statute="+strings.Repeat("x", 200), nil); a.status != http.StatusUnprocessableEntity {
		t.Errorf("a long name: %d", a.status)
	}
}
