package procedure

import (
	"slices"

	"zhunsheng/gov"
)

// Linked is a case that another case names (关联案件), as it stands when it is looked at.
type Linked struct {
	Case      gov.CaseID `json:"case"`
	Procedure string     `json:"procedure"` // id, without the version
	Title     string     `json:"title"`
	Status    CaseStatus `json:"status"`
	// Facts are the ids of the boolean facts of its definition that hold, see TrueFacts.
	Facts []string `json:"facts,omitempty"`
}

// link finds the case that a field names. The live answer counts where there is one, else
// what was seen when the case was named.
func (sc *scope) link(id FieldID) Linked {
	v := sc.field(id)
	if v == "" {
		return Linked{}
	}
	if sc.linked != nil {
		if l, ok := sc.linked(gov.CaseID(v)); ok {
			return l
		}
	}
	if l := sc.s.Links[id]; string(l.Case) == v {
		return l
	}
	return Linked{}
}

// links refuses a case that the actor cannot see or of a procedure that does not fit, and
// gives what was seen of the others.
func (j *judging) links(specs []Field, fields map[FieldID]string) map[FieldID]Linked {
	var out map[FieldID]Linked
	for _, f := range specs {
		v := fields[f.ID]
		if f.Type != CaseField || v == "" {
			continue
		}
		l, ok := Linked{}, false
		if j.env.Linked != nil {
			l, ok = j.env.Linked(gov.CaseID(v))
		}
		switch {
		case !ok || gov.CaseID(v) == j.s.Case:
			j.badField(f.ID, "“"+f.Label+"”：没有这个案件，或者您无权查看", f.Label)
		case len(f.Procedures) > 0 && !slices.Contains(f.Procedures, l.Procedure):
			j.badField(f.ID, "“"+f.Label+"”：“"+l.Title+"”不是这一类案件", f.Label)
		default:
			if out == nil {
				out = map[FieldID]Linked{}
			}
			out[f.ID] = l
		}
	}
	return out
}

// looked adds the named cases whose standing has changed since they were last seen, so that
// the event says what the gates saw.
func (j *judging) looked(links map[FieldID]Linked) map[FieldID]Linked {
	for id, was := range j.s.Links {
		if _, named := links[id]; named || j.env.Linked == nil || string(was.Case) != j.s.Fields[id] {
			continue
		}
		if now, ok := j.env.Linked(was.Case); ok && now.Status != was.Status || ok && !slices.Equal(now.Facts, was.Facts) {
			if links == nil {
				links = map[FieldID]Linked{}
			}
			links[id] = now
		}
	}
	return links
}

// TrueFacts lists the boolean facts that hold in a case, in the order of the text: what a
// case that names this one may read of it.
func (d *Definition) TrueFacts(s *State) []string {
	var out []string
	sc := &scope{d: d, s: s}
	for i := range d.src.Facts {
		if f := &d.src.Facts[i]; f.value != nil && f.value.holds(sc) {
			out = append(out, f.ID)
		}
	}
	return out
}
