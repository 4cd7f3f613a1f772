package procedure

import (
	"slices"
	"strings"
)

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
