package procedure

import (
	"strings"
	"testing"

	"zhunsheng/gov"
	"zhunsheng/law"
)

const tighter = `overlay: qy.request
of: invented.request
version: 1
name: 清源县补充规定
basis: [{statute: 本地规定, mark: local}]
fields: [note]
papers: [letter]
limits: [{rule: INV-C01, limit: 5日, cites: [{statute: 本地规定, mark: local}]}]
gates:
  - {id: INV-G90, on: answer, require: actor.person != steps.receive.by, text: 收件人不答复, missing: [{text: 他人答复}], cites: [{statute: 本地规定, mark: local}]}
never:
  - {id: INV-N90, text: 收件人答复, when: steps.answer.done && steps.answer.by == steps.receive.by}
`

const tighterScenario = `scenario 收件人不答复，五日以内
person 甲 clerk
2026-09-01 clerk 收件 → clock INV-C01 due 2026-09-08 running
2026-09-02 checker 复核 → ok
2026-09-03 clerk 答复 → refused INV-G90
2026-09-03 甲 答复 → case closed
`

func overlaid(t *testing.T, text string) (*Definition, Problems) {
	t.Helper()
	o, err := ParseOverlay("10-qy.yaml", []byte(text))
	if err != nil {
		return nil, err.(Problems)
	}
	return loadFile(t, "testdata/invented.yaml").With(o, law.Default())
}

func TestOverlay_TightensAndIsPartOfTheDigest(t *testing.T) {
	base := loadFile(t, "testdata/invented.yaml")
	d, problems := overlaid(t, tighter)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if p := d.Check(law.Default()); len(p) != 1 || !strings.Contains(p[0].Text, "没有情形文件") {
		t.Errorf("without scenarios: %v", p)
	}
	if err := d.AddScenarios("10-qy.scenario", []byte(tighterScenario)); err != nil {
		t.Fatal(err)
	}
	for _, p := range d.Check(law.Default()) {
		t.Error(p)
	}
	for _, f := range d.RunScenarios(law.Default(), testParams) {
		t.Error(f)
	}
	if d.Digest() == base.Digest() || len(d.Overlays()) != 1 {
		t.Errorf("digest %s of %d overlays", d.Digest(), len(d.Overlays()))
	}
	if x := d.Explore(law.Default(), testParams, 10_000); !x.Complete || len(x.Findings) > 0 {
		t.Errorf("%+v", x)
	}
	if x := d.Without("INV-G90").Explore(law.Default(), testParams, 10_000); len(x.Findings) == 0 || x.Findings[0].Kind != FoundNever {
		t.Errorf("without the added gate: %+v", x)
	}
	if base.Clocks()[0].Limit != "7日" || len(base.Gates()) != 1 {
		t.Error("the overlay changed the definition under it")
	}
	if c, _ := d.Clock("answer"); c.Limit != "5日" {
		t.Errorf("limit %s", c.Limit)
	}
	// A second overlay lies over the first, and in the other order the digest differs.
	text := strings.NewReplacer("qy.request", "qy.second", "5日", "3日", "INV-G90", "INV-G91", "INV-N90", "INV-N91").Replace(tighter)
	second, err := ParseOverlay("20-qy.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	both, problems := d.With(second, law.Default())
	if c, _ := both.Clock("answer"); len(problems) > 0 || c.Limit != "3日" || len(both.Gates()) != 3 {
		t.Errorf("both: %v %s", problems, c.Limit)
	}
	other, _ := base.With(second, law.Default())
	if _, problems := other.With(d.Overlays()[0], law.Default()); len(problems) != 1 || !strings.Contains(problems[0].Text, "只能缩短") {
		t.Errorf("5日 over 3日: %v", problems)
	}
	if _, no := d.Start(StartAct{Title: "x", Unit: "own-unit", Occurred: monday, Actor: gov.Actor{Person: "p", Post: "clerk", Unit: "own-unit"}}, testEnv(monday)); len(no) > 0 {
		t.Error(describe(no))
	}
}

func TestOverlay_RefusesWhatLoosens(t *testing.T) {
	for name, c := range map[string]struct{ old, now, want string }{
		"longer":        {"limit: 5日", "limit: 8日", "INV-C01 “答复”最长7日，补充规定只能缩短，不能写作8日"},
		"as long":       {"limit: 5日", "limit: 7日", "只能缩短"},
		"other unit":    {"limit: 5日", "limit: 5个工作日", "不能比较长短"},
		"unknown clock": {"rule: INV-C01", "rule: INV-C09", "没有这个期限"},
		"same gate":     {"id: INV-G90", "id: INV-G01", "不能改写必经程序"},
		"unknown paper": {"papers: [letter]", "papers: [later]", "没有材料“later”"},
		"unknown field": {"fields: [note]", "fields: [not]", "没有可以要求必填的字段“not”"},
		"other version": {"version: 1", "version: 2", "不能用于 invented.request@1"},
		"a step":        {"papers: [letter]", "steps: []", "没有“steps”这一项"},
		"no basis":      {"basis: [{statute: 本地规定, mark: local}]", "basis: []", "不能为空"},
	} {
		_, problems := overlaid(t, strings.Replace(tighter, c.old, c.now, 1))
		if len(problems) != 1 || !strings.Contains(problems[0].String(), c.want) || problems[0].Pos.File != "10-qy.yaml" || problems[0].Pos.Line == 0 {
			t.Errorf("%s: %v", name, problems)
		}
	}
}

func FuzzParseOverlay(f *testing.F) {
	f.Add([]byte(tighter))
	f.Fuzz(func(t *testing.T, src []byte) {
		o, err := ParseOverlay("fuzz.yaml", src)
		if err != nil {
			return
		}
		if d, problems := loadFile(t, "testdata/invented.yaml").With(o, law.Default()); d != nil && len(problems) == 0 {
			d.Check(law.Default())
		}
	})
}
