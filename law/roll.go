package law

import (
	"fmt"
	"slices"
	"strings"

	"zhunsheng/gov"
)

type restDay struct {
	day gov.Day
	st  DayStatus
}

// roll moves a last day that is a rest day to the first working day after it.
func (r *run) roll() {
	first := r.use(r.due.Nominal)
	if !first.Rest {
		r.step("last", r.due.Nominal, nil, "%s（%s）是工作日，不顺延，期间于当日届满", r.due.Nominal.Chinese(), weekday(r.due.Nominal))
		return
	}
	d, st := r.due.Nominal, first
	var rest []restDay
	for st.Rest {
		rest = append(rest, restDay{d, st})
		d = d.AddDays(1)
		st = r.use(d)
	}
	r.skipped(rest)
	r.due.Due, r.due.Rolled, r.due.ByAnalogy = d, true, !r.version.Terms.Express
	if r.version.Terms.Express {
		r.step("roll", d, r.general(r.terms.Roll), "期间的最后一日是休假日，顺延至休假日结束后的第一日%s（%s）", d.Chinese(), weekday(d))
		return
	}
	r.step("roll", d, r.general(r.terms.Roll),
		"期间的最后一日是休假日；%s没有自己的顺延规定，参照%s%s顺延至%s（%s）。机关自己的义务宜在顺延前的%s以前履行",
		r.statute.Name, r.terms.Statute, r.terms.Roll, d.Chinese(), weekday(d), r.due.Nominal.Chinese())
}

// rollEarlier moves a last day for acting ahead that is a rest day to the working day
// before it: a notice due seven days ahead is late on the Monday after.
func (r *run) rollEarlier() {
	d := r.due.Nominal
	st := r.use(d)
	if !st.Rest {
		r.step("last", d, nil, "%s（%s）是工作日，最迟应于当日完成", d.Chinese(), weekday(d))
		return
	}
	var rest []restDay
	for st.Rest {
		rest = append(rest, restDay{d, st})
		d = d.AddDays(-1)
		st = r.use(d)
	}
	r.skipped(rest)
	r.due.Due, r.due.Rolled, r.due.ByAnalogy = d, true, true
	r.step("roll", d, nil, "向前计算的期间不得因休假日缩短，最迟应提前到%s（%s）完成（推断）", d.Chinese(), weekday(d))
}

// skipped writes one step for each stretch of rest days that one cause explains.
func (r *run) skipped(rest []restDay) {
	slices.SortFunc(rest, func(a, b restDay) int { return a.day.Compare(b.day) })
	for len(rest) > 0 {
		k := 1
		for k < len(rest) && rest[k].st.Notice == rest[0].st.Notice && rest[k].day.Sub(rest[k-1].day) == 1 {
			k++
		}
		first, last, why := rest[0].day, rest[k-1].day, "周末"
		var cite *Citation
		if n := rest[0].st.Notice; n != nil {
			c := n.Cite()
			cite, why = &c, "依"+n.name()+"放假"
		}
		span := fmt.Sprintf("%s（%s）", first.Chinese(), weekday(first))
		if k > 1 {
			span = fmt.Sprintf("%s至%s，共%d日", first.Chinese(), last.Chinese(), k)
		}
		r.step("skip", first, cite, "%s为休假日（%s）", span, why)
		rest = rest[k:]
	}
}

// provisional says why a result may still change.
func (r *run) provisional() {
	var years []string
	var tail bool
	var at gov.Day
	for _, d := range r.unknown {
		if r.book.cal.Status(d, r.q.AsOf).InTail {
			tail = true
		} else if y := fmt.Sprint(d.Year()); !slices.Contains(years, y) {
			years = append(years, y)
		}
		if at.IsZero() || d.Before(at) {
			at = d
		}
	}
	if len(years) > 0 {
		r.due.Provisional = true
		slices.Sort(years)
		r.step("provisional", at, nil, "登记中没有%s年的放假安排通知，该年暂以周一至周五为工作日推算，结果为暂定，不是定论；通知登记后须重新计算", strings.Join(years, "、"))
	}
	if tail {
		_, last := r.book.cal.Years()
		r.due.Provisional = true
		r.step("provisional", at, nil, "%d年的放假安排通知尚未登记，它可能移动%d年%d月%d日至年末的休假日，结果为暂定（%s）",
			last+1, last, r.book.cal.tail.month, r.book.cal.tail.day, r.book.cal.tail.Why)
	}
}

func weekday(d gov.Day) string {
	return [...]string{"星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"}[d.Weekday()]
}
