package procedure

import (
	"slices"
	"strings"

	"zhunsheng/gov"
)

// Sheet is a paper that a template has filled in (文书), to be laid out by the caller. A line
// of Body that is {{elements}} or {{comments}} stands for a table.
type Sheet struct {
	ID       string // of the template
	Name     string // 文书名称
	Layout   Layout
	Title    string // the heading
	Mark     string // 发文字号
	To       string // 主送
	Sign     string // 署名
	Day      gov.Day
	Elements []Element
	Body     []string // paragraphs; 一、（一）1.（1） begin headings
	Case     gov.CaseID
}

// Element is one element of a paper (必备要素).
type Element struct{ Name, Value string }

// Lack is a required element that the case does not hold.
type Lack struct{ Element, Why string }

// Template finds a template.
func (d *Definition) Template(id string) (Template, bool) {
	for _, t := range d.src.Templates {
		if t.ID == id {
			return t, true
		}
	}
	return Template{}, false
}

// templateOf is the template that makes a paper of a step, whatever the outcome.
func (d *Definition) templateOf(step StepID, paper PaperID) string {
	for _, t := range d.src.Templates {
		if t.Step == step && t.Paper == paper {
			return t.ID
		}
	}
	return ""
}

// Makes lists the templates that make papers of an act: of its step and outcome, with their
// condition met, in the order of the text. The first of a paper is the one to use.
func (d *Definition) Makes(s *State, a Act, env Env) []Template {
	var out []Template
	sc := d.drafting(s, a, env)
	for _, t := range d.src.Templates {
		if t.Step == a.Step && (t.Outcome == "" || t.Outcome == a.Outcome) && (t.When == "" || t.when.holds(sc)) {
			out = append(out, t)
		}
	}
	return out
}

// Draft fills in a template with the case and the act's own form laid over it, as if the act
// were done. A number that the act will take stands as its pattern with room for the number.
// It never refuses: what is lacking is listed.
func (d *Definition) Draft(s *State, a Act, t Template, env Env) (Sheet, []Lack) {
	sc := d.drafting(s, a, env)
	f := &filling{sc: sc, env: env, words: true}
	sheet := Sheet{ID: t.ID, Name: t.Name, Layout: t.Layout, Title: f.line(t.Title), Mark: f.line(t.Mark), To: f.line(t.To),
		Sign: f.line(t.Sign), Day: a.Occurred.Day(), Case: s.Case}
	if sheet.Title == "" {
		sheet.Title = t.Name
	}
	var lacks []Lack
	for _, e := range t.Elements {
		v := strings.TrimSpace(f.fill(e.Value))
		if f.empty(e.Value) {
			v = ""
		}
		sheet.Elements = append(sheet.Elements, Element{Name: e.Name, Value: v})
		if v == "" && e.Required {
			lacks = append(lacks, Lack{Element: e.Name, Why: f.why(e.Value)})
		}
	}
	for _, line := range strings.Split(strings.Trim(t.Body, "\n"), "\n") {
		line = strings.TrimSpace(line)
		switch {
		case slices.Contains(blocks, line):
			sheet.Body = append(sheet.Body, line)
		case line == "" || f.empty(line): // a sentence about what is not there is left out
		default:
			for _, p := range strings.Split(f.fill(line), "\n") {
				if p = strings.TrimSpace(p); p != "" {
					sheet.Body = append(sheet.Body, p)
				}
			}
		}
	}
	return sheet, lacks
}

// drafting is the case with the form of an act laid over it and the numbers that the act
// will take written as their patterns.
func (d *Definition) drafting(s *State, a Act, env Env) *scope {
	j := &judging{d: d, s: s.Clone(), act: a, env: env}
	if step := d.steps[a.Step]; step != nil {
		j.s.room()
		if a.Outcome == "" && len(step.Outcomes) == 1 {
			j.act.Outcome = step.Outcomes[0].ID
		}
		for _, n := range j.numbers(step.Takes) {
			if n.Text == "" {
				n.Text = strings.ReplaceAll(n.Pattern, "{n}", "　")
			}
			j.s.Numbers[n.Name] = n.Text
		}
	}
	return j.scope()
}

// line fills a text that stands on one line.
func (f *filling) line(text string) string {
	return strings.TrimSpace(strings.ReplaceAll(f.fill(text), "\n", " "))
}

// empty reports that a text has placeholders and the case holds none of them.
func (f *filling) empty(text string) bool {
	names := placeholders(text)
	return len(names) > 0 && !slices.ContainsFunc(names, func(n string) bool { return strings.TrimSpace(f.value(n)) != "" })
}

// why says where what an element needs comes from.
func (f *filling) why(text string) string {
	d := f.sc.d
	var out []string
	for _, name := range placeholders(text) {
		parts := strings.Split(name, ".")
		why := ""
		switch kind := parts[0]; {
		case strings.HasPrefix(name, "unit:"):
			why = "当日没有规定的单位（" + name + "）"
		case kind == "field" && len(parts) > 1 && d.fields[FieldID(parts[1])] != nil:
			why = "没有填写“" + d.fields[FieldID(parts[1])].Label + "”"
		case kind == "step" && len(parts) == 3:
			why = "“" + d.StepName(StepID(parts[1])) + "”尚未办理"
		case kind == "number":
			why = "尚未取号"
		case kind == "clock" && len(parts) > 1 && d.clocks[ClockID(parts[1])] != nil:
			why = "期限“" + d.clocks[ClockID(parts[1])].Name + "”没有计算"
		default:
			why = "没有 {" + name + "}"
		}
		if !slices.Contains(out, why) {
			out = append(out, why)
		}
	}
	if len(out) == 0 {
		return "没有内容"
	}
	return strings.Join(out, "；")
}
