package law

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"zhunsheng/gov"
)

type clauseLine struct {
	q    Query
	want string
}

func clauseTable(t testing.TB) (out []clauseLine) {
	for _, f := range tableLines(t, "testdata/clauses.txt", 4) {
		l := clauseLine{q: Query{Under: f[0], Article: strings.Trim(f[1], "-")}, want: f[3]}
		if f[2] != "-" {
			l.q.Limit = MustLimit(f[2])
		}
		out = append(out, l)
	}
	return out
}

func (l clauseLine) got(b *Book) string {
	found, err := b.Clauses(l.q)
	if err != nil {
		return err.Error()
	}
	var parts []string
	for _, c := range found {
		part := string(c.Kind) + " "
		if c.Statute != l.q.Under {
			part += c.Statute
		}
		part += c.Article
		if !c.By.IsZero() {
			part += " " + c.By.String()
		}
		if c.Times > 0 {
			part += fmt.Sprintf(" ×%d", c.Times)
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "; ")
}

func TestClauses_Table(t *testing.T) {
	for _, l := range clauseTable(t) {
		if got := l.got(Default()); got != l.want {
			t.Errorf("%s %s %s\n got %s\nwant %s", l.q.Under, l.q.Article, l.q.Limit, got, l.want)
		}
	}
}

// TestClauses_AnyChangeFailsTheTable mutates every clause of every statute.
func TestClauses_AnyChangeFailsTheTable(t *testing.T) {
	lines, changes := clauseTable(t), 0
	for _, s := range Default().Statutes() {
		for i, v := range s.Versions {
			for j, c := range v.Clauses {
				change := func(what string, f func(*Clause)) {
					changes++
					b := Default().with(s, i, func(v *Version) {
						v.Clauses = slices.Clone(v.Clauses)
						v.Clauses[j].Of = slices.Clone(v.Clauses[j].Of)
						f(&v.Clauses[j])
					})
					b.statutes = slices.Clone(b.statutes)
					b.statutes[slices.Index(b.statutes, s)] = b.names[nameKey(s.Name)]
					if !slices.ContainsFunc(lines, func(l clauseLine) bool {
						speaks := l.q.Under == s.Name || slices.ContainsFunc(c.Of, func(p Period) bool { return p.Statute == l.q.Under })
						return speaks && l.got(b) != l.want
					}) {
						t.Errorf("%s%s (%s): %s, and no row fails", s.Name, c.Article, c.Event, what)
					}
				}
				for _, k := range clauseKinds {
					if k != c.Kind {
						change("kind "+string(k), func(c *Clause) { c.Kind = k })
					}
				}
				change("another article", func(c *Clause) { c.Article = "第一条" })
				if !c.By.IsZero() {
					change("one more", func(c *Clause) { c.By.N++ })
				}
				if c.Times > 0 {
					change("once more", func(c *Clause) { c.Times++ })
				}
				for k, p := range c.Of {
					change("of another article", func(c *Clause) { c.Of[k].Article = "第一条" })
					if !p.Limit.IsZero() {
						change("of another limit", func(c *Clause) { c.Of[k].Limit.N += 1000 })
					}
				}
			}
		}
	}
	t.Logf("%d changes", changes)
}

// TestClauses_WordsFitTheKind: each kind is known by words that its article must use.
func TestClauses_WordsFitTheKind(t *testing.T) {
	marks := map[ClauseKind][]string{
		ClauseStop:    {"不计入", "不计算在", "不应计算在内", "不包括", "中止", "继续计算"},
		ClauseExtend:  {"延长", "顺延", "延期", "六个月内答复"},
		ClauseShorten: {"缩短", "十五日内书面回复", "不受前款规定"},
		ClauseRestart: {"重新计算", "收到补正的申请之日起计算", "补正后递交", "收到补正材料后"},
		ClauseDeemed:  {"视为", "即为", "逾期", "不影响", "可以向", "解除冻结", "未作出", "由该用人单位负担", "满六十日", "由行政机关依照本条例", "不再执行"},
		ClauseFloor:   {"不少于", "不得少于"},
		ClauseUsual:   {"一般不少于"},
		ClauseCap:     {"最长不得超过", "超过五年"},
		ClauseStart:   {"之日起", "超过三十日", "应当受理行政许可申请"},
	}
	seen := map[ClauseKind]int{}
	for _, s := range Default().Statutes() {
		for _, v := range s.Versions {
			for _, c := range v.Clauses {
				seen[c.Kind]++
				if !slices.ContainsFunc(marks[c.Kind], func(m string) bool { return strings.Contains(c.Says, m) }) {
					t.Errorf("%s%s: %s is not said by “%s”", s.Name, c.Article, c.Kind, c.Says)
				}
			}
		}
	}
	for _, k := range clauseKinds {
		if seen[k] == 0 {
			t.Errorf("no clause of kind %s", k)
		}
	}
}

func TestCourse_AnExtensionBeyondTheStatuteIsSaid(t *testing.T) {
	on := func(by, day string) Turn { return Turn{Kind: Extend, On: gov.MustDay(day), By: MustLimit(by)} }
	for _, c := range []struct {
		under, article, limit string
		turns                 []Turn
		beyond                string
	}{
		{"行政复议法", "", "60日", []Turn{on("30日", "2026-07-20")}, ""},
		{"行政复议法", "", "60日", []Turn{on("31日", "2026-07-20")}, "行政复议法第六十二条：延长不得超过30日；这里共延长31日，已经超过"},
		{"行政复议法", "", "60日", []Turn{on("20日", "2026-07-20"), on("11日", "2026-07-21")}, "行政复议法第六十二条：延长不得超过30日；这里共延长31日，已经超过"},
		{"行政复议法", "第二十条", "60日", []Turn{on("31日", "2026-07-20")}, ""},
		{"行政许可法", "", "20日", []Turn{on("15日", "2026-07-20")}, "行政许可法第四十二条：延长不得超过10日；这里共延长15日，已经超过"},
		{"行政许可法", "", "45日", []Turn{on("15日", "2026-07-20")}, ""},
		{"治安管理处罚法", "", "30日", []Turn{on("30日", "2026-07-20"), on("30日", "2026-07-21")}, ""},
		{"治安管理处罚法", "", "30日", []Turn{on("30日", "2026-07-20"), on("31日", "2026-07-21")}, "治安管理处罚法第一百一十八条：延长不得超过30日，以2次为限；这里共延长61日，已经超过"},
		{"政府信息公开条例", "", "20个工作日", []Turn{on("21个工作日", "2026-07-20")}, "政府信息公开条例第三十三条：延长不得超过20个工作日；这里共延长21个工作日，已经超过"},
		{"行政处罚法", "", "90日", []Turn{on("90日", "2026-07-20")}, ""},
	} {
		got, err := Default().Course(Query{Under: c.under, Article: c.article, Limit: MustLimit(c.limit), From: gov.MustDay("2026-07-06")}, c.turns)
		if err != nil {
			t.Fatal(err)
		}
		said := ""
		for _, s := range got.Steps {
			if s.Kind == "beyond" {
				said = s.Text
			}
		}
		if said != c.beyond {
			t.Errorf("%s %s: %q, want %q", c.under, c.limit, said, c.beyond)
		}
	}
}

func TestCourse_WhatIsLeftIsProvisionalWhenItRestsOnUndecidedDays(t *testing.T) {
	q := Query{Under: "行政许可法", Limit: MustLimit("20日"), From: gov.MustDay("2026-12-21")}
	for on, want := range map[string]bool{"2026-12-25": false, "2026-12-29": true, "2027-01-04": true} {
		got, err := Default().Course(q, []Turn{{Kind: Suspend, On: gov.MustDay(on)}})
		if err != nil || got.Provisional != want || !got.Suspended {
			t.Errorf("suspended on %s: provisional %v, %v", on, got.Provisional, err)
		}
	}
}
