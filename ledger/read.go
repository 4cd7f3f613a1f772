package ledger

import (
	"encoding/json"
	"fmt"

	"zhunsheng/gov"
)

// ReadEnvelope reads bytes that this program took from its own event table, to fold them.
// It leaves out what DecodeEnvelope proves, that the bytes are in the one form that is
// written: verify proves it for every event. Never use it on bytes from outside.
func ReadEnvelope(b []byte) (Envelope, error) {
	if format, ok := formatOf(b); !ok || format != 1 {
		return DecodeEnvelope(b)
	}
	var v envelopeV1
	if err := json.Unmarshal(b, &v); err != nil {
		return Envelope{}, fmt.Errorf("ledger: malformed event: %w", err)
	}
	return Envelope{ID: v.ID, Stream: v.Stream, Version: v.Version, Recorded: v.Recorded, Private: v.Private,
		Kind: v.Kind, Occurred: v.Occurred, Key: v.Key, Payload: v.Payload,
		Actor: gov.Actor{Person: gov.PersonID(v.Actor.Person), Post: gov.Post(v.Actor.Post),
			Unit: gov.UnitID(v.Actor.Unit), OnBehalf: gov.PersonID(v.Actor.OnBehalf)}}, nil
}
