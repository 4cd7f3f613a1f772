package chance

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"zhunsheng/gov"
	"zhunsheng/procedure"
)

// sequences is how many random courses are tried in all; -sequences=1000000 is the long run.
var sequences = flag.Int("sequences", 100_000, "random courses through the HTTP interface")

// hands is how many clients act at once; chunk is how many courses one program sees.
const (
	hands = 16
	chunk = 10_000
)

// seat is where a role sits for a case of the own unit.
func (w *world) seat(def *procedure.Definition, role procedure.Role, person gov.PersonID) (gov.Actor, bool) {
	if len(role.Posts) == 0 || role.Unit == "public" {
		return gov.Actor{}, false
	}
	a := def.SeatOf(role, own, procedure.Env{Now: w.clock.Now(), Param: w.param})
	if a.Person = person; !w.units[a.Unit] {
		a.Unit = root // above, or anywhere
	}
	return a, true
}

func (w *world) param(name string, on gov.Day) (procedure.Param, bool) {
	for _, p := range w.Parameters {
		if p.Name == name {
			return procedure.Param{Value: p.Value, Source: p.Source}, true
		}
	}
	return procedure.Param{}, false
}

// run does the deeds of all walks in the order of days: one day after another, those of a
// walk one after another, different walks at once.
func (w *world) run(walks []*walk) {
	days := map[gov.Day]map[*walk][]int{}
	for _, k := range walks {
		for i, d := range k.deeds {
			if days[d.day] == nil {
				days[d.day] = map[*walk][]int{}
			}
			days[d.day][k] = append(days[d.day][k], i)
		}
	}
	order := make([]gov.Day, 0, len(days))
	for d := range days {
		order = append(order, d)
	}
	slices.SortFunc(order, gov.Day.Compare)
	for _, day := range order {
		w.clock.On(day.String())
		work := make(chan func())
		var wait sync.WaitGroup
		for range hands {
			wait.Go(func() {
				for f := range work {
					f()
				}
			})
		}
		for k, list := range days[day] {
			work <- func() {
				for _, i := range list {
					w.do(k, i)
				}
			}
		}
		close(work)
		wait.Wait()
	}
}

// open lists the definitions that somebody inside may start.
func (w *world) open() (out []*procedure.Definition) {
	for _, d := range w.Definitions.All() {
		for _, r := range d.Roles() {
			if r.ID == d.Opening().By && r.Unit != "public" {
				out = append(out, d)
			}
		}
	}
	return out
}

func TestRandomActs_F030_ReachNoNeverLine(t *testing.T) {
	n := *sequences
	if testing.Short() {
		n = 2000
	}
	tally, cases := map[int]int{}, 0
	for first := 0; first < n; first += chunk {
		t.Run(fmt.Sprintf("from %d", first), func(t *testing.T) {
			w := newWorld(t, first == 0) // once with sealing and projections beside
			r := rand.New(rand.NewPCG(uint64(first), 7))
			defs := w.open()
			var walks []*walk
			for i := first; i < min(first+chunk, n); i++ {
				def := defs[r.IntN(len(defs))]
				list := def.Scenarios()
				walks = append(walks, plan(r, i, def, list[r.IntN(len(list))], r.IntN(6)))
			}
			w.run(walks)
			for _, k := range walks {
				for s, c := range k.tally {
					tally[s] += c
				}
				if k.fault != "" {
					t.Fatalf("%s: %s", k.def, k.fault)
				}
				if k.id == "" {
					continue
				}
				cases++
				rule, path, err := w.violated(k.def, k.id)
				if err != nil {
					t.Fatal(err)
				}
				if rule != "" {
					t.Errorf("%s reached %s: %q", k.def, rule, path)
				}
			}
		})
	}
	t.Logf("%d courses, %d cases opened, answers by status %v", n, cases, tally)
	if cases < n/2 || tally[201] < 2*n {
		t.Errorf("the courses did not get far: %d cases of %d, answers %v", cases, n, tally)
	}
}
