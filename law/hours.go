package law

import (
	"time"

	"zhunsheng/gov"
)

// hours counts a period in hours from an instant. Whether the starting hour is left out is
// the statute's rule; such a period does not roll, for the roll is laid down for a last day.
func (r *run) hours() (Due, error) {
	if r.q.At.IsZero() {
		return Due{}, gov.FieldError("from", "以小时计的期间要从具体时刻起算，起算应写明时刻，如 2026-09-30T14:20")
	}
	at := r.q.At
	cite := r.general(r.terms.Hours)
	if r.terms.SkipHour {
		const hour = 3600 * 1_000_000
		at += hour - (at%hour+hour)%hour // whole hours in UTC are whole hours in China
		r.step("start", r.q.From, cite, "起算的时刻为%s，开始的时不计入，自%s起算", clock(r.q.At), clock(at))
	} else {
		r.step("start", r.q.From, cite, "自%s起算，按小时连续计算", clock(at))
	}
	if r.due.Kind == Ahead {
		return Due{}, gov.FieldError("limit", "以小时计的期间不能向前计算")
	}
	end := at.Add(time.Duration(r.q.Limit.N) * time.Hour)
	r.due.FromAt, r.due.DueAt = r.q.At, end
	r.due.Nominal, r.due.Due = end.Day(), end.Day()
	r.step("count", end.Day(), nil, "满%d小时为%s；以小时计的期间不扣除休假日，也不顺延", r.q.Limit.N, clock(end))
	return r.finish(), nil
}

func clock(i gov.Instant) string { return i.Time().Format("2006年1月2日15时04分05秒") }
