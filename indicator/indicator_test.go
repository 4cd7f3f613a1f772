package indicator

import (
	"testing"

	"pgregory.net/rapid"

	"zhunsheng/gov"
)

func TestRate_F006_TextNeverInventsAValueForNoCases(t *testing.T) {
	for _, c := range []struct {
		rate Rate
		want string
	}{
		{Rate{}, "无案件"},
		{Rate{Suspended: 3}, "无案件"},
		{Rate{0, 7, 0}, "0.0%"},
		{Rate{7, 7, 0}, "100.0%"},
		{Rate{2, 3, 0}, "66.7%"},
		{Rate{1, 3, 0}, "33.3%"},
		{Rate{1, 2000, 0}, "0.1%"}, // 0.05% rounds half up
	} {
		if got := c.rate.Text(); got != c.want {
			t.Errorf("%+v: %s, want %s", c.rate, got, c.want)
		}
	}
}

func TestCountClock_F006_OnlyEndedLimitsCount(t *testing.T) {
	due := gov.MustDay("2026-10-22")
	for status, want := range map[string]Count{
		"running":   {Cohort: due},
		"cancelled": {Cohort: due},
		"met":       {Cohort: due, Numerator: 1, Denominator: 1},
		"late":      {Cohort: due, Denominator: 1},
		"expired":   {Cohort: due, Denominator: 1},
		"suspended": {Cohort: due, Suspended: 1},
	} {
		if got := CountClock(status, due); got != want {
			t.Errorf("%s: %+v, want %+v", status, got, want)
		}
	}
}

func TestRate_AddIsTheSumOfDisjointSets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(0, 1000)
		a, b := Rate{n.Draw(t, "a"), n.Draw(t, "b"), n.Draw(t, "c")}, Rate{n.Draw(t, "d"), n.Draw(t, "e"), n.Draw(t, "f")}
		if a.Add(b) != b.Add(a) || a.Add(Rate{}) != a {
			t.Fatalf("%v + %v", a, b)
		}
	})
}

func TestParse_RefusesWhatCannotBeOpened(t *testing.T) {
	good := "indicators:\n- {id: a, name: 甲, numerator: 上, denominator: 下, clock: {procedure: p, clock: c}}\n"
	if defs, err := Parse("x", []byte(good)); err != nil || len(defs) != 1 {
		t.Fatal(defs, err)
	}
	for name, src := range map[string]string{
		"no source":  "indicators:\n- {id: a, name: 甲, numerator: 上, denominator: 下}\n",
		"no words":   "indicators:\n- {id: a, name: 甲, clock: {procedure: p, clock: c}}\n",
		"twice":      good + "- {id: a, name: 乙, numerator: 上, denominator: 下, clock: {procedure: p, clock: c}}\n",
		"no id":      "indicators:\n- {name: 甲, numerator: 上, denominator: 下, clock: {procedure: p, clock: c}}\n",
		"not a list": "indicators: 3\n",
	} {
		if _, err := Parse("x", []byte(src)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("indicators:\n- {id: a, name: 甲}\n"))
	f.Fuzz(func(t *testing.T, src []byte) {
		defs, err := Parse("fuzz", src)
		for _, d := range defs {
			if err == nil && (d.ID == "" || d.Clock.Clock == "") {
				t.Fatalf("accepted %+v", d)
			}
		}
	})
}
