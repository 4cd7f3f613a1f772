package procedure

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"zhunsheng/gov"
)

// ScenarioFile is a text beside a definition that says "this happens on these days, this is
// allowed, that is refused, these limits stand so" (情形). docs/procedure-language.md
// describes the lines.
type ScenarioFile struct {
	Name      string
	Scenarios []*Scenario
}

// Scenario is one story of one case.
type Scenario struct {
	Pos    Pos
	Title  string
	Unit   scenarioUnit
	People map[string][]gov.Post
	Params map[string]string // name to value, over the defaults
	Cases  map[gov.CaseID]scenarioCase
	// Units are the other units that the story names, beside Unit.
	Units    map[gov.UnitID]scenarioUnit
	Children map[string]ChildCount // by the id of the kind, before the first line
	Lines    []ScenarioLine
}

// scenarioCase is another case that the story names.
type scenarioCase struct {
	Procedure string
	Closes    gov.Day  // no day: it stays open
	Facts     []string // hold from the day on which it closes; always without a day
}

type scenarioUnit struct {
	ID         gov.UnitID
	Name, Mark string
}

// ScenarioLine is one day of a scenario: an act and what is expected of it, or only what
// is expected to stand on that day.
type ScenarioLine struct {
	Pos       Pos
	Text      string
	Day       gov.Day
	Actor     string // role id or a person of the scenario; empty for a line without an act
	Step      string // name or id; empty with Opening
	Outcome   string // name or id; empty for the first
	Opening   bool
	Recording bool
	Correct   string  // 更正, 批准更正 or 不予更正
	Entered   gov.Day // with Recording: the day on which it is entered
	Values    map[string]string
	Without   []string // labels of required fields and papers that are left out
	With      []string // labels of papers that are added
	Expect    []Expectation
	World     *scenarioChange // no act: what changes outside the case
}

// Expectation is one thing that a line expects.
type Expectation struct {
	Kind     string // ok, refused, clock, breach, repair, number, case, step, lacking
	Rule     string
	Refused  []string
	Rules    []string
	Due      gov.Day
	Nominal  gov.Day
	Status   string
	Name     string
	Value    string
	Rests    bool              // clock: provisional
	Values   map[string]string // enters, draft: field or element and its value
	Position Pos
}

// AddScenarios parses a scenario file and attaches it to the definition. The error is
// Problems with positions.
func (d *Definition) AddScenarios(name string, src []byte) error {
	f, problems := parseScenarios(name, src)
	if len(problems) > 0 {
		return problems.sort()
	}
	d.scenarios = append(d.scenarios, f)
	return nil
}

// Scenarios lists the attached scenarios in order.
func (d *Definition) Scenarios() []*Scenario {
	var out []*Scenario
	for _, f := range d.scenarios {
		out = append(out, f.Scenarios...)
	}
	return out
}

func parseScenarios(name string, src []byte) (*ScenarioFile, Problems) {
	p := &scenarioParser{file: &ScenarioFile{Name: name}}
	if len(src) > maxSource || !utf8.Valid(src) {
		return nil, Problems{{Pos: Pos{name, 1, 1}, Text: "文件过大或者不是 UTF-8 编码"}}
	}
	for i, line := range strings.Split(string(src), "\n") {
		p.line = i + 1
		p.read(strings.TrimRight(line, " \t\r"))
	}
	if len(p.file.Scenarios) == 0 {
		p.bad(1, "文件中没有情形（scenario）")
	}
	for _, s := range p.file.Scenarios {
		if len(s.Lines) == 0 {
			p.problems = append(p.problems, Problem{Pos: s.Pos, Text: "情形“" + s.Title + "”没有内容"})
		}
	}
	return p.file, p.problems
}

type scenarioParser struct {
	file     *ScenarioFile
	cur      *Scenario
	line     int
	problems Problems
}

func (p *scenarioParser) bad(col int, format string, args ...any) {
	p.problems = append(p.problems, Problem{Pos: Pos{p.file.Name, p.line, col}, Text: fmt.Sprintf(format, args...)})
}

// The words of a scenario for a correction: proposed, approved, declined.
const (
	proposes = "更正"
	approves = "批准更正"
	declines = "不予更正"
)

// token is a word of a line and the column where it stands.
type token struct {
	text string
	col  int
}

// words splits a line at blanks; text in double quotes stays together.
func (p *scenarioParser) words(line string) []token {
	var out []token
	var cur strings.Builder
	start, inQuote, col := 0, false, 0
	flush := func() {
		if cur.Len() > 0 {
			out = append(out, token{cur.String(), start})
			cur.Reset()
		}
	}
	for _, r := range line {
		col++
		switch {
		case r == '"':
			inQuote = !inQuote
		case !inQuote && (r == ' ' || r == '\t' || r == '\u3000'):
			flush()
		default:
			if cur.Len() == 0 {
				start = col
			}
			cur.WriteRune(r)
		}
	}
	flush()
	if inQuote {
		p.bad(1, "引号没有成对")
	}
	return out
}

func (p *scenarioParser) read(line string) {
	if t := strings.TrimSpace(line); t == "" || strings.HasPrefix(t, "#") {
		return
	}
	ws := p.words(line)
	if len(ws) == 0 {
		return
	}
	head, rest := ws[0].text, ws[1:]
	if head == "scenario" {
		if len(rest) == 0 {
			p.bad(1, "情形没有名称")
		}
		p.cur = &Scenario{Pos: Pos{p.file.Name, p.line, 1}, Title: join(rest), People: map[string][]gov.Post{},
			Units: map[gov.UnitID]scenarioUnit{}, Children: map[string]ChildCount{},
			Params: map[string]string{}, Cases: map[gov.CaseID]scenarioCase{}, Unit: scenarioUnit{ID: "own-unit", Name: "本单位", Mark: "示"}}
		p.file.Scenarios = append(p.file.Scenarios, p.cur)
		return
	}
	if p.cur == nil {
		p.bad(1, "先要有一行 scenario")
		return
	}
	switch head {
	case "unit":
		if len(rest) != 3 {
			p.bad(1, "写作 unit 代码 名称 发文代字")
			return
		}
		u := scenarioUnit{gov.UnitID(rest[0].text), rest[1].text, rest[2].text}
		if len(p.cur.Units) == 0 {
			p.cur.Unit = u
		}
		p.cur.Units[u.ID] = u
	case "person":
		if len(rest) != 2 {
			p.bad(1, "写作 person 姓名 岗位,岗位")
			return
		}
		for _, post := range strings.Split(rest[1].text, ",") {
			p.cur.People[rest[0].text] = append(p.cur.People[rest[0].text], gov.Post(post))
		}
	case "case":
		if id, c, ok := p.namedCase(rest); ok {
			p.cur.Cases[id] = c
		}
	case "children":
		if id, n, ok := p.childCount(rest); ok {
			p.cur.Children[id] = n
		}
	case "param":
		if len(rest) != 2 {
			p.bad(1, "写作 param 参数名 值")
			return
		}
		p.cur.Params[rest[0].text] = rest[1].text
	default:
		p.day(line, ws)
	}
}

// day reads: DAY [ACTOR [补录] STEP[：OUTCOME] ARG…] → EXPECTATION; …
func (p *scenarioParser) day(line string, ws []token) {
	if len(ws) > 1 && (ws[1].text == "children" || ws[1].text == "case") {
		p.change(line, ws)
		return
	}
	arrow := slices.IndexFunc(ws, func(t token) bool { return t.text == "→" || t.text == "->" })
	if arrow < 0 {
		p.bad(1, "这一行没有 →")
		return
	}
	l := ScenarioLine{Pos: Pos{p.file.Name, p.line, 1}, Text: strings.TrimSpace(line), Values: map[string]string{}}
	var err error
	if l.Day, err = gov.ParseDay(ws[0].text); err != nil {
		p.bad(ws[0].col, "这一行应以日期（2006-01-02）、scenario、unit、person、case、children 或 param 开头")
		return
	}
	if arrow > 1 {
		if !p.act(&l, ws[1:arrow]) {
			return
		}
	}
	l.Expect = p.expectations(ws[arrow+1:])
	if len(l.Expect) == 0 {
		p.bad(ws[arrow].col, "→ 之后没有预期")
	}
	p.cur.Lines = append(p.cur.Lines, l)
}

func (p *scenarioParser) act(l *ScenarioLine, ws []token) bool {
	l.Actor, ws = ws[0].text, ws[1:]
	if len(ws) > 0 && ws[0].text == "补录" {
		l.Recording, ws = true, ws[1:]
	}
	if len(ws) > 0 && (ws[0].text == proposes || ws[0].text == approves || ws[0].text == declines) {
		l.Correct, ws = ws[0].text, ws[1:]
		if l.Correct != proposes && len(ws) == 0 {
			return true
		}
	}
	if len(ws) == 0 {
		p.bad(1, "没有写明办理哪个环节")
		return false
	}
	step := strings.Replace(ws[0].text, "：", ":", 1)
	l.Step, l.Outcome, _ = strings.Cut(step, ":")
	l.Opening = l.Step == "启动"
	for _, w := range ws[1:] {
		switch name, value, set := strings.Cut(w.text, "="); {
		case set && name == "记于":
			day, err := gov.ParseDay(value)
			if err != nil || !l.Recording {
				p.bad(w.col, "记于=日期 只用于补录")
			}
			l.Entered = day
		case set && name != "":
			l.Values[name] = value
		case strings.HasPrefix(w.text, "-") && len(w.text) > 1:
			l.Without = append(l.Without, w.text[1:])
		case strings.HasPrefix(w.text, "+") && len(w.text) > 1:
			l.With = append(l.With, w.text[1:])
		default:
			p.bad(w.col, "“%s”应写作 字段=值、+材料 或 -材料", w.text)
		}
	}
	return true
}

func join(ws []token) string {
	texts := make([]string, len(ws))
	for i, w := range ws {
		texts[i] = w.text
	}
	return strings.Join(texts, " ")
}
