package documents

import (
	"bytes"
	"encoding/binary"
	"errors"
	"maps"
	"slices"
)

// carried are the tables that a cut font takes over as they are.
var carried = []string{"OS/2", "cvt ", "fpgm", "gasp", "prep"}

var errGlyph = errors.New("documents: a glyph does not end")

// cut gives a font that holds nothing but some characters: the library that writes the PDF
// reads the whole of every font that it is given, and with a font of 20,000 characters that
// is nearly all of its work. Glyphs stand in the order of their characters, the parts of
// composed ones after them. The same characters give the same bytes.
func (t *typeface) cut(used map[rune]bool) ([]byte, error) {
	runes := slices.Sorted(maps.Keys(used))
	runes = slices.DeleteFunc(runes, func(r rune) bool { return !t.has(r) })
	old := []uint16{0}
	place := map[uint16]uint16{}
	for _, r := range runes {
		old = append(old, t.glyphs[r])
	}
	var glyf bytes.Buffer
	var loca, hmtx []byte
	for i := 0; i < len(old); i++ {
		loca = binary.BigEndian.AppendUint32(loca, uint32(glyf.Len()))
		hmtx = append(hmtx, t.metrics(old[i])...)
		g := bytes.Clone(t.outline(old[i]))
		err := parts(g, func(at int) {
			part := u16(g, at)
			n, known := place[part]
			if !known {
				n = uint16(len(old))
				place[part], old = n, append(old, part)
			}
			binary.BigEndian.PutUint16(g[at:], n)
		})
		if err != nil {
			return nil, err
		}
		glyf.Write(g)
		glyf.Write(make([]byte, (4-glyf.Len()%4)%4))
	}
	loca = binary.BigEndian.AppendUint32(loca, uint32(glyf.Len()))
	tables := map[string][]byte{"glyf": glyf.Bytes(), "loca": loca, "hmtx": hmtx, "cmap": characterMap(runes), "name": {0, 0, 0, 0, 0, 6},
		"head": put16(t.tables["head"], 50, 1), "hhea": put16(t.tables["hhea"], 34, uint16(len(old))), "maxp": put16(t.tables["maxp"], 4, uint16(len(old)))}
	post := make([]byte, 32)
	copy(post, t.tables["post"])
	binary.BigEndian.PutUint32(post, 0x00030000) // no names of glyphs
	tables["post"] = post
	for _, name := range carried {
		if b := t.tables[name]; len(b) > 0 {
			tables[name] = b
		}
	}
	return assemble(tables), nil
}

func put16(b []byte, at int, v uint16) []byte {
	b = bytes.Clone(b)
	binary.BigEndian.PutUint16(b[at:], v)
	return b
}

// metrics are the width and the left bearing of a glyph. Glyphs past the last width share it.
func (t *typeface) metrics(g uint16) []byte {
	hmtx, n := t.tables["hmtx"], int(u16(t.tables["hhea"], 34))
	if int(g) < n {
		return hmtx[4*int(g) : 4*int(g)+4]
	}
	out := bytes.Clone(hmtx[4*n-4 : 4*n])
	if at := 4*n + 2*(int(g)-n); at+2 <= len(hmtx) {
		copy(out[2:], hmtx[at:at+2])
	}
	return out
}

// outline is the data of a glyph; empty for a space.
func (t *typeface) outline(g uint16) []byte {
	glyf, loca := t.tables["glyf"], t.tables["loca"]
	var from, to int
	if u16(t.tables["head"], 50) == 1 {
		if len(loca) < 4*int(g)+8 {
			return nil
		}
		from, to = int(u32(loca, 4*int(g))), int(u32(loca, 4*int(g)+4))
	} else {
		if len(loca) < 2*int(g)+4 {
			return nil
		}
		from, to = 2*int(u16(loca, 2*int(g))), 2*int(u16(loca, 2*int(g)+2))
	}
	if from >= to || to > len(glyf) {
		return nil
	}
	return glyf[from:to]
}

// parts calls back with where the number of each part of a composed glyph stands.
func parts(g []byte, visit func(at int)) error {
	if len(g) < 10 || u16(g, 0) < 1<<15 { // no composed glyph
		return nil
	}
	const words, scale, more, both, matrix = 1, 8, 32, 64, 128
	for at := 10; ; {
		if len(g) < at+4 {
			return errGlyph
		}
		flags := u16(g, at)
		visit(at + 2)
		at += 6
		if flags&words != 0 {
			at += 2
		}
		switch {
		case flags&scale != 0:
			at += 2
		case flags&both != 0:
			at += 4
		case flags&matrix != 0:
			at += 8
		}
		if flags&more == 0 {
			return nil
		}
	}
}

// characterMap is a cmap of format 4 in which the characters stand for glyphs 1, 2, 3, …
func characterMap(runes []rune) []byte {
	type segment struct{ start, end, delta uint16 }
	var list []segment
	for i, r := range runes {
		c, g := uint16(r), uint16(i+1)
		if n := len(list) - 1; n >= 0 && list[n].end+1 == c {
			list[n].end = c
			continue
		}
		list = append(list, segment{c, c, g - c})
	}
	list = append(list, segment{0xffff, 0xffff, 1})
	n := uint16(len(list))
	span, log := uint16(1), uint16(0)
	for span*2 <= n {
		span, log = span*2, log+1
	}
	b := binary.BigEndian
	out := b.AppendUint32([]byte{0, 0, 0, 1, 0, 3, 0, 1}, 12)
	for _, v := range []uint16{4, 16 + 8*n, 0, 2 * n, 2 * span, log, 2*n - 2*span} {
		out = b.AppendUint16(out, v)
	}
	for _, s := range list {
		out = b.AppendUint16(out, s.end)
	}
	out = b.AppendUint16(out, 0)
	for _, s := range list {
		out = b.AppendUint16(out, s.start)
	}
	for _, s := range list {
		out = b.AppendUint16(out, s.delta)
	}
	return append(out, make([]byte, 2*n)...) // no offsets
}

// assemble writes a TrueType file. Its sums are left empty: the cut font is cut once more
// by the library, which sums up.
func assemble(tables map[string][]byte) []byte {
	names := slices.Sorted(maps.Keys(tables))
	b := binary.BigEndian
	out := b.AppendUint32(nil, 0x00010000)
	out = b.AppendUint16(out, uint16(len(names)))
	out = append(out, make([]byte, 6)...)
	at := len(out) + 16*len(names)
	for _, name := range names {
		out = append(out, name...)
		out = b.AppendUint32(out, 0)
		out = b.AppendUint32(out, uint32(at))
		out = b.AppendUint32(out, uint32(len(tables[name])))
		at += (len(tables[name]) + 3) &^ 3
	}
	for _, name := range names {
		out = append(out, tables[name]...)
		out = append(out, make([]byte, (4-len(out)%4)%4)...)
	}
	return out
}
