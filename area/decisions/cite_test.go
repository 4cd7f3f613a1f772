package decisions

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"zhunsheng/law"
	"zhunsheng/procedure"
)

// proven is how many citations were proven against the statute texts when this was last
// changed. It never falls.
const proven = 196

// Every citation marked text names an article that exists in the statute's text and holds
// the number it is said to hold.
func TestCitations_MarkedTextStandInTheStatutes(t *testing.T) {
	n, page, unproven := 0, 0, 0
	for _, d := range load(t) {
		for _, c := range d.Citations() {
			switch c.Mark {
			case law.Page:
				page++
				continue
			case law.Memory, law.Local:
				unproven++
				continue
			}
			text, ok := articles(t, c.Statute)[c.Article]
			switch {
			case !ok:
				t.Errorf("%s: %s%s is not in the texts", d, c.Statute, c.Article)
			case c.Says != "" && !strings.Contains(text, c.Says):
				t.Errorf("%s: %s%s does not say %s", d, c.Statute, c.Article, c.Says)
			default:
				n++
			}
		}
	}
	t.Logf("proven in the texts %d, stated by third parties %d, unproven %d", n, page, unproven)
	if n < proven {
		t.Errorf("only %d citations are proven, %d were", n, proven)
	}
}

// regulation is the statute that this area carries out.
const regulation = "重大行政决策程序暂行条例"

// explained are the articles of the regulation that no rule of a definition cites, and why.
var explained = map[string]string{
	"第一条":   "目的",
	"第五条":   "原则",
	"第六条":   "原则",
	"第七条":   "原则",
	"第九条":   "考核评价：见本领域的指标",
	"第四十二条": "部门和乡级人民政府参照执行：由本地制度规定",
	"第四十三条": "省级制定具体制度：进入本地参数和本地的补充定义",
	"第四十四条": "施行日：定义的起用日不早于该日",
}

// Every article of the regulation is cited by a rule or explained, and not both.
func TestRegulation_EveryArticleIsCoveredOrExplained(t *testing.T) {
	cited := map[string][]procedure.RuleID{}
	for _, d := range load(t) {
		for rule, cites := range rules(d) {
			for _, c := range cites {
				if c.Statute == regulation {
					cited[c.Article] = append(cited[c.Article], rule)
				}
			}
		}
	}
	for article := range articles(t, regulation) {
		switch why := explained[article]; {
		case len(cited[article]) == 0 && why == "":
			t.Errorf("%s is neither cited by a rule nor explained", article)
		case len(cited[article]) > 0 && why != "":
			t.Errorf("%s is cited by %v and need not be explained", article, cited[article])
		}
	}
}

// rules are the citations of a definition by the rule that they carry.
func rules(d *procedure.Definition) map[procedure.RuleID][]procedure.Cite {
	out := map[procedure.RuleID][]procedure.Cite{"basis": d.Basis()}
	for _, s := range d.Steps() {
		out[s.Rule] = s.Cites
	}
	for _, g := range d.Gates() {
		out[g.ID] = g.Cites
	}
	for _, c := range d.Clocks() {
		out[c.Rule] = c.Cites
	}
	for _, p := range d.Publications() {
		out[p.Rule] = p.Cites
	}
	return out
}

var articleStart = regexp.MustCompile(`^第[零一二三四五六七八九十百千]+条`)

// articles are the articles of a statute by number, from the text that the register of
// statutes names.
func articles(t *testing.T, statute string) map[string]string {
	t.Helper()
	s, err := law.Default().Statute(statute)
	if err != nil {
		t.Fatal(err)
	}
	src, err := os.ReadFile(filepath.Join("../../../shared/laws", s.Versions[len(s.Versions)-1].Text+".md"))
	if err != nil {
		t.Skip("the statute texts are not here")
	}
	out, at := map[string]string{}, ""
	for _, line := range strings.Split(string(src), "\n") {
		if m := articleStart.FindString(line); m != "" {
			at = m
		}
		if at != "" {
			out[at] += line + "\n"
		}
	}
	return out
}
