package law

import (
	"testing"

	"zhunsheng/gov"
)

func TestDue_PenaltySevenDaysOverNationalDay(t *testing.T) {
	got, err := Default().Due(Query{Under: "行政处罚法", Limit: MustLimit("7日"), From: gov.MustDay("2026-09-30")})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range got.Steps {
		t.Log(s.Kind, s.Day, s.Text)
	}
	// 10-01..07 off; 8 Thu, 9 Fri, 10 Sat (worked), 12, 13, 14, 15: seventh is 15.
	if got.Due.String() != "2026-10-15" || got.Unit != UnitWorking || got.Rolled || got.Provisional {
		t.Fatalf("%+v", got)
	}
}
