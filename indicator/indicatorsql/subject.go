package indicatorsql

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"

	"zhunsheng/gov"
	"zhunsheng/indicator"
	"zhunsheng/ledger/follow"
	"zhunsheng/procedure"
	"zhunsheng/sqldb"
)

// subject is what the projection knows of one case.
type subject struct {
	id         gov.CaseID
	procedure  string
	unit, path string
	definition string // digest
	kept       *kept  // nil when no fact of its procedure is counted
	text       string // kept as it stands in the database
	fresh      bool   // not stored yet
	held       bool   // from memory: whether text still stands, store finds out
}

var errUnknown = errors.New("indicatorsql: a case that was never opened")

// load finds a case, in memory if it had an event not long ago.
func (p *Projection) load(tx *sqldb.Tx, id gov.CaseID) (subject, error) {
	if s, ok := p.recent.take(id); ok {
		s.held = true
		return s, nil
	}
	return p.read(tx, id)
}

func (p *Projection) read(tx *sqldb.Tx, id gov.CaseID) (subject, error) {
	s := subject{id: id}
	err := tx.QueryRow(selectSubject, string(id)).Scan(&s.procedure, &s.unit, &s.path, &s.definition, &s.text)
	if errors.Is(err, sql.ErrNoRows) {
		return s, fmt.Errorf("%w: %s", errUnknown, id)
	}
	if err != nil || s.text == "" {
		return s, err
	}
	s.kept = &kept{}
	return s, s.kept.decode(s.text)
}

// store writes what is kept. It reports false, and writes nothing, when the database holds
// something else than what the change began with.
func (p *Projection) store(tx *sqldb.Tx, s *subject) (bool, error) {
	before := s.text
	if s.kept != nil {
		var err error
		if s.text, err = s.kept.encode(); err != nil {
			return false, err
		}
	}
	if s.fresh {
		_, err := tx.Exec(insertSubject, string(s.id), s.procedure, s.unit, s.path, s.definition, s.text)
		s.fresh = false
		return true, err
	}
	n, err := tx.Exec(updateSubject, string(s.id), s.definition, s.text, before)
	return n == 1, err
}

func (s *subject) count(tx *sqldb.Tx, ind indicator.ID, round int64, n indicator.Count, why string) error {
	_, err := tx.Exec(upsertCount, string(ind), string(s.id), round, s.unit, s.path,
		n.Cohort.String(), n.Numerator, n.Denominator, n.Suspended, why)
	return err
}

// brief is a count in short, to tell whether it has changed; "" for one that counts nothing.
func brief(n indicator.Count, why string) string {
	if n == (indicator.Count{}) {
		return ""
	}
	return n.Cohort.String() + " " + why
}

// child notes which cases this one names, and counts those anew whose facts count it.
func (p *Projection) child(tx *sqldb.Tx, s subject, e procedure.Effects) error {
	parents := map[gov.CaseID]bool{}
	if e.Close != "" || len(e.Links) > 0 || len(e.Fields) > 0 {
		if err := parentsBefore(tx, s.id, parents); err != nil {
			return err
		}
	}
	open := int64(1)
	if e.Close != "" {
		open = 0
	}
	for field, l := range e.Links {
		if _, err := tx.Exec(upsertChild, string(s.id), string(field), string(l.Case), s.procedure, open); err != nil {
			return err
		}
		parents[l.Case] = true
	}
	for field, v := range e.Fields {
		if v == "" {
			if _, err := tx.Exec(dropChild, string(s.id), string(field)); err != nil {
				return err
			}
		}
	}
	switch e.Close {
	case "":
	case procedure.Voided:
		if _, err := tx.Exec(dropChildren, string(s.id)); err != nil {
			return err
		}
	default:
		if _, err := tx.Exec(closeChild, string(s.id)); err != nil {
			return err
		}
	}
	for _, parent := range slices.Sorted(maps.Keys(parents)) {
		if err := p.parent(tx, parent); err != nil {
			return err
		}
	}
	return nil
}

func parentsBefore(tx *sqldb.Tx, child gov.CaseID, parents map[gov.CaseID]bool) error {
	rows, err := tx.Query(parentsOf, string(child))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id gov.CaseID
		if err := rows.Scan(&id); err != nil {
			return err
		}
		parents[id] = true
	}
	return rows.Err()
}

// parent counts a case anew of whose children one has changed.
func (p *Projection) parent(tx *sqldb.Tx, id gov.CaseID) error {
	s, err := p.load(tx, id)
	if errors.Is(err, errUnknown) { // a case that is no event of this log
		return nil
	}
	if err != nil {
		return err
	}
	rd := p.readings[s.procedure]
	if s.kept == nil || rd == nil || len(rd.children) == 0 {
		return nil
	}
	counts := map[string]procedure.ChildCount{}
	for _, c := range rd.children {
		var n procedure.ChildCount
		if err := tx.QueryRow(countChildren, string(id), c.Procedure).Scan(&n.Count, &n.Open); err != nil {
			return err
		}
		counts[c.ID] = n
	}
	return p.change(tx, &s, func() bool {
		s.kept.State.Children = counts
		return true
	})
}

// digestOf names a set of indicators by what decides how cases are counted.
func digestOf(defs []indicator.Definition) string {
	h := sha256.New()
	for _, d := range defs {
		fmt.Fprintf(h, "%s %+v\n", d.ID, d.Sources)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Ready is called once before folding begins: where the set of indicators is another than the
// rows were counted with, everything is counted anew from the first record. The log holds all
// that is needed, so nothing is lost.
func (p *Projection) Ready(ctx context.Context, db *sqldb.DB) error {
	return db.Write(ctx, func(tx *sqldb.Tx) error {
		at, err := follow.At(tx, Name)
		if err != nil || at == 0 {
			return err
		}
		var digest string
		err = tx.QueryRow(selectSet).Scan(&digest)
		if err != nil && !errors.Is(err, sql.ErrNoRows) || digest == p.digest {
			return err
		}
		for _, q := range []sqldb.SQL{clearCounts, clearSubjects, clearChildren} {
			if _, err := tx.Exec(q); err != nil {
				return err
			}
		}
		return follow.Put(tx, Name, 0)
	})
}
