package ledger

import (
	"crypto/sha256"

	"golang.org/x/mod/sumdb/tlog"
)

// tileHeight and tileWidth are fixed by tlog-tiles.
const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
)

// Tree is the right edge of the log's Merkle tree: of each tile level the hashes of the
// tile that is not full yet, fewer than 256. That is all that growing needs, so a batch
// costs its own length and the height of the tree, however long the log is. The zero
// value is the empty tree.
type Tree struct {
	size int64
	edge [][]Hash // by tile level; edge[l] covers size>>(8l) mod 256 full subtrees
}

// Size is the number of leaves.
func (t *Tree) Size() int64 { return t.size }

// Add appends one leaf. filled, which may be nil, is told of each tile that became full;
// it must not keep the slice.
func (t *Tree) Add(leaf Hash, filled func(level int, n int64, hashes []Hash)) {
	t.size++
	h := leaf
	for level := 0; ; level++ {
		if level == len(t.edge) {
			t.edge = append(t.edge, make([]Hash, 0, tileWidth))
		}
		t.edge[level] = append(t.edge[level], h)
		full := t.edge[level]
		if len(full) < tileWidth {
			return
		}
		if filled != nil {
			filled(level, t.size>>(tileHeight*(level+1))-1, full)
		}
		h = subtree(full)
		t.edge[level] = full[:0]
	}
}

// Root is the RFC 6962 root hash; for the empty tree that of no data.
func (t *Tree) Root() Hash {
	if t.size == 0 {
		return sha256.Sum256(nil)
	}
	// From right to left, each level's hashes split into perfect subtrees whose widths are
	// the bits of their number, the smallest at the right.
	var root Hash
	started := false
	for _, hashes := range t.edge {
		end := len(hashes)
		for bit := 1; bit < tileWidth; bit <<= 1 {
			if end&bit == 0 {
				continue
			}
			h := subtree(hashes[end-bit : end])
			if end -= bit; started {
				h = tlog.NodeHash(h, root)
			}
			root, started = h, true
		}
	}
	return root
}

// subtree is the root over a power of two of hashes.
func subtree(hashes []Hash) Hash {
	var buf [tileWidth / 2]Hash
	if len(hashes) == 1 {
		return hashes[0]
	}
	level := buf[:len(hashes)/2]
	for i := range level {
		level[i] = tlog.NodeHash(hashes[2*i], hashes[2*i+1])
	}
	for len(level) > 1 {
		for i := range len(level) / 2 {
			level[i] = tlog.NodeHash(level[2*i], level[2*i+1])
		}
		level = level[:len(level)/2]
	}
	return level[0]
}

func (t *Tree) clone() Tree {
	c := Tree{size: t.size, edge: make([][]Hash, len(t.edge))}
	for i, e := range t.edge {
		c.edge[i] = append(make([]Hash, 0, tileWidth), e...)
	}
	return c
}
