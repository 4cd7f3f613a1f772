package public

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"zhunsheng/gov"
	"zhunsheng/law"
	"zhunsheng/procedure"
	"zhunsheng/web"
)

// maxArticle bounds the article that is asked for, in characters.
const maxArticle = 40

// leansURL asks what rests on a citation. What names no statute is not asked for.
func leansURL(c law.Citation) string {
	q := url.Values{"statute": {c.Statute}}
	if c.Article != "" {
		q.Set("article", c.Article)
	}
	return "/laws/leans-on?" + q.Encode()
}

type leansView struct {
	Statute, Article string
	Fields           []web.Field
	Groups           []leansGroup
	Count            int
	Statutes         web.Table
}

type leansGroup struct {
	Name, Href string
	Rules      []leansRule
}

type leansRule struct {
	ruleView
	Href string
}

// leansOn tells which rules rest on an article (本条支撑哪些规则), or lists every statute that
// some rule rests on.
func (p *Portal) leansOn(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	v := leansView{Statute: strings.TrimSpace(q.Get("statute")), Article: strings.TrimSpace(q.Get("article"))}
	if len([]rune(v.Statute)) > 100 || len([]rune(v.Article)) > maxArticle {
		return gov.FieldError("statute", "法律法规名称或者条号太长，请核对后重新查询")
	}
	cited := p.cited()
	if v.Statute == "" {
		v.Statutes = web.Table{Caption: "被引用的法律法规", Columns: []web.Column{{Title: "法律法规", Main: true}, {Title: "引用它的规则", Num: true}},
			Empty: web.Empty{Title: "还没有引用"}}
		for _, c := range cited {
			v.Statutes.Rows = append(v.Statutes.Rows, web.Row{Href: leansURL(law.Citation{Statute: c.name}), Cells: []web.Cell{
				web.Text(c.name), web.Text(fmt.Sprint(c.rules))}})
		}
	}
	for _, def := range p.Catalogue.Procedures() {
		if v.Statute == "" {
			break
		}
		g := leansGroup{Name: def.Name(), Href: procedureURL(def.ID())}
		for _, l := range def.LeansOn(p.Book, v.Statute, v.Article) {
			g.Rules = append(g.Rules, leansRule{ruleView{Rule: l.Rule, Kind: l.Kind, Text: l.Text, Cites: citations(l.Cites)}, ruleURL(def.ID(), l.Rule)})
		}
		if len(g.Rules) > 0 {
			v.Count += len(g.Rules)
			v.Groups = append(v.Groups, g)
		}
	}
	var options []web.Option
	for _, c := range cited {
		options = append(options, web.Option{Value: c.name, Label: c.name})
	}
	if v.Statute != "" && !slices.ContainsFunc(cited, func(c citedStatute) bool { return c.name == v.Statute }) {
		options = append(options, web.Option{Value: v.Statute, Label: v.Statute})
	}
	v.Fields = []web.Field{
		{Kind: web.SelectKind, Name: "statute", Label: "法律法规", Value: v.Statute, Options: options, Placeholder: "全部"},
		{Kind: web.TextKind, Name: "article", Label: "条", Value: v.Article, MaxLen: maxArticle, Placeholder: "第二十条", Help: "不填就查整部"},
	}
	s := p.shell(w, r, "本条支撑哪些规则", navProcedures)
	s.Crumbs = []web.Crumb{{Label: "程序与依据", Href: navProcedures}, {Label: "本条支撑哪些规则"}}
	s.Narrow = true
	return web.OK(w, r, leansPage(s, v))
}

type citedStatute struct {
	name  string
	rules int
}

// cited lists every basis that some rule names, the one with most rules first.
func (p *Portal) cited() []citedStatute {
	count := map[string]map[procedure.RuleID]bool{}
	for _, def := range p.Catalogue.Procedures() {
		for _, l := range def.Rules() {
			for _, c := range l.Cites {
				if count[c.Statute] == nil {
					count[c.Statute] = map[procedure.RuleID]bool{}
				}
				count[c.Statute][procedure.RuleID(def.ID()+" ")+l.Rule] = true
			}
		}
	}
	var out []citedStatute
	for name, rules := range count {
		out = append(out, citedStatute{name, len(rules)})
	}
	slices.SortFunc(out, func(a, b citedStatute) int {
		if a.rules != b.rules {
			return b.rules - a.rules
		}
		return strings.Compare(a.name, b.name)
	})
	return out
}
