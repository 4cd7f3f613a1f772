package law

import (
	"fmt"
	"time"

	"zhunsheng/gov"
)

// chooseUnit fixes how the period is counted, and by which article.
func (r *run) chooseUnit(article int) error {
	n := r.q.Limit.N
	if r.q.Count != "" && r.q.Limit.Word != Days {
		return gov.FieldError("count", "只有写作“日”的期限才能由本地规定改变计算方法")
	}
	switch r.q.Limit.Word {
	case Hours:
		r.due.Unit = UnitHour
		r.step("unit", gov.Day{}, nil, "期间以小时计，共%d小时", n)
	case Months:
		r.due.Unit = UnitMonth
		r.step("unit", gov.Day{}, nil, "期间以月计，按日历的月推算，中间的休假日不扣除")
	case Years:
		r.due.Unit = UnitYear
		r.step("unit", gov.Day{}, nil, "期间以年计，按日历的年推算，中间的休假日不扣除")
	case CalendarDays:
		r.due.Unit = UnitCalendar
		r.step("unit", gov.Day{}, nil, "期限明写自然日，中间的休假日不扣除")
	case WorkingDays:
		r.due.Unit = UnitWorking
		r.explicitUnit(article)
	default:
		return r.bareUnit(article)
	}
	return nil
}

func (r *run) explicitUnit(article int) {
	found := r.version.Days.explicit(r.q.Limit.N, article)
	if len(found) == 0 {
		r.step("unit", gov.Day{}, nil, "期限明写工作日，休假日不计入（登记中没有核对过%s写明%d个工作日的条文）", r.statute.Name, r.q.Limit.N)
		return
	}
	r.step("unit", gov.Day{}, r.own(found[0], ""), "期限明写工作日，休假日不计入（%s）", joinArticles(r.statute.Name, found))
}

func (r *run) bareUnit(article int) error {
	n, name := r.q.Limit.N, r.statute.Name
	rule, unless := r.version.Days.pick(n, article)
	count := rule.Count
	if r.q.Count != "" && r.q.Count != rule.Count {
		if !rule.Open {
			return gov.FieldError("count", "%s对“%d日”如何计算已有规定，不能由本地规定改变", name, n)
		}
		count = r.q.Count
	}
	r.due.Unit = map[Count]string{Working: UnitWorking, Calendar: UnitCalendar}[count]
	if r.due.Unit == "" {
		return gov.FieldError("count", "计算方法只能是工作日或自然日")
	}
	var cite *Citation
	if rule.Article != "" {
		cite = r.own(rule.Article, "")
	}
	r.step("unit", gov.Day{}, cite, "%s", unitText(name, n, rule))
	if count != rule.Count {
		r.step("unit", gov.Day{}, &Citation{Statute: "本地规定", Mark: Local},
			"本地规定按%s计算（未核实），以本地规定为准", countName(count))
	}
	for _, u := range unless {
		r.step("note", gov.Day{}, nil, "未指明条文：若为%s的%d日，则按%s计算（%s）", joinArticles(name, u.At), n, countName(u.Count), u.Note)
	}
	return nil
}

func unitText(name string, n int, rule DayRule) string {
	text := fmt.Sprintf("%s中的“%d日”按%s计算", name, n, countName(rule.Count))
	switch {
	case rule.Article != "":
		text += "，依据" + rule.Article
	case rule.Count == Calendar:
		text += "：条文没有规定按工作日"
	}
	if rule.Note != "" {
		text += "（" + rule.Note + "）"
	}
	return text
}

func countName(c Count) string {
	if c == Working {
		return "工作日"
	}
	return "自然日"
}

func joinArticles(name string, arts []string) string {
	out := name
	for i, a := range arts {
		if i > 0 {
			out += "、"
		}
		out += a
	}
	return out
}

func (r *run) start() {
	cite := r.general(r.terms.Start)
	if r.due.Kind == Ahead {
		r.step("start", r.q.From, cite, "当日%s不计入，自%s起向前计算", r.q.From.Chinese(), r.q.From.AddDays(-1).Chinese())
		return
	}
	r.step("start", r.q.From, cite, "起算日%s不计入，自%s起算", r.q.From.Chinese(), r.q.From.AddDays(1).Chinese())
	if r.q.From.Before(r.terms.Since) {
		r.step("note", r.terms.Since, nil, "%s自%s起施行，此前的起算、届满和顺延按同一规则推算，当时的条文未核对", r.terms.Statute, r.terms.Since.Chinese())
	}
}

// countWorking counts N working days from the day next to From, in direction dir.
func (r *run) countWorking(dir int) {
	d := r.walk(r.q.From, r.q.Limit.N, dir)
	r.due.Nominal, r.due.Due = d, d
	if dir < 0 {
		r.step("count", d, nil, "向前第%d个工作日为%s，最迟应于当日完成", r.q.Limit.N, d.Chinese())
		return
	}
	r.step("count", d, nil, "第%d个工作日为%s，期间于当日届满", r.q.Limit.N, d.Chinese())
}

// walk gives the nth working day after d, or before it, and writes down what it passes.
func (r *run) walk(d gov.Day, n, dir int) gov.Day {
	var rest []restDay
	for n > 0 {
		d = d.AddDays(dir)
		st := r.use(d)
		if st.Rest {
			rest = append(rest, restDay{d, st})
			continue
		}
		r.skipped(rest)
		rest = rest[:0]
		if wd := d.Weekday(); wd == time.Saturday || wd == time.Sunday {
			c := st.Notice.Cite()
			r.step("make-up", d, &c, "%s（%s）为调休上班日，计入工作日", d.Chinese(), weekday(d))
		}
		n--
	}
	return d
}

// countPlain adds calendar days, months or years, in direction dir, without regard to
// rest days.
func (r *run) countPlain(dir int) {
	day := r.addPlain(r.q.From, r.q.Limit.N, r.due.Unit, dir)
	r.due.Nominal, r.due.Due = day, day
}

func (r *run) addPlain(from gov.Day, n int, unit string, dir int) gov.Day {
	if unit == UnitCalendar {
		day := from.AddDays(n * dir)
		r.step("count", day, nil, "%s第%d日为%s", map[int]string{1: "", -1: "向前"}[dir], n, day.Chinese())
		return day
	}
	months := n * dir
	if unit == UnitYear {
		months *= 12
	}
	day, clamped := addMonths(from, months)
	text := "到期月的对应日为%s，是期间的最后一日"
	if dir < 0 {
		text = "向前推算的对应日为%s"
	}
	if clamped {
		text = "到期月没有对应日，以月末日%s为期间的最后一日"
	}
	r.step("count", day, r.general(r.terms.Match), text, day.Chinese())
	return day
}

// addMonths gives the corresponding day n months on, or the month's last day where that
// month has no such day.
func addMonths(d gov.Day, n int) (day gov.Day, clamped bool) {
	y, m, dd := d.Date()
	last := gov.DateOf(y, m+time.Month(n)+1, 0)
	if _, _, end := last.Date(); dd > end {
		return last, true
	}
	return gov.DateOf(y, m+time.Month(n), dd), false
}
