package procedure

import (
	"slices"

	"zhunsheng/gov"
)

// The search keeps of a case only what may still be read. Two things decide it: which steps
// may still be performed or set back, and which formulas those acts, or never lines that
// they can change, will evaluate before what they read is written anew.

// live is what of a case may still be read.
type live struct {
	acts   []bool // steps that may be performed
	text   string
	vars   map[string]bool
	steps  []bool // whose standing may matter
	stops  []bool // whose outcome a clock that may start asks for
	never  []bool
	seen   []bool // kinds of children of which a never line reads what the last act saw
	world  []bool // kinds of children that an act may look at
	people []int  // steps whose person may matter
}

// moving is what may still happen to one case.
type moving struct {
	x           *explorer
	s           *State
	sc          *scope
	acts, moves []bool // may be performed; or that may be set back
	standing    []bool
}

// changes reports that a variable may still change.
func (m *moving) changes(name string) bool {
	src, ok := m.x.t.causes[name]
	if !ok || src.always {
		return true
	}
	if st := m.s.Clocks[src.clock].Status; src.clock != "" && (st == ClockRunning || st == ClockSuspended) {
		return true
	}
	return slices.ContainsFunc(src.steps, func(i int) bool { return m.moves[i] })
}

// future finds every step that may still be performed or set back: the least set that holds
// each step that is not standing, whose order is or may be kept, and none of whose gates is
// closed for good.
func (x *explorer) future(s *State, now gov.Instant) *moving {
	n := len(x.d.src.Steps)
	m := &moving{x: x, s: s, acts: make([]bool, n), moves: make([]bool, n), standing: make([]bool, n),
		sc: &scope{d: x.d, s: s, act: Act{Occurred: now}, asOf: now.Day(), linked: x.env.Linked, counts: x.env.Children}}
	back, holds := make([]bool, n), map[*Gate]bool{}
	for i := range x.d.src.Steps {
		st, ok := s.Steps[x.d.src.Steps[i].ID]
		m.standing[i] = ok && st.Status != StepReturned
	}
	for again := true; again; {
		again = false
		for i := range x.d.src.Steps {
			step := &x.d.src.Steps[i]
			if m.acts[i] || m.standing[i] && !step.Again && !back[i] || !x.t.deemed[i] && !m.mayOpen(i, holds) {
				continue
			}
			m.acts[i], m.moves[i], again = true, true, true
			for k := range step.Outcomes {
				o := &step.Outcomes[k]
				if o.Return == "" || !x.t.deemed[i] && m.forbidden(step, o) {
					continue
				}
				for j := range x.d.src.Steps {
					id := x.d.src.Steps[j].ID
					if id == o.Return || !o.Only && slices.Contains(x.d.below[o.Return], id) && !slices.Contains(o.Keeping, id) {
						back[j] = true
						m.moves[j] = m.moves[j] || m.standing[j]
					}
				}
			}
		}
	}
	return m
}

func (m *moving) forbidden(step *Step, o *Outcome) bool {
	j := &judging{d: m.x.d, s: m.s}
	j.irrevocable(step, o)
	return len(j.no) > 0
}

// mayOpen reports that order and gates let a step be performed now or in time.
func (m *moving) mayOpen(i int, holds map[*Gate]bool) bool {
	for _, up := range m.x.t.order[i] {
		if !m.acts[up] && !m.x.d.passed(m.sc, m.x.d.src.Steps[up].ID) {
			return false
		}
	}
	for _, g := range m.x.t.gates[i] {
		f := g.require
		if f == nil {
			return false
		}
		if f.always || m.x.d.usesForm(g) {
			continue
		}
		held, known := holds[g]
		if !known {
			m.sc.act.Step = g.On
			held = f.holds(m.sc)
			holds[g] = held
		}
		open := held
		for name := range f.uses {
			open = open || m.changes(name)
		}
		if !open {
			return false
		}
	}
	return true
}

// live finds what of a case may still be read.
func (x *explorer) live(s *State, now gov.Instant) *live {
	m := x.future(s, now)
	never := make([]bool, len(x.d.src.Never))
	for _, r := range x.t.readers {
		if r.never == 0 || slices.ContainsFunc(r.needs, func(i int) bool { return !m.standing[i] && !m.acts[i] }) {
			continue
		}
		for name := range r.uses {
			if m.changes(name) {
				never[r.never-1] = true
				break
			}
		}
	}
	text := bits(m.acts) + "/" + bits(m.moves) + "/" + bits(never)
	key := text + "/" + bits(m.standing)
	l := x.t.cache[key]
	if l == nil {
		l = x.reading(m, never)
		l.text = text
		x.t.cache[key] = l
	}
	return l
}

func bits(bs []bool) string {
	out := make([]byte, 0, len(bs)/6+1)
	for i, b := range bs {
		if i%6 == 0 {
			out = append(out, '0')
		}
		if b {
			out[len(out)-1] += 1 << (i % 6)
		}
	}
	return string(out)
}

func (x *explorer) reading(m *moving, never []bool) *live {
	n, d := len(x.d.src.Steps), x.d
	l := &live{acts: m.acts, vars: map[string]bool{}, steps: make([]bool, n), stops: make([]bool, n), never: never, seen: make([]bool, len(x.kids)), world: make([]bool, len(x.kids))}
	any := func(on []int) bool { return slices.ContainsFunc(on, func(i int) bool { return m.acts[i] }) }
	fresh := func(r reader, i int) bool { return !m.standing[i] && slices.Contains(r.needs, i) }
	for _, r := range x.t.readers {
		if r.never > 0 && !never[r.never-1] || r.never == 0 && !any(r.on) {
			continue
		}
		for name := range r.uses {
			if i, ok := x.t.writer[written(name)]; ok && fresh(r, i) {
				continue
			}
			l.vars[name] = true
		}
		for k, c := range x.kids {
			reads := r.uses["children."+symbol(c.ID)+".open"] || r.uses["children."+symbol(c.ID)+".count"] || r.uses["children."+symbol(c.ID)+".closed"]
			l.world[k] = l.world[k] || r.never == 0 && reads
			if r.never > 0 && reads && !slices.ContainsFunc(x.t.counts[k], func(i int) bool { return fresh(r, i) }) {
				l.seen[k] = true
			}
		}
		if r.never > 0 {
			for _, i := range x.t.by[r.never-1] {
				if len(x.t.by[r.never-1]) > 1 && !slices.Contains(l.people, i) {
					l.people = append(l.people, i)
				}
			}
		}
	}
	if x.all {
		l.people = nil
		for i := range d.src.Steps {
			if x.apart[d.src.Steps[i].ID] {
				l.people = append(l.people, i)
			}
		}
	}
	slices.Sort(l.people)
	for i := range d.src.Steps {
		s := &d.src.Steps[i]
		l.steps[i] = l.steps[i] || m.moves[i] || s.Final
		if m.acts[i] {
			for _, up := range s.After {
				l.steps[x.t.index[up]] = true
			}
		}
		for _, what := range []string{".done", ".waived", ".recorded", ".deemed", ".outcome", ".day", ".by", ".unit", ".round"} {
			l.steps[i] = l.steps[i] || l.vars["steps."+symbol(s.ID)+what]
		}
	}
	for i := range d.src.Clocks {
		c := &d.src.Clocks[i]
		if !slices.ContainsFunc(c.Starts, func(t Trigger) bool { k, ok := x.t.index[t.Step]; return ok && m.acts[k] }) {
			continue
		}
		for _, t := range c.Stops {
			if k, ok := x.t.index[t.Step]; ok {
				l.steps[k], l.stops[k] = true, true
			}
		}
	}
	return l
}
