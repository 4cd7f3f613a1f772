package ledger

import (
	"bytes"
	"strings"
	"testing"

	"zhunsheng/gov"
)

// recorded is a log of n envelopes with the receipt of one of them.
func recorded(t testing.TB, s Signer, n, index int64) (*Receipt, folder, Checkpoint) {
	t.Helper()
	f, b := folder{}, &Builder{}
	var disclosure []byte
	var entries []Entry
	for i := range n {
		body, err := testEnvelope(i).Encode()
		if err != nil {
			t.Fatal(err)
		}
		salt := bytes.Repeat([]byte{byte(i)}, SaltSize)
		entries = append(entries, Commit(salt, body))
		if i == index {
			disclosure, _ = Disclosure(salt, body)
		}
	}
	f.put(b.Append(entries))
	c := Checkpoint{Origin: s.Name(), Size: n, Root: b.Root()}
	signed, err := SignCheckpoint(c, s)
	if err != nil {
		t.Fatal(err)
	}
	proof, err := ProveEntry(f.read, c, index)
	if err != nil {
		t.Fatal(err)
	}
	return &Receipt{Index: index, Disclosure: disclosure, Proof: proof, Checkpoint: signed}, f, c
}

func TestReceipt_ProvesItsRecord(t *testing.T) {
	s := testSigner(t, "log.example/qy")
	for _, n := range []int64{1, 2, 300} {
		r, _, c := recorded(t, s, n, n-1)
		got, err := ParseReceipt(r.Encode())
		if err != nil {
			t.Fatal(err)
		}
		p, err := got.Verify(testPolicy(t, []string{s.VKey()}, nil, 0))
		if err != nil {
			t.Fatal(err)
		}
		if p.Index != n-1 || p.Envelope.ID != testEnvelope(n-1).ID || p.Checkpoint != c {
			t.Fatalf("proves %+v", p)
		}
	}
}

// One changed byte anywhere: the receipt is refused, or says exactly the same.
func TestReceipt_AttackerA_OneByteAnywhere(t *testing.T) {
	s := testSigner(t, "log.example/qy")
	r, _, _ := recorded(t, s, 7, 3)
	file := r.Encode()
	policy := testPolicy(t, []string{s.VKey()}, nil, 0)
	for i := range file {
		for _, flip := range []byte{1, 2, 0x20, 0x80} {
			bad := bytes.Clone(file)
			bad[i] ^= flip
			got, err := ParseReceipt(bad)
			if err != nil {
				continue
			}
			if _, err := got.Verify(policy); err == nil {
				t.Fatalf("byte %d xor %#x: still believed", i, flip)
			}
		}
	}
}

func TestReceipt_RefusesOthersKeysAndMissingWitnesses(t *testing.T) {
	s, other := testSigner(t, "log.example/qy"), testSigner(t, "log.example/other")
	w, err := ParseCosigner(testKey(t, "witness.example/1"))
	if err != nil {
		t.Fatal(err)
	}
	r, _, c := recorded(t, s, 7, 3)
	if _, err := r.Verify(testPolicy(t, []string{other.VKey()}, nil, 0)); gov.KindOf(err) != gov.Invalid {
		t.Fatalf("another log's key: %v", err)
	}
	strict := testPolicy(t, []string{s.VKey()}, []string{w.VKey()}, -1)
	if _, err := r.Verify(strict); err == nil || !strings.Contains(err.Error(), "0 家") {
		t.Fatalf("without a cosignature: %v", err)
	}
	r.Checkpoint = AddSignatures(r.Checkpoint, w.Cosign(c, 1_700_000_000_000_000))
	p, err := r.Verify(strict)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Cosigned) != 1 || p.Cosigned[0] != (Cosignature{"witness.example/1", 1_700_000_000}) {
		t.Fatalf("cosigned: %+v", p.Cosigned)
	}
	// Signed again later, the newer line takes the place of the older one.
	r.Checkpoint = AddSignatures(r.Checkpoint, w.Cosign(c, 1_700_000_060_000_000))
	if p, err = r.Verify(strict); err != nil || p.Cosigned[0].Seconds != 1_700_000_060 || bytes.Count(r.Checkpoint, []byte("— ")) != 2 {
		t.Fatalf("cosigned again: %+v, %v\n%s", p, err, r.Checkpoint)
	}
	if again := AddSignatures(r.Checkpoint, []byte("junk\n— x y\n— x")); !bytes.Equal(again, r.Checkpoint) {
		t.Fatalf("junk was added: %s", again)
	}
	// A witness's key alone does not make a log.
	if _, err := ParsePolicy([]string{w.VKey()}, nil, 0); err == nil {
		t.Fatal("a witness key was taken for a log key")
	}
	if _, err := ParsePolicy([]string{s.VKey()}, []string{s.VKey()}, -1); err == nil {
		t.Fatal("a log key was taken for a witness key")
	}
}

// The log must sign under its own name: a key trusted for one log proves nothing about
// another.
func TestPolicy_TheOriginMustBeTheSigner(t *testing.T) {
	a, b := testSigner(t, "log.example/a"), testSigner(t, "log.example/b")
	c := Checkpoint{Origin: a.Name(), Size: 0, Root: (&Tree{}).Root()}
	if _, err := SignCheckpoint(c, b); err == nil {
		t.Fatal("b signed for a")
	}
	signed, err := SignCheckpoint(c, a)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := testPolicy(t, []string{a.VKey(), b.VKey()}, nil, 0).Open(signed); err != nil {
		t.Fatal(err)
	}
	forged := bytes.Replace(signed, []byte("log.example/a\n0\n"), []byte("log.example/b\n0\n"), 1)
	if _, _, err := testPolicy(t, []string{a.VKey(), b.VKey()}, nil, 0).Open(forged); err == nil {
		t.Fatal("a checkpoint under another origin was believed")
	}
}

func TestReceipt_ShortNamesRecordAndOrigin(t *testing.T) {
	s := testSigner(t, "log.example/qy")
	r, _, _ := recorded(t, s, 7, 3)
	f := strings.Fields(r.Short())
	if len(f) != 4 || f[0] != "ZS1" || f[1] != "log.example/qy" || f[2] != "3" || len(f[3]) != 64 {
		t.Fatalf("short form %q", r.Short())
	}
}

func TestParseCheckpoint_OneForm(t *testing.T) {
	const good = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
	c, err := ParseCheckpoint(good)
	if err != nil || c.Origin != "example.com/behind-the-sofa" || c.Size != 20852163 || c.String() != good {
		t.Fatalf("%+v, %v", c, err)
	}
	if c, err := ParseCheckpoint(good + "extension\n"); err != nil || c.Extension != "extension\n" {
		t.Fatalf("extension: %+v, %v", c, err)
	}
	for _, bad := range []string{"", "a\n1\n", "\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", strings.Replace(good, "2085", "02085", 1),
		strings.Replace(good, "20852163", "-1", 1), strings.Replace(good, "q2I=", "q2J=", 1), strings.TrimSuffix(good, "\n"), good + "\n", good + "a\n\n", good + "a"} {
		if _, err := ParseCheckpoint(bad); err == nil {
			t.Errorf("was read: %q", bad)
		}
	}
}

func FuzzParseReceipt(f *testing.F) {
	s := testSigner(f, "log.example/qy")
	r, _, _ := recorded(f, s, 7, 3)
	policy := testPolicy(f, []string{s.VKey()}, nil, 0)
	f.Add(r.Encode())
	f.Add([]byte("c2sp.org/tlog-proof@v1\nextra \nindex 0\n\n"))
	want := r.Encode()
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := ParseReceipt(b)
		if err != nil {
			return
		}
		if !bytes.Equal(got.Encode(), b) {
			t.Fatalf("%q was read but is written otherwise", b)
		}
		if _, err := got.Verify(policy); err == nil && !bytes.Equal(b[:400], want[:400]) {
			t.Fatalf("another receipt verifies: %q", b)
		}
	})
}

func FuzzParseCheckpoint(f *testing.F) {
	f.Add("example.com/x\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n")
	f.Fuzz(func(t *testing.T, text string) {
		if c, err := ParseCheckpoint(text); err == nil && c.String() != text {
			t.Fatalf("%q was read but is written as %q", text, c.String())
		}
	})
}

func FuzzParseBundle(f *testing.F) {
	f.Add(AppendEntry(nil, testEntry(1)))
	f.Fuzz(func(t *testing.T, b []byte) {
		entries, err := ParseBundle(b)
		if err != nil {
			return
		}
		var again []byte
		for _, e := range entries {
			again = AppendEntry(again, e)
		}
		if !bytes.Equal(again, b) {
			t.Fatalf("%x was read but is written as %x", b, again)
		}
	})
}
