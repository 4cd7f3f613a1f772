// Package indicatorsql keeps the counts of indicators beside the cases they come from, as
// a reading projection of the sealed log, and answers the rates a reader may see.
package indicatorsql

import (
	"strings"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/indicator"
	"zhunsheng/ledger/follow"
	"zhunsheng/procedure"
	"zhunsheng/sqldb"
)

// Name is the projection's name in the table projection.
const Name = "indicator"

// Projection folds case events into indicator_case. It implements follow.Projection.
//
// Runs of clocks are counted from the event alone. For facts, which are formulas over the
// state, the projection keeps of each case what the counted facts read (indicator_subject)
// and folds it on: an event costs one read and one write of a row that does not grow with
// the number of events.
type Projection struct {
	released *docket.Definitions
	defs     []indicator.Definition
	digest   string // of the set of indicators
	byClock  map[indicator.ClockSource][]indicator.ID
	clocks   map[string]bool     // ids of the clocks that any indicator reads
	readings map[string]*reading // by procedure
	kinds    map[string]bool     // procedures whose cases some fact counts as children
	recent   *recent
}

// New counts for these indicators over cases that run under these definitions.
func New(released *docket.Definitions, defs []indicator.Definition) *Projection {
	p := &Projection{released: released, defs: defs, digest: digestOf(defs), byClock: map[indicator.ClockSource][]indicator.ID{},
		clocks: map[string]bool{}, readings: readings(released, defs), kinds: map[string]bool{}, recent: newRecent()}
	for _, d := range defs {
		for _, s := range d.Sources {
			if s.Facts() {
				continue
			}
			at := indicator.ClockSource{Procedure: s.Procedure, Clock: s.Clock}
			p.byClock[at] = append(p.byClock[at], d.ID)
			p.clocks[s.Clock] = true
		}
	}
	for _, r := range p.readings {
		for _, c := range r.children {
			p.kinds[c.Procedure] = true
		}
	}
	return p
}

// Definitions lists the indicators in their order.
func (p *Projection) Definitions() []indicator.Definition { return p.defs }

// Name is the projection's name.
func (p *Projection) Name() string { return Name }

// Prepare decodes the case events.
func (p *Projection) Prepare(r follow.Record) error {
	if docket.CaseOf(r.Envelope.Stream) == "" {
		return nil
	}
	_, err := follow.Decoded(r, docket.Decode)
	return err
}

// Apply counts what one event moved.
func (p *Projection) Apply(tx *sqldb.Tx, r follow.Record) error {
	if r.Index == 0 {
		if _, err := tx.Exec(upsertSet, p.digest); err != nil {
			return err
		}
	}
	id := docket.CaseOf(r.Envelope.Stream)
	if id == "" {
		return nil
	}
	pay, err := follow.Decoded(r, docket.Decode)
	if err != nil {
		return err
	}
	e := pay.Effects
	if !p.concerns(e) {
		return nil
	}
	var s subject
	if o := e.Open; o != nil {
		proc, _, _ := strings.Cut(o.Procedure, "@")
		s = subject{id: id, procedure: proc, unit: string(o.Unit), path: pay.UnitPath, fresh: true}
		if p.readings[proc] != nil {
			s.definition, s.kept = o.Definition, &kept{State: procedure.NewState("")}
		}
	} else if s, err = p.load(tx, id); err != nil {
		return err
	}
	if e.Close == procedure.Voided {
		err = p.void(tx, s)
	} else {
		err = p.runs(tx, s, e.Clocks)
	}
	if err != nil {
		return err
	}
	if s.kept != nil {
		if err := p.fold(tx, &s, r, e); err != nil {
			return err
		}
	}
	if s.fresh && s.kept == nil {
		if _, err := p.store(tx, &s); err != nil {
			return err
		}
	}
	if p.kinds[s.procedure] {
		return p.child(tx, s, e)
	}
	return nil
}

// void takes a case out of every count: it was entered by mistake (撤销登记).
func (p *Projection) void(tx *sqldb.Tx, s subject) error {
	for _, d := range p.defs {
		if _, counts := d.Source(s.procedure); !counts {
			continue
		}
		if _, err := tx.Exec(voidCounts, string(d.ID), string(s.id)); err != nil {
			return err
		}
	}
	return nil
}

// concerns reports that an event may move a count of any procedure.
func (p *Projection) concerns(e procedure.Effects) bool {
	if e.Open != nil || e.Close == procedure.Voided || len(p.kinds) > 0 && (e.Close != "" || len(e.Links) > 0 || len(e.Fields) > 0) {
		return true
	}
	for _, c := range e.Clocks {
		if p.clocks[string(c.Clock)] {
			return true
		}
	}
	for _, r := range p.readings {
		if r.concerns(e) {
			return true
		}
	}
	return false
}

// runs counts the runs of clocks that an event moved.
func (p *Projection) runs(tx *sqldb.Tx, s subject, clocks []procedure.ClockEffect) error {
	for _, c := range clocks {
		for _, ind := range p.byClock[indicator.ClockSource{Procedure: s.procedure, Clock: string(c.Clock)}] {
			n := indicator.CountClock(string(c.Status), endOf(c.ClockState))
			if err := s.count(tx, ind, int64(c.Round), n, string(c.Status)); err != nil {
				return err
			}
		}
	}
	return nil
}

// fold applies an event to what is kept of its case and counts anew.
func (p *Projection) fold(tx *sqldb.Tx, s *subject, r follow.Record, e procedure.Effects) error {
	rd := p.readings[s.procedure]
	if !rd.concerns(e) {
		p.recent.put(*s)
		return nil
	}
	return p.change(tx, s, func() bool {
		k := s.kept
		if r.Envelope.Version <= k.State.Version {
			return false
		}
		k.noteEnds(e.Clocks)
		children := k.State.Children // as this projection counts them, not as an act saw them
		k.State.Apply(r.Envelope.Version, r.Envelope.Actor, e)
		k.State.Children = children
		s.definition = k.State.Definition
		rd.prune(k.State)
		return true
	})
}

// change does something to what is kept of a case, keeps it and counts the case anew. What was
// in memory may be of a transaction that was undone: only the text in the database tells, and
// then the change is done again on what stands there.
func (p *Projection) change(tx *sqldb.Tx, s *subject, do func() bool) error {
	for {
		held := s.held
		var moved []counting
		ok := do()
		if ok {
			var err error
			if moved, err = p.recount(s); err != nil {
				return err
			}
			if ok, err = p.store(tx, s); err != nil {
				return err
			}
		}
		switch {
		case ok:
			for _, m := range moved {
				if err := s.count(tx, m.id, 1, m.n, m.why); err != nil {
					return err
				}
			}
			p.recent.put(*s)
			return nil
		case !held:
			return nil // folded before
		}
		var err error
		if *s, err = p.read(tx, s.id); err != nil {
			return err
		}
	}
}

// counting is a count of a case that has changed.
type counting struct {
	id  indicator.ID
	n   indicator.Count
	why string
}

// recount evaluates what each indicator counts of the case, and lists what has changed.
func (p *Projection) recount(s *subject) ([]counting, error) {
	def, err := p.released.ByDigest(s.definition)
	if err != nil {
		return nil, err
	}
	facts := map[string]bool{}
	holds := func(id string) bool {
		v, known := facts[id]
		if !known {
			b, _ := def.FactValue(id, s.kept.State)
			v, _ = b.(bool)
			facts[id] = v
		}
		return v
	}
	var moved []counting
	rd := p.readings[s.procedure]
	for i, c := range rd.sources {
		var n indicator.Count
		var why string
		if !rd.lacking[s.definition][i] {
			n, why = s.kept.count(c.source, holds)
		}
		now := brief(n, why)
		if now == s.kept.Counts[c.id] {
			continue
		}
		if s.kept.Counts == nil {
			s.kept.Counts = map[indicator.ID]string{}
		}
		s.kept.Counts[c.id] = now
		moved = append(moved, counting{c.id, n, why})
	}
	return moved, nil
}

// What a case counted by facts is, for Line.Why. A run of a clock has the status of the clock,
// and so has a case whose limit runs or stands still.
const (
	Held    = "held"    // counted below and above
	Lacking = "lacking" // counted below only
)

// count is what one source counts of a case as it stands, and why.
func (k *kept) count(src indicator.Source, holds func(string) bool) (indicator.Count, string) {
	day, status := k.day(src.Day)
	if day.IsZero() || k.State.Status == procedure.Voided || !holds(src.Denominator) {
		return indicator.Count{}, ""
	}
	n := indicator.CountCase(day, true, src.Above(holds), status == procedure.ClockSuspended)
	switch {
	case n.Suspended > 0:
		return n, string(status)
	case n.Numerator > 0:
		return n, Held
	}
	return n, Lacking
}

// day is the day on which a source counts the case; no day means not, or not yet. A limit that
// stands still has no end: the case is shown apart, under the last end that was known.
func (k *kept) day(c indicator.Cohort) (gov.Day, procedure.ClockStatus) {
	switch {
	case c.Opening:
		return k.State.Opened.Day(), ""
	case c.Clock != "":
		run := k.State.Clocks[procedure.ClockID(c.Clock)]
		switch run.Status {
		case procedure.ClockMet, procedure.ClockLate, procedure.ClockExpired:
			return endOf(run), run.Status
		case procedure.ClockSuspended:
			if end := k.Ends[procedure.ClockID(c.Clock)]; !end.IsZero() {
				return end, run.Status
			}
			return endOf(run), run.Status
		}
		return gov.Day{}, ""
	}
	st, ok := k.State.Steps[procedure.StepID(c.Step)]
	if !ok || st.Status == procedure.StepReturned || c.Outcome != "" && c.Outcome != st.Outcome {
		return gov.Day{}, ""
	}
	return st.Occurred.Day(), ""
}

// endOf is the day on which a limit ends. One that stands still has no such day: then it is
// the day on which it was met all the same, else that from which it is counted.
func endOf(run procedure.ClockState) gov.Day {
	switch {
	case !run.Due.IsZero():
		return run.Due
	case !run.MetOn.IsZero():
		return run.MetOn
	}
	return run.From
}

var _ follow.Projection = (*Projection)(nil)
