package app_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/internal/app"
	"zhunsheng/internal/govtest"
	"zhunsheng/ledger"
	"zhunsheng/ledger/ledgersql"
	"zhunsheng/procedure"
	"zhunsheng/sqldb"
)

const localReview = `overlay: qy.comment
of: fixture.comment
version: 1
name: 清源县补充规定
basis: [{statute: 本地规定, mark: local}]
gates:
  - {id: FC-G90, on: reply, require: papers.reply_text.given, text: 答复写明研究经过, missing: [{text: 答复, paper: reply-text}], cites: [{statute: 本地规定, mark: local}]}
`

const localReviewScenario = `scenario 没有写明研究经过不得答复
2026-09-02 anybody 启动 → ok
2026-09-03 handler 研究 → ok
2026-09-04 handler 公布答复 → refused FC-G90
`

func overlay(t *testing.T, data, name, text, scenario string) {
	t.Helper()
	folder := filepath.Join(data, "overlays")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for ext, text := range map[string]string{".yaml": text, ".scenario": scenario} {
		if err := os.WriteFile(filepath.Join(folder, name+ext), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// loads are what the ledger says of overlays.
func loads(t *testing.T, c *govtest.County) (out []app.Loaded) {
	t.Helper()
	settle(t, c)
	err := c.DB.Read(ctx, func(tx *sqldb.Tx) error {
		out = nil
		all, err := ledgersql.Range(tx, 0, 10000)
		for _, s := range all {
			env, err := ledger.DecodeEnvelope(s.Body)
			if err != nil {
				return err
			}
			var l app.Loaded
			if env.Kind != app.KindDefinitionLoaded {
				continue
			}
			if err := json.Unmarshal(env.Payload, &l); err != nil {
				return err
			}
			out = append(out, l)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func submit(t *testing.T, c *govtest.County, key string) gov.CaseID {
	t.Helper()
	r, err := c.Docket.Submit(ctx, docket.Intake{Procedure: govtest.Comment, Parent: c.Open("qy-a", "办法"+key), Key: key,
		Fields: map[procedure.FieldID]string{"kind": "citizen", "comment": "意见" + key}})
	if err != nil {
		t.Fatal(err)
	}
	return r.Case
}

// answer takes a comment to its reply, without the paper that the overlay asks for.
func answer(t *testing.T, c *govtest.County, id gov.CaseID) error {
	t.Helper()
	who := c.As("drafter", "qy-a")
	if _, err := c.Docket.Act(ctx, who, docket.ActRequest{Case: id, Step: "study", Outcome: "done",
		Fields: map[procedure.FieldID]string{"published-reply": "采纳"}}); err != nil {
		t.Fatal(err)
	}
	_, err := c.Docket.Act(ctx, who, docket.ActRequest{Case: id, Step: "reply"})
	return err
}

// An overlay holds for the cases that start under it. A case goes on as it started when the
// overlay comes, is replaced or is taken away, and the ledger says each time what changed.
func TestOverlays_AreLaidAtStartAndToldInTheLedger(t *testing.T) {
	restarts(t, func(t *testing.T, start func() *govtest.County, data string) {
		c := start()
		plain := submit(t, c, "one")
		if got := loads(t, c); len(got) != 0 {
			t.Errorf("without overlays the ledger says %+v", got)
		}
		stop(t, c)

		overlay(t, data, "10-comment", localReview, localReviewScenario)
		c = start()
		def, err := c.Definitions.Current(govtest.Comment)
		if err != nil || len(def.Overlays()) != 1 {
			t.Fatal(def, err)
		}
		got := loads(t, c)
		if len(got) != 1 || len(got[0].Definitions) != 1 || got[0].Definitions[0].Digest != def.Digest() || got[0].Definitions[0].Version != 1 ||
			got[0].Definitions[0].Overlays[0].ID != "qy.comment" || got[0].Definitions[0].Overlays[0].Digest != def.Overlays()[0].Digest() {
			t.Errorf("the ledger says %+v", got)
		}
		strict := submit(t, c, "two")
		if err := answer(t, c, strict); gov.KindOf(err) != gov.Refused || !strings.Contains(err.Error(), "研究经过") {
			t.Errorf("under the overlay: %v", err)
		}
		if err := answer(t, c, plain); err != nil {
			t.Errorf("a case from before the overlay: %v", err)
		}
		stop(t, c)

		if err := os.RemoveAll(filepath.Join(data, "overlays")); err != nil {
			t.Fatal(err)
		}
		c = start()
		if got := loads(t, c); len(got) != 2 || len(got[1].Definitions) != 0 {
			t.Errorf("after it was taken away the ledger says %+v", got)
		}
		if _, err := c.Docket.Act(ctx, c.As("drafter", "qy-a"), docket.ActRequest{Case: strict, Step: "reply"}); gov.KindOf(err) != gov.Refused {
			t.Errorf("a case that started under the overlay: %v", err)
		}
		loose := submit(t, c, "three")
		if err := answer(t, c, loose); err != nil {
			t.Errorf("after the overlay: %v", err)
		}
		stop(t, c)
		c = start()
		if got := loads(t, c); len(got) != 2 {
			t.Errorf("nothing changed and the ledger says %+v", got)
		}
		mustBeRebuilt(t, c)
		mustPause(t, c)
		mustBeClean(t, c)
	})
}

// restarts gives a test a county that it may stop and start again, on each engine.
func restarts(t *testing.T, fn func(t *testing.T, start func() *govtest.County, data string)) {
	govtest.Each(t, func(t *testing.T, c *govtest.County) {
		stop(t, c)
		fn(t, func() *govtest.County { return govtest.Start(t, c.Config, c.Clock) }, c.Data)
	})
}

func stop(t *testing.T, c *govtest.County) {
	t.Helper()
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
}

// What loosens a definition, fits none or does not pass its checks stops the start, and the
// message names file and line.
func TestOverlays_ThatLoosenStopTheStart(t *testing.T) {
	dep := `overlay: qy.doc
of: normative-document.department
version: 1
name: 清源县补充规定
basis: [{statute: 本地规定, mark: local}]
limits: [{rule: ND-C01, limit: 90日, cites: [{statute: 本地规定, mark: local}]}]
`
	for what, x := range map[string]struct{ text, scenario, want string }{
		"a gate that stands": {strings.ReplaceAll(dep, "limits: [{rule: ND-C01, limit: 90日, cites: [{statute: 本地规定, mark: local}]}]",
			"gates: [{id: ND-G03, on: deliberation, require: 'true', text: 不必审核, missing: [{text: 无}], cites: [{statute: 本地规定, mark: local}]}]"), "", "不能改写必经程序"},
		"a longer limit":    {dep, "", "10-x.yaml:6"},
		"another version":   {strings.Replace(dep, "version: 1", "version: 7", 1), "", "normative-document.department@7"},
		"no such procedure": {strings.Replace(dep, "of: normative-document.department", "of: nothing.at-all", 1), "", "nothing.at-all"},
		"no scenario":       {localReview, "", "FC-G90"},
		// what the step before may have left out can never be given
		"a case without an end": {strings.Replace(localReview, "papers.reply_text.given", "fields.note_to_file.given", 1), localReviewScenario, "dead_end"},
		"a scenario that fails": {localReview, strings.Replace(localReviewScenario, "refused FC-G90", "ok", 1), "预期 ok"},
		"a word for loosing":    {localReview + "remove: [FC-G01]\n", localReviewScenario, "remove"},
	} {
		clock := &govtest.Clock{}
		clock.On("2026-09-01")
		config := govtest.Config("", t.TempDir(), clock)
		scenario := x.scenario
		if scenario == "" {
			scenario = "scenario 空\n2026-09-02 anybody 启动 → ok\n"
		}
		overlay(t, config.Data, "10-x", x.text, scenario)
		a, err := app.Open(ctx, config)
		if err == nil {
			a.Close()
		}
		if gov.KindOf(err) != gov.Invalid || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// Data that is there already does not open without the keys it was written with, and no key
// is made for it.
func TestOpen_DataWithoutItsKeysIsRefused(t *testing.T) {
	restarts(t, func(t *testing.T, start func() *govtest.County, data string) {
		c := start()
		submit(t, c, "one")
		backup := filepath.Join(t.TempDir(), "b.tar")
		settle(t, c)
		if err := c.Backup(ctx, backup); err != nil {
			t.Fatal(err)
		}
		stop(t, c)
		refused := func(config app.Config, missing string) {
			t.Helper()
			a, err := app.Open(ctx, config)
			if err == nil {
				a.Close()
			}
			if gov.KindOf(err) != gov.Invalid || !strings.Contains(err.Error(), missing) || !strings.Contains(err.Error(), config.Keys) {
				t.Errorf("opened without %s: %v", missing, err)
			}
			if _, err := os.Stat(filepath.Join(config.Keys, missing)); err == nil {
				t.Errorf("%s was made anew", missing)
			}
		}
		for _, key := range []string{"log.key", "row.key"} {
			path := filepath.Join(c.Keys, key)
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			refused(c.Config, key)
			if err := os.WriteFile(path, text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if c.Database == "" {
			restored := c.Config
			restored.Data, restored.Keys = filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "keys")
			if err := app.Restore(ctx, restored, backup); err != nil {
				t.Fatal(err)
			}
			refused(restored, "log.key")
		}
		stop(t, start())
	})
}
