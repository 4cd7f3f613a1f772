package law

import "zhunsheng/gov"

// InTime judges whether what arrived on a day met the period of d. Where the rules that
// govern the period say that what is posted before its end is in time (在期满前交邮的，不算
// 过期), the day of posting decides, and the article is given; posted is no day when nothing
// was posted. A period that is suspended cannot be missed.
func (b *Book) InTime(d Due, arrived, posted gov.Day) (met bool, by *Citation, err error) {
	if d.Suspended || !arrived.After(d.Due) {
		return true, nil, nil
	}
	if posted.IsZero() || posted.After(d.Due) {
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
