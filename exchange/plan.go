package exchange

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
	"gopkg.in/yaml.v3"

	"zhunsheng/gov"
	"zhunsheng/procedure"
)

// Plan says what the columns of a table mean (导入方案): which procedure a row is a case of,
// where its title, unit and day of opening stand, and which steps it tells of. It is a text
// file of an area.
type Plan struct {
	ID        string `yaml:"id"`
	Name      string `yaml:"name"`
	About     string `yaml:"about"`
	Procedure string `yaml:"procedure"`
	// Source is how the source of the facts is named in each record, e.g. 历史台账.
	Source string `yaml:"source"`
	Title  Column `yaml:"title"`
	Unit   Column `yaml:"unit"`
	// Opened is the day of opening; when the table has none, the day of the row's first step.
	Opened Column                            `yaml:"opened"`
	Fields map[procedure.FieldID]FieldColumn `yaml:"fields"` // of the opening form
	Steps  []StepPlan                        `yaml:"steps"`  // in the order in which they are recorded
	Beside []Beside                          `yaml:"beside"`
}

// Column is found by any of its headings, compared without blanks and punctuation.
type Column struct {
	Heads    []string `yaml:"heads"`
	Required bool     `yaml:"required"`
}

// FieldColumn fills a field of a form from a column, or with a fixed text when the column
// is absent or the cell empty.
type FieldColumn struct {
	Column `yaml:",inline"`
	Fixed  string            `yaml:"fixed"`
	Words  map[string]string `yaml:"words"` // what the table writes to what the field holds; … is any text
	Count  bool              `yaml:"count"` // the field holds how many names the cell lists
	// Before is a day: the field holds whether that of the cell is before it.
	Before gov.Day `yaml:"before"`
}

// StepPlan records a step of the row's case when its day is given, or else another day.
type StepPlan struct {
	Step    procedure.StepID                  `yaml:"step"`
	Outcome string                            `yaml:"outcome"`
	Day     Column                            `yaml:"day"`
	Fields  map[procedure.FieldID]FieldColumn `yaml:"fields"`
	Only    Only                              `yaml:"only"`
	Else    []OtherDay                        `yaml:"else"`
}

// ParsePlan reads a plan and checks it against the definition that it names.
func ParsePlan(name string, src []byte, find func(id string) (*procedure.Definition, error)) (*Plan, error) {
	var p Plan
	dec := yaml.NewDecoder(strings.NewReader(string(src)))
	dec.KnownFields(true)
	if err := dec.Decode(&p); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	def, err := find(p.Procedure)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var bad []string
	if p.ID == "" || p.Name == "" || p.Source == "" || len(p.Title.Heads) == 0 || len(p.Unit.Heads) == 0 || len(p.Steps) == 0 {
		bad = append(bad, "a plan needs id, name, source, title, unit and steps")
	}
	bad = append(bad, unknown(p.Fields, def.Opening().Fields)...)
	bad = append(bad, p.wrong(p.Steps, def)...)
	for i := range p.Beside {
		b := &p.Beside[i]
		if b.def, err = find(b.Procedure); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		bad = append(bad, p.wrong(b.Steps, b.def)...)
		names := func(f procedure.Field) bool { return f.ID == b.Names && f.Type == procedure.CaseField }
		if len(b.Steps) == 0 || b.Title == "" || !slices.ContainsFunc(p.Steps, func(s StepPlan) bool {
			step, ok := def.Step(s.Step)
			return ok && slices.ContainsFunc(step.Fields, names)
		}) {
			bad = append(bad, "what stands beside needs title, steps and a step that names it: "+b.Procedure)
		}
	}
	if len(bad) > 0 {
		return nil, fmt.Errorf("%s: %s", name, strings.Join(bad, "; "))
	}
	return &p, nil
}

// wrong lists what the steps of a plan say that their definition does not know.
func (p *Plan) wrong(steps []StepPlan, def *procedure.Definition) (bad []string) {
	for _, s := range steps {
		step, ok := def.Step(s.Step)
		if !ok {
			bad = append(bad, "no step "+string(s.Step))
			continue
		}
		outcomes := []string{s.Outcome}
		for _, o := range s.Else {
			outcomes = append(outcomes, o.Outcome)
			if len(o.Day.Heads) == 0 {
				bad = append(bad, "no other day for step "+string(s.Step))
			}
		}
		for _, id := range outcomes {
			if id != "" && !slices.ContainsFunc(step.Outcomes, func(o procedure.Outcome) bool { return o.ID == id }) {
				bad = append(bad, fmt.Sprintf("step %s has no outcome %s", s.Step, id))
			}
		}
		if len(s.Day.Heads) == 0 {
			bad = append(bad, "no day for step "+string(s.Step))
		}
		if f := s.Only.Field; f != "" && !slices.ContainsFunc(p.Steps, func(o StepPlan) bool { _, has := o.Fields[f]; return has }) {
			bad = append(bad, "no column for "+string(f))
		}
		bad = append(bad, unknown(s.Fields, step.Fields)...)
	}
	return bad
}

func unknown(cols map[procedure.FieldID]FieldColumn, fields []procedure.Field) (bad []string) {
	for id := range cols {
		if !slices.ContainsFunc(fields, func(f procedure.Field) bool { return f.ID == id }) {
			bad = append(bad, "no field "+string(id))
		}
	}
	slices.Sort(bad)
	return bad
}

// layout is a plan found in a table: the row of headings and the place of each column.
type layout struct {
	table  Table
	header int
	place  map[string]int // folded heading to column
}

// fold makes headings comparable: 发文 字号（文号） and 发文字号 are not the same, 发文字号* and
// 发 文 字 号 are.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t*＊:：、,，.。·", r) {
			return -1
		}
		return r
	}, s)
}

// find looks for the row of headings among the first rows: the first that holds the title's
// and the unit's columns.
func (p *Plan) find(t Table) (*layout, error) {
	for i := range min(len(t.Rows), 20) {
		l := &layout{table: t, header: i, place: map[string]int{}}
		for c := len(t.Rows[i]) - 1; c >= 0; c-- {
			if h := fold(t.Rows[i][c]); h != "" {
				l.place[h] = c
			}
		}
		if l.column(p.Title) >= 0 && l.column(p.Unit) >= 0 {
			return l, l.complete(p)
		}
	}
	return nil, gov.Errorf(gov.Invalid, "在前20行中没有找到表头：需要有“%s”和“%s”两列", p.Title.Heads[0], p.Unit.Heads[0])
}

func (l *layout) complete(p *Plan) error {
	var missing []string
	need := func(c Column) {
		if c.Required && l.column(c) < 0 {
			missing = append(missing, "“"+c.Heads[0]+"”")
		}
	}
	need(p.Opened)
	for _, f := range p.Fields {
		need(f.Column)
	}
	for _, s := range p.steps() {
		need(s.Day)
		for _, f := range s.Fields {
			need(f.Column)
		}
	}
	if len(missing) > 0 {
		slices.Sort(missing)
		return gov.Errorf(gov.Invalid, "表格缺少这些列：%s", strings.Join(missing, "、"))
	}
	return nil
}

// column is where a column stands, -1 when it is absent.
func (l *layout) column(c Column) int {
	for _, h := range c.Heads {
		if at, ok := l.place[fold(h)]; ok {
			return at
		}
	}
	return -1
}

// cell is a cell of a row and its name: the first that is not empty of those that the headings
// of a column fit; empty when the column is absent.
func (l *layout) cell(row int, c Column) (text, ref string) {
	ref = Ref(row, max(l.column(c), 0))
	for _, h := range c.Heads {
		if at, ok := l.place[fold(h)]; ok && at < len(l.table.Rows[row]) && l.table.Rows[row][at] != "" {
			return l.table.Rows[row][at], Ref(row, at)
		}
	}
	return "", ref
}

// ColumnUse is one column that a table for a plan may hold.
type ColumnUse struct {
	Head  string   // as the template writes it
	Also  []string // what else it may be called
	Must  bool     // no row without it
	What  string   // what it is for
	Day   bool
	Words []string // what a cell may hold, where it is one of a few
}

// Columns lists what a table for this plan may hold, in the order of the template. A column
// that serves twice stands once.
func (p *Plan) Columns(def *procedure.Definition) []ColumnUse {
	var out []ColumnUse
	add := func(c Column, u ColumnUse) {
		if len(c.Heads) == 0 {
			return
		}
		if i := slices.IndexFunc(out, func(o ColumnUse) bool { return fold(o.Head) == fold(c.Heads[0]) }); i >= 0 {
			out[i].Must = out[i].Must || u.Must
			return
		}
		u.Head, u.Also, u.Must = c.Heads[0], c.Heads[1:], u.Must || c.Required
		out = append(out, u)
	}
	fields := func(cols map[procedure.FieldID]FieldColumn, of []procedure.Field, when string) {
		for _, f := range of {
			c, ok := cols[f.ID]
			if !ok {
				continue
			}
			if c.Count || !c.Before.IsZero() {
				continue // the column of the names, or of the day, stands for itself
			}
			u := ColumnUse{What: f.Label, Day: f.Type == procedure.DayField}
			if f.Required && c.Fixed == "" {
				u.What += "（" + when + "必填）"
			}
			switch f.Type {
			case procedure.BoolField:
				u.Words = []string{"是", "否"}
			case procedure.ChoiceField:
				for _, o := range f.Options {
					u.Words = append(u.Words, o.Name)
				}
			}
			add(c.Column, u)
		}
	}
	add(p.Title, ColumnUse{Must: true, What: def.Opening().Title})
	add(p.Unit, ColumnUse{Must: true, What: "单位全称、简称或者发文代字"})
	add(p.Opened, ColumnUse{What: "启动日期；不填的，以最早的办理日期为准", Day: true})
	fields(p.Fields, def.Opening().Fields, "")
	steps := func(steps []StepPlan, def *procedure.Definition) {
		for _, s := range steps {
			add(s.Day, ColumnUse{What: def.StepName(s.Step) + "的日期，没有办理的留空", Day: true})
			for _, o := range s.Else {
				add(o.Day, ColumnUse{What: "没有“" + s.Day.Heads[0] + "”时，" + def.StepName(s.Step) + "的日期", Day: true})
			}
			if step, ok := def.Step(s.Step); ok {
				fields(s.Fields, step.Fields, "填写"+s.Day.Heads[0]+"的")
			}
		}
	}
	steps(p.Steps, def)
	for _, b := range p.Beside {
		steps(b.Steps, b.def)
	}
	return out
}

// Template is an empty workbook with the headings, and a second sheet that says what each
// column is for.
func (p *Plan) Template(def *procedure.Definition) ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close()
	const rows, help = "Sheet1", "填写说明"
	head, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "center"}})
	if err != nil {
		return nil, err
	}
	day, err := f.NewStyle(&excelize.Style{CustomNumFmt: new("yyyy-mm-dd")})
	if err != nil {
		return nil, err
	}
	if _, err := f.NewSheet(help); err != nil {
		return nil, err
	}
	set := func(sheet string, row, column int, v string) {
		if err == nil {
			err = f.SetCellStr(sheet, Ref(row, column), v)
		}
	}
	for i, h := range []string{"列", "说明", "可以填写", "也认得的列名"} {
		set(help, 0, i, h)
	}
	for i, u := range p.Columns(def) {
		set(rows, 0, i, u.Head)
		what := u.What
		if u.Must {
			what += "（必填）"
		}
		for k, v := range []string{u.Head, what, strings.Join(u.Words, "、"), strings.Join(u.Also, "、")} {
			set(help, i+1, k, v)
		}
		name, nerr := excelize.ColumnNumberToName(i + 1)
		if err = errors.Join(err, nerr, f.SetColWidth(rows, name, name, 16)); err == nil && u.Day {
			err = f.SetColStyle(rows, name, day)
		}
	}
	last := len(p.Columns(def)) - 1
	err = errors.Join(err, f.SetCellStyle(rows, "A1", Ref(0, last), head), f.SetCellStyle(help, "A1", "D1", head),
		f.SetColWidth(help, "A", "A", 20), f.SetColWidth(help, "B", "D", 50), f.SetSheetName(rows, "台账"),
		f.SetPanes("台账", &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}))
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
