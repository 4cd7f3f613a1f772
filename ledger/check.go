package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"slices"
)

// Problem is one file of a published log that does not hold what it must, or a checkpoint
// that the log does not lead to.
type Problem struct {
	Path   string // file, or "checkpoint" and "since" for the checkpoints themselves
	Record int64  // first record concerned, -1 for none in particular
	Text   string // Chinese sentence
}

// Checker recomputes the tree from its leaves, in order and in constant memory, and
// compares every stored tile and every known checkpoint with it.
type Checker struct {
	read   Read
	report func(Problem)
	tree   Tree
	since  []Checkpoint // ascending by size
}

// NewChecker compares with the files that read gives and with older checkpoints whose
// signatures the caller has checked.
func NewChecker(read Read, since []Checkpoint, report func(Problem)) *Checker {
	s := slices.Clone(since)
	slices.SortFunc(s, func(a, b Checkpoint) int { return int(min(max(a.Size-b.Size, -1), 1)) })
	c := &Checker{read: read, report: report, since: s}
	c.meet()
	return c
}

// Size is how many leaves were added.
func (c *Checker) Size() int64 { return c.tree.size }

// Root is the root of the leaves added.
func (c *Checker) Root() Hash { return c.tree.Root() }

// Add takes the next leaf.
func (c *Checker) Add(leaf Hash) {
	c.tree.Add(leaf, func(level int, n int64, hashes []Hash) {
		c.compare(level, n, tileWidth, hashes)
	})
	c.meet()
}

func (c *Checker) meet() {
	for len(c.since) > 0 && c.since[0].Size <= c.tree.size {
		old := c.since[0]
		c.since = c.since[1:]
		if c.tree.Root() != old.Root {
			c.report(Problem{"since", -1, fmt.Sprintf("前 %d 条记录与早先签发的检查点不符：其中有记录在签发之后被改动、删除或换序，即使现在的账本自身前后一致", old.Size)})
		}
	}
}

func (c *Checker) compare(level int, n int64, width int, hashes []Hash) {
	path := TilePath(level, n, width)
	data, err := c.wide(level, n, width, len(Hash{}))
	first := n << (tileHeight * (level + 1))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		c.report(Problem{path, first, fmt.Sprintf("账本文件 %s 缺失", path)})
	case err != nil:
		c.report(Problem{path, first, fmt.Sprintf("账本文件 %s 无法读取：%v", path, err)})
	case !bytes.Equal(data, tileData(hashes[:width])):
		c.report(Problem{path, first + firstDifference(data, hashes[:width])<<(tileHeight*level), fmt.Sprintf("账本文件 %s 的内容与记录不符", path)})
	}
}

// Bundle compares entry bundle n with the entries that belong into it, and the partial
// bundles of earlier checkpoints that are still there.
func (c *Checker) Bundle(n int64, entries []Entry) {
	var want []byte
	for _, e := range entries {
		want = AppendEntry(want, e)
	}
	path := TilePath(entriesLevel, n, len(entries))
	switch data, err := c.wide(entriesLevel, n, len(entries), bundledEntry); {
	case err != nil:
		c.report(Problem{path, n * tileWidth, fmt.Sprintf("账本文件 %s 缺失或无法读取", path)})
	case !bytes.Equal(data, want):
		at := n * tileWidth
		for i := range entries {
			if end := (i + 1) * bundledEntry; end > len(data) || !bytes.Equal(data[end-bundledEntry:end], want[end-bundledEntry:end]) {
				at += int64(i)
				break
			}
		}
		c.report(Problem{path, at, fmt.Sprintf("账本文件 %s 的内容与记录不符", path)})
	}
	c.oldBundles(n, want)
}

// wide gets a file, or the head of the full one when the partial one was superseded while
// the check ran.
func (c *Checker) wide(level int, n int64, width, unit int) ([]byte, error) {
	data, err := c.read(TilePath(level, n, width))
	if errors.Is(err, fs.ErrNotExist) && width < tileWidth {
		if full, e := c.read(TilePath(level, n, tileWidth)); e == nil {
			return full[:min(len(full), width*unit)], nil
		}
	}
	return data, err
}

func (c *Checker) oldBundles(n int64, want []byte) {
	if len(want) == tileWidth*bundledEntry {
		return
	}
	for w := 1; w < len(want)/bundledEntry; w++ {
		path := TilePath(entriesLevel, n, w)
		if data, err := c.read(path); err == nil && !bytes.Equal(data, want[:w*bundledEntry]) {
			c.report(Problem{path, -1, fmt.Sprintf("账本文件 %s 的内容与记录不符", path)})
		}
	}
}

func firstDifference(data []byte, hashes []Hash) int64 {
	for i, h := range hashes {
		if at := i * len(h); at+len(h) > len(data) || !bytes.Equal(data[at:at+len(h)], h[:]) {
			return int64(i)
		}
	}
	return 0
}

// Finish compares the tiles at the right edge and the root with the newest checkpoint.
func (c *Checker) Finish(newest Checkpoint) {
	for level, e := range c.tree.edge {
		n := c.tree.size >> (tileHeight * (level + 1))
		if len(e) > 0 {
			c.compare(level, n, len(e), e)
		}
		// Partial tiles of earlier checkpoints stay until the tile is full. Those that are
		// still there must hold the same hashes.
		for w := 1; w < len(e); w++ {
			if data, err := c.read(TilePath(level, n, w)); err == nil && !bytes.Equal(data, tileData(e[:w])) {
				c.report(Problem{TilePath(level, n, w), -1, fmt.Sprintf("账本文件 %s 的内容与记录不符", TilePath(level, n, w))})
			}
		}
	}
	if c.tree.size != newest.Size || c.tree.Root() != newest.Root {
		c.report(Problem{CheckpointPath, -1, fmt.Sprintf("全部记录算出的树根与已签名的检查点（%d 条）不符", newest.Size)})
	}
	for _, old := range c.since {
		c.report(Problem{"since", -1, fmt.Sprintf("早先签发的检查点有 %d 条记录，现在的账本只有 %d 条：账本被截短或退回了旧状态", old.Size, c.tree.size)})
	}
}

// CheckTiles checks a copied log folder against its checkpoint and older ones, reading
// every entry bundle and tile once.
func CheckTiles(read Read, newest Checkpoint, since []Checkpoint, report func(Problem)) error {
	c := NewChecker(read, since, report)
	for at := int64(0); at < newest.Size; at += tileWidth {
		width := int(min(tileWidth, newest.Size-at))
		entries, tile := c.lowest(at/tileWidth, width, newest)
		if len(entries) != width && len(tile) != width {
			return fmt.Errorf("ledger: neither entries nor tile %d can be read", at/tileWidth)
		}
		for i := range width {
			if len(tile) == width {
				c.Add(tile[i])
			} else {
				c.Add(entries[i].LeafHash())
			}
		}
		var bundle []byte
		for _, e := range entries {
			bundle = AppendEntry(bundle, e)
		}
		c.oldBundles(at/tileWidth, bundle)
	}
	c.Finish(newest)
	return nil
}

// lowest reads entry bundle and lowest tile n and compares the two. The tile is left out
// when they differ and the tree above speaks against it.
func (c *Checker) lowest(n int64, width int, newest Checkpoint) ([]Entry, []Hash) {
	path := TilePath(entriesLevel, n, width)
	first := n * tileWidth
	data, err := readTile(c.read, entriesLevel, n, width)
	var entries []Entry
	if err == nil {
		entries, err = ParseBundle(data)
	}
	if err != nil {
		c.report(Problem{path, first, fmt.Sprintf("账本文件 %s 缺失或已损坏", path)})
	}
	var tile []Hash
	if data, err := readTile(c.read, 0, n, width); err == nil {
		tile, _ = parseTile(data)
	}
	if entries == nil || tile == nil {
		return entries, tile
	}
	for i, e := range entries {
		if e.LeafHash() == tile[i] {
			continue
		}
		if !c.vouched(n, tile, newest) {
			return entries, nil // the tile is the damaged one; Add or Finish will name it
		}
		c.report(Problem{path, first + int64(i), fmt.Sprintf("账本文件 %s 中第 %d 号记录的摘要与树不符", path, first+int64(i))})
	}
	return entries, tile
}

// vouched reports whether the tree above holds this lowest tile: the level above for a
// full one, the signed root for that at the right edge.
func (c *Checker) vouched(n int64, tile []Hash, newest Checkpoint) bool {
	if len(tile) < tileWidth {
		edge := c.tree.clone()
		for _, h := range tile {
			edge.Add(h, nil)
		}
		return edge.Root() == newest.Root
	}
	root := subtree(tile)
	at := int(n%tileWidth) * len(root)
	for w := tileWidth; w > int(n%tileWidth); w-- {
		data, err := c.read(TilePath(1, n/tileWidth, w))
		if err == nil {
			return len(data) >= at+len(root) && bytes.Equal(data[at:at+len(root)], root[:])
		}
	}
	return false
}
