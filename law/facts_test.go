package law

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"zhunsheng/gov"
)

// TestCalendar_WorkingDaysOfAYear: the totals of the collected facts of law, counted apart.
func TestCalendar_WorkingDaysOfAYear(t *testing.T) {
	for year, want := range map[int]int{2024: 251, 2025: 248, 2026: 248} {
		n := 0
		for d := gov.DateOf(year, 1, 1); d.Year() == year; d = d.AddDays(1) {
			if working, _ := Default().Calendar().IsWorkingDay(d); working {
				n++
			}
		}
		if n != want {
			t.Errorf("%d has %d working days, want %d", year, n, want)
		}
	}
}

// TestDue_OnlyWhatPracticeDisputesIsLeftToLocalRules: the applicant's periods of 行政许可法
// and the days of 令310 are counted literally, and a local rule may count them otherwise. What
// an article decides, no local rule changes.
func TestDue_OnlyWhatPracticeDisputesIsLeftToLocalRules(t *testing.T) {
	for _, c := range []struct {
		under, article, limit string
		count                 Count
		literal, local        string // units; no local unit: refused
	}{
		{"行政许可法", "第四十七条", "5日", Working, UnitCalendar, UnitWorking},
		{"行政许可法", "第五十条", "30日", Working, UnitCalendar, UnitWorking},
		{"行政许可法", "第四十二条", "20日", Calendar, UnitWorking, ""},
		{"令310", "第五条", "3日", Working, UnitCalendar, UnitWorking},
		{"令310", "第五条", "24小时", Working, UnitHour, ""},
		{"行政处罚法", "第六十一条", "7日", Calendar, UnitWorking, ""},
		{"行政处罚法", "第六十七条", "15日", Working, UnitCalendar, ""},
		{"行政复议法", "第四十八条", "10日", Calendar, UnitWorking, ""},
		{"行政复议法", "第二十条", "60日", Working, UnitCalendar, ""},
		{"行政强制法", "第五十四条", "10日", Calendar, UnitWorking, ""},
		{"行政诉讼法", "第四十五条", "15日", Working, UnitCalendar, ""},
		{"治安管理处罚法", "第一百一十八条", "30日", Working, UnitCalendar, ""},
		{"信访工作条例", "第三十四条", "60日", Working, UnitCalendar, ""},
	} {
		q := Query{Under: c.under, Article: c.article, Limit: MustLimit(c.limit), At: gov.MustDay("2026-07-06").Start()}
		if got := due(t, q, Default().Due); got.Unit != c.literal {
			t.Errorf("%s%s %s: %s", c.under, c.article, c.limit, got.Unit)
		}
		q.Count = c.count
		got, err := Default().Due(q)
		if (err != nil) != (c.local == "") || err == nil && (got.Unit != c.local || !slices.ContainsFunc(got.Basis, func(k Citation) bool { return k.Mark == Local })) {
			t.Errorf("%s%s %s counted locally: %s, %v", c.under, c.article, c.limit, got.Unit, err)
		}
	}
}

// TestClauses_ALicenceDoesNotBeginAnew: a correction restarts the period of a request for
// information wholly, that of a licence never; there acceptance comes when all is there.
func TestClauses_ALicenceDoesNotBeginAnew(t *testing.T) {
	restarts := func(under, limit string) (articles []string) {
		found, err := Default().Clauses(Query{Under: under, Limit: MustLimit(limit)})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range found {
			if c.Kind == ClauseRestart {
				articles = append(articles, c.Statute+c.Article)
			}
		}
		return articles
	}
	if got := restarts("政府信息公开条例", "20个工作日"); !slices.Equal(got, []string{"政府信息公开条例第三十条"}) {
		t.Errorf("information: %v", got)
	}
	for _, limit := range []string{"20日", "45日", "5日"} {
		if got := restarts("行政许可法", limit); got != nil {
			t.Errorf("licence, %s: %v", limit, got)
		}
	}
	if got := restarts("行政复议法", "60日"); !slices.Equal(got, []string{"行政复议法实施条例第四十条"}) {
		t.Errorf("review: %v", got)
	}
}

// TestReceiptDay_ElectronicServiceNeedsConsent: the condition stands in the derivation.
func TestReceiptDay_ElectronicServiceNeedsConsent(t *testing.T) {
	for under, want := range map[string]string{"行政处罚法": "当事人同意并签订确认书", "民事诉讼法": "经受送达人同意", "治安管理处罚法": "当事人同意并签订确认书"} {
		got, err := Default().ReceiptDay(ReceiptQuery{Under: under, Channel: "电子送达", On: gov.MustDay("2026-07-06")})
		if err != nil || !slices.ContainsFunc(got.Steps, func(s Step) bool { return strings.Contains(s.Text, want) }) {
			t.Errorf("%s: %+v, %v", under, got.Steps, err)
		}
	}
}

// TestStatutes_TextsInForce: which text counts on which day, where the register of facts was
// wrong once or a text is new.
func TestStatutes_TextsInForce(t *testing.T) {
	for _, c := range []struct{ under, on, version string }{
		{"行政处罚法", "2026-11-24", "2021-07-15"}, {"行政强制法", "2026-11-24", "2012-01-01"}, {"行政复议法", "2026-11-24", "2024-01-01"},
		{"行政复议法实施条例", "2026-06-30", "2007-08-01"}, {"行政复议法实施条例", "2026-11-24", "2026-07-01"},
		{"行政诉讼法", "2026-11-24", "2017-07-01"}, {"行诉解释", "2026-11-24", "2018-02-08"}, {"出庭应诉规定", "2026-11-24", "2020-07-01"},
		{"国家赔偿法", "2026-11-24", "2013-01-01"}, {"重大行政决策程序暂行条例", "2026-11-24", "2019-09-01"}, {"规章制定程序条例", "2026-11-24", "2018-05-01"},
		{"法规规章备案审查条例", "2026-11-24", "2024-11-01"}, {"立法法", "2026-11-24", "2023-03-15"}, {"公平竞争审查条例", "2026-11-24", "2024-08-01"},
		{"政府信息公开条例", "2026-11-24", "2019-05-15"}, {"行政执法监督条例", "2026-11-24", "2026-02-01"}, {"优化营商环境条例", "2026-11-24", "2020-01-01"},
		{"信访工作条例", "2026-11-24", "2022-05-01"}, {"人民调解法", "2026-11-24", "2011-01-01"}, {"突发事件应对法", "2026-11-24", "2024-11-01"},
		{"法治宣传教育法", "2026-11-24", "2025-11-01"}, {"治安管理处罚法", "2026-11-24", "2026-01-01"}, {"综合治理类司法建议规定", "2026-11-24", "2023-11-16"},
		{"社会救助法", "2026-11-24", "2026-07-01"}, {"信息公开案件解释", "2026-11-24", "2025-06-01"}, {"生态环境法典", "2026-11-24", "2026-08-15"},
		{"行政法规制定程序条例", "2026-11-24", "2026-07-01"}, {"政务数据共享条例", "2026-11-24", "2025-08-01"}, {"行政诉讼起诉期限解释", "2026-11-24", "2026-05-01"},
	} {
		s, err := Default().Statute(c.under)
		if err != nil {
			t.Error(err)
			continue
		}
		v, assumed := s.On(gov.MustDay(c.on))
		if v.InForce.String() != c.version || assumed {
			t.Errorf("%s on %s: %s", c.under, c.on, v.InForce)
		}
	}
}

// TestCitations_SupervisionHasNoLimitInDays: 行政执法监督条例 sets no period in days, months
// or hours; none may be put into its mouth.
func TestCitations_SupervisionHasNoLimitInDays(t *testing.T) {
	src, err := os.ReadFile(filepath.Join(lawsDir, "行政执法监督条例(2025-12-17).md"))
	if err != nil {
		t.Skip("the texts of the statutes are not beside the repository")
	}
	period := regexp.MustCompile(`[0-9一二两三四五六七八九十百]+(个工作日|日内|日前|日以内|个月|小时)`)
	if found := period.FindString(string(src)); found != "" {
		t.Errorf("the text says %q", found)
	}
	if all, err := Default().Clauses(Query{Under: "行政执法监督条例"}); err != nil || len(all) > 0 {
		t.Errorf("%v, %v", all, err)
	}
}
