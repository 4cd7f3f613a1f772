package register

import (
	"slices"

	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/sqldb"
)

// closedToCases are the registers that say who may do what. No case writes them: a change of
// rights is always somebody's own act, given and approved by the administrators.
var closedToCases = []string{Grants, Posts}

// TakesCases reports that cases may write a register.
func (d *Declaration) TakesCases() bool { return !slices.Contains(closedToCases, d.Register) }

// SetByCase makes a change that an act of a case decided (由案件登记入册), inside the act's
// transaction. The procedure of the case has authorized it, so that neither a grant of the
// register nor an approver is asked for, and it may begin on the day of an act that is
// recorded afterwards; the values are checked as always. Seen, Approver and Request are not
// read: the case stands for them.
func (s *Store) SetByCase(tx *sqldb.Tx, by gov.Actor, of gov.CaseID, c Change) (Done, error) {
	return s.writeByCase(tx, by, of, KindSet, c)
}

// EndByCase ends the entry of a key as SetByCase sets one. NotFound when nothing holds on
// that day.
func (s *Store) EndByCase(tx *sqldb.Tx, by gov.Actor, of gov.CaseID, e Ending) (Done, error) {
	return s.writeByCase(tx, by, of, KindEnd, Change{Register: e.Register, Key: e.Key, Span: identity.Span{From: e.On},
		Reason: e.Reason, Occurred: e.Occurred})
}

func (s *Store) writeByCase(tx *sqldb.Tx, by gov.Actor, of gov.CaseID, kind string, c Change) (Done, error) {
	d, err := s.Declaration(c.Register)
	if err != nil {
		return Done{}, err
	}
	if !d.TakesCases() {
		return Done{}, gov.Errorf(gov.Forbidden, "%s不能由案件登记", d.Name)
	}
	c.Seen, c.Approver, c.Request = "", "", ""
	now := s.Clock.Now()
	if c.From.IsZero() {
		c.From = now.Day()
	}
	before, err := standing(tx, c)
	if err != nil {
		return Done{}, err
	}
	if kind == KindEnd && (before == nil || !before.Holds(c.From)) {
		return Done{}, gov.Errorf(gov.NotFound, "%s中没有“%s”在 %s 有效的登记，不能终止", d.Name, c.Key, c.From)
	}
	if kind == KindSet {
		dir, err := s.Directory(tx)
		if err != nil {
			return Done{}, err
		}
		d.fill(&c, by)
		if err := d.check(tx, &c, before); err != nil {
			return Done{}, err
		}
		if err := s.sense(dir, &identity.Principal{Actor: by}, c); err != nil {
			return Done{}, err
		}
	}
	return s.record(tx, d, kind, c, by, now, "", of)
}
