package docket_test

import (
	"context"
	"testing"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/internal/govtest"
	"zhunsheng/procedure"
)

// whole is last year's document, published and filed without legality review.
func whole(key, title string) docket.WholeRequest {
	at := func(day string) gov.Instant { return gov.MustDay(day).Start() + 12*3600*1e6 }
	return docket.WholeRequest{
		Open: docket.OpenRequest{Procedure: govtest.Department, Title: title, Unit: "qy-a", Occurred: at("2025-03-03"), Key: key,
			Recording: &procedure.Recording{Reason: "历史台账导入", Source: "2025年台账第3行"}},
		Acts: []docket.ActRequest{
			{Step: "numbering", Occurred: at("2025-03-20"), Fields: map[procedure.FieldID]string{"recorded-number": "清民规〔2025〕1号"}},
			{Step: "publication", Occurred: at("2025-03-24"), Fields: map[procedure.FieldID]string{"effective-day": "2025-04-01"}},
			{Step: "filing", Occurred: at("2025-04-03")},
		}}
}

func TestRecordWhole_F128_OneTransactionWithItsBreaches(t *testing.T) {
	govtest.Each(t, func(t *testing.T, c *govtest.County) {
		ctx, who := context.Background(), c.As("secretary", "qy-a")
		done, err := c.Docket.RecordWhole(ctx, who, whole("w1", "旧文件"))
		if err != nil {
			t.Fatal(err)
		}
		k, err := c.Docket.Get(ctx, who, done.Case)
		if err != nil {
			t.Fatal(err)
		}
		if k.Row.Number != "清民规〔2025〕1号" || k.Row.Breaches == 0 || !k.Row.Recording || k.Row.Status != procedure.Closed {
			t.Errorf("row %+v", k.Row)
		}
		if f := k.State.Clocks["filing"]; f.Status != procedure.ClockMet {
			t.Errorf("a filing within its limit is %s", f.Status)
		}
		if k.Row.Version != 4 {
			t.Errorf("%d events, want 4: no limit that was kept expires on the way", k.Row.Version)
		}
		again, err := c.Docket.RecordWhole(ctx, who, whole("w1", "旧文件"))
		if err != nil || !again.Repeated || again.Case != done.Case {
			t.Errorf("sent again: %+v %v", again, err)
		}
		if _, err := c.Docket.RecordWhole(ctx, who, whole("w1", "另一份")); gov.KindOf(err) != gov.Conflict {
			t.Errorf("the key for another row: %v", err)
		}
		bad := whole("w2", "有错的")
		bad.Acts[1].Fields["effective-day"] = "四月一日"
		if _, err := c.Docket.RecordWhole(ctx, who, bad); gov.KindOf(err) != gov.Invalid {
			t.Fatalf("a malformed day: %v", err)
		}
		if p, err := c.Docket.List(ctx, who, docket.Query{Words: "有错的", Limit: 10}); err != nil || len(p.Rows) != 0 {
			t.Errorf("half a case stands: %+v %v", p.Rows, err)
		}
	})
}

// A limit that ran out on nothing before the act that ended the case has run out: closing
// does not let it fall away.
func TestRecordWhole_F128_ALimitThatRanOutBeforeTheEndHasRunOut(t *testing.T) {
	govtest.Each(t, func(t *testing.T, c *govtest.County) {
		ctx, who := context.Background(), c.As("secretary", "qy-a")
		req := whole("w9", "没有审核就撤回的")
		req.Open.Occurred = gov.MustDay("2025-02-03").Start()
		at := func(day string) gov.Instant { return gov.MustDay(day).Start() }
		req.Acts = []docket.ActRequest{
			{Step: "draft", Outcome: "done", Occurred: at("2025-02-03"), Fields: map[procedure.FieldID]string{"business": "false"}},
			{Step: "assessment", Outcome: "done", Occurred: at("2025-02-04"), Fields: map[procedure.FieldID]string{"assessment-conclusion": "必要"}},
			{Step: "withdrawal", Outcome: "done", Occurred: at("2025-06-03"), Fields: map[procedure.FieldID]string{"withdrawal-reason": "不再需要"}},
		}
		done, err := c.Docket.RecordWhole(ctx, who, req)
		if err != nil {
			t.Fatal(err)
		}
		k, err := c.Docket.Get(ctx, who, done.Case)
		if err != nil {
			t.Fatal(err)
		}
		if got := k.State.Clocks["legality-review"].Status; got != procedure.ClockExpired || k.Row.Late != 1 {
			t.Errorf("a review that never came is %s, %d late", got, k.Row.Late)
		}
	})
}

func TestVoid_F128_TakesBackWhatWasRecordedAndNothingElse(t *testing.T) {
	govtest.Each(t, func(t *testing.T, c *govtest.County) {
		ctx, who := context.Background(), c.As("secretary", "qy-a")
		done, err := c.Docket.RecordWhole(ctx, who, whole("w1", "重复的旧文件"))
		if err != nil {
			t.Fatal(err)
		}
		void := docket.VoidRequest{Case: done.Case, Reason: "导入了两次", Key: "v1"}
		if _, err := c.Docket.Void(ctx, c.As("reviewer", "qy-a"), void); gov.KindOf(err) != gov.Refused {
			t.Errorf("somebody else: %v", err)
		}
		for range 2 {
			if _, err := c.Docket.Void(ctx, who, void); err != nil {
				t.Fatal(err)
			}
		}
		k, err := c.Docket.Get(ctx, who, done.Case)
		if err != nil || k.Row.Status != procedure.Voided || k.Row.Station != "已撤销登记" || k.Row.Late != 0 || k.Row.Version != 5 {
			t.Errorf("row %+v %v", k.Row, err)
		}
		performed := c.Open("qy-a", "在办的")
		if _, err := c.Docket.Void(ctx, c.As("drafter", "qy-a"), docket.VoidRequest{Case: performed, Reason: "不想要了", Key: "v2"}); gov.KindOf(err) != gov.Refused {
			t.Errorf("a performed case: %v", err)
		}
	})
}
