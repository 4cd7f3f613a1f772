package chance

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/ledger"
	"zhunsheng/ledger/ledgersql"
	"zhunsheng/procedure"
	"zhunsheng/sqldb"
)

// stem is a scenario as a world has played it once, undisturbed and through the HTTP
// interface. Courses that differ from it only later go on from a copy of where it stood: the
// same events, of the case and of those that it opened, under the names of new cases, laid
// down as a rebuild lays them down.
type stem struct {
	walk   *walk
	events []ledger.Envelope  // of the case and of those that it opened, by age
	states []*procedure.State // of the case after each event of its own; shared, never changed
	// upto is, for each number of deeds, the number of events that they left; own is how many
	// of those are the case's own.
	upto, own []int
}

// copyable is how many deeds of the stem may be copied: up to one that wrote outside the cases.
func (s *stem) copyable() int { return len(s.upto) - 1 }

// grow plays every scenario of the definitions once and keeps what came of it.
func (w *world) grow(defs []*procedure.Definition) error {
	var walks []*walk
	for _, def := range defs {
		for _, sc := range def.Scenarios() {
			w.played++
			walks = append(walks, w.course(-w.played, def, base{sc: sc, deeds: w.script(def, sc)}))
		}
	}
	w.run(walks)
	for _, k := range walks {
		if k.fault != "" {
			return fmt.Errorf("%s, %s: %s", k.def, k.sc.Title, k.fault)
		}
		if k.id == "" {
			continue
		}
		s := &stem{walk: k, upto: []int{0}, own: []int{0}}
		outside := "" // the first event that wrote outside the cases
		var opened []gov.CaseID
		keep := func(state *procedure.State, env ledger.Envelope, p docket.Payload) bool {
			if len(p.Effects.Enters)+len(env.Private) > 0 || p.Effects.Transition != nil {
				if outside == "" || env.ID < outside {
					outside = env.ID
				}
			}
			if s.events = append(s.events, env); state.Case == k.id {
				s.states = append(s.states, state.Clone())
			}
			opened = append(opened, p.Opened...)
			return true
		}
		if err := w.each(k, keep); err != nil {
			return err
		}
		for i := 0; i < len(opened); i++ {
			if err := w.each(&walk{id: opened[i]}, keep); err != nil {
				return err
			}
		}
		slices.SortFunc(s.events, func(a, b ledger.Envelope) int { return strings.Compare(a.ID, b.ID) })
		for _, v := range k.stood {
			next := slices.IndexFunc(s.events, func(e ledger.Envelope) bool { return e.Stream == docket.StreamOf(k.id) && e.Version == v+1 })
			if next < 0 {
				next = len(s.events)
			}
			if v == 0 || outside != "" && s.events[next-1].ID >= outside {
				break
			}
			s.upto, s.own = append(s.upto, next), append(s.own, int(v))
		}
		w.stems[k.sc] = s
	}
	return nil
}

// copy lays down, for each walk that goes on from a stem, the events that are taken over.
func (w *world) copy(walks []*walk) error {
	ids := gov.NewIDs(func(b []byte) { _, _ = rand.Read(b) })
	for part := range slices.Chunk(walks, 250) {
		err := w.DB.Write(context.Background(), func(tx *sqldb.Tx) error {
			for _, k := range part {
				if k.from > 0 {
					if err := w.lay(tx, k, ids); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// lay gives a walk its copy.
func (w *world) lay(tx *sqldb.Tx, k *walk, ids *gov.IDs) error {
	events := k.stem.events[:k.stem.upto[k.from]]
	var pairs []string // names of cases, old and new
	for _, env := range events {
		if env.Version == 1 {
			pairs = append(pairs, string(docket.CaseOf(env.Stream)), ids.New(w.clock.Now()))
		}
	}
	named := strings.NewReplacer(pairs...)
	k.id = gov.CaseID(named.Replace(string(k.stem.walk.id)))
	for _, env := range events {
		env.ID, env.Stream, env.Key = ids.New(env.Recorded), named.Replace(env.Stream), ""
		env.Payload = []byte(named.Replace(string(env.Payload)))
		body, err := env.EncodeMarshalled(env.Payload)
		if err != nil {
			return err
		}
		salt := make([]byte, ledger.SaltSize)
		_, _ = rand.Read(salt)
		err = ledgersql.Append(tx, ledgersql.Event{ID: env.ID, Stream: env.Stream, Version: env.Version,
			Recorded: env.Recorded, Salt: salt, Body: body})
		if err != nil {
			return err
		}
		if err := docket.Apply(tx, env); err != nil {
			return err
		}
	}
	return nil
}

// each folds the events of a walk's case that are its own and shows the state after each.
func (w *world) each(k *walk, see func(*procedure.State, ledger.Envelope, docket.Payload) bool) error {
	return w.DB.Read(context.Background(), func(tx *sqldb.Tx) error {
		events, err := ledgersql.Stream(tx, docket.StreamOf(k.id))
		if err != nil {
			return err
		}
		s := procedure.NewState(k.id)
		if k.from > 0 {
			n := k.stem.own[k.from]
			s, events = k.stem.states[n-1].Clone(), events[n:]
		}
		for _, ev := range events {
			env, err := ledger.ReadEnvelope(ev.Body)
			if err != nil {
				return err
			}
			var p docket.Payload
			if err := json.Unmarshal(env.Payload, &p); err != nil {
				return err
			}
			if s.Apply(env.Version, env.Actor, p.Effects); !see(s, env, p) {
				return nil
			}
		}
		return nil
	})
}
