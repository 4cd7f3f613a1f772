package documents

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"context"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

// setLine is one line of text that a PDF shows, and where.
type setLine struct {
	page int
	y    string
	text string
}

var (
	streams = regexp.MustCompile(`(?s)<<([^>]*?)>>\nstream\n`)
	shows   = regexp.MustCompile(`(?s)/ActualText <FEFF([0-9A-F]+)>>> BDC.*?\nEMC|BT ([0-9.-]+) ([0-9.-]+) Td \(((?:\\.|[^\\)])*)\) Tj ET`)
	startx  = regexp.MustCompile(`startxref\n(\d+)\n%%EOF\n$`)
)

// readPDF reads back what a PDF shows, line by line, page by page. It checks that the file
// is whole: header, cross references, and every stream of the length that it says.
func readPDF(b []byte) ([]setLine, error) {
	if !bytes.HasPrefix(b, []byte("%PDF-1.")) {
		return nil, errors.New("no PDF header")
	}
	m := startx.FindSubmatch(b)
	if m == nil {
		return nil, errors.New("no end of file")
	}
	var at int
	fmt.Sscan(string(m[1]), &at)
	if at >= len(b) || !bytes.HasPrefix(b[at:], []byte("xref\n")) {
		return nil, errors.New("cross references are not where the file says")
	}
	var out []setLine
	page := 0
	for _, loc := range streams.FindAllSubmatchIndex(b, -1) {
		dict := string(b[loc[2]:loc[3]])
		var n int
		if _, err := fmt.Sscanf(dict[strings.Index(dict, "/Length ")+len("/Length "):], "%d", &n); err != nil || loc[1]+n > len(b) {
			return nil, fmt.Errorf("stream %q", dict)
		}
		data := b[loc[1] : loc[1]+n]
		if !bytes.HasPrefix(b[loc[1]+n:], []byte("\nendstream")) {
			return nil, fmt.Errorf("stream %q is not as long as it says", dict)
		}
		if !strings.Contains(dict, "/FlateDecode") || strings.Contains(dict, "/Length1") {
			continue
		}
		z, err := zlib.NewReader(bytes.NewReader(data))
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(z)
		if err != nil {
			return nil, err
		}
		found := shows.FindAllSubmatch(content, -1)
		if len(found) == 0 && !bytes.Contains(content, []byte(" Tc")) {
			continue
		}
		page++
		var lines []setLine
		for _, f := range found {
			text, y := utf16Text(f[4]), string(f[3])
			if len(f[1]) > 0 { // a character that is drawn as its code
				raw, err := hex.DecodeString(string(f[1]))
				if err != nil {
					return nil, err
				}
				text, y = utf16Of(raw), ""
				if len(lines) > 0 {
					y = lines[len(lines)-1].y
				}
			}
			if i := slices.IndexFunc(lines, func(l setLine) bool { return l.y == y }); i >= 0 && i == len(lines)-1 {
				lines[i].text += text
			} else {
				lines = append(lines, setLine{page, y, text})
			}
		}
		out = append(out, lines...)
	}
	return out, nil
}

// utf16Text undoes the escapes of a PDF string and reads it as UTF-16.
func utf16Text(s []byte) string {
	var raw []byte
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
			if s[i] == 'r' {
				raw = append(raw, '\r')
				continue
			}
		}
		raw = append(raw, s[i])
	}
	return utf16Of(raw)
}

func utf16Of(raw []byte) string {
	units := make([]uint16, 0, len(raw)/2)
	for i := 0; i+1 < len(raw); i += 2 {
		units = append(units, uint16(raw[i])<<8|uint16(raw[i+1]))
	}
	return string(utf16.Decode(units))
}

// readDOCX gives the paragraphs of a document. Every part must be well-formed and be
// declared, every relation must lead somewhere.
func readDOCX(b []byte) ([]string, error) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, err
	}
	parts := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			return nil, err
		}
		if parts[f.Name], err = io.ReadAll(r); err != nil {
			return nil, err
		}
		if err := wellFormed(parts[f.Name]); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	for _, target := range regexp.MustCompile(`Target="([^"]+)"`).FindAllSubmatch(parts["word/_rels/document.xml.rels"], -1) {
		if parts[path.Join("word", string(target[1]))] == nil {
			return nil, fmt.Errorf("a relation leads to %s, which is not there", target[1])
		}
	}
	return wordText(parts["word/document.xml"])
}

func wellFormed(b []byte) error {
	d := xml.NewDecoder(bytes.NewReader(b))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// wordText is the text by paragraphs; a cell ends with a bar, a break is a slash.
func wordText(b []byte) ([]string, error) {
	var out []string
	var p strings.Builder
	inText := false
	d := xml.NewDecoder(bytes.NewReader(b))
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "t":
				inText = true
			case "br":
				p.WriteString("/")
			case "tab":
				if p.Len() > 0 {
					p.WriteString("\t")
				}
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "t":
				inText = false
			case "p":
				out = append(out, p.String())
				p.Reset()
			case "tc":
				out[len(out)-1] += "|"
			}
		case xml.CharData:
			if inText {
				p.Write(t)
			}
		}
	}
}

func mustPDF(t testing.TB, p Paper) []setLine {
	t.Helper()
	b, err := PDF(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := readPDF(b)
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func mustDOCX(t testing.TB, p Paper) []string {
	t.Helper()
	b, err := DOCX(p)
	if err != nil {
		t.Fatal(err)
	}
	list, err := readDOCX(b)
	if err != nil {
		t.Fatal(err)
	}
	return list
}
