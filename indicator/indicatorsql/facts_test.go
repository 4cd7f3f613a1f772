package indicatorsql_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"zhunsheng/area"
	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/indicator"
	"zhunsheng/indicator/indicatorsql"
	"zhunsheng/internal/app"
	"zhunsheng/internal/govtest"
	"zhunsheng/ledger"
	"zhunsheng/ledger/follow"
	"zhunsheng/ledger/ledgersql"
	"zhunsheng/procedure"
	"zhunsheng/sqldb"
)

const (
	matter = "invented.matter"
	remark = "invented.remark"
)

var ctx = context.Background()

// town is the small county over the invented procedures of testdata.
type town struct {
	*govtest.County
	n int
}

func invented(c *app.Config) {
	c.Areas = []area.Area{{ID: "invented", Name: "虚构", Definitions: os.DirFS("testdata"), Indicators: "indicators.yaml"}}
}

func each(t *testing.T, fn func(t *testing.T, c *town)) {
	govtest.EachWith(t, invented, func(t *testing.T, c *govtest.County) {
		fn(t, &town{County: c})
	})
}

func (c *town) open(unit gov.UnitID, day string) gov.CaseID {
	c.T.Helper()
	c.Clock.On(day)
	c.n++
	done, err := c.Docket.Open(ctx, c.As("drafter", unit), docket.OpenRequest{Procedure: matter, Title: fmt.Sprint("事项", c.n), Unit: unit, Key: fmt.Sprint("m", c.n)})
	if err != nil {
		c.T.Fatal(err)
	}
	return done.Case
}

var posts = map[procedure.StepID]gov.Post{"draft": "drafter", "review": "reviewer", "decision": "secretary", "publication": "secretary",
	"pause": "secretary", "resumption": "secretary", "filing": "drafter"}

func (c *town) try(id gov.CaseID, unit gov.UnitID, day string, step procedure.StepID, outcome string, fields map[procedure.FieldID]string, papers ...procedure.PaperID) error {
	c.Clock.On(day)
	_, err := c.Docket.Act(ctx, c.As(posts[step], unit), docket.ActRequest{Case: id, Step: step, Outcome: outcome, Fields: fields, Papers: c.Papers(c.As(posts[step], unit).Actor.Person, papers...)})
	return err
}

func (c *town) record(id gov.CaseID, day string, step procedure.StepID, outcome string, fields map[procedure.FieldID]string) error {
	_, err := c.Docket.Act(ctx, c.As("supervisor", ""), docket.ActRequest{Case: id, Step: step, Outcome: outcome, Fields: fields,
		Occurred: gov.MustDay(day).Start(), Recording: &procedure.Recording{Reason: "当时未录入", Source: "会议纪要"}})
	return err
}

func (c *town) do(id gov.CaseID, unit gov.UnitID, day string, step procedure.StepID, outcome string, fields map[procedure.FieldID]string, papers ...procedure.PaperID) {
	c.T.Helper()
	if err := c.try(id, unit, day, step, outcome, fields, papers...); err != nil {
		c.T.Fatalf("%s of %s on %s: %v", step, id, day, err)
	}
}

func (c *town) remark(on gov.CaseID, unit gov.UnitID, day string) gov.CaseID {
	c.T.Helper()
	c.Clock.On(day)
	c.n++
	done, err := c.Docket.Open(ctx, c.As("drafter", unit), docket.OpenRequest{Procedure: remark, Title: "意见", Unit: unit,
		Fields: map[procedure.FieldID]string{"on": string(on)}, Key: fmt.Sprint("r", c.n)})
	if err != nil {
		c.T.Fatal(err)
	}
	return done.Case
}

func (c *town) reply(id gov.CaseID, unit gov.UnitID) {
	c.T.Helper()
	if _, err := c.Docket.Act(ctx, c.As("drafter", unit), docket.ActRequest{Case: id, Step: "reply", Outcome: "done"}); err != nil {
		c.T.Fatal(err)
	}
}

var firms = map[procedure.FieldID]string{"firms": "true"}
var noFirms = map[procedure.FieldID]string{"firms": "false"}

// all reads every indicator of the year as one post.
func (c *town) all(post gov.Post, unit gov.UnitID) map[indicator.ID]indicatorsql.Answer {
	c.T.Helper()
	if err := c.Settle(ctx); err != nil {
		c.T.Fatal(err)
	}
	of, at, err := c.Board.All(ctx, c.As(post, unit), year, "")
	if err != nil || at == 0 {
		c.T.Fatal(at, err)
	}
	return of
}

func (c *town) wants(when string, want map[indicator.ID]indicator.Rate) {
	c.T.Helper()
	got := c.all("supervisor", "")
	for id, r := range want {
		if got[id].Total != r {
			c.T.Errorf("%s: %s is %+v, want %+v", when, id, got[id].Total, r)
		}
		one, err := c.Board.Rates(ctx, c.As("supervisor", ""), id, year, "")
		if err != nil || one.Total != got[id].Total {
			c.T.Errorf("%s: %s alone is %+v, on the board %+v (%v)", when, id, one.Total, got[id].Total, err)
		}
	}
}

func (c *town) rebuilt() {
	c.T.Helper()
	diffs, err := c.Rebuild(ctx)
	if err != nil {
		c.T.Fatal(err)
	}
	for _, d := range diffs {
		c.T.Errorf("rebuilt: %s", d.Text)
	}
}

type counts = map[indicator.ID]indicator.Rate

// Counts by hand: performed, recorded with a breach, returned, corrected, suspended.
func TestFacts_F006_CountWhatTheRecordsSay(t *testing.T) {
	each(t, func(t *testing.T, c *town) {
		a := c.open("qy-a", "2026-03-02")
		c.do(a, "qy-a", "2026-03-02", "draft", "done", firms, "consultation")
		c.do(a, "qy-a", "2026-03-03", "review", "passed", nil)
		c.wants("not decided yet", counts{"reviewed": {}, "firms": {}, "filed": {}, "sound": {Numerator: 1, Denominator: 1}})
		c.do(a, "qy-a", "2026-03-04", "decision", "passed", nil)
		c.wants("decided", counts{"reviewed": {Numerator: 1, Denominator: 1}, "firms": {Numerator: 1, Denominator: 1}})
		c.do(a, "qy-a", "2026-03-05", "publication", "done", nil)
		c.wants("the limit runs", counts{"filed": {}, "filed-in-time": {}})
		c.do(a, "qy-a", "2026-03-06", "filing", "done", nil)
		c.wants("filed", counts{"filed": {Numerator: 1, Denominator: 1}, "filed-in-time": {Numerator: 1, Denominator: 1}})

		b := c.open("qy-b", "2026-04-01")
		c.do(b, "qy-b", "2026-04-01", "draft", "done", firms)
		c.Clock.On("2026-04-02")
		if err := c.record(b, "2026-04-02", "decision", "passed", nil); err != nil {
			t.Fatal(err)
		}
		c.wants("decided without review, recorded", counts{"reviewed": {Numerator: 1, Denominator: 2, Todo: 1},
			"firms": {Numerator: 1, Denominator: 2, Todo: 1}, "sound": {Numerator: 1, Denominator: 2, Todo: 1}})

		d := c.open("qy-b", "2026-05-06")
		c.do(d, "qy-b", "2026-05-06", "draft", "done", firms)
		c.do(d, "qy-b", "2026-05-07", "review", "passed", nil)
		c.do(d, "qy-b", "2026-05-08", "decision", "passed", nil)
		lack := counts{"firms": {Numerator: 1, Denominator: 3, Todo: 2}}
		c.wants("firms not heard", lack)
		who := c.As("drafter", "qy-b")
		done, err := c.Docket.Correct(ctx, who, docket.CorrectRequest{Case: d, Of: 2, Reason: "并不涉企", Fields: noFirms})
		if err != nil {
			t.Fatal(err)
		}
		c.wants("a correction that is only proposed", lack)
		if _, err := c.Docket.DecideCorrection(ctx, c.As("supervisor", ""), docket.CorrectionRequest{Case: d, Correction: done.Version, Approve: true}); err != nil {
			t.Fatal(err)
		}
		c.wants("corrected", counts{"firms": {Numerator: 1, Denominator: 2, Todo: 1}})

		c.do(d, "qy-b", "2026-05-11", "publication", "done", nil)
		c.do(d, "qy-b", "2026-05-12", "pause", "done", nil)
		c.wants("suspended", counts{"filed": {Numerator: 1, Denominator: 1, Suspended: 1}, "filed-in-time": {Numerator: 1, Denominator: 1, Suspended: 1}})
		c.do(d, "qy-b", "2026-06-01", "resumption", "done", nil)
		c.wants("it runs again", counts{"filed": {Numerator: 1, Denominator: 1}, "filed-in-time": {Numerator: 1, Denominator: 1}})
		c.Clock.On("2026-07-01")
		if _, _, err := c.Docket.ExpireDue(ctx); err != nil {
			t.Fatal(err)
		}
		c.wants("the limit is missed", counts{"filed": {Numerator: 1, Denominator: 2, Todo: 1}, "filed-in-time": {Numerator: 1, Denominator: 2, Todo: 1}})
		c.do(d, "qy-b", "2026-07-02", "filing", "done", nil)
		c.wants("filed late", counts{"filed": {Numerator: 2, Denominator: 2}, "filed-in-time": {Numerator: 1, Denominator: 2}})

		e := c.open("qy-b", "2026-08-03")
		c.do(e, "qy-b", "2026-08-03", "draft", "done", noFirms)
		c.do(e, "qy-b", "2026-08-04", "review", "passed", nil)
		c.do(e, "qy-b", "2026-08-05", "decision", "again", nil)
		c.wants("the decision is returned", counts{"reviewed": {Numerator: 2, Denominator: 3, Todo: 1}})
		c.do(e, "qy-b", "2026-08-05", "review", "passed", nil)
		c.do(e, "qy-b", "2026-08-06", "decision", "passed", nil)
		c.wants("decided in the second round", counts{"reviewed": {Numerator: 3, Denominator: 4, Todo: 1}})
		c.rebuilt()
	})
}

// A case that was entered whole, a year late, counts in its own year with its breaches; taken
// back, it counts nowhere.
func TestFacts_F128_RecordedWholeAndTakenBack(t *testing.T) {
	each(t, func(t *testing.T, c *town) {
		at := func(day string) gov.Instant { return gov.MustDay(day).Start() }
		c.Clock.On("2026-09-01")
		who := c.As("supervisor", "")
		done, err := c.Docket.RecordWhole(ctx, who, docket.WholeRequest{
			Open: docket.OpenRequest{Procedure: matter, Title: "旧事项", Unit: "qy-a", Occurred: at("2025-03-03"), Key: "w1",
				Recording: &procedure.Recording{Reason: "历史台账导入", Source: "2025年台账"}},
			Acts: []docket.ActRequest{{Step: "draft", Outcome: "done", Occurred: at("2025-03-03"), Fields: firms},
				{Step: "decision", Outcome: "passed", Occurred: at("2025-03-04")}, {Step: "publication", Outcome: "done", Occurred: at("2025-03-05")}}})
		if err != nil {
			t.Fatal(err)
		}
		before := indicatorsql.Period{From: gov.MustDay("2025-01-01"), To: gov.MustDay("2025-12-31")}
		wants := func(when string, want counts) {
			t.Helper()
			c.wants(when, counts{"reviewed": {}, "filed": {}, "sound": {}})
			for id, r := range want {
				if got, err := c.Board.Rates(ctx, who, id, before, ""); err != nil || got.Total != r {
					t.Errorf("%s: %s is %+v, want %+v (%v)", when, id, got.Total, r, err)
				}
			}
		}
		one := indicator.Rate{Denominator: 1, Todo: 1}
		wants("recorded", counts{"reviewed": one, "firms": one, "filed": one, "filed-in-time": one, "sound": one})
		if _, err := c.Docket.Void(ctx, who, docket.VoidRequest{Case: done.Case, Reason: "重复登记", Key: "v1"}); err != nil {
			t.Fatal(err)
		}
		wants("taken back", counts{"reviewed": {}, "firms": {}, "filed": {}, "filed-in-time": {}, "sound": {}})
		c.rebuilt()
	})
}

// A fact may count the cases that name this one: it changes when they do.
func TestFacts_CountChildren(t *testing.T) {
	each(t, func(t *testing.T, c *town) {
		a := c.open("qy-a", "2026-03-02")
		c.do(a, "qy-a", "2026-03-02", "draft", "done", noFirms)
		c.wants("no remark", counts{"answered": {Denominator: 1, Todo: 1}})
		r1, r2 := c.remark(a, "qy-a", "2026-03-03"), c.remark(a, "qy-a", "2026-03-03")
		c.reply(r1, "qy-a")
		c.wants("one is open", counts{"answered": {Denominator: 1, Todo: 1}})
		c.reply(r2, "qy-a")
		c.wants("both answered", counts{"answered": {Numerator: 1, Denominator: 1}})
		c.wants("a fact that the definition does not have", counts{"unasked": {}})
		c.remark(a, "qy-a", "2026-03-05")
		c.do(a, "qy-a", "2026-03-05", "review", "passed", nil)
		c.wants("another one", counts{"answered": {Denominator: 1, Todo: 1}})
		c.rebuilt()
	})
}

// Every number is the sum of its parts, down to the cases, for each reader.
func TestBoard_F006_RollsUpExactlyForEachReader(t *testing.T) {
	each(t, func(t *testing.T, c *town) {
		c.wander(rand.New(rand.NewPCG(7, 7)), 120)
		for _, who := range []struct {
			post gov.Post
			unit gov.UnitID
			tops []gov.UnitID
		}{{"supervisor", "", []gov.UnitID{"qy"}}, {"drafter", "qy-a", []gov.UnitID{"qy-a"}}, {"drafter", "qy-b", []gov.UnitID{"qy-b"}}, {"sysadmin", "", nil}} {
			of := c.all(who.post, who.unit)
			for id, a := range of {
				var tops []gov.UnitID
				var sum indicator.Rate
				for _, n := range a.Tree {
					tops, sum = append(tops, n.Unit), sum.Add(n.Total)
					c.exact(id, c.As(who.post, who.unit), n)
				}
				if sum != a.Total || fmt.Sprint(tops) != fmt.Sprint(who.tops) {
					t.Errorf("%s of %s: %s is %+v on top of %v, in all %+v", who.post, who.unit, id, sum, tops, a.Total)
				}
			}
			if who.tops == nil && len(of) > 0 {
				t.Errorf("%s counts cases: %+v", who.post, of)
			}
		}
	})
}

// exact compares a node with its parts, with the same number asked for alone and with the
// cases it opens into.
func (c *town) exact(id indicator.ID, who *identity.Principal, n *indicator.Node) {
	c.T.Helper()
	sum := n.Own
	for _, b := range n.Below {
		c.exact(id, who, b)
		sum = sum.Add(b.Total)
	}
	one, err := c.Board.Rates(ctx, who, id, year, n.Unit)
	if err != nil || sum != n.Total || one.Total != n.Total {
		c.T.Errorf("%s at %s: parts %+v, total %+v, alone %+v (%v)", id, n.Unit, sum, n.Total, one.Total, err)
	}
	for why, want := range map[string]int64{indicatorsql.Counted: n.Total.Denominator, indicatorsql.Above: n.Total.Numerator,
		indicatorsql.Missed: n.Total.Missed(), indicatorsql.Todo: n.Total.Todo, indicatorsql.Apart: n.Total.Suspended} {
		if got := c.lines(who, indicatorsql.CasesQuery{Indicator: id, Period: year, Unit: n.Unit, Why: why, Limit: 3}); got != want {
			c.T.Errorf("%s at %s opens into %d cases of %s, want %d", id, n.Unit, got, why, want)
		}
	}
	if got := c.lines(who, indicatorsql.CasesQuery{Indicator: id, Period: year, Unit: n.Unit, Own: true, Why: indicatorsql.Counted, Limit: 3}); got != n.Own.Denominator {
		c.T.Errorf("%s at %s has %d cases of its own, want %d", id, n.Unit, got, n.Own.Denominator)
	}
}

func (c *town) lines(who *identity.Principal, q indicatorsql.CasesQuery) (n int64) {
	c.T.Helper()
	for {
		lines, more, err := c.Board.Cases(ctx, who, q)
		if err != nil {
			c.T.Fatal(err)
		}
		n += int64(len(lines))
		if !more {
			return n
		}
		q.After = &lines[len(lines)-1]
	}
}

// What the projection keeps of a case is enough: after any course of acts each case counts for
// what the facts say of its whole state.
func TestFacts_AgreeWithTheWholeState(t *testing.T) {
	each(t, func(t *testing.T, c *town) {
		cases := c.wander(rand.New(rand.NewPCG(3, 9)), 220)
		if err := c.Settle(ctx); err != nil {
			t.Fatal(err)
		}
		want := counts{}
		add := func(id indicator.ID, below, above bool, open procedure.CaseStatus) {
			r := want[id]
			if below {
				r.Denominator++
				if above {
					r.Numerator++
				} else if open == procedure.Open {
					r.Todo++
				}
			}
			want[id] = r
		}
		for _, id := range cases {
			k, err := c.Docket.Get(ctx, c.As("supervisor", ""), id)
			if err != nil {
				t.Fatal(err)
			}
			fact := func(f string) bool {
				v, _ := k.Definition.FactValue(f, k.State)
				b, _ := v.(bool)
				return b
			}
			decision := k.State.Steps["decision"]
			add("reviewed", decision.Status == procedure.StepDone && decision.Outcome == "passed", fact("reviewed"), k.State.Status)
			add("lawless", decision.Status == procedure.StepDone && decision.Outcome == "passed", fact("reviewed"), k.State.Status)
			add("firms", decision.Status == procedure.StepDone && fact("firms-due"), fact("firms-heard"), k.State.Status)
			add("sound", fact("opened"), fact("sound"), k.State.Status)
			switch run := k.State.Clocks["filing"]; run.Status {
			case procedure.ClockMet, procedure.ClockLate, procedure.ClockExpired:
				add("filed", fact("published"), fact("filed"), k.State.Status)
			case procedure.ClockSuspended:
				r := want["filed"]
				r.Suspended++
				want["filed"] = r
			}
		}
		if want["filed"].Suspended == 0 || want["reviewed"].Missed() == 0 || want["firms"].Missed() == 0 || want["filed"].Missed() == 0 {
			t.Fatalf("the course shows too little: %+v", want)
		}
		c.wants("after the course", want)
		c.rebuilt()
	})
}

// wander acts at random, refusals included, and returns the matters.
func (c *town) wander(r *rand.Rand, turns int) []gov.CaseID {
	c.T.Helper()
	type walked struct {
		id   gov.CaseID
		unit gov.UnitID
	}
	var cases []walked
	var ids []gov.CaseID
	units := []gov.UnitID{"qy-a", "qy-b"}
	day := gov.MustDay("2026-01-05")
	path := []procedure.StepID{"draft", "review", "decision", "publication", "pause", "filing", "resumption", "review", "decision", "publication"}
	next := map[gov.CaseID]int{}
	for range turns {
		if r.IntN(3) == 0 {
			day = day.AddDays(1)
		}
		if len(cases) == 0 || len(cases) < 40 && r.IntN(5) == 0 {
			u := units[r.IntN(len(units))]
			id := c.open(u, day.String())
			cases, ids = append(cases, walked{id, u}), append(ids, id)
			continue
		}
		k := cases[r.IntN(len(cases))]
		step := path[next[k.id]%len(path)]
		if r.IntN(10) == 0 {
			step = path[r.IntN(len(path))]
		}
		fields, papers, outcome := map[procedure.FieldID]string(nil), []procedure.PaperID(nil), "done"
		switch step {
		case "draft":
			fields = firms
			if r.IntN(2) == 0 {
				papers = append(papers, "consultation")
			}
		case "review":
			outcome = []string{"passed", "passed", "passed", "returned"}[r.IntN(4)]
		case "decision":
			outcome = []string{"passed", "passed", "passed", "again"}[r.IntN(4)]
		}
		var err error
		if r.IntN(5) == 0 {
			c.Clock.On(day.String())
			err = c.record(k.id, day.String(), step, outcome, fields)
		} else {
			err = c.try(k.id, k.unit, day.String(), step, outcome, fields, papers...)
		}
		switch kind := gov.KindOf(err); {
		case err == nil:
			next[k.id]++
		case kind != gov.Refused && kind != gov.Invalid && kind != gov.Conflict && kind != gov.Forbidden:
			c.T.Fatalf("%s: %v", step, err)
		}
	}
	c.Clock.On(day.AddDays(3).String())
	if _, _, err := c.Docket.ExpireDue(ctx); err != nil {
		c.T.Fatal(err)
	}
	return ids
}

// What is held in memory never decides: two processes fold by turns, and some transactions are
// undone and done again.
func TestApply_SurvivesUndoneTransactionsAndOtherProcesses(t *testing.T) {
	each(t, func(t *testing.T, c *town) {
		r := rand.New(rand.NewPCG(5, 5))
		c.wander(r, 120)
		if err := c.Settle(ctx); err != nil {
			t.Fatal(err)
		}
		if err := c.Pause(); err != nil {
			t.Fatal(err)
		}
		raw := c.Raw()
		for _, table := range []string{"indicator_subject", "indicator_case", "indicator_child", "indicator_set"} {
			if _, err := raw.Exec("DELETE FROM " + table); err != nil {
				t.Fatal(err)
			}
		}
		var records []follow.Record
		err := c.DB.Read(ctx, func(tx *sqldb.Tx) error {
			stored, err := ledgersql.Range(tx, 0, 10_000)
			for _, s := range stored {
				env, err := ledger.ReadEnvelope(s.Body)
				if err != nil {
					return err
				}
				records = append(records, follow.NewRecord(s.Index, env))
			}
			return err
		})
		if err != nil || len(records) < 100 {
			t.Fatal(len(records), err)
		}
		undone := errors.New("undone")
		both := []*indicatorsql.Projection{indicatorsql.New(c.Definitions, c.Indicators.Definitions()), indicatorsql.New(c.Definitions, c.Indicators.Definitions())}
		for len(records) > 0 {
			batch := records[:min(1+r.IntN(6), len(records))]
			fold := func(end error) func(*sqldb.Tx) error {
				return func(tx *sqldb.Tx) error {
					for _, rec := range batch {
						if err := both[len(records)/7%2].Apply(tx, rec); err != nil {
							return err
						}
					}
					return end
				}
			}
			if r.IntN(3) == 0 {
				if err := c.DB.Write(ctx, fold(undone)); !errors.Is(err, undone) {
					t.Fatal(err)
				}
			}
			if err := c.DB.Write(ctx, fold(nil)); err != nil {
				t.Fatal(err)
			}
			records = records[len(batch):]
		}
		c.rebuilt()
	})
}

// Where the set of indicators has changed, everything is counted anew.
func TestReady_CountsAnewWithAnotherSet(t *testing.T) {
	each(t, func(t *testing.T, c *town) {
		a := c.open("qy-a", "2026-03-02")
		c.do(a, "qy-a", "2026-03-02", "draft", "done", noFirms)
		c.wants("with all indicators", counts{"sound": {Numerator: 1, Denominator: 1}})
		if err := c.Pause(); err != nil {
			t.Fatal(err)
		}
		for _, fresh := range []struct {
			defs []indicator.Definition
			want int64
		}{{c.Indicators.Definitions()[:2], 0}, {c.Indicators.Definitions(), 1}} {
			p := indicatorsql.New(c.Definitions, fresh.defs)
			for range 2 { // the second time there is nothing to do
				if err := p.Ready(ctx, c.DB); err != nil {
					t.Fatal(err)
				}
			}
			*c.Indicators = *p
			if err := c.Follower.CatchUp(ctx); err != nil {
				t.Fatal(err)
			}
			got, err := c.Board.Rates(ctx, c.As("supervisor", ""), "sound", year, "")
			if err != nil || got.Total.Denominator != fresh.want || got.At == 0 {
				t.Errorf("with %d indicators: %+v %v", len(fresh.defs), got, err)
			}
			c.rebuilt()
		}
	})
}
