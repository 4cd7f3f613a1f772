package indicatorsql

import (
	"context"

	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/indicator"
	"zhunsheng/ledger/follow"
	"zhunsheng/sqldb"
)

// Period is the cohort (统计期): clock runs whose limit ends from From to To, both included.
type Period struct{ From, To gov.Day }

// Board reads the counts.
type Board struct{ DB *sqldb.DB }

// Answer is the rate of one indicator over a period, by unit, as of a record number.
type Answer struct {
	Total indicator.Rate
	Units []UnitRate
	At    int64 // records folded
}

// Rates counts what the principal may see. unit narrows to one unit; empty means all.
func (b Board) Rates(ctx context.Context, who *identity.Principal, id indicator.ID, p Period, unit gov.UnitID) (Answer, error) {
	var a Answer
	err := b.DB.Read(ctx, func(tx *sqldb.Tx) (err error) {
		a = Answer{}
		if a.At, err = follow.At(tx, Name); err != nil {
			return err
		}
		rows, err := tx.Query(rates, who.Access.Args(string(id), p.From.String(), p.To.String(), string(unit))...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var u UnitRate
			if err := rows.Scan(&u.Unit, &u.Rate.Numerator, &u.Rate.Denominator, &u.Rate.Suspended); err != nil {
				return err
			}
			a.Units = append(a.Units, u)
			a.Total = a.Total.Add(u.Rate)
		}
		return rows.Err()
	})
	return a, err
}

// Line is one case behind a rate (指标所数的案件).
type Line struct {
	Case        gov.CaseID
	Round       int64
	Unit        gov.UnitID
	Cohort      gov.Day // the day on which the limit ends
	Numerator   int64
	Denominator int64
	Suspended   int64
	Why         string // the clock's status: met, late, expired, suspended
	Title       string
	Number      string
	Recording   bool
	Breaches    int64
}

// The parts of a rate beside the clock statuses, for CasesQuery.Why.
const (
	Counted = "counted" // everything in the denominator
	Missed  = "missed"  // in the denominator and not in the numerator
)

// CasesQuery opens a rate into its cases: the same period and unit, optionally only one
// clock status or part of the rate, one page at a time.
type CasesQuery struct {
	Indicator indicator.ID
	Period    Period
	Unit      gov.UnitID
	Why       string
	After     *Line
	Limit     int
}

// Cases lists the cases behind a rate that the principal may see.
func (b Board) Cases(ctx context.Context, who *identity.Principal, q CasesQuery) (lines []Line, more bool, err error) {
	num, cohort, id := int64(-1), "", ""
	if q.After != nil {
		num, cohort, id = q.After.Numerator, q.After.Cohort.String(), string(q.After.Case)
	}
	args := who.Access.Args(string(q.Indicator), q.Period.From.String(), q.Period.To.String(), string(q.Unit), q.Why,
		num, cohort, id, int64(q.Limit+1))
	err = b.DB.Read(ctx, func(tx *sqldb.Tx) error {
		lines = nil
		rows, err := tx.Query(listCounted, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var l Line
			var rec int64
			err := rows.Scan(&l.Case, &l.Round, &l.Unit, &l.Cohort, &l.Numerator, &l.Denominator, &l.Suspended, &l.Why,
				&l.Title, &l.Number, &rec, &l.Breaches)
			if err != nil {
				return err
			}
			l.Recording = rec != 0
			lines = append(lines, l)
		}
		return rows.Err()
	})
	if len(lines) > q.Limit {
		lines, more = lines[:q.Limit], true
	}
	return lines, more, err
}
