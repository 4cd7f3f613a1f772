package app_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/internal/app"
	"zhunsheng/internal/govtest"
	"zhunsheng/procedure"
	"zhunsheng/register"
	"zhunsheng/sqldb"
)

var ctx = context.Background()

const password = "correct horse battery staple 9"

// tell lets a county go through everything once: a document filed in time, one filed late,
// one recorded afterwards with its breach, a refused attempt, one on its way, changes of
// registers with personal values, accounts and sessions. Everything is sealed and folded.
func tell(t *testing.T, c *govtest.County) {
	t.Helper()
	c.Walk(c.Open("qy-a", "临时救助实施细则"), "qy-a", "")

	c.Clock.On("2026-09-01")
	late := c.Open("qy-b", "农村供水管理办法")
	c.Walk(late, "qy-b", "publication-review")
	publish := govtest.Straight[6]
	publish.Fields = map[procedure.FieldID]string{"effective-day": "2026-10-20", "expiry-day": "2031-10-19"}
	take(t, c, late, "qy-b", publish)
	filing := govtest.Straight[7]
	filing.Day = "2026-11-02"
	take(t, c, late, "qy-b", filing)

	c.Clock.On("2026-09-01")
	recorded := c.Open("qy-a", "未经审核的通告")
	c.Walk(recorded, "qy-a", "assessment")
	early := govtest.Straight[3]
	early.Day, early.Fields = "2026-09-03", map[procedure.FieldID]string{"meeting-name": "办公会议", "meeting-day": "2026-09-03"}
	if _, err := c.Take(recorded, "qy-a", early); gov.KindOf(err) != gov.Refused {
		t.Fatalf("deliberation before review: %v", err)
	}
	c.Clock.On("2026-10-20")
	if _, err := c.Docket.Act(ctx, c.As("supervisor", ""), docket.ActRequest{Case: recorded, Step: "deliberation", Outcome: "passed",
		Occurred: gov.MustDay("2026-09-04").Start().Add(9 * time.Hour), Key: "recorded-1",
		Fields: map[procedure.FieldID]string{"meeting-name": "办公会议", "meeting-day": "2026-09-04"},
		Papers: c.Papers("qy-sfj-supervisor", "minutes"), Recording: &procedure.Recording{Reason: "督察发现", Source: "会议记录本", Paper: source(t, c)}}); err != nil {
		t.Fatal(err)
	}

	c.Clock.On("2026-11-02")
	running := c.Open("qy-a", "正在报送的办法")
	for i, s := range govtest.Straight[:7] {
		s.Day = fmt.Sprintf("2026-11-%02d", 3+i+i/2)
		if s.Fields["meeting-day"] != "" {
			s.Fields = map[procedure.FieldID]string{"meeting-name": "办公会议", "meeting-day": s.Day}
		}
		if s.Step == "legality-review" {
			s.Fields = map[procedure.FieldID]string{"review-opinion": "可行", "early-reason": "应对突发事件"}
		}
		if s.Step == "publication" {
			s.Fields = map[procedure.FieldID]string{"effective-day": "2026-12-01"}
		}
		take(t, c, running, "qy-a", s)
	}

	for i, words := range []string{"第三条标准偏低", "请写明申请的窗口"} {
		if _, err := c.Docket.Submit(ctx, docket.Intake{Procedure: govtest.Comment, Parent: late, Key: fmt.Sprintf("intake-%d", i),
			Fields: map[procedure.FieldID]string{"kind": "citizen", "commenter": "李某", "comment": words}}); err != nil {
			t.Fatal(err)
		}
	}

	c.Clock.On("2026-11-20")
	sys := c.As("sysadmin", "")
	if _, err := c.Registers.Set(ctx, sys, register.Change{Register: register.People, Key: "qy-a-clerk",
		Span: identity.Span{From: gov.MustDay("2026-11-20")}, Data: map[string]string{"name": "王小明", "unit": "qy-a"},
		Reason: "新到岗", Request: "person-1"}); err != nil {
		t.Fatal(err)
	}
	ended := entry(t, c, register.People, "qy-a-clerk")
	if _, err := c.Registers.End(ctx, sys, register.Ending{Register: register.People, Key: "qy-a-clerk",
		On: gov.MustDay("2026-12-01"), Seen: ended.Tag(), Reason: "调离", Request: "person-2"}); err != nil {
		t.Fatal(err)
	}

	for _, login := range []string{"drafter", "reviewer"} {
		if err := c.Identity.CreateAccount(ctx, login, gov.PersonID("qy-a-"+login), password); err != nil {
			t.Fatal(err)
		}
		if _, _, err := c.Identity.SignIn(ctx, login, password, "test"); err != nil {
			t.Fatal(err)
		}
	}
	for _, login := range []string{"reviewer", "nobody"} { // a failure, and the decoy
		if _, _, err := c.Identity.SignIn(ctx, login, "wrong", "test"); err == nil {
			t.Fatal("signed in with a wrong password")
		}
	}
	settle(t, c)
}

// source is the scan of a paper that a recording names.
func source(t *testing.T, c *govtest.County) *procedure.Paper {
	t.Helper()
	f, err := c.Files.Put(ctx, "qy-sfj-supervisor", "会议记录本.docx", bytes.NewReader(govtest.Docx("会议记录本第三页")))
	if err != nil {
		t.Fatal(err)
	}
	return &procedure.Paper{Digest: f.Digest, Name: f.Name, Size: f.Size, Media: f.Media}
}

func take(t *testing.T, c *govtest.County, id gov.CaseID, unit gov.UnitID, s govtest.Step) {
	t.Helper()
	if _, err := c.Take(id, unit, s); err != nil {
		t.Fatalf("%s on %s: %v", s.Step, s.Day, err)
	}
}

func entry(t *testing.T, c *govtest.County, reg, key string) (e register.Entry) {
	t.Helper()
	err := c.DB.Read(ctx, func(tx *sqldb.Tx) (err error) {
		e, err = c.Registers.Get(tx, reg, key, c.Clock.Now().Day())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func settle(t *testing.T, c *govtest.County) {
	t.Helper()
	if err := c.Settle(ctx); err != nil {
		t.Fatal(err)
	}
}

// verify is what verify finds.
func verify(t *testing.T, c *govtest.County, since ...[]byte) *app.VerifyReport {
	t.Helper()
	r, err := c.Verify(ctx, app.VerifyOptions{Since: since})
	if err != nil {
		t.Fatalf("verify: %v", err)
	}
	return r
}

func mustBeClean(t *testing.T, c *govtest.County) *app.VerifyReport {
	t.Helper()
	r := verify(t, c)
	if len(r.Findings) > 0 {
		t.Fatalf("not clean: %s", list(r.Findings))
	}
	return r
}

func mustBeRebuilt(t *testing.T, c *govtest.County) {
	t.Helper()
	diffs, err := c.Rebuild(ctx)
	if err != nil {
		t.Fatalf("rebuild: %v", err)
	}
	for _, d := range diffs {
		t.Errorf("rebuild: %s[%s]: %s", d.Table, d.Key, d.Text)
	}
}

func list(found []app.Finding) string {
	var b strings.Builder
	for i, f := range found {
		if i == 12 {
			fmt.Fprintf(&b, "\n  … and %d more", len(found)-i)
			break
		}
		fmt.Fprintf(&b, "\n  [%s] %s", f.Place, f.Text)
	}
	return b.String()
}

// names reports whether a finding says all the words, in its place or its text.
func names(found []app.Finding, words ...string) bool {
	for _, f := range found {
		all := true
		for _, w := range words {
			all = all && strings.Contains(f.Place+" "+f.Text, w)
		}
		if all {
			return true
		}
	}
	return false
}

// dump is every row of every table as text.
func dump(t *testing.T, c *govtest.County) string {
	t.Helper()
	text, err := dumpOf(c.DB)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func dumpOf(db *sqldb.DB) (string, error) {
	var b strings.Builder
	err := db.Read(ctx, func(tx *sqldb.Tx) error {
		b.Reset()
		list, err := sqldb.Tables(tx)
		if err != nil {
			return err
		}
		for _, table := range list {
			fmt.Fprintf(&b, "%s\n", table.Name)
			if err := sqldb.Dump(tx, table, func(row []sqldb.Cell) error {
				_, err := fmt.Fprintf(&b, "%q\n", row)
				return err
			}); err != nil {
				return err
			}
		}
		return nil
	})
	return b.String(), err
}
