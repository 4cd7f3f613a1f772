// Package govtest starts the whole program for tests: a fake clock, a small county, people
// signed in from their posts, on a fresh database of either engine.
package govtest

import (
	"context"
	"crypto/rand"
	"errors"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"zhunsheng/area"
	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/internal/app"
	"zhunsheng/register"
	"zhunsheng/sqldb"
	"zhunsheng/sqldb/sqltest"
)

// Clock is a clock that tests move. Reading it never moves it.
type Clock struct{ at atomic.Int64 }

// Now implements gov.Clock.
func (c *Clock) Now() gov.Instant { return gov.Instant(c.at.Load()) }

// Set moves the clock to an instant.
func (c *Clock) Set(at gov.Instant) { c.at.Store(int64(at)) }

// On moves the clock to ten in the morning of a day, given as 2006-01-02.
func (c *Clock) On(day string) { c.Set(gov.MustDay(day).Start().Add(10 * time.Hour)) }

// County is one running program with a small county in it.
type County struct {
	*app.App
	Clock *Clock
	T     testing.TB
	pause func() error // ends the background work; nil while there is none
	open  bool
}

// The posts of the small county's department qy-a and of the county offices. Unit qy-b is
// a second department with the same posts.
var posts = []struct {
	post    string
	units   []string
	scope   string // "" is the unit itself
	actions string
}{
	{"drafter", []string{"qy-a", "qy-b"}, "", "case.read,case.open,case.act,case.record"},
	{"reviewer", []string{"qy-a", "qy-b"}, "", "case.read,case.act,case.record"},
	{"secretary", []string{"qy-a", "qy-b"}, "", "case.read,case.act,case.record"},
	{"disclosure", []string{"qy-a", "qy-b"}, "", "case.read,case.act,case.record"},
	{"registrar", []string{"qy-zfb"}, "qy", "case.read,case.act,case.record"},
	{"supervisor", []string{"qy-sfj"}, "qy", "case.read,case.record"},
	{"sysadmin", []string{"qy-zfb"}, "qy", "register.units.edit,register.people.edit,register.posts.edit,register.parameters.edit"},
	{"secadmin", []string{"qy-zfb"}, "qy", "register.grants.edit"},
	{"auditadmin", []string{"qy-zfb"}, "qy", "register.parameters.approve"},
}

// New starts the program on a fresh SQLite database.
func New(t testing.TB) *County { return Open(t, "", t.TempDir()) }

// Each runs a test on both engines, like sqltest.Each.
func Each(t *testing.T, fn func(t *testing.T, c *County)) {
	EachWith(t, func(*app.Config) {}, fn)
}

// EachWith is Each with changes to the configuration.
func EachWith(t *testing.T, change func(*app.Config), fn func(t *testing.T, c *County)) {
	start := func(t *testing.T, database string) *County {
		clock := &Clock{}
		clock.On("2026-09-01")
		config := Config(database, t.TempDir(), clock)
		change(&config)
		return Start(t, config, clock)
	}
	t.Run("sqlite", func(t *testing.T) { fn(t, start(t, "")) })
	t.Run("postgres", func(t *testing.T) { fn(t, start(t, sqltest.PostgresURL(t))) })
}

// Open starts the program on a database ("" is SQLite inside dir) with data under dir, and
// seeds the county when the database is empty. It is stopped when the test ends.
func Open(t testing.TB, database, dir string) *County {
	t.Helper()
	clock := &Clock{}
	clock.On("2026-09-01")
	return Start(t, Config(database, dir, clock), clock)
}

// Start is Open with a configuration of the test's own, whose clock is given again.
func Start(t testing.TB, config app.Config, clock *Clock) *County {
	t.Helper()
	ctx := context.Background()
	a, err := app.Open(ctx, config)
	if err != nil {
		t.Fatalf("govtest: %v", err)
	}
	c := &County{App: a, Clock: clock, T: t, open: true}
	if c.empty() {
		if err := a.Registers.Load(ctx, gov.Actor{Person: "setup"}, seed(a.Parameters)); err != nil {
			t.Fatalf("govtest: seed: %v", err)
		}
	}
	c.Resume()
	t.Cleanup(func() {
		if err := c.Stop(); err != nil {
			t.Errorf("govtest: stop: %v", err)
		}
	})
	return c
}

// Config is the configuration that Open uses.
func Config(database, dir string, clock gov.Clock) app.Config {
	return app.Config{Database: database, Data: filepath.Join(dir, "data"), Keys: filepath.Join(dir, "keys"),
		Origin: "zhunsheng/test", County: "清源县", Areas: []area.Area{Fixture()}, Clock: clock, Random: rand.Reader,
		Hash: identity.HashParams{MemoryKiB: 64, Passes: 1, Lanes: 1}}
}

func (c *County) empty() bool {
	none := true
	err := c.DB.Read(context.Background(), func(tx *sqldb.Tx) error {
		dir, err := c.Registers.Directory(tx)
		if err == nil {
			none = len(dir.Units(c.Clock.Now().Day())) == 0
		}
		return err
	})
	if err != nil {
		c.T.Fatal(err)
	}
	return none
}

// Resume runs the background work: sealing, reading projections, expiry.
func (c *County) Resume() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- c.App.Run(ctx) }()
	c.pause = func() error { cancel(); return <-done }
}

// Pause ends the background work and leaves the database open, so that a test may look at
// it, or damage it, while nothing moves.
func (c *County) Pause() error {
	if c.pause == nil {
		return nil
	}
	err := c.pause()
	c.pause = nil
	return err
}

// Stop ends the background work and closes the database. It may be called twice.
func (c *County) Stop() error {
	err := c.Pause()
	if c.open {
		c.open = false
		err = errors.Join(err, c.App.Close())
	}
	return err
}

func seed(params []area.Parameter) []register.Change {
	from := gov.MustDay("2015-01-01")
	var out []register.Change
	add := func(reg, key string, data map[string]string) {
		out = append(out, register.Change{Register: reg, Key: key, Span: identity.Span{From: from}, Data: data, Reason: "测试县"})
	}
	add("units", "qy", map[string]string{"name": "清源县人民政府", "mark": "清", "kind": "government"})
	for _, u := range [][3]string{{"qy-a", "清源县民政局", "清民"}, {"qy-b", "清源县水利局", "清水"}, {"qy-zfb", "清源县人民政府办公室", "清政办"}, {"qy-sfj", "清源县司法局", "清司"}} {
		add("units", u[0], map[string]string{"name": u[1], "mark": u[2], "kind": "department", "parent": "qy"})
	}
	kinds := map[string]string{"sysadmin": "system", "secadmin": "security", "auditadmin": "audit"}
	for _, p := range posts {
		kind := kinds[p.post]
		if kind == "" {
			kind = "work"
		}
		add("posts", p.post, map[string]string{"name": p.post, "kind": kind, "actions": p.actions})
	}
	for _, p := range posts {
		for _, u := range p.units {
			person := u + "-" + p.post
			add("people", person, map[string]string{"name": p.post + "甲", "unit": u})
			scope := p.scope
			if scope == "" {
				scope = u
			}
			add("grants", person, map[string]string{"person": person, "post": p.post, "unit": u, "scope": scope, "clearance": "2"})
		}
	}
	for _, p := range params {
		unverified := "false"
		if p.Unverified {
			unverified = "true"
		}
		add("parameters", p.Name, map[string]string{"parameter": p.Name, "label": p.Label, "value": p.Value, "source": p.Source, "unverified": unverified})
	}
	return out
}

// As is the principal of a post in a unit, as of the clock's day. The office posts are
// found whatever unit is named.
func (c *County) As(post gov.Post, unit gov.UnitID) *identity.Principal {
	c.T.Helper()
	for _, p := range posts {
		if p.post == string(post) && len(p.units) == 1 {
			unit = gov.UnitID(p.units[0])
		}
	}
	var who *identity.Principal
	err := c.DB.Read(context.Background(), func(tx *sqldb.Tx) error {
		dir, err := c.Registers.Directory(tx)
		if err != nil {
			return err
		}
		who, err = dir.Principal(gov.Actor{Person: gov.PersonID(string(unit) + "-" + string(post)), Post: post, Unit: unit}, c.Clock.Now().Day())
		return err
	})
	if err != nil {
		c.T.Fatal(err)
	}
	return who
}
