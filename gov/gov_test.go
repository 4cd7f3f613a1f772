package gov

import (
	"errors"
	"fmt"
	"sort"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestDay_IsTheLegalDayInChina(t *testing.T) {
	for _, c := range []struct {
		utc  string
		want string
	}{
		{"2026-09-30T15:59:59Z", "2026-09-30"}, // 23:59:59 in China
		{"2026-09-30T16:00:00Z", "2026-10-01"}, // midnight in China
		{"2026-01-01T00:00:00Z", "2026-01-01"},
		{"1969-12-31T15:59:59Z", "1969-12-31"},
	} {
		at, err := time.Parse(time.RFC3339, c.utc)
		if err != nil {
			t.Fatal(err)
		}
		if got := InstantOf(at).Day().String(); got != c.want {
			t.Errorf("%s falls on %s, want %s", c.utc, got, c.want)
		}
	}
}

func TestDay_TextRoundTripAndArithmetic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := DateOf(rapid.IntRange(1000, 9000).Draw(t, "year"), time.Month(rapid.IntRange(1, 12).Draw(t, "month")), rapid.IntRange(1, 28).Draw(t, "day"))
		back, err := ParseDay(d.String())
		if err != nil || back != d {
			t.Fatalf("%s read back as %s, %v", d, back, err)
		}
		n := rapid.IntRange(-5000, 5000).Draw(t, "n")
		e := d.AddDays(n)
		if e.Sub(d) != n || e.Before(d) != (n < 0) || e.After(d) != (n > 0) || e.Compare(d) != sign(n) {
			t.Fatalf("%s + %d = %s", d, n, e)
		}
		if d.Start().Day() != d || d.End().Day() != d.AddDays(1) || (d.End()-1).Day() != d {
			t.Fatalf("%s runs from %s to %s", d, d.Start(), d.End())
		}
		if e.Weekday() != time.Weekday(((int(d.Weekday())+n)%7+7)%7) {
			t.Fatalf("%s is a %s, %d days later a %s", d, d.Weekday(), n, e.Weekday())
		}
		v, err := d.Value()
		var scanned Day
		if err != nil || scanned.Scan(v) != nil || scanned != d {
			t.Fatalf("%s through SQL is %s", d, scanned)
		}
	})
}

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

func TestDay_NoDayIsNullAndEmpty(t *testing.T) {
	var none Day
	if v, err := none.Value(); v != nil || err != nil || none.String() != "" || !none.IsZero() {
		t.Errorf("no day is %v %q", v, none)
	}
	d := MustDay("2026-01-01")
	if err := d.Scan(nil); err != nil || !d.IsZero() {
		t.Errorf("NULL scanned as %s, %v", d, err)
	}
}

func TestParseDay_TakesOneFormOnly(t *testing.T) {
	for _, bad := range []string{"", "2026-1-1", "2026-02-30", "20260101", "2026-01-01T00:00:00Z", "二〇二六年一月一日", " 2026-01-01"} {
		if d, err := ParseDay(bad); err == nil {
			t.Errorf("%q was read as %s", bad, d)
		}
	}
}

func FuzzParseDay(f *testing.F) {
	f.Add("2026-09-30")
	f.Fuzz(func(t *testing.T, s string) {
		if d, err := ParseDay(s); err == nil && d.String() != s {
			t.Fatalf("%q was read as %s", s, d)
		}
	})
}

// Ids keep their order when the clock stands still or goes backward.
func TestIDs_StrictlyIncrease(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := byte(0)
		ids := NewIDs(func(b []byte) {
			for i := range b {
				seed += 37
				b[i] = seed
			}
		})
		var all []string
		for _, ms := range rapid.SliceOfN(rapid.Int64Range(0, 50), 2, 60).Draw(t, "ms") {
			all = append(all, ids.New(Instant(1_700_000_000_000_000+ms*1000)))
		}
		if !sort.StringsAreSorted(all) {
			t.Fatalf("not in order: %v", all)
		}
		for i, id := range all {
			if len(id) != 26 || i > 0 && id == all[i-1] {
				t.Fatalf("id %d is %q after %q", i, id, all[max(i-1, 0)])
			}
		}
	})
}

func TestKindOf_FindsTheFirstErrorForPeople(t *testing.T) {
	refused := Errorf(Refused, "暂不能办理")
	for _, c := range []struct {
		err  error
		want Kind
	}{
		{refused, Refused},
		{fmt.Errorf("act: %w", refused), Refused},
		{&Error{Kind: Conflict, Text: "有人先办理了", Err: refused}, Conflict},
		{errors.New("disk"), Fault},
		{FieldError("title", "请填写标题"), Invalid},
	} {
		if got := KindOf(c.err); got != c.want {
			t.Errorf("%v is of kind %d, want %d", c.err, got, c.want)
		}
	}
}
