package identity

import (
	"slices"
	"strings"

	"zhunsheng/gov"
)

// Action names something a grant allows. Those on cases begin with "case."; those on a
// register are "register.<name>.edit" and "register.<name>.approve".
type Action string

// The actions on cases.
const (
	ReadCase   Action = "case.read"   // 查阅
	OpenCase   Action = "case.open"   // 启动
	ActOnCase  Action = "case.act"    // 办理
	RecordCase Action = "case.record" // 补录
)

// OnCases reports an action that touches case content.
func (a Action) OnCases() bool { return strings.HasPrefix(string(a), "case.") }

// EditRegister is the action of changing entries of a register.
func EditRegister(name string) Action { return Action("register." + name + ".edit") }

// ApproveRegister is the action of approving another person's change of a register.
func ApproveRegister(name string) Action { return Action("register." + name + ".approve") }

// CaseScope is what the predicate needs to know of a case.
type CaseScope struct {
	UnitPath string
	Level    gov.Level
	Party    bool // the person has acted in the case or was named to it
}

// Access is the one authorization predicate, compiled for one seat on one day. MayRead and
// the SQL form (InScope, IsParty with Args) answer alike by construction: both read the
// same slots. The zero Access allows nothing.
type Access struct {
	person gov.PersonID
	slots  [Slots]slot
	n      int
	party  gov.Level // clearance as party to a case, plus one; 0 when none
	reach  []reach
}

// slot is one subtree range of unit paths that may be read up to a clearance.
type slot struct {
	lo, hi    string
	clearance gov.Level
}

// reach is what one grant in force allows.
type reach struct {
	path      string // subtree, "" for party only
	actions   []Action
	clearance gov.Level
}

// MayRead reports that the content of the case may be seen (查阅).
func (a *Access) MayRead(c CaseScope) bool {
	if c.Party && c.Level < a.party {
		return true
	}
	for i := range a.n {
		s := &a.slots[i]
		if c.UnitPath >= s.lo && c.UnitPath < s.hi && c.Level <= s.clearance {
			return true
		}
	}
	return false
}

// MayAct reports that a grant allows the action on the case. Which step needs which post
// and that a drafter does not review are rules of the definition, not of grants. Nobody
// acts on what may not be read.
func (a *Access) MayAct(c CaseScope, action Action) bool {
	if !a.MayRead(c) {
		return false
	}
	for i := range a.reach {
		r := &a.reach[i]
		if !slices.Contains(r.actions, action) || c.Level > r.clearance {
			continue
		}
		if c.Party || r.path != "" && strings.HasPrefix(c.UnitPath, r.path) {
			return true
		}
	}
	return false
}

// MayAction reports that a grant allows a named action for the unit at a path; an empty
// path asks whether it is allowed for any unit at all.
func (a *Access) MayAction(action Action, unitPath string) bool {
	for i := range a.reach {
		r := &a.reach[i]
		if slices.Contains(r.actions, action) && (unitPath == "" || r.path != "" && strings.HasPrefix(unitPath, r.path)) {
			return true
		}
	}
	return false
}

// noPath is above every path, so that an unused slot costs one comparison.
const noPath = "~"

// Args are the parameters $1 … $40 of InScope and IsParty, in their order.
func (a *Access) Args(own ...any) []any {
	args := make([]any, 0, FirstOwnParam-1+len(own))
	lo, hi := noPath, ""
	for i := range a.n {
		lo, hi = min(lo, a.slots[i].lo), max(hi, a.slots[i].hi)
	}
	args = append(args, lo, hi)
	for i := range Slots {
		s := slot{lo: noPath, clearance: -1}
		if i < a.n {
			s = a.slots[i]
		}
		args = append(args, s.lo, s.hi, int64(s.clearance))
	}
	args = append(args, string(a.person), int64(a.party)-1)
	return append(args, own...)
}

// compile makes the predicate of some reaches. over reports disjoint subtrees that did not
// fit into Slots; they are left out, so both forms show less and never more.
func compile(person gov.PersonID, rs []reach) (a Access, over int) {
	a = Access{person: person, reach: rs}
	var all []slot
	for _, r := range rs {
		if !slices.Contains(r.actions, ReadCase) {
			continue
		}
		a.party = max(a.party, r.clearance+1)
		if r.path != "" {
			all = append(all, slot{r.path, subtreeEnd(r.path), r.clearance})
		}
	}
	for _, s := range widest(all) {
		if a.n == Slots {
			over++
			continue
		}
		a.slots[a.n] = s
		a.n++
	}
	return a, over
}

// widest drops every slot that another one covers with at least its clearance, and orders
// the rest by path.
func widest(all []slot) []slot {
	slices.SortFunc(all, func(x, y slot) int {
		if c := strings.Compare(x.lo, y.lo); c != 0 {
			return c
		}
		return int(y.clearance - x.clearance)
	})
	var out []slot
	for _, s := range all {
		covered := slices.ContainsFunc(out, func(o slot) bool {
			return strings.HasPrefix(s.lo, o.lo) && s.clearance <= o.clearance
		})
		if !covered {
			out = append(out, s)
		}
	}
	return out
}

// subtreeEnd is the first text after every path of the subtree: '0' follows '/' in the
// byte order that both engines sort by.
func subtreeEnd(path string) string { return path[:len(path)-1] + "0" }
