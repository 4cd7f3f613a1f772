// Package publication keeps the public registers (公开登记): what the portal may show and
// nothing else. Entries appear when the publishing step of a case is recorded in the
// sealed log; the reviews that come before it (公开属性认定, 保密审查) are gates of the
// definition. Personal fields never enter. The portal reaches cases only through here.
package publication

import (
	"slices"

	"zhunsheng/docket"
	"zhunsheng/ledger/follow"
	"zhunsheng/procedure"
	"zhunsheng/sqldb"
)

// Name is the projection's name in the table projection.
const Name = "publication"

// Projection folds publishing steps into the public registers, and keeps what the public
// may know of a case that it handed in: that it was received, and how far it is.
type Projection struct {
	defs *docket.Definitions
	// steps and fields that the publications of any definition name; all steps and fields of
	// definitions that take submissions
	steps  map[procedure.StepID]bool
	fields map[procedure.FieldID]bool
	papers map[procedure.PaperID]bool
}

// NewProjection reads publication duties from the definitions that cases run under.
func NewProjection(defs *docket.Definitions) *Projection {
	p := &Projection{defs: defs, steps: map[procedure.StepID]bool{}, fields: map[procedure.FieldID]bool{}, papers: map[procedure.PaperID]bool{}}
	for _, def := range defs.Released() {
		for _, d := range def.Publications() {
			p.steps[d.Step], p.steps[d.Filed] = true, true
			for _, f := range shownFields(def, d) {
				p.fields[f] = true
			}
			for _, id := range shownPapers(d) {
				p.papers[id] = true
			}
		}
		if _, taken := def.Intake(); taken {
			for _, s := range def.Steps() {
				p.steps[s.ID] = true
			}
		}
	}
	delete(p.steps, "")
	return p
}

// shownFields are the fields whose values a publication shows or goes by. A personal or
// masked one is none of them, whatever the definition names.
func shownFields(def *procedure.Definition, d procedure.Publication) []procedure.FieldID {
	var out []procedure.FieldID
	for _, f := range []procedure.FieldID{d.Effective, d.Expires, d.Until, d.Summary, d.Ends} {
		if f != "" && !def.Personal(f) && !slices.Contains(d.Masked, f) {
			out = append(out, f)
		}
	}
	return out
}

// shownPapers are the papers that a publication shows, the text itself first.
func shownPapers(d procedure.Publication) []procedure.PaperID {
	var out []procedure.PaperID
	for _, id := range append([]procedure.PaperID{d.Paper}, d.Papers...) {
		if id != "" && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// Name is the projection's name.
func (p *Projection) Name() string { return Name }

var _ follow.Projection = (*Projection)(nil)

// concerns reports that an event may move a publication: it takes a number, moves the case
// to another version, or does a step or gives a field or paper that some publication names.
func (p *Projection) concerns(e procedure.Effects) bool {
	if len(e.Numbers) > 0 || e.Transition != nil || e.Close != "" || p.steps[e.Step] {
		return true
	}
	for f := range e.Fields {
		if p.fields[f] {
			return true
		}
	}
	for id := range e.Papers {
		if p.papers[id] {
			return true
		}
	}
	return false
}

// Prepare decodes the case events.
func (p *Projection) Prepare(r follow.Record) error {
	if docket.CaseOf(r.Envelope.Stream) == "" {
		return nil
	}
	_, err := follow.Decoded(r, docket.Decode)
	return err
}

// Apply notes what comes, and enters the case in its register when the publishing step is
// done.
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
	if e.Open == nil && !p.concerns(e) {
		return nil
	}
	s, err := loadSubject(tx, id, e.Open)
	if err != nil || s == nil {
		return err
	}
	if e.Transition != nil {
		s.definition = e.Transition.Definition
	}
	def, err := p.defs.ByDigest(s.definition)
	if err != nil {
		return err
	}
	if _, taken := def.Intake(); !taken && len(def.Publications()) == 0 {
		return nil
	}
	if s.note(def, e, r) {
		if err := s.store(tx, id); err != nil {
			return err
		}
	}
	x := entering{tx: tx, id: id, s: s, def: def, e: e, r: r}
	if c := e.Correction; c != nil && c.Status == procedure.CorrectionApproved {
		return x.correct(*c)
	}
	if e.Close == procedure.Voided {
		return x.void()
	}
	if e.Step == "" || e.State == nil || e.State.Status != procedure.StepDone {
		return nil
	}
	for _, d := range def.Publications() {
		if err := x.duty(d); err != nil {
			return err
		}
	}
	return nil
}
