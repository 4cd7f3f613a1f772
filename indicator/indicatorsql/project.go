// Package indicatorsql keeps the counts of indicators beside the cases they come from, as
// a reading projection of the sealed log, and answers the rates a reader may see.
package indicatorsql

import (
	"database/sql"
	"errors"
	"fmt"
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
type Projection struct {
	byClock map[indicator.ClockSource][]indicator.Definition
	clocks  map[string]bool // ids of the clocks that any indicator reads
	defs    []indicator.Definition
}

// NewProjection counts for these indicators.
func NewProjection(defs []indicator.Definition) *Projection {
	p := &Projection{byClock: map[indicator.ClockSource][]indicator.Definition{}, clocks: map[string]bool{}, defs: defs}
	for _, d := range defs {
		p.byClock[d.Clock] = append(p.byClock[d.Clock], d)
		p.clocks[d.Clock.Clock] = true
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

// Apply counts the clock runs that one event moved.
func (p *Projection) Apply(tx *sqldb.Tx, r follow.Record) error {
	id := docket.CaseOf(r.Envelope.Stream)
	if id == "" {
		return nil
	}
	pay, err := follow.Decoded(r, docket.Decode)
	if err != nil {
		return err
	}
	if o := pay.Effects.Open; o != nil {
		proc, _, _ := strings.Cut(o.Procedure, "@")
		_, err := tx.Exec(insertSubject, string(id), proc, string(o.Unit), pay.UnitPath)
		return err
	}
	if !p.counts(pay.Effects.Clocks) {
		return nil
	}
	var proc, unit, path string
	err = tx.QueryRow(selectSubject, string(id)).Scan(&proc, &unit, &path)
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("indicatorsql: case %s was never opened", id)
	}
	if err != nil {
		return err
	}
	for _, c := range pay.Effects.Clocks {
		for _, def := range p.byClock[indicator.ClockSource{Procedure: proc, Clock: string(c.Clock)}] {
			n := indicator.CountClock(string(c.Status), c.Due)
			_, err := tx.Exec(upsertCount, string(def.ID), string(id), int64(c.Round), unit, path,
				n.Cohort.String(), n.Numerator, n.Denominator, n.Suspended, string(c.Status))
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// counts reports that any of the clocks may belong to an indicator.
func (p *Projection) counts(clocks []procedure.ClockEffect) bool {
	for _, c := range clocks {
		if p.clocks[string(c.Clock)] {
			return true
		}
	}
	return false
}

var _ follow.Projection = (*Projection)(nil)

// UnitRate is the rate of one unit.
type UnitRate struct {
	Unit gov.UnitID
	Rate indicator.Rate
}
