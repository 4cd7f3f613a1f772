package law

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"zhunsheng/gov"
)

// files copies the register's files; years after upTo are left out, and extra are added.
func files(t *testing.T, upTo string, extra map[string]string) fstest.MapFS {
	out := fstest.MapFS{}
	err := fs.WalkDir(Data(), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		if y, is := strings.CutPrefix(name, "calendar/2"); is && "2"+y > upTo+".yaml" {
			return nil
		}
		src, err := fs.ReadFile(Data(), name)
		out[name] = &fstest.MapFile{Data: src}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, src := range extra {
		out[name] = &fstest.MapFile{Data: []byte(src)}
	}
	return out
}

func load(t *testing.T, f fstest.MapFS) *Book {
	t.Helper()
	b, err := Load(f)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestCalendar_LastDaysOfAYear: the notices for 2008, 2019 and 2023 moved last days of the
// year before. Without the notice the answer is provisional; with it, another and final.
func TestCalendar_LastDaysOfAYear(t *testing.T) {
	for _, c := range []struct {
		last, next, limit, from, before, after, why string
	}{
		{"2007", "2008", "7日", "2007-12-20", "2007-12-31", "2007-12-29", "21, 24-28 (6), Mon 31 (7); the notice: Sat 29 worked (7)"},
		{"2018", "2019", "5日", "2018-12-24", "2018-12-31", "2018-12-29", "25-28 (4), Mon 31 (5); the notice: Sat 29 worked (5)"},
		{"2018", "2019", "15日", "2018-12-16", "2018-12-31", "2019-01-02", "Mon 31 is a plain weekday; the notice: off to 1 Jan"},
		{"2022", "2023", "15日", "2022-12-15", "2022-12-30", "2022-12-30", "Fri 30 stays a working day; final only with the notice"},
		{"2022", "2023", "15日", "2022-12-16", "2023-01-02", "2023-01-03", "Sat 31 rolls to Mon 2; the notice: off to Mon 2"},
	} {
		q := Query{Under: "行政处罚法", Limit: MustLimit(c.limit), From: gov.MustDay(c.from)}
		before := due(t, q, load(t, files(t, c.last, nil)).Due)
		after := due(t, q, load(t, files(t, c.next, nil)).Due)
		if !before.Provisional || before.Due.String() != c.before {
			t.Errorf("before the notice for %s: %s, provisional %v; want %s: %s", c.next, before.Due, before.Provisional, c.before, c.why)
		}
		if after.Provisional || after.Due.String() != c.after {
			t.Errorf("after the notice for %s: %s, provisional %v; want %s: %s", c.next, after.Due, after.Provisional, c.after, c.why)
		}
	}
}

const invented = `year: 2027
mark: local
source: 编造，仅供测试
notices:
  - page: https://example.org/2027
    off: [2027-01-01..2027-01-03, 2027-10-01..2027-10-07]
    work: [2026-12-27, 2027-10-09]
`

const inventedChange = `  - page: https://example.org/2027-change
    effect: 2027-09-06
    amends: https://example.org/2027
    off: [2027-10-08]
    work: [2027-10-10]
`

const inventedSecondChange = `  - page: https://example.org/2027-second
    effect: 2027-09-20
    amends: https://example.org/2027-change
    off: [2027-10-10]
    work: [2027-10-08]
`

// TestCalendar_ALaterNoticeChangesAPublishedYear counts five working days from 30 September
// 2027 by an invented calendar and two invented changes of it.
func TestCalendar_ALaterNoticeChangesAPublishedYear(t *testing.T) {
	q := Query{Under: "行政处罚法", Limit: MustLimit("5日"), From: gov.MustDay("2027-09-30")}
	for _, c := range []struct {
		name, calendar, asOf, due string
		provisional               bool
		why                       string
	}{
		{"no notice", "", "", "2027-10-07", true, "Fri 1 (1), Mon 4 to Thu 7 (5)"},
		{"the yearly notice", invented, "", "2027-10-13", false, "1-7 off; Fri 8 (1), Sat 9 worked (2), Mon 11 (3), 12, Wed 13"},
		{"a change", invented + inventedChange, "", "2027-10-13", false, "to 8 off; Sat 9 (1), Sun 10 worked (2), 11, 12, Wed 13 (5)"},
		{"a change, as of the day before", invented + inventedChange, "2027-09-05", "2027-10-13", false, "as by the yearly notice"},
		{"a change of the change", invented + inventedChange + inventedSecondChange, "", "2027-10-13", false, "back to the yearly notice"},
	} {
		extra := map[string]string{}
		if c.calendar != "" {
			extra["calendar/2027.yaml"] = c.calendar
		}
		b := load(t, files(t, "2026", extra))
		ask := q
		if c.asOf != "" {
			ask.AsOf = gov.MustDay(c.asOf)
		}
		got := due(t, ask, b.Due)
		if got.Due.String() != c.due || got.Provisional != c.provisional {
			t.Errorf("%s: %s, provisional %v; want %s: %s", c.name, got.Due, got.Provisional, c.due, c.why)
		}
	}
}

// TestCalendar_ThreeDaysTellTheNoticesApart: the same calendars, a shorter period.
func TestCalendar_ThreeDaysTellTheNoticesApart(t *testing.T) {
	yearly, change := invented, invented+inventedChange
	both := change + inventedSecondChange
	for _, c := range []struct {
		calendar, limit, asOf, due, cites string
	}{
		{yearly, "2日", "", "2027-10-09", "2027年放假安排通知"},
		{change, "2日", "", "2027-10-10", "2027年放假安排的调整通知"},
		{change, "2日", "2027-09-05", "2027-10-09", "2027年放假安排通知"},
		{change, "2日", "2027-09-06", "2027-10-10", "2027年放假安排的调整通知"},
		{both, "2日", "", "2027-10-09", "2027年放假安排通知"},
		{both, "2日", "2027-09-19", "2027-10-10", "2027年放假安排的调整通知"},
		{both, "2日", "2027-09-20", "2027-10-09", "2027年放假安排通知"},
		{yearly, "3日", "", "2027-10-11", "2027年放假安排通知"},
	} {
		b := load(t, files(t, "2026", map[string]string{"calendar/2027.yaml": c.calendar}))
		q := Query{Under: "行政处罚法", Limit: MustLimit(c.limit), From: gov.MustDay("2027-09-30")}
		if c.asOf != "" {
			q.AsOf = gov.MustDay(c.asOf)
		}
		got := due(t, q, b.Due)
		if got.Due.String() != c.due || !slices.ContainsFunc(got.Basis, func(k Citation) bool { return strings.HasSuffix(k.Statute, c.cites) }) {
			t.Errorf("%s as of %q: %s by %v, want %s by %s", c.limit, c.asOf, got.Due, got.Basis, c.due, c.cites)
		}
	}
}

// TestCalendar_ProvisionalDatesBecomeFinal: a date over the end of 2026 moves with the
// notice for 2027, which may make a Sunday of December a working day.
func TestCalendar_ProvisionalDatesBecomeFinal(t *testing.T) {
	q := Query{Under: "行政处罚法", Limit: MustLimit("7日"), From: gov.MustDay("2026-12-24")}
	before := due(t, q, load(t, files(t, "2026", nil)).Due)
	after := due(t, q, load(t, files(t, "2026", map[string]string{"calendar/2027.yaml": invented})).Due)
	// Without the notice: 25 (1), 28-31 (5), Fri 1 Jan (6), Mon 4 (7). With it: 25 (1),
	// Sun 27 worked (2), 28-31 (6), 1-3 off, Mon 4 (7).
	if !before.Provisional || before.Due.String() != "2027-01-04" || after.Provisional || after.Due.String() != "2027-01-04" {
		t.Errorf("before %s %v, after %s %v", before.Due, before.Provisional, after.Due, after.Provisional)
	}
	q.Limit = MustLimit("5日")
	before = due(t, q, load(t, files(t, "2026", nil)).Due)
	after = due(t, q, load(t, files(t, "2026", map[string]string{"calendar/2027.yaml": invented})).Due)
	if before.Due.String() != "2026-12-31" || !before.Provisional || after.Due.String() != "2026-12-30" || after.Provisional {
		t.Errorf("before %s %v, after %s %v", before.Due, before.Provisional, after.Due, after.Provisional)
	}
}

func TestCalendar_ChangesMustStandInOrder(t *testing.T) {
	swapped := invented + strings.Replace(inventedSecondChange, "2027-change", "2027", 1) + strings.Replace(inventedChange, "effect: 2027-09-06", "effect: 2027-09-07", 1)
	if _, err := Load(files(t, "2026", map[string]string{"calendar/2027.yaml": swapped})); err == nil || !strings.Contains(err.Error(), "in the order in which they take effect") {
		t.Error(err)
	}
}
