package law

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"zhunsheng/gov"
)

var anyDay = rapid.Custom(func(t *rapid.T) gov.Day {
	return gov.DateOf(2004, 1, 1).AddDays(rapid.IntRange(0, 25*365).Draw(t, "day"))
})

func anyStatute(t *rapid.T) string {
	all := Default().Statutes()
	return all[rapid.IntRange(0, len(all)-1).Draw(t, "statute")].Name
}

func anyLimit(t *rapid.T, words ...Word) Limit {
	return Limit{N: rapid.IntRange(1, 120).Draw(t, "n"), Word: rapid.SampledFrom(words).Draw(t, "word")}
}

func TestDue_Properties(t *testing.T) {
	b := Default()
	rest := func(d gov.Day) bool { w, _ := b.cal.IsWorkingDay(d); return !w }
	rapid.Check(t, func(t *rapid.T) {
		q := Query{Under: anyStatute(t), From: anyDay.Draw(t, "from"), Limit: anyLimit(t, Days, WorkingDays, CalendarDays, Months)}
		got, err := b.Due(q)
		if err != nil {
			t.Fatal(err)
		}
		if !got.Nominal.After(q.From) || got.Due.Before(got.Nominal) {
			t.Fatalf("from %s, nominal %s, due %s", q.From, got.Nominal, got.Due)
		}
		if rest(got.Due) {
			t.Fatalf("due %s is a rest day", got.Due)
		}
		if got.Rolled != (got.Due != got.Nominal) {
			t.Fatal("rolled does not say whether it rolled")
		}
		for d := got.Nominal; got.Rolled && d.Before(got.Due); d = d.AddDays(1) {
			if !rest(d) {
				t.Fatalf("rolled past the working day %s", d)
			}
		}
		switch got.Unit {
		case UnitWorking:
			n := 0
			for d := q.From.AddDays(1); !d.After(got.Due); d = d.AddDays(1) {
				if !rest(d) {
					n++
				}
			}
			if n != q.Limit.N {
				t.Fatalf("recount gives %d working days, want %d", n, q.Limit.N)
			}
		case UnitCalendar:
			if got.Nominal.Sub(q.From) != q.Limit.N {
				t.Fatalf("nominal %s", got.Nominal)
			}
		case UnitMonth:
			y, m, _ := got.Nominal.Date()
			fy, fm, fd := q.From.Date()
			if (y*12+int(m))-(fy*12+int(fm)) != q.Limit.N || got.Nominal.AddDays(1).Year()*12 == 0 {
				t.Fatalf("%d months from %s is not %s", q.Limit.N, q.From, got.Nominal)
			}
			if _, _, d := got.Nominal.Date(); d != fd {
				if _, _, next := got.Nominal.AddDays(1).Date(); next != 1 || d > fd {
					t.Fatalf("%s is neither the corresponding day of %s nor the month's last", got.Nominal, q.From)
				}
			}
		}
		longer := q
		longer.Limit.N++
		more, err := b.Due(longer)
		if err != nil {
			t.Fatal(err)
		}
		if more.Unit == got.Unit && (more.Due.Before(got.Due) || !more.Nominal.After(got.Nominal)) {
			t.Fatalf("%v ends %s, %v ends %s", q.Limit, got.Due, longer.Limit, more.Due)
		}
		later := q
		later.From = q.From.AddDays(1)
		after, err := b.Due(later)
		if err != nil {
			t.Fatal(err)
		}
		if after.Version == got.Version && after.Due.Before(got.Due) {
			t.Fatalf("a later start ends earlier: %s, %s", after.Due, got.Due)
		}
	})
}

func TestDue_ProvisionalExactlyWhenAnUndecidedDayIsUsed(t *testing.T) {
	b := Default()
	_, last := b.cal.Years()
	tail := gov.MustDay("2026-12-28")
	if last != 2026 {
		t.Fatalf("the calendar ends in %d: move this test with it", last)
	}
	rapid.Check(t, func(t *rapid.T) {
		q := Query{Under: anyStatute(t), From: gov.MustDay("2026-06-01").AddDays(rapid.IntRange(0, 250).Draw(t, "from")), Limit: anyLimit(t, Days, WorkingDays)}
		got, err := b.Due(q)
		if err != nil {
			t.Fatal(err)
		}
		if got.Provisional != !got.Due.Before(tail) {
			t.Fatalf("%s from %s due %s: provisional %v", q.Limit, q.From, got.Due, got.Provisional)
		}
		says := slices.ContainsFunc(got.Steps, func(s Step) bool { return s.Kind == "provisional" })
		if says != got.Provisional {
			t.Fatal("the derivation does not say so")
		}
	})
}

func TestBefore_Properties(t *testing.T) {
	b := Default()
	rapid.Check(t, func(t *rapid.T) {
		q := Query{Under: anyStatute(t), From: anyDay.Draw(t, "from"), Limit: anyLimit(t, Days, WorkingDays)}
		got, err := b.Before(q)
		if err != nil {
			t.Fatal(err)
		}
		w, _ := b.cal.IsWorkingDay(got.Due)
		if !w || got.Due.After(got.Nominal) || !got.Nominal.Before(q.From) {
			t.Fatalf("%s before %s: nominal %s, due %s", q.Limit, q.From, got.Nominal, got.Due)
		}
		n := 0
		for d := got.Due; d.Before(q.From); d = d.AddDays(1) {
			if w, _ := b.cal.IsWorkingDay(d); w || got.Unit == UnitCalendar {
				n++
			}
		}
		if n < q.Limit.N {
			t.Fatalf("only %d days between %s and %s", n, got.Due, q.From)
		}
	})
}

func TestLimit_TextRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := Limit{N: rapid.IntRange(1, 100).Draw(t, "n"), Word: rapid.SampledFrom([]Word{Days, WorkingDays, CalendarDays, Months, Years, Hours}).Draw(t, "word")}
		back, err := ParseLimit(l.String())
		if err != nil || back != l {
			t.Fatalf("%v: %v, %v", l, back, err)
		}
		n := rapid.IntRange(1, 9999).Draw(t, "numeral")
		if got, err := parseNumber(chineseNumeral(n)); err != nil || got != n {
			t.Fatalf("%d is written %s and read %d, %v", n, chineseNumeral(n), got, err)
		}
	})
}
