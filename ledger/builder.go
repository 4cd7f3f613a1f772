package ledger

import "fmt"

// Builder grows a log and says which files the new size needs. It is owned by one
// sequencer and not safe for concurrent use.
type Builder struct {
	tree   Tree
	bundle []byte // of the entry bundle that is not full yet
}

// Size is the number of entries.
func (b *Builder) Size() int64 { return b.tree.size }

// Root is the root hash at Size.
func (b *Builder) Root() Hash { return b.tree.Root() }

// Clone copies the builder, so that a failed step can be thrown away.
func (b *Builder) Clone() *Builder {
	return &Builder{tree: b.tree.clone(), bundle: append([]byte(nil), b.bundle...)}
}

// Append adds entries. It gives the full tiles and bundles that this completed and the
// partial ones that a checkpoint at the new size needs. All of them must be durable
// before that checkpoint is shown to anybody. The same entries after the same size give
// the same files, so writing them twice does no harm.
func (b *Builder) Append(entries []Entry) []File {
	var files []File
	before := b.tree.size
	for _, e := range entries {
		b.bundle = AppendEntry(b.bundle, e)
		b.tree.Add(e.LeafHash(), func(level int, n int64, hashes []Hash) {
			files = append(files, File{TilePath(level, n, tileWidth), tileData(hashes)})
		})
		if b.tree.size%tileWidth == 0 {
			files = append(files, File{TilePath(entriesLevel, b.tree.size/tileWidth-1, tileWidth), b.bundle})
			b.bundle = nil
		}
	}
	return append(files, b.partial(before)...)
}

// partial gives the partial files that changed since an older size.
func (b *Builder) partial(before int64) []File {
	var files []File
	if len(b.bundle) > 0 && before < b.tree.size {
		files = append(files, File{TilePath(entriesLevel, b.tree.size/tileWidth, len(b.bundle)/bundledEntry), append([]byte(nil), b.bundle...)})
	}
	for level, e := range b.tree.edge {
		shift := tileHeight * level
		if len(e) > 0 && before>>shift != b.tree.size>>shift {
			files = append(files, File{TilePath(level, b.tree.size>>(shift+tileHeight), len(e)), tileData(e)})
		}
	}
	return files
}

// Edge gives all partial files of the present size, for repair.
func (b *Builder) Edge() []File { return b.partial(-1) }

// ResumeBuilder reads the right edge of a log of a size from its files. The caller must
// compare Root with the signed one: the files are not trusted.
func ResumeBuilder(read Read, size int64) (*Builder, error) {
	b := &Builder{tree: Tree{size: size}}
	for level := 0; size>>(tileHeight*level) > 0; level++ {
		n := size >> (tileHeight * level)
		edge := make([]Hash, 0, tileWidth)
		if w := int(n % tileWidth); w > 0 {
			data, err := readTile(read, level, n/tileWidth, w)
			if err != nil {
				return nil, fmt.Errorf("ledger: resume at %d: %w", size, err)
			}
			hashes, err := parseTile(data)
			if err != nil {
				return nil, err
			}
			edge = append(edge, hashes...)
		}
		b.tree.edge = append(b.tree.edge, edge)
	}
	if w := int(size % tileWidth); w > 0 {
		data, err := readTile(read, entriesLevel, size/tileWidth, w)
		if err != nil {
			return nil, fmt.Errorf("ledger: resume at %d: %w", size, err)
		}
		entries, err := ParseBundle(data)
		if err != nil {
			return nil, err
		}
		for i, e := range entries {
			if e.LeafHash() != b.tree.edge[0][i] {
				return nil, fmt.Errorf("ledger: resume at %d: bundle and tile differ at %d", size, size-int64(w)+int64(i))
			}
		}
		b.bundle = append([]byte(nil), data...)
	}
	return b, nil
}
