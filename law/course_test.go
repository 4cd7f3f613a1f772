package law

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"zhunsheng/gov"
)

func TestCourse_ByHand(t *testing.T) {
	turn := func(k TurnKind, on string) Turn { return Turn{Kind: k, On: gov.MustDay(on)} }
	extend := func(by, on string) Turn {
		return Turn{Kind: Extend, On: gov.MustDay(on), By: MustLimit(by)}
	}
	for _, c := range []struct {
		name, under, limit, from string
		turns                    []Turn
		nominal, due, remaining  string
		why                      string
	}{
		{"nothing happened", "行政复议法", "60日", "2026-07-06", nil, "2026-09-04", "2026-09-04", "", "see the table"},
		{"suspended and resumed", "行政复议法", "60日", "2026-07-06", []Turn{turn(Suspend, "2026-07-16"), turn(Resume, "2026-08-06")},
			"2026-09-25", "2026-09-28", "", "10 ran, 50 left from 7 Aug: 25 in Aug, 25 Sep (Fri, off to 27), so Mon 28"},
		{"suspended and resumed on one day", "行政复议法", "60日", "2026-07-06", []Turn{turn(Suspend, "2026-07-16"), turn(Resume, "2026-07-16")},
			"2026-09-04", "2026-09-04", "", "nothing is left out"},
		{"suspended on the last day", "行政处罚法", "15日", "2026-07-06", []Turn{turn(Suspend, "2026-07-21"), turn(Resume, "2026-08-01")},
			"2026-08-01", "2026-08-03", "", "nothing is left; Sat 1 Aug, to Mon 3"},
		{"still suspended", "行政复议法", "60日", "2026-07-06", []Turn{turn(Suspend, "2026-07-16")}, "", "", "50日", "10 of 60 ran"},
		{"working days", "行政许可法", "20日", "2026-09-21", []Turn{turn(Suspend, "2026-09-24"), turn(Resume, "2026-10-09")},
			"2026-11-02", "2026-11-02", "", "22, 23, 24 ran (3); 17 left: Sat 10 worked (1), 12-16 (6), 19-23 (11), 26-30 (16), Mon 2 Nov (17)"},
		{"extended before the end", "行政复议法", "60日", "2026-07-06", []Turn{extend("30日", "2026-09-01")},
			"2026-10-04", "2026-10-08", "", "4 Sep and 30: Sun 4 Oct, off, to Thu 8"},
		{"extended from the nominal day", "行政复议法", "30日", "2026-09-01", []Turn{extend("30日", "2026-09-20")},
			"2026-10-31", "2026-11-02", "", "1 Oct (nominal; would roll to 8) and 30: Sat 31, to Mon 2 Nov"},
		{"extended in working days", "行政许可法", "20日", "2026-07-06", []Turn{extend("10日", "2026-08-03")},
			"2026-08-17", "2026-08-17", "", "3 Aug and ten working days: 4-7, 10-14, 17"},
		{"extended while suspended", "行政强制法", "30日", "2026-07-06", []Turn{turn(Suspend, "2026-07-16"), extend("30日", "2026-07-20"), turn(Resume, "2026-07-26")},
			"2026-09-14", "2026-09-14", "", "20 left and 30: 26 Jul + 50 = 5 in Jul, 31 in Aug, Mon 14 Sep"},
		{"restarted on receipt of the correction", "政府信息公开条例", "20个工作日", "2026-06-01", []Turn{turn(Restart, "2026-07-06")},
			"2026-08-03", "2026-08-03", "", "see the table"},
		{"restarted after an extension, which lapses", "行政复议法", "60日", "2026-06-01", []Turn{extend("30日", "2026-06-20"), turn(Restart, "2026-07-06")},
			"2026-09-04", "2026-09-04", "", "60 days from 6 July; the thirty are not carried over"},
		{"extended anew after a restart", "行政复议法", "60日", "2026-06-01", []Turn{extend("30日", "2026-06-20"), turn(Restart, "2026-07-06"), extend("30日", "2026-09-01")},
			"2026-10-04", "2026-10-08", "", "60 and 30 from 6 July; Sun 4 Oct, off, to Thu 8; not beyond what the statute allows"},
		{"restarted while suspended", "行政复议法", "60日", "2026-06-01", []Turn{turn(Suspend, "2026-06-20"), turn(Restart, "2026-07-06")},
			"2026-09-04", "2026-09-04", "", "the new period runs"},
		{"suspended between the last day and the day it rolls to", "行政处罚法", "15日", "2026-09-16", []Turn{turn(Suspend, "2026-10-03"), turn(Resume, "2026-10-20")},
			"2026-10-20", "2026-10-20", "", "1 Oct is over, to be rolled to 8 Oct; nothing is left"},
		{"extended in the month after the last of February", "国家赔偿法", "两个月", "2025-12-31", []Turn{extend("1个月", "2026-02-01")},
			"2026-03-28", "2026-03-30", "", "28 Feb, and from there a month: Sat 28 Mar, to Mon 30"},
		{"suspended months", "国家赔偿法", "两个月", "2026-06-10", []Turn{turn(Suspend, "2026-07-10"), turn(Resume, "2026-07-20")},
			"2026-08-20", "2026-08-20", "", "10 Aug and the ten days between"},
		{"twice suspended", "行政复议法", "60日", "2026-07-06", []Turn{turn(Suspend, "2026-07-16"), turn(Resume, "2026-07-26"), turn(Suspend, "2026-07-31"), turn(Resume, "2026-08-05")},
			"2026-09-19", "2026-09-20", "", "4 Sep and 10 and 5 days: Sat 19; Sun 20 is worked"},
	} {
		got, err := Default().Course(Query{Under: c.under, Limit: MustLimit(c.limit), From: gov.MustDay(c.from)}, c.turns)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if slices.Contains(kindsOf(got), "beyond") || strings.HasPrefix(c.name, "restarted") && got.Limit != c.limit && c.limit != "20个工作日" {
			t.Errorf("%s: limit %q, %v", c.name, got.Limit, kindsOf(got))
		}
		if got.Nominal.String() != c.nominal || got.Due.String() != c.due || got.Remaining != c.remaining || got.Suspended != (c.due == "") {
			t.Errorf("%s: nominal %s, due %s, remaining %q; want %s, %s: %s", c.name, got.Nominal, got.Due, got.Remaining, c.nominal, c.due, c.why)
			for _, s := range got.Steps {
				t.Log(s.Text)
			}
		}
	}
}

func TestCourse_RefusesWhatCannotBe(t *testing.T) {
	q := Query{Under: "行政复议法", Limit: MustLimit("60日"), From: gov.MustDay("2026-07-06")}
	on := func(k TurnKind, day string) Turn {
		return Turn{Kind: k, On: gov.MustDay(day), By: MustLimit("30日")}
	}
	for _, c := range []struct {
		turns []Turn
		want  string
	}{
		{[]Turn{on(Resume, "2026-07-20")}, "没有中止"},
		{[]Turn{on(Suspend, "2026-07-20"), on(Suspend, "2026-07-21")}, "已经中止"},
		{[]Turn{on(Suspend, "2026-09-05")}, "已于2026年9月4日届满"},
		{[]Turn{on(Extend, "2026-09-05")}, "已于2026年9月4日届满"},
		{[]Turn{on(Suspend, "2026-07-20"), on(Resume, "2026-07-19")}, "次序"},
		{[]Turn{on(Suspend, "2026-07-05")}, "次序"},
		{[]Turn{{Kind: Extend, On: gov.MustDay("2026-07-20")}}, "单位"},
		{[]Turn{{Kind: Extend, On: gov.MustDay("2026-07-20"), By: MustLimit("24小时")}}, "不能延长"},
		{[]Turn{on("pause", "2026-07-20")}, "pause"},
	} {
		if _, err := Default().Course(q, c.turns); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v, want %q", c.turns, err, c.want)
		}
	}
}

func TestCourse_SuspensionMovesTheEndByTheDaysBetween(t *testing.T) {
	b := Default()
	rapid.Check(t, func(t *rapid.T) {
		q := Query{Under: anyStatute(t), From: anyDay.Draw(t, "from"), Limit: anyLimit(t, Days, WorkingDays, Months)}
		plain, err := b.Due(q)
		if err != nil {
			t.Fatal(err)
		}
		stop := q.From.AddDays(rapid.IntRange(0, plain.Nominal.Sub(q.From)).Draw(t, "stop"))
		gap := rapid.IntRange(0, 100).Draw(t, "gap")
		got, err := b.Course(q, []Turn{{Kind: Suspend, On: stop}, {Kind: Resume, On: stop.AddDays(gap)}})
		if err != nil {
			t.Fatal(err)
		}
		ran := func(from, to gov.Day) (n int) {
			for d := from.AddDays(1); !d.After(to); d = d.AddDays(1) {
				if w, _ := b.cal.IsWorkingDay(d); w || plain.Unit != UnitWorking {
					n++
				}
			}
			return n
		}
		want := ran(q.From, plain.Nominal)
		if n := ran(q.From, stop) + ran(stop.AddDays(gap), got.Nominal); n != want {
			t.Fatalf("%d days ran, want %d: nominal %s", n, want, got.Nominal)
		}
		if gap == 0 && got.Due != plain.Due {
			t.Fatalf("a suspension of no time moved %s to %s", plain.Due, got.Due)
		}
		if !slices.ContainsFunc(got.Steps, func(s Step) bool { return s.Kind == "resume" }) {
			t.Fatal("the derivation does not tell of the suspension")
		}
	})
}

func TestInTime_PostedBeforeTheEnd(t *testing.T) {
	day := gov.MustDay
	for _, c := range []struct {
		under, arrived, posted string
		met                    bool
		article                string
	}{
		{"行政诉讼法", "2026-07-21", "", true, ""},
		{"行政诉讼法", "2026-07-24", "2026-07-21", true, "行诉解释第四十八条"},
		{"行政复议法", "2026-07-24", "2026-07-21", true, "民事诉讼法第八十五条"},
		{"行政诉讼法", "2026-07-24", "2026-07-22", false, ""},
		{"行政诉讼法", "2026-07-24", "", false, ""},
		{"行政处罚法", "2026-07-24", "2026-07-21", false, ""},
	} {
		d := due(t, Query{Under: c.under, Limit: MustLimit("15日"), From: day("2026-07-06")}, Default().Due)
		var posted gov.Day
		if c.posted != "" {
			posted = day(c.posted)
		}
		met, by, err := Default().InTime(d, day(c.arrived), posted)
		article := ""
		if by != nil {
			article = by.Statute + by.Article
		}
		if err != nil || met != c.met || article != c.article {
			t.Errorf("%+v: %v by %q, %v", c, met, article, err)
		}
	}
}

func TestInTime_NotOfMinimaHoursOrNoticesAhead(t *testing.T) {
	b, day := Default(), gov.MustDay
	q := Query{Under: "行政复议法", Limit: MustLimit("5日"), From: day("2026-07-13")}
	least := due(t, q, b.AtLeast)
	if _, _, err := b.InTime(least, day("2026-07-06"), gov.Day{}); gov.KindOf(err) != gov.Invalid {
		t.Errorf("a minimum is kept by waiting, not by a paper that came early: %v", err)
	}
	ahead := due(t, q, b.Before) // Mon 6 July
	for arrived, want := range map[string]bool{"2026-07-06": true, "2026-07-07": false} {
		if met, by, err := b.InTime(ahead, day(arrived), day("2026-07-01")); err != nil || met != want || by != nil {
			t.Errorf("a notice that must come ahead, arrived %s: %v %v %v", arrived, met, by, err)
		}
	}
	hours := due(t, Query{Under: "民事诉讼法", Limit: MustLimit("24小时"), At: day("2026-07-06").Start()}, b.Due)
	if _, _, err := b.InTime(hours, day("2026-07-07"), gov.Day{}); gov.KindOf(err) != gov.Invalid {
		t.Errorf("hours are not kept by days: %v", err)
	}
}
