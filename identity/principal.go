package identity

import (
	"slices"

	"zhunsheng/gov"
)

// Principal is a signed-in person in one seat on one day, with what the grants in force on
// that day allow. It is immutable and shared between requests.
type Principal struct {
	Actor          gov.Actor
	Name           string // of the person
	UnitName       string
	PostName       string
	Admin          PostKind // WorkPost, or which of the three administrators (三员)
	Qualifications []string // held on Day
	Day            gov.Day
	Access         Access
	Generation     string // of the roster it was made from
}

type principalKey struct {
	actor gov.Actor
	on    gov.Day
}

// principalsKept bounds the memory of a roster: a county has some hundred seats a day.
const principalsKept = 8192

// Principal finds what an actor may do on a day. A person acts only by a grant that holds
// on that day: without one the error is Forbidden and says so. Calling it again with the
// actor of an earlier Principal inside a transaction is how an act is checked against the
// grants as that transaction sees them; it costs a map look-up.
func (r *Roster) Principal(a gov.Actor, on gov.Day) (*Principal, error) {
	key := principalKey{a, on}
	if p, ok := r.principals.Load(key); ok {
		return p.(*Principal), nil
	}
	p, err := r.principal(a, on)
	if err != nil {
		return nil, err
	}
	if r.kept.Add(1) > principalsKept {
		r.principals.Clear()
		r.kept.Store(0)
	}
	r.principals.Store(key, p)
	return p, nil
}

func (r *Roster) principal(a gov.Actor, on gov.Day) (*Principal, error) {
	person, ok := r.PersonOn(a.Person, on)
	if !ok {
		return nil, gov.Errorf(gov.Forbidden, "人员名录中没有您在 %s 的有效记录，请联系系统管理员", on)
	}
	post, ok := r.PostOn(a.Post, on)
	if !ok {
		return nil, gov.Errorf(gov.Forbidden, "岗位“%s”在 %s 不存在或已停用，请联系系统管理员", a.Post, on)
	}
	unit, ok := r.UnitOn(a.Unit, on)
	if !ok {
		return nil, gov.Errorf(gov.Forbidden, "单位“%s”在 %s 不存在或已撤销，请联系系统管理员", a.Unit, on)
	}
	reaches := r.reaches(a, post, on)
	if len(reaches) == 0 {
		return nil, gov.Errorf(gov.Forbidden, "您在“%s”没有 %s 有效的“%s”岗位授权，不能以该岗位办理", unit.Name, on, post.Name)
	}
	access, _ := compile(a.Person, reaches)
	return &Principal{Actor: a, Name: person.Name, UnitName: unit.Name, PostName: post.Name, Admin: post.Kind,
		Qualifications: person.Qualifications, Day: on, Access: access, Generation: r.generation}, nil
}

// Overreach refuses a person's grants when those of one seat reach more disjoint subtrees
// on some day than the predicate has room for.
func (r *Roster) Overreach(person gov.PersonID) error {
	for _, g := range r.grants[person] {
		post, ok := r.PostOn(g.Post, g.From)
		if !ok {
			continue
		}
		actor := gov.Actor{Person: person, Post: g.Post, Unit: g.Unit, OnBehalf: g.OnBehalf}
		if _, over := compile(person, r.reaches(actor, post, g.From)); over > 0 {
			return gov.FieldError("scope", "一个岗位最多授权 %d 个互不隶属的单位，%s 起超出了 %d 个；请改为授权它们共同的上级单位",
				Slots, g.From, over)
		}
	}
	return nil
}

// reaches collects what the grants of one seat allow on a day, bounded by the post, and for
// an agency by what the represented person holds.
func (r *Roster) reaches(a gov.Actor, post PostInfo, on gov.Day) []reach {
	own := r.held(a.Person, a.Post, a.Unit, a.OnBehalf, post, on)
	if a.OnBehalf == "" {
		return own
	}
	if _, ok := r.PersonOn(a.OnBehalf, on); !ok || a.OnBehalf == a.Person {
		return nil
	}
	var out []reach
	for _, agent := range own {
		for _, head := range r.held(a.OnBehalf, a.Post, a.Unit, "", post, on) {
			if both, ok := meet(agent, head); ok {
				out = append(out, both)
			}
		}
	}
	return out
}

func (r *Roster) held(person gov.PersonID, p gov.Post, u gov.UnitID, behalf gov.PersonID, post PostInfo, on gov.Day) []reach {
	var out []reach
	for _, g := range r.grants[person] {
		if g.Post != p || g.Unit != u || g.OnBehalf != behalf || !g.Holds(on) {
			continue
		}
		re := reach{clearance: g.Clearance, actions: allowed(post, g.Actions)}
		if g.Scope != "" {
			scope, ok := r.Unit(g.Scope)
			if !ok {
				continue
			}
			re.path = scope.Path
		}
		out = append(out, re)
	}
	return out
}

// allowed is the post's actions, narrowed by the grant; an administrator's post never
// allows an action on cases.
func allowed(post PostInfo, narrowed []Action) []Action {
	var out []Action
	for _, a := range post.Actions {
		if (len(narrowed) == 0 || slices.Contains(narrowed, a)) && !(post.Kind != WorkPost && a.OnCases()) {
			out = append(out, a)
		}
	}
	return out
}

// meet is what both reaches allow. Two subtrees either nest or share nothing; party-only
// meets any subtree as party-only.
func meet(x, y reach) (reach, bool) {
	out := reach{clearance: min(x.clearance, y.clearance)}
	for _, a := range x.actions {
		if slices.Contains(y.actions, a) {
			out.actions = append(out.actions, a)
		}
	}
	switch {
	case x.path == "" || y.path == "":
	case within(x.path, y.path):
		out.path = x.path
	case within(y.path, x.path):
		out.path = y.path
	default:
		return reach{}, false
	}
	return out, true
}

func within(path, subtree string) bool {
	return len(path) >= len(subtree) && path[:len(subtree)] == subtree
}
