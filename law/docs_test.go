package law

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write generated parts of files")

// TestDocs_DayCountingTableIsCurrent keeps the tables of docs/day-counting.md as the
// register has them.
func TestDocs_DayCountingTableIsCurrent(t *testing.T) {
	const file = "../docs/day-counting.md"
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := string(src)
	for _, part := range []struct{ begin, end, text string }{
		{"<!-- table -->\n", "<!-- end -->", countingTable()},
		{"<!-- receipt -->\n", "<!-- receipt end -->", receiptDocs()},
		{"<!-- clauses -->\n", "<!-- clauses end -->", clauseDocs()},
	} {
		head, rest, ok1 := strings.Cut(want, part.begin)
		_, foot, ok2 := strings.Cut(rest, part.end)
		if !ok1 || !ok2 {
			t.Fatalf("the marks %s are gone", part.begin)
		}
		want = head + part.begin + part.text + part.end + foot
	}
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(src) != want {
		t.Error("a table differs from the register; run with -update")
	}
}

func receiptDocs() string {
	var b strings.Builder
	b.WriteString("| statute | what | how | the day that decides | by |\n|---|---|---|---|---|\n")
	words := Default().words
	for _, s := range Default().Statutes() {
		for _, v := range s.Versions {
			name := s.Name
			if len(s.Versions) > 1 {
				name += " " + v.InForce.String()
			}
			if v.Mark != Text {
				name += " 未核实"
			}
			for _, r := range v.Receipt {
				var days []string
				for _, f := range r.Day {
					days = append(days, word(words.Facts, f).Name)
				}
				day := strings.Join(days, ", else ")
				if !r.After.IsZero() {
					day += " + " + r.After.String()
				}
				fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", name, word(words.Papers, r.Paper).Name, word(words.Channels, r.Channel).Name, day, r.Article)
			}
			for _, u := range v.ReceiptUse {
				by := u.Through
				if by == "" {
					by = u.Note
				}
				fmt.Fprintf(&b, "| %s | %s | as %s |  | %s |\n", name, word(words.Papers, u.Paper).Name, u.Statute, by)
			}
		}
	}
	return b.String()
}

func clauseDocs() string {
	var b strings.Builder
	b.WriteString("| statute | article | kind | of the period | when | at most |\n|---|---|---|---|---|---|\n")
	for _, s := range Default().Statutes() {
		for _, v := range s.Versions {
			for _, c := range v.Clauses {
				var of []string
				for _, p := range c.Of {
					of = append(of, strings.TrimSpace(p.Statute+p.Article+" "+p.Limit.String()))
				}
				most := c.By.String()
				if c.Times > 0 {
					most += fmt.Sprintf(" × %d", c.Times)
				}
				fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", s.Name, c.Article, c.Kind, strings.Join(of, "; "), c.Event, most)
			}
		}
	}
	return b.String()
}

func countingTable() string {
	var b strings.Builder
	b.WriteString("| statute | in force | a bare 日 | worded 工作日 | start, end, roll |\n|---|---|---|---|---|\n")
	for _, s := range Default().Statutes() {
		for _, v := range s.Versions {
			day := v.InForce.String()
			if v.Assumed {
				day += " (adopted)"
			}
			if v.Mark != Text {
				day += " 未核实"
			}
			var rules, worded []string
			for _, r := range v.Days.Rules {
				rules = append(rules, ruleWords(r))
			}
			rules = append(rules, "otherwise "+ruleWords(v.Days.Otherwise))
			for _, e := range v.Days.Explicit {
				worded = append(worded, fmt.Sprintf("%s: %s", e.Article, strings.Trim(fmt.Sprint(e.Numbers), "[]")))
			}
			terms := v.Terms.Set + " by analogy"
			if v.Terms.Express {
				terms = strings.TrimSuffix(v.Terms.Set+", "+v.Terms.Through, ", ")
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", s.Name, day, strings.Join(rules, "; "), strings.Join(worded, "; "), terms)
		}
	}
	return b.String()
}

func ruleWords(r DayRule) string {
	var parts []string
	for _, n := range r.Numbers {
		parts = append(parts, chineseNumeral(n)+"日")
	}
	if r.UpTo > 0 {
		parts = append(parts, chineseNumeral(r.UpTo)+"日以内")
	}
	parts = append(parts, string(r.Count))
	if len(r.At) > 0 {
		parts = append(parts, "in "+strings.Join(r.At, ", "))
	}
	if r.Article != "" {
		parts = append(parts, "("+r.Article+")")
	}
	if r.Open {
		parts = append(parts, "(open)")
	}
	return strings.Join(parts, " ")
}
