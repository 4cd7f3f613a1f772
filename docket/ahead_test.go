package docket_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/internal/govtest"
	"zhunsheng/procedure"
	"zhunsheng/register"
	"zhunsheng/sqldb"
)

// inOneBatch starts functions that write, one after the other, while the writer is held up: all
// are judged ahead on what stood before the first. It returns when all have ended.
func inOneBatch(c *govtest.County, fns ...func()) {
	free, held := make(chan struct{}), make(chan struct{})
	ended := make(chan struct{})
	start := func(fn func()) { go func() { fn(); ended <- struct{}{} }() }
	start(func() {
		_ = c.DB.Write(context.Background(), func(*sqldb.Tx) error { close(held); <-free; return nil })
	})
	<-held
	for i, fn := range fns {
		start(fn)
		for c.DB.Stats().Waiting < int64(i+1) {
			runtime.Gosched()
		}
	}
	close(free)
	for range len(fns) + 1 {
		<-ended
	}
}

func draft(c *govtest.County, id gov.CaseID, key string) docket.ActRequest {
	return docket.ActRequest{Case: id, Expect: 1, Step: "draft", Outcome: "done", Key: key,
		Fields: map[procedure.FieldID]string{"business": "false"}, Papers: c.Papers("qy-a-drafter", "draft-text", "explanation")}
}

func TestAhead_AnActThatWasOvertakenIsJudgedAnew(t *testing.T) {
	c := govtest.New(t)
	still(t, c)
	id, who := c.Open("qy-a", "后到"), c.As("drafter", "qy-a")
	one, two := draft(c, id, "one"), draft(c, id, "two")
	var first, second error
	inOneBatch(c, func() { _, first = c.Docket.Act(context.Background(), who, one) },
		func() { _, second = c.Docket.Act(context.Background(), who, two) })
	if first != nil || gov.KindOf(second) != gov.Conflict || !strings.Contains(second.Error(), "起草") {
		t.Errorf("first %v, second %v", first, second)
	}
	if k := get(t, c, id); k.Row.Version != 2 || len(k.Acts) != 2 {
		t.Errorf("version %d with %d acts", k.Row.Version, len(k.Acts))
	}
}

func TestAhead_AGrantThatEndsBeforeTheWritersTurnEndsTheAct(t *testing.T) {
	c := govtest.New(t)
	still(t, c)
	id, who := c.Open("qy-a", "授权收回"), c.As("drafter", "qy-a")
	req := draft(c, id, "k")
	var revoked, acted error
	inOneBatch(c, func() {
		revoked = c.Registers.Load(context.Background(), gov.Actor{Person: "setup"}, []register.Change{{Register: register.Grants, Key: "qy-a-drafter",
			Span: identity.Span{From: c.Clock.Now().Day()}, Reason: "收回", Data: map[string]string{"person": "qy-a-drafter", "post": "drafter",
				"unit": "qy-a", "scope": "qy-a", "clearance": "2", "actions": "case.read"}}})
	}, func() { _, acted = c.Docket.Act(context.Background(), who, req) })
	if revoked != nil || gov.KindOf(acted) != gov.Forbidden {
		t.Errorf("revoked %v, acted %v", revoked, acted)
	}
	if k := get(t, c, id); k.Row.Version != 1 {
		t.Errorf("version %d", k.Row.Version)
	}
}

func TestAhead_OneKeyOpensOneCase(t *testing.T) {
	c := govtest.New(t)
	still(t, c)
	who := c.As("drafter", "qy-a")
	var done [2]docket.Done
	var errs [2]error
	open := func(i int) func() {
		return func() {
			done[i], errs[i] = c.Docket.Open(context.Background(), who, docket.OpenRequest{Procedure: govtest.Department, Title: "一次",
				Unit: "qy-a", Key: "open-once"})
		}
	}
	inOneBatch(c, open(0), open(1))
	if errs[0] != nil || errs[1] != nil || done[0].Repeated || !done[1].Repeated || done[0].Case != done[1].Case {
		t.Errorf("%+v, %v; %+v, %v", done[0], errs[0], done[1], errs[1])
	}
}

// A batch in which somebody fails runs twice: a number is taken once, and the text is that of
// the second run.
func TestAhead_ABatchThatRunsTwiceTakesEachNumberOnce(t *testing.T) {
	c := govtest.New(t)
	still(t, c)
	var ids [2]gov.CaseID
	for i, title := range []string{"甲", "乙"} {
		ids[i] = c.Open("qy-a", title)
	}
	for _, id := range ids {
		c.Walk(id, "qy-a", "deliberation")
	}
	who := c.As("registrar", "")
	var done [2]docket.Done
	var errs [2]error
	number := func(i int) func() {
		return func() {
			done[i], errs[i] = c.Docket.Act(context.Background(), who, docket.ActRequest{Case: ids[i], Step: "numbering", Outcome: "done", Key: string(ids[i])})
		}
	}
	no := errors.New("no")
	inOneBatch(c, number(0), func() {
		if err := c.DB.Write(context.Background(), func(*sqldb.Tx) error { return no }); !errors.Is(err, no) {
			t.Error(err)
		}
	}, number(1))
	for i, want := range []string{"清民规〔2026〕1号", "清民规〔2026〕2号"} {
		if errs[i] != nil || len(done[i].Effects.Numbers) == 0 || done[i].Effects.Numbers[0].Text != want {
			t.Errorf("%d: %+v, %v", i, done[i].Effects.Numbers, errs[i])
		}
		if k := get(t, c, ids[i]); k.Row.Number != want {
			t.Errorf("%d: the case has %q", i, k.Row.Number)
		}
	}
	c.Resume()
	rebuilt(t, c)
}
