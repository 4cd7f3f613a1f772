package law

import "zhunsheng/gov"

// InTime judges whether what arrived on a day met the period of d. Where the rules that
// govern the period say that what is posted before its end is in time (在期满前交邮的，不算
// 过期), the day of posting decides, and the article is given; posted is no day when nothing
// was posted. A period that is suspended cannot be missed. Posting helps who acts within a
// period, not who must act some time ahead (七日前). A minimum has no last day to keep, and a
// period in hours is not kept or missed by days: both are refused.
func (b *Book) InTime(d Due, arrived, posted gov.Day) (met bool, by *Citation, err error) {
	if d.Kind == AtLeast {
		return false, nil, gov.FieldError("count", "最短期间不问是否逾期，只问何时期满")
	}
	if d.Unit == UnitHour {
		return false, nil, gov.FieldError("limit", "以小时计的期间按时刻判断，不能按日期判断")
	}
	if d.Suspended || !arrived.After(d.Due) {
		return true, nil, nil
	}
	if posted.IsZero() || posted.After(d.Due) || d.Kind == Ahead {
		return false, nil, nil
	}
	s, err := b.Statute(d.Under)
	if err != nil {
		return false, nil, err
	}
	v, _ := s.On(d.From)
	if t := b.terms[v.Terms.Set]; t.Posted != "" {
		return true, &Citation{Statute: t.Statute, Article: t.Posted, Mark: Text}, nil
	}
	return false, nil, nil
}
