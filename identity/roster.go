package identity

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"zhunsheng/gov"
	"zhunsheng/sqldb"
)

// Directory gives the units, people, posts and grants. The register package implements it.
type Directory interface {
	// Roster is the directory exactly as tx sees it: a change committed before tx began is
	// in it, whichever process made the change. It is shared and read-only.
	Roster(tx *sqldb.Tx) (*Roster, error)
}

// Span is a time of validity: from From on, and before To. A zero To has no end.
type Span struct{ From, To gov.Day }

// Holds reports that the span holds on a day.
func (s Span) Holds(on gov.Day) bool {
	return !on.Before(s.From) && (s.To.IsZero() || on.Before(s.To))
}

// UnitKind sorts units (单位类别).
type UnitKind string

// The unit kinds.
const (
	Government UnitKind = "government" // 本级人民政府
	Department UnitKind = "department" // 政府部门、直属机构
	Township   UnitKind = "township"   // 乡镇人民政府、街道办事处
	Section    UnitKind = "section"    // 内设机构、站所
	External   UnitKind = "external"   // 人大、法院、检察院、纪委监委等外部机关
)

// Unit is an organ, department, township, section or outside body (单位) during a span.
type Unit struct {
	ID     gov.UnitID
	Name   string
	Short  string // "" for none
	Mark   string // 发文机关代字, "" for a unit that issues nothing
	Kind   UnitKind
	Parent gov.UnitID
	// Path is /root/…/id/. A unit keeps its parent for life: a reform that moves an office
	// ends the unit and begins another, so the path in an old case never lies.
	Path string
	Span
}

// Person is somebody who acts (人员) during a span.
type Person struct {
	ID             gov.PersonID
	Name           string
	Unit           gov.UnitID
	Qualifications []string // 执法资格、法律职业资格 …, as words of the register
	Span
}

// PostKind tells posts that handle cases from the three administrators.
type PostKind string

// The post kinds. The three administrators (三员) see no case content, whatever a grant says.
const (
	WorkPost     PostKind = "work"
	SystemAdmin  PostKind = "system"   // 系统管理员
	SecurityUser PostKind = "security" // 安全保密管理员
	Auditor      PostKind = "audit"    // 安全审计员
)

// PostInfo is one kind of office (岗位) during a span. Its actions bound every grant of it.
type PostInfo struct {
	ID      gov.Post
	Name    string
	Kind    PostKind
	Actions []Action
	Span
}

// Grant is one authorization (授权): a person holds a post in a unit, for a scope, with
// actions and a clearance, from–to, given by somebody.
type Grant struct {
	ID     string
	Person gov.PersonID
	Post   gov.Post
	Unit   gov.UnitID
	// Scope is the unit whose whole subtree the grant covers; "" covers only cases to which
	// the person is party.
	Scope     gov.UnitID
	Actions   []Action // narrows the post's actions; empty means all of them
	Clearance gov.Level
	GivenBy   gov.PersonID
	// OnBehalf makes the grant an agency (代理): it holds only while the represented person
	// holds the same post in the same unit, and never reaches further than that person.
	OnBehalf gov.PersonID
	Span
}

// Seat is what a person can be signed in as: a post in a unit, own or as an agent.
type Seat struct {
	Post     gov.Post
	Unit     gov.UnitID
	OnBehalf gov.PersonID
}

// Roster (名册) is one generation of units, people, posts and grants with their spans. It
// is immutable and safe for concurrent use.
type Roster struct {
	generation string
	units      map[gov.UnitID][]Unit // by From
	people     map[gov.PersonID][]Person
	posts      map[gov.Post][]PostInfo
	grants     map[gov.PersonID][]Grant
	order      []gov.UnitID

	principals sync.Map // principalKey → *Principal; emptied when it grows past principalsKept
	kept       atomic.Int64
}

// RosterData is what a Roster is made from. Unit paths are computed, not read.
type RosterData struct {
	Generation string
	Units      []Unit
	People     []Person
	Posts      []PostInfo
	Grants     []Grant
}

// NewRoster is total: a unit whose parents are missing or in a circle stands at its own
// root, so that nobody above gains it.
func NewRoster(d RosterData) *Roster {
	r := &Roster{generation: d.Generation, units: map[gov.UnitID][]Unit{}, people: map[gov.PersonID][]Person{},
		posts: map[gov.Post][]PostInfo{}, grants: map[gov.PersonID][]Grant{}}
	for _, u := range d.Units {
		if len(r.units[u.ID]) == 0 {
			r.order = append(r.order, u.ID)
		}
		r.units[u.ID] = append(r.units[u.ID], u)
	}
	for _, p := range d.People {
		r.people[p.ID] = append(r.people[p.ID], p)
	}
	for _, p := range d.Posts {
		r.posts[p.ID] = append(r.posts[p.ID], p)
	}
	for _, g := range d.Grants {
		r.grants[g.Person] = append(r.grants[g.Person], g)
	}
	for id := range r.units {
		slices.SortStableFunc(r.units[id], func(a, b Unit) int { return a.From.Compare(b.From) })
	}
	for id := range r.people {
		slices.SortStableFunc(r.people[id], func(a, b Person) int { return a.From.Compare(b.From) })
	}
	for id := range r.posts {
		slices.SortStableFunc(r.posts[id], func(a, b PostInfo) int { return a.From.Compare(b.From) })
	}
	for id := range r.grants {
		slices.SortStableFunc(r.grants[id], func(a, b Grant) int {
			if c := a.From.Compare(b.From); c != 0 {
				return c
			}
			return strings.Compare(a.ID, b.ID)
		})
	}
	paths := map[gov.UnitID]string{}
	for _, id := range r.order {
		p := r.path(id, paths, 0)
		for i := range r.units[id] {
			r.units[id][i].Path = p
		}
	}
	return r
}

// maxDepth bounds the tree; a deeper chain is a circle.
const maxDepth = 32

func (r *Roster) path(id gov.UnitID, known map[gov.UnitID]string, depth int) string {
	if p, ok := known[id]; ok {
		return p
	}
	rows := r.units[id]
	parent := rows[0].Parent
	p := "/" + string(id) + "/"
	if _, ok := r.units[parent]; ok && parent != id && depth < maxDepth && !r.circular(id) {
		p = r.path(parent, known, depth+1) + string(id) + "/"
	}
	known[id] = p
	return p
}

func (r *Roster) circular(id gov.UnitID) bool {
	at := id
	for range maxDepth {
		rows := r.units[at]
		if len(rows) == 0 || rows[0].Parent == "" {
			return false
		}
		if at = rows[0].Parent; at == id {
			return true
		}
	}
	return true
}

// Generation names the state of the registers that the roster was read from.
func (r *Roster) Generation() string { return r.generation }

// Unit is the newest entry of a unit, whether or not it still exists: for names, and for
// paths, which never change.
func (r *Roster) Unit(id gov.UnitID) (Unit, bool) { return last(r.units[id]) }

// UnitOn is a unit as it stands on a day.
func (r *Roster) UnitOn(id gov.UnitID, on gov.Day) (Unit, bool) { return holding(r.units[id], on) }

// Units lists the units that exist on a day, parents before children, in register order.
func (r *Roster) Units(on gov.Day) []Unit {
	var out []Unit
	for _, id := range r.order {
		if u, ok := holding(r.units[id], on); ok {
			out = append(out, u)
		}
	}
	slices.SortStableFunc(out, func(a, b Unit) int { return strings.Count(a.Path, "/") - strings.Count(b.Path, "/") })
	return out
}

// Person is the newest entry of a person, for names.
func (r *Roster) Person(id gov.PersonID) (Person, bool) { return last(r.people[id]) }

// PersonOn is a person as of a day.
func (r *Roster) PersonOn(id gov.PersonID, on gov.Day) (Person, bool) {
	return holding(r.people[id], on)
}

// People lists the people of a day, by id.
func (r *Roster) People(on gov.Day) []Person {
	var out []Person
	for _, rows := range r.people {
		if p, ok := holding(rows, on); ok {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b Person) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return out
}

// Post is the newest entry of a post.
func (r *Roster) Post(id gov.Post) (PostInfo, bool) { return last(r.posts[id]) }

// PostOn is a post as of a day.
func (r *Roster) PostOn(id gov.Post, on gov.Day) (PostInfo, bool) { return holding(r.posts[id], on) }

// Grants lists the grants of a person that hold on a day, agencies included.
func (r *Roster) Grants(person gov.PersonID, on gov.Day) []Grant {
	var out []Grant
	for _, g := range r.grants[person] {
		if g.Holds(on) {
			out = append(out, g)
		}
	}
	return out
}

// Seats lists what a person can be signed in as on a day (本人岗位), own seats before
// agencies, each once.
func (r *Roster) Seats(person gov.PersonID, on gov.Day) []Seat {
	var own, agent []Seat
	for _, g := range r.Grants(person, on) {
		s := Seat{g.Post, g.Unit, g.OnBehalf}
		if _, err := r.Principal(gov.Actor{Person: person, Post: s.Post, Unit: s.Unit, OnBehalf: s.OnBehalf}, on); err != nil {
			continue
		}
		if s.OnBehalf == "" && !slices.Contains(own, s) {
			own = append(own, s)
		}
		if s.OnBehalf != "" && !slices.Contains(agent, s) {
			agent = append(agent, s)
		}
	}
	return append(own, agent...)
}

func holding[T interface{ Holds(gov.Day) bool }](rows []T, on gov.Day) (T, bool) {
	for i := len(rows) - 1; i >= 0; i-- {
		if rows[i].Holds(on) {
			return rows[i], true
		}
	}
	var none T
	return none, false
}

func last[T any](rows []T) (T, bool) {
	if len(rows) == 0 {
		var none T
		return none, false
	}
	return rows[len(rows)-1], true
}
