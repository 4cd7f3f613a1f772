package register

import (
	"encoding/hex"
	"encoding/json"
	"fmt"

	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/ledger"
	"zhunsheng/sqldb"
)

// The kinds of register events. They stand in ledger.Envelope.Kind and only grow.
const (
	KindSet = "entry.set" // values of a key from a day on (登记、变更)
	KindEnd = "entry.end" // the key holds no longer from a day on (终止)
)

// Payload is what a register event says. Replay needs nothing else: no declaration and no
// other register. Personal values are not in it; the envelope holds their digests.
// Fields are only added.
type Payload struct {
	Key  string            `json:"key"`
	From gov.Day           `json:"from"` // entry.end: the first day without the entry
	To   gov.Day           `json:"to,omitzero"`
	Data map[string]string `json:"data,omitempty"`
	// Approver is the other person who agreed, where the register asks for one.
	Approver gov.PersonID `json:"approver,omitempty"`
	Reason   string       `json:"reason,omitempty"`
	// Case is the case whose act decided the change (由案件登记); its procedure stands for the
	// approver.
	Case gov.CaseID `json:"case,omitempty"`
	// Declaration is the digest of the text under which the values were checked.
	Declaration string `json:"declaration,omitempty"`
	// Request is the hex digest of the request as sent, with the request key.
	Request string `json:"request,omitempty"`
}

// Apply writes the projection of one register event. Live changes and rebuild both go
// through it. It never judges; events of other streams are left alone.
func Apply(tx *sqldb.Tx, env ledger.Envelope) error {
	name := Of(env.Stream)
	if name == "" {
		return nil
	}
	var p Payload
	if err := json.Unmarshal(env.Payload, &p); err != nil {
		return fmt.Errorf("register: payload of %s: %w", env.ID, err)
	}
	var err error
	switch env.Kind {
	case KindSet:
		err = applySet(tx, name, env, p)
	case KindEnd:
		err = applyEnd(tx, name, p)
	default:
		err = fmt.Errorf("register: event %s is of kind %q, which this program does not know", env.ID, env.Kind)
	}
	if err != nil {
		return err
	}
	if err := moveMarks(tx, name, env); err != nil {
		return err
	}
	if env.Key == "" {
		return nil
	}
	digest, err := hex.DecodeString(p.Request)
	if err != nil {
		return fmt.Errorf("register: request digest of %s: %w", env.ID, err)
	}
	_, err = tx.Exec(insertKey, string(env.Actor.Person), env.Key, env.Stream, env.Version, digest)
	return err
}

// applySet lets the new span begin on p.From: an earlier span ends there, and the new one
// ends where the next one of the key begins.
func applySet(tx *sqldb.Tx, name string, env ledger.Envelope, p Payload) error {
	e := Entry{Register: name, Key: p.Key, Span: identity.Span{From: p.From, To: p.To}, Data: map[string]string{},
		Event: gov.EventID(env.ID)}
	for field, v := range p.Data {
		e.Data[field] = v
	}
	for field, digest := range env.Private {
		e.Data[field] = privateMark + digest
	}
	if _, err := tx.Exec(truncateEntries, name, p.Key, p.From); err != nil {
		return err
	}
	var next gov.Day
	if err := tx.QueryRow(nextStart, name, p.Key, p.From).Scan(&next); err != nil {
		return err
	}
	e.To = shorter(e.To, next)
	return storeEntry(tx, e)
}

// shorter is the earlier of two ends, where no day is no end.
func shorter(a, b gov.Day) gov.Day {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func applyEnd(tx *sqldb.Tx, name string, p Payload) error {
	if _, err := tx.Exec(dropEntries, name, p.Key, p.From); err != nil {
		return err
	}
	_, err := tx.Exec(truncateEntries, name, p.Key, p.From)
	return err
}

// moveMarks moves the stream's mark, and the directory's when it holds the register. The
// latter is the same whatever the order in which events of different registers are applied.
func moveMarks(tx *sqldb.Tx, name string, env ledger.Envelope) error {
	if err := storeMark(tx, streamMark, name, mark{env.Version, gov.EventID(env.ID)}); err != nil {
		return err
	}
	if !inDirectory(name) {
		return nil
	}
	m, err := readMark(tx, directoryMark, "")
	if err != nil {
		return err
	}
	return storeMark(tx, directoryMark, "", mark{m.count + 1, max(m.event, gov.EventID(env.ID))})
}
