package publication

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"zhunsheng/gov"
	"zhunsheng/ledger/follow"
	"zhunsheng/procedure"
	"zhunsheng/sqldb"
)

// subject is what the projection knows of one case before and beside its entries.
type subject struct {
	definition, procedure, unit, title string

	numbers map[string]number
	fields  map[procedure.FieldID]string
	papers  map[procedure.PaperID][]procedure.Paper
	// of a case that the public handed in
	matter   gov.CaseID
	receipt  string
	stage    Stage
	received gov.Instant
	index    int64
}

// number is one that the case has taken, and the body whose it is where that is another than
// the case's unit.
type number struct {
	Text string     `json:"text"`
	Unit gov.UnitID `json:"unit,omitempty"`
}

// Stage is how far a submission is (收件办理状态).
type Stage string

// The stages.
const (
	Received  Stage = "received"  // 已收到
	Working   Stage = "working"   // 办理中
	Finished  Stage = "closed"    // 已办结
	Withdrawn Stage = "withdrawn" // 已终止
)

// loadSubject is what is known of a case; nil for one whose definition publishes nothing and
// takes nothing from the public, of which nothing is kept.
func loadSubject(tx *sqldb.Tx, id gov.CaseID, o *procedure.Opening) (*subject, error) {
	s := &subject{numbers: map[string]number{}, fields: map[procedure.FieldID]string{}, papers: map[procedure.PaperID][]procedure.Paper{}}
	if o != nil {
		s.definition, s.unit, s.title = o.Definition, string(o.Unit), o.Title
		return s, nil
	}
	var numbers, fields, papers string
	err := tx.QueryRow(selectSubject, string(id)).Scan(&s.definition, &s.procedure, &s.unit, &s.title, &numbers, &fields, &papers,
		&s.matter, &s.receipt, &s.stage, &s.received, &s.index)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for _, x := range []struct {
		text string
		into any
	}{{numbers, &s.numbers}, {fields, &s.fields}, {papers, &s.papers}} {
		if err := json.Unmarshal([]byte(x.text), x.into); err != nil {
			return nil, fmt.Errorf("publication: case %s: %w", id, err)
		}
	}
	return s, nil
}

// note keeps what an event says that a publication may show, and tells whether anything
// changed. The value of a personal field is no such thing.
func (s *subject) note(def *procedure.Definition, e procedure.Effects, r follow.Record) bool {
	changed := e.Open != nil || e.Transition != nil
	s.procedure = def.ID()
	for _, n := range e.Numbers {
		s.numbers[n.Name], changed = number{n.Text, n.Unit}, true
	}
	for _, d := range def.Publications() {
		for _, f := range shownFields(def, d) {
			if v, given := e.Fields[f]; given {
				s.fields[f], changed = v, true
			}
		}
		for _, id := range shownPapers(d) {
			if files := e.Papers[id]; len(files) > 0 {
				s.papers[id], changed = files, true
			}
		}
	}
	if in, taken := def.Intake(); taken {
		changed = s.noteIntake(def, in, e, r) || changed
	}
	return changed
}

// noteIntake follows a case that the public handed in.
func (s *subject) noteIntake(def *procedure.Definition, in procedure.Intake, e procedure.Effects, r follow.Record) bool {
	if e.Open != nil {
		s.stage, s.received, s.index = Received, r.Envelope.Recorded, r.Index
		for _, f := range def.Opening().Fields {
			if f.Type == procedure.CaseField && s.matter == "" {
				s.matter = gov.CaseID(e.Fields[f.ID])
			}
		}
	}
	before := s.stage
	for _, n := range e.Numbers {
		if n.Name == in.Receipt {
			s.receipt, _ = ParseNumber(n.Text)
		}
	}
	switch {
	case e.Close == procedure.Voided:
		s.stage, s.receipt = "", "" // entered by mistake: as if it had never come in
	case e.Close == procedure.Withdrawn:
		s.stage = Withdrawn
	case e.Close != "":
		s.stage = Finished
	case e.Step != "" && s.stage == Received:
		s.stage = Working
	}
	return e.Open != nil || s.stage != before
}

func (s *subject) store(tx *sqldb.Tx, id gov.CaseID) error {
	var texts [3]string
	for i, v := range []any{s.numbers, s.fields, s.papers} {
		b, err := json.Marshal(v)
		if err != nil {
			return err
		}
		texts[i] = string(b)
	}
	_, err := tx.Exec(upsertSubject, string(id), s.definition, s.procedure, s.unit, s.title, texts[0], texts[1], texts[2],
		string(s.matter), s.receipt, string(s.stage), s.received, s.index)
	return err
}

// part is what a duty shows of the case as it stands.
func (s *subject) part(def *procedure.Definition, d procedure.Publication) Part {
	p := Part{Rule: d.Rule, What: d.What}
	if f := d.Summary; slices.Contains(shownFields(def, d), f) {
		p.Summary = s.fields[f]
	}
	for _, id := range shownPapers(d) {
		p.Papers = append(p.Papers, files(def, id, s.papers[id])...)
	}
	return p
}

func files(def *procedure.Definition, id procedure.PaperID, papers []procedure.Paper) []File {
	spec, _ := def.Paper(id)
	var out []File
	for _, f := range papers {
		out = append(out, File{ID: id, Label: spec.Label, Paper: f})
	}
	return out
}
