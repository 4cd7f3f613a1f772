package decisions

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"zhunsheng/law"
	"zhunsheng/procedure"
)

// clause is one paragraph (款) or item (项) of the regulation, and what carries it out.
type clause struct {
	article string
	part    string // number of the paragraph, and of the item if it is one: 1, 1一
	kind    string
	about   string
	rules   []procedure.RuleID
	why     string // why no rule carries it out
}

func (c clause) String() string {
	n := []string{"", "第一款", "第二款", "第三款", "第四款"}[c.part[0]-'0']
	if item := c.part[1:]; item != "" {
		n += "第（" + item + "）项"
	}
	return c.article + n
}

// clauses reads the table that somebody made by reading the regulation.
func clauses(t *testing.T) []clause {
	t.Helper()
	src, err := os.ReadFile("testdata/coverage.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var out []clause
	for i, line := range strings.Split(strings.TrimSpace(string(src)), "\n") {
		f := strings.Split(line, "\t")
		if len(f) != 6 {
			t.Fatalf("line %d has %d columns", i+1, len(f))
		}
		c := clause{article: f[0], part: f[1], kind: f[2], about: f[4], why: f[5]}
		for _, r := range strings.Split(f[3], ",") {
			if r != "" {
				c.rules = append(c.rules, procedure.RuleID(r))
			}
		}
		out = append(out, c)
	}
	return out
}

// Every clause of the regulation that sets a step, a gate, a limit or a duty is carried out
// by rules that cite its article, or it is said why not; docs/coverage-713.md shows it.
// ZHUNSHENG_UPDATE=1 writes that page.
func TestRegulation_EveryClauseIsCoveredOrExplained(t *testing.T) {
	names, cited := map[procedure.RuleID]string{}, map[procedure.RuleID][]string{}
	for _, d := range load(t) {
		for rule, cites := range rules(d) {
			for _, c := range cites {
				if c.Statute == regulation {
					cited[rule] = append(cited[rule], c.Article)
				}
			}
		}
		for rule, name := range ruleNames(d) {
			names[rule] = name
		}
	}
	table := clauses(t)
	for _, c := range table {
		if (len(c.rules) == 0) == (c.why == "") {
			t.Errorf("%s: rules or a reason, and not both", c)
		}
		for _, r := range c.rules {
			switch {
			case names[r] == "":
				t.Errorf("%s: there is no rule %s", c, r)
			case !slices.Contains(cited[r], c.article):
				t.Errorf("%s: %s cites %v and not %s", c, r, cited[r], c.article)
			}
		}
	}
	if parts := partsOf(t, regulation); parts != nil {
		var have []string
		for _, c := range table {
			have = append(have, c.article+" "+c.part)
		}
		if !slices.Equal(have, parts) {
			t.Errorf("the table has the clauses\n%v\nand the text\n%v", have, parts)
		}
	}
	page := coveragePage(table, names)
	const file = "../../docs/coverage-713.md"
	if os.Getenv("ZHUNSHENG_UPDATE") == "1" {
		if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if have, err := os.ReadFile(file); err != nil || string(have) != page {
		t.Errorf("%s is not what the definitions say; run with ZHUNSHENG_UPDATE=1 (%v)", file, err)
	}
}

func ruleNames(d *procedure.Definition) map[procedure.RuleID]string {
	out := map[procedure.RuleID]string{}
	for _, s := range d.Steps() {
		out[s.Rule] = s.Name
	}
	for _, g := range d.Gates() {
		out[g.ID] = g.Name
	}
	for _, c := range d.Clocks() {
		out[c.Rule] = c.Name
	}
	for _, p := range d.Publications() {
		out[p.Rule] = "公开：" + p.What
	}
	return out
}

func coveragePage(table []clause, names map[procedure.RuleID]string) string {
	var b strings.Builder
	carried := 0
	for _, c := range table {
		if len(c.rules) > 0 {
			carried++
		}
	}
	b.WriteString("# 重大行政决策程序暂行条例（国务院令第713号）：逐款对照\n\n由程序定义生成，不手写。")
	fmt.Fprintf(&b, "条例共%d款、项，%d款、项由规则落实，其余%d款、项写明原因。“内容”是本项目的简述，不是条文。\n\n", len(table), carried, len(table)-carried)
	b.WriteString("| 条款 | 种类 | 内容 | 规则 |\n|---|---|---|---|\n")
	for _, c := range table {
		by := c.why
		if len(c.rules) > 0 {
			var out []string
			for _, r := range c.rules {
				out = append(out, string(r)+" "+names[r])
			}
			by = strings.Join(out, "；")
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", c, c.kind, c.about, by)
	}
	return b.String()
}

var (
	articleLine = regexp.MustCompile(`^(第[零一二三四五六七八九十百]+条)[ 　]`)
	itemLine    = regexp.MustCompile(`^[(（]([一二三四五六七八九十]+)[)）]`)
)

// partsOf lists the paragraphs and items of a statute in the order of its text; nil when the
// texts are not here.
func partsOf(t *testing.T, statute string) []string {
	t.Helper()
	s, err := law.Default().Statute(statute)
	if err != nil {
		t.Fatal(err)
	}
	src, err := os.ReadFile(filepath.Join("../../../shared/laws", s.Versions[len(s.Versions)-1].Text+".md"))
	if err != nil {
		t.Log("the statute texts are not here: the table is not compared with them")
		return nil
	}
	var out []string
	article, paragraph := "", 0
	for _, line := range strings.Split(string(src), "\n") {
		line = strings.TrimSpace(line)
		if m := articleLine.FindStringSubmatch(line); m != nil {
			article, paragraph = m[1], 1
			out = append(out, article+" 1")
			continue
		}
		if article == "" || line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if m := itemLine.FindStringSubmatch(line); m != nil {
			out = append(out, fmt.Sprintf("%s %d%s", article, paragraph, m[1]))
			continue
		}
		paragraph++
		out = append(out, fmt.Sprintf("%s %d", article, paragraph))
	}
	return out
}
