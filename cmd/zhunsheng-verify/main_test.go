package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zhunsheng/gov"
	"zhunsheng/ledger"
)

// The offline verifier links no database, driver, server or client.
func TestVerifier_LinksNoDatabaseNorNetwork(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	deps := strings.Fields(string(out))
	if !slices.Contains(deps, "zhunsheng/ledger") {
		t.Fatalf("this is not the list of dependencies: %q", out)
	}
	for _, d := range deps {
		own := strings.HasPrefix(d, "zhunsheng/") && !slices.Contains([]string{"zhunsheng/gov", "zhunsheng/ledger", "zhunsheng/cmd/zhunsheng-verify"}, d)
		if own || d == "database/sql" || d == "net" || d == "net/http" || strings.HasPrefix(d, "modernc.org/") ||
			strings.HasPrefix(d, "github.com/jackc/") || strings.HasPrefix(d, "filippo.io/") {
			t.Errorf("links %s", d)
		}
	}
}

type seed byte

func (s seed) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(s)
	}
	return len(b), nil
}

// log is a published log with two witnesses, in a folder.
type testLog struct {
	t       *testing.T
	dir     string
	signer  ledger.Signer
	witness *ledger.Cosigner
	b       *ledger.Builder
	bodies  [][]byte
}

func newTestLog(t *testing.T, payload string) *testLog {
	t.Helper()
	l := &testLog{t: t, dir: t.TempDir(), b: &ledger.Builder{}}
	skey, err := ledger.GenerateKey(seed(1), "zhunsheng/qingyuan")
	if err != nil {
		t.Fatal(err)
	}
	if l.signer, err = ledger.ParseSigner(skey); err != nil {
		t.Fatal(err)
	}
	wkey, err := ledger.GenerateKey(seed(2), "witness.example/court")
	if err != nil {
		t.Fatal(err)
	}
	if l.witness, err = ledger.ParseCosigner(wkey); err != nil {
		t.Fatal(err)
	}
	l.grow(300, payload)
	return l
}

func (l *testLog) grow(to int64, payload string) {
	l.t.Helper()
	var entries []ledger.Entry
	for i := l.b.Size(); i < to; i++ {
		e := ledger.Envelope{ID: fmt.Sprintf("01JD%022d", i), Stream: fmt.Sprintf("case/C%d", i), Version: 1, Kind: "case.act",
			Recorded: gov.MustDay("2026-10-09").Start() + gov.Instant(i), Occurred: gov.MustDay("2026-10-08").Start(),
			Actor:   gov.Actor{Person: "zhangsan", Post: "drafter", Unit: "qy-sfj", OnBehalf: "lisi"},
			Private: map[string]string{"phone": strings.Repeat("ab", 32)}, Payload: []byte(payload)}
		body, err := e.Encode()
		if err != nil {
			l.t.Fatal(err)
		}
		l.bodies = append(l.bodies, body)
		entries = append(entries, ledger.Commit(salt, body))
	}
	for _, f := range l.b.Append(entries) {
		l.put(f.Path, f.Data)
	}
	l.put(ledger.CheckpointPath, l.signed())
}

var salt = bytes.Repeat([]byte{5}, ledger.SaltSize)

func (l *testLog) put(path string, data []byte) string {
	l.t.Helper()
	full := filepath.Join(l.dir, path)
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		l.t.Fatal(err)
	}
	if err := os.WriteFile(full, data, 0o644); err != nil {
		l.t.Fatal(err)
	}
	return full
}

func (l *testLog) signed() []byte {
	l.t.Helper()
	c := ledger.Checkpoint{Origin: l.signer.Name(), Size: l.b.Size(), Root: l.b.Root()}
	note, err := ledger.SignCheckpoint(c, l.signer)
	if err != nil {
		l.t.Fatal(err)
	}
	return ledger.AddSignatures(note, l.witness.Cosign(c, gov.MustDay("2026-10-09").Start()))
}

func (l *testLog) receipt(index int64) string {
	l.t.Helper()
	note := l.signed()
	c, err := ledger.PeekCheckpoint(note)
	if err != nil {
		l.t.Fatal(err)
	}
	proof, err := ledger.ProveEntry(folder(l.dir), c, index)
	if err != nil {
		l.t.Fatal(err)
	}
	d, err := ledger.Disclosure(salt, l.bodies[index])
	if err != nil {
		l.t.Fatal(err)
	}
	r := ledger.Receipt{Index: index, Disclosure: d, Proof: proof, Checkpoint: note}
	return l.put(fmt.Sprintf("r%d-%d%s", index, c.Size, ledger.ReceiptSuffix), r.Encode())
}

func verify(t *testing.T, want int, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if code := run(args, &out, &errs); code != want {
		t.Errorf("%q: exit %d, want %d\n%s%s", args, code, want, &out, &errs)
	}
	return out.String() + errs.String()
}

func TestVerify_TellsWhatAReceiptProves(t *testing.T) {
	l := newTestLog(t, `{"effects":{"step":"publication-review","state":{"status":"done","outcome":"passed"}},"title":"关于印发《办法》的通知"}`)
	text := verify(t, 0, "--key", l.signer.VKey(), "--witness", l.witness.VKey(), l.receipt(123))
	for _, want := range []string{"✓", "zhunsheng/qingyuan", "123（检查点共 300 条记录）", "2026-10-09 00:00:00", "2026-10-08 00:00:00",
		"zhangsan（单位 qy-sfj，岗位 drafter，代 lisi）", "办理（case.act）", "case/C123，第 1 项", "witness.example/court 于 2026-10-09 00:00:00 副署",
		"环节      publication-review", "办理结果  passed", "个人信息  1 项", "关于印发《办法》的通知"} {
		if !strings.Contains(text, want) {
			t.Errorf("says nothing of %q:\n%s", want, text)
		}
	}
	if text := verify(t, 0, "--key", l.signer.VKey(), l.receipt(0), l.receipt(299)); strings.Count(text, "✓") != 2 {
		t.Errorf("two receipts:\n%s", text)
	}
}

func TestVerify_ExitCodes(t *testing.T) {
	l := newTestLog(t, `{}`)
	key, witness, receipt := l.signer.VKey(), l.witness.VKey(), l.receipt(7)
	other := newTestLog(t, `{"another":"history"}`)
	good, err := os.ReadFile(receipt)
	if err != nil {
		t.Fatal(err)
	}
	cut := l.put("cut"+ledger.ReceiptSuffix, good[:len(good)-20])
	forged := l.put("forged"+ledger.ReceiptSuffix, bytes.Replace(good, []byte("index 7"), []byte("index 6"), 1))
	stranger, err := ledger.GenerateKey(seed(9), "witness.example/court")
	if err != nil {
		t.Fatal(err)
	}
	w, err := ledger.ParseCosigner(stranger)
	if err != nil {
		t.Fatal(err)
	}
	old := l.put("old", l.signed())
	otherOld := other.put("old", other.signed())
	l.grow(500, `{}`)
	newer := l.receipt(7)
	for _, c := range []struct {
		name string
		want int
		args []string
	}{
		{"good", 0, []string{"--key", key, receipt}},
		{"named", 0, []string{"receipt", "--key", key, receipt}},
		{"cut", 1, []string{"--key", key, cut}},
		{"forged", 1, []string{"--key", key, forged}},
		{"one of two forged", 1, []string{"--key", key, receipt, forged}},
		{"witness did not sign", 1, []string{"--key", key, "--witness", w.VKey(), receipt}},
		{"one witness is enough", 0, []string{"--key", key, "--witness", w.VKey(), "--witness", witness, "--quorum", "1", receipt}},
		{"no key", 2, []string{receipt}},
		{"junk key", 2, []string{"--key", "x", receipt}},
		{"no such file", 2, []string{"--key", key, receipt + "x"}},
		{"unknown flag", 2, []string{"--key", key, "--nonsense", receipt}},
		{"same checkpoint", 0, []string{"--key", key, "--checkpoint", old, receipt}},
		{"other history", 1, []string{"--key", key, "--checkpoint", otherOld, receipt}},
		{"cannot be told", 2, []string{"--key", key, "--checkpoint", old, newer}},
		{"told by the tiles", 0, []string{"--key", key, "--checkpoint", old, "--tiles", l.dir, newer}},
		{"other history by the tiles", 1, []string{"--key", key, "--checkpoint", otherOld, "--tiles", l.dir, newer}},
		{"older receipt, newer checkpoint", 0, []string{"--key", key, "--checkpoint", filepath.Join(l.dir, "checkpoint"), "--tiles", l.dir, receipt}},
		{"tiles", 0, []string{"tiles", "--key", key, "--witness", witness, "--checkpoint", old, l.dir}},
		{"tiles of other history", 1, []string{"tiles", "--key", key, "--checkpoint", otherOld, l.dir}},
		{"tiles without checkpoint", 2, []string{"tiles", "--key", key, filepath.Join(l.dir, "tile")}},
		{"tiles, witness did not sign", 1, []string{"tiles", "--key", key, "--witness", w.VKey(), l.dir}},
		{"checkpoint is none", 2, []string{"--key", key, "--checkpoint", receipt, receipt}},
		{"help", 0, []string{"--help"}},
	} {
		t.Run(c.name, func(t *testing.T) { verify(t, c.want, c.args...) })
	}
}

func TestVerify_TilesNamesTheDamagedFile(t *testing.T) {
	l := newTestLog(t, `{}`)
	for _, path := range []string{ledger.TilePath(0, 0, 256), ledger.TilePath(-1, 1, 44), ledger.TilePath(1, 0, 1)} {
		data, err := os.ReadFile(filepath.Join(l.dir, path))
		if err != nil {
			t.Fatal(err)
		}
		bad := bytes.Clone(data)
		bad[10] ^= 1
		l.put(path, bad)
		if text := verify(t, 1, "tiles", "--key", l.signer.VKey(), l.dir); !strings.Contains(text, path) {
			t.Errorf("%s is not named:\n%s", path, text)
		}
		l.put(path, data)
	}
	verify(t, 0, "tiles", "--key", l.signer.VKey(), l.dir)
	if err := os.RemoveAll(filepath.Join(l.dir, "tile")); err != nil {
		t.Fatal(err)
	}
	verify(t, 1, "tiles", "--key", l.signer.VKey(), l.dir)
}

func TestVerify_FindsStepAndOutcome(t *testing.T) {
	for payload, want := range map[string][2]string{
		`{"effects":{"step":"review","state":{"outcome":"passed"}}}`: {"review", "passed"},
		`{"effects":{"step":"review"}}`:                              {"review", ""},
		`{"case":"C1","step":"review","rules":["a"]}`:                {"review", ""},
		`{"key":"qy-sfj","data":{"name":"司法局"}}`:                     {"", ""},
		`{"effects":"of another kind"}`:                              {"", ""},
		`[1]`:                                                        {"", ""},
	} {
		if step, outcome := stepOf([]byte(payload)); step != want[0] || outcome != want[1] {
			t.Errorf("%s: %q %q", payload, step, outcome)
		}
	}
}

// What stands in a record was written by people: it must not steer the terminal.
func TestVerify_PrintsNoControlCharacters(t *testing.T) {
	long := `{"a":[` + strings.TrimSuffix(strings.Repeat("1,", 100), ",") + `],"evil":"` + "\u009b31m\u202e" + `"}`
	l := newTestLog(t, long)
	short := verify(t, 0, "--key", l.signer.VKey(), l.receipt(1))
	if !strings.Contains(short, "其余") || strings.Contains(short, "evil") {
		t.Errorf("a long record is not cut:\n%s", short)
	}
	full := verify(t, 0, "--key", l.signer.VKey(), "--full", l.receipt(1))
	if !strings.Contains(full, "evil") || strings.ContainsAny(full, "\u009b\u202e") {
		t.Errorf("full text: %q", full)
	}
}
