package procedure

import (
	"slices"
	"strings"

	"zhunsheng/gov"
)

// The search keeps of a case only what may still be read. Two things decide it: which steps
// may still be performed or set back, and which formulas those acts, or never lines that
// they can change, will evaluate before what they read is written anew.

// reader is a formula, or another demand, that an act makes of the case.
type reader struct {
	on    []int           // the steps whose acts read it; none for a never line
	never int             // the never line, from 1
	uses  map[string]bool // what it reads of the case beside the act's own form
	names map[string]bool // all that it reads
	spans []int
	needs []int // steps that stand whenever it can make a difference
}

// cause is what may change a variable.
type cause struct {
	always bool
	steps  []int
	clock  ClockID // while it goes
}

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

// tables is what a definition reads, computed once for a search.
type tables struct {
	index   map[StepID]int
	order   [][]int // of each step: what the order of steps asks for
	needs   [][]int // of each step: what stands when its act is accepted
	gates   [][]*Gate
	deemed  []bool
	causes  map[string]cause
	writer  map[string]int // fields and papers that every act of one step writes anew
	readers []reader
	by      [][]int // of each never line: the steps whose persons it compares
	counts  [][]int // of each kind of children: the steps whose acts look at it
	cache   map[string]*live
}

func (x *explorer) tabulate() {
	d, t := x.d, &tables{index: map[StepID]int{}, causes: map[string]cause{}, writer: map[string]int{}, cache: map[string]*live{}}
	x.t = t
	n := len(d.src.Steps)
	t.order, t.needs, t.gates, t.deemed = make([][]int, n), make([][]int, n), make([][]*Gate, n), make([]bool, n)
	for i := range d.src.Steps {
		t.index[d.src.Steps[i].ID] = i
	}
	for i := range d.src.Clocks {
		if c := &d.src.Clocks[i]; c.Deemed != nil {
			t.deemed[t.index[c.Deemed.Step]] = true
		}
	}
	for i := range d.src.Steps {
		s := &d.src.Steps[i]
		var named []StepID
		for k := range d.src.Gates {
			g := &d.src.Gates[k]
			if g.On != s.ID {
				continue
			}
			t.gates[i] = append(t.gates[i], g)
			t.needs[i] = append(t.needs[i], x.stepsOf(g.require)...)
			for _, l := range g.Missing {
				named = append(named, l.Step)
			}
		}
		for _, up := range s.After {
			if k, ok := t.index[up]; ok && !slices.Contains(named, up) {
				t.order[i] = append(t.order[i], k)
			}
		}
		t.needs[i] = append(t.needs[i], t.order[i]...)
		if t.deemed[i] { // nobody's gates are asked
			t.needs[i] = nil
		}
	}
	x.writers()
	x.read()
	for name := range x.uses {
		t.causes[name] = x.cause(name)
	}
}

// stepsOf are the steps that a formula needs done to hold.
func (x *explorer) stepsOf(f *formula) []int {
	var out []int
	if f == nil || f.always {
		return nil
	}
	for i := range x.d.src.Steps {
		if slices.Contains(f.needs, "steps."+symbol(x.d.src.Steps[i].ID)+".done") {
			out = append(out, i)
		}
	}
	return out
}

// writers finds the fields and papers of one step only that each of its acts gives anew.
func (x *explorer) writers() {
	t, asked := x.t, map[string]int{}
	for _, f := range x.d.src.Start.Fields {
		asked["fields."+symbol(f.ID)]++
	}
	for i := range x.d.src.Steps {
		s := &x.d.src.Steps[i]
		for _, f := range s.Fields {
			name := "fields." + symbol(f.ID)
			if asked[name]++; f.Required && !f.Kept && !f.Recording && !t.deemed[i] {
				t.writer[name] = i
			}
		}
		for _, p := range s.Papers {
			name := "papers." + symbol(p.ID)
			if asked[name]++; p.Required && !p.Kept && !t.deemed[i] {
				t.writer[name] = i
			}
		}
	}
	for name := range t.writer {
		if asked[name] != 1 || x.whole {
			delete(t.writer, name)
		}
	}
}

// written is the name of a field or paper without what is asked of it.
func written(name string) string {
	parts := strings.SplitN(name, ".", 3)
	if parts[0] == "fields" || parts[0] == "papers" {
		return parts[0] + "." + parts[1]
	}
	return name
}

// read lists every reader.
func (x *explorer) read() {
	d, t := x.d, x.t
	// Of what a step's own form gives anew in every act, its act reads nothing of the case.
	add := func(f *formula, extra []string, on ...StepID) {
		for _, id := range on {
			i, ok := t.index[id]
			if !ok {
				continue
			}
			r := reader{on: []int{i}, uses: map[string]bool{}, names: map[string]bool{}, needs: t.needs[i]}
			names := extra
			if f != nil {
				names, r.spans = append(slices.Clone(extra), sortedKeys(f.uses)...), f.spans
			}
			for _, name := range names {
				r.names[name] = true
				if own, ok := t.writer[written(name)]; !ok || own != i {
					r.uses[name] = true
				}
			}
			t.readers = append(t.readers, r)
		}
	}
	for i := range d.src.Steps {
		s := &d.src.Steps[i]
		add(s.when, nil, s.ID)
		for k := range s.Fields {
			add(s.Fields[k].requiredWhen, nil, s.ID)
		}
		for k := range s.Papers {
			add(s.Papers[k].requiredWhen, nil, s.ID)
		}
		for _, g := range t.gates[i] {
			add(g.require, nil, s.ID)
		}
		for _, o := range s.Outcomes {
			for _, e := range o.Enters {
				for _, name := range placeholders(e.Key) {
					if id, of := strings.CutPrefix(name, "field."); of {
						add(nil, []string{"fields." + symbol(strings.TrimSuffix(id, ".name")) + ".given"}, s.ID)
					}
				}
			}
		}
	}
	for i := range d.src.Clocks {
		c := &d.src.Clocks[i]
		var days []string
		for _, id := range []FieldID{c.CountsFrom, c.Until} {
			if id != "" {
				days = append(days, "fields."+symbol(id))
			}
		}
		for _, tr := range c.Starts {
			add(c.when, days, tr.Step)
			if k, ok := t.index[tr.Step]; ok && c.when != nil { // what it needs, it needs of the case as the act leaves it
				r := &t.readers[len(t.readers)-1]
				r.needs = append(slices.Clone(r.needs), slices.DeleteFunc(x.stepsOf(c.when), func(n int) bool { return n == k })...)
			}
		}
		if c.Unless != "" && !x.reasons[c.Unless] {
			for _, tr := range c.Stops {
				add(nil, []string{"fields." + symbol(c.Unless)}, tr.Step)
			}
		}
		for k := range c.Extends {
			e := &c.Extends[k]
			add(e.when, []string{"papers." + symbol(e.Notice) + ".given"}, e.Step)
		}
	}
	t.by = make([][]int, len(d.src.Never))
	for i := range d.src.Never {
		f := d.src.Never[i].when
		if f == nil {
			continue
		}
		t.readers = append(t.readers, reader{never: i + 1, uses: f.uses, names: f.uses, spans: f.spans, needs: x.stepsOf(f)})
		for k := range d.src.Steps {
			if f.uses["steps."+symbol(d.src.Steps[k].ID)+".by"] {
				t.by[i] = append(t.by[i], k)
			}
		}
	}
	for _, c := range x.kids {
		var on []int
		for i := range d.src.Steps {
			if d.readsChildren(&d.src.Steps[i], c.ID) {
				on = append(on, i)
			}
		}
		t.counts = append(t.counts, on)
	}
}

// cause finds what may change a variable.
func (x *explorer) cause(name string) cause {
	var out cause
	parts := strings.Split(name, ".")
	for i := range x.d.src.Steps {
		s := &x.d.src.Steps[i]
		hits := false
		switch parts[0] {
		case "steps":
			hits = symbol(s.ID) == parts[1]
		case "fields":
			hits = slices.ContainsFunc(s.Fields, func(f Field) bool { return symbol(f.ID) == parts[1] })
		case "papers":
			hits = slices.ContainsFunc(s.Papers, func(p PaperSpec) bool { return symbol(p.ID) == parts[1] })
		case "numbers":
			hits = slices.ContainsFunc(s.Takes, func(n Series) bool { return symbol(n.Name) == parts[1] })
		case "clocks":
			for k := range x.d.src.Clocks {
				if c := &x.d.src.Clocks[k]; symbol(c.ID) == parts[1] {
					out.clock = c.ID
					hits = c.touchedBy(s.ID)
				}
			}
		default:
			out.always = true
		}
		if hits {
			out.steps = append(out.steps, i)
		}
	}
	return out
}

// touchedBy reports that an act of a step may start, turn or end a clock.
func (c *Clock) touchedBy(id StepID) bool {
	for _, ts := range [][]Trigger{c.Starts, c.Stops, c.Cancels, c.Suspends, c.Resumes, c.Restarts} {
		if slices.ContainsFunc(ts, func(t Trigger) bool { return t.Step == id }) {
			return true
		}
	}
	return slices.ContainsFunc(c.Extends, func(e Extension) bool { return e.Step == id })
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
