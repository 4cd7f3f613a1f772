package exchange

import (
	"fmt"
	"strings"
	"time"

	"zhunsheng/gov"
	"zhunsheng/procedure"
)

// Draft is a row of a table as the case that it would become. Nothing of it is written yet.
type Draft struct {
	Row      int // as the user's program numbers it
	Title    string
	Unit     gov.UnitID
	UnitName string
	Opened   gov.Day
	Fields   map[procedure.FieldID]string
	Acts     []DraftAct
	Beside   []DraftBeside // other cases that it names, recorded before
	// Problems keep the row out; each names its cell.
	Problems []Problem
	// Breaches are what the engine finds not kept (补录 records them, and they stay).
	Breaches []procedure.Breach
	Closed   bool // the case would stand ended
}

// DraftAct is one step that the row tells of.
type DraftAct struct {
	Step    procedure.StepID
	Outcome string
	Day     gov.Day
	Fields  map[procedure.FieldID]string
}

// Problem is what is wrong with one cell (预检问题).
type Problem struct {
	Ref  string `json:"ref"`
	Text string `json:"text"`
}

func (p Problem) String() string { return p.Ref + "：" + p.Text }

// Report is a table after the check (预检报告): nothing was written.
type Report struct {
	Sheet   string
	Drafts  []Draft
	Ignored []string // headings that the plan does not know
}

// Ready counts the rows that can be recorded, and those among them with breaches.
func (r Report) Ready() (ready, breached int) {
	for _, d := range r.Drafts {
		if len(d.Problems) == 0 {
			ready++
			if len(d.Breaches) > 0 {
				breached++
			}
		}
	}
	return ready, breached
}

// Surroundings is what a check looks at outside the table: units by what they are called,
// the environment of a unit's cases, and whether such a case is there already.
type Surroundings struct {
	Actor gov.Actor
	Now   gov.Instant
	Unit  func(called string) (gov.UnitID, bool)
	Name  func(gov.UnitID) string
	// MayRecord says whether the actor may record for a unit.
	MayRecord func(gov.UnitID) bool
	Env       func(gov.UnitID) procedure.Env
	// Known finds a case of the unit with this title, for a table that comes twice.
	Known func(unit gov.UnitID, title string) bool
	// Mine says that a row was recorded by the run of this very table that broke off.
	Mine func(row int) bool
}

// Check reads every row as a case, plays it through the engine in memory and says what
// would come of it. The error is of the whole table: no headings, a column missing.
func Check(p *Plan, def *procedure.Definition, t Table, s Surroundings) (Report, error) {
	l, err := p.find(t)
	if err != nil {
		return Report{}, err
	}
	out := Report{Sheet: t.Sheet, Ignored: p.ignored(l, def)}
	seen := map[string]int{}
	for i := l.header + 1; i < len(t.Rows); i++ {
		if strings.Join(t.Rows[i], "") == "" || p.sameAsHeader(l, i) {
			continue
		}
		d := p.draft(l, i, def, s)
		key := string(d.Unit) + "\x00" + d.Title
		if was := seen[key]; was > 0 && d.Title != "" {
			d.bad(Ref(i, max(l.column(p.Title), 0)), "与第%d行是同一单位的同名文件", was)
		} else if seen[key] = d.Row; len(d.Problems) == 0 && s.Known(d.Unit, d.Title) && !s.Mine(d.Row) {
			d.bad(Ref(i, max(l.column(p.Title), 0)), "系统中已有这个单位的同名案件")
		}
		if len(d.Problems) == 0 {
			d.play(l, i, p, def, s)
		}
		out.Drafts = append(out.Drafts, d)
	}
	if len(out.Drafts) == 0 {
		return out, gov.Errorf(gov.Invalid, "表头下面没有内容")
	}
	return out, nil
}

func (d *Draft) bad(ref, format string, args ...any) {
	d.Problems = append(d.Problems, Problem{ref, fmt.Sprintf(format, args...)})
}

// sameAsHeader finds a heading repeated on every printed page.
func (p *Plan) sameAsHeader(l *layout, i int) bool {
	title, _ := l.cell(i, p.Title)
	head, _ := l.cell(l.header, p.Title)
	return fold(title) == fold(head)
}

func (p *Plan) ignored(l *layout, def *procedure.Definition) (out []string) {
	used := map[int]bool{}
	use := func(c Column) {
		for _, h := range c.Heads {
			if at, ok := l.place[fold(h)]; ok {
				used[at] = true
			}
		}
	}
	use(p.Title)
	use(p.Unit)
	use(p.Opened)
	for _, f := range p.Fields {
		use(f.Column)
	}
	for _, s := range p.steps() {
		use(s.Day)
		for _, o := range s.Else {
			use(o.Day)
		}
		for _, f := range s.Fields {
			use(f.Column)
		}
	}
	for c, h := range l.table.Rows[l.header] {
		if h != "" && !used[c] {
			out = append(out, h)
		}
	}
	return out
}

func (p *Plan) draft(l *layout, i int, def *procedure.Definition, s Surroundings) Draft {
	d := Draft{Row: i + 1}
	var ref string
	if d.Title, ref = l.cell(i, p.Title); d.Title == "" {
		d.bad(ref, "没有填写“%s”", p.Title.Heads[0])
	}
	called, ref := l.cell(i, p.Unit)
	unit, ok := s.Unit(called)
	switch {
	case called == "":
		d.bad(ref, "没有填写“%s”", p.Unit.Heads[0])
	case !ok:
		d.bad(ref, "没有名为“%s”的单位，请写单位全称、简称或者发文代字", called)
	case !s.MayRecord(unit):
		d.bad(ref, "您不能为“%s”补录", called)
	}
	d.Unit, d.UnitName = unit, s.Name(unit)
	d.Fields = d.fields(l, i, p.Fields, def.Opening().Fields)
	d.Acts = d.acts(l, i, p, p.Steps, def, s, p.told(l, i, p.Steps))
	d.beside(l, i, p, def, s)
	if text, ref := l.cell(i, p.Opened); text != "" {
		on, err := l.table.Day(text)
		if err != nil {
			d.bad(ref, "%v", err)
		}
		d.Opened = on
	} else if len(d.Acts) > 0 {
		d.Opened = d.Acts[0].Day
	} else if len(d.Problems) == 0 {
		d.bad(Ref(i, max(l.column(p.Title), 0)), "没有填写任何办理日期")
	}
	return d
}

// fields reads the cells of a form. A day is brought into its form, the name of a choice or
// 是 and 否 into what the field holds.
func (d *Draft) fields(l *layout, i int, cols map[procedure.FieldID]FieldColumn, of []procedure.Field) map[procedure.FieldID]string {
	out := map[procedure.FieldID]string{}
	for _, f := range of {
		c, ok := cols[f.ID]
		if !ok {
			continue
		}
		text, ref := l.cell(i, c.Column)
		if text == "" {
			text = c.Fixed
		}
		if c.Count {
			text = names(text)
		}
		if !c.Before.IsZero() {
			text = l.before(text, c.Before)
		}
		if text = c.word(text); text == "" {
			continue
		}
		switch f.Type {
		case procedure.DayField:
			on, err := l.table.Day(text)
			if err != nil {
				d.bad(ref, "%v", err)
				continue
			}
			text = on.String()
		case procedure.BoolField:
			switch text {
			case "是", "有", "√", "Y", "y", "1", "true":
				text = "true"
			case "否", "无", "×", "N", "n", "0", "false":
				text = "false"
			default:
				d.bad(ref, "“%s”应写是或者否", f.Label)
				continue
			}
		case procedure.ChoiceField:
			for _, o := range f.Options {
				if o.Name == text {
					text = o.ID
				}
			}
		}
		out[f.ID] = text
	}
	return out
}

// play records the row in memory, as the docket will.
func (d *Draft) play(l *layout, i int, p *Plan, def *procedure.Definition, s Surroundings) {
	env := s.Env(d.Unit)
	rec := &procedure.Recording{Reason: p.Name, Source: p.Source}
	at := Ref(i, max(l.column(p.Title), 0))
	play := func(def *procedure.Definition, id gov.CaseID, title string, opened gov.Day, fields map[procedure.FieldID]string, acts []DraftAct) (*procedure.State, bool) {
		state := procedure.NewState(id)
		apply := func(e procedure.Effects, no []procedure.Refusal, what string) bool {
			if len(no) > 0 {
				for _, r := range no {
					text := r.Text
					for _, m := range r.Missing {
						text += "，尚缺" + m.Text
					}
					d.bad(at, "%s：%s", what, text)
				}
				return false
			}
			state.Apply(state.Version+1, s.Actor, e)
			d.Breaches = append(d.Breaches, e.Breaches...)
			return true
		}
		e, no := def.Start(procedure.StartAct{Title: title, Unit: d.Unit, Occurred: opened.Start().Add(noon), Actor: s.Actor,
			Fields: fields, Recording: rec}, env)
		if !apply(e, no, "启动") {
			return state, false
		}
		for _, a := range acts {
			e, no := def.Judge(state, procedure.Act{Step: a.Step, Outcome: a.Outcome, Occurred: a.Day.Start().Add(noon), Actor: s.Actor,
				Recording: rec, Fields: a.Fields}, env)
			if !apply(e, no, def.StepName(a.Step)) {
				return state, false
			}
		}
		return state, true
	}
	others := seen{}
	for _, b := range d.Beside {
		state, ok := play(b.def, gov.CaseID(b.stand), b.Title, b.Opened, nil, b.Acts)
		if !ok {
			return
		}
		others[gov.CaseID(b.stand)] = procedure.Linked{Case: gov.CaseID(b.stand), Procedure: b.Procedure, Title: b.Title,
			Status: state.Status, Facts: b.def.TrueFacts(state)}
	}
	if len(others) > 0 {
		env.Linked = others.linked
	}
	if state, ok := play(def, "draft", d.Title, d.Opened, d.Fields, d.Acts); ok {
		d.Closed = state.Status != procedure.Open
	}
}

// noon is the hour at which what a table only dates is taken to have happened.
const noon = 12 * time.Hour
