package docket_test

import (
	"context"
	"io/fs"
	"log/slog"
	"strings"
	"testing"
	"testing/fstest"

	"zhunsheng/area"
	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/internal/govtest"
	"zhunsheng/law"
	"zhunsheng/procedure"
	"zhunsheng/register"
	"zhunsheng/sqldb"
	"zhunsheng/sqldb/sqltest"
)

var quiet = slog.New(slog.DiscardHandler)

// bookWith is the register of statutes with its files changed.
func bookWith(t *testing.T, change func(files fstest.MapFS)) *law.Book {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(law.Data(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(law.Data(), path)
		files[path] = &fstest.MapFile{Data: text}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	change(files)
	b, err := law.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// acts are the events of a kind in a case.
func actsOf(k *docket.Case, kind string) (out []docket.Act) {
	for _, a := range k.Acts {
		if a.Envelope.Kind == kind {
			out = append(out, a)
		}
	}
	return out
}

// A county that worked without the year's holiday notice gets it with the next program: open
// cases are counted anew at its start, each with the notice as the reason.
func TestRedate_ACalendarNoticeMovesOpenCasesAtStart(t *testing.T) {
	both(t, func(t *testing.T, database string) {
		ctx := context.Background()
		clock := &govtest.Clock{}
		clock.On("2026-09-01")
		config := govtest.Config(database, t.TempDir(), clock)
		config.Book = bookWith(t, func(files fstest.MapFS) { delete(files, "calendar/2026.yaml") })
		c := govtest.Start(t, config, clock)
		open, closed := c.Open("qy-a", "正在报送"), c.Open("qy-a", "已经报送")
		c.Walk(open, "qy-a", "publication")
		clock.On("2026-09-01")
		c.Walk(closed, "qy-a", "")
		before, done := get(t, c, open), get(t, c, closed)
		was := before.State.Clocks["filing"]
		if !was.Provisional || was.Due == gov.MustDay("2026-10-08") {
			t.Fatalf("without the notice: %+v", was)
		}
		met := done.State.Clocks["filing"]
		if err := c.Stop(); err != nil {
			t.Fatal(err)
		}

		config.Book = nil
		clock.On("2026-09-26")
		c = govtest.Start(t, config, clock)
		if _, err := c.Docket.Sweep(ctx, quiet); err != nil { // as the timer does at start
			t.Fatal(err)
		}
		k := get(t, c, open)
		now := k.State.Clocks["filing"]
		if now.Due != gov.MustDay("2026-10-08") || now.Provisional || now.Status != procedure.ClockRunning || k.Row.NextDue != now.Due {
			t.Errorf("with the notice: %+v, listed under %s", now, k.Row.NextDue)
		}
		moved := actsOf(k, docket.KindRedate)
		if len(moved) != 1 || moved[0].Envelope.Actor != gov.System || !strings.Contains(moved[0].Payload.Note, "2026年放假安排通知") ||
			moved[0].Payload.After.NextDue != now.Due || !strings.Contains(now.Derivation.Steps[0].Text, was.Due.Chinese()) {
			t.Errorf("events: %+v", moved)
		}
		if after := get(t, c, closed); after.Row.Version != done.Row.Version || after.State.Clocks["filing"].Due != met.Due {
			t.Errorf("a closed case moved: %+v", after.State.Clocks["filing"])
		}
		if n, err := c.Docket.Sweep(ctx, quiet); n != 0 || err != nil {
			t.Errorf("again: %d, %v", n, err)
		}
		// Who looked before is not told of a conflict.
		late := govtest.Straight[7]
		if _, err := c.Docket.Act(ctx, c.As("drafter", "qy-a"), docket.ActRequest{Case: open, Expect: before.Row.Version, Step: late.Step,
			Outcome: late.Outcome, Papers: c.Papers("qy-a-drafter", late.Papers...)}); err != nil {
			t.Errorf("an act after it: %v", err)
		}
		rebuilt(t, c)
	})
}

// entryOn is the entry of a parameter that holds on a day, or nil.
func entryOn(t *testing.T, c *govtest.County, key, day string) *register.Entry {
	t.Helper()
	var e register.Entry
	err := c.DB.Read(context.Background(), func(tx *sqldb.Tx) (err error) {
		e, err = c.Registers.Get(tx, register.Parameters, key, gov.MustDay(day))
		return err
	})
	if gov.KindOf(err) == gov.NotFound {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return &e
}

// both runs a test on a database address of each engine.
func both(t *testing.T, fn func(t *testing.T, database string)) {
	t.Run("sqlite", func(t *testing.T) { fn(t, "") })
	t.Run("postgres", func(t *testing.T) { fn(t, sqltest.PostgresURL(t)) })
}

func TestRedate_AChangedParameterMovesRunningClocksOnly(t *testing.T) {
	govtest.EachWith(t, opens(t), func(t *testing.T, c *govtest.County) {
		ctx := context.Background()
		speed(t, c, "5日", "2026-01-01")
		parent := openCase(t, c, "test.opener", "开会", nil)
		done, err := decide(c, parent, "opened", "", nil)
		if err != nil {
			t.Fatal(err)
		}
		running, worked := done.Opened[0], done.Opened[1]
		work(t, c, worked, "qy-a", "work")
		// From a later day on: nothing that runs is touched.
		set := func(value, from, request string) {
			t.Helper()
			seen := ""
			if e := entryOn(t, c, "speed", from); e != nil {
				seen = e.Tag()
			}
			_, err := c.Registers.Set(ctx, c.As("sysadmin", ""), register.Change{Register: register.Parameters, Key: "speed",
				Span: identity.Span{From: gov.MustDay(from)}, Seen: seen, Approver: "qy-zfb-auditadmin", Request: request,
				Data: map[string]string{"parameter": "speed", "label": "速度", "value": value, "source": "县政府" + request + "号文", "unverified": "false"}})
			if err != nil {
				t.Fatal(err)
			}
		}
		still(t, c) // or the timer counts before this test does
		set("9日", "2026-09-02", "1")
		if n, err := c.Docket.Sweep(ctx, quiet); n != 0 || err != nil {
			t.Errorf("a change for later days moved %d cases, %v", n, err)
		}
		// With effect from before the clocks started: they are counted anew, by the timer or by
		// the next act on the case, whichever is first.
		set("8日", "2026-09-01", "2")
		work(t, c, worked, "qy-a", "close")
		k := get(t, c, worked)
		if len(actsOf(k, docket.KindRedate)) != 1 || k.State.Clocks["whole"].Due != gov.MustDay("2026-09-09") || k.State.Clocks["whole"].Status != procedure.ClockMet {
			t.Errorf("an act on a case that was not counted yet: %+v", k.State.Clocks["whole"])
		}
		if _, err := c.Docket.Sweep(ctx, quiet); err != nil {
			t.Fatal(err)
		}
		k = get(t, c, running)
		moved := actsOf(k, docket.KindRedate)
		if len(moved) != 1 || k.State.Clocks["whole"].Due != gov.MustDay("2026-09-09") || k.Row.NextDue != gov.MustDay("2026-09-09") ||
			!strings.Contains(moved[0].Payload.Note, "县政府2号文") {
			t.Errorf("%+v %+v", moved, k.State.Clocks["whole"])
		}
		version := get(t, c, worked).Row.Version
		set("3日", "2026-09-01", "3")
		if _, err := c.Docket.Sweep(ctx, quiet); err != nil {
			t.Fatal(err)
		}
		if k := get(t, c, worked); k.Row.Version != version || k.State.Clocks["whole"].Due != gov.MustDay("2026-09-09") {
			t.Errorf("a closed case moved: %+v", k.State.Clocks["whole"])
		}
		c.Resume()
		rebuilt(t, c)
	})
}

// A suspension of a day before the end that is entered after it lets the clock go on: it was
// not missed.
func TestRow_LateIsLoweredWhenAClockIsRevived(t *testing.T) {
	govtest.EachWith(t, testArea, func(t *testing.T, c *govtest.County) {
		ctx := context.Background()
		who := c.As("drafter", "qy-a")
		still(t, c)
		done, err := c.Docket.Open(ctx, who, docket.OpenRequest{Procedure: "test.revived", Title: "迟录的中止", Unit: "qy-a"})
		if err != nil {
			t.Fatal(err)
		}
		c.Clock.On("2026-09-10")
		if n, _, err := c.Docket.ExpireDue(ctx); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		if k := get(t, c, done.Case); k.Row.Late != 1 || k.State.Clocks["whole"].Status != procedure.ClockExpired {
			t.Fatalf("%+v", k.Row)
		}
		if _, err := c.Docket.Act(ctx, who, docket.ActRequest{Case: done.Case, Step: "pause", Occurred: gov.MustDay("2026-09-03").Start() + 1,
			Recording: &procedure.Recording{Reason: "当日未录入", Source: "中止通知书"}}); err != nil {
			t.Fatal(err)
		}
		if k := get(t, c, done.Case); k.Row.Late != 0 || k.State.Clocks["whole"].Status != procedure.ClockSuspended {
			t.Errorf("revived: late %d, %+v", k.Row.Late, k.State.Clocks["whole"])
		}
		c.Resume()
		rebuilt(t, c)
	})
}

func TestTransition_OpenCasesMoveToTheNewVersionOnce(t *testing.T) {
	both(t, func(t *testing.T, database string) {
		ctx := context.Background()
		clock := &govtest.Clock{}
		clock.On("2026-09-01")
		config := govtest.Config(database, t.TempDir(), clock)
		config.Areas = append(config.Areas, moving(false))
		c := govtest.Start(t, config, clock)
		stay, move, done := openCase(t, c, "test.moving", "甲", nil), openCase(t, c, "test.moving", "乙", nil), openCase(t, c, "test.moving", "丙", nil)
		act := func(c *govtest.County, id gov.CaseID, step procedure.StepID) error {
			_, err := c.Docket.Act(ctx, c.As("drafter", "qy-a"), docket.ActRequest{Case: id, Step: step})
			return err
		}
		// A step that the new version does not have keeps its case; an ended case stays.
		for id, step := range map[gov.CaseID]procedure.StepID{stay: "gone", done: "end"} {
			if err := act(c, id, step); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.Stop(); err != nil {
			t.Fatal(err)
		}

		config.Areas = append(config.Areas[:1:1], moving(true))
		c = govtest.Start(t, config, clock)
		for range 2 {
			if _, err := c.Docket.Sweep(ctx, quiet); err != nil {
				t.Fatal(err)
			}
		}
		cur, err := c.Definitions.Current("test.moving")
		if err != nil || cur.Version() != 2 {
			t.Fatal(cur, err)
		}
		k := get(t, c, move)
		events := actsOf(k, docket.KindTransition)
		if k.Row.Definition != cur.Digest() || k.State.Definition != cur.Digest() || k.Definition != cur || k.Row.Station != "新的一步" ||
			len(events) != 1 || events[0].Payload.Effects.Transition == nil || !strings.Contains(events[0].Payload.Note, "test.moving@2") {
			t.Errorf("%+v %+v", k.Row, events)
		}
		for _, id := range []gov.CaseID{stay, done} {
			if k := get(t, c, id); len(actsOf(k, docket.KindTransition)) != 0 || k.Definition.Version() != 1 {
				t.Errorf("%s moved: %+v", k.Row.Title, k.Row)
			}
		}
		if err := act(c, move, "end"); gov.KindOf(err) != gov.Refused {
			t.Errorf("the order of the new version: %v", err)
		}
		for _, step := range []procedure.StepID{"added", "end"} {
			if err := act(c, move, step); err != nil {
				t.Errorf("%s under the new version: %v", step, err)
			}
		}
		if err := act(c, stay, "end"); err != nil {
			t.Errorf("under the old version: %v", err)
		}
		rebuilt(t, c)
	})
}

// moving is a procedure with its first version, and with its second one beside it.
func moving(second bool) area.Area {
	const head = `
id: test.moving
name: 换版
area: moving
from: 2022-01-01
mode: native
basis: [{statute: 本地规定, mark: local}]
start: {by: clerk, title: 标题}
roles: [{id: clerk, name: 承办人, posts: [drafter]}]
`
	const end = "  - {id: end, rule: TM-S02, name: 结束, by: clerk, AFTER outcomes: [{id: done, name: 已结束, close: closed}]}\n"
	first := head + "version: 1\nsteps:\n  - {id: gone, rule: TM-S01, name: 旧的一步, by: clerk, aside: true, outcomes: [{id: done, name: 已办}]}\n" +
		strings.Replace(end, "AFTER", "", 1)
	files := fstest.MapFS{"one.yaml": {Data: []byte(first)}, "one.scenario": {Data: []byte("scenario 一\n2026-01-05 clerk 结束 → case closed\n")}}
	if second {
		files["two.yaml"] = &fstest.MapFile{Data: []byte(head + "version: 2\ntransition: {from: [1], on: 2026-09-01}\nsteps:\n" +
			"  - {id: added, rule: TM-S03, name: 新的一步, by: clerk, outcomes: [{id: done, name: 已办}]}\n" + strings.Replace(end, "AFTER", "after: [added],", 1))}
		files["two.scenario"] = &fstest.MapFile{Data: []byte("scenario 二\n2026-01-05 clerk 新的一步 → ok\n2026-01-05 clerk 结束 → case closed\n")}
	}
	return area.Area{ID: "moving", Name: "换版", Definitions: files}
}
