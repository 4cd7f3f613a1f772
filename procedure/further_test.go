package procedure

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"zhunsheng/gov"
	"zhunsheng/law"
)

// A case that reached decide, with everything that a deciding act needs.
func decidable(t testing.TB) (*Definition, *State, Env, Act) {
	t.Helper()
	d := loadFile(t, "testdata/opened.yaml")
	env := testEnv(gov.MustDay("2026-04-01").Start().Add(9 * time.Hour))
	clerk := d.cast("clerk", "甲", "own-unit", env)
	s := NewState("c1")
	e, no := d.Start(StartAct{Title: "某规定", Unit: "own-unit", Occurred: env.Now, Actor: clerk,
		Fields: map[FieldID]string{"kind": "grave", "why-grave": "影响大"}}, env)
	s = after(t, s, clerk, e, no)
	e, no = d.Judge(s, Act{Step: "publish", Occurred: env.Now, Actor: clerk, Fields: map[FieldID]string{"until": "2026-05-20", "digest": "要点"},
		Papers: map[PaperID][]Paper{"text": {sample(PaperSpec{Label: "稿"})}, "note": {sample(PaperSpec{Label: "说明"})}}}, env)
	s = after(t, s, clerk, e, no)
	env.Now = gov.MustDay("2026-05-25").Start().Add(9 * time.Hour)
	for _, e := range d.Expiries(s, env.Now, env) {
		s.Apply(s.Version+1, gov.System, e)
	}
	chief := d.cast("chief", "乙", "own-unit", env)
	e, no = d.Judge(s, Act{Step: "review", Outcome: "agreed", Occurred: env.Now, Actor: chief, Papers: map[PaperID][]Paper{"opinion": {sample(PaperSpec{Label: "意见"})}}}, env)
	s = after(t, s, chief, e, no)
	return d, s, env, Act{Step: "decide", Occurred: env.Now, Actor: chief, Papers: map[PaperID][]Paper{"final": {sample(PaperSpec{Label: "决定"})}}}
}

func after(t testing.TB, s *State, by gov.Actor, e Effects, no []Refusal) *State {
	t.Helper()
	if len(no) > 0 {
		t.Fatal(describe(no))
	}
	for i := range e.Numbers {
		e.Numbers[i].Text = strings.ReplaceAll(e.Numbers[i].Pattern, "{n}", "1")
	}
	e.Settle()
	s = s.Clone()
	s.Apply(s.Version+1, by, e)
	return s
}

func TestOpens_NumbersStandInTitlesAndEntriesOnlyOnceAllocated(t *testing.T) {
	d, s, env, act := decidable(t)
	e, no := d.Judge(s, act, env)
	if len(no) > 0 {
		t.Fatal(describe(no))
	}
	if len(e.Opens) != 2 || e.Opens[0].Title != "执行某规定（{number.document}）" || e.Opens[0].Unit != "parent-unit" || e.Opens[1].Unit != "u7" || e.Opens[1].Title != "某规定" {
		t.Errorf("opens %+v", e.Opens)
	}
	if e.Numbers[0].Unit != "u7" {
		t.Errorf("a number of another body is said to be of %q", e.Numbers[0].Unit)
	}
	e.Numbers[0].Text = "示决〔2026〕9号"
	e.Settle()
	if e.Opens[0].Title != "执行某规定（示决〔2026〕9号）" || e.Enters[0].Key != "示决〔2026〕9号" {
		t.Errorf("settled %+v %+v", e.Opens, e.Enters)
	}
	if e.Numbers[0].Series != "u7/document/2026" {
		t.Errorf("the number is not of the other body: %+v", e.Numbers[0])
	}
	e.Settle()
	if e.Enters[0].Key != "示决〔2026〕9号" {
		t.Error("settling twice changed the entry")
	}
}

func TestOpens_RefusesWhereNoUnitIsNamed(t *testing.T) {
	d, s, env, act := decidable(t)
	env.Parent = nil
	env.Param = func(string, gov.Day) (Param, bool) { return Param{}, false }
	_, no := d.Judge(s, act, env)
	if got := describe(no); !strings.Contains(got, "parent") || !strings.Contains(got, "parameter:office") || !strings.Contains(got, "用哪个单位的代字") {
		t.Errorf("%s", got)
	}
}

// A title cannot make up a placeholder of its own.
func TestFill_WhatPeopleWriteIsNotFilledIn(t *testing.T) {
	d, s, env, act := decidable(t)
	s.Title = "{unit.name}和{{elements}}"
	sheet, _ := d.Draft(s, act, d.Templates()[1], env)
	if want := "{unit.name}和｛｛elements｝｝自起施行。"; len(sheet.Body) != 1 || sheet.Body[0] != want {
		t.Errorf("%q", sheet.Body)
	}
	s.Fields["digest"] = "一行\n{{comments}}\n\n两行"
	act.Step, act.Outcome = "review", "agreed"
	sheet, _ = d.Draft(s, act, d.Templates()[0], env)
	if n := len(slices.DeleteFunc(slices.Clone(sheet.Body), func(l string) bool { return l != "{{comments}}" })); n != 1 || !slices.Contains(sheet.Body, "两行") {
		t.Errorf("%q", sheet.Body)
	}
}

func TestDraft_FillsFromCaseAndFormAndListsWhatIsLacking(t *testing.T) {
	d, s, env, _ := decidable(t)
	env.PersonName = func(p gov.PersonID) string { return map[gov.PersonID]string{"甲": "王敏", "乙": "李岩"}[p] }
	env.Children = func(string) (int, int) { return 3, 0 }
	act := Act{Step: "review", Outcome: "agreed", Occurred: env.Now, Actor: gov.Actor{Person: "乙"}}
	made := d.Makes(s, act, env)
	if len(made) != 1 || made[0].ID != "opinion" {
		t.Fatalf("makes %+v", made)
	}
	sheet, lacks := d.Draft(s, act, made[0], env)
	want := Sheet{ID: "opinion", Name: "审核意见书", Layout: LayoutOpinion, Title: "关于某规定的审核意见", Mark: "示收〔2026〕1号",
		To: "本单位", Sign: "本单位", Day: gov.MustDay("2026-05-25"), Case: "c1",
		Elements: []Element{{"事项", "某规定"}, {"类别", "重大"}, {"摘要", "摘要：要点"}, {"截止", "2026年5月20日"}, {"审核人", "李岩"}},
		Body: []string{"一、基本情况", "本单位于2026年4月1日公布某规定，王敏承办，收到意见3件。", "要点", "{{elements}}", "{{comments}}",
			"依据《本地规定》、《行政处罚法》第八十五条，于2026年5月25日审核，同意。"}}
	if diff := cmp.Diff(want, sheet, cmp.Comparer(func(a, b gov.Day) bool { return a == b })); diff != "" || len(lacks) != 0 {
		t.Errorf("%s %+v", diff, lacks)
	}
	delete(s.Fields, "digest")
	if _, lacks = d.Draft(s, act, made[0], env); len(lacks) != 1 || lacks[0].Element != "摘要" || lacks[0].Why != "没有填写“摘要”" {
		t.Errorf("lacks %+v", lacks)
	}
	act.Fields = map[FieldID]string{"digest": "表单上写的"}
	if sheet, lacks = d.Draft(s, act, made[0], env); len(lacks) != 0 || sheet.Elements[2].Value != "摘要：表单上写的" {
		t.Errorf("the form does not lie over the case: %+v %+v", sheet.Elements, lacks)
	}
	number, _ := d.Draft(s, Act{Step: "decide", Occurred: env.Now}, d.Templates()[1], env)
	if number.Mark != "示决〔2026〕　号" {
		t.Errorf("a number that is to be taken: %q", number.Mark)
	}
}

func TestView_SaysWhatIsMadeBySystemAndWhatIsAskedByCircumstance(t *testing.T) {
	d, s, env, act := decidable(t)
	for _, o := range d.View(s, act.Actor, env).Offers {
		if o.Step == "decide" && o.Form.Papers[0].Template != "final" {
			t.Errorf("%+v", o.Form.Papers)
		}
	}
	form := d.OpeningForm()
	if f := form.Fields[2]; f.ID != "why-grave" || f.Required || !f.Conditional {
		t.Errorf("%+v", f)
	}
}

// 补录: what occurred before a minimum period had run is a breach, whenever it is entered.
func TestTooEarly_GoesByTheDayOfTheActAndNotOfEntering(t *testing.T) {
	d := loadFile(t, "testdata/features.yaml")
	rapid.Check(t, func(t *rapid.T) {
		env := testEnv(gov.MustDay("2026-04-01").Start().Add(9 * time.Hour))
		clerk := d.cast("clerk", "甲", "own-unit", env)
		s := NewState("c")
		apply := func(e Effects, no []Refusal) {
			if len(no) > 0 {
				t.Fatal(describe(no))
			}
			s.Apply(s.Version+1, clerk, e)
		}
		apply(d.Start(StartAct{Title: "案件", Unit: "own-unit", Occurred: env.Now, Actor: clerk, Fields: map[FieldID]string{"kind": "plain"}}, env))
		apply(d.Judge(s, Act{Step: "notice", Occurred: env.Now, Actor: clerk}, env))
		due := s.Clocks["objection"].Due
		on := gov.MustDay("2026-04-01").AddDays(rapid.IntRange(0, 40).Draw(t, "on"))
		env.Now = on.AddDays(rapid.IntRange(0, 60).Draw(t, "entered")).Start().Add(10 * time.Hour)
		for _, e := range d.Expiries(s, env.Now, env) {
			s.Apply(s.Version+1, gov.System, e)
		}
		e, no := d.Judge(s, Act{Step: "opinion", Outcome: "agreed", Occurred: on.Start().Add(9 * time.Hour), Actor: clerk,
			Recording: &Recording{Reason: "线下", Source: "原件"}}, env)
		if len(no) > 0 {
			t.Fatal(describe(no))
		}
		early := !on.After(due)
		if breach := slices.ContainsFunc(e.Breaches, func(b Breach) bool { return b.Rule == "FEA-C01" }); breach != early {
			t.Fatalf("due %s, done %s, entered %s: breach %v", due, on, env.Now.Day(), breach)
		}
		s.Apply(s.Version+1, clerk, e)
		if st := s.Clocks["objection"]; (st.Status == ClockCancelled) != early {
			t.Fatalf("due %s, done %s: the period is %s", due, on, st.Status)
		}
	})
}

func TestUntil_CorrectedDayMovesTheClockAndRedatingLeavesIt(t *testing.T) {
	src, err := os.ReadFile("testdata/opened.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(src), "record: [clerk]\n", "record: [clerk]\ncorrect: {rule: OPN-K01, by: [clerk], approve: [chief], cites: [{statute: 本地规定, mark: local}]}\n", 1)
	d, err := Parse("opened.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	env := testEnv(monday)
	clerk, chief := d.cast("clerk", "甲", "own-unit", env), d.cast("chief", "乙", "own-unit", env)
	e, no := d.Start(StartAct{Title: "某规定", Unit: "own-unit", Occurred: monday, Actor: clerk,
		Fields: map[FieldID]string{"kind": "plain", "deadline": "2026-10-01"}}, env)
	s := after(t, NewState("c"), clerk, e, no)
	if out, errs := d.Redate(s, env); len(out)+len(errs) != 0 {
		t.Errorf("redated %+v %v", out, errs)
	}
	e, no = d.Correct(s, CorrectionAct{Of: 1, Reason: "写错", Fields: map[FieldID]string{"deadline": "2026-10-09"}, Actor: clerk}, env)
	s = after(t, s, clerk, e, no)
	e, no = d.DecideCorrection(s, CorrectionDecision{ID: s.Version, Approve: true, Actor: chief}, env)
	s = after(t, s, chief, e, no)
	st := s.Clocks["whole"]
	if st.Due != gov.MustDay("2026-10-09") || st.Status != ClockRunning || !strings.Contains(st.Derivation.Steps[0].Text, "2026年10月9日") {
		t.Errorf("%+v", st)
	}
}

func TestTransition_MovesWhatTheNewVersionCanHold(t *testing.T) {
	next := loadFile(t, "testdata/opened.yaml")
	text := string(next.text)
	old := func(edits ...string) *Definition {
		edits = append([]string{"version: 2", "version: 1", "transition: {from: [1], on: 2026-09-01, when: \"!steps.decide.done\"}\n", ""}, edits...)
		d, err := Parse("old.yaml", []byte(strings.NewReplacer(edits...).Replace(text)))
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	open := func(d *Definition) *State {
		env := testEnv(monday)
		clerk := d.cast("clerk", "甲", "own-unit", env)
		e, no := d.Start(StartAct{Title: "某规定", Unit: "own-unit", Occurred: monday, Actor: clerk, Fields: map[FieldID]string{"kind": "plain", "deadline": "2026-10-01"}}, env)
		s := after(t, NewState("c"), clerk, e, no)
		e, no = d.Judge(s, Act{Step: "publish", Occurred: monday, Actor: clerk, Fields: map[FieldID]string{"until": "2026-10-20"},
			Papers: map[PaperID][]Paper{"text": {sample(PaperSpec{Label: "稿"})}}}, env)
		return after(t, s, clerk, e, no)
	}
	env := testEnv(monday)
	same := old()
	s := open(same)
	e, moves, why := next.Transition(s, same, env)
	if !moves || e.Transition == nil || e.Transition.From != same.Digest() || e.Transition.Definition != next.Digest() {
		t.Fatalf("%v %s %+v", moves, why, e)
	}
	before := s.Clone()
	s.Apply(s.Version+1, gov.System, e)
	before.Definition, before.Version = s.Definition, s.Version
	if diff := cmp.Diff(before, s, cmp.Comparer(func(a, b gov.Day) bool { return a == b })); diff != "" || s.Definition != next.Digest() {
		t.Errorf("a transition changes nothing but the definition: %s", diff)
	}
	if _, moves, _ := next.Transition(s, same, env); moves {
		t.Error("moved twice")
	}
	early := env
	early.Now = gov.MustDay("2026-08-31").Start()
	renamed := old("id: publish\n", "id: announce\n", "step: publish", "step: announce", "[publish]", "[announce]", "steps.publish", "steps.announce", "return: publish", "return: announce", "step.publish", "step.announce")
	sent, err := Parse("x.yaml", []byte(strings.NewReplacer("version: 2", "version: 1", "transition: {from: [1], on: 2026-09-01, when: \"!steps.decide.done\"}\n", "",
		"outcomes: [{id: done, name: 已公布}]", "outcomes: [{id: sent, name: 已公布}]").Replace(text)))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, why string
		from      *Definition
		s         *State
		env       Env
	}{
		{"before its day", "未到", same, open(same), early},
		{"another procedure", "没有规定", loadFile(t, "testdata/invented.yaml"), open(same), env},
		{"not of that version", "不是按该版", same, open(sent), env},
		{"outcome gone", "结果“sent”", sent, open(sent), env},
		{"step gone", "环节“公布征求意见”", renamed, func() *State {
			s := open(same)
			s.Definition = renamed.Digest()
			s.Steps = map[StepID]StepState{"announce": s.Steps["publish"]}
			return s
		}(), env},
		{"field gone", "字段“elsewhere”", same, func() *State { s := open(same); s.Fields["elsewhere"] = "x"; return s }(), env},
		{"paper gone", "材料“elsewhere”", same, func() *State { s := open(same); s.Papers["elsewhere"] = nil; return s }(), env},
		{"clock gone", "期限“elsewhere”", same, func() *State { s := open(same); s.Clocks["elsewhere"] = ClockState{}; return s }(), env},
		{"condition", "不符合", same, func() *State {
			s := open(same)
			s.Steps["decide"] = StepState{Status: StepDone, Outcome: "done"}
			return s
		}(), env},
		{"ended", "不在办", same, func() *State { s := open(same); s.Status = Closed; return s }(), env},
	} {
		if e, moves, why := next.Transition(c.s, c.from, c.env); moves || e.Transition != nil || !strings.Contains(why, c.why) {
			t.Errorf("%s: %v %q", c.name, moves, why)
		}
	}
}

func TestPublication_DueReadsTheEventAlone(t *testing.T) {
	p := Publication{Rule: "X-P01", Step: "publish", Outcome: "done", When: "true"}
	done := Effects{Step: "publish", State: &StepState{Status: StepDone, Outcome: "done"}, Publishes: []RuleID{"X-P01"}}
	if !p.Due(done) {
		t.Error("not due")
	}
	for name, change := range map[string]func(*Effects){
		"other step":    func(e *Effects) { e.Step = "x" },
		"other outcome": func(e *Effects) { e.State = &StepState{Status: StepDone, Outcome: "x"} },
		"returned":      func(e *Effects) { e.State = &StepState{Status: StepReturned, Outcome: "done"} },
		"not held":      func(e *Effects) { e.Publishes = nil },
		"no act":        func(e *Effects) { e.Step, e.State = "", nil },
	} {
		e := done
		if change(&e); p.Due(e) {
			t.Errorf("%s: due", name)
		}
	}
}

func TestTrueFacts_ListsBooleansThatHold(t *testing.T) {
	d, s, _, _ := decidable(t)
	s.Children = map[string]ChildCount{"comments": {Count: 2}}
	if got := d.TrueFacts(s); !slices.Equal(got, []string{"grave", "many"}) {
		t.Errorf("%v", got)
	}
}

// The case keeps what the act saw, so that formulas read it without the world.
func TestChildren_AnActKeepsWhatItSaw(t *testing.T) {
	d, s, env, act := decidable(t)
	env.Children = func(p string) (int, int) {
		return map[string]int{"invented.comment": 4, "invented.request": 2}[p], 0
	}
	e, no := d.Judge(s, act, env)
	if len(no) > 0 || e.Children["follow-ups"] != (ChildCount{Count: 2}) || len(e.Children) != 1 {
		t.Errorf("%s %+v", describe(no), e.Children)
	}
}

func TestExplore_TellsFactsOfNamedCasesApart(t *testing.T) {
	d := loadFile(t, "testdata/opened.yaml")
	x := d.explorer(law.Default(), testParams, 1, false, false)
	got := x.standIns(*d.fields["hearing"])
	want := []string{"closed@hearing.public:held,minutes", "closed@hearing.public:", "closed@hearing.public:minutes", "closed@hearing.public:held"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if l, ok := standIn("open@a.b:x,y"); !ok || l.Status != Open || l.Procedure != "a.b" || !slices.Equal(l.Facts, []string{"x", "y"}) {
		t.Errorf("%+v", l)
	}
}

// Where closed ones are counted, every way in which children can stand is tried.
func TestExplore_ChildrenStandInEveryWayThatFormulasTellApart(t *testing.T) {
	c := Child{ID: "kids"}
	for _, uses := range []map[string]bool{{"children.kids.open": true}, {"children.kids.open": true, "children.kids.closed": true}} {
		seen, queue := map[string]bool{"\x00": true}, []kids{{noKids}}
		for len(queue) > 0 {
			for _, next := range queue[0].next(0, uses, c) {
				if !seen[string(next)] {
					seen[string(next)], queue = true, append(queue, next)
				}
			}
			queue = queue[1:]
		}
		if want := 2 * len(uses); len(seen) != want {
			t.Errorf("%v: %d ways, want %d", uses, len(seen), want)
		}
	}
}

func TestExplore_TriesTheNumbersOfDaysThatFormulasAskFor(t *testing.T) {
	d := loadFile(t, "testdata/opened.yaml")
	x := d.explorer(law.Default(), testParams, 1, false, true) // the act alone reads until: a search that forgets keeps no order of it
	today := gov.MustDay("2026-09-07")
	if got := x.choices(*d.fields["until"], today); !slices.Contains(got, "2026-10-07") {
		t.Errorf("%q", got)
	}
	i := slices.IndexFunc(x.pairs, func(p pair) bool { return p.a == "act.day" && p.b == "fields.until" })
	if i < 0 || !slices.Equal(x.pairs[i].spans, []int{30}) {
		t.Fatalf("%+v", x.pairs)
	}
	tell := func(until string) string {
		var b strings.Builder
		x.pairs[i].write(&b, map[string]gov.Day{"act.day": today, "fields.until": gov.MustDay(until)})
		return b.String()
	}
	if tell("2026-10-06") == tell("2026-10-07") || tell("2026-09-08") != tell("2026-09-20") {
		t.Error("days are told apart otherwise than formulas do")
	}
}
