package docket

import (
	"encoding/json"
	"fmt"

	"zhunsheng/gov"
	"zhunsheng/ledger"
	"zhunsheng/procedure"
)

// The kinds of case events. They stand in ledger.Envelope.Kind and only grow.
const (
	KindOpen   = "case.open"   // a case is started
	KindAct    = "case.act"    // an act performed here (办理)
	KindRecord = "case.record" // a fact that happened outside (补录)
	KindExpire = "case.expire" // a clock ran out; occurred is the due instant
	// KindCorrect is a correction proposed, approved or declined (更正).
	KindCorrect = "case.correct"
	// KindRedate is running clocks counted anew after a calendar notice or a parameter changed
	// (重新推算); the note says which.
	KindRedate = "case.redate"
	// KindTransition moves the case to a newer version of its procedure (过渡).
	KindTransition = "case.transition"
	KindKnock      = "access.refused"
	KindRead       = "access.read"
)

// Payload is what a case event says. It carries everything that the deciding projections
// need, so that replay reads no definition, register or calendar. Fields are only added.
type Payload struct {
	Effects   procedure.Effects    `json:"effects"`
	Recording *procedure.Recording `json:"recording,omitempty"`
	Note      string               `json:"note,omitempty"`
	// Request is the hex keyed digest of the request as sent, with the request key; only this
	// installation can compute it.
	Request string `json:"request,omitempty"`
	// Opened are the cases that this event opened, in the order of Effects.Opens.
	Opened []gov.CaseID `json:"opened,omitempty"`
	// After tells lists where the case stands once this event is applied.
	After Standing `json:"after"`
	// UnitPath is the unit's place in the tree on the day the case was opened; only on
	// KindOpen. Later moves of the unit do not move its old cases.
	UnitPath string    `json:"unit_path,omitempty"`
	Level    gov.Level `json:"level,omitempty"`
}

// Standing is the line a list shows of a case.
type Standing struct {
	Station string   `json:"station"`          // name of the step that comes next
	Awaits  gov.Post `json:"awaits,omitempty"` // post that the step waits for
	// NextDue is the nearest last day by which something is to be done, missed ones first.
	// Minimum periods are no such day.
	NextDue gov.Day `json:"next_due,omitzero"`
}

// Act is one event of a case as readers see it: the record of acts (办理记录).
type Act struct {
	Envelope ledger.Envelope
	Payload  Payload
	Index    int64 // record number in the ledger, -1 while unsealed
}

// Decode reads the payload of a case event.
func Decode(env ledger.Envelope) (Payload, error) { return decode(env) }

func decode(env ledger.Envelope) (Payload, error) {
	var p Payload
	if err := json.Unmarshal(env.Payload, &p); err != nil {
		return p, fmt.Errorf("docket: payload of %s: %w", env.ID, err)
	}
	return p, nil
}
