package chance

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"sync"
	"testing"
	"time"

	"zhunsheng/gov"
	"zhunsheng/procedure"
)

// sequences is how many random courses are tried in all; -sequences=1000000 is the long run.
var sequences = flag.Int("sequences", 100_000, "random courses through the HTTP interface")

// served is how many courses go through a listener, with sealing and projections beside;
// share is how many of the others one program sees, and chunk how many of them at a time, as
// many as it keeps cases in mind.
const (
	served = 1_000
	share  = 25_000
	chunk  = 4_000
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
// walk one after another, different walks at once when there are several hands.
func (w *world) run(walks []*walk) {
	days := map[gov.Day][]func(){}
	for _, k := range walks {
		for i, d := range k.deeds {
			if list := days[d.day]; i > 0 && k.deeds[i-1].day == d.day {
				before := list[len(list)-1]
				list[len(list)-1] = func() { before(); w.do(k, i) }
			} else {
				days[d.day] = append(list, func() { w.do(k, i) })
			}
		}
	}
	order := slices.SortedFunc(maps.Keys(days), gov.Day.Compare)
	for _, day := range order {
		w.clock.On(day.String())
		if w.hands == 1 {
			for _, f := range days[day] {
				f()
			}
			continue
		}
		work := make(chan func())
		var wait sync.WaitGroup
		for range min(w.hands, len(days[day])) {
			wait.Go(func() {
				for f := range work {
					f()
				}
			})
		}
		for _, f := range days[day] {
			work <- f
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

// total is what came of many courses.
type total struct {
	mu      sync.Mutex
	cases   int
	answers map[int]int
}

func TestRandomActs_F030_ReachNoNeverLine(t *testing.T) {
	n, start := *sequences, time.Now()
	if testing.Short() {
		n = 2000
	}
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // a few hundred megabytes for a sixth of the time
	sum := &total{answers: map[int]int{}}
	first := min(served, n)
	t.Run("served", func(t *testing.T) { newWorld(t, true, 16).try(0, first, sum) })
	t.Run("in process", func(t *testing.T) {
		for from := first; from < n; from += share {
			to := min(from+share, n)
			t.Run(fmt.Sprintf("from %d", from), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, false, 16)
				for at := from; at < to; at += chunk {
					w.try(at, min(at+chunk, to), sum)
				}
			})
		}
	})
	t.Logf("%d courses, %d cases, answers by status %v, %v", n, sum.cases, sum.answers, time.Since(start).Round(time.Second))
	if sum.cases < n*9/10 || sum.answers[201] < n*3/2 {
		t.Errorf("the courses did not get far: %d cases of %d, answers %v", sum.cases, n, sum.answers)
	}
}

// try plays the courses of these numbers. What a course is follows from its number alone.
func (w *world) try(from, to int, sum *total) {
	w.t.Helper()
	defs := w.open()
	var walks []*walk
	for n := from; n < to; n++ {
		r := rand.New(rand.NewPCG(uint64(n), 7))
		def := defs[r.IntN(len(defs))]
		list := def.Scenarios()
		walks = append(walks, w.plan(r, n, def, list[r.IntN(len(list))], 1+r.IntN(5)))
	}
	if err := w.copy(walks); err != nil {
		w.t.Fatal(err)
	}
	w.run(walks)
	sum.mu.Lock()
	defer sum.mu.Unlock()
	for _, k := range walks {
		for s, c := range k.tally {
			sum.answers[s] += c
		}
		if k.fault != "" {
			w.t.Fatalf("%s: %s", k.def, k.fault)
		}
		if k.id == "" {
			continue
		}
		sum.cases++
		rule, path, err := w.violated(k)
		if err != nil {
			w.t.Fatal(err)
		}
		if rule != "" {
			w.t.Errorf("%s reached %s: %q", k.def, rule, path)
		}
	}
}
