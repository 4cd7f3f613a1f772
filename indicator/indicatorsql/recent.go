package indicatorsql

import (
	"sync"

	"zhunsheng/gov"
)

// recent spares decoding what was kept of cases that had an event not long ago. An entry is
// taken only by the very text that stands in the database, so that one left behind by a
// transaction that was undone, or by another process, is never used. Safe for concurrent use.
type recent struct {
	mu sync.Mutex
	m  map[gov.CaseID]recentEntry
}

type recentEntry struct {
	text string
	kept *kept
}

// recentMost bounds memory: an entry is about a kilobyte.
const recentMost = 4096

func newRecent() *recent { return &recent{m: map[gov.CaseID]recentEntry{}} }

// take hands over what was kept as text, to be changed; nil when it is not here.
func (r *recent) take(id gov.CaseID, text string) *kept {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.m[id]
	if !ok || e.text != text {
		return nil
	}
	delete(r.m, id)
	return e.kept
}

func (r *recent) put(id gov.CaseID, text string, k *kept) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.m) >= recentMost {
		clear(r.m)
	}
	r.m[id] = recentEntry{text, k}
}
