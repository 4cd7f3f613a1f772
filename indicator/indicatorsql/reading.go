package indicatorsql

import (
	"regexp"
	"strings"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/indicator"
	"zhunsheng/procedure"
)

// reading is what the counted facts of one procedure read, over all of its released versions,
// so that what was kept under one version serves the next.
type reading struct {
	sources  []counted
	names    map[string]bool   // of formulas, e.g. "steps.legality_review"
	children []procedure.Child // kinds whose cases a fact counts
}

// counted is one indicator with what it counts of the procedure.
type counted struct {
	id     indicator.ID
	source indicator.Source
}

var factNames = regexp.MustCompile(`\b(steps|fields|papers|clocks|numbers|children)\.([a-z][a-z0-9_]*)`)

// name is how formulas write an id.
func name[T ~string](kind string, id T) string {
	return kind + "." + strings.ReplaceAll(string(id), "-", "_")
}

// readings finds for each procedure that is counted by facts what they read.
func readings(defs *docket.Definitions, inds []indicator.Definition) map[string]*reading {
	out := map[string]*reading{}
	for _, ind := range inds {
		for _, s := range ind.Sources {
			if !s.Facts() {
				continue
			}
			r := out[s.Procedure]
			if r == nil {
				r = &reading{names: map[string]bool{}}
				out[s.Procedure] = r
			}
			r.sources = append(r.sources, counted{ind.ID, s})
			if s.Day.Step != "" {
				r.names[name("steps", s.Day.Step)] = true
			}
			if s.Day.Clock != "" {
				r.names[name("clocks", s.Day.Clock)] = true
			}
		}
	}
	if defs == nil {
		return out
	}
	for _, def := range defs.Released() {
		if r := out[def.ID()]; r != nil {
			r.add(def)
		}
	}
	return out
}

func (r *reading) add(def *procedure.Definition) {
	wanted := map[string]bool{}
	for _, c := range r.sources {
		wanted[c.source.Denominator], wanted[c.source.Numerator] = true, true
	}
	for _, f := range def.Facts() {
		if !wanted[f.ID] {
			continue
		}
		for _, m := range factNames.FindAllStringSubmatch(f.Value, -1) {
			r.names[m[1]+"."+m[2]] = true
		}
	}
	for _, c := range def.Children() {
		if r.names[name("children", c.ID)] {
			r.children = append(r.children, c)
		}
	}
}

// concerns reports that an event may change what the facts read. What happens to the case as
// a whole always may.
func (r *reading) concerns(e procedure.Effects) bool {
	if e.Open != nil || e.Close != "" || len(e.Breaches) > 0 || e.Transition != nil || r.names[name("steps", e.Step)] {
		return true
	}
	for _, id := range e.Return {
		if r.names[name("steps", id)] {
			return true
		}
	}
	for _, c := range e.Clocks {
		if r.names[name("clocks", c.Clock)] {
			return true
		}
	}
	for id := range e.Fields {
		if r.names[name("fields", id)] {
			return true
		}
	}
	for id := range e.Links {
		if r.names[name("fields", id)] {
			return true
		}
	}
	for id := range e.Papers {
		if r.names[name("papers", id)] {
			return true
		}
	}
	for _, n := range e.Numbers {
		if r.names[name("numbers", n.Name)] {
			return true
		}
	}
	return false
}

// prune leaves of a state only what the facts read.
func (r *reading) prune(s *procedure.State) {
	s.Case, s.Title, s.OpenedBy, s.LateEntry = "", "", gov.Actor{}, nil
	s.History, s.Corrections = nil, nil
	for id, st := range s.Steps {
		if !r.names[name("steps", id)] {
			delete(s.Steps, id)
			continue
		}
		st.LateEntry, st.Version = nil, 0
		s.Steps[id] = st
	}
	for id, c := range s.Clocks {
		if !r.names[name("clocks", id)] {
			delete(s.Clocks, id)
			continue
		}
		s.Clocks[id] = procedure.ClockState{Status: c.Status, Round: c.Round, Rule: c.Rule, From: c.From, Nominal: c.Nominal,
			Due: c.Due, Provisional: c.Provisional, MetOn: c.MetOn, Extended: c.Extended}
	}
	for id := range s.Fields {
		if !r.names[name("fields", id)] {
			delete(s.Fields, id)
		}
	}
	for id := range s.Links {
		if !r.names[name("fields", id)] {
			delete(s.Links, id)
		}
	}
	for id, files := range s.Papers {
		if !r.names[name("papers", id)] {
			delete(s.Papers, id)
			continue
		}
		s.Papers[id] = make([]procedure.Paper, len(files))
	}
	for n := range s.Numbers {
		if !r.names[name("numbers", n)] {
			delete(s.Numbers, n)
		}
	}
	for i := range s.Breaches {
		s.Breaches[i] = procedure.Breach{}
	}
}
