package chance

import (
	"math/rand/v2"
	"slices"
	"testing"

	"zhunsheng/docket"
	"zhunsheng/procedure"
)

// The test of the test: with any one gate or separation of persons taken out, random acts
// do reach a combination that must never be.
func TestRandomActs_F030_FindEveryGateThatIsTakenOut(t *testing.T) {
	w := newWorld(t, false)
	whole := w.Docket.Definitions
	defer func() { w.Docket.Definitions = whole }()
	r := rand.New(rand.NewPCG(11, 7))
	n, walked := 0, 0
	for _, def := range w.open() {
		for _, rule := range refusing(def) {
			var others []*procedure.Definition
			for _, d := range whole.Released() {
				if d != def {
					others = append(others, d)
				}
			}
			w.Docket.Definitions = docket.NewDefinitions(append(others, def.Without(rule))...)
			tried, found := w.hunt(r, def, rule, &n)
			walked += tried
			if !found && exhaustiveOnly[rule] {
				t.Logf("%s without %s: left to the exhaustive search", def, rule)
			} else if !found {
				t.Errorf("%s without %s: %d courses reached no never line", def, rule, tried)
			}
		}
	}
	t.Logf("%d courses", walked)
}

// exhaustiveOnly are rules whose absence shows only after a long way in one order, which
// chance has not gone yet; the exhaustive search of each definition finds them.
var exhaustiveOnly = map[procedure.RuleID]bool{"NDG-G06": true, "NDG-G10": true, "NDG-G14": true, "NDG-R02": true, "MH-G06": true,
	"NDT-R04": true}

// refusing lists the rules whose absence must show.
func refusing(def *procedure.Definition) (out []procedure.RuleID) {
	for _, g := range def.Gates() {
		out = append(out, g.ID)
	}
	for _, r := range def.Roles() {
		if len(r.NotSameAs) > 0 {
			out = append(out, r.Rule)
		}
	}
	return out
}

// hunt tries courses near those in which the rule refuses.
func (w *world) hunt(r *rand.Rand, def *procedure.Definition, rule procedure.RuleID, n *int) (tried int, found bool) {
	var near []*procedure.Scenario
	for _, sc := range def.Scenarios() {
		if slices.ContainsFunc(sc.Lines, func(l procedure.ScenarioLine) bool {
			return slices.ContainsFunc(l.Expect, func(e procedure.Expectation) bool { return slices.Contains(e.Refused, string(rule)) })
		}) {
			near = append(near, sc)
		}
	}
	var said []string
	var steps []procedure.StepID // what the gate asks for
	for _, g := range def.Gates() {
		for _, m := range g.Missing {
			if g.ID == rule && m.Step != "" {
				steps = append(steps, m.Step)
			}
		}
	}
	for round := range 20 {
		var walks []*walk
		for range 1 + 8*round {
			*n++
			from := near
			if len(near) == 0 || round > 2 && r.IntN(2) == 0 {
				from = def.Scenarios()
			}
			k := plan(r, *n, def, from[r.IntN(len(from))], round/2)
			switch round % 4 {
			case 1:
				k.thin(r)
			case 2:
				k.skip(steps)
			case 3:
				k.heard(1 + r.IntN(len(k.deeds)+1))
			}
			walks = append(walks, k)
		}
		w.run(walks)
		tried += len(walks)
		for _, k := range walks {
			if k.fault != "" {
				w.t.Fatalf("%s without %s: %s", def, rule, k.fault)
			}
			if k.id == "" {
				continue
			}
			if round == 0 {
				said = append(said, k.said...)
			}
			bad, _, err := w.violated(def, k.id)
			if err != nil {
				w.t.Fatal(err)
			}
			if bad != "" {
				return tried, true
			}
		}
	}
	w.t.Logf("%s without %s: the first courses were refused %q", def, rule, said)
	return tried, false
}
