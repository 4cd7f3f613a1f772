package publication

import (
	"slices"

	"zhunsheng/gov"
	"zhunsheng/procedure"
)

// correct puts what a correction replaces (更正) into what was published from it. A round
// that came after the publication is not what was published, so its correction is not either.
func (x entering) correct(c procedure.Correction) error {
	entries, err := entriesOf(x.tx, x.id)
	if err != nil {
		return err
	}
	for _, e := range entries {
		for i := range e.Parts {
			if d, ok := x.dutyOf(e.Register, e.Parts[i].Rule); ok && c.Of <= e.Parts[i].Version {
				x.replace(&e, i, d)
			}
		}
		if err := e.store(x.tx); err != nil {
			return err
		}
	}
	for _, d := range x.def.Publications() {
		if err := x.moveChange(d, c); err != nil {
			return err
		}
	}
	return nil
}

func (x entering) dutyOf(register string, rule procedure.RuleID) (procedure.Publication, bool) {
	for _, d := range x.def.Publications() {
		if d.Rule == rule && d.Register == register {
			return d, true
		}
	}
	return procedure.Publication{}, false
}

// replace puts the corrected fields and papers into one part, and into the head of the entry
// when the part is its first.
func (x entering) replace(e *Entry, i int, d procedure.Publication) {
	p := &e.Parts[i]
	given := func(f procedure.FieldID) bool {
		_, ok := x.e.Fields[f]
		return ok && slices.Contains(shownFields(x.def, d), f)
	}
	if given(d.Summary) {
		p.Summary = x.s.fields[d.Summary]
	}
	var papers []File
	for _, id := range shownPapers(d) {
		if corrected := x.e.Papers[id]; len(corrected) > 0 {
			papers = append(papers, files(x.def, id, corrected)...)
			continue
		}
		for _, f := range p.Papers {
			if f.ID == id {
				papers = append(papers, f)
			}
		}
	}
	p.Papers = papers
	if i > 0 {
		return
	}
	if given(d.Effective) {
		e.Effective = x.from(d, p.Day)
	}
	if given(d.Expires) {
		e.Expires = x.dayOf(d.Expires)
	}
	if given(d.Until) {
		e.Until = x.dayOf(d.Until)
	}
}

// moveChange puts right what was said of another entry, or of the own one, when its day or the
// case that it names was corrected.
func (x entering) moveChange(d procedure.Publication, c procedure.Correction) error {
	_, day := x.e.Fields[d.Effective]
	_, named := x.e.Fields[d.Ends]
	if d.OwnStanding != "" && day {
		return x.eachChange(x.id, d.OwnStanding, c, func(o *Change) bool { o.On = x.from(d, o.On); return true })
	}
	if d.Ends == "" || !day && !named {
		return nil
	}
	ended := gov.CaseID(x.s.fields[d.Ends])
	if !named {
		return x.eachChange(ended, d.As, c, func(o *Change) bool { o.On = x.from(d, o.On); return true })
	}
	var was *Change
	err := x.eachChange(gov.CaseID(c.WasFields[d.Ends]), d.As, c, func(o *Change) bool {
		moved := *o
		was = &moved
		return false
	})
	if err != nil || was == nil || ended == "" {
		return err
	}
	was.On = x.from(d, was.On)
	registers, err := x.registersOf(ended, d.Register)
	for _, register := range registers {
		if err := x.change(register, ended, *was); err != nil {
			return err
		}
	}
	return err
}

// eachChange lets fn mend the changes that an act up to the corrected one has brought about;
// one for which it says false is taken away.
func (x entering) eachChange(id gov.CaseID, as procedure.Standing, c procedure.Correction, fn func(*Change) bool) error {
	entries, err := entriesOf(x.tx, id)
	if err != nil {
		return err
	}
	for _, e := range entries {
		touched := false
		var kept []Change
		for _, o := range e.Changes {
			mine := o.By == x.id && o.As == as && c.Of <= o.Version
			touched = touched || mine
			if !mine || fn(&o) {
				kept = append(kept, o)
			}
		}
		if !touched {
			continue
		}
		e.Changes = kept
		if err := e.store(x.tx); err != nil {
			return err
		}
	}
	return nil
}

// void takes what a case that was recorded by mistake (撤销登记) has published out of the
// registers, and gives back the standing that it took from others.
func (x entering) void() error {
	if _, err := x.tx.Exec(deleteEntries, string(x.id)); err != nil {
		return err
	}
	none := func(*Change) bool { return false }
	for _, d := range x.def.Publications() {
		if ended := gov.CaseID(x.s.fields[d.Ends]); d.Ends != "" && ended != "" {
			if err := x.eachChange(ended, d.As, procedure.Correction{}, none); err != nil {
				return err
			}
		}
	}
	return nil
}
