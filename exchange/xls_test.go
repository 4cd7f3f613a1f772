package exchange

import (
	"bytes"
	"encoding/binary"
	"math"
	"strings"
	"testing"
	"unicode/utf16"

	"zhunsheng/gov"
)

// cells are a row, a column and a text or a number each.
type cells [][3]any

type oldBook struct{ bytes.Buffer }

func (b *oldBook) rec(kind uint16, parts ...any) int {
	var data bytes.Buffer
	for _, p := range parts {
		binary.Write(&data, binary.LittleEndian, p) // to memory: never fails
	}
	at := b.Len()
	binary.Write(b, binary.LittleEndian, []uint16{kind, uint16(data.Len())})
	b.Write(data.Bytes())
	return at
}

// wide is a text in two bytes a character, with its length of so many bytes.
func wide(s string) (n int, flags byte, units []uint16) {
	u := utf16.Encode([]rune(s))
	return len(u), 1, u
}

// oldWorkbook is a file of the old binary format with one sheet, as other programs write it:
// texts in the shared table, the third of them broken off by the end of its record.
func oldWorkbook(sheet string, list cells, merged ...[4]int) []byte {
	var b oldBook
	b.rec(recBOF, []uint16{0x0600, 5, 0, 0}, uint64(0))
	n, flags, u := wide(sheet)
	place := b.rec(recSheet, uint32(0), uint16(0), uint8(n), flags, u) + 4
	var texts []string
	for _, c := range list {
		if s, ok := c[2].(string); ok {
			texts = append(texts, s)
		}
	}
	head := []any{uint32(len(texts)), uint32(len(texts))}
	for i, s := range texts {
		n, flags, u := wide(s)
		if i == 2 && n > 2 {
			b.rec(recStrings, append(head, uint16(n), flags, u[:2])...)
			b.rec(recContinue, flags, u[2:])
			head = nil
			continue
		}
		head = append(head, uint16(n), flags, u)
		if i > 2 {
			b.rec(recContinue, head...)
			head = nil
		}
	}
	if head != nil {
		b.rec(recStrings, head...)
	}
	b.rec(recEOF)
	at := b.rec(recBOF, []uint16{0x0600, 0x10, 0, 0}, uint64(0))
	i := 0
	for _, c := range list {
		where := []uint16{uint16(c[0].(int)), uint16(c[1].(int)), 15}
		switch v := c[2].(type) {
		case string:
			b.rec(recSST, where, uint32(i))
			i++
		case float64:
			b.rec(recNumber, where, math.Float64bits(v))
		case int:
			b.rec(recRK, where, uint32(v)<<2|2)
		case bool: // a formula that gave a text
			b.rec(recFormula, where, []uint16{0, 0, 0, 0xffff}, uint16(0), uint32(0), uint16(0))
			n, flags, u := wide("算出来的")
			b.rec(recString, uint16(n), flags, u)
		}
	}
	for _, m := range merged {
		b.rec(recMerged, uint16(1), []uint16{uint16(m[0]), uint16(m[1]), uint16(m[2]), uint16(m[3])})
	}
	b.rec(recEOF)
	out := b.Bytes()
	binary.LittleEndian.PutUint32(out[place:], uint32(at))
	return compoundOf(out)
}

// compoundOf puts a stream into a compound file: head, one sector of the table, one of the
// directory, then the stream.
func compoundOf(stream []byte) []byte {
	const sector = 512
	le := binary.LittleEndian
	size := max(len(stream), 4096)
	n := (size + sector - 1) / sector
	out := make([]byte, sector*(3+n))
	copy(out, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	le.PutUint16(out[24:], 0x3e)
	le.PutUint16(out[26:], 3)
	le.PutUint16(out[28:], 0xfffe)
	le.PutUint16(out[30:], 9)
	le.PutUint16(out[32:], 6)
	le.PutUint32(out[44:], 1)
	le.PutUint32(out[48:], 1) // directory
	le.PutUint32(out[56:], 4096)
	le.PutUint32(out[60:], endOfChain)
	le.PutUint32(out[68:], endOfChain)
	for i := 1; i < difatInHead; i++ {
		le.PutUint32(out[76+4*i:], 0xffffffff)
	}
	fat := out[sector:]
	for i := range sector / 4 {
		le.PutUint32(fat[4*i:], 0xffffffff)
	}
	le.PutUint32(fat, 0xfffffffd)
	le.PutUint32(fat[4:], endOfChain)
	for i := range n {
		next := uint32(3 + i)
		if i == n-1 {
			next = endOfChain
		}
		le.PutUint32(fat[4*(2+i):], next)
	}
	entry := func(at int, name string, kind byte, start uint32, length int) {
		d := out[2*sector+128*at:]
		for i, u := range utf16.Encode([]rune(name)) {
			le.PutUint16(d[2*i:], u)
		}
		le.PutUint16(d[64:], uint16(2*len(name)+2))
		d[66] = kind
		le.PutUint32(d[116:], start)
		le.PutUint32(d[120:], uint32(length))
	}
	entry(0, "Root Entry", 5, endOfChain, 0)
	entry(1, "Workbook", 2, 2, size)
	copy(out[3*sector:], stream)
	return out
}

// F128: the old binary format, with merged cells, days as the program keeps them, texts that
// a record breaks off, and what a formula gave.
func TestRead_F128_OldWorkbooks(t *testing.T) {
	got, err := Read(oldWorkbook("台账", cells{{0, 0, "制定机关"}, {0, 1, "文件名称"}, {0, 2, "公布日期（公开）"}, {0, 3, "施行日期"},
		{1, 0, "县民政局"}, {1, 1, "清源县养老办法"}, {1, 2, 46083.0}, {1, 3, "2026/4/1"},
		{2, 1, "清源县殡葬办法"}, {2, 2, 46090}, {2, 3, true}}, [4]int{1, 2, 0, 0}))
	if err != nil {
		t.Fatal(err)
	}
	want := "制定机关|文件名称|公布日期（公开）|施行日期\n县民政局|清源县养老办法|46083|2026/4/1\n县民政局|清源县殡葬办法|46090|算出来的"
	var lines []string
	for _, r := range got.Rows {
		lines = append(lines, strings.Join(r, "|"))
	}
	if have := strings.Join(lines, "\n"); have != want || got.Sheet != "台账" {
		t.Errorf("%q:\n%s", got.Sheet, have)
	}
	if on, err := got.Day(got.Rows[1][2]); err != nil || on != gov.MustDay("2026-03-02") {
		t.Errorf("%v %v", on, err)
	}
}

// A chain that bites its own tail, sizes that are not there: refused, and soon.
func TestRead_OldWorkbooksThatLie(t *testing.T) {
	good := oldWorkbook("台账", cells{{0, 0, "文件名称"}, {0, 1, "单位"}})
	for name, spoil := range map[string]func([]byte){
		"a chain in a ring":     func(b []byte) { binary.LittleEndian.PutUint32(b[512+4*5:], 3) },
		"a directory in a ring": func(b []byte) { binary.LittleEndian.PutUint32(b[512+4:], 1) },
		"a stream of 4 GB":      func(b []byte) { binary.LittleEndian.PutUint32(b[1024+128+120:], 0xfffffff0) },
		"lists in a ring":       func(b []byte) { binary.LittleEndian.PutUint32(b[68:], 1) },
		"sectors of no size":    func(b []byte) { b[30] = 0 },
	} {
		b := bytes.Clone(good)
		spoil(b)
		if _, err := Read(b); err == nil || gov.KindOf(err) != gov.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}
