package public

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"zhunsheng/law"
	"zhunsheng/web"
)

func (v *calculatorView) head() web.PageHead {
	h := web.PageHead{Title: "期限计算", Note: "不用登录。结果列出适用的条文、跳过的休息日和放假通知，可以打印。"}
	if v.Due != nil {
		h.Actions = web.PrintButton("打印")
	}
	return h
}

func (v *calculatorView) formTitle() string {
	if v.Due != nil {
		return "改一改，再算一次"
	}
	return "问一个期限"
}

// calculatorMade says when an answer was counted and on which calendar, for the printed page.
func (p *Portal) calculatorMade() string {
	_, last := p.Book.Calendar().Years()
	return fmt.Sprintf("计算日期：%s。放假安排通知收录至%d年，此后另有通知的，须重新计算。", p.today().Chinese(), last)
}

// say puts the answer into words: the day first, then how the question was understood.
func (v *calculatorView) say(book *law.Book) {
	d := *v.Due
	v.Label, v.Answer = calculatorAnswer(d)
	for _, s := range d.Steps {
		if s.Kind == "provisional" {
			v.Doubts = append(v.Doubts, s.Text)
		}
	}
	v.Facts = append(v.Facts, web.Def{Term: "依据", Text: d.Under}, web.Def{Term: "期限", Text: d.Limit + calculatorUnit(d)}, web.Def{Term: "起算", Text: calculatorStart(d)})
	if d.Suspended {
		v.Facts = append(v.Facts, web.Def{Term: "最后一日", Text: "期间已经中止，恢复后才有最后一日"})
	}
	if d.Rolled {
		v.Facts = append(v.Facts, web.Def{Term: "逢休息日", Text: calculatorRoll(d)})
	}
	if d.Kind == law.AtLeast && d.Unit != law.UnitHour {
		v.Facts = append(v.Facts, web.Def{Term: "下一步", Text: "最早从" + d.Due.AddDays(1).Chinese() + "起可以进行；最短期间不因休息日顺延"})
		return
	}
	end, ok := book.Ending(d)
	if !ok {
		return
	}
	v.Facts = append(v.Facts, web.Def{Term: "截止时刻", Body: calculatorWords(end.Closes)})
	if end.Posted != nil && d.Kind == law.AtMost {
		v.Facts = append(v.Facts, web.Def{Term: "邮寄", Body: calculatorWords(*end.Posted)})
	}
}

func calculatorAnswer(d law.Due) (label, answer string) {
	label = map[law.DueKind]string{law.AtMost: "最后一日", law.Ahead: "最迟应在这一日", law.AtLeast: "期满之日"}[d.Kind]
	switch {
	case d.Suspended:
		return "现在的状态", "中止，尚余" + d.Remaining
	case !d.DueAt.IsZero():
		label, answer = "届满时刻", d.DueAt.Time().Format("2006年1月2日15时04分")
	default:
		answer = d.Due.Chinese() + "，" + calculatorWeekday(d)
	}
	if d.Provisional {
		label += "（暂定）"
	}
	return label, answer
}

func calculatorWeekday(d law.Due) string {
	return [...]string{"星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"}[d.Due.Weekday()]
}

func calculatorUnit(d law.Due) string {
	return map[string]string{law.UnitWorking: "，按工作日计算", law.UnitCalendar: "，按自然日计算", law.UnitMonth: "，按月推算到对应日", law.UnitYear: "，按年推算到对应日", law.UnitHour: "，按小时连续计算"}[d.Unit]
}

func calculatorStart(d law.Due) string {
	restarted := slices.IndexFunc(d.Steps, func(s law.Step) bool { return s.Kind == "restart" })
	switch {
	case !d.FromAt.IsZero():
		return d.FromAt.Time().Format("2006年1月2日15时04分")
	case d.Kind == law.Ahead:
		return d.From.Chinese() + "，当日不计入，向前计算"
	case restarted >= 0:
		return d.From.Chinese() + "；后来重新计算，见下"
	}
	return d.From.Chinese() + "，当日不计入"
}

func calculatorRoll(d law.Due) string {
	switch {
	case d.Kind == law.Ahead:
		return "推算到" + d.Nominal.Chinese() + "，逢休息日，提前（推断）"
	case d.ByAnalogy:
		return "推算到" + d.Nominal.Chinese() + "，逢休息日，参照一般规定顺延；机关自己的义务，宜在顺延前的这一日以前履行"
	}
	return "推算到" + d.Nominal.Chinese() + "，逢休息日，依法顺延"
}

// clauseName is the name of a kind of clause on the page.
func clauseName(k law.ClauseKind) string {
	return map[law.ClauseKind]string{law.ClauseStop: "不计入的时间", law.ClauseExtend: "延长", law.ClauseShorten: "缩短",
		law.ClauseRestart: "重新起算", law.ClauseDeemed: "届满的后果", law.ClauseStart: "从哪天起算",
		law.ClauseFloor: "最短期间", law.ClauseUsual: "一般的最短期间", law.ClauseCap: "最长期间"}[k]
}

// manyPeriods reports that the clauses speak of periods of several articles, since none was
// named.
func (v *calculatorView) manyPeriods() bool {
	seen := map[string]bool{}
	for _, c := range v.Clauses {
		seen[v.clauseOf(c)] = true
	}
	return len(seen) > 1
}

// clauseOf names the articles whose periods a clause speaks of, where no article was asked for.
func (v *calculatorView) clauseOf(c law.BookClause) string {
	var of []string
	for _, p := range c.Of {
		if v.Article == "" && p.Limit.String() == v.asked && !slices.Contains(of, p.Article) {
			of = append(of, p.Article)
		}
	}
	if len(of) == 0 {
		return ""
	}
	return strings.Join(of, "、") + "的" + v.asked + "，"
}

// faults are the errors in the order of the fields, for the summary on top of the form.
func (v *calculatorView) faults() (out []web.FormError) {
	for _, f := range slices.Concat(v.Fields, v.Special, slices.Concat(v.Rows...)) {
		if f.Error != "" {
			out = append(out, web.FormError{Field: f.Name, Text: f.Label + "：" + f.Error})
		}
	}
	return out
}

// at is the instant that ends a period in hours, as the browser's implementation gives it.
func (v *calculatorView) at() string {
	if v.Due.DueAt.IsZero() {
		return ""
	}
	return strconv.FormatInt(int64(v.Due.DueAt), 10)
}
