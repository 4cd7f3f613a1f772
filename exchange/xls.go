package exchange

import (
	"encoding/binary"
	"math"
	"strconv"
	"unicode/utf16"
)

// The records of an old workbook ([MS-XLS]) that hold what a table needs.
const (
	recFormula  = 0x0006
	recEOF      = 0x000a
	recDate1904 = 0x0022
	recFilePass = 0x002f
	recContinue = 0x003c
	recSheet    = 0x0085
	recMulRK    = 0x00bd
	recMerged   = 0x00e5
	recStrings  = 0x00fc
	recSST      = 0x00fd
	recNumber   = 0x0203
	recLabel    = 0x0204
	recBool     = 0x0205
	recString   = 0x0207
	recRK       = 0x027e
	recBOF      = 0x0809
)

// old reads the sheets of a workbook stream.
type old struct {
	src     []byte
	strings []string
	e1904   bool
}

// record is one record, and the records that go on with it.
type record struct {
	kind uint16
	data []byte
	more [][]byte
}

// next reads the record at an offset and gives that of the one after it.
func (o *old) next(at int) (record, int, bool) {
	if at < 0 || at+4 > len(o.src) {
		return record{}, at, false
	}
	le := binary.LittleEndian
	r := record{kind: le.Uint16(o.src[at:])}
	end := at + 4 + int(le.Uint16(o.src[at+2:]))
	if end > len(o.src) {
		return record{}, at, false
	}
	r.data = o.src[at+4 : end]
	for end+4 <= len(o.src) && le.Uint16(o.src[end:]) == recContinue {
		n := int(le.Uint16(o.src[end+2:]))
		if end+4+n > len(o.src) {
			break
		}
		r.more = append(r.more, o.src[end+4:end+4+n])
		end += 4 + n
	}
	return r, end, true
}

// readOld reads the sheets of an old workbook, each with its name.
func readOld(src []byte) ([]Table, error) {
	stream, err := bookStream(src)
	if err != nil {
		return nil, err
	}
	o := &old{src: stream}
	type sheet struct {
		name string
		at   int
	}
	var sheets []sheet
	le := binary.LittleEndian
	for at, first := 0, true; ; first = false {
		r, end, ok := o.next(at)
		if !ok || first && (r.kind != recBOF || len(r.data) < 2 || le.Uint16(r.data) != 0x0600) || r.kind == recFilePass {
			return nil, errDamaged // of an even older format, or under a password
		}
		at = end
		switch r.kind {
		case recDate1904:
			o.e1904 = len(r.data) > 0 && r.data[0] == 1
		case recSheet:
			if len(r.data) > 8 && r.data[5] == 0 { // a table, no chart
				name, _, _ := text(r.data[8:], int(r.data[6]), r.data[7])
				sheets = append(sheets, sheet{name, int(le.Uint32(r.data))})
			}
		case recStrings:
			o.shared(r)
		}
		if r.kind == recEOF {
			break
		}
	}
	var out []Table
	for _, s := range sheets {
		out = append(out, o.sheet(s.name, s.at))
	}
	return out, nil
}

// text reads n characters, of one byte or of two each.
func text(b []byte, n int, flags byte) (s string, rest []byte, whole bool) {
	width := 1 + int(flags&1)
	whole = len(b) >= n*width
	n = min(n, len(b)/width)
	u := make([]uint16, n)
	for i := range u {
		if width == 1 {
			u[i] = uint16(b[i])
		} else {
			u[i] = binary.LittleEndian.Uint16(b[2*i:])
		}
	}
	return string(utf16.Decode(u)), b[n*width:], whole
}

// shared reads the table of strings. One that a record breaks off goes on in the next one,
// which says anew how wide its characters are.
func (o *old) shared(r record) {
	le := binary.LittleEndian
	b, parts := r.data, r.more
	if len(b) < 8 {
		return
	}
	b = b[8:]
	turn := func() bool {
		if len(parts) == 0 {
			return false
		}
		b, parts = parts[0], parts[1:]
		return true
	}
	skip := func(n int) bool {
		for n > len(b) {
			n -= len(b)
			if !turn() {
				return false
			}
		}
		b = b[n:]
		return true
	}
	for len(o.strings) < maxRows*maxColumns {
		if len(b) == 0 && !turn() {
			return
		}
		if len(b) < 3 {
			return
		}
		n, flags := int(le.Uint16(b)), b[2]
		b = b[3:]
		after := 0
		if flags&8 != 0 && len(b) >= 2 {
			after, b = 4*int(le.Uint16(b)), b[2:]
		}
		if flags&4 != 0 && len(b) >= 4 {
			after += int(min(le.Uint32(b), maxOld))
			b = b[4:]
		}
		s := ""
		for {
			part, rest, whole := text(b, n, flags)
			s, n, b = s+part, n-len(utf16.Encode([]rune(part))), rest
			if whole || !turn() || len(b) == 0 {
				break
			}
			flags = flags&^1 | b[0]&1
			b = b[1:]
		}
		o.strings = append(o.strings, s)
		if !skip(after) {
			return
		}
	}
}

const maxOld = 1 << 24

// sheet reads the cells of one sheet.
func (o *old) sheet(name string, at int) Table {
	t := Table{Sheet: name, Epoch1904: o.e1904}
	le := binary.LittleEndian
	set := func(row, column int, v string) {
		if row >= maxRows || column >= maxColumns {
			return
		}
		for len(t.Rows) <= row {
			t.Rows = append(t.Rows, nil)
		}
		for len(t.Rows[row]) <= column {
			t.Rows[row] = append(t.Rows[row], "")
		}
		t.Rows[row][column] = v
	}
	var merged [][4]int
	depth, row, column := 0, 0, 0
	for {
		r, end, ok := o.next(at)
		if at = end; !ok {
			break
		}
		d := r.data
		if r.kind == recBOF {
			depth++
		}
		if r.kind == recEOF {
			if depth--; depth <= 0 {
				break
			}
		}
		if depth != 1 {
			continue // of a chart in the sheet
		}
		if len(d) >= 6 && r.kind != recMerged && r.kind != recString {
			row, column = int(le.Uint16(d)), int(le.Uint16(d[2:]))
		}
		switch {
		case r.kind == recSST && len(d) >= 10:
			if i := int(le.Uint32(d[6:])); i < len(o.strings) {
				set(row, column, o.strings[i])
			}
		case r.kind == recNumber && len(d) >= 14:
			set(row, column, figure(math.Float64frombits(le.Uint64(d[6:]))))
		case r.kind == recRK && len(d) >= 10:
			set(row, column, figure(rk(le.Uint32(d[6:]))))
		case r.kind == recMulRK:
			for i := 0; 4+6*i+6 <= len(d)-2; i++ {
				set(row, column+i, figure(rk(le.Uint32(d[6+6*i:]))))
			}
		case r.kind == recLabel && len(d) >= 9:
			s, _, _ := text(d[9:], int(le.Uint16(d[6:])), d[8])
			set(row, column, s)
		case r.kind == recBool && len(d) >= 8 && d[7] == 0:
			set(row, column, map[bool]string{true: "是", false: "否"}[d[6] == 1])
		case r.kind == recFormula && len(d) >= 14: // what the formula gave when it was saved
			if le.Uint16(d[12:]) != 0xffff {
				set(row, column, figure(math.Float64frombits(le.Uint64(d[6:]))))
			}
		case r.kind == recString && len(d) >= 3: // a text that the formula before it gave
			s, _, _ := text(d[3:], int(le.Uint16(d)), d[2])
			set(row, column, s)
		case r.kind == recMerged && len(d) >= 2:
			for d = d[2:]; len(d) >= 8; d = d[8:] {
				merged = append(merged, [4]int{int(le.Uint16(d)), int(le.Uint16(d[4:])), int(le.Uint16(d[2:])), int(le.Uint16(d[6:]))})
			}
		}
	}
	for _, m := range merged {
		if m[0] < len(t.Rows) && m[1] < len(t.Rows[m[0]]) {
			t.spread(m[0], m[1], m[2], m[3], t.Rows[m[0]][m[1]])
		}
	}
	return t
}

// rk is a number in the short form.
func rk(v uint32) float64 {
	f := math.Float64frombits(uint64(v&^3) << 32)
	if v&2 != 0 {
		f = float64(int32(v) >> 2)
	}
	if v&1 != 0 {
		f /= 100
	}
	return f
}

func figure(f float64) string {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return ""
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}
