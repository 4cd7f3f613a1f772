package ledger

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"zhunsheng/gov"
)

// goldenV1 is format 1 as it was released. It is never edited: old records must be read.
const goldenV1 = `{"v":1,"id":"01JD0000000000000000000007","stream":"case/C7","version":3,"recorded":1700000000000007,` +
	`"private":{"applicant":"0011223344556677889900112233445566778899001122334455667788990011"},"kind":"case.act",` +
	`"occurred":1699999999000000,"actor":{"person":"zhangsan","post":"drafter","unit":"qy-sfj","on_behalf":"lisi"},` +
	`"key":"k-1","payload":{"title":"关于<印发>的通知 & 附件","n":1.50}}`

func TestEnvelope_ReadsTheReleasedFormat(t *testing.T) {
	want := Envelope{ID: "01JD0000000000000000000007", Stream: "case/C7", Version: 3, Kind: "case.act",
		Recorded: 1700000000000007, Occurred: 1699999999000000, Key: "k-1",
		Actor:   gov.Actor{Person: "zhangsan", Post: "drafter", Unit: "qy-sfj", OnBehalf: "lisi"},
		Private: map[string]string{"applicant": "0011223344556677889900112233445566778899001122334455667788990011"},
		Payload: []byte(`{"title":"关于<印发>的通知 & 附件","n":1.50}`)}
	got, err := DecodeEnvelope([]byte(goldenV1))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Fatal(d)
	}
	b, err := got.Encode()
	if err != nil || string(b) != goldenV1 {
		t.Fatalf("written again: %s (%v)", b, err)
	}
}

// Only the bytes that Encode writes are an event.
func TestEnvelope_RefusesEveryOtherSpelling(t *testing.T) {
	for name, edit := range map[string][2]string{
		"unknown field":      {`"key":"k-1",`, `"key":"k-1","extra":1,`},
		"repeated field":     {`"version":3,`, `"version":4,"version":3,`},
		"other case":         {`"kind":`, `"Kind":`},
		"space":              {`"version":3`, `"version": 3`},
		"escape":             {`zhangsan`, `zhang\u0073an`},
		"other order":        {`"kind":"case.act","occurred":1699999999000000`, `"occurred":1699999999000000,"kind":"case.act"`},
		"empty optional":     {`"key":"k-1"`, `"key":""`},
		"trailing":           {`1.50}}`, `1.50}} `},
		"second value":       {`1.50}}`, `1.50}}{}`},
		"newer format":       {`"v":1`, `"v":2`},
		"no format":          {`{"v":1,`, `{`},
		"payload no object":  {`{"title":"关于<印发>的通知 & 附件","n":1.50}`, `[1]`},
		"version zero":       {`"version":3`, `"version":0`},
		"unknown stream":     {`case/C7`, `other/C7`},
		"stream with quote":  {`case/C7`, `case/\"`},
		"short digest":       {`"0011`, `"11`},
		"upper case digest":  {`aabb`, `AABB`},
		"no actor":           {`"person":"zhangsan"`, `"person":""`},
		"invalid utf-8":      {`通知`, "\xff"},
		"fraction":           {`1700000000000007`, `1700000000000007.0`},
		"negative recorded":  {`"recorded":1700000000000007`, `"recorded":-1`},
		"html escaped":       {`<`, `\u003c`}, // valid JSON, but payload bytes are kept: see below
		"recorded too large": {`1700000000000007`, `99999999999999999999`},
	} {
		t.Run(name, func(t *testing.T) {
			base := strings.Replace(goldenV1, "0011223344556677889900112233445566778899001122334455667788990011",
				"aabb223344556677889900112233445566778899001122334455667788990011", 1)
			if name == "short digest" {
				base = goldenV1
			}
			text := strings.Replace(base, edit[0], edit[1], 1)
			if text == base {
				t.Fatal("the edit changes nothing")
			}
			e, err := DecodeEnvelope([]byte(text))
			if name == "html escaped" {
				// Inside the payload every spelling is the writer's; its bytes are kept.
				if b, _ := e.Encode(); err != nil || string(b) != text {
					t.Fatalf("payload bytes were not kept: %v", err)
				}
				return
			}
			if err == nil {
				t.Fatalf("was read: %+v", e)
			}
		})
	}
}

func TestEnvelope_EncodeRefusesWhatCannotBeReadBack(t *testing.T) {
	for name, edit := range map[string]func(*Envelope){
		"no id":            func(e *Envelope) { e.ID = "" },
		"id with space":    func(e *Envelope) { e.ID = "a b" },
		"stream":           func(e *Envelope) { e.Stream = "case/" },
		"version":          func(e *Envelope) { e.Version = 0 },
		"kind":             func(e *Envelope) { e.Kind = "办理" },
		"recorded":         func(e *Envelope) { e.Recorded = 0 },
		"payload":          func(e *Envelope) { e.Payload = nil },
		"payload no json":  func(e *Envelope) { e.Payload = []byte(`{"a":`) },
		"two payloads":     func(e *Envelope) { e.Payload = []byte(`{},"x":{}`) },
		"private field":    func(e *Envelope) { e.Private = map[string]string{"姓名": strings.Repeat("00", 32)} },
		"private no hash":  func(e *Envelope) { e.Private = map[string]string{"name": "00"} },
		"too long":         func(e *Envelope) { e.Payload = []byte(`{"a":"` + strings.Repeat("x", MaxBody) + `"}`) },
		"person not utf-8": func(e *Envelope) { e.Actor.Person = "\xff" },
	} {
		e := testEnvelope(1)
		edit(&e)
		if b, err := e.Encode(); err == nil {
			t.Errorf("%s: was written: %s", name, b)
		}
	}
}

func TestEnvelope_WritesAndReadsBack(t *testing.T) {
	text := rapid.StringMatching(`[a-zA-Z0-9/._-]{1,20}`)
	rapid.Check(t, func(rt *rapid.T) {
		e := testEnvelope(rapid.Int64Range(0, 1e6).Draw(rt, "n"))
		e.Stream = "register/" + text.Draw(rt, "stream")
		e.Version = rapid.Int64Range(1, 1<<62).Draw(rt, "version")
		e.Actor.Person = gov.PersonID(rapid.StringN(1, 20, -1).Draw(rt, "person"))
		e.Key = rapid.String().Draw(rt, "key")
		b, err := e.Encode()
		if err != nil {
			rt.Fatal(err)
		}
		got, err := DecodeEnvelope(b)
		if err != nil {
			rt.Fatalf("%s: %v", b, err)
		}
		if d := cmp.Diff(e, got); d != "" {
			rt.Fatal(d)
		}
		if ok, private := Heads(b, e.ID, e.Stream, e.Version, e.Recorded); !ok || private {
			rt.Fatalf("Heads = %v, %v", ok, private)
		}
	})
}

func TestHeads_NoticesEveryColumn(t *testing.T) {
	e, _ := DecodeEnvelope([]byte(goldenV1))
	b := []byte(goldenV1)
	if ok, private := Heads(b, e.ID, e.Stream, e.Version, e.Recorded); !ok || !private {
		t.Fatalf("Heads = %v, %v", ok, private)
	}
	for i, ok := range []bool{
		heads(b, e.ID+"x", e.Stream, e.Version, e.Recorded),
		heads(b, e.ID, e.Stream+"x", e.Version, e.Recorded),
		heads(b, e.ID, e.Stream, e.Version+1, e.Recorded),
		heads(b, e.ID, e.Stream, e.Version, e.Recorded*10),
	} {
		if ok {
			t.Errorf("column %d: a difference was not noticed", i)
		}
	}
}

func heads(b []byte, id, stream string, version int64, recorded gov.Instant) bool {
	ok, _ := Heads(b, id, stream, version, recorded)
	return ok
}

func TestCommit_BindsSaltAndEveryByte(t *testing.T) {
	salt, body := bytes.Repeat([]byte{1}, SaltSize), []byte(goldenV1)
	e := Commit(salt, body)
	d, err := Disclosure(salt, body)
	if err != nil {
		t.Fatal(err)
	}
	if e != Entry(sha256Sum(d)) {
		t.Fatal("the entry is not the SHA-256 of the disclosure")
	}
	for i := range d {
		d[i] ^= 1
		if Entry(sha256Sum(d)) == e {
			t.Fatalf("byte %d is not bound", i)
		}
		d[i] ^= 1
	}
	s, b, err := OpenDisclosure(d)
	if err != nil || !bytes.Equal(s, salt) || !bytes.Equal(b, body) {
		t.Fatalf("disclosure does not open: %v", err)
	}
	// Moving a byte from the body into the salt must not give the same entry.
	if Commit(append(salt, body[0]), body[1:]) == e {
		t.Fatal("salt and body can be split in two ways")
	}
	if _, err := Disclosure(salt[1:], body); err == nil {
		t.Fatal("a short salt was taken")
	}
}

func TestPrivateDigest_OpensWithItsSaltOnly(t *testing.T) {
	salt := bytes.Repeat([]byte{9}, SaltSize)
	d, err := PrivateDigest(salt, []byte("张三"))
	if err != nil || !CheckPrivate(d, salt, []byte("张三")) {
		t.Fatalf("digest does not open: %v", err)
	}
	if CheckPrivate(d, salt, []byte("张四")) || CheckPrivate(d, bytes.Repeat([]byte{8}, SaltSize), []byte("张三")) || CheckPrivate(d, salt[1:], []byte("张三")) {
		t.Fatal("digest opens with something else")
	}
}

func FuzzDecodeEnvelope(f *testing.F) {
	f.Add([]byte(goldenV1))
	b, _ := testEnvelope(3).Encode()
	f.Add(b)
	f.Add([]byte(`{"v":1,"id":"a"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := DecodeEnvelope(b)
		if err != nil {
			return
		}
		again, err := e.Encode()
		if err != nil || !bytes.Equal(again, b) {
			t.Fatalf("%q was read but is written as %q (%v)", b, again, err)
		}
		if ok, private := Heads(b, e.ID, e.Stream, e.Version, e.Recorded); !ok || private != (len(e.Private) > 0) {
			t.Fatalf("Heads = %v, %v of %q", ok, private, b)
		}
	})
}
