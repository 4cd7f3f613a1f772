// Package demo fills an empty database with 清源县, a fictional county: its units, people,
// posts and grants, and a year of document cases produced by driving the engine under a
// clock of its own, some late, some recorded afterwards with their breaches. It knows the
// files beside it; the procedures come from the areas.
package demo

import (
	"bufio"
	"bytes"
	_ "embed"
	"fmt"
	"strconv"
	"strings"

	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/register"
)

//go:embed units.txt
var unitsText []byte

//go:embed posts.txt
var postsText []byte

//go:embed names.txt
var namesText []byte

// unit is one line of units.txt.
type unit struct {
	id     gov.UnitID
	parent gov.UnitID
	kind   string
	name   string
	mark   string
}

// person is somebody of the county, with the posts held.
type person struct {
	id    gov.PersonID
	name  string
	unit  gov.UnitID
	seats []seat
	// qualifications as words of the register of people
	qualifications []string
}

type seat struct {
	post  gov.Post
	unit  gov.UnitID
	scope gov.UnitID
}

// post is one line of posts.txt: where a post is held, over what scope, by how many.
type post struct {
	id      gov.Post
	name    string
	kind    string
	actions []string
	where   string            // every | department | issuing | a unit id
	count   int               // how many hold it in a unit; more than one only in a unit of its own
	apart   bool              // in each unit by somebody who holds nothing else (x1)
	scope   string            // own | a unit id
	wider   map[string]string // the scope in units where it is another
	with    string            // a qualification, or -
}

func fields(text []byte, n int, each func(cols []string) error) error {
	sc := bufio.NewScanner(bytes.NewReader(text))
	for line := 1; sc.Scan(); line++ {
		t := strings.TrimSpace(sc.Text())
		if t == "" || strings.HasPrefix(t, "#") {
			continue
		}
		cols := strings.Split(t, "|")
		if len(cols) != n {
			return fmt.Errorf("demo: line %d has %d columns, not %d: %s", line, len(cols), n, t)
		}
		for i := range cols {
			cols[i] = strings.TrimSpace(cols[i])
		}
		if err := each(cols); err != nil {
			return err
		}
	}
	return sc.Err()
}

// county is the whole cast.
type county struct {
	units  []unit
	posts  []post
	people []person
}

func readCounty() (county, error) {
	var c county
	err := fields(unitsText, 5, func(f []string) error {
		u := unit{id: gov.UnitID(f[0]), parent: gov.UnitID(f[1]), kind: f[2], name: f[3], mark: f[4]}
		if f[1] == "-" {
			u.parent = ""
		}
		c.units = append(c.units, u)
		return nil
	})
	if err != nil {
		return c, err
	}
	err = fields(postsText, 7, func(f []string) error {
		p := post{id: gov.Post(f[0]), name: f[1], kind: f[2], actions: strings.Fields(f[3]), count: 1, scope: f[5], with: f[6]}
		where, times, several := strings.Cut(f[4], " x")
		if p.where = where; several {
			n, err := strconv.Atoi(times)
			if err != nil {
				return fmt.Errorf("demo: posts.txt: %q", f[4])
			}
			p.count, p.apart = n, n == 1
		}
		scope, others, _ := strings.Cut(p.scope, " ")
		p.scope, p.wider = scope, map[string]string{}
		for _, o := range strings.Fields(others) {
			unit, of, _ := strings.Cut(o, ":")
			p.wider[unit] = of
		}
		c.posts = append(c.posts, p)
		return nil
	})
	if err != nil {
		return c, err
	}
	c.people = cast(c.units, c.posts, strings.Fields(string(namesText)))
	return c, nil
}

// cast gives every unit the people its posts need: drafting and reviewing are never the
// same person, the other posts of a unit are shared among two. The show unit has somebody
// for each post, so that a visitor signs in as one post at a time.
func cast(units []unit, posts []post, names []string) []person {
	var out []person
	next := 0
	for _, u := range units {
		if u.kind == "external" {
			continue
		}
		var staff []person
		n := 0
		for _, p := range posts {
			if p.where != string(u.id) && p.where != "every" && !(p.where == "department" && u.kind == "department") &&
				!(p.where == "issuing" && (u.kind == "department" || u.kind == "township")) {
				continue
			}
			s := seat{post: p.id, unit: u.id, scope: u.id}
			if p.scope != "own" {
				s.scope = gov.UnitID(p.scope)
			}
			if of := p.wider[string(u.id)]; of != "" {
				s.scope = gov.UnitID(of)
			}
			own := p.where == string(u.id)
			if own || len(staff) < 2 || u.id == showUnit || p.apart {
				for range p.count {
					staff = append(staff, person{id: gov.PersonID(fmt.Sprintf("%s-%d", u.id, len(staff)+1)),
						name: names[next%len(names)], unit: u.id})
					next++
					staff[len(staff)-1].add(s, p.with)
				}
				continue
			}
			staff[n%2].add(s, p.with)
			n++
		}
		out = append(out, staff...)
	}
	return out
}

func (p *person) add(s seat, with string) {
	p.seats = append(p.seats, s)
	if with != "-" {
		p.qualifications = append(p.qualifications, with)
	}
}

// changes are the register entries of the county, in the order in which they refer to one
// another.
func (c county) changes(from gov.Day, params []Parameter) []register.Change {
	var out []register.Change
	add := func(reg, key string, data map[string]string) {
		for k, v := range data {
			if v == "" {
				delete(data, k)
			}
		}
		out = append(out, register.Change{Register: reg, Key: key, Span: identity.Span{From: from}, Data: data,
			Reason: "演示县初始化"})
	}
	for _, u := range c.units {
		add("units", string(u.id), map[string]string{"name": u.name, "mark": u.mark, "kind": u.kind, "parent": string(u.parent)})
	}
	for _, p := range c.posts {
		add("posts", string(p.id), map[string]string{"name": p.name, "kind": p.kind, "actions": strings.Join(p.actions, ",")})
	}
	for _, p := range c.people {
		add("people", string(p.id), map[string]string{"name": p.name, "unit": string(p.unit),
			"qualifications": strings.Join(p.qualifications, ",")})
	}
	for _, p := range c.people {
		for _, s := range p.seats {
			add("grants", fmt.Sprintf("%s-%s", p.id, s.post), map[string]string{"person": string(p.id), "post": string(s.post),
				"unit": string(s.unit), "scope": string(s.scope), "clearance": "2"})
		}
	}
	for _, p := range params {
		add("parameters", p.Name, map[string]string{"parameter": p.Name, "label": p.Label, "value": p.Value,
			"source": p.Source, "unverified": fmt.Sprint(p.Unverified)})
	}
	return out
}

// Parameter is a default local parameter of an area.
type Parameter struct {
	Name, Label, Value, Source string
	Unverified                 bool
}
