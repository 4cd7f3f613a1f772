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
		{Rate{Denominator: 7}, "0.0%"},
		{Rate{Numerator: 7, Denominator: 7}, "100.0%"},
		{Rate{Numerator: 2, Denominator: 3}, "66.7%"},
		{Rate{Numerator: 1, Denominator: 3}, "33.3%"},
		{Rate{Numerator: 1, Denominator: 2000}, "0.1%"}, // 0.05% rounds half up
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
		draw := func() Rate { return Rate{n.Draw(t, "a"), n.Draw(t, "b"), n.Draw(t, "c"), n.Draw(t, "d")} }
		a, b := draw(), draw()
		if a.Add(b) != b.Add(a) || a.Add(Rate{}) != a {
			t.Fatalf("%v + %v", a, b)
		}
	})
}

func TestCountCase_F006_AboveOnlyWithBothFacts(t *testing.T) {
	day := gov.MustDay("2026-10-22")
	for _, c := range []struct {
		below, above, suspended bool
		want                    Count
	}{
		{false, false, false, Count{Cohort: day}},
		{false, true, false, Count{Cohort: day}},
		{true, false, false, Count{Cohort: day, Denominator: 1}},
		{true, true, false, Count{Cohort: day, Numerator: 1, Denominator: 1}},
		{true, true, true, Count{Cohort: day, Suspended: 1}},
		{false, true, true, Count{Cohort: day}},
	} {
		if got := CountCase(day, c.below, c.above, c.suspended); got != c.want {
			t.Errorf("%+v: %+v", c, got)
		}
	}
}

func TestSource_AFaultIsAboveWhileItDoesNotHold(t *testing.T) {
	for fault, want := range map[bool]bool{true: false, false: true} {
		if got := (Source{Fault: "f"}).Above(func(string) bool { return fault }); got != want {
			t.Errorf("fault %v: %v", fault, got)
		}
		if got := (Source{Numerator: "n"}).Above(func(string) bool { return fault }); got != fault {
			t.Errorf("numerator %v: %v", fault, got)
		}
	}
}

func TestText_ACountSaysHowManyLack(t *testing.T) {
	d := Definition{Kind: CountKind}
	for want, r := range map[string]Rate{"无案件": {}, "0 件": {Numerator: 4, Denominator: 4}, "3 件": {Numerator: 1, Denominator: 4}} {
		if got := d.Text(r); got != want {
			t.Errorf("%+v: %s, want %s", r, got, want)
		}
	}
	if got := (Definition{}).Text(Rate{Numerator: 1, Denominator: 4}); got != "25.0%" {
		t.Errorf("a rate: %s", got)
	}
}

func TestParse_TakesSourcesApart(t *testing.T) {
	defs, err := Parse("x", []byte("indicators:\n- {id: a, name: 甲, numerator: 上, denominator: 下, clock: {procedure: p, clock: c},\n"+
		"  sources: [{procedures: [q, r], denominator: d, numerator: n, day: {step: s, outcome: o}}]}\n"))
	if err != nil {
		t.Fatal(err)
	}
	q, ok := defs[0].Source("q")
	if len(defs[0].Sources) != 3 || !ok || !q.Facts() || q.Day != (Cohort{Step: "s", Outcome: "o"}) {
		t.Fatalf("%+v", defs[0].Sources)
	}
	if p, ok := defs[0].Source("p"); !ok || p.Facts() || p.Clock != "c" {
		t.Errorf("%+v", p)
	}
	if _, ok := defs[0].Source("z"); ok {
		t.Error("a source nobody wrote")
	}
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
		"bad word":   "indicators:\n- {id: a, name: 甲, numerator: 上, denominator: 下, clok: {procedure: p, clock: c}}\n",
		"bad kind":   "indicators:\n- {id: a, name: 甲, kind: sum, numerator: 上, denominator: 下, clock: {procedure: p, clock: c}}\n",
		"no clock":   "indicators:\n- {id: a, name: 甲, numerator: 上, denominator: 下, clock: {procedure: p}}\n",
		"no day":     source("{procedure: p, denominator: d, numerator: n}"),
		"two days":   source("{procedure: p, denominator: d, numerator: n, day: {step: s, opening: true}}"),
		"outcome":    source("{procedure: p, denominator: d, numerator: n, day: {clock: s, outcome: o}}"),
		"one fact":   source("{procedure: p, denominator: d, day: {step: s}}"),
		"both":       source("{procedure: p, clock: c, denominator: d, numerator: n, day: {step: s}}"),
		"nobody":     source("{denominator: d, numerator: n, day: {step: s}}"),
		"two facts":  source("{procedure: p, denominator: d, numerator: n, fault: f, day: {step: s}}"),
		"p twice":    source("{procedures: [p, p], denominator: d, numerator: n, day: {step: s}}"),
	} {
		if _, err := Parse("x", []byte(src)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func source(text string) string {
	return "indicators:\n- {id: a, name: 甲, numerator: 上, denominator: 下, sources: [" + text + "]}\n"
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("indicators:\n- {id: a, name: 甲}\n"))
	f.Fuzz(func(t *testing.T, src []byte) {
		defs, err := Parse("fuzz", src)
		for _, d := range defs {
			if err == nil && (d.ID == "" || len(d.Sources) == 0) {
				t.Fatalf("accepted %+v", d)
			}
		}
	})
}
