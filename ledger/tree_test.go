package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

// The published vectors of RFC 6962 implementations: eight leaves and the root after each.
func TestTree_PublishedVectorsOfRFC6962(t *testing.T) {
	leaves := []string{"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"}
	roots := []string{
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
		"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
		"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
		"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
		"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
		"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
		"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
		"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
	}
	var tree Tree
	for i, want := range roots {
		root := tree.Root()
		if got := hex.EncodeToString(root[:]); got != want {
			t.Fatalf("root of %d leaves: %s, want %s", i, got, want)
		}
		if i < len(leaves) {
			data, _ := hex.DecodeString(leaves[i])
			tree.Add(tlog.RecordHash(data), nil)
		}
	}
}

// naiveRoot is RFC 6962 section 2.1 word by word.
func naiveRoot(leaves []Hash) Hash {
	switch len(leaves) {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return leaves[0]
	}
	k := 1
	for k*2 < len(leaves) {
		k *= 2
	}
	return tlog.NodeHash(naiveRoot(leaves[:k]), naiveRoot(leaves[k:]))
}

func TestTree_EqualsNaiveRecomputation(t *testing.T) {
	var tree Tree
	var leaves []Hash
	for i := range int64(700) {
		h := testEntry(i).LeafHash()
		leaves = append(leaves, h)
		tree.Add(h, nil)
		if tree.Root() != naiveRoot(leaves) {
			t.Fatalf("root of %d leaves differs", i+1)
		}
	}
}

func TestEntry_LeafHashIsThatOfRFC6962(t *testing.T) {
	e := testEntry(7)
	if e.LeafHash() != tlog.RecordHash(e[:]) {
		t.Fatal("leaf hash differs from tlog.RecordHash")
	}
}

// Whatever the batches, the same entries give the same files, each of which is what
// tlog's own tile code makes.
func TestBuilder_FilesDoNotDependOnBatches(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		total := rapid.Int64Range(1, 70_000).Draw(rt, "total")
		if total > 2000 && rapid.IntRange(0, 9).Draw(rt, "large") > 0 {
			total %= 2000
			total++
		}
		var stored []Hash
		reader := tlog.HashReaderFunc(func(at []int64) ([]Hash, error) {
			out := make([]Hash, len(at))
			for i, x := range at {
				out[i] = stored[x]
			}
			return out, nil
		})
		f, b := folder{}, &Builder{}
		for b.Size() < total {
			n := min(total-b.Size(), rapid.Int64Range(1, 1+total/2).Draw(rt, "batch"))
			var batch []Entry
			for range n {
				i := b.Size() + int64(len(batch))
				e := testEntry(i)
				batch = append(batch, e)
				hs, err := tlog.StoredHashesForRecordHash(i, e.LeafHash(), reader)
				if err != nil {
					rt.Fatal(err)
				}
				stored = append(stored, hs...)
			}
			before := b.Size()
			if rapid.Bool().Draw(rt, "resume") && before > 0 {
				again, err := ResumeBuilder(f.read, before)
				if err != nil {
					rt.Fatal(err)
				}
				b = again
			}
			f.put(b.Append(batch))
			for _, tile := range tlog.NewTiles(tileHeight, before, b.Size()) {
				want, err := tlog.ReadTileData(tile, reader)
				if err != nil {
					rt.Fatal(err)
				}
				if got := f[TilePath(tile.L, tile.N, tile.W)]; !bytes.Equal(got, want) {
					rt.Fatalf("tile %v after %d+%d differs", tile, before, n)
				}
			}
		}
		want, err := tlog.TreeHash(total, reader)
		if err != nil || b.Root() != want {
			rt.Fatalf("root differs (%v)", err)
		}
	})
}

func TestProofs_OfEveryRecordAndEverySize(t *testing.T) {
	for _, n := range []int64{1, 2, 255, 256, 257, 600, 66_000} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			f, _, c := testLog(t, testSigner(t, "log.example/a"), n, 100)
			var tree Tree
			step := max(1, n/97)
			for i := range n {
				if old := (Checkpoint{Origin: c.Origin, Size: i, Root: tree.Root()}); i%step == 0 {
					if p, err := ProveEntry(f.read, c, i); err != nil || tlog.CheckRecord(p, c.Size, c.Root, i, testEntry(i).LeafHash()) != nil {
						t.Fatalf("inclusion of %d: %v", i, err)
					}
					p, err := ProveGrowth(f.read, c, i)
					if err != nil || CheckGrowth(p, old, c) != nil {
						t.Fatalf("growth from %d: %v", i, err)
					}
					if h, err := RootAt(f.read, c, i); err != nil || h != old.Root {
						t.Fatalf("root at %d: %v", i, err)
					}
					if h, err := LeafAt(f.read, c, i); err != nil || h != testEntry(i).LeafHash() {
						t.Fatalf("leaf at %d: %v", i, err)
					}
					old.Root[3] ^= 1
					if CheckGrowth(p, old, c) == nil {
						t.Fatalf("growth from a false root at %d was believed", i)
					}
				}
				tree.Add(testEntry(i).LeafHash(), nil)
			}
		})
	}
}

func TestProveGrowth_RefusesSizesThatAreNotThere(t *testing.T) {
	f, _, c := testLog(t, testSigner(t, "log.example/a"), 10, 3)
	for _, old := range []int64{-1, 11} {
		if _, err := ProveGrowth(f.read, c, old); err == nil {
			t.Errorf("a proof from size %d was made", old)
		}
		if _, err := RootAt(f.read, c, old); err == nil {
			t.Errorf("a root at size %d was made", old)
		}
	}
	if CheckGrowth(nil, c, Checkpoint{Size: 9}) == nil {
		t.Error("a shrinking log was believed")
	}
}

// Appending costs the batch and the height of the tree, not the length of the log.
func BenchmarkBuilder(b *testing.B) {
	for _, size := range []int64{0, 1 << 20} {
		b.Run(fmt.Sprintf("after=%d", size), func(b *testing.B) {
			builder := &Builder{}
			for builder.tree.size < size {
				builder.tree.Add(Hash{}, nil)
			}
			batch := make([]Entry, 1000)
			b.ReportAllocs()
			for b.Loop() {
				next := builder.Clone()
				next.Append(batch)
				next.Root()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/entry")
		})
	}
}
