package docket

import (
	"encoding/json"
	"sync"
	"time"

	"zhunsheng/gov"
	"zhunsheng/ledger"
	"zhunsheng/ledger/ledgersql"
	"zhunsheng/procedure"
)

// knockWindow is how long repeats of one refused act by one person are counted into one
// record: a person who presses a button twice has not tried twice to get round a gate.
const knockWindow = 10 * time.Minute

// Knock is an access record (办理尝试): a formally submitted act that a gate refused. It changes
// nothing and has no case version. Mistakes of form are not recorded at all.
type Knock struct {
	Case gov.CaseID         `json:"case"`
	Step procedure.StepID   `json:"step"`
	Rule []procedure.RuleID `json:"rules"`
	// Input is the hex digest of the request, not its content.
	Input string `json:"input"`
	// Repeats counts the same refusals of the window before this record that were not
	// recorded on their own.
	Repeats int64 `json:"repeats,omitempty"`
}

// knocks remembers the refusals of the last window, in memory only: a crash may lose the
// count of repeats, never a first refusal.
type knocks struct {
	mu   sync.Mutex
	last map[string]*knockCount
}

type knockCount struct {
	since   gov.Instant
	repeats int64
}

const knocksKept = 10000

func newKnocks() *knocks { return &knocks{last: map[string]*knockCount{}} }

// peek reports whether a refusal now is to be recorded, and how many repeats before it were
// not. It changes nothing: a transaction may run twice.
func (k *knocks) peek(key string, now gov.Instant) (record bool, repeats int64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	c := k.last[key]
	if c == nil {
		return true, 0
	}
	return now >= c.since.Add(knockWindow), c.repeats
}

// note counts a refusal whose transaction is committed.
func (k *knocks) note(key string, now gov.Instant, recorded bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if c := k.last[key]; c != nil && !recorded {
		c.repeats++
		return
	}
	if len(k.last) >= knocksKept {
		for old, c := range k.last {
			if now >= c.since.Add(knockWindow) {
				delete(k.last, old)
			}
		}
	}
	k.last[key] = &knockCount{since: now}
}

func (w *writing) knock(actor gov.Actor, req ActRequest, digest string, no []procedure.Refusal) error {
	var rules []procedure.RuleID
	key := string(actor.Person) + "\x00" + string(w.row.ID) + "\x00" + string(req.Step)
	for _, r := range no {
		if r.Kind == procedure.RefusedForm || r.Kind == procedure.RefusedState {
			continue
		}
		rules = append(rules, r.Rule)
		key += "\x00" + string(r.Rule)
	}
	if len(rules) == 0 {
		return nil
	}
	record, repeats := w.d.knocks.peek(key, w.now)
	knocks, now := w.d.knocks, w.now
	w.tx.AfterCommit(func() { knocks.note(key, now, record) })
	if !record {
		return nil
	}
	body, err := json.Marshal(Knock{Case: w.row.ID, Step: req.Step, Rule: rules, Input: digest, Repeats: repeats})
	if err != nil {
		return err
	}
	id := w.d.IDs.New(w.now)
	e, err := w.d.event(ledger.Envelope{ID: id, Stream: "access/" + id, Version: 1, Kind: KindKnock,
		Recorded: w.now, Occurred: w.now, Actor: actor, Payload: body}, body)
	if err != nil {
		return err
	}
	return ledgersql.Append(w.tx, e)
}
