package crashtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/internal/app"
	"zhunsheng/ledger"
	"zhunsheng/sqldb"
)

var ctx = context.Background()

// events is what lies in the database, by the key of the request that caused it.
type events struct {
	byKey   map[string][]found
	byID    map[gov.EventID]found
	numbers map[string]map[int64]int
	files   map[string]bool
}

type found struct {
	id      gov.EventID
	caseID  gov.CaseID
	version int64
}

const selectEvents sqldb.SQL = `SELECT id, stream, version, body FROM event`

const selectFiles sqldb.SQL = `SELECT digest FROM evidence_file`

// read looks into the database of an installation, whether the program serves or not.
func read(t *testing.T, c app.Config) events {
	t.Helper()
	url := c.Database
	if url == "" {
		url = "sqlite:" + filepath.Join(c.Data, "zhunsheng.db")
	}
	db, err := sqldb.Open(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var out events
	err = db.Read(ctx, func(tx *sqldb.Tx) error {
		out = events{map[string][]found{}, map[gov.EventID]found{}, map[string]map[int64]int{}, map[string]bool{}}
		rows, err := tx.Query(selectEvents)
		if err != nil {
			return err
		}
		for rows.Next() {
			var id, stream string
			var version int64
			var body []byte
			if err := rows.Scan(&id, &stream, &version, &body); err != nil {
				return err
			}
			if err := out.add(gov.EventID(id), stream, version, body); err != nil {
				return err
			}
		}
		if err := rows.Err(); err != nil {
			return err
		}
		rows, err = tx.Query(selectFiles)
		if err != nil {
			return err
		}
		for rows.Next() {
			var digest string
			if err := rows.Scan(&digest); err != nil {
				return err
			}
			out.files[digest] = true
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (e *events) add(id gov.EventID, stream string, version int64, body []byte) error {
	env, err := ledger.DecodeEnvelope(body)
	if err != nil {
		return err
	}
	f := found{id, docket.CaseOf(stream), version}
	e.byID[id] = f
	if f.caseID == "" {
		return nil
	}
	if env.Key != "" {
		key := string(env.Actor.Person) + " " + env.Key
		e.byKey[key] = append(e.byKey[key], f)
	}
	var p docket.Payload
	if err := json.Unmarshal(env.Payload, &p); err != nil {
		return err
	}
	for _, n := range p.Effects.Numbers {
		if e.numbers[n.Series] == nil {
			e.numbers[n.Series] = map[int64]int{}
		}
		e.numbers[n.Series][n.N]++
	}
	return nil
}

// checkAcknowledged holds the clients' lists against the database.
func checkAcknowledged(t *testing.T, w *world, c app.Config) {
	t.Helper()
	acts, files := w.acknowledged() // before the database is read
	there := read(t, c)
	for _, a := range acts {
		switch list := there.byKey[a.person+" "+a.key]; {
		case len(list) == 0:
			t.Errorf("%s was acknowledged as %+v and is lost", a.key, a.done)
		case len(list) > 1:
			t.Errorf("%s acted %d times: %+v", a.key, len(list), list)
		case list[0] != found{a.done.Event, a.done.Case, a.done.Version}:
			t.Errorf("%s was acknowledged as %+v and is there as %+v", a.key, a.done, list[0])
		}
		for _, n := range a.done.Numbers {
			if there.numbers[n.Series][n.N] != 1 {
				t.Errorf("%s took number %d of %s, which is there %d times", a.key, n.N, n.Series, there.numbers[n.Series][n.N])
			}
		}
	}
	for key, list := range there.byKey {
		if len(list) > 1 {
			t.Errorf("%s acted %d times: %+v", key, len(list), list)
		}
	}
	for series, taken := range there.numbers {
		for n := range int64(len(taken)) {
			if taken[n+1] != 1 {
				t.Errorf("of %s number %d was given %d times, and %d numbers were", series, n+1, taken[n+1], len(taken))
			}
		}
	}
	for _, digest := range files {
		if !there.files[digest] {
			t.Errorf("file %s was acknowledged and is lost", digest)
		}
	}
}

// checkAtRest verifies an installation while no process serves it, as the crash left it.
// Only that reading projections have not caught up is told, and allowed.
func checkAtRest(t *testing.T, c app.Config) {
	t.Helper()
	c.Clock = app.WallClock
	a, err := app.Open(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	r, err := a.Verify(ctx, app.VerifyOptions{})
	diffs, rerr := a.Rebuild(ctx)
	if err = errors.Join(err, rerr, a.Close()); err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Findings {
		if !strings.HasPrefix(f.Place, "projection[") || !strings.Contains(f.Text, "启动后自会补上") {
			t.Errorf("verify: [%s] %s", f.Place, f.Text)
		}
	}
	for _, d := range diffs {
		t.Errorf("rebuild: %s", d.Text)
	}
}

// finish lets the clients resolve what is open, sends every acknowledged act once more,
// stops the program and verifies what is there.
func finish(t *testing.T, w *world, c app.Config, s *server, wait func(), kills int) {
	t.Helper()
	w.ending.Store(true)
	wait()
	acts, files := w.acknowledged()
	again := append([]*act(nil), acts...)
	rand.Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
	again = again[:min(len(again), 2000)]
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			for n := i; n < len(again); n += 16 {
				w.again(again[n])
			}
		})
	}
	all.Wait()
	s.stop(t)
	checkAcknowledged(t, w, c)
	command(t, c, "verify")
	command(t, c, "rebuild", "--check")
	t.Logf("%d kills under %d clients: %d acts and %d files acknowledged, %d sent again at the end; %s",
		kills, clients, len(acts), len(files), len(again), fmt.Sprint(w.tally))
	if len(acts) < kills*10 {
		t.Errorf("only %d acts over %d kills: the clients hardly worked", len(acts), kills)
	}
}
