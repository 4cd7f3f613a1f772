package procedure

import (
	"os"
	"strings"
	"testing"

	"zhunsheng/gov"
	"zhunsheng/law"
)

// dated is the invented definition with a clause that came into force after its first day, on
// gate, clock, separation and basis.
func dated(t *testing.T) *Definition {
	t.Helper()
	src, err := os.ReadFile("testdata/invented.yaml")
	if err != nil {
		t.Fatal(err)
	}
	const later = "{statute: 公平竞争审查条例, article: 第十八条, mark: text, since: 2024-08-01}"
	text := strings.ReplaceAll(string(src), "      - {statute: 本地规定, mark: local}\n", "      - {statute: 本地规定, mark: local}\n      - "+later+"\n")
	text = strings.Replace(text, "\nstart:", "  - "+later+"\n\nstart:", 1)
	d, err := Parse("dated.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	scenarios, err := os.ReadFile("testdata/invented.scenario")
	if err != nil {
		t.Fatal(err)
	}
	if err := d.AddScenarios("dated.scenario", scenarios); err != nil {
		t.Fatal(err)
	}
	if found := d.Check(law.Default()); len(found) > 0 {
		t.Fatal(found)
	}
	return d
}

// An act of an earlier day does not cite what came into force later, whenever it is entered.
func TestSince_OnlyLaterActsCiteALaterClause(t *testing.T) {
	d := dated(t)
	for day, cites := range map[string]int{"2024-07-31": 1, "2024-08-01": 2} {
		day := gov.MustDay(day)
		env := testEnv(day.AddDays(30).Start())
		clerk := gov.Actor{Person: "甲", Unit: "u", Post: "clerk"}
		at := day.Start()
		s := NewState("c")
		e, no := d.Start(StartAct{Title: "事项", Unit: "u", Occurred: at, Actor: clerk}, env)
		if len(no) > 0 {
			t.Fatal(no)
		}
		s.Apply(1, clerk, e)
		e, no = d.Judge(s, Act{Step: "receive", Occurred: at, Actor: clerk, Papers: map[PaperID][]Paper{"letter": {sample(PaperSpec{Label: "来信"})}}}, env)
		if len(no) > 0 {
			t.Fatal(no)
		}
		s.Apply(2, clerk, e)
		counts := map[string]int{}
		_, no = d.Judge(s, Act{Step: "answer", Occurred: at, Actor: clerk}, env)
		for _, r := range no {
			counts[string(r.Rule)] = len(r.Cites)
		}
		checker := gov.Actor{Person: "甲", Unit: "u", Post: "checker"}
		_, no = d.Judge(s, Act{Step: "check", Outcome: "agreed", Occurred: at, Actor: checker, Fields: map[FieldID]string{"note": "同意"}}, env)
		for _, r := range no {
			counts[string(r.Rule)] = len(r.Cites)
		}
		e, _ = d.Judge(s, Act{Step: "answer", Occurred: at, Actor: clerk, Recording: &Recording{Reason: "线下", Source: "原件"}}, env)
		for _, b := range e.Breaches {
			counts["breach "+string(b.Rule)] = len(b.Cites)
		}
		for _, c := range d.View(s, clerk, env).Clocks {
			counts[string(c.Rule)] = len(c.Cites)
		}
		for _, rule := range []string{"INV-G01", "INV-R01", "breach INV-G01", "INV-C01"} {
			if counts[rule] != cites {
				t.Errorf("%s: %s cites %d clauses, not %d", day, rule, counts[rule], cites)
			}
		}
		if named := strings.Contains(d.basisText(day), "公平竞争审查条例"); named != (cites == 2) {
			t.Errorf("%s: a paper names %s", day, d.basisText(day))
		}
	}
}

// Where a definition is told without a day, a later clause stands with its day.
func TestSince_IsToldWithTheDefinition(t *testing.T) {
	text := dated(t).Explain(nil, gov.MustDay("2023-01-01"))
	if !strings.Contains(text, "公平竞争审查条例第十八条（自2024年8月1日起）") {
		t.Fatal(text)
	}
}
