package evidence

import (
	"encoding/binary"
	"io"
	"unicode/utf16"

	"zhunsheng/gov"
)

// oleMagic begins a compound file: the old Office formats, and installers.
const oleMagic = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

// maxOLESectors bounds how much of a directory is followed, whatever a file claims.
const maxOLESectors = 4096

// sniffOLE reads the names in the directory of a compound file and tells Word from Excel.
func sniffOLE(r io.ReaderAt, size int64) (string, error) {
	names, err := oleNames(r, size)
	if err != nil {
		return "", errDamaged()
	}
	media := ""
	for _, n := range names {
		switch n {
		case "WordDocument":
			media = DOC
		case "Workbook", "Book":
			media = XLS
		case "Macros", "_VBA_PROJECT_CUR", "VBA", "_VBA_PROJECT":
			return "", errMacro()
		}
	}
	if media == "" {
		return "", gov.FieldError("file", "无法识别这个文件的内容。%s", accepted)
	}
	return media, nil
}

// oleNames lists the entries of the directory of a compound file ([MS-CFB] 2.2, 2.6).
func oleNames(r io.ReaderAt, size int64) ([]string, error) {
	var head [512]byte
	if _, err := r.ReadAt(head[:], 0); err != nil {
		return nil, err
	}
	shift := binary.LittleEndian.Uint16(head[30:])
	if shift != 9 && shift != 12 {
		return nil, io.ErrUnexpectedEOF
	}
	sector := int64(1) << shift
	at := func(n uint32) int64 { return (int64(n) + 1) * sector }
	read := func(n uint32) ([]byte, error) {
		b := make([]byte, sector)
		if at(n) >= size {
			return nil, io.ErrUnexpectedEOF
		}
		got, err := r.ReadAt(b, at(n))
		if err == io.EOF && got > 0 {
			err = nil // the last sector may be short
		}
		return b, err
	}
	// next follows the allocation table. Its first 109 sectors are listed in the header;
	// a directory that lies beyond them is that of a file too large to be uploaded.
	next := func(n uint32) (uint32, error) {
		per := uint32(sector / 4)
		if n/per >= 109 {
			return 0, io.ErrUnexpectedEOF
		}
		table := binary.LittleEndian.Uint32(head[76+4*(n/per):])
		b, err := read(table)
		if err != nil {
			return 0, err
		}
		return binary.LittleEndian.Uint32(b[4*(n%per):]), nil
	}
	const endOfChain = 0xfffffffe
	var names []string
	for n, i := binary.LittleEndian.Uint32(head[48:]), 0; n < endOfChain-4; i++ {
		if i == maxOLESectors {
			return nil, io.ErrUnexpectedEOF
		}
		b, err := read(n)
		if err != nil {
			return nil, err
		}
		for ; len(b) >= 128; b = b[128:] {
			length := binary.LittleEndian.Uint16(b[64:])
			if length < 2 || length > 64 || b[66] == 0 {
				continue
			}
			u := make([]uint16, length/2-1)
			for j := range u {
				u[j] = binary.LittleEndian.Uint16(b[2*j:])
			}
			names = append(names, string(utf16.Decode(u)))
		}
		if n, err = next(n); err != nil {
			return nil, err
		}
	}
	return names, nil
}
