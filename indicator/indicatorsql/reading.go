package indicatorsql

import (
	"maps"
	"regexp"
	"strings"

	"zhunsheng/docket"
	"zhunsheng/indicator"
	"zhunsheng/procedure"
)

// reading is what the counted facts of one procedure read, over all of its released versions,
// so that what was kept under one version serves the next.
type reading struct {
	sources  []counted
	names    map[string]map[string]bool // of formulas by kind, e.g. "steps": "legality_review"
	children []procedure.Child          // kinds whose cases a fact counts
	// lacking are the sources, by place, that a version of the definition (by digest) has no
	// facts for. Its cases are not counted: nobody asked of them what the fact says.
	lacking map[string]map[int]bool
}

// counted is one indicator with what it counts of the procedure.
type counted struct {
	id     indicator.ID
	source indicator.Source
}

var factNames = regexp.MustCompile(`\b(steps|fields|papers|clocks|numbers|children)\.([a-z][a-z0-9_]*)`)

// reads reports that a fact reads an id, which formulas write with low lines.
func reads[T ~string](r *reading, kind string, id T) bool {
	return r.names[kind][strings.ReplaceAll(string(id), "-", "_")]
}

func (r *reading) note(kind, symbol string) {
	if r.names[kind] == nil {
		r.names[kind] = map[string]bool{}
	}
	r.names[kind][strings.ReplaceAll(symbol, "-", "_")] = true
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
				r = &reading{names: map[string]map[string]bool{}, lacking: map[string]map[int]bool{}}
				out[s.Procedure] = r
			}
			r.sources = append(r.sources, counted{ind.ID, s})
			if s.Day.Step != "" {
				r.note("steps", s.Day.Step)
			}
			if s.Day.Clock != "" {
				r.note("clocks", s.Day.Clock)
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
		wanted[c.source.Denominator], wanted[c.source.Numerator], wanted[c.source.Fault] = true, true, true
	}
	has := map[string]bool{"": true}
	for _, f := range def.Facts() {
		if !wanted[f.ID] || f.Value == "" {
			continue
		}
		has[f.ID] = true
		for _, m := range factNames.FindAllStringSubmatch(f.Value, -1) {
			r.note(m[1], m[2])
		}
	}
	for i, c := range r.sources {
		if has[c.source.Denominator] && has[c.source.Numerator] && has[c.source.Fault] {
			continue
		}
		if r.lacking[def.Digest()] == nil {
			r.lacking[def.Digest()] = map[int]bool{}
		}
		r.lacking[def.Digest()][i] = true
	}
	for _, c := range def.Children() {
		if reads(r, "children", c.ID) {
			r.children = append(r.children, c)
		}
	}
}

// concerns reports that an event may change what the facts read. What happens to the case as
// a whole always may.
func (r *reading) concerns(e procedure.Effects) bool {
	if e.Open != nil || e.Close != "" || len(e.Breaches) > 0 || e.Transition != nil || reads(r, "steps", e.Step) {
		return true
	}
	for _, id := range e.Return {
		if reads(r, "steps", id) {
			return true
		}
	}
	for _, c := range e.Clocks {
		if reads(r, "clocks", c.Clock) {
			return true
		}
	}
	for id := range e.Fields {
		if reads(r, "fields", id) {
			return true
		}
	}
	for id := range e.Links {
		if reads(r, "fields", id) {
			return true
		}
	}
	for id := range e.Papers {
		if reads(r, "papers", id) {
			return true
		}
	}
	for _, n := range e.Numbers {
		if reads(r, "numbers", n.Name) {
			return true
		}
	}
	return false
}

// prune leaves of a state only what the facts read, as far as formulas can ask for it.
func (r *reading) prune(s *procedure.State) {
	s.History, s.Corrections = nil, nil
	maps.DeleteFunc(s.Steps, func(id procedure.StepID, _ procedure.StepState) bool { return !reads(r, "steps", id) })
	maps.DeleteFunc(s.Clocks, func(id procedure.ClockID, _ procedure.ClockState) bool { return !reads(r, "clocks", id) })
	maps.DeleteFunc(s.Fields, func(id procedure.FieldID, _ string) bool { return !reads(r, "fields", id) })
	maps.DeleteFunc(s.Links, func(id procedure.FieldID, _ procedure.Linked) bool { return !reads(r, "fields", id) })
	maps.DeleteFunc(s.Papers, func(id procedure.PaperID, _ []procedure.Paper) bool { return !reads(r, "papers", id) })
	maps.DeleteFunc(s.Numbers, func(name, _ string) bool { return !reads(r, "numbers", name) })
}
