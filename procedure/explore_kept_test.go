package procedure

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"zhunsheng/gov"
	"zhunsheng/law"
)

// anyParam gives every limit a value, and every unit a key.
func anyParam(name string, on gov.Day) (Param, bool) {
	if p, ok := testParams(name, on); ok {
		return p, true
	}
	return Param{Value: "15日", Source: "测试"}, true
}

// smallDefinitions are definitions whose whole search takes little time.
func smallDefinitions(t *testing.T) []*Definition {
	t.Helper()
	var out []*Definition
	for _, file := range []string{
		"testdata/invented.yaml", "testdata/features.yaml", "testdata/turns.yaml", "testdata/signed.yaml", "testdata/opened.yaml", "testdata/comment.yaml",
		"../area/decisions/decision-catalogue.yaml", "../area/decisions/decision-execution.yaml",
		"../area/decisions/decision-look-back.yaml", "../area/decisions/public-comment.yaml", "../area/decisions/public-consultation.yaml",
		"../area/leadership/parameter-change.yaml", "../area/rules/document-objection.yaml", "../area/rules/document-upkeep.yaml",
	} {
		out = append(out, loadFile(t, file))
	}
	return out
}

// found is what a search says: each finding without the way to it.
func found(x Exploration) []string {
	var out []string
	for _, f := range x.Findings {
		out = append(out, string(f.Kind)+" "+string(f.Rule))
	}
	slices.Sort(out)
	return out
}

// What the search forgets changes no verdict: with and without every gate, separation and
// extension it finds what a search finds that keeps all that any formula reads.
func TestExplore_ForgettingChangesNoVerdict(t *testing.T) {
	for _, d := range smallDefinitions(t) {
		began := time.Now()
		compare := func(d *Definition, without RuleID) {
			few, all := d.explorer(law.Default(), anyParam, 300_000, false, false), d.explorer(law.Default(), anyParam, 300_000, false, true)
			few.run()
			all.run()
			if got, want := found(few.out), found(all.out); !slices.Equal(got, want) || !few.out.Complete || !all.out.Complete {
				t.Errorf("%s without %q: %d states find %q, %d find %q", d, without, few.out.States, got, all.out.States, want)
			}
			if without == "" {
				t.Logf("%s: %d states of %d", d, few.out.States, all.out.States)
			}
		}
		compare(d, "")
		for _, rule := range d.Removable() {
			compare(d.Without(rule), rule)
		}
		t.Log(time.Since(began))
	}
}

// Two cases that the search takes for the same can do the same next, and come to cases that
// it takes for the same: by induction nothing that it forgets is ever missed. This holds in every
// definition, also in those whose whole search is too long to compare.
func TestExplore_CasesTakenForTheSameGoOnTheSame(t *testing.T) {
	for _, file := range definitionFiles(t) {
		d := loadFile(t, file)
		x := d.explorer(law.Default(), anyParam, 300_000, false, false)
		pairs, each := 0, map[*node]int{}
		x.alike = func(n *node, s *State, now gov.Instant, world kids) {
			if each[n]++; each[n] > 6 || t.Failed() {
				return
			}
			pairs++
			one, other := x.follows(n, n.s, n.now, n.kids), x.follows(n, s, now, world)
			for act := range one {
				if !other[act] {
					t.Errorf("%s: after %q the kept case can %s, the other cannot", d, n.path(), act)
				}
			}
			for act := range other {
				if !one[act] {
					t.Errorf("%s: after %q the kept case cannot %s, the other can", d, n.path(), act)
				}
			}
		}
		x.run()
		if !x.out.Complete {
			t.Errorf("%s: the search did not end", d)
		}
		t.Logf("%s: %d pairs in %d states", d, pairs, x.out.States)
	}
}

// dayOrder is where a day stands among others: of two cases that differ in it alone either search,
// whole or not, keeps the first.
var dayOrder = regexp.MustCompile(`\d{4}-\d\d-\d\d|[<=>]|(\.\d+)+`)

// follows lists what may happen next, and what is kept of where it leads: who acts is left
// out, for a case knows persons only by what they did.
func (x *explorer) follows(n *node, s *State, now gov.Instant, world kids) map[string]bool {
	out := map[string]bool{}
	was, env, told, acts := x.world, x.env, len(x.out.Findings), x.out.Acts
	x.probe = func(act string, s *State, now gov.Instant, world kids) {
		key := string(s.Status)
		if s.Status == Open {
			x.world = world
			key = x.kept(x.live(s, now), s, now, world)
		}
		for i := range x.d.src.Never {
			if line := &x.d.src.Never[i]; n.live.never[i] {
				key += fmt.Sprint(" ", line.ID, line.when.holds(&scope{d: x.d, s: s}))
			}
		}
		if i := strings.Index(act, "人"); i >= 0 && strings.HasPrefix(act, "第") {
			act = act[i+len("人"):]
		}
		out[dayOrder.ReplaceAllString(strings.TrimPrefix(act, "甲")+" → "+key, "")] = true
	}
	x.expand(&node{s: s, open: true, now: now, from: n.from, kids: world, live: n.live})
	x.probe, x.world = nil, was
	x.env, x.out.Acts, x.out.Findings = env, acts, x.out.Findings[:told]
	return out
}
