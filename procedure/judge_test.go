package procedure

import (
	"strings"
	"testing"
	"time"

	"zhunsheng/gov"
	"zhunsheng/law"
)

var monday = gov.MustDay("2026-09-07").Start().Add(9 * time.Hour)

func opened(t testing.TB, d *Definition, fields map[FieldID]string) (*State, Env) {
	t.Helper()
	env := testEnv(monday)
	by := d.cast(d.src.Start.By, "甲", "own-unit", env)
	e, no := d.Start(StartAct{Title: " 关于某事 ", Unit: "own-unit", Occurred: monday, Actor: by, Fields: fields}, env)
	if len(no) > 0 {
		t.Fatal(describe(no))
	}
	s := NewState("c")
	s.Apply(1, by, e)
	return s, env
}

func letter(name string) map[PaperID][]Paper {
	return map[PaperID][]Paper{"letter": {{Digest: strings.Repeat("a", 64), Name: name, Size: 3, Media: "application/pdf"}}}
}

func TestStart_RefusesEachFault(t *testing.T) {
	d := loadFile(t, "testdata/features.yaml")
	env := testEnv(monday)
	good := StartAct{Title: "案件", Unit: "own-unit", Occurred: monday, Actor: d.cast("clerk", "甲", "own-unit", env),
		Fields: map[FieldID]string{"kind": "plain"}}
	if _, no := d.Start(good, env); len(no) > 0 {
		t.Fatal(describe(no))
	}
	for name, c := range map[string]struct {
		change func(*StartAct)
		kind   RefusalKind
		text   string
	}{
		"no title":         {func(a *StartAct) { a.Title = " " }, RefusedForm, "请填写事项名称"},
		"long title":       {func(a *StartAct) { a.Title = strings.Repeat("长", 201) }, RefusedForm, "过长"},
		"no unit":          {func(a *StartAct) { a.Unit = ""; a.Actor.Unit = "" }, RefusedForm, "哪个单位"},
		"no time":          {func(a *StartAct) { a.Occurred = 0 }, RefusedForm, "时间"},
		"future":           {func(a *StartAct) { a.Occurred++ }, RefusedTime, "尚未到来"},
		"before from":      {func(a *StartAct) { a.Occurred = gov.MustDay("2021-12-31").Start() }, RefusedTime, "2022年1月1日起适用"},
		"other unit":       {func(a *StartAct) { a.Actor.Unit = "u2" }, RefusedRole, "应由承办人办理"},
		"other post":       {func(a *StartAct) { a.Actor.Post = "guard" }, RefusedRole, "应由承办人办理"},
		"field missing":    {func(a *StartAct) { a.Fields = nil }, RefusedForm, "请填写“类别”"},
		"field unknown":    {func(a *StartAct) { a.Fields = map[FieldID]string{"kind": "plain", "x": "1"} }, RefusedForm, "没有字段"},
		"choice unknown":   {func(a *StartAct) { a.Fields = map[FieldID]string{"kind": "odd"} }, RefusedForm, "没有这个选项"},
		"day malformed":    {func(a *StartAct) { a.Fields = map[FieldID]string{"kind": "plain", "hearing-day": "2026/1/1"} }, RefusedForm, "2006-01-02"},
		"number malformed": {func(a *StartAct) { a.Fields = map[FieldID]string{"kind": "plain", "amount": "1e9"} }, RefusedForm, "应为数字"},
		"text too long": {func(a *StartAct) {
			a.Fields = map[FieldID]string{"kind": "plain", "applicant": strings.Repeat("长", 501)}
		}, RefusedForm, "过长"},
		"text two lines": {func(a *StartAct) { a.Fields = map[FieldID]string{"kind": "plain", "applicant": "a\nb"} }, RefusedForm, "多于一行"},
		"text not UTF-8": {func(a *StartAct) { a.Fields = map[FieldID]string{"kind": "plain", "applicant": "\xff"} }, RefusedForm, "无法识别"},
		"recording bare": {func(a *StartAct) { a.Recording = &Recording{Reason: "x"} }, RefusedForm, "原始材料"},
		"recording why":  {func(a *StartAct) { a.Recording = &Recording{Source: "x"} }, RefusedForm, "为何未在系统中办理"},
	} {
		a := good
		c.change(&a)
		e, no := d.Start(a, env)
		if !refusedWith(no, c.kind, c.text) || e.Open != nil {
			t.Errorf("%s: %s", name, describe(no))
		}
	}
	late := testEnv(gov.MustDay("2027-01-04").Start())
	a := good
	a.Occurred = late.Now
	if _, no := d.Start(a, late); !refusedWith(no, RefusedTime, "至2026年12月31日止") {
		t.Error(describe(no))
	}
}

func refusedWith(no []Refusal, kind RefusalKind, text string) bool {
	for _, r := range no {
		if r.Kind == kind && strings.Contains(r.Text, text) {
			return true
		}
	}
	return false
}

func TestJudge_RefusesEachFault(t *testing.T) {
	d := loadFile(t, "testdata/invented.yaml")
	s, env := opened(t, d, nil)
	good := Act{Step: "receive", Occurred: monday, Actor: d.cast("clerk", "甲", "own-unit", env), Papers: letter("来信.PDF")}
	if _, no := d.Judge(s, good, env); len(no) > 0 {
		t.Fatal(describe(no))
	}
	for name, c := range map[string]struct {
		change func(*Act)
		kind   RefusalKind
		text   string
	}{
		"unknown step":    {func(a *Act) { a.Step = "fly" }, RefusedForm, "没有这个环节"},
		"unknown outcome": {func(a *Act) { a.Outcome = "maybe" }, RefusedForm, "请选择“收件”的办理结果"},
		"no outcome":      {func(a *Act) { a.Step = "check" }, RefusedForm, "请选择“复核”的办理结果"},
		"before opening":  {func(a *Act) { a.Occurred = monday.Add(-24 * time.Hour) }, RefusedTime, "早于案件启动"},
		"future":          {func(a *Act) { a.Occurred = monday.Add(time.Hour) }, RefusedTime, "尚未到来"},
		"paper missing":   {func(a *Act) { a.Papers = nil }, RefusedForm, "请附“来信”"},
		"paper kind":      {func(a *Act) { a.Papers = letter("来信.exe") }, RefusedForm, "应为 pdf 文件"},
		"paper unknown":   {func(a *Act) { a.Papers = map[PaperID][]Paper{"x": nil} }, RefusedForm, "没有材料"},
		"paper twice":     {func(a *Act) { a.Papers["letter"] = append(letter("a.pdf")["letter"], letter("b.pdf")["letter"]...) }, RefusedForm, "文件过多"},
		"paper unsent":    {func(a *Act) { a.Papers = map[PaperID][]Paper{"letter": {{Name: "a.pdf"}}} }, RefusedForm, "重新上传"},
		"record stranger": {func(a *Act) { a.Recording = &Recording{Reason: "x", Source: "y"}; a.Actor.Unit = "u2" }, RefusedRole, "不能补录"},
	} {
		a := good
		a.Papers = letter("来信.pdf")
		c.change(&a)
		if _, no := d.Judge(s, a, env); !refusedWith(no, c.kind, c.text) {
			t.Errorf("%s: %s", name, describe(no))
		}
	}
}

// A case that was never opened, and one that has ended, take no act.
func TestJudge_RefusesOutsideTheLifeOfACase(t *testing.T) {
	d := loadFile(t, "testdata/invented.yaml")
	s, env := opened(t, d, nil)
	a := Act{Step: "receive", Occurred: monday, Actor: d.cast("clerk", "甲", "own-unit", env), Papers: letter("a.pdf")}
	for status, want := range map[CaseStatus]string{"": "尚未启动", Closed: "已经办结", Withdrawn: "已经终止"} {
		c := s.Clone()
		c.Status = status
		if _, no := d.Judge(c, a, env); !refusedWith(no, RefusedState, want) {
			t.Errorf("%q: %s", status, describe(no))
		}
	}
}

// Without a parameter, a book or a readable limit the clock cannot be computed, and the
// act that would start it is refused rather than left without its limit.
func TestJudge_RefusesWhenALimitCannotBeComputed(t *testing.T) {
	d := loadFile(t, "../area/rules/normative-document-department.yaml")
	base := testEnv(monday)
	for name, change := range map[string]func(*Env){
		"no book":        func(e *Env) { e.Book = nil },
		"no parameters":  func(e *Env) { e.Param = nil },
		"no value":       func(e *Env) { e.Param = func(string, gov.Day) (Param, bool) { return Param{}, false } },
		"unreadable":     func(e *Env) { e.Param = func(string, gov.Day) (Param, bool) { return Param{Value: "很久"}, true } },
		"limit in hours": func(e *Env) { e.Param = func(string, gov.Day) (Param, bool) { return Param{Value: "24小时"}, true } },
	} {
		s := upTo(t, d, "一次办结：从起草到报送备案", 2)
		env := base
		change(&env)
		actor := d.cast("drafter", "甲", s.Unit, base)
		_, no := d.Judge(s, Act{Step: "assessment", Occurred: monday, Actor: actor, Fields: map[FieldID]string{"assessment-conclusion": "可行"}}, env)
		if !refusedWith(no, RefusedState, "无法计算") {
			t.Errorf("%s: %s", name, describe(no))
		}
	}
}

// The parameter in force on the day of the act decides, not that of the day of entering it.
func TestClock_TakesTheParameterOfItsFirstDay(t *testing.T) {
	d := loadFile(t, "../area/rules/normative-document-department.yaml")
	s := upTo(t, d, "一次办结：从起草到报送备案", 7)
	env := testEnv(gov.MustDay("2026-05-20").Start())
	env.Param = func(name string, on gov.Day) (Param, bool) {
		if on.Before(gov.MustDay("2026-05-01")) {
			return Param{Value: "10日", Source: "旧规定"}, true
		}
		return Param{Value: "30日", Source: "新规定"}, true
	}
	a := Act{Step: "publication", Occurred: gov.MustDay("2026-04-21").Start(), Actor: d.cast("registrar", "丙", s.Unit, env),
		Recording: &Recording{Reason: "线下", Source: "网页"}, Fields: map[FieldID]string{"effective-day": "2026-06-01"}}
	e, no := d.Judge(s, a, env)
	if len(no) > 0 {
		t.Fatal(describe(no))
	}
	for _, c := range e.Clocks {
		if c.Clock != "filing" {
			continue
		}
		if c.Due != gov.MustDay("2026-05-06") || c.Derivation.Steps[0].Kind != "parameter" || !strings.Contains(c.Derivation.Steps[0].Text, "旧规定") {
			t.Errorf("%+v", c)
		}
		return
	}
	t.Error("no filing clock was started")
}

func TestSeparation_HoldsForAgentsAndEarlierRounds(t *testing.T) {
	d := loadFile(t, "testdata/invented.yaml")
	past := func(by gov.Actor) *State {
		return &State{History: []PastStep{{Step: "receive", StepState: StepState{By: by}}, {Step: "receive", StepState: StepState{By: gov.Actor{Person: "丁"}}}}}
	}
	role := d.roles["checker"]
	for _, c := range []struct {
		before, now gov.Actor
		refused     bool
	}{
		{gov.Actor{Person: "甲"}, gov.Actor{Person: "甲"}, true},
		{gov.Actor{Person: "甲"}, gov.Actor{Person: "乙"}, false},
		{gov.Actor{Person: "甲", OnBehalf: "乙"}, gov.Actor{Person: "乙"}, true},
		{gov.Actor{Person: "甲"}, gov.Actor{Person: "乙", OnBehalf: "甲"}, true},
		{gov.Actor{Person: "甲", OnBehalf: "丙"}, gov.Actor{Person: "乙", OnBehalf: "丙"}, true},
		{gov.Actor{Person: "甲"}, gov.Actor{Person: "丁"}, true},
	} {
		if _, bad := d.separation(past(c.before), role, c.now); bad != c.refused {
			t.Errorf("%+v then %+v: refused %v", c.before, c.now, bad)
		}
	}
}

func TestFacts_AreReadFromTheCase(t *testing.T) {
	d := loadFile(t, "testdata/features.yaml")
	s := upTo(t, d, "金额大的须集体讨论；异议期未满不得决定", 1)
	if v, ok := d.FactValue("amount", s); !ok || v != 1000.5 {
		t.Errorf("amount: %v %v", v, ok)
	}
	if _, ok := d.FactValue("whole", s); ok {
		t.Error("a clock has no value")
	}
	if _, ok := d.FactValue("nothing", s); ok {
		t.Error("an unknown fact has a value")
	}
	if c, ok := d.Clock("whole"); !ok || c.Rule != "FEA-C03" {
		t.Errorf("clock: %+v %v", c, ok)
	}
}

func TestDefinition_AnswersWhatOtherPackagesAsk(t *testing.T) {
	d := loadFile(t, "testdata/features.yaml")
	if d.String() != "invented.features@3" || d.Mode() != External || d.Level() != gov.Internal || d.Area() != "invented" ||
		d.From() != gov.MustDay("2022-01-01") || d.To() != gov.MustDay("2026-12-31") || len(d.Digest()) != 64 {
		t.Errorf("%s %s %d %s", d, d.Mode(), d.Level(), d.Digest())
	}
	if !d.Personal("applicant") || d.Personal("kind") || d.Personal("nothing") {
		t.Error("personal fields")
	}
	if p := d.Publications(); len(p) != 1 || p[0].Register != "decisions" {
		t.Errorf("%+v", p)
	}
	if d.StepName("notice") != "告知" || d.StepName("x") != "x" {
		t.Error("step names")
	}
	env := testEnv(monday)
	if !d.MayStart(d.cast("clerk", "甲", "own-unit", env), "own-unit", env) || d.MayStart(gov.Actor{}, "own-unit", env) {
		t.Error("who may start")
	}
	if f := d.OpeningForm(); len(f.Fields) != 4 || f.Fields[3].Options[1].Name != "重大" {
		t.Errorf("%+v", f)
	}
}

// The aim is 50 µs for one act of the released definition.
func BenchmarkJudge(b *testing.B) {
	d := loadFile(b, "../area/rules/normative-document-department.yaml")
	for lines, step := range map[int]StepID{1: "draft", 3: "legality-review", 4: "deliberation", 7: "publication"} {
		var s *State
		for _, sc := range d.Scenarios()[:1] {
			part := *sc
			part.Lines = sc.Lines[:lines]
			s = d.Play(&part, law.Default(), testParams).State
		}
		env := testEnv(gov.MustDay("2026-04-25").Start())
		spec, _ := d.Step(step)
		a := Act{Step: step, Outcome: spec.Outcomes[0].ID, Occurred: env.Now, Actor: d.cast(spec.By, "某", s.Unit, env),
			Fields: map[FieldID]string{}, Papers: map[PaperID][]Paper{}}
		for _, f := range spec.Fields {
			if f.Required && !f.Recording {
				a.Fields[f.ID] = f.example(env.Now.Day())
			}
		}
		for _, p := range spec.Papers {
			if p.Required {
				a.Papers[p.ID] = []Paper{sample(p)}
			}
		}
		if _, no := d.Judge(s, a, env); len(no) > 0 {
			b.Fatal(step, describe(no))
		}
		b.Run(string(step), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				d.Judge(s, a, env)
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		loadFile(b, "../area/rules/normative-document-department.yaml")
	}
}
