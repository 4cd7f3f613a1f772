package docket_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"zhunsheng/area"
	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/internal/app"
	"zhunsheng/internal/govtest"
	"zhunsheng/procedure"
	"zhunsheng/register"
	"zhunsheng/sqldb"
)

// opens is a configuration with the procedures of testdata, changed by some replacements.
func opens(t *testing.T, changes ...string) func(*app.Config) {
	t.Helper()
	files := fstest.MapFS{}
	for _, name := range []string{"opener", "child", "asks"} {
		for _, ext := range []string{".yaml", ".scenario"} {
			text, err := os.ReadFile("testdata/" + name + ext)
			if err != nil {
				t.Fatal(err)
			}
			files[name+ext] = &fstest.MapFile{Data: []byte(strings.NewReplacer(changes...).Replace(string(text)))}
		}
	}
	return func(c *app.Config) {
		c.Areas = append(c.Areas, area.Area{ID: "opens", Name: "测试", Definitions: files})
	}
}

// speed gives the local parameter by which the children are timed a value.
func speed(t *testing.T, c *govtest.County, value, from string) {
	t.Helper()
	err := c.Registers.Load(context.Background(), gov.Actor{Person: "setup"}, []register.Change{{Register: register.Parameters, Key: "speed",
		Span: identity.Span{From: gov.MustDay(from)}, Data: map[string]string{"parameter": "speed", "label": "速度", "value": value,
			"source": "测试", "unverified": "false"}}})
	if err != nil {
		t.Fatal(err)
	}
}

func openCase(t *testing.T, c *govtest.County, proc, title string, fields map[procedure.FieldID]string) gov.CaseID {
	t.Helper()
	done, err := c.Docket.Open(context.Background(), c.As("drafter", "qy-a"), docket.OpenRequest{Procedure: proc, Title: title, Unit: "qy-a", Fields: fields})
	if err != nil {
		t.Fatal(err)
	}
	return done.Case
}

func decide(c *govtest.County, id gov.CaseID, outcome, key string, fields map[procedure.FieldID]string) (docket.Done, error) {
	return c.Docket.Act(context.Background(), c.As("drafter", "qy-a"), docket.ActRequest{Case: id, Step: "decide", Outcome: outcome, Key: key, Fields: fields})
}

func work(t *testing.T, c *govtest.County, id gov.CaseID, unit gov.UnitID, steps ...procedure.StepID) {
	t.Helper()
	for _, s := range steps {
		if _, err := c.Docket.Act(context.Background(), c.As("reviewer", unit), docket.ActRequest{Case: id, Step: s}); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

func rebuilt(t *testing.T, c *govtest.County) {
	t.Helper()
	if err := c.Settle(context.Background()); err != nil {
		t.Fatal(err)
	}
	diffs, err := c.Rebuild(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range diffs {
		t.Errorf("rebuild: %s[%s]: %s", d.Table, d.Key, d.Text)
	}
}

func TestOpens_ACaseOpensCasesInOneTransactionAndOnce(t *testing.T) {
	govtest.EachWith(t, opens(t), func(t *testing.T, c *govtest.County) {
		speed(t, c, "5日", "2026-01-01")
		parent := openCase(t, c, "test.opener", "开会", nil)
		fields := map[procedure.FieldID]string{"topic": "写报告"}
		done, err := decide(c, parent, "opened", "open-1", fields)
		if err != nil || len(done.Opened) != 2 || done.Version != 2 {
			t.Fatal(done, err)
		}
		for i, unit := range []gov.UnitID{"qy-b", "qy-a"} {
			k := get(t, c, done.Opened[i])
			if k.Row.Unit != unit || k.Row.Procedure != "test.child" || k.Row.Version != 1 || k.State.Fields["source"] != string(parent) ||
				k.State.Fields["matter"] != "写报告" || k.State.OpenedBy.Person != "qy-a-drafter" || !strings.HasPrefix(k.Row.Title, "开会：") ||
				k.Row.UnitPath != "/qy/"+string(unit)+"/" || k.State.Clocks["whole"].Status != procedure.ClockRunning {
				t.Errorf("child of %s: %+v %+v", unit, k.Row, k.State)
			}
			if env := k.Acts[0].Envelope; env.Kind != docket.KindOpen || env.Key != "" || env.Occurred != done.Recorded {
				t.Errorf("opening of %s: %+v", unit, env)
			}
		}
		again, err := decide(c, parent, "opened", "open-1", fields)
		if err != nil || !again.Repeated || len(again.Opened) != 2 || again.Opened[0] != done.Opened[0] {
			t.Errorf("again: %+v, %v", again, err)
		}
		kids, err := c.Docket.Children(context.Background(), c.As("supervisor", ""), parent)
		if err != nil || len(kids) != 2 {
			t.Errorf("children: %+v, %v", kids, err)
		}
		if own, err := c.Docket.Children(context.Background(), c.As("secretary", "qy-a"), parent); err != nil || len(own) != 1 {
			t.Errorf("children that one unit may see: %+v, %v", own, err)
		}
		rebuilt(t, c)
	})
}

// What stands against a child stands against the act: nothing of it is done.
func TestOpens_WhatCannotBeOpenedUndoesTheAct(t *testing.T) {
	govtest.EachWith(t, opens(t), func(t *testing.T, c *govtest.County) {
		parent := openCase(t, c, "test.opener", "开会", nil)
		if _, err := decide(c, parent, "nowhere", "", nil); gov.KindOf(err) != gov.Refused || !strings.Contains(err.Error(), "qy-x") {
			t.Errorf("a unit that is not: %v", err)
		}
		// The children's clock has no limit yet.
		if _, err := decide(c, parent, "opened", "", nil); gov.KindOf(err) != gov.Refused || !strings.Contains(err.Error(), "不能启动") {
			t.Errorf("a child that cannot start: %v", err)
		}
		if k := get(t, c, parent); k.Row.Version != 1 {
			t.Errorf("refused acts moved the case to %d", k.Row.Version)
		}
		if n, err := c.Docket.Count(context.Background(), c.As("supervisor", ""), docket.Query{Procedure: "test.child"}); n != 0 || err != nil {
			t.Errorf("%d children, %v", n, err)
		}
	})
}

// A decision that was taken outside and is recorded opens nothing.
func TestOpens_ARecordedActOpensNothing(t *testing.T) {
	config, clock := testConfig(t, opens(t))
	c := govtest.Start(t, config, clock)
	speed(t, c, "5日", "2026-01-01")
	parent := openCase(t, c, "test.opener", "开会", nil)
	done, err := c.Docket.Act(context.Background(), c.As("drafter", "qy-a"), docket.ActRequest{Case: parent, Step: "decide", Outcome: "opened",
		Recording: &procedure.Recording{Reason: "线下办理", Source: "会议记录"}})
	if err != nil || len(done.Opened) != 0 || len(done.Effects.Opens) != 0 {
		t.Errorf("%+v, %v", done, err)
	}
}

func testConfig(t *testing.T, change func(*app.Config)) (app.Config, *govtest.Clock) {
	t.Helper()
	clock := &govtest.Clock{}
	clock.On("2026-09-01")
	config := govtest.Config("", t.TempDir(), clock)
	change(&config)
	return config, clock
}

func TestChildren_AGateCountsTheCasesThatNameThisOne(t *testing.T) {
	govtest.EachWith(t, opens(t), func(t *testing.T, c *govtest.County) {
		speed(t, c, "30日", "2026-01-01")
		parent, other := openCase(t, c, "test.opener", "甲", nil), openCase(t, c, "test.opener", "乙", nil)
		done, err := decide(c, parent, "opened", "", nil)
		if err != nil {
			t.Fatal(err)
		}
		end := func(id gov.CaseID) error {
			_, err := c.Docket.Act(context.Background(), c.As("drafter", "qy-a"), docket.ActRequest{Case: id, Step: "end"})
			return err
		}
		if err := end(other); err != nil {
			t.Errorf("a case without children: %v", err)
		}
		work(t, c, done.Opened[0], "qy-b", "work", "close")
		if err := end(parent); gov.KindOf(err) != gov.Refused {
			t.Errorf("with one child open: %v", err)
		}
		work(t, c, done.Opened[1], "qy-a", "work", "close")
		if err := end(parent); err != nil {
			t.Errorf("with all children closed: %v", err)
		}
		rebuilt(t, c)
	})
}

// A case that was recorded by mistake and taken back is no child any more, however it is
// counted.
func TestChildren_ATakenBackCaseDoesNotCount(t *testing.T) {
	for _, counted := range []string{"count", "open", "closed"} {
		config := opens(t, "children.kids.open == 0", "children.kids."+counted+" == 0",
			"basis: [{statute: 本地规定, mark: local}]\nstart:\n  by: officer", "basis: [{statute: 本地规定, mark: local}]\nrecord: [officer]\nstart:\n  by: officer")
		govtest.EachWith(t, config, func(t *testing.T, c *govtest.County) {
			speed(t, c, "30日", "2026-01-01")
			ctx, who := context.Background(), c.As("reviewer", "qy-a")
			parent := openCase(t, c, "test.opener", "甲", nil)
			recording := &procedure.Recording{Reason: "线下", Source: "台账"}
			child := docket.WholeRequest{Open: docket.OpenRequest{Procedure: "test.child", Title: "错录", Unit: "qy-a", Occurred: c.Clock.Now(),
				Recording: recording, Fields: map[procedure.FieldID]string{"source": string(parent)}}}
			if counted == "closed" {
				child.Acts = []docket.ActRequest{{Step: "work", Occurred: c.Clock.Now()}, {Step: "close", Occurred: c.Clock.Now()}}
			}
			done, err := c.Docket.RecordWhole(ctx, who, child)
			if err != nil {
				t.Fatal(err)
			}
			end := func() error {
				_, err := c.Docket.Act(ctx, c.As("drafter", "qy-a"), docket.ActRequest{Case: parent, Step: "end"})
				return err
			}
			if err := end(); gov.KindOf(err) != gov.Refused {
				t.Fatalf("%s: with a child: %v", counted, err)
			}
			if _, err := c.Docket.Void(ctx, who, docket.VoidRequest{Case: done.Case, Reason: "录入有误"}); err != nil {
				t.Fatal(err)
			}
			if kids, err := c.Docket.Children(ctx, who, parent); err != nil || len(kids) != 0 {
				t.Errorf("%s: still a child: %+v %v", counted, kids, err)
			}
			if err := end(); err != nil {
				t.Errorf("%s: with none but a taken back child: %v", counted, err)
			}
			rebuilt(t, c)
		})
	}
}

// The facts of a named case are looked at as they stand when the gate is asked, also by an
// actor who may not see that case.
func TestLink_FactsOfANamedCaseAsTheyStand(t *testing.T) {
	govtest.EachWith(t, opens(t), func(t *testing.T, c *govtest.County) {
		speed(t, c, "30日", "2026-01-01")
		parent := openCase(t, c, "test.opener", "甲", nil)
		done, err := decide(c, parent, "opened", "", nil)
		if err != nil {
			t.Fatal(err)
		}
		asks := openCase(t, c, "test.asks", "问", map[procedure.FieldID]string{"named": string(done.Opened[0])})
		end := func() error {
			_, err := c.Docket.Act(context.Background(), c.As("drafter", "qy-a"), docket.ActRequest{Case: asks, Step: "end"})
			return err
		}
		if err := end(); gov.KindOf(err) != gov.Refused {
			t.Errorf("before the fact: %v", err)
		}
		work(t, c, done.Opened[0], "qy-b", "work")
		if err := end(); err != nil {
			t.Errorf("after the fact: %v", err)
		}
		if l := get(t, c, asks).State.Links["named"]; len(l.Facts) != 2 || l.Facts[0] != "worked" {
			t.Errorf("what the gate saw: %+v", l)
		}
		rebuilt(t, c)
	})
}

func TestEnters_AnActWritesARegisterInItsTransaction(t *testing.T) {
	govtest.EachWith(t, opens(t), func(t *testing.T, c *govtest.County) {
		ctx := context.Background()
		parent := openCase(t, c, "test.opener", "速度定为十日", nil)
		if _, err := decide(c, parent, "entered", "", map[procedure.FieldID]string{"days": strings.Repeat("长", 300)}); gov.KindOf(err) != gov.Invalid || !strings.Contains(err.Error(), "本地参数登记") {
			t.Errorf("a value that the register does not take: %v", err)
		}
		if _, err := decide(c, parent, "ended", "", nil); gov.KindOf(err) != gov.Invalid {
			t.Errorf("an entry that is not: %v", err)
		}
		if k := get(t, c, parent); k.Row.Version != 1 {
			t.Errorf("refused acts moved the case to %d", k.Row.Version)
		}
		// What the act enters already holds for the case that it opens.
		done, err := decide(c, parent, "both", "", map[procedure.FieldID]string{"days": "10日"})
		if err != nil {
			t.Fatal(err)
		}
		if due := get(t, c, done.Opened[0]).State.Clocks["whole"].Due; due != gov.MustDay("2026-09-11") {
			t.Errorf("the child is due on %s", due)
		}
		var e register.Entry
		err = c.DB.Read(ctx, func(tx *sqldb.Tx) (err error) {
			e, err = c.Registers.Get(tx, register.Parameters, "speed", c.Clock.Now().Day())
			return err
		})
		if err != nil || e.Data["value"] != "10日" || e.Data["source"] != "案件“速度定为十日”" || e.From != gov.MustDay("2026-09-01") {
			t.Errorf("%+v, %v", e, err)
		}
		c.Clock.On("2026-09-03")
		if _, err := decide(c, parent, "ended", "", nil); err != nil {
			t.Fatal(err)
		}
		err = c.DB.Read(ctx, func(tx *sqldb.Tx) error {
			_, err := c.Registers.Get(tx, register.Parameters, "speed", c.Clock.Now().Day())
			return err
		})
		if gov.KindOf(err) != gov.NotFound {
			t.Errorf("after its end: %v", err)
		}
		rebuilt(t, c)
	})
}

// A program whose definitions do not fit together does not start, and says why.
func TestDefinitions_ThatDoNotFitTogetherStopTheStart(t *testing.T) {
	for what, bad := range map[string]struct{ old, new, want string }{
		"procedure":        {"{procedure: test.child, unit: own, link: source, title: \"{title}：自办\"", "{procedure: test.gone, unit: own, link: source, title: \"{title}：自办\"", "test.gone"},
		"kind":             {"children: [{id: kids, procedure: test.child}]", "children: [{id: kids, procedure: test.gone}]", "test.gone"},
		"link":             {"unit: own, link: source, title: \"{title}：按新参数\"", "unit: own, link: matter, title: \"{title}：按新参数\"", "不是关联案件"},
		"copied":           {"fields: {matter: topic}", "fields: {nothing: topic}", "nothing"},
		"required":         {"{id: matter, type: text, label: 事项, used_by: 承办人}", "{id: matter, type: text, label: 事项, used_by: 承办人, required: true}", "要求填写"},
		"register":         {"register: parameters, key: speed, values", "register: nothing, key: speed, values", "没有这个登记册"},
		"rights":           {"register: parameters, key: speed, ends", "register: grants, key: speed, ends", "不能由案件登记"},
		"register field":   {"label: 速度, value: \"{field.days}\"", "lable: 速度, value: \"{field.days}\"", "lable"},
		"value left out":   {"source: \"案件“{title}”\", unverified: \"false\"", "source: \"案件“{title}”\"", "unverified"},
		"linked procedure": {"procedures: [test.opener]", "procedures: [test.asks]", "不能关联"},
	} {
		config, _ := testConfig(t, opens(t, bad.old, bad.new))
		a, err := app.Open(context.Background(), config)
		if err == nil {
			a.Close()
		}
		if err == nil || !strings.Contains(err.Error(), bad.want) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestSubmit_F133_AnybodyHandsInOnceAndGetsAReceipt(t *testing.T) {
	govtest.Each(t, func(t *testing.T, c *govtest.County) {
		ctx := context.Background()
		doc := c.Open("qy-a", "救助办法")
		c.Walk(doc, "qy-a", "")
		in := docket.Intake{Procedure: govtest.Comment, Parent: doc, Key: "0123456789abcdef",
			Fields: map[procedure.FieldID]string{"kind": "citizen", "commenter": "李小花", "comment": "标准偏低"}}
		r, err := c.Docket.Submit(ctx, in)
		if err != nil || r.Number != "意〔2026〕1号" || r.Repeated {
			t.Fatalf("%+v, %v", r, err)
		}
		again, err := c.Docket.Submit(ctx, in)
		if err != nil || !again.Repeated || again.Case != r.Case || again.Number != r.Number {
			t.Errorf("again: %+v, %v", again, err)
		}
		k, err := c.Docket.Get(ctx, c.As("drafter", "qy-a"), r.Case)
		if err != nil {
			t.Fatal(err)
		}
		if k.Row.Unit != "qy-a" || k.State.OpenedBy != gov.PublicActor || k.Row.Title != "公众意见：救助办法" || k.State.Fields["commenter"] == "李小花" ||
			k.Personal["commenter"] != "李小花" || strings.Contains(string(k.Acts[0].Envelope.Payload), "李小花") {
			t.Errorf("%+v %+v %v", k.Row, k.State.Fields, k.Personal)
		}
		if _, err := c.Docket.Get(ctx, c.As("drafter", "qy-b"), r.Case); gov.KindOf(err) != gov.NotFound {
			t.Errorf("another unit sees it: %v", err)
		}
		kids, err := c.Docket.Children(ctx, c.As("drafter", "qy-a"), doc)
		if err != nil || len(kids) != 1 {
			t.Errorf("children of the document: %+v, %v", kids, err)
		}
		rebuilt(t, c)
	})
}

func TestSubmit_RefusesWhatItDoesNotTake(t *testing.T) {
	c := govtest.New(t)
	ctx := context.Background()
	doc := c.Open("qy-a", "救助办法")
	comment := c.Open("qy-a", "另一文件")
	fields := func(more ...string) map[procedure.FieldID]string {
		out := map[procedure.FieldID]string{"kind": "citizen", "comment": "标准偏低"}
		for i := 0; i < len(more); i += 2 {
			out[procedure.FieldID(more[i])] = more[i+1]
		}
		return out
	}
	for what, x := range map[string]struct {
		in   docket.Intake
		want gov.Kind
	}{
		"no key":                {docket.Intake{Procedure: govtest.Comment, Parent: doc, Fields: fields()}, gov.Invalid},
		"no such procedure":     {docket.Intake{Procedure: "test.none", Parent: doc, Key: "k", Fields: fields()}, gov.NotFound},
		"not for the public":    {docket.Intake{Procedure: govtest.Department, Parent: doc, Key: "k", Fields: fields()}, gov.NotFound},
		"no such matter":        {docket.Intake{Procedure: govtest.Comment, Parent: "nowhere", Key: "k", Fields: fields()}, gov.NotFound},
		"another link":          {docket.Intake{Procedure: govtest.Comment, Parent: doc, Link: "kind", Key: "k", Fields: fields()}, gov.NotFound},
		"a field not asked for": {docket.Intake{Procedure: govtest.Comment, Parent: doc, Key: "k", Fields: fields("matter", string(comment))}, gov.Invalid},
		"a wrong choice":        {docket.Intake{Procedure: govtest.Comment, Parent: doc, Key: "k", Fields: fields("kind", "emperor")}, gov.Invalid},
		"too long":              {docket.Intake{Procedure: govtest.Comment, Parent: doc, Key: "k", Fields: fields("comment", strings.Repeat("长", 20_001))}, gov.Invalid},
		"nothing said":          {docket.Intake{Procedure: govtest.Comment, Parent: doc, Key: "k", Fields: fields("comment", " ")}, gov.Invalid},
	} {
		if _, err := c.Docket.Submit(ctx, x.in); gov.KindOf(err) != x.want {
			t.Errorf("%s: %v", what, err)
		}
	}
	in := docket.Intake{Procedure: govtest.Comment, Parent: doc, Key: "k", Fields: fields()}
	if _, err := c.Docket.Submit(ctx, in); err != nil {
		t.Fatal(err)
	}
	in.Fields = fields("comment", "别的话")
	if _, err := c.Docket.Submit(ctx, in); gov.KindOf(err) != gov.Conflict {
		t.Errorf("the key with other content: %v", err)
	}
}

func TestSubmit_TakesNoMoreAMinuteThanTheParameterSays(t *testing.T) {
	c := govtest.New(t)
	ctx := context.Background()
	err := c.Registers.Load(ctx, gov.Actor{Person: "setup"}, []register.Change{{Register: register.Parameters, Key: docket.IntakeParameter,
		Span: identity.Span{From: gov.MustDay("2026-01-01")}, Data: map[string]string{"parameter": docket.IntakeParameter, "label": "每分钟提交",
			"value": "2", "source": "测试", "unverified": "false"}}})
	if err != nil {
		t.Fatal(err)
	}
	doc := c.Open("qy-a", "救助办法")
	submit := func(key, kind string) error {
		_, err := c.Docket.Submit(ctx, docket.Intake{Procedure: govtest.Comment, Parent: doc, Key: key,
			Fields: map[procedure.FieldID]string{"kind": kind, "comment": key}})
		return err
	}
	for _, x := range []struct {
		key, kind string
		want      gov.Kind
	}{{"a", "citizen", 0}, {"b", "emperor", gov.Invalid}, {"a", "citizen", 0}, {"c", "citizen", 0}, {"d", "citizen", gov.TooMany}} {
		if err := submit(x.key, x.kind); gov.KindOf(err) != x.want || (err == nil) != (x.want == 0) {
			t.Errorf("%s: %v", x.key, err)
		}
	}
	c.Clock.Set(c.Clock.Now().Add(time.Minute))
	if err := submit("d", "citizen"); err != nil {
		t.Errorf("a minute later: %v", err)
	}
}
