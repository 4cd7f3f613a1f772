package procedure

// Child is a kind of case that names this one (子案件), counted in formulas as
// children.<id>.count, .open and .closed.
type Child struct {
	ID        string `yaml:"id"`
	Procedure string `yaml:"procedure"`
}

// ChildCount is how many cases of a kind name this one.
type ChildCount struct {
	Count int `json:"count"`
	Open  int `json:"open,omitempty"`
}

// Children lists the kinds of cases that formulas count.
func (d *Definition) Children() []Child { return d.src.Children }

// children counts one kind of cases.
func (sc *scope) children(id string) ChildCount {
	if sc.counts == nil {
		return sc.s.Children[id]
	}
	for _, c := range sc.d.src.Children {
		if c.ID == id {
			n, open := sc.counts(c.Procedure)
			return ChildCount{Count: n, Open: open}
		}
	}
	return ChildCount{}
}
