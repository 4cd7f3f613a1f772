package crashtest

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"zhunsheng/internal/app"
	"zhunsheng/sqldb/sqltest"
)

// kills is how many there are over all kinds: ZHUNSHENG_KILLS, or 24.
func kills(t *testing.T) int {
	t.Helper()
	text := os.Getenv("ZHUNSHENG_KILLS")
	if text == "" {
		return 24
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 4 {
		t.Fatalf("ZHUNSHENG_KILLS=%s: a whole number from 4 on", text)
	}
	return n
}

// window is the longest time that the program serves before it dies.
const window = 900 * time.Millisecond

// some is a random time up to most.
func some(most time.Duration) time.Duration { return rand.N(most) }

// killServer lets the program serve for a random time, kills it, a quarter of the times
// once more while it recovers, and gives the next process. What was acknowledged is looked
// for every time, by turns as the crash left it and served again; now and then the whole
// installation is verified or rebuilt.
func killServer(t *testing.T, w *world, c app.Config, s *server, round int) *server {
	t.Helper()
	time.Sleep(some(window))
	w.url.Store(nil)
	s.kill(t)
	if round%4 == 3 { // and once more while it recovers
		s, _ = launch(t, c, nil)
		time.Sleep(some(400 * time.Millisecond))
		s.kill(t)
	}
	if round%4 == 0 {
		checkAtRest(t, c)
	}
	if round%2 == 0 {
		checkAcknowledged(t, w, c)
	}
	s = start(t, c, nil)
	w.url.Store(&s.url)
	if round%2 == 1 {
		checkAcknowledged(t, w, c)
	}
	if round%4 == 1 {
		command(t, c, "rebuild", "--check")
	}
	return s
}

// What was acknowledged is there, once, whenever the program dies.
func TestCrash_SQLite_ServerKilledUnder64Clients(t *testing.T) {
	w, c := settle(t, "")
	s := start(t, c, nil)
	w.url.Store(&s.url)
	wait := w.work()
	n := 0
	for round := 0; n < kills(t)/2 && !t.Failed(); round++ {
		s = killServer(t, w, c, s, round)
		if n++; round%4 == 3 {
			n++
		}
	}
	finish(t, w, c, s, wait, n)
}

// The same on PostgreSQL, and there the database server dies too, while the program goes
// on: by turns the one, the other, and both at once.
func TestCrash_PostgreSQL_ServerAndPostmasterKilledUnder64Clients(t *testing.T) {
	url, cluster := sqltest.StartPostgres(t)
	w, c := settle(t, url)
	s := start(t, c, nil)
	w.url.Store(&s.url)
	wait := w.work()
	n := 0
	for round := 0; n < kills(t)-kills(t)/2 && !t.Failed(); round++ {
		if round%2 == 0 {
			s = killServer(t, w, c, s, round/2)
			if n++; round/2%4 == 3 {
				n++
			}
			continue
		}
		time.Sleep(some(window))
		if err := cluster.Kill9(); err != nil {
			t.Fatal(err)
		}
		n++
		both := round%6 == 5
		if both {
			w.url.Store(nil)
			s.kill(t)
			n++
		}
		time.Sleep(some(300 * time.Millisecond))
		if err := cluster.Restart(); err != nil {
			t.Fatal(err)
		}
		if both {
			checkAtRest(t, c)
			s = start(t, c, nil)
			w.url.Store(&s.url)
		}
		checkAcknowledged(t, w, c)
		if round%4 == 1 {
			command(t, c, "rebuild", "--check")
		}
	}
	finish(t, w, c, s, wait, n)
}
