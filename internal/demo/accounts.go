package demo

import (
	"strconv"
	"strings"

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

// officeUnit is the office that issues in the name of the county government: its own posts
// have sign-ins too.
const officeUnit gov.UnitID = "qy-zfb"

// accounts gives one sign-in for every post of the show department, for the posts of the
// county's own offices and for those of the government's office. Where two hold a post, the
// second signs in with -2.
func accounts(c county) []account {
	var out []account
	seen := map[string]int{}
	for _, p := range c.people {
		for _, s := range p.seats {
			login := string(s.post)
			switch {
			case s.unit == showUnit || soleHolder(c, s):
			case s.unit == officeUnit:
				_, short, _ := strings.Cut(string(s.unit), "-")
				login += "-" + short
			default:
				continue
			}
			seen[login]++
			if n := seen[login]; n > 1 {
				login += "-" + strconv.Itoa(n)
			}
			out = append(out, account{login: login, person: p.id, password: demoPassword,
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
