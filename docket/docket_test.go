package docket_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/internal/govtest"
	"zhunsheng/ledger/ledgersql"
	"zhunsheng/procedure"
	"zhunsheng/sqldb"
)

// still ends the background work, so that no timer does what the test does by hand.
func still(t *testing.T, c *govtest.County) {
	t.Helper()
	if err := c.Pause(); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, c *govtest.County, id gov.CaseID) *docket.Case {
	t.Helper()
	k, err := c.Docket.Get(context.Background(), c.As("supervisor", ""), id)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestAct_F036_FromDraftToFiled(t *testing.T) {
	govtest.Each(t, func(t *testing.T, c *govtest.County) {
		id := c.Open("qy-a", "临时救助实施细则")
		c.Walk(id, "qy-a", "")
		k := get(t, c, id)
		if k.Row.Status != procedure.Closed || k.Row.Late != 0 || k.Row.Breaches != 0 {
			t.Errorf("row: %+v", k.Row)
		}
		if k.Row.Number != "清民规〔2026〕1号" {
			t.Errorf("number %q", k.Row.Number)
		}
		if got := k.State.Clocks["filing"]; got.Status != procedure.ClockMet || got.Due.String() != "2026-10-08" || got.Nominal.String() != "2026-10-02" {
			// 公布 9月17日，不计当日，第15日为10月2日；国庆放假至10月7日，顺延至10月8日。
			t.Errorf("filing clock: %+v", got)
		}
		acts := 0
		for _, a := range k.Acts {
			if a.Envelope.Actor != gov.System {
				acts++
			}
		}
		if acts != len(govtest.Straight)+1 {
			t.Errorf("%d acts of people", acts)
		}
	})
}

func TestAct_F030_GateRefusesAndTheAttemptIsRecordedOnce(t *testing.T) {
	govtest.Each(t, func(t *testing.T, c *govtest.County) {
		id := c.Open("qy-a", "无审核先上会")
		c.Walk(id, "qy-a", "assessment")
		early := govtest.Straight[3]
		early.Day, early.Fields = "2026-09-03", map[procedure.FieldID]string{"meeting-name": "办公会议", "meeting-day": "2026-09-03"}
		for range 3 {
			_, err := c.Take(id, "qy-a", early)
			if gov.KindOf(err) != gov.Refused {
				t.Fatalf("deliberation before review: %v", err)
			}
			var gate bool
			for _, r := range docket.Refusals(err) {
				gate = gate || r.Rule == "ND-G03" && len(r.Missing) > 0 && len(r.Cites) > 0 && strings.Contains(r.Text, "合法性审核")
			}
			if !gate {
				t.Fatalf("the refusal does not explain ND-G03: %+v", docket.Refusals(err))
			}
		}
		if n := accessRecords(t, c); n != 1 {
			t.Errorf("%d access records for one refused act tried three times within ten minutes", n)
		}
		c.Clock.Set(c.Clock.Now().Add(11 * time.Minute))
		early.Day = ""
		if _, err := c.Take(id, "qy-a", early); gov.KindOf(err) != gov.Refused {
			t.Fatal(err)
		}
		if n := accessRecords(t, c); n != 2 {
			t.Errorf("%d access records after the window", n)
		}
		if k := get(t, c, id); k.Row.Version != 3 {
			t.Errorf("refused acts moved the case to version %d", k.Row.Version)
		}
	})
}

func accessRecords(t *testing.T, c *govtest.County) (n int) {
	t.Helper()
	if err := c.Settle(context.Background()); err != nil {
		t.Fatal(err)
	}
	err := c.DB.Read(context.Background(), func(tx *sqldb.Tx) error {
		n = 0
		all, err := ledgersql.Range(tx, 0, 10000)
		for _, s := range all {
			if strings.HasPrefix(s.Stream, "access/") {
				n++
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAct_F124_RecordingTakesTheTruthWithItsBreaches(t *testing.T) {
	govtest.Each(t, func(t *testing.T, c *govtest.County) {
		id := c.Open("qy-a", "未经审核的通告")
		c.Walk(id, "qy-a", "assessment")
		c.Clock.On("2026-10-20")
		done, err := c.Docket.Act(context.Background(), c.As("supervisor", ""), docket.ActRequest{Case: id, Step: "deliberation", Outcome: "passed",
			Occurred: gov.MustDay("2026-09-04").Start().Add(9 * time.Hour),
			Fields:   map[procedure.FieldID]string{"meeting-name": "办公会议", "meeting-day": "2026-09-04"},
			Papers:   c.Papers("qy-sfj-supervisor", "minutes"), Recording: &procedure.Recording{Reason: "督察发现", Source: "会议记录本"}})
		if err != nil {
			t.Fatal(err)
		}
		if len(done.Effects.Breaches) == 0 || done.Effects.Breaches[0].Rule != "ND-G03" {
			t.Fatalf("breaches: %+v", done.Effects.Breaches)
		}
		k := get(t, c, id)
		if !k.Row.Recording || k.Row.Breaches == 0 {
			t.Errorf("row: %+v", k.Row)
		}
		last := k.Acts[len(k.Acts)-1].Envelope
		if last.Kind != docket.KindRecord || last.Occurred.Day().String() != "2026-09-04" || last.Recorded.Day().String() != "2026-10-20" {
			t.Errorf("two times: %+v", last)
		}
		number, err := c.Docket.Act(context.Background(), c.As("registrar", ""), docket.ActRequest{Case: id, Step: "numbering", Outcome: "done",
			Occurred: gov.MustDay("2026-09-07").Start().Add(9 * time.Hour), Fields: map[procedure.FieldID]string{"recorded-number": "清民〔2026〕88号"},
			Recording: &procedure.Recording{Reason: "督察发现", Source: "发文登记簿"}})
		if err != nil {
			t.Fatal(err)
		}
		if k := get(t, c, id); k.Row.Number != "清民〔2026〕88号" {
			t.Errorf("a recorded number became %q (%+v)", k.Row.Number, number.Effects.Numbers)
		}
		c.Clock.On("2026-09-01")
		straight := c.Open("qy-a", "第一件正常编号")
		c.Walk(straight, "qy-a", "numbering")
		if k := get(t, c, straight); k.Row.Number != "清民规〔2026〕1号" {
			t.Errorf("the series counted a recorded number: %q", k.Row.Number)
		}
	})
}

func TestAct_RefusesTheFuture(t *testing.T) {
	c := govtest.New(t)
	id := c.Open("qy-a", "明日之事")
	_, err := c.Docket.Act(context.Background(), c.As("secretary", "qy-a"), docket.ActRequest{Case: id, Step: "draft", Outcome: "done",
		Occurred: c.Clock.Now().Add(time.Hour), Fields: map[procedure.FieldID]string{"business": "false"},
		Papers: c.Papers("qy-a-secretary", "draft-text", "explanation"), Recording: &procedure.Recording{Reason: "补", Source: "卷宗"}})
	if gov.KindOf(err) != gov.Refused {
		t.Errorf("an act of the future: %v", err)
	}
}

func TestAct_SameRequestTwiceActsOnce(t *testing.T) {
	govtest.Each(t, func(t *testing.T, c *govtest.County) {
		id := c.Open("qy-a", "两次点击")
		req := docket.ActRequest{Case: id, Step: "draft", Outcome: "done", Key: "k1",
			Fields: map[procedure.FieldID]string{"business": "false"}, Papers: c.Papers("qy-a-drafter", "draft-text", "explanation")}
		who := c.As("drafter", "qy-a")
		first, err := c.Docket.Act(context.Background(), who, req)
		if err != nil {
			t.Fatal(err)
		}
		again, err := c.Docket.Act(context.Background(), who, req)
		if err != nil || !again.Repeated || again.Event != first.Event || again.Version != first.Version {
			t.Errorf("again: %+v, %v", again, err)
		}
		req.Note = "别的内容"
		if _, err := c.Docket.Act(context.Background(), who, req); gov.KindOf(err) != gov.Conflict {
			t.Errorf("the key with other content: %v", err)
		}
		if k := get(t, c, id); k.Row.Version != 2 {
			t.Errorf("version %d", k.Row.Version)
		}
	})
}

func TestAct_TwoAtOnce_OneWinsTheOtherIsTold(t *testing.T) {
	govtest.Each(t, func(t *testing.T, c *govtest.County) {
		id := c.Open("qy-a", "两人同时")
		papers := c.Papers("qy-a-drafter", "draft-text", "explanation")
		who := c.As("drafter", "qy-a")
		errs := make([]error, 8)
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() {
				_, errs[i] = c.Docket.Act(context.Background(), who, docket.ActRequest{Case: id, Expect: 1, Step: "draft", Outcome: "done",
					Fields: map[procedure.FieldID]string{"business": "false"}, Papers: papers})
			})
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			switch {
			case err == nil:
				won++
			case gov.KindOf(err) != gov.Conflict || !strings.Contains(err.Error(), "起草"):
				t.Errorf("a loser was told: %v", err)
			}
		}
		if won != 1 {
			t.Errorf("%d of 8 won", won)
		}
	})
}

func TestExpire_EventStandsAtTheDueInstantAndBeforeTheAct(t *testing.T) {
	govtest.Each(t, func(t *testing.T, c *govtest.County) {
		id := c.Open("qy-a", "逾期备案")
		c.Walk(id, "qy-a", "publication")
		late := govtest.Straight[7]
		late.Day = "2026-11-02"
		if _, err := c.Take(id, "qy-a", late); err != nil {
			t.Fatal(err)
		}
		k := get(t, c, id)
		n := len(k.Acts)
		expiry, filing := k.Acts[n-2], k.Acts[n-1]
		if expiry.Envelope.Kind != docket.KindExpire || expiry.Envelope.Occurred != gov.MustDay("2026-10-08").End() {
			t.Errorf("expiry: %s at %s", expiry.Envelope.Kind, expiry.Envelope.Occurred)
		}
		if filing.Envelope.Kind != docket.KindAct || k.State.Clocks["filing"].Status != procedure.ClockLate {
			t.Errorf("filing: %+v", k.State.Clocks["filing"])
		}
		if k.Row.Late != 1 {
			t.Errorf("a missed limit counted %d times", k.Row.Late)
		}
	})
}

// Somebody who looked at the case before a clock ran out is not told that it changed.
func TestAct_AnExpiryInBetweenIsNoConflict(t *testing.T) {
	c := govtest.New(t)
	id := c.Open("qy-a", "看过之后到期")
	c.Walk(id, "qy-a", "publication")
	seen := get(t, c, id).Row.Version
	c.Clock.On("2026-11-02")
	if _, _, err := c.Docket.ExpireDue(context.Background()); err != nil {
		t.Fatal(err)
	}
	if now := get(t, c, id).Row.Version; now == seen {
		t.Fatal("nothing ran out")
	}
	req := docket.ActRequest{Case: id, Expect: seen, Step: "filing", Outcome: "done", Papers: c.Papers("qy-a-drafter", "filing-report")}
	if _, err := c.Docket.Act(context.Background(), c.As("drafter", "qy-a"), req); err != nil {
		t.Errorf("an expiry was taken for somebody else's act: %v", err)
	}
	req.Expect = 9999
	if _, err := c.Docket.Act(context.Background(), c.As("drafter", "qy-a"), req); gov.KindOf(err) != gov.Invalid {
		t.Errorf("a version of the future: %v", err)
	}
}

func TestExpire_TimerWritesWhatIsDueAndNothingElse(t *testing.T) {
	govtest.Each(t, func(t *testing.T, c *govtest.County) {
		still(t, c)
		id := c.Open("qy-a", "无人备案")
		c.Walk(id, "qy-a", "publication")
		c.Clock.Set(gov.MustDay("2026-10-08").End() - 1)
		if n, next, err := c.Docket.ExpireDue(context.Background()); n != 0 || err != nil || next != gov.MustDay("2026-10-08").End() {
			t.Fatalf("a moment before: %d, %s, %v", n, next, err)
		}
		c.Clock.Set(gov.MustDay("2026-10-08").End())
		if n, _, err := c.Docket.ExpireDue(context.Background()); n != 1 || err != nil {
			t.Fatalf("at the instant: %d, %v", n, err)
		}
		if n, next, err := c.Docket.ExpireDue(context.Background()); n != 0 || next != 0 || err != nil {
			t.Fatalf("again: %d, %s, %v", n, next, err)
		}
		k := get(t, c, id)
		if k.State.Clocks["filing"].Status != procedure.ClockExpired || k.Row.Late != 1 {
			t.Errorf("clock: %+v", k.State.Clocks["filing"])
		}
		if k.Row.NextDue.String() != "2026-10-08" {
			t.Errorf("an overdue case is listed under %q, want the day that was missed", k.Row.NextDue)
		}
	})
}

func TestAct_F106_AnotherUnitSeesAndDoesNothing(t *testing.T) {
	govtest.Each(t, func(t *testing.T, c *govtest.County) {
		ctx := context.Background()
		id := c.Open("qy-a", "别局之事")
		other := c.As("drafter", "qy-b")
		if _, err := c.Docket.Get(ctx, other, id); gov.KindOf(err) != gov.NotFound {
			t.Errorf("get: %v", err)
		}
		_, err := c.Docket.Act(ctx, other, docket.ActRequest{Case: id, Step: "draft", Outcome: "done"})
		if gov.KindOf(err) != gov.NotFound {
			t.Errorf("act: %v", err)
		}
		if p, err := c.Docket.List(ctx, other, docket.Query{Limit: 10}); err != nil || len(p.Rows) != 0 {
			t.Errorf("list: %+v, %v", p, err)
		}
		if n, err := c.Docket.Count(ctx, other, docket.Query{Limit: 10}); err != nil || n != 0 {
			t.Errorf("count: %d, %v", n, err)
		}
		for _, admin := range []gov.Post{"sysadmin", "secadmin", "auditadmin"} {
			if _, err := c.Docket.Get(ctx, c.As(admin, ""), id); gov.KindOf(err) != gov.NotFound {
				t.Errorf("%s sees a case: %v", admin, err)
			}
		}
		if p, err := c.Docket.List(ctx, c.As("supervisor", ""), docket.Query{Limit: 10}); err != nil || len(p.Rows) != 1 {
			t.Errorf("supervisor's list: %+v, %v", p, err)
		}
	})
}

// A minimum period is no day by which anything is to be done.
func TestList_AMinimumPeriodIsNoDueDay(t *testing.T) {
	c := govtest.New(t)
	id := c.Open("qy-a", "刚送审")
	c.Walk(id, "qy-a", "assessment")
	k := get(t, c, id)
	if max := k.State.Clocks["legality-review"].Due; k.Row.NextDue != max || max.IsZero() {
		t.Errorf("listed under %s, the review is due on %s", k.Row.NextDue, max)
	}
}

func TestList_PagesByKeysetInOrderOfDue(t *testing.T) {
	govtest.Each(t, func(t *testing.T, c *govtest.County) {
		ctx := context.Background()
		for i := range 7 {
			c.Clock.On("2026-09-01")
			id := c.Open("qy-a", "第"+string(rune('一'+i))+"件")
			if i%2 == 0 {
				c.Walk(id, "qy-a", "assessment")
			}
		}
		who := c.As("supervisor", "")
		var seen []gov.CaseID
		q := docket.Query{Limit: 3}
		for {
			p, err := c.Docket.List(ctx, who, q)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range p.Rows {
				seen = append(seen, r.ID)
			}
			if !p.More {
				break
			}
			q.After = &p.Rows[len(p.Rows)-1]
		}
		if len(seen) != 7 {
			t.Fatalf("%d of 7 cases over the pages", len(seen))
		}
		all, err := c.Docket.List(ctx, who, docket.Query{Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range all.Rows {
			if r.ID != seen[i] {
				t.Errorf("row %d differs between one page and three", i)
			}
			if i > 0 && !all.Rows[i-1].NextDue.IsZero() && !r.NextDue.IsZero() && r.NextDue.Before(all.Rows[i-1].NextDue) {
				t.Errorf("row %d is due before the row above it", i)
			}
		}
	})
}

func TestReplay_StateFoldedFromEventsEqualsTheLiveOne(t *testing.T) {
	c := govtest.New(t)
	id := c.Open("qy-a", "重放")
	c.Walk(id, "qy-a", "")
	k := get(t, c, id)
	s := procedure.NewState(id)
	for _, a := range k.Acts {
		s.Apply(a.Envelope.Version, a.Envelope.Actor, a.Payload.Effects)
	}
	if s.Version != k.State.Version || s.Status != k.State.Status || len(s.History) != len(k.State.History) {
		t.Errorf("folded %+v, live %+v", s, k.State)
	}
}

// A digest stands on every receipt. Who knows it must not get the file by attaching it.
func TestAct_AForeignFileIsNotHadByItsDigest(t *testing.T) {
	govtest.Each(t, func(t *testing.T, c *govtest.County) {
		ctx := context.Background()
		theirs := c.Open("qy-a", "甲局的草案")
		c.Walk(theirs, "qy-a", "draft")
		secret := get(t, c, theirs).State.Papers["draft-text"]
		mine := c.Open("qy-b", "乙局的草案")
		who := c.As("drafter", "qy-b")
		papers := c.Papers("qy-b-drafter", "draft-text", "explanation")
		papers["draft-text"] = secret
		req := docket.ActRequest{Case: mine, Step: "draft", Outcome: "done", Papers: papers, Fields: map[procedure.FieldID]string{"business": "false"}}
		if _, err := c.Docket.Act(ctx, who, req); gov.KindOf(err) != gov.Invalid {
			t.Fatalf("attached another unit's file by its digest: %v", err)
		}
		content, err := c.Files.Open(secret[0].Digest)
		if err != nil {
			t.Fatal(err)
		}
		defer content.Close()
		if _, err := c.Files.Put(ctx, who.Actor.Person, "draft.docx", content); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Docket.Act(ctx, who, req); err != nil {
			t.Errorf("who brings the content itself may attach it: %v", err)
		}
	})
}
