package ledger

import (
	"bytes"
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"zhunsheng/gov"
)

// Both ways of encoding write the same bytes, and they are read back.
func TestEncodeMarshalled_WritesWhatEncodeWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		payload, err := json.Marshal(map[string]any{"text": rapid.String().Draw(t, "text"), "html": "<a>&</a>\u2028", "n": rapid.Int().Draw(t, "n")})
		if err != nil {
			t.Fatal(err)
		}
		e := Envelope{ID: "01J", Stream: "case/C1", Version: rapid.Int64Range(1, 1e6).Draw(t, "version"), Recorded: 1,
			Kind: "case.act", Occurred: gov.Instant(rapid.Int64Range(1, 1e15).Draw(t, "occurred")),
			Actor: gov.Actor{Person: "p", Post: "drafter", Unit: "u"}, Key: rapid.StringMatching(`[a-z0-9]{0,12}`).Draw(t, "key"), Payload: payload}
		want, err := e.Encode()
		if err != nil {
			t.Fatal(err)
		}
		got, err := e.EncodeMarshalled(payload)
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%s\n%s\n%v", got, want, err)
		}
		if _, err := DecodeEnvelope(got); err != nil {
			t.Fatal(err)
		}
	})
}
