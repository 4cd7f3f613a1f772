package main

import (
	"context"
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		in   []float64
		want float64
	}{{nil, 0}, {[]float64{3}, 3}, {[]float64{9, 1, 5}, 5}, {[]float64{4, 1, 3, 2}, 2.5}} {
		if got := median(c.in); got != c.want {
			t.Errorf("median(%v) = %v, want %v", c.in, got, c.want)
		}
	}
}

func TestNumber(t *testing.T) {
	for in, want := range map[float64]string{0: "0", 0.0394123: "0.0394", 1.5: "1.5", 12: "12", 140.4: "140", 2118: "2 120",
		1234567: "1 230 000", 999.6: "1 000", 0.12: "0.12"} {
		if got := number(in); got != want {
			t.Errorf("number(%v) = %q, want %q", in, got, want)
		}
	}
}

func TestRow_Verdict(t *testing.T) {
	for want, r := range map[string]row{
		"goal met":               {values: []float64{11, 12, 9}, goal: 10, floor: 3},
		"goal missed, floor met": {values: []float64{4, 5, 6}, goal: 10, floor: 3},
		"**floor missed**":       {values: []float64{2, 2, 5}, goal: 10, floor: 3},
		"goal missed":            {values: []float64{26, 30, 20}, goal: 25, most: true},
	} {
		if got := r.verdict(); got != want {
			t.Errorf("%v: %q, want %q", r.values, got, want)
		}
	}
}

func TestRatios_AreTakenWithinARound(t *testing.T) {
	at := func(ops ...int) (r result) {
		for _, n := range ops {
			r.samples = append(r.samples, sample{ops: n, elapsed: time.Second})
		}
		return r
	}
	if got := median(ratios(at(100, 10, 90), at(50, 10, 30))); got != 2 {
		t.Errorf("median ratio %v, want 2", got)
	}
}

func TestReport_SaysWhenTheDiskIsMemory(t *testing.T) {
	for fs, want := range map[string]bool{"ext4": false, "tmpfs": true} {
		r := report{machine: machine{filesystem: fs}, options: options{pairs: 1, seconds: 1}}
		r.sections = []section{{id: "P9", rows: []row{{what: "x", values: []float64{2, 4, 3}, unit: "×", goal: 2}},
			sides: []result{{side: side{name: "a", clients: 1}, samples: []sample{{ops: 10, elapsed: time.Second}}}}}}
		text := r.markdown()
		if strings.Contains(text, "lay in memory") != want {
			t.Errorf("%s: warned %v", fs, !want)
		}
		if !strings.Contains(text, "| P9 | x | **3×** | 2 – 4 | ≥ 2× | – | goal met |") {
			t.Errorf("the row is missing:\n%s", text)
		}
	}
}

// Every stage of the course is accepted by the engine as it is, and each act is one event.
func TestCourse_TheEngineTakesIt(t *testing.T) {
	ctx := context.Background()
	e, err := openEngine(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer e.close()
	before, err := measureLedger(ctx, e)
	if err != nil {
		t.Fatal(err)
	}
	players, err := e.players(2)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range players {
		for range 2 * (1 + len(p.course)) {
			if err := p.play(); err != nil {
				t.Fatal(err)
			}
		}
		if p.id != "" {
			t.Error("the course did not end")
		}
	}
	after, err := measureLedger(ctx, e)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := after.events-before.events, int64(2*2*(1+len(players[0].course))); got != want {
		t.Errorf("%d case events, want %d", got, want)
	}
	if after.tiles <= before.tiles || after.leaf == 0 || after.body == 0 {
		t.Errorf("sizes were not found: %+v", after)
	}
}

// PocketBase checks what the comparison says it checks, and writes both records.
func TestPocketBase_ActAndAuditEntry(t *testing.T) {
	for _, durable := range []bool{true, false} {
		ctx, stop := context.WithCancel(context.Background())
		up, ended := make(chan ready, 1), make(chan error, 1)
		dir := t.TempDir()
		go func() { ended <- servePocketBase(ctx, dir, durable, func(r ready) { up <- r }) }()
		var r ready
		select {
		case r = <-up:
		case err := <-ended:
			t.Fatal(err)
		}
		clients, err := pocketClients(&child{ready: r}, 2)
		if err != nil {
			t.Fatal(err)
		}
		var made struct{ ID, Step string }
		body := pocketRecord{Person: clients[0].person, Case: strings.Repeat("0", 26), Step: "draft", Title: courseTitle, Basis: courseText, Due: "2026-12-31 00:00:00.000Z"}
		if err := clients[0].post(pocketPath, clients[0].who, body, &made); err != nil || made.ID == "" || made.Step != "draft" {
			t.Fatalf("%+v: %v", made, err)
		}
		body.Person = clients[1].person
		if err := clients[0].post(pocketPath, clients[0].who, body, nil); err == nil {
			t.Error("an act in another's name was accepted")
		}
		body.Person, body.Case = clients[0].person, "x"
		if err := clients[0].post(pocketPath, clients[0].who, body, nil); err == nil {
			t.Error("a malformed field was accepted")
		}
		if err := clients[1].act(); err != nil {
			t.Error(err)
		}
		stop()
		<-ended
		db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "pb", "data.db")+"?mode=ro")
		if err != nil {
			t.Fatal(err)
		}
		var acts, entries int
		if err := db.QueryRow(`SELECT (SELECT COUNT(*) FROM acts), (SELECT COUNT(*) FROM audit)`).Scan(&acts, &entries); err != nil || acts != 2 || entries != 2 {
			t.Errorf("%d acts, %d audit entries, want 2 and 2 (%v)", acts, entries, err)
		}
		db.Close()
	}
}

// The course over HTTP is taken as well, by the people whose sessions the server made.
func TestCourse_TheSiteTakesIt(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	up, ended := make(chan ready, 1), make(chan error, 1)
	dir := t.TempDir()
	go func() { ended <- serveZhunsheng(ctx, options{dir: dir}, func(r ready) { up <- r }) }()
	select {
	case r := <-up:
		players, err := httpPlayers(&child{ready: r}, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range players {
			for range 1 + len(p.course) {
				if err := p.play(); err != nil {
					t.Fatal(err)
				}
			}
			if p.id != "" {
				t.Error("the course did not end")
			}
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	case err := <-ended:
		t.Fatal(err)
	}
	stop()
}
