package law

import (
	"os"
	"strings"
	"testing"

	"zhunsheng/gov"
)

// differences are the days on which the second source disagrees with the register, each
// with the reason why the register stands.
var differences = map[string]string{}

func TestCalendar_EveryDayAgreesWithASecondSource(t *testing.T) {
	src, err := os.ReadFile("testdata/chinese-days-1.5.7.txt")
	if err != nil {
		t.Fatal(err)
	}
	cal, compared, found := Default().Calendar(), 0, map[string]bool{}
	for _, line := range strings.Split(strings.TrimSpace(string(src)), "\n") {
		month, days, ok := strings.Cut(line, " ")
		if strings.HasPrefix(line, "#") || !ok {
			continue
		}
		first := gov.MustDay(month + "-01")
		for i, c := range days {
			d := first.AddDays(i)
			compared++
			working, _ := cal.IsWorkingDay(d)
			if working == (c == '1') {
				continue
			}
			found[d.String()] = true
			if differences[d.String()] == "" {
				t.Errorf("%s: register says working=%v, the second source %c", d, working, c)
			}
		}
	}
	want := gov.MustDay("2027-01-01").Sub(gov.MustDay("2007-01-01"))
	if compared != want {
		t.Errorf("%d days compared, want %d", compared, want)
	}
	for d := range differences {
		if !found[d] {
			t.Errorf("%s: explained, but the sources agree", d)
		}
	}
}

func TestCalendar_DaysThatAreOftenWrong(t *testing.T) {
	for day, want := range map[string]bool{
		"2024-02-09": true,  // 除夕 2024: rest was encouraged, not ordered
		"2006-12-30": true,  // set by the notice for 2007
		"2007-12-31": false, // set by the notice for 2008
		"2011-12-31": true,  // a Saturday, set by the notice for 2012
		"2018-12-29": true,  // a Saturday, set by the notice for 2019
		"2018-12-31": false,
		"2022-12-31": false,
		"2015-09-03": false, // one-off day of 2015
		"2015-09-06": true,
		"2019-05-02": false, // the change of 2019
		"2019-05-05": true,
		"2020-01-31": false, // the extension of 2020
		"2020-02-03": true,
		"2026-02-28": true,
		"2026-01-04": true,
	} {
		if got, provisional := Default().Calendar().IsWorkingDay(gov.MustDay(day)); got != want || provisional {
			t.Errorf("%s: working %v, provisional %v", day, got, provisional)
		}
	}
}

func TestCalendar_OneOffChangesBindFromTheirDay(t *testing.T) {
	cal := Default().Calendar()
	for _, c := range []struct {
		day, asOf string
		rest      bool
	}{
		{"2015-09-03", "2015-05-12", false}, {"2015-09-03", "2015-05-13", true},
		{"2015-09-06", "2015-05-12", true}, {"2015-09-06", "2015-05-13", false},
		{"2019-05-02", "2019-03-21", false}, {"2019-05-02", "2019-03-22", true},
		{"2019-04-28", "2019-03-21", true}, {"2019-04-28", "2019-03-22", false},
		{"2020-01-31", "2020-01-26", false}, {"2020-01-31", "2020-01-27", true},
	} {
		if got := cal.Status(gov.MustDay(c.day), gov.MustDay(c.asOf)); got.Rest != c.rest {
			t.Errorf("%s as of %s: rest %v", c.day, c.asOf, got.Rest)
		}
	}
	q := Query{Under: "处罚法", Limit: MustLimit("5日"), From: gov.MustDay("2020-01-23"), AsOf: gov.MustDay("2020-01-23")}
	before := due(t, q, Default().Due)
	q.AsOf = gov.Day{}
	after := due(t, q, Default().Due)
	// As of the 23rd: 24-30 Jan off, Fri 31 (1), Mon 3 (2) to Thu 6 (5). After the change:
	// off to 2 Feb, Mon 3 (1) to Fri 7 (5).
	if before.Due.String() != "2020-02-06" || after.Due.String() != "2020-02-07" {
		t.Errorf("before the change %s, after it %s", before.Due, after.Due)
	}
}

// TestCalendar_TailIsBoundedByTheNotices argues the last days of a year that the next
// notice may move: no notice ever named an earlier day of the year before, and no notice
// moved a day for a one-day festival (元旦 is one) further ahead than the bound allows.
func TestCalendar_TailIsBoundedByTheNotices(t *testing.T) {
	cal := Default().Calendar()
	newYear := gov.DateOf(2001, 1, 1)
	bound := newYear.Sub(gov.DateOf(2000, cal.tail.month, cal.tail.day))
	moved := 0
	for d, names := range cal.named {
		for _, n := range names {
			if d.Year() < n.notice.year {
				moved++
				if ahead := gov.DateOf(n.notice.year, 1, 1).Sub(d); ahead > bound {
					t.Errorf("the notice for %d names %s, %d days ahead", n.notice.year, d, ahead)
				}
			}
		}
	}
	furthest := 0
	for _, f := range tableLines(t, "testdata/one-day-festivals.txt", 3) {
		day, festival := gov.MustDay(f[0]), gov.MustDay(f[2])
		if weekend := int(day.Weekday())%6 == 0; cal.named[day] == nil && !weekend {
			t.Errorf("%s (%s) is not in the register", f[0], f[1])
		}
		furthest = max(furthest, festival.Sub(day))
	}
	if furthest != bound {
		t.Errorf("days moved for a one-day festival lie up to %d days ahead, the bound is %d", furthest, bound)
	}
	if moved < 9 {
		t.Errorf("only %d days of a year before were found", moved)
	}
}

func TestCalendar_ProvisionalDays(t *testing.T) {
	cal := Default().Calendar()
	for day, want := range map[string]bool{
		"2026-12-27": false, "2026-12-28": true, "2026-12-31": true, "2027-01-01": true, "2030-05-05": true,
		"2025-12-31": false, "2007-01-04": false, "2006-12-29": true, "2006-12-30": false, "1999-01-01": true,
	} {
		if st := cal.Status(gov.MustDay(day), gov.Day{}); st.Provisional != want {
			t.Errorf("%s: provisional %v", day, st.Provisional)
		}
	}
	got := due(t, Query{Under: "处罚法", Limit: MustLimit("15日"), From: gov.MustDay("2026-12-14")}, Default().Due)
	last := got.Steps[len(got.Steps)-1]
	if !got.Provisional || last.Kind != "provisional" || !strings.Contains(last.Text, "2026年12月28日至年末") {
		t.Errorf("%+v", last)
	}
}
