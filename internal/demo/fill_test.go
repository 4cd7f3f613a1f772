package demo

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"zhunsheng/area"
	"zhunsheng/area/decisions"
	"zhunsheng/area/leadership"
	"zhunsheng/area/rules"
	"zhunsheng/gov"
	"zhunsheng/internal/app"
	"zhunsheng/procedure"
	"zhunsheng/publication"
	"zhunsheng/sqldb"
)

// The demo's year is told by driving the engine, so a story that a gate refuses fails here.
func TestFill_YearIsPlayedThroughTheEngine(t *testing.T) {
	end := gov.MustDay("2026-11-23").Start().Add(10 * time.Hour)
	dir := t.TempDir()
	cfg := app.Config{Data: filepath.Join(dir, "data"), Keys: filepath.Join(dir, "keys"), Origin: "zhunsheng/demo-test",
		County: "清源县", Areas: []area.Area{rules.Area(), decisions.Area(), leadership.Area()}, Clock: gov.ClockFunc(func() gov.Instant { return end })}
	started := time.Now()
	n, err := Fill(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d cases in %s", n, time.Since(started))
	if n < 200 {
		t.Errorf("only %d cases", n)
	}
	if done, err := Filled(cfg.Data); !done || err != nil {
		t.Errorf("Filled: %v, %v", done, err)
	}
	look(t, cfg, end.Day())
}

// look wants what a visitor should find.
func look(t *testing.T, cfg app.Config, today gov.Day) {
	ctx := context.Background()
	a, err := app.Open(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	open, err := a.Shelf.Open(ctx, publication.Consultations, today, 100)
	if err != nil || len(open) < 2 {
		t.Errorf("%d drafts are out for comments (%v)", len(open), err)
	}
	comments, answered := int64(0), int64(0)
	for _, e := range open {
		tallies, err := a.Shelf.Tallies(ctx, e.Case)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range tallies {
			comments += k.Count
			answered += k.Finished
		}
	}
	if comments < 4 || answered < 1 || answered == comments {
		t.Errorf("%d comments, %d answered", comments, answered)
	}
	sizes, err := a.Shelf.Sizes(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, register := range []string{publication.Documents, publication.Consultations, "adoption-statements", "comment-replies",
		"clean-up-results", "objection-replies", "major-decisions", "decision-catalogues", "decision-hearings"} {
		if sizes[register] == 0 {
			t.Errorf("register %s is empty", register)
		}
	}
	lookAtTracks(t, a, today)
	standing := map[procedure.Standing]int{}
	q := publication.Query{Register: publication.Documents, Limit: 1000}
	page, err := a.Shelf.List(ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range page.Entries {
		for _, c := range e.Changes {
			standing[c.As]++
		}
	}
	if standing[procedure.Repealed] == 0 || standing[procedure.Lapsed] == 0 {
		t.Errorf("of %d documents none repealed or none expired: %v", len(page.Entries), standing)
	}
	err = a.DB.Read(ctx, func(tx *sqldb.Tx) error {
		dir, err := a.Registers.Directory(tx)
		if err != nil {
			return err
		}
		now, _ := dir.Param("legality-review-limit", showUnit, today)
		then, _ := dir.Param("legality-review-limit", showUnit, today.AddDays(60))
		if now.Value == then.Value {
			t.Errorf("the parameter does not change: %q", now.Value)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// Every sign-in that is printed is a person with that post.
func TestAccounts_EachIsHeldByOne(t *testing.T) {
	logins := map[string]bool{}
	for _, a := range Accounts() {
		if logins[a.Login] {
			t.Errorf("%s stands twice", a.Login)
		}
		logins[a.Login] = true
	}
	for _, want := range []string{"drafter", "reviewer", "secretary", "disclosure", "registrar", "supervisor", "examiner", "competition",
		"leader", "leader-2", "disclosure-zfb", "drafter-zfb"} {
		if !logins[want] {
			t.Errorf("no sign-in for %s", want)
		}
	}
}
