package e2e

import (
	"context"
	"crypto/rand"
	"net/http/httptest"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"zhunsheng/area"
	"zhunsheng/area/decisions"
	"zhunsheng/area/leadership"
	"zhunsheng/area/rules"
	"zhunsheng/gov"
	"zhunsheng/internal/app"
	"zhunsheng/internal/demo"
	"zhunsheng/internal/site"
)

// county is the whole program in this process, with the people of the demonstration and
// nothing else, under a clock that the story moves: statutory minimum periods cannot be
// waited for.
type county struct {
	*app.App
	t     *testing.T
	clock *storyClock
	url   string
}

// storyClock runs on as clocks do and is put forward by the story.
type storyClock struct {
	ahead atomic.Int64 // microseconds
}

func (c *storyClock) Now() gov.Instant {
	return gov.Instant(int64(gov.InstantOf(time.Now())) + c.ahead.Load())
}

// to moves the clock to nine in the morning of a day, unless it is later already.
func (c *storyClock) to(day gov.Day) {
	if by := int64(day.Start().Add(9*time.Hour) - c.Now()); by > 0 || c.ahead.Load() == 0 {
		c.ahead.Add(by)
	}
}

// firstDay is an ordinary Monday of a year whose holidays are known.
const firstDay = "2026-03-02"

func startCounty(t *testing.T) *county {
	t.Helper()
	c := &county{t: t, clock: &storyClock{}}
	c.clock.to(gov.MustDay(firstDay))
	dir := t.TempDir()
	a, err := app.Open(context.Background(), app.Config{Data: filepath.Join(dir, "data"), Keys: filepath.Join(dir, "keys"),
		Origin: "zhunsheng/story", County: "清源县", Areas: []area.Area{rules.Area(), decisions.Area(), leadership.Area()},
		Clock: c.clock, Random: rand.Reader, Hash: demo.Hash, DemoAccounts: demo.Accounts()})
	if err != nil {
		t.Fatal(err)
	}
	c.App = a
	if err := demo.People(context.Background(), a); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- a.Run(ctx) }()
	handler, err := site.Handler(a)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(handler)
	c.url = srv.URL + "/"
	t.Cleanup(func() {
		srv.Close()
		stop()
		for _, err := range []error{<-ran, a.Close()} {
			if err != nil {
				t.Errorf("the program ended with %v", err)
			}
		}
	})
	return c
}

// settled waits until all that was done is sealed and public.
func (c *county) settled() {
	c.t.Helper()
	if err := c.Settle(context.Background()); err != nil {
		c.t.Fatal(err)
	}
}

// day is today in the story.
func (c *county) day() gov.Day { return c.clock.Now().Day() }

// later moves the story on by days, to a working day, and lets what ran out run out.
func (c *county) later(days int) {
	c.t.Helper()
	d := c.day().AddDays(days)
	for {
		if works, _ := c.Book.Calendar().IsWorkingDay(d); works {
			break
		}
		d = d.AddDays(1)
	}
	c.clock.to(d)
	if _, _, err := c.Docket.ExpireDue(context.Background()); err != nil {
		c.t.Fatal(err)
	}
}
