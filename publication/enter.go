package publication

import (
	"database/sql"
	"encoding/json"
	"errors"
	"slices"

	"zhunsheng/gov"
	"zhunsheng/ledger/follow"
	"zhunsheng/procedure"
	"zhunsheng/sqldb"
)

// entering is one event of a case on its way into the registers.
type entering struct {
	tx  *sqldb.Tx
	id  gov.CaseID
	s   *subject
	def *procedure.Definition
	e   procedure.Effects
	r   follow.Record
}

// duty does what one publication duty says of the step that the event has done.
func (x entering) duty(d procedure.Publication) error {
	day := x.e.State.Occurred.Day()
	if x.e.Step == d.Filed && d.Filed != "" {
		if _, err := x.tx.Exec(setFiled, d.Register, string(x.id), day); err != nil {
			return err
		}
	}
	if !d.Due(x.e) {
		return nil
	}
	from := x.from(d, day)
	if d.OwnStanding != "" {
		return x.change(d.Register, x.id, x.changed(d.OwnStanding, from))
	}
	if err := x.publish(d, day); err != nil {
		return err
	}
	ended := gov.CaseID(x.s.fields[d.Ends])
	if d.Ends == "" || ended == "" {
		return nil
	}
	registers, err := x.registersOf(ended, d.Register)
	for _, register := range registers {
		if err := x.change(register, ended, x.changed(d.As, from)); err != nil {
			return err
		}
	}
	return err
}

// changed is a change of standing that this event brings about.
func (x entering) changed(as procedure.Standing, from gov.Day) Change {
	return Change{As: as, On: from, By: x.id, Index: x.r.Index, Version: x.r.Envelope.Version}
}

// from is the day from which what is published has effect.
func (x entering) from(d procedure.Publication, day gov.Day) gov.Day {
	if v, err := gov.ParseDay(x.s.fields[d.Effective]); err == nil && d.Effective != "" {
		return v
	}
	return day
}

// registersOf are the registers in which another case is ended: the one that this case
// publishes in when the other stands there too, else all of them but where it was only
// out for comments.
func (x entering) registersOf(id gov.CaseID, own string) ([]string, error) {
	entries, err := entriesOf(x.tx, id)
	var out []string
	for _, e := range entries {
		if e.Register == own {
			return []string{own}, err
		}
		if e.Until.IsZero() {
			out = append(out, e.Register)
		}
	}
	return out, err
}

// publish puts what the duty shows into its register. What another duty of the same case
// has put there stays beside it.
func (x entering) publish(d procedure.Publication, day gov.Day) error {
	e, err := scanEntry(x.tx.QueryRow(selectEntry, d.Register, string(x.id)))
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	p := x.s.part(x.def, d)
	p.Day, p.Index, p.Version = day, x.r.Index, x.r.Envelope.Version
	i := slices.IndexFunc(e.Parts, func(o Part) bool { return o.Rule == d.Rule })
	switch {
	case i >= 0:
		e.Parts[i] = p
	default:
		e.Parts = append(e.Parts, p)
		i = len(e.Parts) - 1
	}
	if i == 0 {
		x.head(&e, d, day)
	}
	return e.store(x.tx)
}

// head fills what the list shows of an entry: the first duty that put it there says it.
func (x entering) head(e *Entry, d procedure.Publication, day gov.Day) {
	e.Register, e.Case, e.Procedure, e.Matter = d.Register, x.id, x.s.procedure, x.s.matter
	e.Title, e.Unit, e.Number = x.s.title, gov.UnitID(x.s.unit), x.s.numbers[d.Number].Text
	if of := x.s.numbers[d.Number].Unit; of != "" { // whose number it bears made it
		e.Unit = of
	}
	e.Published, e.Effective, e.Index, e.Status = day, x.from(d, day), x.r.Index, "in_force"
	e.Expires, e.Until = x.dayOf(d.Expires), x.dayOf(d.Until)
}

// dayOf is the day that a field holds, or none.
func (x entering) dayOf(f procedure.FieldID) gov.Day {
	v, err := gov.ParseDay(x.s.fields[f])
	if err != nil {
		return gov.Day{}
	}
	return v
}

// change gives an entry another standing from a day on. A case that stands in no register
// has none to lose.
func (x entering) change(register string, id gov.CaseID, c Change) error {
	e, err := scanEntry(x.tx.QueryRow(selectEntry, register, string(id)))
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	e.Changes = append(slices.DeleteFunc(e.Changes, func(o Change) bool { return o.By == c.By && o.As == c.As }), c)
	return e.store(x.tx)
}

// openTo is the last day on which an entry takes comments: never after the day on which it
// lost its standing.
func (e Entry) openTo() gov.Day {
	last := e.Until
	for _, c := range e.Changes {
		if !last.IsZero() && c.As != procedure.Amended && !c.On.After(last) {
			last = c.On.AddDays(-1)
		}
	}
	return last
}

func (e Entry) store(tx *sqldb.Tx) error {
	parts, err := json.Marshal(e.Parts)
	if err != nil {
		return err
	}
	changes := []byte("[]")
	if len(e.Changes) > 0 {
		if changes, err = json.Marshal(e.Changes); err != nil {
			return err
		}
	}
	main := e.Main()
	_, err = tx.Exec(upsertPublished, e.Register, string(e.Case), e.Number, e.Title, string(e.Unit), e.Published, e.Effective,
		e.Expires, e.Status, main.Digest, main.Name, main.Media, e.Index, e.Procedure, string(e.Matter), e.Until, e.openTo(),
		string(parts), string(changes))
	return err
}
