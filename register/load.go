package register

import (
	"context"
	"fmt"
	"maps"

	"zhunsheng/gov"
	"zhunsheng/sqldb"
)

// Load writes many entries in one transaction, each its own event, in order: what refers
// comes after what it refers to. It is for setting up a database: values are checked, but
// neither grants nor approver, nor whether an entry begins in the past. An entry that
// stands already with the same values is left alone, so that a set-up can run again.
func (s *Store) Load(ctx context.Context, by gov.Actor, list []Change) error {
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		now := s.Clock.Now()
		people := map[gov.PersonID]bool{}
		for i, c := range list {
			d, err := s.Declaration(c.Register)
			if err != nil {
				return err
			}
			if c.From.IsZero() {
				c.From = now.Day()
			}
			before, err := standing(tx, c)
			if err != nil {
				return err
			}
			if err := d.check(tx, &c, before); err != nil {
				return fmt.Errorf("register: load: entry %d (%s/%s): %w", i+1, c.Register, c.Key, err)
			}
			same, err := unchanged(tx, before, c)
			if err != nil {
				return err
			}
			if same {
				continue
			}
			if _, err := s.record(tx, d, KindSet, c, by, now, d.requestDigest(KindSet, c), ""); err != nil {
				return err
			}
			if c.Register == Grants {
				people[gov.PersonID(c.Data["person"])] = true
			}
		}
		if len(people) == 0 {
			return nil
		}
		dir, err := s.Directory(tx)
		if err != nil {
			return err
		}
		for person := range people {
			if err := dir.Overreach(person); err != nil {
				return err
			}
		}
		return nil
	})
}

func unchanged(tx *sqldb.Tx, before *Entry, c Change) (bool, error) {
	if before == nil || before.From != c.From || len(before.Data) != len(c.Data) {
		return false, nil
	}
	var next gov.Day
	if err := tx.QueryRow(nextStart, c.Register, c.Key, c.From).Scan(&next); err != nil {
		return false, err
	}
	if before.To != shorter(c.To, next) {
		return false, nil
	}
	if err := opened(tx, before); err != nil {
		return false, err
	}
	return maps.Equal(before.Data, c.Data), nil
}
