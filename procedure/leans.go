package procedure

import (
	"fmt"
	"slices"
	"strings"

	"zhunsheng/gov"
	"zhunsheng/law"
)

// RuleLine is one rule of a definition with what it rests on, for docs/rules.md and for
// asking what leans on an article.
type RuleLine struct {
	Definition string // id
	Rule       RuleID // empty: the procedure as a whole
	Kind       string // 环节, 必经程序, 期限, 延长, 人员分离, 更正, 公开, 不得出现, 全程
	Text       string
	Parameter  string // local parameter that holds its limit
	Cites      []Cite
}

// Rules lists every rule of the definition in the order of the text.
func (d *Definition) Rules() []RuleLine {
	var out []RuleLine
	add := func(rule RuleID, kind, text, parameter string, cites []Cite) {
		out = append(out, RuleLine{d.src.ID, rule, kind, text, parameter, cites})
	}
	add("", "全程", d.src.Name, d.src.LateEntry, d.src.Basis)
	for _, r := range d.src.Roles {
		if len(r.NotSameAs) > 0 {
			var names []string
			for _, s := range r.NotSameAs {
				names = append(names, d.StepName(s))
			}
			add(r.Rule, "人员分离", r.Name+"不得为办理"+strings.Join(names, "、")+"的人", "", r.Cites)
		}
	}
	if k := d.src.Correct; k != nil {
		add(k.Rule, "更正", "由他人批准的更正", "", k.Cites)
	}
	for _, s := range d.src.Steps {
		add(s.Rule, "环节", s.Name, "", s.Cites)
	}
	for _, g := range d.Gates() {
		add(g.ID, "必经程序", g.Text, "", g.Cites)
	}
	for i := range d.src.Clocks {
		c := &d.src.Clocks[i]
		add(c.Rule, "期限", c.Name+"："+(&explainer{d: d}).limit(c), c.Parameter, c.Cites)
		for _, x := range c.Extends {
			add(x.Rule, "延长", "延长“"+c.Name+"”"+x.Limit, x.Parameter, x.Cites)
		}
	}
	for _, p := range d.src.Publications {
		add(p.Rule, "公开", p.What, "", p.Cites)
	}
	for _, n := range d.src.Never {
		add(n.ID, "不得出现", n.Text, "", nil)
	}
	return out
}

// LeansOn lists the rules that cite a statute, by any of its names, and the article; every
// article when none is given. A clock that is counted under the article leans on it too.
func (d *Definition) LeansOn(book *law.Book, statute, article string) []RuleLine {
	same := func(name string) bool {
		if name == statute {
			return true
		}
		a, err := book.Statute(name)
		if err != nil {
			return false
		}
		b, err := book.Statute(statute)
		return err == nil && a == b
	}
	var out []RuleLine
	for _, r := range d.Rules() {
		leans := slices.ContainsFunc(r.Cites, func(c Cite) bool { return same(c.Statute) && (article == "" || c.Article == article) })
		for i := range d.src.Clocks {
			c := &d.src.Clocks[i]
			leans = leans || c.Rule == r.Rule && same(c.Under) && (article == "" || c.Article == article)
		}
		if leans {
			out = append(out, r)
		}
	}
	return out
}

// RulesDocument is docs/rules.md: every rule of some definitions with its basis, its mark
// and 未核实 where it was not verified. param gives the values of local parameters on a day.
func RulesDocument(defs []*Definition, param func(string, gov.Day) (Param, bool), on gov.Day) string {
	var b strings.Builder
	b.WriteString("# 规则\n\n由程序定义生成，不手写。每条规则有固定的编号；依据未核对条文原文的，标明未核实。\n")
	for _, d := range defs {
		fmt.Fprintf(&b, "\n## %s（%s）\n\n| 编号 | 种类 | 规则 | 依据 |\n|---|---|---|---|\n", d.src.Name, d)
		for _, r := range d.Rules() {
			text := r.Text
			if r.Parameter != "" && param != nil {
				if p, ok := param(r.Parameter, on); ok {
					loose := ""
					if p.Unverified {
						loose = "，未核实"
					}
					text += "。本地参数 " + r.Parameter + " 的默认值：" + p.Value + "（" + p.Source + loose + "）"
				}
			}
			var cites []string
			for _, c := range r.Cites {
				cites = append(cites, CiteText(c.Citation()))
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", r.Rule, r.Kind, cell(text), cell(strings.Join(cites, "；")))
		}
	}
	return b.String()
}

func cell(s string) string { return strings.NewReplacer("|", "\\|", "\n", " ").Replace(s) }
