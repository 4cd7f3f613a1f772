package ledger

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"zhunsheng/gov"
)

// Envelope is one record (记录): who did what in which stream, and when. Its encoding is
// what is stored, hashed and handed out; the bytes never change once written.
//
// The encoding is canonical: a decoder accepts exactly the bytes that Encode writes, so
// two readers can never understand one record differently. Fields that repeat columns of
// the event table come first, so that verifying them is a comparison of prefixes.
type Envelope struct {
	ID       string // of the event, time-ordered
	Stream   string // case/<id>, register/<name>, access/<id>, ledger/<what>
	Version  int64  // position in the stream, from 1
	Recorded gov.Instant
	// Private holds the salted digest (PrivateDigest) of each personal value by field. The
	// values lie beside the log and can be erased; the digests stay.
	Private  map[string]string
	Kind     string
	Occurred gov.Instant // the legal instant of the fact
	Actor    gov.Actor
	Key      string // the request key, if a request caused this
	Payload  json.RawMessage
}

// envelopeV1 is format 1. It never changes: a later format has a type of its own, and
// this reader stays.
type envelopeV1 struct {
	V        int               `json:"v"`
	ID       string            `json:"id"`
	Stream   string            `json:"stream"`
	Version  int64             `json:"version"`
	Recorded gov.Instant       `json:"recorded"`
	Private  map[string]string `json:"private,omitempty"`
	Kind     string            `json:"kind"`
	Occurred gov.Instant       `json:"occurred"`
	Actor    actorV1           `json:"actor"`
	Key      string            `json:"key,omitempty"`
	Payload  json.RawMessage   `json:"payload"`
}

// actorV1 fixes how an actor is written, whatever becomes of gov.Actor.
type actorV1 struct {
	Person   string `json:"person"`
	Post     string `json:"post,omitempty"`
	Unit     string `json:"unit,omitempty"`
	OnBehalf string `json:"on_behalf,omitempty"`
}

// MaxBody bounds the encoding of one event. Files are evidence, never payload.
const MaxBody = 1 << 20

// Encode gives the exact bytes to store. It refuses what Decode would not read back.
func (e Envelope) Encode() ([]byte, error) {
	if err := e.check(); err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	err := enc.Encode(envelopeV1{V: 1, ID: e.ID, Stream: e.Stream, Version: e.Version, Recorded: e.Recorded,
		Private: e.Private, Kind: e.Kind, Occurred: e.Occurred, Key: e.Key, Payload: e.Payload,
		Actor: actorV1{Person: string(e.Actor.Person), Post: string(e.Actor.Post), Unit: string(e.Actor.Unit),
			OnBehalf: string(e.Actor.OnBehalf)}})
	if err != nil {
		return nil, fmt.Errorf("ledger: encode event %s: %w", e.ID, err)
	}
	b := bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
	if len(b) > MaxBody {
		return nil, gov.Errorf(gov.Invalid, "这条记录的内容过长（%d 字节），请把长材料作为文件上传", len(b))
	}
	return b, nil
}

// DecodeEnvelope reads the exact bytes of an event, of any format ever released.
func DecodeEnvelope(b []byte) (Envelope, error) {
	format, ok := formatOf(b)
	if !ok {
		return Envelope{}, fmt.Errorf("ledger: these bytes are no event")
	}
	switch format {
	case 1:
		return decodeV1(b)
	}
	return Envelope{}, fmt.Errorf("ledger: event format %d is newer than this program", format)
}

// formatOf reads the format number that begins every encoding.
func formatOf(b []byte) (int, bool) {
	rest, ok := bytes.CutPrefix(b, []byte(`{"v":`))
	if !ok {
		return 0, false
	}
	digits, _, ok := bytes.Cut(rest, []byte(","))
	if !ok || len(digits) > 4 {
		return 0, false
	}
	n, err := strconv.Atoi(string(digits))
	return n, err == nil && n > 0 && strconv.Itoa(n) == string(digits)
}

func decodeV1(b []byte) (Envelope, error) {
	if len(b) > MaxBody || !utf8.Valid(b) {
		return Envelope{}, fmt.Errorf("ledger: malformed event")
	}
	var v envelopeV1
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&v); err != nil {
		return Envelope{}, fmt.Errorf("ledger: malformed event: %w", err)
	}
	e := Envelope{ID: v.ID, Stream: v.Stream, Version: v.Version, Recorded: v.Recorded, Private: v.Private,
		Kind: v.Kind, Occurred: v.Occurred, Key: v.Key, Payload: v.Payload,
		Actor: gov.Actor{Person: gov.PersonID(v.Actor.Person), Post: gov.Post(v.Actor.Post),
			Unit: gov.UnitID(v.Actor.Unit), OnBehalf: gov.PersonID(v.Actor.OnBehalf)}}
	// Repeated or differently spelled keys, spaces and escapes would all decode; writing
	// the event again finds them.
	again, err := e.Encode()
	if err != nil {
		return Envelope{}, err
	}
	if !bytes.Equal(again, b) {
		return Envelope{}, fmt.Errorf("ledger: event %s is not in the one form that is written", e.ID)
	}
	return e, nil
}

func (e Envelope) check() error {
	bad := func(what string) error { return fmt.Errorf("ledger: event %q of %q: bad %s", e.ID, e.Stream, what) }
	switch {
	case !plain(e.ID):
		return bad("id")
	case !ValidStream(e.Stream):
		return bad("stream")
	case e.Version < 1:
		return bad("version")
	case e.Recorded <= 0:
		return bad("recorded instant")
	case !plain(e.Kind):
		return bad("kind")
	case e.Actor.Person == "":
		return bad("actor")
	case len(e.Payload) == 0 || e.Payload[0] != '{' || !utf8.Valid(e.Payload):
		return bad("payload")
	}
	for field, digest := range e.Private {
		if d, err := hex.DecodeString(digest); err != nil || len(d) != len(Entry{}) || strings.ToLower(digest) != digest || !plain(field) {
			return bad("private digest")
		}
	}
	for _, s := range []string{string(e.Actor.Person), string(e.Actor.Post), string(e.Actor.Unit), string(e.Actor.OnBehalf), e.Key} {
		if !utf8.ValidString(s) {
			return bad("text")
		}
	}
	return nil
}

// streamKinds are the kinds of streams; the list only grows.
var streamKinds = []string{"case/", "register/", "access/", "ledger/", "import/"}

// ValidStream reports whether events may be appended to a stream of this name.
func ValidStream(s string) bool {
	for _, k := range streamKinds {
		if rest, ok := strings.CutPrefix(s, k); ok {
			return plain(rest)
		}
	}
	return false
}

// plain is visible ASCII that JSON writes as it stands.
func plain(s string) bool {
	if s == "" || len(s) > 200 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

// Heads reports whether the bytes of an event begin with the given columns, and whether
// personal values belong to it. It reads no further, which makes it cheap enough for
// verifying every row; the hash vouches for the rest.
func Heads(body []byte, id, stream string, version int64, recorded gov.Instant) (matches, private bool) {
	head := make([]byte, 0, 192)
	head = append(head, `{"v":1,"id":"`...)
	head = append(head, id...)
	head = append(head, `","stream":"`...)
	head = append(head, stream...)
	head = append(head, `","version":`...)
	head = strconv.AppendInt(head, version, 10)
	head = append(head, `,"recorded":`...)
	head = strconv.AppendInt(head, int64(recorded), 10)
	head = append(head, ',')
	rest, ok := bytes.CutPrefix(body, head)
	return ok, ok && bytes.HasPrefix(rest, []byte(`"private":`))
}
