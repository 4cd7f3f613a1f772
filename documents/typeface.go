package documents

import (
	"compress/gzip"
	"embed"
	"encoding/binary"
	"fmt"
	"io"
	"sync"
	"unicode"
)

// The fonts as their packages hold them, compressed; fonts.lock says where they are from.
//
//go:embed fonts/*.ttf.gz
var fontFiles embed.FS

// typeface is one embedded TrueType font. It is read once, on first use, and then only
// read: a library that may write to a font is handed what cut gives.
type typeface struct {
	family string
	data   []byte
	tables map[string][]byte // parts of data
	glyphs []uint16          // by character of the basic plane; 0 where the font has none
	widths []uint16          // by glyph, in thousandths of the size
}

func loader(family, file string) func() (*typeface, error) {
	return sync.OnceValues(func() (*typeface, error) {
		f, err := fontFiles.Open("fonts/" + file + ".gz")
		if err != nil {
			return nil, err
		}
		defer f.Close()
		z, err := gzip.NewReader(f)
		if err != nil {
			return nil, fmt.Errorf("documents: font %s: %w", file, err)
		}
		data, err := io.ReadAll(z)
		if err != nil {
			return nil, fmt.Errorf("documents: font %s: %w", file, err)
		}
		t := &typeface{family: family, data: data}
		if err := t.read(); err != nil {
			return nil, fmt.Errorf("documents: font %s: %w", file, err)
		}
		return t, nil
	})
}

// The embedded fonts: 宋 for 仿宋 and 小标宋, 楷, 黑.
var (
	songFont = loader("song", "gbsn00lp.ttf")
	kaiFont  = loader("kai", "gkai00mp.ttf")
	heiFont  = loader("hei", "DroidSansFallbackFull.ttf")
)

// chain is the order in which fonts are asked for a character.
func chain(f face) []func() (*typeface, error) {
	switch f {
	case heiti:
		return []func() (*typeface, error){heiFont, songFont}
	case kaiti:
		return []func() (*typeface, error){kaiFont, songFont, heiFont}
	}
	return []func() (*typeface, error){songFont, heiFont}
}

// find is the first font of a chain that has a character; nil when none has.
func find(f face, r rune) (*typeface, error) {
	for _, load := range chain(f) {
		t, err := load()
		if err != nil {
			return nil, err
		}
		if t.has(r) {
			return t, nil
		}
	}
	return nil, nil
}

func (t *typeface) has(r rune) bool { return r >= 0 && int(r) < len(t.glyphs) && t.glyphs[r] != 0 }

// width is that of a character that the font has, in thousandths of the size.
func (t *typeface) width(r rune) float64 { return float64(t.widths[t.glyphs[r]]) }

// read finds glyphs and widths. A glyph without an outline is none, unless the character
// is a space: a name must not come out as a gap.
func (t *typeface) read() error {
	tables, err := t.directory()
	if err != nil {
		return err
	}
	t.tables = tables
	head, hhea, maxp, hmtx, loca := tables["head"], tables["hhea"], tables["maxp"], tables["hmtx"], tables["loca"]
	if len(head) < 54 || len(hhea) < 36 || len(maxp) < 6 || len(tables["glyf"]) == 0 {
		return io.ErrUnexpectedEOF
	}
	units, metrics, count := int(u16(head, 18)), int(u16(hhea, 34)), int(u16(maxp, 4))
	long := u16(head, 50) == 1
	if units == 0 || metrics == 0 || len(hmtx) < 4*metrics || len(loca) < (count+1)*2 || long && len(loca) < (count+1)*4 {
		return io.ErrUnexpectedEOF
	}
	empty := make([]bool, count)
	t.widths = make([]uint16, count)
	for g := range count {
		t.widths[g] = uint16(int(u16(hmtx, 4*min(g, metrics-1))) * 1000 / units)
		if long {
			empty[g] = u32(loca, 4*g) == u32(loca, 4*g+4)
		} else {
			empty[g] = u16(loca, 2*g) == u16(loca, 2*g+2)
		}
	}
	t.glyphs = make([]uint16, 1<<16)
	return t.characters(tables["cmap"], func(r rune, g uint16) {
		if int(g) < count && g != 0 && (!empty[g] || unicode.IsSpace(r)) {
			t.glyphs[r] = g
		}
	})
}

func (t *typeface) directory() (map[string][]byte, error) {
	if len(t.data) < 12 {
		return nil, io.ErrUnexpectedEOF
	}
	out := map[string][]byte{}
	for i := range int(u16(t.data, 4)) {
		at := 12 + 16*i
		if len(t.data) < at+16 {
			return nil, io.ErrUnexpectedEOF
		}
		from, n := int(u32(t.data, at+8)), int(u32(t.data, at+12))
		if from+n > len(t.data) {
			return nil, io.ErrUnexpectedEOF
		}
		out[string(t.data[at:at+4])] = t.data[from : from+n]
	}
	return out, nil
}

// characters walks the format 4 subtable of the cmap.
func (t *typeface) characters(cmap []byte, add func(rune, uint16)) error {
	if len(cmap) < 4 {
		return io.ErrUnexpectedEOF
	}
	for i := range int(u16(cmap, 2)) {
		at := 4 + 8*i
		if len(cmap) < at+8 {
			break
		}
		sub := int(u32(cmap, at+4))
		platform, coding := u16(cmap, at), u16(cmap, at+2)
		if (platform != 3 || coding != 1) && platform != 0 || len(cmap) < sub+14 || u16(cmap, sub) != 4 {
			continue
		}
		segments(cmap[sub:], add)
		return nil
	}
	return fmt.Errorf("no Unicode character map: %w", io.ErrUnexpectedEOF)
}

func segments(b []byte, add func(rune, uint16)) {
	n := int(u16(b, 6)) / 2
	if len(b) < 16+8*n {
		return
	}
	for s := range n {
		end, start := int(u16(b, 14+2*s)), int(u16(b, 16+2*n+2*s))
		delta, at := u16(b, 16+4*n+2*s), 16+6*n+2*s
		offset := int(u16(b, at))
		for c := start; c <= end && c < 0xffff; c++ {
			g := uint16(c) + delta
			if offset != 0 {
				p := at + offset + 2*(c-start)
				if p+2 > len(b) {
					break
				}
				if g = u16(b, p); g != 0 {
					g += delta
				}
			}
			add(rune(c), g)
		}
	}
}

func u16(b []byte, at int) uint16 { return binary.BigEndian.Uint16(b[at:]) }
func u32(b []byte, at int) uint32 { return binary.BigEndian.Uint32(b[at:]) }
