package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"zhunsheng/area"
	"zhunsheng/area/decisions"
	"zhunsheng/area/leadership"
	"zhunsheng/area/rules"
	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/internal/app"
	"zhunsheng/procedure"
	"zhunsheng/register"
	"zhunsheng/sqldb"
)

// departments is how many departments the county of the benchmark has; each has one person
// for each post, so that with the clients' cases it is about a small county's staff.
const departments = 16

// engine is the program with its background work running, on a county of its own.
type engine struct {
	*app.App
	paper procedure.Paper
	stop  context.CancelFunc
	ran   chan error
}

// openEngine starts the program as a process that serves does, on an empty folder.
func openEngine(ctx context.Context, dir string) (*engine, error) {
	app.RoomyHeap()
	a, err := app.Open(ctx, app.Config{Data: filepath.Join(dir, "data"), Keys: filepath.Join(dir, "keys"), Origin: "bench.example/county",
		County: "清源县", Areas: []area.Area{rules.Area(), decisions.Area(), leadership.Area()}, Hash: identity.HashParams{MemoryKiB: 64, Passes: 1, Lanes: 1}})
	if err != nil {
		return nil, err
	}
	e := &engine{App: a, ran: make(chan error, 1)}
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	e.stop = stop
	go func() { e.ran <- a.Run(work) }()
	if err := e.settle(ctx); err != nil {
		return nil, errors.Join(err, e.close())
	}
	return e, nil
}

func (e *engine) close() error {
	e.stop()
	return errors.Join(<-e.ran, e.App.Close())
}

// settle fills the registers and receives the one paper that all acts attach.
func (e *engine) settle(ctx context.Context) error {
	var list []register.Change
	from := e.Clock.Now().Day().AddDays(-3650)
	add := func(reg, key string, data map[string]string) {
		list = append(list, register.Change{Register: reg, Key: key, Span: identity.Span{From: from}, Data: data, Reason: "设立"})
	}
	add("units", "qy", map[string]string{"name": "清源县人民政府", "kind": "government"})
	// Filing opens a case of the bureau that receives documents, by the local parameter.
	add("units", "qy-sfj", map[string]string{"name": "清源县司法局", "mark": "清司", "kind": "department", "parent": "qy"})
	for d := range departments {
		add("units", unitOf(d), map[string]string{"name": fmt.Sprintf("清源县第%d局", d+1), "mark": fmt.Sprintf("清%d", d+1),
			"kind": "department", "parent": "qy"})
	}
	for _, p := range posts {
		add("posts", p, map[string]string{"name": "岗位" + p, "kind": "work", "actions": "case.read, case.open, case.act"})
	}
	for d := range departments {
		for _, p := range posts {
			add("people", personOf(d, p), map[string]string{"name": "张三", "unit": unitOf(d)})
		}
	}
	for d := range departments {
		for _, p := range posts {
			add("grants", personOf(d, p), map[string]string{"person": personOf(d, p), "post": p, "unit": unitOf(d),
				"scope": unitOf(d), "clearance": "2"})
		}
	}
	for _, p := range e.Parameters {
		add("parameters", p.Name, map[string]string{"parameter": p.Name, "label": p.Label, "value": p.Value,
			"source": p.Source, "unverified": fmt.Sprint(p.Unverified)})
	}
	if err := e.Registers.Load(ctx, gov.Actor{Person: "setup"}, list); err != nil {
		return err
	}
	for d := range departments {
		for _, p := range posts { // everybody brings the same sheet: who did not may not attach it
			f, err := e.Files.Put(ctx, gov.PersonID(personOf(d, p)), "文本.pdf", strings.NewReader("%PDF-1.7\n% a short paper\n%%EOF\n"))
			if err != nil {
				return err
			}
			e.paper = procedure.Paper{Digest: f.Digest, Name: f.Name, Size: f.Size, Media: f.Media}
		}
	}
	return nil
}

func unitOf(department int) string { return fmt.Sprintf("qy-d%d", department) }

func personOf(department int, post string) string { return unitOf(department) + "-" + post }

// direct is a hand inside the engine's own process.
type direct struct {
	e     *engine
	unit  gov.UnitID
	seats map[string]*identity.Principal // by post
}

// players are clients that act in the engine directly.
func (e *engine) players(clients int) ([]*player, error) {
	hands := make([]*direct, departments)
	err := e.DB.Read(context.Background(), func(tx *sqldb.Tx) error {
		dir, err := e.Registers.Directory(tx)
		if err != nil {
			return err
		}
		for d := range hands {
			hands[d] = &direct{e: e, unit: gov.UnitID(unitOf(d)), seats: map[string]*identity.Principal{}}
			for _, p := range posts {
				who := gov.Actor{Person: gov.PersonID(personOf(d, p)), Post: gov.Post(p), Unit: hands[d].unit}
				if hands[d].seats[p], err = dir.Principal(who, e.Clock.Now().Day()); err != nil {
					return err
				}
			}
		}
		return nil
	})
	var out []*player
	for i := range clients {
		out = append(out, newPlayer(fmt.Sprintf("%d-%d", clients, i), hands[i%departments]))
	}
	return out, err
}

func (h *direct) open(title, key string) (string, int64, error) {
	done, err := h.e.Docket.Open(context.Background(), h.seats["drafter"], docket.OpenRequest{Procedure: courseProcedure, Title: title,
		Unit: h.unit, Key: key})
	return string(done.Case), done.Version, err
}

func (h *direct) act(id string, version int64, s stage, key string) (int64, error) {
	fields := make(map[procedure.FieldID]string, len(s.fields))
	for k, v := range s.fields {
		fields[procedure.FieldID(k)] = v
	}
	papers := make(map[procedure.PaperID][]procedure.Paper, len(s.papers))
	for _, p := range s.papers {
		papers[procedure.PaperID(p)] = []procedure.Paper{h.e.paper}
	}
	done, err := h.e.Docket.Act(context.Background(), h.seats[s.post], docket.ActRequest{Case: gov.CaseID(id), Expect: version,
		Step: procedure.StepID(s.step), Outcome: s.outcome, Fields: fields, Papers: papers, Key: key})
	return done.Version, err
}

// side lets players act for the time of each sample.
func (e *engine) side(name string, players []*player) side {
	return side{name: name, clients: len(players), sample: func(ctx context.Context, d time.Duration) (sample, error) {
		return load(ctx, len(players), d, func(client int) error { return players[client].play() })
	}}
}
