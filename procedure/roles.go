package procedure

import (
	"slices"
	"strings"

	"zhunsheng/gov"
)

// role refuses an actor who does not play the part. Recording is for the parts that the
// definition names; who recorded is then a named person, not the one who acted.
func (j *judging) role(id RoleID) {
	if j.act.Recording != nil {
		if !j.d.mayRecord(j.act.Actor, j.s.Unit, j.env, j.act.Occurred.Day()) {
			j.refuse(Refusal{Kind: RefusedRole, Text: "您的岗位不能补录本程序的事项"})
		}
		return
	}
	role := j.d.roles[id]
	if role == nil {
		j.refuse(Refusal{Kind: RefusedRole, Text: "程序没有写明由谁办理"})
		return
	}
	if !role.fits(j.act.Actor, j.s.Unit, j.env, j.act.Occurred.Day()) {
		j.refuse(Refusal{Kind: RefusedRole, Text: "应由" + role.Name + "办理"})
		return
	}
	if role.Qualification != "" && !slices.Contains(j.act.Qualifications, role.Qualification) {
		j.refuse(Refusal{Kind: RefusedRole, Text: role.Name + "须具备" + role.Qualification})
	}
	if r, bad := j.d.separation(j.s, role, j.act.Actor); bad {
		r.Cites = citations(role.Cites, j.act.Occurred.Day())
		j.refuse(r)
	}
}

func (d *Definition) mayRecord(a gov.Actor, unit gov.UnitID, env Env, on gov.Day) bool {
	return slices.ContainsFunc(d.src.Record, func(id RoleID) bool {
		r := d.roles[id]
		return r != nil && r.fits(a, unit, env, on)
	})
}

// fits reports post and unit. The unit of a parameter is that in force on the day.
func (r *Role) fits(a gov.Actor, unit gov.UnitID, env Env, on gov.Day) bool {
	if r.Unit == "public" {
		return a == gov.PublicActor
	}
	if !slices.Contains(r.Posts, a.Post) || a.Unit == "" {
		return false
	}
	kind, name, _ := strings.Cut(r.Unit, ":")
	switch kind {
	case "own":
		return a.Unit == unit
	case "parent":
		return env.Parent != nil && a.Unit == env.Parent(unit)
	case "any":
		return true
	case "key":
		return string(a.Unit) == name
	case "parameter":
		p, ok := env.param(name, on)
		return ok && p.Value == string(a.Unit)
	}
	return false
}

// separation refuses whoever did one of the steps that the role must not have done, in any
// round, in person or through an agent (代理), performed or recorded.
func (d *Definition) separation(s *State, role *Role, a gov.Actor) (Refusal, bool) {
	for _, id := range role.NotSameAs {
		for _, past := range s.History {
			if past.Step != id || !samePerson(past.By, a) {
				continue
			}
			return Refusal{Kind: RefusedRole, Rule: role.Rule,
				Text: "“" + d.StepName(id) + "”由您办理，" + role.Name + "不得为同一人"}, true
		}
	}
	return Refusal{}, false
}

func samePerson(a, b gov.Actor) bool {
	for _, p := range []gov.PersonID{a.Person, a.OnBehalf} {
		if p != "" && p != gov.PublicActor.Person && (p == b.Person || p == b.OnBehalf) {
			return true
		}
	}
	return false
}
