package law

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"zhunsheng/gov"
)

type periodCase struct {
	name               string
	from, nominal, due gov.Day
	provisional        bool
	why                string
}

type ruleLine struct {
	under, article, limit, unit string
	express                     bool
	cases                       []periodCase
	why                         string
}

// readTable crosses testdata/rules.txt with testdata/periods.txt.
func readTable(t testing.TB) []ruleLine {
	cases := map[string][]periodCase{}
	for _, f := range tableLines(t, "testdata/periods.txt", 6) {
		c := periodCase{from: gov.MustDay(f[2]), nominal: gov.MustDay(f[3]), why: f[5]}
		c.name, c.provisional = strings.CutSuffix(f[1], "?")
		if c.due = c.nominal; f[4] != "=" {
			c.due = gov.MustDay(f[4])
		}
		cases[f[0]] = append(cases[f[0]], c)
	}
	var rules []ruleLine
	for _, f := range tableLines(t, "testdata/rules.txt", 6) {
		r := ruleLine{under: f[0], article: strings.Trim(f[1], "-"), limit: f[2], unit: f[3], express: f[4] == "express", why: f[5], cases: cases[f[3]]}
		if len(r.cases) < 7 || f[4] != "express" && f[4] != "analogy" {
			t.Fatalf("rule %v: %d cases", f, len(r.cases))
		}
		rules = append(rules, r)
	}
	return rules
}

func tableLines(t testing.TB, file string, fields int) (out [][]string) {
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(string(src), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		f := strings.Split(line, " | ")
		if len(f) != fields {
			t.Fatalf("%s:%d: %d fields", file, i+1, len(f))
		}
		out = append(out, f)
	}
	return out
}

// fault computes one case and says what is wrong with the answer, or "".
func (r ruleLine) fault(b *Book, c periodCase) string {
	limit, err := ParseLimit(r.limit)
	if err != nil {
		return err.Error()
	}
	got, err := b.Due(Query{Under: r.under, Article: r.article, Limit: limit, From: c.from})
	if err != nil {
		return err.Error()
	}
	unit, _, _ := strings.Cut(r.unit, " ")
	switch {
	case !strings.HasPrefix(got.Unit, unit):
		return "unit " + got.Unit
	case got.Nominal != c.nominal || got.Due != c.due || got.Rolled != (c.due != c.nominal):
		return fmt.Sprintf("nominal %s, due %s, rolled %v", got.Nominal, got.Due, got.Rolled)
	case got.Provisional != c.provisional:
		return fmt.Sprintf("provisional %v", got.Provisional)
	case got.ByAnalogy != (got.Rolled && !r.express):
		return fmt.Sprintf("by analogy %v", got.ByAnalogy)
	}
	return ""
}

func TestDue_F107_TableOfRulesAndCases(t *testing.T) {
	b, n := Default(), 0
	for _, r := range readTable(t) {
		for _, c := range r.cases {
			n++
			if fault := r.fault(b, c); fault != "" {
				t.Errorf("%s%s %s from %s (%s): %s\n  want nominal %s, due %s: %s; %s",
					r.under, r.article, r.limit, c.from, c.name, fault, c.nominal, c.due, c.why, r.why)
			}
		}
	}
	t.Logf("%d rows", n)
}

// TestDue_FlippingAnyUnitRuleFailsTheTable turns every single counting rule of every
// statute around, in a copy of the register, and demands that the table notices.
func TestDue_FlippingAnyUnitRuleFailsTheTable(t *testing.T) {
	rules, flips := readTable(t), 0
	flip := func(s *Statute, what string, change func(*Version), i int) {
		b := Default().with(s, i, change)
		flips++
		for _, r := range rules {
			if st, err := b.Statute(r.under); err != nil || st.Name != s.Name {
				continue
			}
			for _, c := range r.cases {
				if r.fault(b, c) != "" {
					return
				}
			}
		}
		t.Errorf("%s, version %s: %s, and no row fails", s.Name, s.Versions[i].InForce, what)
	}
	for _, s := range Default().Statutes() {
		for i, v := range s.Versions {
			flip(s, "otherwise flipped", func(v *Version) { v.Days.Otherwise.Count = other(v.Days.Otherwise.Count) }, i)
			flip(s, "roll rule flipped", func(v *Version) { v.Terms.Express = !v.Terms.Express }, i)
			for j, rule := range v.Days.Rules {
				flip(s, "rule flipped", func(v *Version) { v.Days.Rules[j].Count = other(rule.Count) }, i)
				for k, n := range rule.Numbers {
					flip(s, "number "+strconv.Itoa(n)+" dropped", func(v *Version) { v.Days.Rules[j].Numbers[k] = 9999 }, i)
				}
				if rule.UpTo > 0 {
					flip(s, "bound lowered", func(v *Version) { v.Days.Rules[j].UpTo-- }, i)
				}
			}
		}
	}
	t.Logf("%d flips", flips)
}

func other(c Count) Count {
	if c == Working {
		return Calendar
	}
	return Working
}

// with copies the register with one version of one statute changed.
func (b *Book) with(s *Statute, i int, change func(*Version)) *Book {
	c := *b
	n := *s
	n.Versions = append([]Version(nil), s.Versions...)
	v := &n.Versions[i]
	v.Days.Rules = append([]DayRule(nil), v.Days.Rules...)
	for j := range v.Days.Rules {
		v.Days.Rules[j].Numbers = append([]int(nil), v.Days.Rules[j].Numbers...)
	}
	change(v)
	c.names = map[string]*Statute{}
	for key, old := range b.names {
		if c.names[key] = old; old == s {
			c.names[key] = &n
		}
	}
	return &c
}
