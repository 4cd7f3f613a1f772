package docket_test

import (
	"context"
	"testing"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/internal/govtest"
	"zhunsheng/procedure"
)

func TestCorrect_AnotherPersonApprovesAndTheOriginalStays(t *testing.T) {
	govtest.Each(t, func(t *testing.T, c *govtest.County) {
		ctx := context.Background()
		id := c.Open("qy-a", "更正之事")
		c.Walk(id, "qy-a", "")
		k := get(t, c, id)
		if k.Row.Status != procedure.Closed {
			t.Fatal("the case did not close")
		}
		of := k.State.Steps["publication"].Version
		was := k.State.Fields["effective-day"]
		req := docket.CorrectRequest{Case: id, Of: of, Reason: "施行日期录入有误", Key: "k1",
			Fields: map[procedure.FieldID]string{"effective-day": "2020-01-01"}}
		if _, err := c.Docket.Correct(ctx, c.As("reviewer", "qy-a"), req); gov.KindOf(err) != gov.Refused {
			t.Errorf("a post that may not propose: %v", err)
		}
		done, err := c.Docket.Correct(ctx, c.As("drafter", "qy-a"), req)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := c.Docket.Correct(ctx, c.As("drafter", "qy-a"), req); err != nil || !again.Repeated || again.Version != done.Version {
			t.Errorf("sent twice: %+v %v", again, err)
		}
		if k = get(t, c, id); k.State.Fields["effective-day"] != was {
			t.Error("a proposal changed what the case shows")
		}
		decide := docket.CorrectionRequest{Case: id, Correction: done.Version, Approve: true}
		if _, err := c.Docket.DecideCorrection(ctx, c.As("drafter", "qy-a"), decide); gov.KindOf(err) != gov.Refused {
			t.Errorf("the proposer approves: %v", err)
		}
		if _, err := c.Docket.DecideCorrection(ctx, c.As("supervisor", ""), decide); err != nil {
			t.Fatal(err)
		}
		k = get(t, c, id)
		if k.Row.Status != procedure.Closed || k.State.Fields["effective-day"] != "2020-01-01" || k.Row.Breaches != 1 || k.State.Breaches[0].Rule != "ND-G07" {
			t.Errorf("after approval: %s %s %+v", k.Row.Status, k.State.Fields["effective-day"], k.State.Breaches)
		}
		for _, a := range k.Acts {
			if a.Envelope.Version == of && a.Payload.Effects.Fields["effective-day"] != was {
				t.Errorf("the original reads %q", a.Payload.Effects.Fields["effective-day"])
			}
		}
		if last := k.Acts[len(k.Acts)-1]; last.Envelope.Kind != docket.KindCorrect || last.Payload.Effects.Correction.Status != procedure.CorrectionApproved {
			t.Errorf("last act: %+v", last)
		}
	})
}
