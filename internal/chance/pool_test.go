package chance

import (
	"context"
	"slices"
	"sync"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/ledger"
	"zhunsheng/ledger/ledgersql"
	"zhunsheng/procedure"
	"zhunsheng/sqldb"
)

// pool is the cases that others may name, made by playing their own scenarios undisturbed.
type pool struct {
	mu    sync.Mutex
	ready map[string][]pooled
	n     int
}

type pooled struct {
	id     gov.CaseID
	closed bool
	facts  []string
}

// fill plays the scenarios of every procedure that a case field of another may name, those
// that name none themselves first.
func (w *world) fill() {
	wanted := map[string]bool{}
	for _, d := range w.Definitions.Released() {
		for _, sc := range d.Scenarios() {
			for _, c := range sc.Cases {
				wanted[c.Procedure] = true
			}
		}
	}
	for range 3 { // what names a case that names a case
		for id := range wanted {
			def, err := w.Docket.Definitions.Current(id)
			if err != nil {
				continue // kept by another program
			}
			var walks []*walk
			for _, sc := range def.Scenarios() {
				w.pool.n++
				walks = append(walks, plan(nil, -w.pool.n, def, sc, 0))
			}
			w.run(walks)
			for _, k := range walks {
				if k.id == "" {
					continue
				}
				if s := w.state(k.id); s != nil {
					w.pool.ready[id] = append(w.pool.ready[id], pooled{k.id, s.Status == procedure.Closed, def.TrueFacts(s)})
				}
			}
		}
	}
}

// standing finds a case that stands so, or one of the procedure, or none.
func (w *world) standing(id string, closed bool, facts []string) gov.CaseID {
	w.pool.mu.Lock()
	defer w.pool.mu.Unlock()
	list := w.pool.ready[id]
	w.pool.n++
	for i := range list {
		c := list[(i+w.pool.n)%len(list)]
		if c.closed == closed && !slices.ContainsFunc(facts, func(f string) bool { return !slices.Contains(c.facts, f) }) {
			return c.id
		}
	}
	if len(list) > 0 {
		return list[w.pool.n%len(list)].id
	}
	return ""
}

// each folds the events of a case and shows the state after each.
func (w *world) each(id gov.CaseID, see func(*procedure.State, ledger.Envelope, docket.Payload) bool) error {
	return w.DB.Read(context.Background(), func(tx *sqldb.Tx) error {
		events, err := ledgersql.Stream(tx, docket.StreamOf(id))
		if err != nil {
			return err
		}
		s := procedure.NewState(id)
		for _, ev := range events {
			env, err := ledger.DecodeEnvelope(ev.Body)
			if err != nil {
				return err
			}
			p, err := docket.Decode(env)
			if err != nil {
				return err
			}
			if s.Apply(env.Version, env.Actor, p.Effects); !see(s, env, p) {
				return nil
			}
		}
		return nil
	})
}

func (w *world) state(id gov.CaseID) (out *procedure.State) {
	if err := w.each(id, func(s *procedure.State, _ ledger.Envelope, _ docket.Payload) bool { out = s; return true }); err != nil {
		w.t.Fatal(err)
	}
	return out
}

// violated gives the first never line that holds after one of a case's events, with what had
// been done until then.
func (w *world) violated(def *procedure.Definition, id gov.CaseID) (rule procedure.RuleID, path []string, err error) {
	err = w.each(id, func(s *procedure.State, env ledger.Envelope, p docket.Payload) bool {
		outcome := ""
		if p.Effects.State != nil {
			outcome = ":" + p.Effects.State.Outcome
		}
		path = append(path, env.Occurred.Day().String()+" "+def.StepName(p.Effects.Step)+outcome+" "+string(env.Actor.Person))
		if no := def.Violations(s); len(no) > 0 {
			rule = no[0]
		}
		return rule == ""
	})
	return rule, path, err
}
