package docket_test

import (
	"context"
	"testing"
	"testing/fstest"

	"zhunsheng/area"
	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/internal/app"
	"zhunsheng/internal/govtest"
	"zhunsheng/procedure"
)

const parentProcedure = `
id: test.parent
name: 主案
area: test
version: 1
from: 2022-01-01
mode: native
basis: [{statute: 本地规定, mark: local}]
start: {by: clerk, title: 标题}
roles: [{id: clerk, name: 承办人, posts: [drafter]}]
steps:
  - {id: begin, rule: TP-S01, name: 启动听证, by: clerk, fields: [{id: hearing, type: case, label: 听证, used_by: 承办人, required: true}], outcomes: [{id: done, name: 已启动}]}
  - {id: paused, rule: TP-S03, name: 不再中止, by: clerk, aside: true, outcomes: [{id: done, name: 已恢复}]}
  - {id: end, rule: TP-S02, name: 听证结束, by: clerk, after: [begin], outcomes: [{id: done, name: 已结束, close: closed}]}
gates:
  - {id: TP-G01, on: end, require: fields.hearing.closed, text: 听证案件办结, missing: [{text: 听证案件办结}], cites: [{statute: 本地规定, mark: local}]}
clocks:
  - {id: whole, rule: TP-C01, name: 全程, kind: at_most, starts: [{opening: true}], stops: [{step: end}], suspends: [{step: begin}], resumes: [{step: paused}], limit: 5日, under: 本地规定, deemed: {step: end, outcome: done}, cites: [{statute: 本地规定, mark: local}]}
`

const parentScenario = `scenario 一
case 听1 x
2026-01-05 clerk 启动 → clock TP-C01 running
2026-01-05 clerk 启动听证 听证=听1 → ok
2026-01-06 clerk 听证结束 → refused TP-G01
`

const revivedProcedure = `
id: test.revived
name: 可中止的期限
area: test
version: 1
from: 2022-01-01
mode: native
basis: [{statute: 本地规定, mark: local}]
start: {by: clerk, title: 标题}
record: [clerk]
roles: [{id: clerk, name: 承办人, posts: [drafter]}]
steps:
  - {id: pause, rule: TR-S01, name: 中止, by: clerk, aside: true, again: true, outcomes: [{id: done, name: 已中止}]}
  - {id: resume, rule: TR-S02, name: 恢复, by: clerk, aside: true, again: true, outcomes: [{id: done, name: 已恢复}]}
  - {id: end, rule: TR-S03, name: 结束, by: clerk, outcomes: [{id: done, name: 已结束, close: closed}]}
clocks:
  - {id: whole, rule: TR-C01, name: 全程, kind: at_most, starts: [{opening: true}], stops: [{step: end}], suspends: [{step: pause}], resumes: [{step: resume}], limit: 5日, under: 本地规定, cites: [{statute: 本地规定, mark: local}]}
`

const revivedScenario = `scenario 一
2026-01-05 clerk 启动 → clock TR-C01 running
2026-01-06 clerk 中止 → clock TR-C01 suspended
2026-01-07 clerk 恢复 → clock TR-C01 running
2026-01-08 clerk 结束 → case closed
`

func testArea(c *app.Config) {
	c.Areas = append(c.Areas, area.Area{ID: "test", Name: "测试", Definitions: fstest.MapFS{
		"parent.yaml":      {Data: []byte(parentProcedure)},
		"parent.scenario":  {Data: []byte(parentScenario)},
		"revived.yaml":     {Data: []byte(revivedProcedure)},
		"revived.scenario": {Data: []byte(revivedScenario)}}})
}

func TestLink_ASubProceedingIsACaseThatIsNamedAndLookedAt(t *testing.T) {
	govtest.EachWith(t, testArea, func(t *testing.T, c *govtest.County) {
		ctx := context.Background()
		who := c.As("drafter", "qy-a")
		open := func() gov.CaseID {
			done, err := c.Docket.Open(ctx, who, docket.OpenRequest{Procedure: "test.parent", Title: "主案", Unit: "qy-a"})
			if err != nil {
				t.Fatal(err)
			}
			return done.Case
		}
		parent, hearing, unseen := open(), c.Open("qy-a", "听证"), c.Open("qy-b", "别局的听证")
		begin := func(id gov.CaseID) error {
			_, err := c.Docket.Act(ctx, who, docket.ActRequest{Case: parent, Step: "begin", Fields: map[procedure.FieldID]string{"hearing": string(id)}})
			return err
		}
		for _, id := range []gov.CaseID{"nowhere", parent, unseen} {
			if err := begin(id); gov.KindOf(err) != gov.Invalid {
				t.Errorf("naming %s: %v", id, err)
			}
		}
		if err := begin(hearing); err != nil {
			t.Fatal(err)
		}
		k := get(t, c, parent)
		if l := k.State.Links["hearing"]; l.Case != hearing || l.Status != procedure.Open || k.State.Clocks["whole"].Status != procedure.ClockSuspended || !k.Row.NextDue.IsZero() {
			t.Errorf("begun: %+v %+v", l, k.State.Clocks["whole"])
		}
		end := docket.ActRequest{Case: parent, Step: "end"}
		if _, err := c.Docket.Act(ctx, who, end); gov.KindOf(err) != gov.Refused {
			t.Errorf("while the hearing is open: %v", err)
		}
		c.Walk(hearing, "qy-a", "")
		if _, err := c.Docket.Act(ctx, who, end); err != nil {
			t.Fatal(err)
		}
		if k = get(t, c, parent); k.Row.Status != procedure.Closed || k.State.Links["hearing"].Status != procedure.Closed {
			t.Errorf("ended: %+v %+v", k.Row, k.State.Links)
		}
	})
}

func TestExpire_ALimitThatRunsOutIsDeemedAndClosesTheCase(t *testing.T) {
	govtest.EachWith(t, testArea, func(t *testing.T, c *govtest.County) {
		ctx := context.Background()
		still(t, c)
		done, err := c.Docket.Open(ctx, c.As("drafter", "qy-a"), docket.OpenRequest{Procedure: "test.parent", Title: "无人理会", Unit: "qy-a"})
		if err != nil {
			t.Fatal(err)
		}
		c.Clock.On("2026-09-20")
		if n, _, err := c.Docket.ExpireDue(ctx); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		k := get(t, c, done.Case)
		if st := k.State.Steps["end"]; !st.Deemed || st.By != gov.System || st.Occurred.Day() != k.State.Clocks["whole"].Due || k.Row.Status != procedure.Closed || k.Row.Late != 1 {
			t.Errorf("%+v %+v", st, k.Row)
		}
	})
}
