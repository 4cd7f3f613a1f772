package ledger

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// CheckpointPath is where the newest signed checkpoint is published, beside the tiles.
const CheckpointPath = "checkpoint"

// File is one file of a published log.
type File struct {
	Path string // slash-separated, as in tlog-tiles
	Data []byte
}

// Read gets a published file by path; a missing one is fs.ErrNotExist.
type Read func(path string) ([]byte, error)

// entriesLevel stands for entry bundles where a tile level is asked for, as in tlog.
const entriesLevel = -1

// TilePath is the path of tile n of a level with the given width (1 to 256). Level -1 is
// the entry bundles.
func TilePath(level int, n int64, width int) string {
	p := tlog.Tile{H: tileHeight, L: level, N: n, W: width}.Path()
	if level == entriesLevel {
		return "tile/entries/" + strings.TrimPrefix(p, "tile/8/data/")
	}
	return "tile/" + strings.TrimPrefix(p, "tile/8/")
}

// Superseded is the folder of the partial tiles that a full tile replaces, or "" when the
// file is no full tile. tlog-tiles allows to delete it once the full tile is published.
func Superseded(path string) string {
	if !strings.HasPrefix(path, "tile/") || strings.Contains(path, ".p/") {
		return ""
	}
	return path + ".p"
}

// AppendEntry adds an entry to a bundle: length, then bytes.
func AppendEntry(bundle []byte, e Entry) []byte {
	bundle = binary.BigEndian.AppendUint16(bundle, uint16(len(e)))
	return append(bundle, e[:]...)
}

const bundledEntry = 2 + len(Entry{})

// ParseBundle reads a bundle of our own log, whose entries all have one length.
func ParseBundle(data []byte) ([]Entry, error) {
	if len(data)%bundledEntry != 0 || len(data) > tileWidth*bundledEntry {
		return nil, errors.New("ledger: malformed entry bundle")
	}
	entries := make([]Entry, 0, len(data)/bundledEntry)
	for ; len(data) > 0; data = data[bundledEntry:] {
		if int(binary.BigEndian.Uint16(data)) != len(Entry{}) {
			return nil, errors.New("ledger: malformed entry bundle")
		}
		entries = append(entries, Entry(data[2:bundledEntry]))
	}
	return entries, nil
}

func tileData(hashes []Hash) []byte {
	b := make([]byte, 0, len(hashes)*len(Hash{}))
	for i := range hashes {
		b = append(b, hashes[i][:]...)
	}
	return b
}

func parseTile(data []byte) ([]Hash, error) {
	if len(data)%len(Hash{}) != 0 || len(data) > tileWidth*len(Hash{}) {
		return nil, errors.New("ledger: malformed tile")
	}
	hashes := make([]Hash, len(data)/len(Hash{}))
	for i := range hashes {
		hashes[i] = Hash(data[i*len(Hash{}):])
	}
	return hashes, nil
}

// readTile gets a tile of at least the given width, from the full tile when the partial
// one has been deleted since.
func readTile(read Read, level int, n int64, width int) ([]byte, error) {
	unit := len(Hash{})
	if level == entriesLevel {
		unit = bundledEntry
	}
	data, err := read(TilePath(level, n, width))
	if errors.Is(err, fs.ErrNotExist) && width < tileWidth {
		var full error
		if data, full = read(TilePath(level, n, tileWidth)); full == nil && len(data) == tileWidth*unit {
			return data[:width*unit], nil
		}
	}
	if err != nil {
		return nil, err
	}
	if len(data) != width*unit {
		return nil, fmt.Errorf("ledger: %s has %d bytes, not %d", TilePath(level, n, width), len(data), width*unit)
	}
	return data, nil
}

// tileReader lets tlog read tiles; tlog authenticates them against the tree's root.
type tileReader struct{ read Read }

func (tileReader) Height() int                     { return tileHeight }
func (tileReader) SaveTiles([]tlog.Tile, [][]byte) {}

func (r tileReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	out := make([][]byte, len(tiles))
	for i, t := range tiles {
		var err error
		if out[i], err = readTile(r.read, t.L, t.N, t.W); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func hashes(read Read, c Checkpoint) tlog.HashReader {
	return tlog.TileHashReader(tlog.Tree{N: c.Size, Hash: c.Root}, tileReader{read})
}

// ProveEntry makes the inclusion proof of a record in the tree of a checkpoint. The tiles
// are authenticated by the way: a damaged one is an error, never a wrong proof.
func ProveEntry(read Read, c Checkpoint, index int64) ([]Hash, error) {
	p, err := tlog.ProveRecord(c.Size, index, hashes(read, c))
	if err != nil {
		return nil, fmt.Errorf("ledger: prove record %d in %d: %w", index, c.Size, err)
	}
	return p, nil
}

// ProveGrowth makes the consistency proof from the tree of an older size to that of a
// checkpoint. From the empty tree, and to the same size, it is empty.
func ProveGrowth(read Read, c Checkpoint, old int64) ([]Hash, error) {
	if old < 0 || old > c.Size {
		return nil, fmt.Errorf("ledger: no proof from size %d to %d", old, c.Size)
	}
	if old == 0 || old == c.Size {
		return nil, nil
	}
	p, err := tlog.ProveTree(c.Size, old, hashes(read, c))
	if err != nil {
		return nil, fmt.Errorf("ledger: prove %d from %d: %w", c.Size, old, err)
	}
	return p, nil
}

// CheckGrowth checks what ProveGrowth made: that the newer tree extends the older.
func CheckGrowth(proof []Hash, old, new Checkpoint) error {
	bad := fmt.Errorf("ledger: size %d does not extend size %d", new.Size, old.Size)
	switch {
	case old.Size > new.Size:
		return bad
	case old.Size == new.Size:
		if len(proof) != 0 || old.Root != new.Root {
			return bad
		}
		return nil
	case old.Size == 0:
		if len(proof) != 0 || old.Root != (&Tree{}).Root() {
			return bad
		}
		return nil
	}
	if tlog.CheckTree(proof, new.Size, new.Root, old.Size, old.Root) != nil {
		return bad
	}
	return nil
}

// RootAt is the root that the tree of a checkpoint had at an older size, from the tiles.
func RootAt(read Read, c Checkpoint, size int64) (Hash, error) {
	if size == 0 {
		return (&Tree{}).Root(), nil
	}
	if size < 0 || size > c.Size {
		return Hash{}, fmt.Errorf("ledger: no size %d in a tree of %d", size, c.Size)
	}
	h, err := tlog.TreeHash(size, hashes(read, c))
	if err != nil {
		return Hash{}, fmt.Errorf("ledger: root at %d of %d: %w", size, c.Size, err)
	}
	return h, nil
}

// LeafAt is the leaf hash of a record, authenticated by the root of a checkpoint.
func LeafAt(read Read, c Checkpoint, index int64) (Hash, error) {
	if index < 0 || index >= c.Size {
		return Hash{}, fmt.Errorf("ledger: no record %d in %d", index, c.Size)
	}
	h, err := hashes(read, c).ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
	if err != nil {
		return Hash{}, fmt.Errorf("ledger: leaf %d of %d: %w", index, c.Size, err)
	}
	return h[0], nil
}

// LastFull gives the newest full tile of each level, and the newest full bundle, in a tree
// of a size: those whose partial tiles may still be there after a crash.
func LastFull(size int64) []string {
	var out []string
	if n := size / tileWidth; n > 0 {
		out = append(out, TilePath(entriesLevel, n-1, tileWidth))
	}
	for level := 0; ; level++ {
		n := size >> (tileHeight * (level + 1))
		if n == 0 {
			return out
		}
		out = append(out, TilePath(level, n-1, tileWidth))
	}
}

// ReadLowest reads entry bundle n and lowest tile n of a width, as far as they can be read;
// a damaged one is nil. Nothing is authenticated.
func ReadLowest(read Read, n int64, width int) (bundle []Entry, tile []Hash) {
	if data, err := readTile(read, entriesLevel, n, width); err == nil {
		bundle, _ = ParseBundle(data)
	}
	if data, err := readTile(read, 0, n, width); err == nil {
		tile, _ = parseTile(data)
	}
	return bundle, tile
}
