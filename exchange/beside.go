package exchange

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/procedure"
)

// Beside is another case that a row tells of and that the row's own case names (随附案件), e.g.
// the consultation held on its draft. It is recorded before the row's own, when the row dates
// one of its steps.
type Beside struct {
	Procedure string `yaml:"procedure"`
	Title     string `yaml:"title"` // {title} is the row's
	// Names is the case field of a step of the row's own case that names it.
	Names procedure.FieldID `yaml:"names"`
	Steps []StepPlan        `yaml:"steps"`

	def *procedure.Definition
}

// Only limits a step to the rows in which a column that fills a field says so, e.g. in whose
// name a document was issued.
type Only struct {
	Field procedure.FieldID `yaml:"field"`
	Is    string            `yaml:"is"`
}

// OtherDay is how a step is recorded that has no day of its own in the table, but another.
type OtherDay struct {
	Day     Column `yaml:"day"`
	Outcome string `yaml:"outcome"`
}

// DraftBeside is the case that a Beside makes of a row.
type DraftBeside struct {
	Procedure string
	Title     string
	Opened    gov.Day
	Acts      []DraftAct
	def       *procedure.Definition
	stand     string // what the fields of the row's own case hold in place of its id
}

// steps are those of the row's own case, then those of the cases beside it.
func (p *Plan) steps() []StepPlan {
	out := slices.Clone(p.Steps)
	for _, b := range p.Beside {
		out = append(out, b.Steps...)
	}
	return out
}

// dated is the cell that says when the step was, and with what outcome it is recorded then.
func (sp StepPlan) dated(l *layout, i int) (text, ref, outcome string) {
	text, ref = l.cell(i, sp.Day)
	if outcome = sp.Outcome; undone(text) {
		for _, o := range sp.Else {
			if other, at := l.cell(i, o.Day); !undone(other) {
				if o.Outcome != "" {
					outcome = o.Outcome
				}
				return other, at, outcome
			}
		}
		return "", ref, outcome
	}
	return text, ref, outcome
}

// undone is how tables write that something was not done.
func undone(text string) bool {
	return slices.Contains([]string{"", "无", "否", "未办理", "/", "-", "—"}, text)
}

// word is what a cell means by the words of a column: … in a key stands for any text, and the
// longest key that fits counts.
func (c FieldColumn) word(text string) string {
	if w, ok := c.Words[text]; ok {
		return w
	}
	best := ""
	for _, k := range slices.Sorted(maps.Keys(c.Words)) {
		if len(k) > len(best) && fits(k, text) {
			best = k
		}
	}
	if best != "" {
		return c.Words[best]
	}
	return text
}

func fits(key, text string) bool {
	parts := strings.Split(key, "…")
	last := len(parts) - 1
	if last == 0 || text == "" || !strings.HasPrefix(text, parts[0]) {
		return false
	}
	text = text[len(parts[0]):]
	for _, p := range parts[1:last] {
		at := strings.Index(text, p)
		if at < 0 {
			return false
		}
		text = text[at+len(p):]
	}
	return strings.HasSuffix(text, parts[last])
}

// names counts the names in a cell: 县教育局、县公安局 are two.
func names(text string) string {
	n := len(strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("、，,；;\n", r) }))
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// before says whether the day of a cell is before another; nothing where there is none. A cell
// that is no day is told where it dates a step.
func (l *layout) before(text string, day gov.Day) string {
	on, err := l.table.Day(text)
	if err != nil {
		return ""
	}
	return strconv.FormatBool(on.Before(day))
}

// says is what the row says of a field, wherever its step stands.
func (p *Plan) says(l *layout, i int, def *procedure.Definition, field procedure.FieldID) string {
	for _, sp := range p.Steps {
		c, ok := sp.Fields[field]
		if step, known := def.Step(sp.Step); ok && known {
			var aside Draft
			return aside.fields(l, i, map[procedure.FieldID]FieldColumn{field: c}, step.Fields)[field]
		}
	}
	return ""
}

// acts reads the steps that a row dates. known are columns that are not lost where their own
// step is undated.
func (d *Draft) acts(l *layout, i int, p *Plan, steps []StepPlan, def *procedure.Definition, s Surroundings, known func(Column) bool) []DraftAct {
	var out []DraftAct
	for _, sp := range steps {
		text, ref, outcome := sp.dated(l, i)
		if text == "" {
			d.undated(l, i, sp, known)
			continue
		}
		if o := sp.Only; o.Field != "" {
			if said := p.says(l, i, def, o.Field); said == "" {
				d.bad(ref, "填写了“%s”，没有填写“%s”", sp.Day.Heads[0], p.column(o.Field).Heads[0])
				continue
			} else if said != o.Is {
				continue
			}
		}
		on, err := l.table.Day(text)
		if err != nil {
			d.bad(ref, "%v", err)
			continue
		}
		if on.After(s.Now.Day()) {
			d.bad(ref, "日期 %s 还没有到", on)
			continue
		}
		step, _ := def.Step(sp.Step)
		if outcome == "" {
			outcome = step.Outcomes[0].ID
		}
		out = append(out, DraftAct{Step: sp.Step, Outcome: outcome, Day: on, Fields: d.fields(l, i, sp.Fields, step.Fields)})
	}
	slices.SortStableFunc(out, func(a, b DraftAct) int { return a.Day.Compare(b.Day) })
	return out
}

// column is where a field of the row's own case is read.
func (p *Plan) column(field procedure.FieldID) Column {
	for _, sp := range p.Steps {
		if c, ok := sp.Fields[field]; ok {
			return c.Column
		}
	}
	return Column{Heads: []string{string(field)}}
}

// told reports that a dated step reads the column, that it dates a step, or that it says which
// of two steps was taken: then what it tells is not lost.
func (p *Plan) told(l *layout, i int, steps []StepPlan) func(Column) bool {
	return func(c Column) bool {
		at := l.column(c)
		for _, sp := range p.steps() {
			if l.column(sp.Day) == at || slices.ContainsFunc(sp.Else, func(o OtherDay) bool { return l.column(o.Day) == at }) ||
				sp.Only.Field != "" && l.column(p.column(sp.Only.Field)) == at {
				return true
			}
		}
		for _, sp := range steps {
			if text, _, _ := sp.dated(l, i); text == "" {
				continue
			}
			for _, f := range sp.Fields {
				if l.column(f.Column) == at {
					return true
				}
			}
		}
		return false
	}
}

// undated refuses a row that tells something of a step and not when it was: what it tells
// would be lost.
func (d *Draft) undated(l *layout, i int, sp StepPlan, known func(Column) bool) {
	for _, id := range slices.Sorted(maps.Keys(sp.Fields)) {
		c := sp.Fields[id].Column
		text, ref := l.cell(i, c)
		if text == "" || known(c) {
			continue
		}
		d.bad(ref, "填写了“%s”，没有填写“%s”", c.Heads[0], sp.Day.Heads[0])
	}
}

// beside reads the other cases of a row and lets the row's own name them.
func (d *Draft) beside(l *layout, i int, p *Plan, def *procedure.Definition, s Surroundings) {
	for n, b := range p.Beside {
		acts := d.acts(l, i, p, b.Steps, b.def, s, p.told(l, i, p.steps()))
		if len(acts) == 0 {
			continue
		}
		o := DraftBeside{Procedure: b.Procedure, Title: strings.ReplaceAll(b.Title, "{title}", d.Title), Opened: acts[0].Day, Acts: acts,
			def: b.def, stand: fmt.Sprintf("beside-%d", n+1)}
		named := false
		for k := range d.Acts {
			step, _ := def.Step(d.Acts[k].Step)
			if slices.ContainsFunc(step.Fields, func(f procedure.Field) bool { return f.ID == b.Names }) {
				d.Acts[k].Fields[b.Names], named = o.stand, true
			}
		}
		if !named {
			_, ref, _ := b.Steps[0].dated(l, i)
			d.bad(ref, "填写了“%s”，没有填写用到它的环节的日期", b.Steps[0].Day.Heads[0])
			continue
		}
		d.Beside = append(d.Beside, o)
	}
}

// seen are the cases beside the row's own, as they stand in memory.
type seen map[gov.CaseID]procedure.Linked

func (s seen) linked(id gov.CaseID) (procedure.Linked, bool) {
	l, ok := s[id]
	return l, ok
}

// recordBeside records what stands beside a row and gives the acts of the row's own case with
// the ids in place.
func recordBeside(batch string, d Draft, rec *procedure.Recording, record func(docket.WholeRequest) (docket.Done, error)) ([]DraftAct, error) {
	acts := d.Acts
	for n, b := range d.Beside {
		done, err := record(whole(b.Procedure, b.Title, d.Unit, b.Opened, nil, b.Acts, rec, fmt.Sprintf("%s%d/%d", keyOf(batch), d.Row, n+1)))
		if err != nil {
			return nil, err
		}
		acts = slices.Clone(acts)
		for k, a := range acts {
			for f, v := range a.Fields {
				if v == b.stand {
					acts[k].Fields = maps.Clone(a.Fields)
					acts[k].Fields[f] = string(done.Case)
				}
			}
		}
	}
	return acts, nil
}

func whole(proc, title string, unit gov.UnitID, opened gov.Day, fields map[procedure.FieldID]string, acts []DraftAct,
	rec *procedure.Recording, key string) docket.WholeRequest {
	at := func(day gov.Day) gov.Instant { return day.Start().Add(noon) }
	req := docket.WholeRequest{Open: docket.OpenRequest{Procedure: proc, Title: title, Unit: unit, Occurred: at(opened),
		Fields: fields, Recording: rec, Key: key}}
	for _, a := range acts {
		req.Acts = append(req.Acts, docket.ActRequest{Step: a.Step, Outcome: a.Outcome, Occurred: at(a.Day), Fields: a.Fields})
	}
	return req
}

// row is what a batch recorded of one row: its own case last recorded, first taken back.
type row struct {
	number string
	cases  []docket.Keyed
}

// rowsOf puts the cases of a batch together by rows.
func rowsOf(batch string, cases []docket.Keyed) []row {
	at := map[string]int{}
	var out []row
	for _, k := range cases {
		if strings.HasSuffix(k.Key, "/undo") {
			continue
		}
		number, beside, _ := strings.Cut(strings.TrimPrefix(k.Key, keyOf(batch)), "/")
		n, ok := at[number]
		if !ok {
			n = len(out)
			at[number] = n
			out = append(out, row{number: number})
		}
		if beside == "" {
			out[n].cases = slices.Insert(out[n].cases, 0, k)
		} else {
			out[n].cases = append(out[n].cases, k)
		}
	}
	return out
}
