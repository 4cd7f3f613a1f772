package chance

import (
	"hash/fnv"
	"math/rand/v2"
	"testing"

	"zhunsheng/docket"
	"zhunsheng/procedure"
)

// The test of the test: with any one gate or separation of persons taken out, random acts
// do reach a combination that must never be.
func TestRandomActs_F030_FindEveryGateThatIsTakenOut(t *testing.T) {
	w := newWorld(t, false, 1) // one act after another, so that the same happens every time
	whole := w.Docket.Definitions
	defer func() { w.Docket.Definitions = whole }()
	rules, walked := 0, 0
	for _, def := range w.open() {
		for _, rule := range refusing(def) {
			var others []*procedure.Definition
			for _, d := range whole.Released() {
				if d != def {
					others = append(others, d)
				}
			}
			w.Docket.Definitions = docket.NewDefinitions(append(others, def.Without(rule))...)
			tried, found, said := w.hunt(def, rule)
			t.Logf("%s without %s: %d courses", def, rule, tried)
			rules, walked = rules+1, walked+tried
			if !found {
				t.Errorf("%s without %s: %d courses reached no never line; of the first some were refused %q", def, rule, tried, said[:min(len(said), 8)])
			}
		}
	}
	t.Logf("%d rules, %d courses", rules, walked)
}

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

// rounds is how often chance disturbs the courses near a rule, brood how many it tries each
// time.
const (
	rounds = 96
	brood  = 32
)

// hunt tries the courses near the rule: as they are, then disturbed after they come near, and
// some of the others.
func (w *world) hunt(def *procedure.Definition, rule procedure.RuleID) (tried int, found bool, said []string) {
	h := fnv.New64a()
	h.Write([]byte(def.ID() + " " + string(rule)))
	r := rand.New(rand.NewPCG(h.Sum64(), 11))
	bases := w.near(def, rule)
	r.Shuffle(len(bases), func(i, j int) { bases[i], bases[j] = bases[j], bases[i] })
	all := def.Scenarios()
	for round := range rounds {
		var walks []*walk
		for i := range brood {
			w.played++
			var k *walk
			switch at := round*brood + i; {
			case at < min(len(bases), 4*brood):
				k = w.course(w.played, def, bases[at])
			case len(bases) > 0 && i%4 > 0:
				k = w.course(w.played, def, bases[r.IntN(len(bases))])
				k.disturb(r, 1+r.IntN(3))
			default:
				k = w.plan(r, w.played, def, all[r.IntN(len(all))], 1+r.IntN(5))
			}
			walks = append(walks, k)
		}
		if err := w.copy(walks); err != nil {
			w.t.Fatal(err)
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
			bad, _, err := w.violated(k)
			if err != nil {
				w.t.Fatal(err)
			}
			if bad != "" {
				return tried, true, nil
			}
		}
	}
	return tried, false, said
}
