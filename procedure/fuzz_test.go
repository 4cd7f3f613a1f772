package procedure

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"zhunsheng/gov"
	"zhunsheng/law"
)

// Any text either is refused with positions or gives a definition that can be checked,
// explained, drawn and judged without a panic.
func FuzzParse(f *testing.F) {
	for _, file := range definitionFiles(f) {
		src, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	f.Add([]byte("id: [\n"))
	f.Add([]byte("a: &a [*a]\n"))
	f.Add([]byte("---\n---\n"))
	f.Fuzz(func(t *testing.T, src []byte) {
		d, err := Parse("fuzz.yaml", src)
		if err != nil {
			problems, ok := err.(Problems)
			if !ok || len(problems) == 0 {
				t.Fatalf("an error without problems: %v", err)
			}
			for _, p := range problems {
				if p.Pos.File != "fuzz.yaml" || p.Pos.Line < 1 || p.Text == "" {
					t.Fatalf("a problem without place or words: %+v", p)
				}
			}
			return
		}
		d.Check(law.Default())
		env := testEnv(gov.MustDay("2026-06-01").Start())
		d.Explain(testParams, env.Now.Day())
		d.SVG(nil, env)
		s := NewState("c")
		actor := d.cast(d.src.Start.By, "p1", "own-unit", env)
		e, no := d.Start(StartAct{Title: "案件", Unit: "own-unit", Occurred: env.Now, Actor: actor}, env)
		if len(no) == 0 {
			s.Apply(1, actor, e)
		} else {
			s.Apply(1, actor, Effects{Open: &Opening{Unit: "own-unit", Occurred: env.Now}})
		}
		for i := range d.src.Steps {
			step := &d.src.Steps[i]
			a := Act{Step: step.ID, Outcome: step.Outcomes[0].ID, Occurred: env.Now, Actor: d.cast(step.By, "p1", "own-unit", env),
				Fields: map[FieldID]string{}, Papers: map[PaperID][]Paper{}}
			for _, x := range step.Fields {
				a.Fields[x.ID] = x.example(env.Now.Day())
			}
			for _, p := range step.Papers {
				a.Papers[p.ID] = []Paper{sample(p)}
			}
			for _, t := range d.Templates() {
				d.Draft(s, a, t, env)
			}
			d.Makes(s, a, env)
			if e, no := d.Judge(s, a, env); len(no) == 0 {
				e.Settle()
				s.Apply(s.Version+1, a.Actor, e)
			}
		}
		d.View(s, actor, env)
		d.TrueFacts(s)
		d.Transition(s, d, env)
		d.Expiries(s, env.Now.Add(1000*24*time.Hour), env)
	})
}

func FuzzScenarios(f *testing.F) {
	for _, file := range []string{"testdata/invented.scenario", "testdata/features.scenario", "testdata/opened.scenario", "testdata/comment.scenario"} {
		src, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(src))
	}
	f.Add("scenario x\nchildren c 3 open 1\ncase a b 2026-01-01 facts c,d\n2026-01-01 children c 1\n2026-01-02 case a b facts e")
	f.Add("scenario x\n2026-01-01 clerk 收件 → opens none; enters r k a=b from 2026-01-01; ends r k; draft 来信 complete; draft 来信 lacks a; draft 来信 a=b; publishes X")
	f.Add("scenario x\n2026-01-01 clerk 收件 +来信 -来信 a=b → ok; clock INV-C01 due 2026-01-01")
	f.Fuzz(func(t *testing.T, src string) {
		d := loadFile(t, "testdata/invented.yaml")
		d.scenarios = nil
		if err := d.AddScenarios("fuzz.scenario", []byte(src)); err != nil {
			if problems, ok := err.(Problems); !ok || len(problems) == 0 || problems[0].Pos.Line < 1 {
				t.Fatalf("an error without a place: %v", err)
			}
			return
		}
		d.RunScenarios(law.Default(), testParams)
		d.Check(law.Default())
	})
}

// No sequence of events panics, however senseless.
func FuzzApply(f *testing.F) {
	f.Add([]byte(`[{"open":{"unit":"own-unit","title":"x","occurred":1},"step":"receive","state":{"status":"done","round":1,"outcome":"done","occurred":5,"by":{"person":"p"},"version":1}}]`), int64(1<<50))
	f.Add([]byte(`[{"return":["check"],"clocks":[{"clock":"answer","status":"running","round":1,"rule":"INV-C01","from":"2026-01-01","nominal":"2026-01-09","due":"2026-01-09","derivation":{}}],"breaches":[{"rule":"INV-G01","step":"answer","text":"x","version":1}],"repairs":["INV-G01"],"close":"closed"}]`), int64(-1))
	f.Add([]byte(`[{"children":{"comments":{"count":-1,"open":7}},"links":{"hearing":{"case":"x","facts":["held"]}},"opens":[{"procedure":"","link":""}],"enters":[{"register":"r","key":"k","from":""}],"publishes":["OPN-P02"],"transition":{"definition":"d","from":"f"}}]`), int64(1<<50))
	defs := []*Definition{loadFile(f, "testdata/invented.yaml"), loadFile(f, "testdata/features.yaml"), loadFile(f, "testdata/opened.yaml")}
	f.Fuzz(func(t *testing.T, body []byte, now int64) {
		var events []Effects
		if json.Unmarshal(body, &events) != nil {
			return
		}
		s := NewState("c")
		for i, e := range events {
			s.Apply(int64(i+1), gov.Actor{Person: "p1"}, e)
		}
		env := testEnv(gov.Instant(now))
		if y := env.Now.Day().Year(); y < 1990 || y > 2100 {
			env.Now = gov.MustDay("2026-06-01").Start()
		}
		for _, d := range defs {
			d.View(s, gov.Actor{Person: "p1", Unit: s.Unit, Post: "clerk"}, env)
			d.SVG(s, env)
			d.Next(s)
			d.Violations(s)
			d.Expiries(s, env.Now, env)
			for _, step := range d.Steps() {
				d.Judge(s, Act{Step: step.ID, Occurred: env.Now, Actor: d.cast(step.By, "p1", s.Unit, env), Recording: &Recording{Reason: "x", Source: "y"}}, env)
				d.Judge(s, Act{Step: step.ID, Occurred: env.Now, Actor: d.cast(step.By, "p1", s.Unit, env)}, env)
			}
		}
	})
}
