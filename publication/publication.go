// Package publication keeps the public registers (公开登记): what the portal may show and
// nothing else. Entries appear when the publishing step of a case is recorded in the
// sealed log; the reviews that come before it (公开属性认定, 保密审查) are gates of the
// definition. The portal reaches cases only through here.
package publication

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/ledger/follow"
	"zhunsheng/procedure"
	"zhunsheng/sqldb"
)

// Name is the projection's name in the table projection.
const Name = "publication"

// Projection folds publishing steps into the public registers.
type Projection struct {
	defs *docket.Definitions
	// steps and fields that the publications of any definition name
	steps  map[procedure.StepID]bool
	fields map[procedure.FieldID]bool
}

// NewProjection reads publication duties from the definitions that cases run under.
func NewProjection(defs *docket.Definitions) *Projection {
	p := &Projection{defs: defs, steps: map[procedure.StepID]bool{}, fields: map[procedure.FieldID]bool{}}
	for _, def := range defs.Released() {
		for _, d := range def.Publications() {
			p.steps[d.Step], p.steps[d.Filed] = true, true
			p.fields[d.Effective], p.fields[d.Expires] = true, true
		}
	}
	delete(p.steps, "")
	delete(p.fields, "")
	return p
}

// Name is the projection's name.
func (p *Projection) Name() string { return Name }

var _ follow.Projection = (*Projection)(nil)

// concerns reports that an event may move a publication: it takes a number, or does a step
// or gives a field that some definition's publication names.
func (p *Projection) concerns(e procedure.Effects) bool {
	if len(e.Numbers) > 0 || p.steps[e.Step] {
		return true
	}
	for f := range e.Fields {
		if p.fields[f] {
			return true
		}
	}
	return false
}

type subject struct {
	definition, unit, title string
	numbers                 map[string]string
	fields                  map[procedure.FieldID]string
}

// Prepare decodes the case events.
func (p *Projection) Prepare(r follow.Record) error {
	if docket.CaseOf(r.Envelope.Stream) == "" {
		return nil
	}
	_, err := follow.Decoded(r, docket.Decode)
	return err
}

// Apply notes numbers and fields as they come, and enters the document in its register
// when the publishing step is done.
func (p *Projection) Apply(tx *sqldb.Tx, r follow.Record) error {
	id := docket.CaseOf(r.Envelope.Stream)
	if id == "" {
		return nil
	}
	pay, err := follow.Decoded(r, docket.Decode)
	if err != nil {
		return err
	}
	e := pay.Effects
	s := subject{numbers: map[string]string{}, fields: map[procedure.FieldID]string{}}
	if o := e.Open; o != nil {
		s.definition, s.unit, s.title = o.Definition, string(o.Unit), o.Title
	} else if !p.concerns(e) {
		return nil
	} else if err := s.load(tx, id); err != nil {
		return err
	}
	def, err := p.defs.ByDigest(s.definition)
	if err != nil {
		return err
	}
	duties := def.Publications()
	if len(duties) == 0 {
		return nil
	}
	changed := e.Open != nil
	for _, n := range e.Numbers {
		s.numbers[n.Name], changed = n.Text, true
	}
	for _, d := range duties {
		for _, f := range []procedure.FieldID{d.Effective, d.Expires} {
			if v, ok := e.Fields[f]; ok && f != "" {
				s.fields[f], changed = v, true
			}
		}
	}
	if changed {
		if err := s.store(tx, id); err != nil {
			return err
		}
	}
	if e.Step == "" || e.State == nil || e.State.Status != procedure.StepDone {
		return nil
	}
	for _, d := range duties {
		if err := enter(tx, id, s, d, e, r); err != nil {
			return err
		}
	}
	return nil
}

func enter(tx *sqldb.Tx, id gov.CaseID, s subject, d procedure.Publication, e procedure.Effects, r follow.Record) error {
	day := e.State.Occurred.Day()
	if e.Step == d.Filed && d.Filed != "" {
		_, err := tx.Exec(setFiled, d.Register, string(id), day)
		return err
	}
	if e.Step != d.Step {
		return nil
	}
	var text procedure.Paper
	if papers := e.Papers[d.Paper]; len(papers) > 0 {
		text = papers[0]
	}
	effective := s.fields[d.Effective]
	if effective == "" {
		effective = day.String()
	}
	var expires any
	if v := s.fields[d.Expires]; v != "" {
		expires = v
	}
	_, err := tx.Exec(upsertPublished, d.Register, string(id), s.numbers[d.Number], s.title, s.unit, day.String(),
		effective, expires, "in_force", text.Digest, text.Name, text.Media, r.Index)
	return err
}

func (s *subject) load(tx *sqldb.Tx, id gov.CaseID) error {
	var numbers, fields string
	err := tx.QueryRow(selectSubject, string(id)).Scan(&s.definition, &s.unit, &s.title, &numbers, &fields)
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("publication: case %s was never opened", id)
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(numbers), &s.numbers); err != nil {
		return err
	}
	return json.Unmarshal([]byte(fields), &s.fields)
}

func (s *subject) store(tx *sqldb.Tx, id gov.CaseID) error {
	numbers, err := json.Marshal(s.numbers)
	if err != nil {
		return err
	}
	fields, err := json.Marshal(s.fields)
	if err != nil {
		return err
	}
	_, err = tx.Exec(upsertSubject, string(id), s.definition, s.unit, s.title, string(numbers), string(fields))
	return err
}
