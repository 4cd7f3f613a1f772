package docket_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"testing"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/internal/govtest"
	"zhunsheng/procedure"
)

// withPhone asks for a telephone number when a case is opened, as personal information.
func withPhone(t *testing.T) []string {
	t.Helper()
	const field = "{id: named, type: case, label: 交办事项, used_by: 承办人}"
	return []string{field, field + ", {id: phone, type: text, label: 电话, used_by: 承办人, personal: true}"}
}

// The digest of a request stands in the event for good: whoever reads it and knows all of the
// request but the personal value cannot find that value by trying. The same request sent
// again, also after a restart, acts once, and with another value it is refused.
func TestOpen_TheDigestOfARequestTellsNothingOfPersonalValues(t *testing.T) {
	digests := map[string]bool{}
	govtest.EachWith(t, opens(t, withPhone(t)...), func(t *testing.T, c *govtest.County) {
		ctx := context.Background()
		req := docket.OpenRequest{Procedure: "test.asks", Title: "问", Unit: "qy-a", Occurred: c.Clock.Now(), Key: "k1",
			Fields: map[procedure.FieldID]string{"phone": "13900000000"}}
		first, err := c.Docket.Open(ctx, c.As("drafter", "qy-a"), req)
		if err != nil {
			t.Fatal(err)
		}
		acts := get(t, c, first.Case).Acts
		digest := acts[0].Payload.Request
		if len(digest) != hex.EncodedLen(sha256.Size) {
			t.Fatalf("digest %q", digest)
		}
		if digests[digest] {
			t.Error("another installation makes the same digest of the same request")
		}
		digests[digest] = true
		plain, err := json.Marshal(struct {
			Procedure, Title string
			Unit             gov.UnitID
			Occurred         gov.Instant
			Fields           map[procedure.FieldID]string
			Recording        *procedure.Recording
		}{req.Procedure, req.Title, req.Unit, req.Occurred, req.Fields, req.Recording})
		if err != nil {
			t.Fatal(err)
		}
		for _, guess := range [][]byte{plain, append([]byte(req.Key), plain...), []byte(req.Fields["phone"])} {
			if sum := sha256.Sum256(guess); hex.EncodeToString(sum[:]) == digest {
				t.Errorf("the digest is that of %s", guess)
			}
		}
		if bytes.Contains(acts[0].Envelope.Payload, []byte("13900000000")) {
			t.Error("the event holds the value itself")
		}

		if err := c.Stop(); err != nil {
			t.Fatal(err)
		}
		c = govtest.Start(t, c.App.Config, c.Clock)
		again, err := c.Docket.Open(ctx, c.As("drafter", "qy-a"), req)
		if err != nil || !again.Repeated || again.Case != first.Case {
			t.Errorf("after a restart: %+v %v", again, err)
		}
		req.Fields = map[procedure.FieldID]string{"phone": "13900000001"}
		if _, err := c.Docket.Open(ctx, c.As("drafter", "qy-a"), req); gov.KindOf(err) != gov.Conflict {
			t.Errorf("the key with another value: %v", err)
		}
		rebuilt(t, c)
	})
}
