package law

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write generated parts of files")

// TestDocs_DayCountingTableIsCurrent keeps the table of docs/day-counting.md as the
// register has it.
func TestDocs_DayCountingTableIsCurrent(t *testing.T) {
	const file = "../docs/day-counting.md"
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok1 := strings.Cut(string(src), "<!-- table -->\n")
	_, foot, ok2 := strings.Cut(rest, "<!-- end -->")
	if !ok1 || !ok2 {
		t.Fatal("the table's marks are gone")
	}
	want := head + "<!-- table -->\n" + countingTable() + "<!-- end -->" + foot
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(src) != want {
		t.Error("the table differs from the register; run with -update")
	}
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
