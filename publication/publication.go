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
}

// NewProjection reads publication duties from the definitions that cases run under.
func NewProjection(defs *docket.Definitions) *Projection { return &Projection{defs: defs} }

// Name is the projection's name.
func (p *Projection) Name() string { return Name }

var _ follow.Projection = (*Projection)(nil)

type subject struct {
	definition, unit, title string
	numbers                 map[string]string
	fields                  map[procedure.FieldID]string
}

// Apply notes numbers and fields as they come, and enters the document in its register
// when the publishing step is done.
func (p *Projection) Apply(tx *sqldb.Tx, r follow.Record) error {
	id := docket.CaseOf(r.Envelope.Stream)
	if id == "" {
		return nil
	}
	var pay docket.Payload
	if err := json.Unmarshal(r.Envelope.Payload, &pay); err != nil {
		return fmt.Errorf("publication: %w", err)
	}
	e := pay.Effects
	s := subject{numbers: map[string]string{}, fields: map[procedure.FieldID]string{}}
	if o := e.Open; o != nil {
		s.definition, s.unit, s.title = o.Definition, string(o.Unit), o.Title
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
