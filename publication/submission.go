package publication

import (
	"context"
	"encoding/json"

	"zhunsheng/gov"
	"zhunsheng/ledger/follow"
	"zhunsheng/sqldb"
)

// Submitted is what anybody who knows its number may know of a case that the public handed
// in (收件): never what stands in it.
type Submitted struct {
	Case      gov.CaseID
	Procedure string
	Unit      gov.UnitID
	Matter    gov.CaseID
	Number    string
	Stage     Stage
	Received  gov.Instant
	Index     int64   // record number of the receipt
	Replies   []Entry // what was published in answer to it
}

// State is the stage in words.
func (s Submitted) State() string {
	switch {
	case len(s.Replies) > 0:
		return "已答复"
	case s.Stage == Received:
		return "已收到"
	case s.Stage == Working:
		return "办理中"
	case s.Stage == Withdrawn:
		return "已终止"
	}
	return "已办结"
}

// Submission finds a case that came in from the public by its id, at is the record that the
// answer stands at.
func (s Shelf) Submission(ctx context.Context, id gov.CaseID) (Submitted, int64, error) {
	return s.submission(ctx, selectSubmission, string(id))
}

// ByNumber finds a case that came in from the public by its receipt number, as typed.
// Invalid when it is no number; NotFound when none has it, or more than one.
func (s Shelf) ByNumber(ctx context.Context, number string) (Submitted, int64, error) {
	n, err := ParseNumber(number)
	if err != nil {
		return Submitted{}, 0, err
	}
	return s.submission(ctx, selectByReceipt, n)
}

func (s Shelf) submission(ctx context.Context, q sqldb.SQL, key string) (out Submitted, at int64, err error) {
	err = s.DB.Read(ctx, func(tx *sqldb.Tx) (err error) {
		if at, err = follow.At(tx, Name); err != nil {
			return err
		}
		found, err := submissions(tx, q, key)
		if err != nil {
			return err
		}
		if len(found) != 1 {
			return gov.Errorf(gov.NotFound, "没有查到这个编号的收件，请照回执核对编号；刚刚提交的，请过一会儿再查")
		}
		out = found[0]
		out.Replies, err = entriesOf(tx, out.Case)
		return err
	})
	return out, at, err
}

func submissions(tx *sqldb.Tx, q sqldb.SQL, key string) ([]Submitted, error) {
	rows, err := tx.Query(q, key)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Submitted
	for rows.Next() {
		var x Submitted
		var receipt, numbers string
		if err := rows.Scan(&x.Case, &x.Procedure, &x.Unit, &x.Matter, &receipt, &numbers, &x.Stage, &x.Received, &x.Index); err != nil {
			return nil, err
		}
		all := map[string]number{}
		if err := json.Unmarshal([]byte(numbers), &all); err != nil {
			return nil, err
		}
		x.Number = receipt
		for _, of := range all {
			if n, err := ParseNumber(of.Text); err == nil && n == receipt {
				x.Number = of.Text
			}
		}
		out = append(out, x)
	}
	return out, rows.Err()
}

// Tally counts what came in on a matter under one procedure (收件统计).
type Tally struct {
	Procedure string
	Count     int64
	Finished  int64
}

// Tallies counts what came in on a matter. It says nothing of a matter that was not
// published.
func (s Shelf) Tallies(ctx context.Context, matter gov.CaseID) (out []Tally, err error) {
	err = s.DB.Read(ctx, func(tx *sqldb.Tx) error {
		out = nil
		if seen, err := entriesOf(tx, matter); err != nil || len(seen) == 0 {
			return err
		}
		rows, err := tx.Query(countSubmissions, string(matter))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var t Tally
			if err := rows.Scan(&t.Procedure, &t.Count, &t.Finished); err != nil {
				return err
			}
			out = append(out, t)
		}
		return rows.Err()
	})
	return out, err
}
