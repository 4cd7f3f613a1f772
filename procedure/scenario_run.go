package procedure

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhunsheng/gov"
	"zhunsheng/law"
)

// Failure is one expectation of a scenario that does not hold.
type Failure struct {
	Pos      Pos
	Scenario string
	Line     string
	Want     string
	Got      string
}

func (f Failure) String() string {
	return fmt.Sprintf("%s: 情形“%s”\n    %s\n    预期 %s\n    实为 %s", f.Pos, f.Scenario, f.Line, f.Want, f.Got)
}

// RunScenarios plays every scenario and lists what differed. param gives the default local
// parameters; a scenario's own param lines stand over them.
func (d *Definition) RunScenarios(b *law.Book, param func(string, gov.Day) (Param, bool)) []Failure {
	var out []Failure
	for _, sc := range d.Scenarios() {
		out = append(out, d.Play(sc, b, param).Failures...)
	}
	return out
}

// Played is a scenario after it was played: the case it left and what differed.
type Played struct {
	State    *State
	Events   []Effects
	Failures []Failure
}

// Play plays one scenario under the definition.
func (d *Definition) Play(sc *Scenario, b *law.Book, param func(string, gov.Day) (Param, bool)) Played {
	p := &player{d: d, sc: sc, s: NewState("scenario"), series: map[string]int64{},
		cases: maps.Clone(sc.Cases), children: maps.Clone(sc.Children)}
	p.env = Env{Book: b, Param: p.params(param),
		UnitName: p.unitName,
		Parent:   func(gov.UnitID) gov.UnitID { return "parent-unit" },
		Linked:   p.linked, Children: p.count}
	for _, id := range sortedKeys(sc.Children) {
		p.childKnown(&ScenarioLine{Pos: sc.Pos, Text: "children " + id}, id)
	}
	for i := range sc.Lines {
		if !p.play(&sc.Lines[i]) {
			break
		}
	}
	return p.Played
}

type player struct {
	d      *Definition
	sc     *Scenario
	s      *State
	env    Env
	series map[string]int64
	// cases and children are the world outside the case as the story has left it.
	cases    map[gov.CaseID]scenarioCase
	children map[string]ChildCount
	drafts   []drafted // of the line
	Played
}

// linked answers from the case lines of the scenario.
func (p *player) linked(id gov.CaseID) (Linked, bool) {
	l, ok := p.cases[id]
	if !ok {
		return Linked{}, false
	}
	out := Linked{Case: id, Procedure: l.Procedure, Title: string(id), Status: Open}
	if !l.Closes.IsZero() && !p.env.Now.Day().Before(l.Closes) {
		out.Status = Closed
	}
	if out.Status == Closed || l.Closes.IsZero() {
		out.Facts = l.Facts
	}
	return out, true
}

func (p *player) params(base func(string, gov.Day) (Param, bool)) func(string, gov.Day) (Param, bool) {
	return func(name string, on gov.Day) (Param, bool) {
		if v, ok := p.sc.Params[name]; ok {
			return Param{Value: v, Source: "情形所设"}, true
		}
		if base == nil {
			return Param{}, false
		}
		return base(name, on)
	}
}

func (p *player) fail(l *ScenarioLine, at Pos, want, got string) {
	p.Failures = append(p.Failures, Failure{Pos: at, Scenario: p.sc.Title, Line: l.Text, Want: want, Got: got})
}

// play runs one line. It gives false when the story cannot go on.
func (p *player) play(l *ScenarioLine) bool {
	defer func() { p.State = p.s }()
	today := l.Day
	if !l.Entered.IsZero() {
		today = l.Entered
	}
	morning := today.Start().Add(9 * time.Hour)
	switch {
	case morning > p.env.Now:
		p.env.Now = morning
	case p.env.Now.Day() == today:
		p.env.Now = p.env.Now.Add(time.Minute)
	case l.Recording: // entered on the day that the story has reached
		p.env.Now = p.env.Now.Add(time.Minute)
	default:
		p.fail(l, l.Pos, "日期依次向后", today.String()+" 早于 "+p.env.Now.Day().String())
		return false
	}
	p.drafts = nil
	if l.World != nil {
		return p.change(l)
	}
	if l.Actor == "" && p.s.Status == "" {
		p.fail(l, l.Pos, "先启动案件", "案件尚未启动")
		return false
	}
	p.expire()
	if l.Actor == "" {
		p.stands(l, Effects{})
		return true
	}
	if p.s.Status == "" && !l.Opening {
		start := ScenarioLine{Pos: l.Pos, Text: l.Text, Day: l.Day, Actor: string(p.d.src.Start.By), Opening: true, Recording: l.Recording}
		if l.Recording {
			start.Actor = l.Actor
		}
		if _, no := p.start(&start); len(no) > 0 {
			p.fail(l, l.Pos, "案件启动", describe(no))
			return false
		}
	}
	var e Effects
	var no []Refusal
	if l.Correct != "" {
		e, no = p.correct(l)
		return p.verdict(l, e, no)
	}
	if l.Opening {
		e, no = p.start(l)
	} else {
		step := p.step(l.Step)
		if step == nil {
			p.fail(l, l.Pos, "定义中的环节", "没有环节“"+l.Step+"”")
			return false
		}
		e, no = p.act(l, step)
	}
	return p.verdict(l, e, no)
}

func (p *player) expire() {
	for _, e := range p.d.Expiries(p.s, p.env.Now, p.env) {
		p.apply(gov.System, e)
	}
}

func (p *player) apply(by gov.Actor, e Effects) {
	p.s.Apply(p.s.Version+1, by, e)
	p.Events = append(p.Events, e)
}

func (p *player) start(l *ScenarioLine) (Effects, []Refusal) {
	title := p.sc.Title
	if r := []rune(title); len(r) > maxTitle {
		title = string(r[:maxTitle])
	}
	a := StartAct{Title: title, Unit: p.sc.Unit.ID, Occurred: p.occurred(l), Recording: p.recording(l),
		Actor: p.actor(l, p.d.src.Start.By), Fields: p.fields(l, p.d.src.Start.Fields)}
	e, no := p.d.Start(a, p.env)
	if len(no) == 0 {
		p.take(&e)
		p.apply(a.Actor, e)
	}
	return e, no
}

// take allocates the numbers of an act, as the docket does.
func (p *player) take(e *Effects) {
	for i := range e.Numbers {
		if n := &e.Numbers[i]; n.Series != "" {
			p.series[n.Series]++
			n.N = p.series[n.Series]
			n.Text = strings.ReplaceAll(n.Pattern, "{n}", strconv.FormatInt(n.N, 10))
		}
	}
	e.Settle()
}

func (p *player) act(l *ScenarioLine, step *Step) (Effects, []Refusal) {
	by, outcome := step.By, p.outcome(l, step)
	if o := step.outcome(outcome); o != nil {
		by = o.role(step)
	}
	a := Act{Step: step.ID, Outcome: outcome, Occurred: p.occurred(l), Recording: p.recording(l),
		Actor: p.actor(l, by), Fields: p.fields(l, step.Fields), Papers: p.papers(l, step)}
	if r := p.d.roles[step.By]; r != nil && r.Qualification != "" {
		a.Qualifications = []string{r.Qualification}
	}
	p.draft(a)
	e, no := p.d.Judge(p.s, a, p.env)
	if len(no) > 0 {
		return e, no
	}
	p.take(&e)
	p.apply(a.Actor, e)
	return e, nil
}

// correct proposes a correction of the last round of a step (启动: of the opening), or
// decides the one proposed last.
func (p *player) correct(l *ScenarioLine) (Effects, []Refusal) {
	by := p.actor(l, p.d.src.Start.By)
	var e Effects
	var no []Refusal
	if l.Correct == proposes {
		a := CorrectionAct{Of: 1, Reason: "录入有误", Actor: by, Fields: map[FieldID]string{}, Papers: map[PaperID][]Paper{}}
		fields := p.d.src.Start.Fields
		if step := p.step(l.Step); step != nil {
			a.Of, fields = p.s.Steps[step.ID].Version, step.Fields
			for _, s := range step.Papers {
				if slices.Contains(l.With, s.Label) {
					a.Papers[s.ID] = []Paper{sample(s)}
				}
			}
		}
		for name, v := range l.Values {
			id := FieldID(name)
			for _, f := range fields {
				if f.Label == name {
					id, v = f.ID, f.fromWords(v)
				}
			}
			a.Fields[id] = v
		}
		e, no = p.d.Correct(p.s, a, p.env)
	} else {
		decision := CorrectionDecision{Approve: l.Correct == approves, Note: "经核对", Actor: by}
		if n := len(p.s.Corrections); n > 0 {
			decision.ID = p.s.Corrections[n-1].ID
		}
		e, no = p.d.DecideCorrection(p.s, decision, p.env)
	}
	if len(no) == 0 {
		p.apply(by, e)
	}
	return e, no
}

func (p *player) occurred(l *ScenarioLine) gov.Instant {
	if l.Recording {
		return l.Day.Start().Add(9 * time.Hour)
	}
	return p.env.Now
}

func (p *player) recording(l *ScenarioLine) *Recording {
	if !l.Recording {
		return nil
	}
	return &Recording{Reason: "线下已办理", Source: "原件"}
}

// actor is a role of the definition played by somebody of that name, or a person of the
// scenario acting from the post that the step asks for.
func (p *player) actor(l *ScenarioLine, by RoleID) gov.Actor {
	a := gov.Actor{Person: gov.PersonID(l.Actor), Unit: p.sc.Unit.ID}
	wanted := p.d.roles[by]
	if posts, named := p.sc.People[l.Actor]; named {
		a.Post = posts[0]
		for _, post := range posts {
			if wanted != nil && slices.Contains(wanted.Posts, post) {
				a.Post = post
			}
		}
		return a
	}
	return p.d.cast(RoleID(l.Actor), a.Person, p.sc.Unit.ID, p.env)
}

func (p *player) step(name string) *Step {
	for i := range p.d.src.Steps {
		if s := &p.d.src.Steps[i]; s.Name == name || string(s.ID) == name {
			return s
		}
	}
	return nil
}

func (p *player) outcome(l *ScenarioLine, step *Step) string {
	for _, o := range step.Outcomes {
		if o.ID == l.Outcome || o.Name == l.Outcome {
			return o.ID
		}
	}
	if l.Outcome == "" {
		return step.Outcomes[0].ID
	}
	return l.Outcome
}

// fields fills the required fields with examples, so that a line says only what matters.
func (p *player) fields(l *ScenarioLine, specs []Field) map[FieldID]string {
	out := map[FieldID]string{}
	for _, f := range specs {
		v, given := l.Values[f.Label]
		if !given {
			v, given = l.Values[string(f.ID)]
		}
		switch {
		case given:
			out[f.ID] = f.fromWords(v)
		case slices.Contains(l.Without, f.Label) || f.Recording && !l.Recording || !f.Required:
		default:
			out[f.ID] = f.example(l.Day)
		}
	}
	for name, v := range l.Values {
		if !slices.ContainsFunc(specs, func(f Field) bool { return f.Label == name || string(f.ID) == name }) {
			out[FieldID(name)] = v // unknown: Judge refuses it and the scenario shows that
		}
	}
	return out
}

func (f Field) fromWords(v string) string {
	if f.Type == BoolField {
		switch v {
		case "是":
			return "true"
		case "否":
			return "false"
		}
	}
	for _, o := range f.Options {
		if o.Name == v {
			return o.ID
		}
	}
	return v
}

func (f Field) example(day gov.Day) string {
	switch f.Type {
	case DayField:
		return day.String()
	case NumberField:
		return "1"
	case BoolField:
		return "false"
	case ChoiceField:
		if len(f.Options) > 0 {
			return f.Options[0].ID
		}
	}
	return "示例"
}

func (p *player) papers(l *ScenarioLine, step *Step) map[PaperID][]Paper {
	out := map[PaperID][]Paper{}
	named := func(list []string, s PaperSpec) bool {
		return slices.Contains(list, s.Label) || slices.Contains(list, string(s.ID))
	}
	for _, s := range step.Papers {
		if (s.Required || named(l.With, s)) && !named(l.Without, s) {
			out[s.ID] = []Paper{sample(s)}
		}
	}
	return out
}
