package docket

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"zhunsheng/gov"
	"zhunsheng/ledger"
	"zhunsheng/procedure"
	"zhunsheng/sqldb"
)

// StreamPrefix starts the stream name of every case.
const StreamPrefix = "case/"

// StreamOf is the ledger stream of a case.
func StreamOf(id gov.CaseID) string { return StreamPrefix + string(id) }

// CaseOf is the case of a stream, or "" for a stream that is no case.
func CaseOf(stream string) gov.CaseID {
	id, ok := strings.CutPrefix(stream, StreamPrefix)
	if !ok {
		return ""
	}
	return gov.CaseID(id)
}

// Apply writes the deciding projections of one case event. Live acts and rebuild both go
// through it: it reads the event and what earlier events of the same case left in the
// projections, nothing else, and never judges. Events of other streams are left alone.
func Apply(tx *sqldb.Tx, env ledger.Envelope) error {
	id := CaseOf(env.Stream)
	if id == "" {
		return nil
	}
	p, err := decode(env)
	if err != nil {
		return err
	}
	row := Row{ID: id}
	if p.Effects.Open == nil {
		if row, err = loadRow(tx, id); err != nil {
			return fmt.Errorf("docket: apply %s: %w", env.ID, err)
		}
	}
	if err := storeKey(tx, env, p); err != nil {
		return err
	}
	_, err = apply(tx, env, p, row, nil)
	return err
}

// apply is Apply, but for the key, when the row before the event is at hand. next is the state after the
// event when the caller has folded it, else nil.
// The row after the event is returned.
func apply(tx *sqldb.Tx, env ledger.Envelope, p Payload, row Row, next *procedure.State) (Row, error) {
	e := p.Effects
	if o := e.Open; o != nil {
		proc, _, _ := strings.Cut(o.Procedure, "@")
		row = Row{ID: row.ID, Procedure: proc, Definition: o.Definition, Title: o.Title, Unit: o.Unit,
			UnitPath: p.UnitPath, Opened: env.Occurred.Day(), Status: procedure.Open, Level: p.Level}
	}
	if env.Version != row.Version+1 {
		return row, fmt.Errorf("docket: event %s is version %d of a case that stands at %d", env.ID, env.Version, row.Version)
	}
	if e.Transition != nil {
		row.Definition = e.Transition.Definition
	}
	if e.Close != "" {
		row.Status = e.Close
	}
	row.Station, row.Awaits = p.After.Station, p.After.Awaits
	for _, n := range e.Numbers {
		if strings.HasSuffix(n.Name, "document") { // the 发文字号, in whichever series; not that of a receipt or an opinion
			row.Number = n.Text
		}
		if n.Series == "" {
			continue
		}
		if _, err := tx.Exec(replayNumber, n.Series, n.N); err != nil {
			return row, err
		}
	}
	for _, c := range e.Clocks {
		// A clock that is late after its expiry was counted when it expired.
		if (c.Status == procedure.ClockExpired || c.Status == procedure.ClockLate) && !c.AfterExpiry {
			row.Late++
		} else if revived, err := revives(tx, row, c); err != nil {
			return row, err
		} else if revived {
			row.Late--
		}
		if err := storeClock(tx, row.ID, c); err != nil {
			return row, err
		}
	}
	if e.Close == procedure.Voided {
		row.Late = 0
	}
	row.Breaches += int64(len(e.Breaches))
	if p.Recording != nil {
		row.Recording = true
	}
	row.NextDue, row.Version, row.Updated = p.After.NextDue, env.Version, env.Recorded
	if err := storeRow(tx, row); err != nil {
		return row, err
	}
	if err := storeFiles(tx, row.ID, env.Version, e.Papers); err != nil {
		return row, err
	}
	if err := storeLinks(tx, row, e); err != nil {
		return row, err
	}
	if env.Actor.Person != gov.System.Person && env.Actor.Person != gov.PublicActor.Person {
		for _, person := range []gov.PersonID{env.Actor.Person, env.Actor.OnBehalf} {
			if person == "" || next != nil && actedBefore(next, person) {
				continue
			}
			if _, err := tx.Exec(insertParty, string(person), string(row.ID)); err != nil {
				return row, err
			}
		}
	}
	return row, nil
}

// storeKey keeps which event acted under a request key, and is errKeyTaken when another one
// did. Then it has written nothing.
func storeKey(tx *sqldb.Tx, env ledger.Envelope, p Payload) error {
	if env.Key == "" {
		return nil
	}
	digest, err := hex.DecodeString(p.Request)
	if err != nil {
		return fmt.Errorf("docket: request digest of %s: %w", env.ID, err)
	}
	n, err := tx.Exec(insertKey, string(env.Actor.Person), env.Key, env.Stream, env.Version, digest)
	if err == nil && n == 0 {
		err = errKeyTaken
	}
	return err
}

var errKeyTaken = errors.New("docket: the request key has acted")

// revives reports a clock that had run out only because an act of a day before its end was
// entered late: it runs, stands still or was met after all, and was never missed.
func revives(tx *sqldb.Tx, row Row, c procedure.ClockEffect) (bool, error) {
	switch c.Status {
	case procedure.ClockRunning, procedure.ClockSuspended, procedure.ClockMet:
	default:
		return false, nil
	}
	if row.Late == 0 {
		return false, nil
	}
	was, err := clockStatus(tx, row.ID, c)
	return was == procedure.ClockExpired || was == procedure.ClockLate, err
}

// actedBefore reports that the person is party to the case from an earlier event, so that
// the row is there already.
func actedBefore(next *procedure.State, person gov.PersonID) bool {
	if next.Version > 1 && (next.OpenedBy.Person == person || next.OpenedBy.OnBehalf == person) {
		return true
	}
	for _, h := range next.History {
		if h.Version < next.Version && (h.By.Person == person || h.By.OnBehalf == person) {
			return true
		}
	}
	return false
}

func storeFiles(tx *sqldb.Tx, id gov.CaseID, version int64, papers map[procedure.PaperID][]procedure.Paper) error {
	for paper, files := range papers {
		for i, f := range files {
			_, err := tx.Exec(insertFile, string(id), version, string(paper), int64(i), f.Digest, f.Name, f.Size, f.Media)
			if err != nil {
				return err
			}
		}
	}
	return nil
}
