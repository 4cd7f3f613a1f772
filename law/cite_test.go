package law

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// lawsDir holds the texts of the statutes, beside the repository where present.
const lawsDir = "../../shared/laws"

var articleHead = regexp.MustCompile(`(?m)^[\s\x{200b}\x{3000}]*(第[一二三四五六七八九十百零]+条)`)

// articles splits a statute's text.
func articles(t *testing.T, text string) map[int]string {
	src, err := os.ReadFile(filepath.Join(lawsDir, text+".md"))
	if err != nil {
		t.Fatal(err)
	}
	out, heads := map[int]string{}, articleHead.FindAllStringSubmatchIndex(string(src), -1)
	for i, h := range heads {
		end := len(src)
		if i+1 < len(heads) {
			end = heads[i+1][0]
		}
		n, _ := articleNumber(string(src[h[2]:h[3]]))
		out[n] += string(src[h[2]:end])
	}
	return out
}

// says reports that text contains the number with the unit, in either script, and not as
// the tail of a larger number.
func says(text string, n int, unit string) bool {
	text = strings.Map(narrow, text)
	for _, num := range []string{strconv.Itoa(n), chineseNumeral(n), strings.ReplaceAll(chineseNumeral(n), "二", "两")} {
		re := regexp.MustCompile(`(^|[^0-9一二三四五六七八九十百千])` + num + unit)
		if re.MatchString(text) {
			return true
		}
	}
	return false
}

var unitPattern = map[Word]string{Days: `(日|日”)`, WorkingDays: "个工作日", Months: "个月", Years: "年", Hours: "小时"}

func TestCitations_ArticlesExistAndSayTheNumber(t *testing.T) {
	if _, err := os.Stat(lawsDir); err != nil {
		t.Skip("the texts of the statutes are not beside the repository")
	}
	texts := map[string]map[int]string{}
	proven, unproven := 0, 0
	check := func(s *Statute, v Version, article string, want string, ok func(string) bool) {
		if v.Text == "" {
			unproven++
			return
		}
		if texts[v.Text] == nil {
			texts[v.Text] = articles(t, v.Text)
		}
		n, _ := articleNumber(article)
		text, exists := texts[v.Text][n]
		if !exists || !ok(text) {
			t.Errorf("%s (%s) %s: exists %v, does not say %s", s.Name, v.InForce, article, exists, want)
			return
		}
		proven++
	}
	number := func(n int, w Word) (string, func(string) bool) {
		return fmt.Sprint(n, w), func(text string) bool { return says(text, n, unitPattern[w]) }
	}
	for _, s := range Default().Statutes() {
		for _, v := range s.Versions {
			for _, r := range append([]DayRule{v.Days.Otherwise}, v.Days.Rules...) {
				if r.Article != "" {
					check(s, v, r.Article, "工作日", func(text string) bool { return strings.Contains(text, "工作日") })
				}
				for _, n := range r.Numbers {
					want, ok := number(n, Days)
					for _, a := range append(r.At, r.Article) {
						if a != "" {
							check(s, v, a, want, ok)
						}
					}
				}
				if r.UpTo > 0 {
					check(s, v, r.Article, "以内", func(text string) bool { return says(text, r.UpTo, "日以内") })
				}
			}
			for _, e := range v.Days.Explicit {
				for _, n := range e.Numbers {
					want, ok := number(n, WorkingDays)
					check(s, v, e.Article, want, ok)
				}
			}
			if art, _, ok := strings.Cut(v.Source, "定施行日"); ok {
				check(s, v, art, "施行", func(text string) bool { return strings.Contains(text, v.InForce.Chinese()+"起施行") })
			}
		}
	}
	t.Logf("register: %d proven in the texts, %d not provable here", proven, unproven)

	proven = 0
	for _, r := range readTable(t) {
		limit := MustLimit(r.limit)
		if r.article == "" {
			continue
		}
		s, _ := Default().Statute(r.under)
		want, ok := number(limit.N, limit.Word)
		check(s, s.Versions[len(s.Versions)-1], r.article, want, ok)
	}
	t.Logf("table: %d proven in the texts", proven)
}

func TestCitations_TermsSayWhatTheyAreCitedFor(t *testing.T) {
	if _, err := os.Stat(lawsDir); err != nil {
		t.Skip("the texts of the statutes are not beside the repository")
	}
	for id, terms := range Default().terms {
		s, err := Default().Statute(terms.Statute)
		if err != nil {
			t.Fatalf("%s: %v", id, err)
		}
		match := s
		if terms.MatchFrom != "" {
			match, _ = Default().Statute(terms.MatchFrom)
		}
		closes := s
		if terms.ClosesOf != "" {
			closes, _ = Default().Statute(terms.ClosesOf)
		}
		for _, c := range []struct {
			s       *Statute
			article string
			re      string
		}{
			{s, terms.Start, "开始的(当日不计入|时和日，不计算在期间内)"},
			{match, terms.Match, "没有对应日的，月末日"},
			{s, terms.Roll, "最后一日是(法定休假日|节假日)的"},
			{s, cmp.Or(terms.Posted, terms.Start), map[bool]string{true: regexp.QuoteMeta(terms.PostedSays), false: "不计"}[terms.Posted != ""]},
			{closes, terms.Closes, regexp.QuoteMeta(terms.ClosesSays)},
			{s, terms.Hours, map[bool]string{true: "期间开始的时", false: "按照小时计算期间的，自"}[terms.SkipHour]},
		} {
			n, _ := articleNumber(c.article)
			if text := articles(t, c.s.Versions[0].Text)[n]; !regexp.MustCompile(c.re).MatchString(text) {
				t.Errorf("%s: %s%s does not say %s", id, c.s.Name, c.article, c.re)
			}
		}
	}
}

func TestCitations_ThroughAndTitle(t *testing.T) {
	if _, err := os.Stat(lawsDir); err != nil {
		t.Skip("the texts of the statutes are not beside the repository")
	}
	for _, s := range Default().Statutes() {
		for _, v := range s.Versions {
			if th := v.Terms.Through; th != "" {
				name, art, ok := strings.Cut(th, "第")
				target, err := Default().Statute(name)
				if !ok || err != nil {
					t.Errorf("%s: through %q names no statute", s.Name, th)
					continue
				}
				n, _ := articleNumber("第" + art)
				if text := articles(t, target.Versions[0].Text)[n]; !strings.Contains(text, "期间") || !strings.Contains(text, "依照") {
					t.Errorf("%s: %s refers to no rule on periods", s.Name, th)
				}
			}
			if v.Text == "" {
				continue
			}
			src, err := os.ReadFile(filepath.Join(lawsDir, v.Text+".md"))
			if err != nil {
				t.Errorf("%s: %v", s.Name, err)
				continue
			}
			head := string(src[:min(len(src), 6000)])
			if title := strings.ReplaceAll(s.Title, "中华人民共和国", ""); !strings.Contains(strings.ReplaceAll(head, "中华人民共和国", ""), title) {
				t.Errorf("%s: the text does not carry the title %q", s.Name, s.Title)
			}
			if !v.Adopted.IsZero() && !strings.Contains(string(src), v.Adopted.Chinese()) && !strings.Contains(v.Text, v.Adopted.String()) {
				t.Errorf("%s: the text does not carry the day %s", s.Name, v.Adopted)
			}
			for _, no := range []string{s.Number, v.Number} {
				if strings.HasPrefix(no, "国务院令") && strings.Contains(head, "国务院令第") && !strings.Contains(head, no) {
					t.Errorf("%s: the text does not carry the number %s", s.Name, no)
				}
			}
		}
	}
}

// TestCitations_WordsOfArticles: what a rule of receipt or a clause puts in the mouth of an
// article stands in that article, character by character.
func TestCitations_WordsOfArticles(t *testing.T) {
	if _, err := os.Stat(lawsDir); err != nil {
		t.Skip("the texts of the statutes are not beside the repository")
	}
	texts := map[string]map[int]string{}
	proven, unproven := 0, 0
	squeeze := func(s string) string {
		return strings.Map(func(r rune) rune {
			if strings.ContainsRune(" \n\r\t\u3000\u200b", r) {
				return -1
			}
			return narrow(r)
		}, s)
	}
	check := func(s *Statute, v Version, article string, words ...string) {
		if v.Text == "" {
			unproven++
			return
		}
		if texts[v.Text] == nil {
			texts[v.Text] = articles(t, v.Text)
		}
		n, _ := articleNumber(article)
		for _, w := range words {
			if w != "" && !strings.Contains(squeeze(texts[v.Text][n]), squeeze(w)) {
				t.Errorf("%s%s does not say “%s”", s.Name, article, w)
			}
		}
		proven++
	}
	for _, s := range Default().Statutes() {
		for _, v := range s.Versions {
			for _, r := range v.Receipt {
				check(s, v, r.Article, r.Says, r.If)
				if !r.After.IsZero() && v.Text != "" {
					n, _ := articleNumber(r.Article)
					if !says(texts[v.Text][n], r.After.N, unitPattern[r.After.Word]) {
						t.Errorf("%s%s does not say %s", s.Name, r.Article, r.After)
					}
				}
			}
			for _, u := range v.ReceiptUse {
				if u.Through != "" {
					check(s, v, u.Through, u.Says)
				}
			}
			for _, c := range v.Clauses {
				check(s, v, c.Article, c.Says)
				if !c.By.IsZero() && v.Text != "" {
					n, _ := articleNumber(c.Article)
					if !says(texts[v.Text][n], c.By.N, unitPattern[c.By.Word]) {
						t.Errorf("%s%s does not say %s", s.Name, c.Article, c.By)
					}
				}
				for _, p := range c.Of {
					of := s
					if p.Statute != "" {
						of, _ = Default().Statute(p.Statute)
					}
					ov := of.Versions[len(of.Versions)-1]
					check(of, ov, p.Article)
					n, _ := articleNumber(p.Article)
					if ov.Text != "" && !p.Limit.IsZero() && !says(texts[ov.Text][n], p.Limit.N, unitPattern[p.Limit.Word]) {
						t.Errorf("%s %s: %s%s does not say %s", s.Name, c.Article, of.Name, p.Article, p.Limit)
					}
				}
			}
		}
	}
	t.Logf("%d proven in the texts, %d not provable here", proven, unproven)
}
