package procedure

import (
	"slices"
	"strings"

	"zhunsheng/gov"
)

// standIns are the cases that a field may name in the search. The id says what there is to
// know: status@procedure:facts.
func (x *explorer) standIns(f Field) []string {
	name := "fields." + symbol(f.ID)
	statuses, procedures := []CaseStatus{Closed, Open}, []string{""}
	if len(f.Procedures) > 0 {
		procedures = f.Procedures
	}
	if !x.uses[name+".procedure"] {
		procedures = procedures[:1]
	}
	if !x.uses[name+".closed"] {
		statuses = statuses[:1]
	}
	asked := x.facts[name+".facts"]
	facts := []string{strings.Join(asked, ",")}
	if len(asked) > 0 {
		facts = append(facts, "")
	}
	for i := range asked {
		if len(asked) > 1 {
			facts = append(facts, strings.Join(slices.Delete(slices.Clone(asked), i, i+1), ","))
		}
	}
	var out []string
	for _, s := range statuses {
		for _, p := range procedures {
			for _, fs := range facts {
				out = append(out, string(s)+"@"+p+":"+fs)
			}
		}
	}
	return out
}

// standIn reads the id of a case that standIns made up.
func standIn(id gov.CaseID) (Linked, bool) {
	status, rest, ok := strings.Cut(string(id), "@")
	procedure, facts, _ := strings.Cut(rest, ":")
	l := Linked{Case: id, Procedure: procedure, Status: CaseStatus(status)}
	if facts != "" {
		l.Facts = strings.Split(facts, ",")
	}
	return l, ok
}

// kids is, for each kind of cases that formulas count, how they stand: none, all open, all
// ended, or some of each.
type kids []byte

const (
	noKids byte = iota
	allOpen
	allEnded
	someOpen
)

// counts lists the kinds that some formula counts.
func (d *Definition) counts(uses map[string]bool) []Child {
	return slices.DeleteFunc(slices.Clone(d.src.Children), func(c Child) bool {
		name := "children." + symbol(c.ID)
		return !uses[name+".count"] && !uses[name+".open"] && !uses[name+".closed"]
	})
}

// next is how one kind may stand then. Where only the open ones are counted, none and all
// ended are the same.
func (k kids) next(i int, uses map[string]bool, c Child) []kids {
	name := "children." + symbol(c.ID)
	to := map[byte][]byte{noKids: {allOpen}, allOpen: {noKids}}
	if uses[name+".count"] || uses[name+".closed"] {
		to = map[byte][]byte{noKids: {allOpen}, allOpen: {allEnded, someOpen}, allEnded: {someOpen}, someOpen: {allEnded}}
	}
	var out []kids
	for _, b := range to[k[i]] {
		next := slices.Clone(k)
		next[i] = b
		out = append(out, next)
	}
	return out
}

func (k kids) name(i int) string {
	return map[byte]string{noKids: "没有在办", allOpen: "均在办", allEnded: "均已办结", someOpen: "部分在办"}[k[i]]
}

// count answers for the cases that name the case of the search.
func (x *explorer) count(procedure string) (count, open int) {
	for i, c := range x.kids {
		if c.Procedure == procedure && i < len(x.world) {
			return counted(x.world[i])
		}
	}
	return 0, 0
}

func counted(b byte) (count, open int) {
	switch b {
	case allOpen:
		return 1, 1
	case allEnded:
		return 2, 0
	case someOpen:
		return 2, 1
	}
	return 0, 0
}

// lastSeen tells what the case last saw of those that name it.
func (x *explorer) lastSeen(s *State) string {
	var b strings.Builder
	for _, c := range x.kids {
		n := s.Children[c.ID]
		b.WriteByte('0' + byte(min(n.Count, 2)))
		b.WriteByte('0' + byte(min(n.Open, 2)))
	}
	return b.String()
}
