package register

import (
	"zhunsheng/gov"
	"zhunsheng/identity"
)

// may checks everything about who and when, before what. It gives the principal as the
// grants stand in this transaction.
func (s *Store) may(dir *Directory, who *identity.Principal, d *Declaration, kind string, c Change, before *Entry, now gov.Instant) (*identity.Principal, error) {
	p, err := dir.Principal(who.Actor, now.Day())
	if err != nil {
		return nil, err
	}
	paths, err := d.scopes(dir, kind, c, before)
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		if !p.Access.MayAction(d.Edit(), path) {
			return nil, gov.Errorf(gov.Forbidden, "您当前的岗位不能修改%s", d.Name)
		}
	}
	if !d.Backdate && c.From.Before(now.Day()) {
		return nil, gov.FieldError("from", "%s不能倒签：日期最早为今天（%s）", d.Name, now.Day())
	}
	if c.Occurred > now {
		return nil, gov.FieldError("occurred", "决定日期不能晚于现在")
	}
	if d.Approve {
		if err := approved(dir, d, who.Actor, c.Approver, now.Day()); err != nil {
			return nil, err
		}
	} else if c.Approver != "" {
		return nil, gov.FieldError("approver", "%s的修改不需要他人批准", d.Name)
	}
	return p, seen(kind, c, d, before)
}

// scopes are the paths of the units for which the editor needs the action: that of the new
// values and that of the old ones.
func (d *Declaration) scopes(dir *Directory, kind string, c Change, before *Entry) ([]string, error) {
	if d.Scope == "" {
		return []string{""}, nil
	}
	var units []gov.UnitID
	if kind == KindSet {
		units = append(units, gov.UnitID(c.Data[d.Scope]))
	}
	if before != nil {
		units = append(units, gov.UnitID(before.Data[d.Scope]))
	}
	var paths []string
	for _, id := range units {
		if id == "" && d.Register == Units {
			id = gov.UnitID(c.Key) // the root of the tree has no unit above
		}
		unit, ok := dir.Unit(id)
		if !ok {
			f, _ := d.Field(d.Scope)
			return nil, FieldErrors{gov.FieldError(d.Scope, "%s：请填写有效的单位", f.Label)}
		}
		paths = append(paths, unit.Path)
	}
	return paths, nil
}

func approved(dir *Directory, d *Declaration, by gov.Actor, approver gov.PersonID, on gov.Day) error {
	switch approver {
	case "":
		return gov.FieldError("approver", "%s的修改须由另一人批准，请填写批准人", d.Name)
	case by.Person, by.OnBehalf:
		return gov.FieldError("approver", "提出人和批准人不能是同一人")
	}
	for _, seat := range dir.Seats(approver, on) {
		// What an agent may approve is still that person's own approval; the represented
		// person must not be the proposer either.
		p, err := dir.Principal(gov.Actor{Person: approver, Post: seat.Post, Unit: seat.Unit, OnBehalf: seat.OnBehalf}, on)
		if err == nil && seat.OnBehalf != by.Person && p.Access.MayAction(identity.ApproveRegister(d.Register), "") {
			return nil
		}
	}
	return gov.FieldError("approver", "“%s”目前没有批准%s修改的权限", dir.PersonName(approver), d.Name)
}

func seen(kind string, c Change, d *Declaration, before *Entry) error {
	tag := ""
	if before != nil && before.Holds(c.From) {
		tag = before.Tag()
	}
	if kind == KindEnd && tag == "" {
		return gov.Errorf(gov.NotFound, "%s中没有“%s”在 %s 有效的登记，不能终止", d.Name, c.Key, c.From)
	}
	if tag == c.Seen {
		return nil
	}
	if c.Seen == "" {
		return gov.Errorf(gov.Conflict, "%s中已有“%s”的登记，请在原有登记上变更；您填写的内容已为您保留", d.Name, c.Key)
	}
	return gov.Errorf(gov.Conflict, "“%s”的登记在您查看之后有了变化，请核对后再提交；您填写的内容已为您保留", c.Key)
}
