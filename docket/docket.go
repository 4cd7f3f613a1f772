// Package docket keeps cases (案件): it performs acts (办理), records facts that happened
// outside (补录), lets clocks run out, and is the only writer of case state. An act, its
// event and its deciding projections are one transaction; the reading projections follow
// the sealed log elsewhere.
package docket

import (
	"sync"
	"sync/atomic"

	"zhunsheng/evidence"
	"zhunsheng/gov"
	"zhunsheng/law"
	"zhunsheng/procedure"
	"zhunsheng/register"
	"zhunsheng/sqldb"
)

// Docket is the service of cases over one database. All fields of Config are set once by
// cmd and never change.
type Docket struct {
	Config
	states *stateCache
	knocks *knocks
	wake   chan struct{} // a running clock may now be due earlier than the timer thinks
	// nextDue is the instant (UTC microseconds) the timer waits for; 0 when none or unknown.
	nextDue atomic.Int64
	// counted is register.Directory.Values when the clocks of every open case were last counted
	// by this process; while another one holds, each act counts its own case first.
	counted atomic.Value
	intake  *gate
	// directory is the newest generation of the registers that this process has judged with. Who
	// judges ahead with it is checked by the writer.
	directory atomic.Pointer[register.Directory]
}

// Config is what a Docket stands on.
type Config struct {
	DB          *sqldb.DB
	Book        *law.Book
	Definitions *Definitions
	Registers   *register.Store
	Files       *evidence.Store
	Clock       gov.Clock
	IDs         *gov.IDs
	Rand        func([]byte) // fills with secure random bytes, for salts
	// MAC keys the digests of requests with the server's row key (identity.RowKey.MAC).
	MAC func(table string, cols ...any) []byte
}

// New makes a Docket. It does no work until asked; Timer does the rest.
func New(c Config) *Docket {
	d := &Docket{Config: c, states: newStateCache(stateCacheSize), knocks: newKnocks(), wake: make(chan struct{}, 1), intake: &gate{}}
	d.counted.Store("")
	return d
}

// env is the evaluation environment of a case of a unit at an instant, from the registers
// as one transaction sees them.
func (d *Docket) env(dir *register.Directory, unit gov.UnitID, now gov.Instant) procedure.Env {
	return procedure.Env{
		Book: d.Book,
		Now:  now,
		Param: func(name string, on gov.Day) (procedure.Param, bool) {
			p, ok := dir.Param(name, unit, on)
			return procedure.Param(p), ok
		},
		UnitName: dir.UnitName,
		Parent: func(id gov.UnitID) gov.UnitID {
			u, _ := dir.Unit(id)
			return u.Parent
		},
		PersonName: dir.PersonName,
	}
}

// kept is a case at one version: its row and the fold of its events. It is shared and never
// changes.
type kept struct {
	row   Row
	state *procedure.State
}

// stateCache keeps recently used cases. An entry is valid only for the version that the case
// row shows inside the reader's own transaction, so a stale entry is refolded, never trusted.
// Owned by Docket; safe for concurrent use.
type stateCache struct {
	mu   sync.Mutex
	max  int
	m    map[gov.CaseID]kept
	ring []gov.CaseID
	next int
}

// stateCacheSize bounds memory: a state is a few kilobytes.
const stateCacheSize = 4096

func newStateCache(max int) *stateCache {
	return &stateCache{max: max, m: make(map[gov.CaseID]kept, max), ring: make([]gov.CaseID, max)}
}

// get is the state of a case at a version, or nil.
func (c *stateCache) get(id gov.CaseID, version int64) *procedure.State {
	if k, ok := c.newest(id); ok && k.row.Version == version {
		return k.state
	}
	return nil
}

// newest is a case as this process saw it last. Another version may be durable by now.
func (c *stateCache) newest(id gov.CaseID) (kept, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, ok := c.m[id]
	return k, ok
}

func (c *stateCache) put(k kept) {
	c.mu.Lock()
	defer c.mu.Unlock()
	id := k.row.ID
	if old, ok := c.m[id]; ok {
		if old.row.Version < k.row.Version {
			c.m[id] = k
		}
		return
	}
	delete(c.m, c.ring[c.next])
	c.ring[c.next] = id
	c.next = (c.next + 1) % c.max
	c.m[id] = k
}

// signal tells the timer to look again; it never blocks.
func (d *Docket) signal() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}
