package law

import "zhunsheng/gov"

// Before computes the last day for an act that must come some time ahead of q.From, such
// as a notice 七日前 of a hearing: q.From (the hearing) is not counted, counting goes
// backward, and a rest day moves the result earlier, never later.
func (b *Book) Before(q Query) (Due, error) {
	r, err := b.begin(q, Ahead)
	if err != nil {
		return Due{}, err
	}
	switch r.due.Unit {
	case UnitHour:
		return r.hours()
	case UnitWorking:
		r.start()
		r.countWorking(-1)
	default:
		r.start()
		r.countPlain(-1)
		r.rollEarlier()
	}
	return r.finish(), nil
}

// AtLeast computes when a minimum period (不少于) is over: at the end of Due, so the act
// that must wait is lawful from the next day. A minimum does not roll: the time has passed
// whether or not its last day is a rest day. Where the article says 一般不少于, a step says
// so: a shorter time needs a reason.
func (b *Book) AtLeast(q Query) (Due, error) {
	r, err := b.begin(q, AtLeast)
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
	}
	if c := r.version.usual(r.statute, r.q); c != nil {
		r.step("usual", gov.Day{}, r.own(c.Article, ""), "%s%s写作“一般不少于”：有理由可以更短，理由应当写明", r.statute.Name, c.Article)
	}
	r.step("last", r.due.Due, nil, "期限为不少于%s：至%s终了方满，满后才可进行下一步", r.due.Limit, r.due.Due.Chinese())
	return r.finish(), nil
}
