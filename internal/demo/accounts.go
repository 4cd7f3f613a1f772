package demo

import (
	"zhunsheng/area"
	"zhunsheng/gov"
	"zhunsheng/web"
)

// demoPassword opens every account of the fictional county. It is printed at the start.
const demoPassword = "qingyuan-2026"

type account struct {
	login    string
	person   gov.PersonID
	password string
	who      string
}

// showUnit is the department whose people the printed accounts are.
const showUnit gov.UnitID = "qy-mzj"

// accounts gives one sign-in for every post of the show department and for the posts of
// the county's own offices.
func accounts(c county) []account {
	var out []account
	seen := map[gov.Post]bool{}
	for _, p := range c.people {
		for _, s := range p.seats {
			if s.unit != showUnit && !soleHolder(c, s) || seen[s.post] {
				continue
			}
			seen[s.post] = true
			out = append(out, account{login: string(s.post), person: p.id, password: demoPassword,
				who: c.unitName(s.unit) + " " + c.postName(s.post) + " " + p.name})
		}
	}
	return out
}

// soleHolder says that the post is held in one unit of the county only.
func soleHolder(c county, s seat) bool {
	for _, p := range c.posts {
		if p.id == s.post {
			return p.where == string(s.unit)
		}
	}
	return false
}

func (c county) unitName(id gov.UnitID) string {
	for _, u := range c.units {
		if u.id == id {
			return u.name
		}
	}
	return string(id)
}

func (c county) postName(id gov.Post) string {
	for _, p := range c.posts {
		if p.id == id {
			return p.name
		}
	}
	return string(id)
}

// Accounts lists the sign-ins to print.
func Accounts() []web.DemoAccount {
	c, err := readCounty()
	if err != nil {
		return nil
	}
	var out []web.DemoAccount
	for _, a := range accounts(c) {
		out = append(out, web.DemoAccount{Role: a.who, Login: a.login, Password: a.password})
	}
	return out
}

func parameters(list []area.Parameter) []Parameter {
	var out []Parameter
	for _, p := range list {
		out = append(out, Parameter{Name: p.Name, Label: p.Label, Value: p.Value, Source: p.Source, Unverified: p.Unverified})
	}
	return out
}
