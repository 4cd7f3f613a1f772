package sqldb

import (
	"context"
	"sync"
)

// Hold is a named lock that at most one process has, such as that of the sequencer.
type Hold struct {
	lost    chan struct{}
	release func()
	once    sync.Once
}

// TryHold takes the named lock if it is free: ok is false when somebody else has it.
//
// On PostgreSQL it is an advisory lock of a session of its own: when the connection is
// lost, so is the lock, and Lost tells. A holder may learn of that late, so what it writes
// must still fail against a successor's (compare the row it moves forward). On SQLite it is
// a lock of this process and of a file beside the database, which only Release or the end
// of the process gives up; another process that serves the same file is an error.
func (db *DB) TryHold(ctx context.Context, name string) (h *Hold, ok bool, err error) {
	h, ok, err = db.hold(ctx, name)
	return h, ok, forPeople(err)
}

// Lost is closed when the lock is no longer held, by loss or by Release.
func (h *Hold) Lost() <-chan struct{} { return h.lost }

// Release gives the lock up. It may be called more than once.
func (h *Hold) Release() { h.once.Do(h.release) }

// heldNames are the names taken within this process.
type heldNames struct {
	mu    sync.Mutex
	names map[string]bool
}

func (l *heldNames) take(name string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.names[name] {
		return false
	}
	if l.names == nil {
		l.names = map[string]bool{}
	}
	l.names[name] = true
	return true
}

func (l *heldNames) give(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.names, name)
}
