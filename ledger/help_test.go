package ledger

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io/fs"
	"testing"

	"zhunsheng/gov"
)

// counter is a source of bytes that are the same in each run.
type counter struct{ n uint64 }

func (c *counter) Read(b []byte) (int, error) {
	for i := range b {
		var w [8]byte
		binary.BigEndian.PutUint64(w[:], c.n*0x9e3779b97f4a7c15+1)
		b[i] = w[0]
		c.n++
	}
	return len(b), nil
}

func testSigner(t testing.TB, name string) Signer {
	t.Helper()
	s, err := ParseSigner(testKey(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func testKey(t testing.TB, name string) string {
	t.Helper()
	skey, err := GenerateKey(&counter{uint64(len(name)) * 1000}, name)
	if err != nil {
		t.Fatal(err)
	}
	return skey
}

func testPolicy(t testing.TB, logs, witnesses []string, quorum int) Policy {
	t.Helper()
	p, err := ParsePolicy(logs, witnesses, quorum)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// folder is a published log in memory.
type folder map[string][]byte

func (f folder) read(path string) ([]byte, error) {
	if d, ok := f[path]; ok {
		return d, nil
	}
	return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
}

func (f folder) put(files []File) {
	for _, x := range files {
		f[x.Path] = x.Data
	}
}

func (f folder) clone() folder {
	out := folder{}
	for k, v := range f {
		out[k] = bytes.Clone(v)
	}
	return out
}

func testEntry(i int64) Entry {
	return Commit(bytes.Repeat([]byte{byte(i)}, SaltSize), fmt.Appendf(nil, "event %d", i))
}

// testLog is a log of n entries, published in batches of the given sizes.
func testLog(t testing.TB, s Signer, n int64, batch int64) (folder, *Builder, Checkpoint) {
	t.Helper()
	f, b := folder{}, &Builder{}
	for b.Size() < n {
		var entries []Entry
		for i := b.Size(); i < min(n, b.Size()+batch); i++ {
			entries = append(entries, testEntry(i))
		}
		f.put(b.Append(entries))
	}
	c := Checkpoint{Origin: s.Name(), Size: b.Size(), Root: b.Root()}
	signed, err := SignCheckpoint(c, s)
	if err != nil {
		t.Fatal(err)
	}
	f[CheckpointPath] = signed
	return f, b, c
}

func testEnvelope(i int64) Envelope {
	return Envelope{ID: fmt.Sprintf("01JD%022d", i), Stream: fmt.Sprintf("case/C%d", i), Version: 1, Kind: "case.act",
		Recorded: 1_700_000_000_000_000 + gov.Instant(i), Occurred: 1_699_999_999_000_000,
		Actor:   gov.Actor{Person: "zhangsan", Post: "drafter", Unit: "qy-sfj"},
		Payload: fmt.Appendf(nil, `{"n":%d,"title":"关于<印发>的通知"}`, i)}
}
