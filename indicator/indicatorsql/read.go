package indicatorsql

import (
	"context"
	"strings"

	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/indicator"
	"zhunsheng/ledger/follow"
	"zhunsheng/procedure"
	"zhunsheng/sqldb"
)

// Period is the cohort (统计期): runs whose limit ends, and cases whose day falls, from From
// to To, both included.
type Period struct{ From, To gov.Day }

// Board reads the counts. Every read goes by the one authorization predicate: who may not see
// a case does not count it either.
type Board struct{ DB *sqldb.DB }

// UnitRate is the rate of the cases of one unit alone.
type UnitRate struct {
	Unit gov.UnitID
	Rate indicator.Rate
}

// Answer is the rate of one indicator over a period, by unit, as of a record number.
type Answer struct {
	Total indicator.Rate
	Units []UnitRate        // each unit's own
	Tree  []*indicator.Node // the same, added up the tree of units
	At    int64             // records folded
}

// Rates counts what the principal may see. unit narrows to one unit with all below it; empty
// means all.
func (b Board) Rates(ctx context.Context, who *identity.Principal, id indicator.ID, p Period, unit gov.UnitID) (Answer, error) {
	all, at, err := b.answers(ctx, who, sumOne, who.Access.Args(p.From.String(), p.To.String(), below(unit), int64(0), "", string(id)))
	a := all[id]
	a.At = at
	return a, err
}

// All is Rates of every indicator, of one moment. Those that count nothing are not in it.
func (b Board) All(ctx context.Context, who *identity.Principal, p Period, unit gov.UnitID) (of map[indicator.ID]Answer, at int64, err error) {
	return b.answers(ctx, who, sumAll, who.Access.Args(p.From.String(), p.To.String(), below(unit), int64(0), ""))
}

func (b Board) answers(ctx context.Context, who *identity.Principal, q sqldb.SQL, args []any) (of map[indicator.ID]Answer, at int64, err error) {
	sums := map[indicator.ID][]indicator.Sum{}
	err = b.DB.Read(ctx, func(tx *sqldb.Tx) (err error) {
		clear(sums)
		if at, err = follow.At(tx, Name); err != nil {
			return err
		}
		rows, err := tx.Query(q, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id indicator.ID
			var s indicator.Sum
			r := &s.Rate
			if err := rows.Scan(&id, &s.Unit, &s.Path, &r.Numerator, &r.Denominator, &r.Suspended, &r.Todo); err != nil {
				return err
			}
			sums[id] = append(sums[id], s)
		}
		return rows.Err()
	})
	of = map[indicator.ID]Answer{}
	shown := func(path string) bool {
		return who.Access.MayRead(identity.CaseScope{UnitPath: path, Level: gov.Public})
	}
	for id, list := range sums {
		a := Answer{Tree: indicator.RollUp(list, shown), At: at}
		for _, s := range list {
			a.Total = a.Total.Add(s.Rate)
			a.Units = append(a.Units, UnitRate{s.Unit, s.Rate})
		}
		of[id] = a
	}
	return of, at, err
}

// below is the pattern that the paths of a unit and of all units under it fit; "" is all.
func below(unit gov.UnitID) string {
	switch s := string(unit); {
	case s == "":
		return ""
	case strings.ContainsAny(s, `%_\`) || s != strings.ToLower(s):
		return "no such unit"
	default:
		return "%/" + s + "/%"
	}
}

// Line is one case behind a rate (指标所数的案件).
type Line struct {
	Case        gov.CaseID
	Round       int64
	Unit        gov.UnitID
	Cohort      gov.Day // the day by which it belongs to the period
	Numerator   int64
	Denominator int64
	Suspended   int64
	Why         string // of a run the clock's status: met, late, expired, suspended; else Held, Lacking
	Title       string
	Number      string
	Recording   bool
	Breaches    int64
	Status      procedure.CaseStatus
	Station     string   // name of the step that comes next
	Awaits      gov.Post // post that it waits for
}

// The parts of a rate, for CasesQuery.Why, beside what Line.Why may be.
const (
	Counted = "counted" // everything in the denominator
	Above   = "above"   // in the numerator
	Missed  = "missed"  // in the denominator and not in the numerator
	Todo    = "todo"    // missed, and the case is still open: somebody must do something
	Apart   = "apart"   // suspended
)

// CasesQuery opens a rate into its cases: the same period and unit, optionally only one
// part of the rate, one page at a time.
type CasesQuery struct {
	Indicator indicator.ID
	Period    Period
	Unit      gov.UnitID
	Own       bool // of the unit alone, without those below it
	Why       string
	After     *Line
	Limit     int
}

// Cases lists the cases behind a rate that the principal may see.
func (b Board) Cases(ctx context.Context, who *identity.Principal, q CasesQuery) (lines []Line, more bool, err error) {
	num, cohort, id, round := int64(-1), "", "", int64(0)
	if q.After != nil {
		num, cohort, id, round = q.After.Numerator, q.After.Cohort.String(), string(q.After.Case), q.After.Round
	}
	own := int64(0)
	if q.Own && q.Unit != "" {
		own = 1
	}
	args := who.Access.Args(q.Period.From.String(), q.Period.To.String(), below(q.Unit), own, string(q.Unit), string(q.Indicator),
		q.Why, num, cohort, id, round, int64(q.Limit+1))
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
				&l.Title, &l.Number, &rec, &l.Breaches, &l.Status, &l.Station, &l.Awaits)
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
