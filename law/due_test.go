package law

import (
	"slices"
	"strings"
	"testing"

	"zhunsheng/gov"
)

func due(t *testing.T, q Query, f func(Query) (Due, error)) Due {
	t.Helper()
	got, err := f(q)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func kindsOf(d Due) (out []string) {
	for _, s := range d.Steps {
		out = append(out, s.Kind)
	}
	return out
}

func TestDue_DerivationOverNationalDay(t *testing.T) {
	got := due(t, Query{Under: "行政处罚法", Limit: MustLimit("7日"), From: gov.MustDay("2026-09-30")}, Default().Due)
	var text []string
	for _, s := range got.Steps {
		text = append(text, s.Text)
	}
	want := []string{
		"适用行政处罚法2021年7月15日起施行的文本",
		"行政处罚法中的“7日”按工作日计算，依据第八十五条",
		"起算日2026年9月30日不计入，自2026年10月1日起算",
		"2026年10月1日至2026年10月7日，共7日为休假日（依国务院办公厅2026年放假安排通知放假）",
		"2026年10月10日（星期六）为调休上班日，计入工作日",
		"2026年10月11日（星期日）为休假日（周末）",
		"第7个工作日为2026年10月15日，期间于当日届满",
	}
	if !slices.Equal(text, want) {
		t.Errorf("derivation:\n%s", strings.Join(text, "\n"))
	}
	if len(got.Basis) != 3 || got.Basis[0] != (Citation{Statute: "行政处罚法", Article: "第八十五条", Mark: Text}) || !got.Basis[2].Unverified() {
		t.Errorf("basis %+v", got.Basis)
	}
	if !strings.Contains(got.Basis[2].Note, "文号未核实") || !strings.Contains(got.Basis[2].Note, "https://www.gov.cn/") {
		t.Errorf("notice %+v", got.Basis[2])
	}
}

func TestDue_NoticeNumberStandsWhereItIsKnown(t *testing.T) {
	got := due(t, Query{Under: "行政处罚法", Limit: MustLimit("3日"), From: gov.MustDay("2025-09-30")}, Default().Due)
	last := got.Basis[len(got.Basis)-1]
	if !strings.HasPrefix(last.Note, "国办发明电〔2024〕12号") || got.Due != gov.MustDay("2025-10-11") {
		t.Errorf("%s, %+v", got.Due, last) // 1-8 Oct off; Thu 9, Fri 10, Sat 11 worked
	}
}

func TestDue_VersionInForceOnTheStartingDay(t *testing.T) {
	for _, c := range []struct {
		under, from, version string
		assumed              bool
	}{
		{"行政复议法实施条例", "2026-06-30", "2007-08-01", false},
		{"行政复议法实施条例", "2026-07-01", "2026-07-01", false},
		{"行政复议法实施条例", "2001-01-02", "2007-08-01", true},
		{"行政复议法", "2023-12-31", "2024-01-01", true},
		{"行政处罚法", "2021-07-14", "2021-07-15", true},
		{"行政处罚法", "2021-07-15", "2021-07-15", false},
	} {
		got := due(t, Query{Under: c.under, Limit: MustLimit("60日"), From: gov.MustDay(c.from)}, Default().Due)
		first := got.Steps[0]
		if got.Version != c.version || first.Kind != "version" || strings.Contains(first.Text, "version: assumed") != c.assumed {
			t.Errorf("%s from %s: version %s, %s", c.under, c.from, got.Version, first.Text)
		}
	}
}

func TestDue_RollSaysWhetherByAnalogyAndByWhichArticle(t *testing.T) {
	for under, want := range map[string]string{
		"行政处罚法": "没有自己的顺延规定，参照民法典第二百零三条",
		"行政诉讼法": "顺延至休假日结束后的第一日2026年10月8日",
		"行政复议法": "顺延至休假日结束后的第一日2026年10月8日",
		"民法典":   "顺延至休假日结束后的第一日2026年10月8日",
	} {
		got := due(t, Query{Under: under, Limit: MustLimit("15日"), From: gov.MustDay("2026-09-16")}, Default().Due)
		i := slices.Index(kindsOf(got), "roll")
		if i < 0 || !strings.Contains(got.Steps[i].Text, want) || got.Nominal != gov.MustDay("2026-10-01") {
			t.Errorf("%s: %+v", under, got.Steps)
		}
		cite := got.Steps[i].Cite
		article := map[string]string{"行政诉讼法": "行诉解释第四十八条", "行政复议法": "民事诉讼法第八十五条"}[under]
		if article == "" {
			article = "民法典第二百零三条"
		}
		if cite.Statute+cite.Article != article {
			t.Errorf("%s rolls by %+v", under, cite)
		}
	}
}

func TestDue_ArticleDecidesWhereAStatuteCountsByArticle(t *testing.T) {
	b, from := Default(), gov.MustDay("2026-07-08")
	five := Query{Under: "许可法", Limit: MustLimit("5日"), From: from}
	bare := due(t, five, b.Due)
	if bare.Unit != UnitWorking || !slices.Contains(kindsOf(bare), "note") {
		t.Errorf("without an article: %s, %v", bare.Unit, kindsOf(bare))
	}
	five.Article = "第四十七条第一款"
	if got := due(t, five, b.Due); got.Unit != UnitCalendar || got.Due != gov.MustDay("2026-07-13") {
		t.Errorf("art. 47: %s, %s", got.Unit, got.Due)
	}
	five.Count = Working
	got := due(t, five, b.Due)
	if got.Unit != UnitWorking || got.Basis[0].Mark != Local {
		t.Errorf("local practice: %s, %+v", got.Unit, got.Basis)
	}
	if _, err := b.Due(Query{Under: "行政处罚法", Limit: MustLimit("7日"), From: from, Count: Calendar}); gov.KindOf(err) != gov.Invalid {
		t.Errorf("a local rule may not override art. 85: %v", err)
	}
	if _, err := b.Due(Query{Under: "行政处罚法", Article: "那条", Limit: MustLimit("7日"), From: from}); gov.KindOf(err) != gov.Invalid {
		t.Errorf("no article: %v", err)
	}
}

func TestDue_HoursCountFromTheActOrTheNextHour(t *testing.T) {
	at := gov.MustDay("2026-09-30").Start().Add(14*3600e9 + 20*60e9)
	for under, want := range map[string]string{
		"行政强制法": "2026-10-01 14:20:00",
		"移送规定":  "2026-10-01 14:20:00",
		"民诉法":   "2026-10-01 15:00:00",
		"行诉解释":  "2026-10-01 15:00:00",
	} {
		got := due(t, Query{Under: under, Limit: MustLimit("24小时"), At: at}, Default().Due)
		if got.DueAt.String() != want || got.Unit != UnitHour || got.Rolled || got.Due != gov.MustDay("2026-10-01") {
			t.Errorf("%s: %s, %+v", under, got.DueAt, got)
		}
	}
	for _, f := range []func(Query) (Due, error){Default().Due, Default().Before, Default().AtLeast} {
		if _, err := f(Query{Under: "行政强制法", Limit: MustLimit("24小时"), From: gov.MustDay("2026-09-30")}); gov.KindOf(err) != gov.Invalid {
			t.Errorf("hours from a day: %v", err)
		}
	}
}

func TestBefore_CountsBackward(t *testing.T) {
	for _, c := range []struct{ under, limit, from, nominal, due, why string }{
		{"行政处罚法", "七日", "2026-10-20", "2026-10-10", "2026-10-10", "Mon 19 (1), 16-12 (6), Sat 10 worked (7)"},
		{"行政复议法", "五日", "2026-10-12", "2026-09-29", "2026-09-29", "Sat 10 worked (1), 9, 8 (3), 30 and 29 Sep (5)"},
		{"行政许可法", "七日", "2026-05-08", "2026-04-24", "2026-04-24", "7, 6 (2), 1-5 off, 30-27 Apr (6), Fri 24 (7)"},
		{"决策条例", "7日", "2026-10-12", "2026-10-05", "2026-09-30", "5 Oct is off: earlier, to Wed 30 Sep"},
		{"规章制定程序条例", "30日", "2026-11-10", "2026-10-11", "2026-10-10", "Sun 11, earlier to Sat 10 worked"},
		{"规章制定程序条例", "30日", "2026-11-19", "2026-10-20", "2026-10-20", "Tue"},
		{"立法法", "一个月", "2026-03-31", "2026-02-28", "2026-02-28", "no 31 Feb; Sat 28 worked"},
	} {
		got := due(t, Query{Under: c.under, Limit: MustLimit(c.limit), From: gov.MustDay(c.from)}, Default().Before)
		if got.Nominal.String() != c.nominal || got.Due.String() != c.due || got.Rolled != (c.nominal != c.due) {
			t.Errorf("%s before %s under %s: nominal %s, due %s; want %s: %s", c.limit, c.from, c.under, got.Nominal, got.Due, c.due, c.why)
		}
	}
}

func TestAtLeast_EndsWithTheLastDayAndDoesNotRoll(t *testing.T) {
	for _, c := range []struct{ under, limit, from, due, why string }{
		{"决策条例", "30日", "2026-09-01", "2026-10-01", "a holiday ends the thirty days all the same"},
		{"决策条例", "7个工作日", "2026-09-30", "2026-10-15", "working days 8, 9, 10, 12, 13, 14, 15 Oct"},
		{"行政强制法", "十日", "2026-09-30", "2026-10-20", "art. 69 makes the ten days of waiting working days"},
	} {
		got := due(t, Query{Under: c.under, Limit: MustLimit(c.limit), From: gov.MustDay(c.from)}, Default().AtLeast)
		if got.Due.String() != c.due || got.Rolled || got.Kind != AtLeast {
			t.Errorf("%s of %s from %s: %s, %s", c.limit, c.under, c.from, got.Due, c.why)
		}
	}
}

// TestAtLeast_GenerallyNotUnder: 一般不少于 is no absolute floor, 不得少于 is.
func TestAtLeast_GenerallyNotUnder(t *testing.T) {
	for _, c := range []struct{ under, article, limit, usual string }{
		{"决策条例", "", "30日", "重大行政决策程序暂行条例第十五条"},
		{"决策条例", "第二十六条", "7个工作日", "重大行政决策程序暂行条例第二十六条"},
		{"决策条例", "第十六条", "7日", ""},
		{"优化营商环境条例", "", "30日", "优化营商环境条例第六十二条"},
		{"规章制定程序条例", "第二十一条", "三十日", "规章制定程序条例第二十一条"},
		{"城乡规划法", "第二十六条", "30日", ""},
		{"国有土地上房屋征收与补偿条例", "", "30日", ""},
	} {
		got := due(t, Query{Under: c.under, Article: c.article, Limit: MustLimit(c.limit), From: gov.MustDay("2026-09-01")}, Default().AtLeast)
		said := ""
		for _, s := range got.Steps {
			if s.Kind == "usual" {
				said = s.Cite.Statute + s.Cite.Article
				if s.Text != said+"写作“一般不少于”：有理由可以更短，理由应当写明" {
					t.Error(s.Text)
				}
			}
		}
		if said != c.usual {
			t.Errorf("%s%s %s: %q, want %q", c.under, c.article, c.limit, said, c.usual)
		}
	}
}

func TestDue_BadQuestionsAreAnsweredInWords(t *testing.T) {
	day := gov.MustDay("2026-09-30")
	for _, c := range []struct {
		q    Query
		kind gov.Kind
		want string
	}{
		{Query{Under: "行政处罚罚", Limit: MustLimit("7日"), From: day}, gov.NotFound, "相近的有：行政处罚法"},
		{Query{Under: "复义法", Limit: MustLimit("7日"), From: day}, gov.NotFound, "行政复议法"},
		{Query{Under: "qwerty", Limit: MustLimit("7日"), From: day}, gov.NotFound, "登记中没有“qwerty”"},
		{Query{Under: " ", Limit: MustLimit("7日"), From: day}, gov.Invalid, "哪一部"},
		{Query{Under: "行政处罚法", From: day}, gov.Invalid, "单位"},
		{Query{Under: "行政处罚法", Limit: Limit{N: 0, Word: Days}, From: day}, gov.Invalid, "至少为一日"},
		{Query{Under: "行政处罚法", Limit: Limit{N: 99999, Word: Years}, From: day}, gov.Invalid, "最长"},
		{Query{Under: "行政处罚法", Limit: MustLimit("7日")}, gov.Invalid, "起算日"},
		{Query{Under: "行政处罚法", Limit: MustLimit("7日"), From: gov.MustDay("9999-12-31")}, gov.Invalid, "超出"},
		{Query{Under: "行政处罚法", Limit: MustLimit("7日"), From: gov.MustDay("1900-01-01")}, gov.Invalid, "超出"},
	} {
		_, err := Default().Due(c.q)
		if err == nil || gov.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c.q, err, c.want)
		}
	}
}
