package changed

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"zhunsheng/area/leadership"
	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/internal/app"
	"zhunsheng/internal/govtest"
	"zhunsheng/ledger"
	"zhunsheng/ledger/ledgersql"
	"zhunsheng/procedure"
	"zhunsheng/register"
	"zhunsheng/sqldb"
)

const source = "清政办发〔2026〕31号第十二条"

// A department proposes another limit for filing, somebody else approves it: documents
// published from its first day on are filed within the new limit, which names its source;
// those published before keep the old one, also when they are entered, or looked at, later.
func TestParameterChange_F107_LaterCasesAreCountedByItFromItsFirstDay(t *testing.T) {
	govtest.EachWith(t, county, func(t *testing.T, c *govtest.County) {
		settle(t, c)
		earlier, before, first, open := c.Open("qy-a", "调整前公布"), c.Open("qy-a", "起用前一天公布"), c.Open("qy-a", "起用当天公布"), c.Open("qy-a", "起用后公布")
		for _, id := range []gov.CaseID{before, first, open} {
			c.Walk(id, "qy-a", "publication-review")
		}
		c.Walk(earlier, "qy-a", "publication") // 9月17日
		old := filing(t, c, earlier)
		if old.Due.String() != "2026-10-08" || strings.Contains(words(old), source) {
			t.Fatalf("before the change: %+v", old)
		}

		id := propose(t, c, map[procedure.FieldID]string{"parameter": "filing-limit", "label": "部门行政规范性文件报送备案的期限", "value": "10日",
			"source": source, "effective-day": "2026-11-02", "unread": "false"})
		// Who proposes does not approve, and nothing changes before the approval.
		c.Clock.On("2026-10-13")
		if _, err := act(c, c.As("drafter", "qy-a"), id, "approval", "approved", approval); gov.KindOf(err) != gov.Refused && gov.KindOf(err) != gov.Forbidden {
			t.Errorf("the proposer approves: %v", err)
		}
		if got := entry(t, c, "2026-11-02"); got.Data["value"] != "15日" {
			t.Errorf("before the approval: %v", got.Data)
		}
		done, err := act(c, examiner(t, c), id, "approval", "approved", approval)
		if err != nil {
			t.Fatal(err)
		}
		if k := look(t, c, done.Case); k.Row.Status != procedure.Closed {
			t.Errorf("the change: %+v", k.Row)
		}

		// The register says from which day, from where, and by which case.
		if got := entry(t, c, "2026-11-01"); got.Data["value"] != "15日" {
			t.Errorf("the day before: %v", got.Data)
		}
		got := entry(t, c, "2026-11-02")
		if got.Data["value"] != "10日" || got.Data["source"] != source || got.Data["unverified"] != "false" {
			t.Errorf("the first day: %+v", got)
		}
		if by := caseOf(t, c, got); by != id {
			t.Errorf("the entry names case %q, not %q", by, id)
		}

		publish(t, c, before, "2026-11-01")
		publish(t, c, first, "2026-11-02")
		publish(t, c, open, "2026-11-20")
		for _, x := range []struct {
			id  gov.CaseID
			due string
			new bool
		}{{earlier, "2026-10-08", false}, {before, "2026-11-16", false}, {first, "2026-11-12", true}, {open, "2026-11-30", true}} {
			clock := filing(t, c, x.id)
			if clock.Due.String() != x.due {
				t.Errorf("%s: due %s, not %s", look(t, c, x.id).Row.Title, clock.Due, x.due)
			}
			if says := words(clock); strings.Contains(says, source) != x.new || x.new && !strings.Contains(says, "10日") {
				t.Errorf("%s: %s", look(t, c, x.id).Row.Title, says)
			}
		}
		if k := look(t, c, earlier); k.State.Clocks["filing"].Status != procedure.ClockExpired {
			t.Errorf("the earlier case: %+v", k.State.Clocks["filing"])
		}
	})
}

var approval = map[procedure.FieldID]string{"check-opinion": "与来源文件一致"}

// county adds the procedure of changes to the small county.
func county(config *app.Config) { config.Areas = append(config.Areas, leadership.Area()) }

// settle gives the county an examiner.
func settle(t *testing.T, c *govtest.County) {
	t.Helper()
	span := identity.Span{From: gov.MustDay("2015-01-01")}
	set := func(reg, key string, data map[string]string) register.Change {
		return register.Change{Register: reg, Key: key, Span: span, Data: data, Reason: "测试县"}
	}
	err := c.Registers.Load(context.Background(), gov.Actor{Person: "setup"}, []register.Change{
		set("posts", "examiner", map[string]string{"name": "合法性审查岗", "kind": "work", "actions": "case.read,case.act"}),
		set("people", "examiner", map[string]string{"name": "审查甲", "unit": "qy-sfj"}),
		set("grants", "examiner", map[string]string{"person": "examiner", "post": "examiner", "unit": "qy-sfj", "scope": "qy", "clearance": "2"}),
	})
	if err != nil {
		t.Fatal(err)
	}
}

func examiner(t *testing.T, c *govtest.County) (who *identity.Principal) {
	t.Helper()
	err := c.DB.Read(context.Background(), func(tx *sqldb.Tx) error {
		dir, err := c.Registers.Directory(tx)
		if err == nil {
			who, err = dir.Principal(gov.Actor{Person: "examiner", Post: "examiner", Unit: "qy-sfj"}, c.Clock.Now().Day())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return who
}

// propose opens a change in October and hands it in.
func propose(t *testing.T, c *govtest.County, fields map[procedure.FieldID]string) gov.CaseID {
	t.Helper()
	c.Clock.On("2026-10-12")
	who := c.As("drafter", "qy-a")
	done, err := c.Docket.Open(context.Background(), who, docket.OpenRequest{Procedure: "parameter-change", Title: "报送备案的期限改为十日", Unit: "qy-a"})
	if err == nil {
		_, err = act(c, who, done.Case, "proposal", "done", fields, "source-paper")
	}
	if err != nil {
		t.Fatal(err)
	}
	return done.Case
}

func act(c *govtest.County, who *identity.Principal, id gov.CaseID, step procedure.StepID, outcome string, fields map[procedure.FieldID]string, papers ...procedure.PaperID) (docket.Done, error) {
	return c.Docket.Act(context.Background(), who, docket.ActRequest{Case: id, Step: step, Outcome: outcome, Fields: fields,
		Papers: c.Papers(who.Actor.Person, papers...)})
}

// publish publishes a document that was reviewed in September.
func publish(t *testing.T, c *govtest.County, id gov.CaseID, day string) {
	t.Helper()
	s := govtest.Straight[6]
	s.Day, s.Fields = day, map[procedure.FieldID]string{"effective-day": gov.MustDay(day).AddDays(33).String()}
	if _, err := c.Take(id, "qy-a", s); err != nil {
		t.Fatal(err)
	}
}

func look(t *testing.T, c *govtest.County, id gov.CaseID) *docket.Case {
	t.Helper()
	k, err := c.Docket.Get(context.Background(), c.As("supervisor", ""), id)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func filing(t *testing.T, c *govtest.County, id gov.CaseID) procedure.ClockState {
	t.Helper()
	return look(t, c, id).State.Clocks["filing"]
}

// words is what the derivation of a limit says.
func words(s procedure.ClockState) string {
	var b strings.Builder
	for _, step := range s.Derivation.Steps {
		b.WriteString(step.Text + "\n")
	}
	return b.String()
}

// entry is the filing limit in the register on a day.
func entry(t *testing.T, c *govtest.County, day string) (e register.Entry) {
	t.Helper()
	err := c.DB.Read(context.Background(), func(tx *sqldb.Tx) (err error) {
		e, err = c.Registers.Get(tx, register.Parameters, "filing-limit", gov.MustDay(day))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// caseOf is the case that the event of an entry names.
func caseOf(t *testing.T, c *govtest.County, e register.Entry) gov.CaseID {
	t.Helper()
	var p register.Payload
	err := c.DB.Read(context.Background(), func(tx *sqldb.Tx) error {
		stored, err := ledgersql.ByID(tx, string(e.Event))
		if err != nil {
			return err
		}
		env, err := ledger.DecodeEnvelope(stored.Body)
		if err != nil {
			return err
		}
		return json.Unmarshal(env.Payload, &p)
	})
	if err != nil {
		t.Fatal(err)
	}
	return p.Case
}
