package indicatorsql_test

import (
	"context"
	"testing"

	"zhunsheng/gov"
	"zhunsheng/indicator"
	"zhunsheng/indicator/indicatorsql"
	"zhunsheng/internal/govtest"
)

const inTime indicator.ID = "filing-in-time"

var year = indicatorsql.Period{From: gov.MustDay("2026-01-01"), To: gov.MustDay("2026-12-31")}

func rates(t *testing.T, c *govtest.County, post gov.Post, unit gov.UnitID, p indicatorsql.Period) indicatorsql.Answer {
	t.Helper()
	if err := c.Settle(context.Background()); err != nil {
		t.Fatal(err)
	}
	a, err := c.Board.Rates(context.Background(), c.As(post, unit), inTime, p, "")
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestRates_F006_CountFromTheRecordsAndOpenIntoCases(t *testing.T) {
	govtest.Each(t, func(t *testing.T, c *govtest.County) {
		if a := rates(t, c, "supervisor", "", year); a.Total.Text() != "无案件" || len(a.Units) != 0 {
			t.Fatalf("before any case: %+v", a)
		}
		inA := c.Open("qy-a", "按期的")
		c.Walk(inA, "qy-a", "")
		c.Clock.On("2026-09-01")
		inB := c.Open("qy-b", "逾期的")
		c.Walk(inB, "qy-b", "publication")
		running := rates(t, c, "supervisor", "", year)
		if running.Total != (indicator.Rate{Numerator: 1, Denominator: 1}) {
			t.Fatalf("a running clock was counted: %+v", running.Total)
		}
		late := govtest.Straight[7]
		late.Day = "2026-11-02"
		if _, err := c.Take(inB, "qy-b", late); err != nil {
			t.Fatal(err)
		}
		a := rates(t, c, "supervisor", "", year)
		if a.Total != (indicator.Rate{Numerator: 1, Denominator: 2}) || a.Total.Text() != "50.0%" || len(a.Units) != 2 {
			t.Fatalf("%+v", a)
		}
		if a.At == 0 {
			t.Error("the answer does not say at which record it stands")
		}
		lines, more, err := c.Board.Cases(context.Background(), c.As("supervisor", ""), indicatorsql.CasesQuery{Indicator: inTime, Period: year, Limit: 1})
		if err != nil || !more || len(lines) != 1 || lines[0].Case != inB || lines[0].Why != "late" {
			t.Fatalf("first page: %+v %v %v", lines, more, err)
		}
		lines, more, err = c.Board.Cases(context.Background(), c.As("supervisor", ""), indicatorsql.CasesQuery{Indicator: inTime, Period: year, Limit: 1, After: &lines[0]})
		if err != nil || more || len(lines) != 1 || lines[0].Case != inA {
			t.Fatalf("second page: %+v %v %v", lines, more, err)
		}
		for why, want := range map[string]int{"": 2, indicatorsql.Counted: 2, indicatorsql.Missed: 1, "met": 1, "late": 1, "suspended": 0} {
			lines, _, err := c.Board.Cases(context.Background(), c.As("supervisor", ""), indicatorsql.CasesQuery{Indicator: inTime, Period: year, Why: why, Limit: 10})
			if err != nil || len(lines) != want {
				t.Errorf("why %q: %d lines, want %d (%v)", why, len(lines), want, err)
			}
		}
	})
}

func TestRates_F106_EachSeesItsOwnCountsOnly(t *testing.T) {
	govtest.Each(t, func(t *testing.T, c *govtest.County) {
		id := c.Open("qy-a", "甲局的")
		c.Walk(id, "qy-a", "")
		if a := rates(t, c, "drafter", "qy-b", year); a.Total.Denominator != 0 {
			t.Errorf("qy-b counts qy-a's case: %+v", a)
		}
		if a := rates(t, c, "drafter", "qy-a", year); a.Total != (indicator.Rate{Numerator: 1, Denominator: 1}) {
			t.Errorf("qy-a: %+v", a)
		}
		for _, admin := range []gov.Post{"sysadmin", "secadmin", "auditadmin"} {
			if a := rates(t, c, admin, "", year); a.Total.Denominator != 0 {
				t.Errorf("%s counts cases: %+v", admin, a)
			}
		}
	})
}

// The cohort of a run is the day on which its limit ends, not the day it was met.
func TestRates_CohortIsTheDayOnWhichTheLimitEnds(t *testing.T) {
	c := govtest.New(t)
	id := c.Open("qy-a", "国庆前公布")
	c.Walk(id, "qy-a", "") // published 2026-09-17, filed 2026-09-25, limit ends 2026-10-08
	september := indicatorsql.Period{From: gov.MustDay("2026-09-01"), To: gov.MustDay("2026-09-30")}
	october := indicatorsql.Period{From: gov.MustDay("2026-10-01"), To: gov.MustDay("2026-10-31")}
	if a := rates(t, c, "supervisor", "", september); a.Total.Denominator != 0 {
		t.Errorf("September: %+v", a.Total)
	}
	if a := rates(t, c, "supervisor", "", october); a.Total.Denominator != 1 {
		t.Errorf("October: %+v", a.Total)
	}
}
