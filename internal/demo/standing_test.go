package demo

import (
	"net/http/httptest"
	"strings"
	"testing"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/indicator"
	"zhunsheng/internal/site"
	"zhunsheng/procedure"
	"zhunsheng/publication"
)

// shortest is the shortest way in which each procedure makes a document that is published: the
// steps to record, and what they must say.
var shortest = map[string]struct {
	unit  gov.UnitID
	steps []procedure.StepID
	file  []procedure.StepID // the filings that it owes
}{
	"normative-document.department": {"qy-mzj", []procedure.StepID{"numbering", "publication"}, []procedure.StepID{"filing"}},
	"normative-document.township":   {"qyz-cg", []procedure.StepID{"numbering", "publication"}, []procedure.StepID{"filing"}},
	"normative-document.joint":      {"qy-jyj", []procedure.StepID{"numbering", "publication"}, []procedure.StepID{"filing"}},
	"normative-document.government": {"qy-zjj", []procedure.StepID{"deliberation", "numbering", "issue-government", "publication"}, []procedure.StepID{"filing", "filing-congress"}},
}

var said = map[procedure.StepID]map[procedure.FieldID]string{
	"deliberation":     {"meeting-name": "常务会议", "issuer": "government", "dissent": "无"},
	"numbering":        {"recorded-number": "旧规〔2026〕1号"},
	"issue-government": {"recorded-number": "旧政规〔2026〕1号"},
	"publication":      {"media": "县政府网站", "effective-day": "2026-06-01"},
	"evaluation":       {"evaluation-conclusion": "不再需要"},
	"cleanup":          {"cleanup-kind": "special", "decision-day": "局长办公会议", "decision-reason": "与上级规定不一致"},
	"result":           {"secrecy-opinion": "可以公开"},
}

// recorded records a case with these steps, all on one day, and gives its id.
func (o office) recorded(proc, title string, unit gov.UnitID, day string, fields map[procedure.FieldID]string, steps ...string) gov.CaseID {
	o.t.Helper()
	at := gov.MustDay(day).Start().Add(9 * 3600e6)
	def, err := o.a.Definitions.Current(proc)
	if err != nil {
		o.t.Fatal(err)
	}
	req := docket.WholeRequest{Open: docket.OpenRequest{Procedure: proc, Title: title, Unit: unit, Occurred: at, Fields: fields,
		Recording: &procedure.Recording{Reason: "旧文件", Source: "发文卷宗"}, Key: proc + string(unit) + title}}
	for _, id := range steps {
		id, on, later := strings.Cut(id, "@")
		name, outcome, _ := strings.Cut(id, ":")
		step, ok := def.Step(procedure.StepID(name))
		if !ok {
			o.t.Fatalf("%s has no step %s", proc, name)
		}
		if outcome == "" {
			outcome = step.Outcomes[0].ID
		}
		act := docket.ActRequest{Step: step.ID, Outcome: outcome, Occurred: at, Fields: map[procedure.FieldID]string{}}
		if later {
			act.Occurred = gov.MustDay(on).Start().Add(9 * 3600e6)
		}
		for f, v := range said[step.ID] {
			for _, asked := range step.Fields {
				if asked.ID == f {
					act.Fields[f] = v
				}
			}
		}
		req.Acts = append(req.Acts, act)
	}
	done, err := o.a.Docket.RecordWhole(o.t.Context(), o.as("supervisor", unit), req)
	if err != nil {
		o.t.Fatalf("%s, %s: %v", proc, title, err)
	}
	return done.Case
}

func strs(list []procedure.StepID, more ...string) []string {
	var out []string
	for _, s := range list {
		out = append(out, string(s))
	}
	return append(out, more...)
}

// Limits are counted in the period in which they end, whenever the document was made; what is
// suspended stands apart; and each track is counted above and below.
func TestIndicators_F006_EveryTrackByThePeriodInWhichTheLimitEnds(t *testing.T) {
	o := open(t, "2026-11-23")
	for proc, way := range shortest {
		t.Run(proc, func(t *testing.T) {
			o := office{o.stage, t}
			var filed, late []string
			for _, f := range way.file {
				filed, late = append(filed, string(f)+"@2025-12-30"), append(late, string(f)+"@2026-03-02")
			}
			o.recorded(proc, "按期报送的办法", way.unit, "2025-12-25", nil, strs(way.steps, filed...)...)
			o.recorded(proc, "逾期报送的办法", way.unit, "2025-12-25", nil, strs(way.steps, late...)...)
			o.recorded(proc, "没有报送的办法", way.unit, "2025-12-25", nil, strs(way.steps)...)
			// The documents are of 2025, their limits for filing end in January 2026.
			o.wantRates(way.unit, "2025-01-01", "2025-12-31", map[indicator.ID]string{"document-published": "3/3", "document-reviewed": "0/3",
				"document-five-steps": "0/3", "document-in-base": "3/3", "document-published-in-time": "", "filing-in-time": "", "document-filed": ""})
			o.wantRates(way.unit, "2026-01-01", "2026-12-31", map[indicator.ID]string{"filing-in-time": "1/3", "document-filed": "2/3",
				"document-published-in-time": "3/3", "document-published": ""})
		})
	}
	t.Run("suspended", func(t *testing.T) {
		o := office{o.stage, t}
		document := o.recorded("normative-document.joint", "退回补正的办法", "qy-jyj", "2026-11-02", nil, "numbering", "publication", "filing")
		who := o.as("supervisor", "qy-sfj")
		done, err := o.a.Docket.Open(t.Context(), who, docket.OpenRequest{Procedure: "document-filing", Title: "退回补正的办法", Unit: "qy-sfj",
			Fields: map[procedure.FieldID]string{"document": string(document)}, Key: "filing"})
		if err != nil {
			t.Fatal(err)
		}
		notice, err := o.put(t.Context(), &played{title: "补正通知"}, "补正通知", who.Actor)
		if err != nil {
			t.Fatal(err)
		}
		for i, act := range []docket.ActRequest{
			{Step: "registration", Outcome: "done", Fields: map[procedure.FieldID]string{"maker": "县教育局等", "document-number": "旧规〔2026〕1号",
				"published-day": "2026-11-02", "received-day": "2026-11-23", "late": "false"}},
			{Step: "form-review", Outcome: "incomplete", Fields: map[procedure.FieldID]string{"form-note": "缺少会签单"},
				Papers: map[procedure.PaperID][]procedure.Paper{"correction-notice": {notice}}},
		} {
			act.Case, act.Key = done.Case, "filing"+string(act.Step)
			if _, err := o.a.Docket.Act(t.Context(), who, act); err != nil {
				t.Fatal(i, err)
			}
		}
		c, err := o.a.Docket.Get(t.Context(), who, done.Case)
		if err != nil {
			t.Fatal(err)
		}
		run := c.State.Clocks["review"]
		if run.Status != procedure.ClockSuspended {
			t.Fatalf("%+v", run)
		}
		year := gov.MustDay("2026-01-01")
		got := o.rates("qy-sfj", year.String(), "2027-12-31")
		if got["filing-review-in-time"] != "0/0/1" {
			t.Errorf("a suspended review counts %q", got["filing-review-in-time"])
		}
	})
}

// A later document changes the standing of the one that it amends, and a clean-up decision
// ends one, whatever procedure made them; the portal says so on the page of each.
func TestPortal_F040_StandingOfDocumentsOfEveryTrack(t *testing.T) {
	o := open(t, "2026-11-23")
	h, err := site.Handler(o.a)
	if err != nil {
		t.Fatal(err)
	}
	page := func(t *testing.T, id gov.CaseID) string {
		t.Helper()
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", "/documents/"+string(id), nil))
		if w.Code != 200 {
			t.Fatalf("%s: %d", id, w.Code)
		}
		return w.Body.String()
	}
	for proc, way := range shortest {
		t.Run(proc, func(t *testing.T) {
			o := office{o.stage, t}
			amended := o.recorded(proc, "原来的办法", way.unit, "2026-05-06", nil, strs(way.steps)...)
			repealed := o.recorded(proc, "废止的办法", way.unit, "2026-05-06", nil, strs(way.steps)...)
			lapsed := o.recorded(proc, "失效的办法", way.unit, "2026-05-06", nil, strs(way.steps)...)
			newer := o.recorded(proc, "修改后的办法", way.unit, "2026-05-20", map[procedure.FieldID]string{"amends": string(amended)}, strs(way.steps)...)
			o.recorded("document-upkeep", "废止的办法", way.unit, "2026-07-06", map[procedure.FieldID]string{"document": string(repealed)},
				"evaluation", "cleanup:repealed", "result:ended")
			o.recorded("document-upkeep", "失效的办法", way.unit, "2026-07-06", map[procedure.FieldID]string{"document": string(lapsed)},
				"evaluation", "cleanup:lapsed", "result:ended")
			if err := o.a.Settle(t.Context()); err != nil {
				t.Fatal(err)
			}
			today := gov.MustDay("2026-11-23")
			for id, want := range map[gov.CaseID]string{amended: "已修改", repealed: "已废止", lapsed: "已失效", newer: "有效"} {
				e, _, err := o.a.Shelf.Get(t.Context(), publication.Documents, id)
				if err != nil {
					t.Fatal(err)
				}
				if drafter := proc == "normative-document.government"; drafter == (e.Unit == way.unit) {
					t.Errorf("%s stands under %s, and %s drafted it", e.Title, e.Unit, way.unit)
				}
				if got := e.Standing(today); got != want {
					t.Errorf("%s is %s, want %s", e.Title, got, want)
				}
				if text := page(t, id); !strings.Contains(text, want) {
					t.Errorf("the page of %s does not say %s", e.Title, want)
				}
			}
			if text := page(t, amended); !strings.Contains(text, "修改后的办法") || !strings.Contains(text, "/documents/"+string(newer)) {
				t.Error("the page of the amended document does not lead to the one that amends it")
			}
		})
	}
}
