package exchange

import (
	"encoding/binary"
	"errors"
	"unicode/utf16"
)

// errDamaged is what a reader of the old format says of a file that does not hold together.
var errDamaged = errors.New("exchange: damaged workbook")

// compound is a compound file ([MS-CFB]) in memory. Every chain is followed at most once
// around: what a file claims never decides how long we read.
type compound struct {
	src    []byte
	sector int
	fat    []uint32
}

const (
	endOfChain  = 0xfffffffe
	lastSector  = 0xfffffffa // what is above is no sector
	miniSector  = 64
	difatInHead = 109
)

// bookStream gives the workbook's stream of a compound file.
func bookStream(src []byte) ([]byte, error) {
	le := binary.LittleEndian
	if len(src) < 512 {
		return nil, errDamaged
	}
	shift := le.Uint16(src[30:])
	if shift != 9 && shift != 12 {
		return nil, errDamaged
	}
	c := &compound{src: src, sector: 1 << shift}
	if err := c.table(); err != nil {
		return nil, err
	}
	directory, err := c.chain(le.Uint32(src[48:]))
	if err != nil {
		return nil, err
	}
	var root, book []byte
	for d := directory; len(d) >= 128; d = d[128:] {
		n := int(le.Uint16(d[64:]))
		if n < 2 || n > 64 || d[66] == 0 {
			continue
		}
		u := make([]uint16, n/2-1)
		for i := range u {
			u[i] = le.Uint16(d[2*i:])
		}
		switch string(utf16.Decode(u)) {
		case "Root Entry":
			root = d
		case "Workbook":
			book = d
		}
	}
	if root == nil || book == nil {
		return nil, errDamaged
	}
	size, start := uint64(le.Uint32(book[120:])), le.Uint32(book[116:])
	var out []byte
	if size < uint64(le.Uint32(src[56:])) {
		out, err = c.mini(le.Uint32(root[116:]), le.Uint32(src[60:]), start)
	} else {
		out, err = c.chain(start)
	}
	if err != nil || uint64(len(out)) < size {
		return nil, errDamaged
	}
	return out[:size], nil
}

// at is one sector; the last may be short.
func (c *compound) at(n uint32) ([]byte, error) {
	from := (uint64(n) + 1) * uint64(c.sector)
	if n >= lastSector || from >= uint64(len(c.src)) {
		return nil, errDamaged
	}
	out := c.src[from:min(from+uint64(c.sector), uint64(len(c.src)))]
	if len(out) < c.sector {
		out = append(append([]byte(nil), out...), make([]byte, c.sector-len(out))...)
	}
	return out, nil
}

// table reads the allocation table, whose sectors the head lists, and after the first of
// them further sectors of such lists.
func (c *compound) table() error {
	le := binary.LittleEndian
	var list []uint32
	for i := range difatInHead {
		list = append(list, le.Uint32(c.src[76+4*i:]))
	}
	most := len(c.src) / c.sector
	for n, i := le.Uint32(c.src[68:]), 0; n < lastSector; i++ {
		s, err := c.at(n)
		if err != nil || i > most {
			return errDamaged
		}
		for k := 0; k < c.sector-4; k += 4 {
			list = append(list, le.Uint32(s[k:]))
		}
		n = le.Uint32(s[c.sector-4:])
	}
	for i, n := range list {
		if n >= lastSector {
			continue
		}
		s, err := c.at(n)
		if err != nil || i > most+difatInHead {
			return errDamaged
		}
		for k := 0; k < c.sector; k += 4 {
			c.fat = append(c.fat, le.Uint32(s[k:]))
		}
	}
	return nil
}

// chain reads the sectors that follow one another from a first one.
func (c *compound) chain(n uint32) ([]byte, error) {
	var out []byte
	for n != endOfChain {
		s, err := c.at(n)
		if err != nil || uint64(n) >= uint64(len(c.fat)) || len(out) > len(c.src) {
			return nil, errDamaged
		}
		out = append(out, s...)
		n = c.fat[n]
	}
	return out, nil
}

// mini reads a small stream, which lies in the stream of the root.
func (c *compound) mini(root, table, n uint32) ([]byte, error) {
	all, err := c.chain(root)
	if err != nil {
		return nil, err
	}
	next, err := c.chain(table)
	if err != nil {
		return nil, err
	}
	var out []byte
	for n != endOfChain {
		from := uint64(n) * miniSector
		if from+miniSector > uint64(len(all)) || uint64(n)*4+4 > uint64(len(next)) || len(out) > len(all) {
			return nil, errDamaged
		}
		out = append(out, all[from:from+miniSector]...)
		n = binary.LittleEndian.Uint32(next[4*n:])
	}
	return out, nil
}
