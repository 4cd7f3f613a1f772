package ledger

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"testing"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"zhunsheng/gov"
)

// torchwood is an implementation of the C2SP formats by other people. Production code does
// not use it, so that these tests compare two implementations.

func TestInterop_TilePaths(t *testing.T) {
	for _, n := range []int64{0, 5, 999, 1000, 1234067} {
		for _, w := range []int{1, 17, 255, 256} {
			for _, level := range []int{-1, 0, 1, 3} {
				tile := tlog.Tile{H: torchwood.TileHeight, L: level, N: n, W: w}
				path := TilePath(level, n, w)
				if path != torchwood.TilePath(tile) {
					t.Errorf("%s, torchwood says %s", path, torchwood.TilePath(tile))
				}
				if back, err := torchwood.ParseTilePath(path); err != nil || back != tile {
					t.Errorf("%s is read as %v (%v)", path, back, err)
				}
			}
		}
	}
}

type memoryTiles struct{ f folder }

func (m memoryTiles) ReadTiles(_ context.Context, tiles []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, t := range tiles {
		d, err := m.f.read(torchwood.TilePath(t))
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}
func (memoryTiles) SaveTiles([]tlog.Tile, [][]byte) {}
func (m memoryTiles) ReadEndpoint(_ context.Context, path string) ([]byte, error) {
	return m.f.read(path)
}

func TestInterop_TheirClientReadsOurLog(t *testing.T) {
	s := testSigner(t, "log.example/qy")
	f, _, c := testLog(t, s, 700, 90)
	v, err := note.NewVerifier(s.VKey())
	if err != nil {
		t.Fatal(err)
	}
	policy := torchwood.ThresholdPolicy(2, torchwood.OriginPolicy(s.Name()), torchwood.SingleVerifierPolicy(v))
	theirs, _, err := torchwood.VerifyCheckpoint(f[CheckpointPath], policy)
	if err != nil || theirs.N != c.Size || theirs.Hash != c.Root || theirs.String() != c.String() {
		t.Fatalf("checkpoint: %+v, %v", theirs, err)
	}
	client, err := torchwood.NewClient(memoryTiles{f})
	if err != nil {
		t.Fatal(err)
	}
	n := int64(0)
	for i, entry := range client.AllEntries(t.Context(), theirs.Tree, 0) {
		if want := testEntry(i); !bytes.Equal(entry, want[:]) {
			t.Fatalf("entry %d differs", i)
		}
		n++
	}
	if err := client.Err(); err != nil || n != c.Size {
		t.Fatalf("read %d entries: %v", n, err)
	}
}

func TestInterop_ReceiptsBothWays(t *testing.T) {
	s := testSigner(t, "log.example/qy")
	r, _, _ := recorded(t, s, 300, 77)
	v, _ := note.NewVerifier(s.VKey())
	policy := torchwood.ThresholdPolicy(2, torchwood.OriginPolicy(s.Name()), torchwood.SingleVerifierPolicy(v))
	file := r.Encode()
	extra, err := torchwood.ProofExtraData(file)
	if err != nil {
		t.Fatal(err)
	}
	entry := sha256Sum(extra) // all that is needed to know the record is ours
	if err := torchwood.VerifyProof(policy, tlog.RecordHash(entry[:]), file); err != nil {
		t.Fatal(err)
	}
	theirs := torchwood.FormatProofWithExtraData(r.Index, r.Disclosure, r.Proof, r.Checkpoint)
	got, err := ParseReceipt(theirs)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := got.Verify(testPolicy(t, []string{s.VKey()}, nil, 0)); err != nil {
		t.Fatal(err)
	}
}

func TestInterop_CosignaturesBothWays(t *testing.T) {
	s := testSigner(t, "log.example/qy")
	f, _, c := testLog(t, s, 5, 5)
	skey := testKey(t, "witness.example/1")
	ours, err := ParseCosigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	// Ours, checked by them.
	v, err := torchwood.NewCosignatureVerifier(ours.VKey())
	if err != nil {
		t.Fatal(err)
	}
	signed := AddSignatures(f[CheckpointPath], ours.Cosign(c, 1_700_000_000_500_000))
	n, err := note.Open(signed, note.VerifierList(v))
	if err != nil {
		t.Fatal(err)
	}
	if at, err := torchwood.CosignatureTimestamp(n.Sigs[0]); err != nil || at != 1_700_000_000 {
		t.Fatalf("time %d, %v", at, err)
	}
	// Theirs, checked by us.
	key, _ := base64.StdEncoding.DecodeString(skey[len(skey)-44:])
	them, err := torchwood.NewCosignatureSigner("witness.example/1", ed25519.NewKeyFromSeed(key[1:]))
	if err != nil {
		t.Fatal(err)
	}
	if them.Verifier().String() != ours.VKey() {
		t.Fatalf("keys: %s, %s", them.Verifier(), ours.VKey())
	}
	opened, err := note.Open(f[CheckpointPath], note.VerifierList(mustVerifier(t, s.VKey())))
	if err != nil {
		t.Fatal(err)
	}
	both, err := note.Sign(opened, them)
	if err != nil {
		t.Fatal(err)
	}
	if _, co, err := testPolicy(t, []string{s.VKey()}, []string{ours.VKey()}, 1).Open(both); err != nil || len(co) != 1 {
		t.Fatalf("cosigned %v, %v", co, err)
	}
}

func mustVerifier(t *testing.T, vkey string) note.Verifier {
	t.Helper()
	v, err := note.NewVerifier(vkey)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// A witness that is asked every minute about the same checkpoint must not fill it up: the
// note would soon hold more lines than anybody opens.
func TestAddSignatures_OneLineForEachKey(t *testing.T) {
	s := testSigner(t, "log.example/qy")
	f, _, c := testLog(t, s, 5, 5)
	one, err := ParseCosigner(testKey(t, "witness.example/1"))
	if err != nil {
		t.Fatal(err)
	}
	two, err := ParseCosigner(testKey(t, "witness.example/two"))
	if err != nil {
		t.Fatal(err)
	}
	signed := f[CheckpointPath]
	for minute := range 500 {
		at := gov.Instant(1_700_000_000_000_000 + minute*60_000_000)
		signed = AddSignatures(signed, append(one.Cosign(c, at), two.Cosign(c, at)...))
	}
	_, co, err := testPolicy(t, []string{s.VKey()}, []string{one.VKey(), two.VKey()}, 2).Open(signed)
	if err != nil || len(co) != 2 {
		t.Fatalf("%v %v", co, err)
	}
	if n := bytes.Count(signed, []byte("— ")); n != 3 {
		t.Errorf("%d signature lines", n)
	}
	for _, junk := range []string{"", "— x", "— x y\n", "x AAAAAAAA\n", "— witness AAAAAAAA", "\n\n"} {
		if got := AddSignatures(signed, []byte(junk)); !bytes.Equal(got, signed) {
			t.Errorf("%q was added", junk)
		}
	}
}
