package ledgersql

import "sync"

// appended tells the sequencers of this process which events were committed. It spans all
// databases of the process: an id is a hint only, and a sequencer looks it up in its own
// database before it does anything with it.
var appended feed

type feed struct {
	mu   sync.Mutex
	subs map[*hints]bool
}

func (f *feed) subscribe(h *hints) (cancel func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.subs == nil {
		f.subs = map[*hints]bool{}
	}
	f.subs[h] = true
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.subs, h)
	}
}

func (f *feed) tell(id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for h := range f.subs {
		h.add(id)
	}
}

// maxHints bounds the memory of hints while sealing fails, such as on a full disk. Beyond
// it they are dropped for one complete scan.
const maxHints = 1 << 18

// hints are the ids of events that may have no record number yet.
type hints struct {
	wake chan struct{} // one signal that there is something

	mu       sync.Mutex
	ids      []string
	complete bool // look at all events, not just ids
}

func newHints() *hints { return &hints{wake: make(chan struct{}, 1)} }

func (h *hints) add(id string) {
	h.mu.Lock()
	if len(h.ids) < maxHints {
		h.ids = append(h.ids, id)
	} else {
		h.ids, h.complete = nil, true
	}
	h.mu.Unlock()
	h.signal()
}

func (h *hints) scanAll() {
	h.mu.Lock()
	h.complete = true
	h.mu.Unlock()
	h.signal()
}

func (h *hints) signal() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// take gives all hints so far; put returns them when they could not be served.
func (h *hints) take() (ids []string, complete bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	ids, complete = h.ids, h.complete
	h.ids, h.complete = nil, false
	return ids, complete
}

func (h *hints) put(ids []string, complete bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ids = append(h.ids, ids...); len(h.ids) > maxHints {
		h.ids, complete = nil, true
	}
	h.complete = h.complete || complete
}
