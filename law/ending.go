package law

// Words is what an article says, in its own words.
type Words struct {
	Says string   `json:"says"`
	Cite Citation `json:"cite"`
}

// Ending is what the rules say of the last day itself (期间最后一日的截止时间、交邮).
type Ending struct {
	// Closes says at what hour the last day ends (截止时间).
	Closes Words `json:"closes"`
	// Posted says that what is posted before the end is in time (在途时间); nil where the
	// rules say no such thing and the day of arrival decides.
	Posted *Words `json:"posted,omitempty"`
}

// Ending gives the rules on the end of a last day that d.Under follows. Periods in hours
// end at an instant and have none.
func (b *Book) Ending(d Due) (Ending, bool) {
	s, err := b.Statute(d.Under)
	if err != nil || d.Unit == UnitHour || d.Suspended {
		return Ending{}, false
	}
	v, _ := s.On(d.From)
	r := &run{book: b, statute: s, version: v, terms: b.terms[v.Terms.Set]}
	closes := r.general(r.terms.Closes)
	if r.terms.ClosesOf != "" {
		closes.Statute, closes.Note = r.terms.ClosesOf, "参照"
	}
	e := Ending{Closes: Words{r.terms.ClosesSays, *closes}}
	if r.terms.Posted != "" {
		e.Posted = &Words{r.terms.PostedSays, *r.general(r.terms.Posted)}
	}
	return e, true
}
