package indicatorsql

import (
	"sync"

	"zhunsheng/gov"
)

// recent spares reading what was kept of cases that had an event not long ago. It may be ahead
// of the database after a transaction that was undone, or behind it after another process has
// folded: whoever takes an entry must store by the text that it began with. Safe for
// concurrent use; an entry is with one taker at a time.
type recent struct {
	mu sync.Mutex
	m  map[gov.CaseID]subject
}

// recentMost bounds memory: an entry is a kilobyte or two.
const recentMost = 4096

func newRecent() *recent { return &recent{m: map[gov.CaseID]subject{}} }

// take hands over a case, to be changed.
func (r *recent) take(id gov.CaseID) (subject, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, ok := r.m[id]
	delete(r.m, id)
	return s, ok
}

func (r *recent) put(s subject) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.m) >= recentMost {
		clear(r.m)
	}
	r.m[s.id] = s
}
