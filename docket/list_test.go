package docket_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/internal/govtest"
	"zhunsheng/procedure"
)

func TestList_WordsAndStatus(t *testing.T) {
	govtest.Each(t, func(t *testing.T, c *govtest.County) {
		ctx := context.Background()
		who := c.As("supervisor", "")
		closed := c.Open("qy-a", "城乡居民100%救助办法")
		c.Walk(closed, "qy-a", "")
		c.Clock.On("2026-09-02")
		for _, title := range []string{"城乡居民100元救助办法", "WPS_模板管理规定", "WPS模板管理规定"} {
			c.Open("qy-b", title)
		}
		gone := c.Open("qy-b", "不再制定的救助规定")
		if _, err := c.Docket.Act(ctx, c.As("drafter", "qy-b"), docket.ActRequest{Case: gone, Step: "withdrawal",
			Fields: map[procedure.FieldID]string{"withdrawal-reason": "不再制定"}}); err != nil {
			t.Fatal(err)
		}
		for _, x := range []struct {
			q    docket.Query
			want int
		}{
			{docket.Query{}, 5},
			{docket.Query{Words: "救助"}, 3},
			{docket.Query{Words: "救助", Status: procedure.Open}, 1},
			{docket.Query{Words: "救助", Status: procedure.Closed}, 1},
			{docket.Query{Words: "救助", Status: procedure.Withdrawn}, 1},
			{docket.Query{Status: procedure.Open}, 3},
			{docket.Query{Status: procedure.Closed}, 1},
			{docket.Query{Status: procedure.Withdrawn}, 1},
			{docket.Query{Words: "救助", Unit: "qy-b"}, 2},
			{docket.Query{Words: "100%"}, 1},
			{docket.Query{Words: "wps_"}, 1},
			{docket.Query{Words: "wps"}, 2},
			{docket.Query{Words: "〔2026〕1号"}, 1},
			{docket.Query{Words: " \\ "}, 0},
			{docket.Query{Words: "'; DROP"}, 0},
		} {
			x.q.Limit = 100
			p, err := c.Docket.List(ctx, who, x.q)
			if err != nil || len(p.Rows) != x.want {
				t.Errorf("%+v: %d rows, %v", x.q, len(p.Rows), err)
			}
			if n, err := c.Docket.Count(ctx, who, x.q); err != nil || int(n) != x.want {
				t.Errorf("%+v: counted %d, %v", x.q, n, err)
			}
		}
		// A person who is party sees the case in the list of all and of its status.
		drafter := c.As("drafter", "qy-b")
		for _, q := range []docket.Query{{Words: "救助", Limit: 9}, {Words: "救助", Status: procedure.Withdrawn, Limit: 9}} {
			if p, err := c.Docket.List(ctx, drafter, q); err != nil || len(p.Rows) == 0 {
				t.Errorf("%+v: %+v, %v", q, p, err)
			}
		}
		for _, bad := range []docket.Query{{Status: "odd"}, {Words: strings.Repeat("长", 200)}, {Words: "\xff"}} {
			if _, err := c.Docket.List(ctx, who, bad); gov.KindOf(err) != gov.Invalid {
				t.Errorf("%+v: %v", bad, err)
			}
		}
	})
}

// What no case has yet may be attached by who brought it and by nobody else.
func TestAct_AFileOfNoCaseIsOnlyForWhoBroughtIt(t *testing.T) {
	govtest.Each(t, func(t *testing.T, c *govtest.County) {
		ctx := context.Background()
		id := c.Open("qy-a", "别人上传的文件")
		papers := c.Papers("qy-a-reviewer", "draft-text", "explanation")
		req := docket.ActRequest{Case: id, Step: "draft", Outcome: "done", Papers: papers, Fields: map[procedure.FieldID]string{"business": "false"}}
		who := c.As("drafter", "qy-a")
		if _, err := c.Docket.Act(ctx, who, req); gov.KindOf(err) != gov.Invalid || !strings.Contains(err.Error(), "尚未上传完成") {
			t.Fatalf("attached a file that somebody else brought: %v", err)
		}
		for _, list := range papers {
			content, err := c.Files.Open(list[0].Digest)
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			if _, err := b.ReadFrom(content); err != nil {
				t.Fatal(err)
			}
			content.Close()
			if _, err := c.Files.Put(ctx, who.Actor.Person, list[0].Name, &b); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := c.Docket.Act(ctx, who, req); err != nil {
			t.Errorf("who brought it too: %v", err)
		}
	})
}
