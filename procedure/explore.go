package procedure

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhunsheng/gov"
	"zhunsheng/law"
)

// Exploration is the outcome of the exhaustive search over what performing can reach.
//
// The abstraction: fields and papers that no formula reads are filled in once; a bool has
// both values, a choice each option, a day is long ago, today,
// tomorrow or as many days ahead as a formula asks for, a number is each
// of a few sizes, any other text and any paper is given or not. Everybody holds every post;
// where a rule keeps persons apart, each who did the last round of such a step may act, or
// somebody new. Between two acts no time passes, or the nearest running
// limit ends. A named case is open or closed for good, of a procedure that its field
// accepts, with all the facts that formulas ask for, none, or all but one. Of the cases that
// name this one, for each kind that a formula counts, there are none, all are open, all have
// ended, or some of each; between two acts a first one may come, open ones may end, and
// further ones may come. Two cases are the same when their steps (status, outcome, person), fields,
// papers, numbers and clocks agree and the days that formulas read stand in the same order.
// Rounds count only where a formula reads them, and from the second on are alike.
type Exploration struct {
	States   int
	Acts     int  // accepted acts and expiries
	Complete bool // false when the search stopped at its bound
	Findings []Finding
}

// Finding is something that performing must not be able to do.
type Finding struct {
	Kind FindingKind
	Rule RuleID
	Text string
	Path []string // the acts that lead there
}

// FindingKind sorts findings.
type FindingKind string

// The finding kinds.
const (
	FoundNever    FindingKind = "never"     // a never line holds
	FoundDeadEnd  FindingKind = "dead_end"  // an open case that can never end
	FoundOpenDuty FindingKind = "open_duty" // closed while a maximum was still running
	FoundUnused   FindingKind = "unused"    // a step or outcome that performing never reaches
)

func (f Finding) String() string {
	return fmt.Sprintf("%s %s %s（%s）", f.Kind, f.Rule, f.Text, strings.Join(f.Path, " → "))
}

// Violations lists the never lines that hold in a case (办理中不得出现的情形).
func (d *Definition) Violations(s *State) []RuleID {
	var out []RuleID
	sc := &scope{d: d, s: s}
	for i := range d.src.Never {
		if d.src.Never[i].when.holds(sc) {
			out = append(out, d.src.Never[i].ID)
		}
	}
	return out
}

// Without is the definition with one rule taken out: the condition of a gate, what an
// extension needs, or the separation of a role. Tests use it to prove that the search would notice.
func (d *Definition) Without(rule RuleID) *Definition {
	c := *d
	c.src.Gates = slices.Clone(d.src.Gates)
	for i := range c.src.Gates {
		if g := &c.src.Gates[i]; g.ID == rule && g.require != nil {
			g.require = &formula{always: true, uses: g.require.uses}
		}
	}
	c.src.Clocks, c.clocks = slices.Clone(d.src.Clocks), maps.Clone(d.clocks)
	for i := range c.src.Clocks {
		k := &c.src.Clocks[i]
		c.clocks[k.ID], k.Extends = k, slices.Clone(k.Extends)
		for n := range k.Extends {
			k.Extends[n].free = k.Extends[n].free || k.Extends[n].Rule == rule
		}
	}
	c.roles = maps.Clone(d.roles)
	for id, r := range c.roles {
		if r.Rule == rule {
			free := *r
			free.NotSameAs = nil
			c.roles[id] = &free
		}
	}
	return &c
}

// Explore searches every state that performing can reach, up to a number of states.
func (d *Definition) Explore(b *law.Book, param func(string, gov.Day) (Param, bool), bound int) Exploration {
	return d.explore(b, param, bound, false)
}

// explore may stop at the first never line that it reaches.
func (d *Definition) explore(b *law.Book, param func(string, gov.Day) (Param, bool), bound int, first bool) Exploration {
	x := d.explorer(b, param, bound, first, false)
	x.run()
	return x.out
}

func (d *Definition) explorer(b *law.Book, param func(string, gov.Day) (Param, bool), bound int, first, whole bool) *explorer {
	x := &explorer{d: d, whole: whole, uses: d.used(), reasons: d.reasons(), nodes: map[string]*node{}, seen: map[string]*node{}, bound: bound,
		reached: map[string]bool{}, told: map[string]bool{}, first: first}
	x.env = Env{Book: b, Param: param,
		UnitName: func(gov.UnitID) (string, string) { return "", "" },
		Parent:   func(gov.UnitID) gov.UnitID { return "parent-unit" },
		Linked:   standIn, Children: x.count,
		dues: map[dueKey]dueAnswer{}}
	x.apart, x.with, x.all = d.keptApart(whole)
	x.kids, x.facts = d.counts(x.uses), d.factsAsked()
	x.asks = d.asked(x.uses)
	for _, id := range sortedKeys(d.fields) {
		if x.reads("fields."+symbol(id)) && !d.passing(id) {
			x.ids = append(x.ids, id)
		}
	}
	x.tabulate()
	x.pairs = x.compared()
	return x
}

// node is one abstract state with one concrete case that stands in it.
type node struct {
	s    *State // nil once it was expanded
	open bool
	now  gov.Instant
	from *node
	act  string
	kids kids
	live *live
	back []*node // the nodes that lead here
	ends bool    // an end can be reached
}

type explorer struct {
	d       *Definition
	env     Env
	uses    map[string]bool
	reasons map[FieldID]bool
	whole   bool // keeps all that any formula reads; tests compare
	all     bool // some condition beside separations reads persons
	t       *tables
	apart   map[StepID]bool     // steps for which it matters who does them
	with    map[StepID][]StepID // whose persons may try a step
	seen    map[string]*node    // by all that any formula reads
	kids    []Child             // that formulas count
	world   kids                // as env.Children now answers
	facts   map[string][]string // that formulas ask of named cases
	pairs   []pair              // of days whose order matters
	asks    map[string]bool     // what may be asked of the past, see asked
	ids     []FieldID           // of the fields that formulas read
	nodes   map[string]*node
	order   []*node
	bound   int
	reached map[string]bool // step/outcome
	told    map[string]bool
	first   bool
	out     Exploration

	alike func(n *node, s *State, now gov.Instant, world kids)    // hears of a case that stands in for another
	probe func(act string, s *State, now gov.Instant, world kids) // hears what follows instead of the search
}

func (x *explorer) run() {
	x.out.Complete = true
	x.world = make(kids, len(x.kids))
	first := x.d.src.From.Start().Add(9 * time.Hour)
	for _, form := range x.forms(x.d.src.Start.Fields, nil, first.Day()) {
		x.env.Now = first
		a := StartAct{Title: "案件", Unit: "own-unit", Occurred: first, Fields: form.fields,
			Actor: x.d.cast(x.d.src.Start.By, "甲", "own-unit", x.env)}
		if e, no := x.d.Start(a, x.env); len(no) == 0 {
			s := NewState("case")
			s.Apply(1, a.Actor, e.withNumbers())
			x.visit(nil, "启动"+form.name, s, first, x.world)
		}
	}
	for i := 0; i < len(x.order); i++ {
		if x.first && len(x.out.Findings) > 0 || len(x.order) > x.bound {
			x.out.Complete = false
			break
		}
		x.expand(x.order[i])
	}
	x.out.States = len(x.order)
	if x.out.Complete {
		x.deadEnds()
		x.unused()
	}
}

func (x *explorer) expand(n *node) {
	if !n.open {
		return
	}
	if x.alike == nil {
		defer func() { n.s = nil }()
	}
	x.world = n.kids
	switch due := nearest(n.s); {
	case due.IsZero():
	case due.End() > n.now:
		x.pass(n, due.End().Add(9*time.Hour))
	default: // a limit that starts when it is over runs out before anything else happens
		x.pass(n, n.now)
		return
	}
	for i, k := range x.kids {
		if n.live != nil && !n.live.world[i] {
			continue
		}
		for _, next := range n.kids.next(i, x.uses, k) {
			x.visit(n, k.ID+next.name(i), n.s, n.now, next)
		}
	}
	x.env.Now, x.world = n.now, n.kids
	for i := range x.d.src.Steps {
		step := &x.d.src.Steps[i]
		if n.live != nil && !n.live.acts[i] {
			continue
		}
		if st, ok := n.s.Steps[step.ID]; ok && st.Status != StepReturned && !step.Again || x.shut(n, step) {
			continue
		}
		for _, who := range x.people(n.s, step) {
			for _, form := range x.forms(step.Fields, step.Papers, n.now.Day()) {
				for j := range step.Outcomes {
					x.try(n, step, &step.Outcomes[j], who, form)
				}
			}
		}
	}
}

// people are who may try a step: for steps for which it matters whoever did the last round of
// one that it is compared with and somebody new, else one person.
func (x *explorer) people(s *State, step *Step) []gov.PersonID {
	if !x.apart[step.ID] {
		return []gov.PersonID{"甲"}
	}
	var out []gov.PersonID
	for _, id := range x.with[step.ID] {
		st, ok := s.Steps[id]
		if !ok || slices.Contains(out, st.By.Person) || !x.all && (st.Status == StepReturned || st.By == gov.System || x.barred(s, step, st.By)) {
			continue
		}
		out = append(out, st.By.Person)
	}
	return append(out, gov.PersonID("第"+strconv.Itoa(len(s.History)+1)+"人"))
}

// barred reports somebody who may play none of the parts of a step.
func (x *explorer) barred(s *State, step *Step, who gov.Actor) bool {
	for _, id := range step.roles() {
		if r := x.d.roles[id]; r != nil {
			if _, bad := x.d.separation(s, r, gov.Actor{Person: who.Person}); !bad {
				return false
			}
		}
	}
	return true
}

// pass lets time pass to an instant.
func (x *explorer) pass(n *node, to gov.Instant) {
	s := n.s.Clone()
	for _, e := range x.d.Expiries(s, to, x.env) {
		s.Apply(s.Version+1, gov.System, e)
	}
	x.out.Acts++
	x.visit(n, "期限届满", s, to, n.kids)
}

func (x *explorer) try(n *node, step *Step, out *Outcome, who gov.PersonID, form form) {
	x.env.Now = n.now
	a := Act{Step: step.ID, Outcome: out.ID, Occurred: n.now, Fields: form.fields, Papers: form.papers,
		Actor: x.d.cast(out.role(step), who, "own-unit", x.env)}
	if r := x.d.roles[out.role(step)]; r != nil && r.Qualification != "" {
		a.Qualifications = []string{r.Qualification}
	}
	e, no := x.d.Judge(n.s, a, x.env)
	if len(no) > 0 {
		return
	}
	x.out.Acts++
	x.reached[string(step.ID)+"/"+out.ID] = true
	label := string(who) + step.Name + "：" + out.Name + form.name
	if e.Close == Closed {
		for _, c := range e.Clocks {
			k := x.d.clocks[c.Clock]
			if was := n.s.Clocks[c.Clock].Status; c.Status == ClockCancelled && k.Kind != AtLeast && (was == ClockRunning || was == ClockSuspended) {
				x.find(FoundOpenDuty, k.Rule, "办结时“"+k.Name+"”尚未了结", append(n.path(), label))
			}
		}
	}
	s := n.s.Clone()
	s.Apply(s.Version+1, a.Actor, e.withNumbers())
	x.visit(n, label, s, n.now, n.kids)
}

func (x *explorer) visit(from *node, act string, s *State, now gov.Instant, world kids) {
	if x.probe != nil {
		x.probe(act, s, now, world)
		return
	}
	n, met := x.standing(s, now, world)
	if met == metNone {
		n.from, n.act = from, act
		x.order = append(x.order, n)
	}
	for i := range x.d.src.Never {
		line := &x.d.src.Never[i]
		if (met == metNone || s.Status != Open || met == metAlike && x.lost(from, n, i)) && line.when.holds(&scope{d: x.d, s: s}) {
			x.find(FoundNever, line.ID, line.Text, append(from.path(), act))
		}
	}
	if from != nil {
		n.back = append(n.back, from)
	}
}

// lost reports a never line that the act could still change and nothing later can: the node
// does not tell any more whether it holds.
func (x *explorer) lost(from, n *node, line int) bool {
	return n.live != nil && !n.live.never[line] && (from == nil || from.live.never[line])
}

// meeting is how a case was met before.
type meeting int

const (
	metNone  meeting = iota
	metAlike         // one that what comes cannot tell apart
	metSame          // one that no formula can tell apart
)

// standing finds the node of a case, or makes it. Nothing happens to a case that has ended.
func (x *explorer) standing(s *State, now gov.Instant, world kids) (*node, meeting) {
	key, all := string(s.Status), ""
	var l *live
	if s.Status == Open {
		all = x.key(s, now) + "|" + string(world) + x.lastSeen(s)
		key = all
		if n := x.seen[all]; n != nil {
			return n, metSame
		}
		if !x.whole {
			x.world = world
			l = x.live(s, now)
			key = x.kept(l, s, now, world)
		}
	}
	n, met := x.nodes[key], metAlike
	if n != nil && n.open && x.alike != nil {
		x.alike(n, s, now, world)
	}
	if n == nil {
		n, met = &node{s: s, open: s.Status == Open, now: now, kids: world, live: l}, metNone
		x.nodes[key] = n
	}
	if all != "" {
		x.seen[all] = n
	}
	return n, met
}

func (n *node) path() []string {
	var out []string
	for ; n != nil; n = n.from {
		out = append(out, n.act)
	}
	slices.Reverse(out)
	return out
}

// find keeps the first, which is among the shortest, finding of each rule.
func (x *explorer) find(kind FindingKind, rule RuleID, text string, path []string) {
	if key := string(kind) + string(rule); !x.told[key] {
		x.told[key] = true
		x.out.Findings = append(x.out.Findings, Finding{kind, rule, text, path})
	}
}

// deadEnds marks backward from the ended cases; an open case that is not marked is stuck.
func (x *explorer) deadEnds() {
	var queue []*node
	for _, n := range x.order {
		if !n.open {
			n.ends = true
			queue = append(queue, n)
		}
	}
	for len(queue) > 0 {
		n := queue[0]
		queue = queue[1:]
		for _, b := range n.back {
			if !b.ends {
				b.ends = true
				queue = append(queue, b)
			}
		}
	}
	for _, n := range x.order {
		if !n.ends {
			x.find(FoundDeadEnd, "", "案件不能办结，也不能终止", n.path())
		}
	}
}

func (x *explorer) unused() {
	for _, s := range x.d.src.Steps {
		for _, o := range s.Outcomes {
			if !x.reached[string(s.ID)+"/"+o.ID] {
				x.find(FoundUnused, RuleID(string(s.Rule)+"/"+o.ID), "“"+s.Name+"”的结果“"+o.Name+"”不能到达", nil)
			}
		}
	}
}

// nearest is the nearest last day of a running clock.
func nearest(s *State) gov.Day {
	var due gov.Day
	for _, c := range s.Clocks {
		if c.Status == ClockRunning && (due.IsZero() || c.Due.Before(due)) {
			due = c.Due
		}
	}
	return due
}
