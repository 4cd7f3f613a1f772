package law

import (
	"fmt"

	"zhunsheng/gov"
)

// Query asks when a period ends.
type Query struct {
	Under   string  // statute whose counting rule applies, by any of its names
	Article string  // article that sets the period; matters where a statute counts by article
	Limit   Limit   // the period as worded
	From    gov.Day // day of the starting event, itself not counted
	// Count lets a local rule (本地规定) count a bare 日 its own way; refused unless the
	// statute's rule is registered as open to practice.
	Count Count
	At    gov.Instant // instant of the starting event; needed by periods in hours only
	// AsOf limits one-off calendar changes to those in effect by this day; the zero day
	// means all that the register knows.
	AsOf gov.Day
}

// The units of Due.Unit.
const (
	UnitWorking  = "working_day"
	UnitCalendar = "calendar_day"
	UnitMonth    = "month"
	UnitYear     = "year"
	UnitHour     = "hour"
)

// Due computes the last lawful day of a period (期间届满日) with its full derivation.
// Errors are gov.Error with one Chinese sentence that names the rule.
func (b *Book) Due(q Query) (Due, error) {
	r, err := b.begin(q, AtMost)
	if err != nil {
		return Due{}, err
	}
	switch r.due.Unit {
	case UnitHour:
		return r.hours()
	case UnitWorking:
		r.start()
		r.countWorking(1)
	default:
		r.start()
		r.countPlain(1)
		r.roll()
	}
	return r.finish(), nil
}

// Unit says in which unit the period of q is counted and by which basis, without counting;
// the basis is nil where no article decides. q.From selects the version.
func (b *Book) Unit(q Query) (unit string, basis *Citation, err error) {
	r, err := b.begin(q, AtMost)
	if err != nil {
		return "", nil, err
	}
	for _, s := range r.due.Steps {
		if s.Kind == "unit" && s.Cite != nil {
			basis = s.Cite
		}
	}
	return r.due.Unit, basis, nil
}

// run is one computation under way.
type run struct {
	book    *Book
	q       Query
	statute *Statute
	version *Version
	terms   *Terms
	due     Due
	unknown []gov.Day // provisional days that the result rests on, in order of use
}

func (b *Book) begin(q Query, kind DueKind) (*run, error) {
	s, err := b.Statute(q.Under)
	if err != nil {
		return nil, err
	}
	if err := q.Limit.check(q.Limit.String()); err != nil {
		return nil, err
	}
	if q.From.IsZero() && !q.At.IsZero() {
		q.From = q.At.Day()
	}
	if q.From.IsZero() {
		return nil, gov.FieldError("from", "没有指明起算日")
	}
	if y := q.From.Year(); y < 1949 || y > 9000 {
		return nil, gov.FieldError("from", "起算日 %s 超出可计算的范围（1949年至9000年）", q.From)
	}
	article := 0
	if q.Article != "" {
		n, ok := articleNumber(q.Article)
		if !ok {
			return nil, gov.FieldError("article", "条文号“%s”无法识别，应写作 第四十七条", q.Article)
		}
		article = n
	}
	r := &run{book: b, q: q, statute: s}
	r.due = Due{Kind: kind, Under: s.Name, Limit: q.Limit.String(), From: q.From, Steps: []Step{}, Basis: []Citation{}}
	r.chooseVersion()
	return r, r.chooseUnit(article)
}

func (r *run) step(kind string, day gov.Day, cite *Citation, format string, args ...any) {
	r.due.Steps = append(r.due.Steps, Step{Kind: kind, Day: day, Text: fmt.Sprintf(format, args...), Cite: cite})
}

func (r *run) chooseVersion() {
	v, assumed := r.statute.On(r.q.From)
	r.version, r.terms = v, r.book.terms[v.Terms.Set]
	r.due.Version = v.InForce.String()
	switch {
	case v.InForce.IsZero():
		r.step("version", gov.Day{}, nil, "按“%s”计算：%s", r.statute.Name, v.Note)
	case assumed:
		text := fmt.Sprintf("起算日%s早于登记中%s的最早文本（%s施行），按该文本的计算规则推定，须核对当时有效的条文（version: assumed）",
			r.q.From.Chinese(), r.statute.Name, v.InForce.Chinese())
		if r.statute.Earlier != "" {
			text += "；" + r.statute.Earlier
		}
		r.step("version", v.InForce, nil, "%s", text)
	case v.Assumed:
		r.step("version", v.InForce, nil, "适用%s%s通过的文本（施行日未核实，以通过日代）", r.statute.Name, v.Adopted.Chinese())
	default:
		r.step("version", v.InForce, nil, "适用%s%s起施行的文本", r.statute.Name, v.InForce.Chinese())
	}
}

// own cites an article of the statute under which the period runs.
func (r *run) own(article, note string) *Citation {
	return &Citation{Statute: r.statute.Name, Article: article, Mark: r.version.Mark, Note: note}
}

// general cites an article of the rules for start, end and roll.
func (r *run) general(article string) *Citation {
	c := &Citation{Statute: r.terms.Statute, Article: article, Mark: Text}
	if article == r.terms.Match && r.terms.MatchFrom != "" {
		c.Statute = r.terms.MatchFrom
	}
	switch {
	case r.version.Terms.Through != "":
		c.Note = "依" + r.version.Terms.Through
	case !r.version.Terms.Express && c.Statute != r.statute.Name:
		c.Note = "参照"
	}
	return c
}

// use consults the calendar; a provisional answer taints the result.
func (r *run) use(d gov.Day) DayStatus {
	st := r.book.cal.Status(d, r.q.AsOf)
	if st.Provisional {
		r.unknown = append(r.unknown, d)
	}
	return st
}

func (r *run) finish() Due {
	r.provisional()
	seen := map[Citation]bool{}
	for _, s := range r.due.Steps {
		if s.Cite != nil && !seen[*s.Cite] {
			seen[*s.Cite] = true
			r.due.Basis = append(r.due.Basis, *s.Cite)
		}
	}
	return r.due
}
