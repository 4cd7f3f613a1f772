package documents

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"math"
	"strings"
	"time"
)

// The fonts of GB/T 9704 as WPS and the offices' machines name them.
var faceNames = map[face]string{fangsong: "仿宋_GB2312", heiti: "黑体", kaiti: "楷体_GB2312", xbsong: "方正小标宋简体"}

// DOCX sets a paper as an Office Open XML document that WPS, Word and LibreOffice open and
// people go on editing. The same paper gives the same bytes.
func DOCX(p Paper) ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, part := range []struct{ name, text string }{
		{"[Content_Types].xml", contentTypes},
		{"_rels/.rels", packageRels},
		{"docProps/app.xml", appProps},
		{"docProps/core.xml", coreProps(p)},
		{"word/document.xml", document(p)},
		{"word/_rels/document.xml.rels", documentRels},
		{"word/styles.xml", styles()},
		{"word/settings.xml", settings},
		{"word/fontTable.xml", fontTable},
		{"word/header1.xml", letterHeader(p)},
		{"word/footer1.xml", pageFooter("right")},
		{"word/footer2.xml", pageFooter("left")},
		{"word/footer3.xml", firstFooter(p)},
		{"customXml/_rels/item1.xml.rels", recordRels},
		{recordPart, recordXML(p)},
		{"customXml/itemProps1.xml", recordProps},
	} {
		w, err := z.CreateHeader(&zip.FileHeader{Name: part.name, Method: zip.Deflate, Modified: fixedTime})
		if err == nil {
			_, err = w.Write([]byte(part.text))
		}
		if err != nil {
			return nil, fmt.Errorf("documents: docx of %q: %w", p.Name, err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("documents: docx of %q: %w", p.Name, err)
	}
	return out.Bytes(), nil
}

// fixedTime is the modification time of every part: bytes must not depend on when they are
// made.
var fixedTime = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// twips are twentieths of a point.
func twips(points float64) int { return int(math.Round(points * 20)) }

// escaped is text inside an element.
func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder never fails
	return b.String()
}

// par is the format of a paragraph. The zero value is text of the grid, justified.
type par struct {
	style      string
	jc         string  // left, center, right; empty: both
	lead, hang float64 // points by which the first and the further lines stand in
	left       float64
	right      float64
	line       float64 // exact height; 0: that of the style
	before     float64
	outline    int // level of a heading, from 1
	keep       bool
	whole      bool   // not broken over pages
	frame      string // the element framePr
	border     string // the element of pBdr
	tabs       string
}

// write writes pPr in the order of the schema.
func (f par) write(b *strings.Builder) {
	b.WriteString("<w:pPr>")
	if f.style != "" {
		fmt.Fprintf(b, `<w:pStyle w:val="%s"/>`, f.style)
	}
	if f.keep {
		b.WriteString("<w:keepNext/>")
	}
	if f.whole {
		b.WriteString("<w:keepLines/>")
	}
	b.WriteString(f.frame)
	if f.border != "" {
		b.WriteString("<w:pBdr>" + f.border + "</w:pBdr>")
	}
	if f.tabs != "" {
		b.WriteString("<w:tabs>" + f.tabs + "</w:tabs>")
	}
	if f.line != 0 || f.before != 0 {
		b.WriteString("<w:spacing")
		if f.before != 0 {
			fmt.Fprintf(b, ` w:before="%d"`, twips(f.before))
		}
		if f.line != 0 {
			fmt.Fprintf(b, ` w:line="%d" w:lineRule="exact"`, twips(f.line))
		}
		b.WriteString("/>")
	}
	if f.lead != 0 || f.hang != 0 || f.left != 0 || f.right != 0 {
		fmt.Fprintf(b, `<w:ind w:left="%d" w:right="%d"`, twips(f.left+f.hang), twips(f.right))
		switch first := f.lead - f.hang; {
		case first > 0:
			fmt.Fprintf(b, ` w:firstLine="%d"`, twips(first))
		case first < 0:
			fmt.Fprintf(b, ` w:hanging="%d"`, twips(-first))
		}
		b.WriteString("/>")
	}
	if f.jc != "" {
		fmt.Fprintf(b, `<w:jc w:val="%s"/>`, f.jc)
	}
	if f.outline > 0 {
		fmt.Fprintf(b, `<w:outlineLvl w:val="%d"/>`, f.outline-1)
	}
	b.WriteString("</w:pPr>")
}

// paragraphXML writes a paragraph of runs at a size; colour may be empty.
func paragraphXML(b *strings.Builder, f par, runs []run, size float64, colour string) {
	b.WriteString("<w:p>")
	f.write(b)
	for _, r := range runs {
		runXML(b, r, size, colour)
	}
	b.WriteString("</w:p>\n")
}

// runXML writes text in one face. The hint makes quotation marks and dashes, which Latin
// has too, come out of the Chinese font.
func runXML(b *strings.Builder, r run, size float64, colour string) {
	if r.text == "" {
		return
	}
	name := faceNames[r.face]
	fmt.Fprintf(b, `<w:r><w:rPr><w:rFonts w:hint="eastAsia" w:ascii="%s" w:hAnsi="%s" w:eastAsia="%s" w:cs="%s"/>`, name, name, name, name)
	if colour != "" {
		fmt.Fprintf(b, `<w:color w:val="%s"/>`, colour)
	}
	if size == size3 {
		fmt.Fprintf(b, `<w:spacing w:val="%d"/>`, int(math.Floor(tight*20)))
	}
	fmt.Fprintf(b, `<w:sz w:val="%d"/><w:szCs w:val="%d"/></w:rPr>`, int(size*2), int(size*2))
	switch r.text {
	case "\t":
		b.WriteString("<w:tab/>")
	case "\n":
		b.WriteString("<w:br/>")
	default:
		b.WriteString(`<w:t xml:space="preserve">` + escaped(r.text) + "</w:t>")
	}
	b.WriteString("</w:r>")
}

// cells is about how wide text is in characters of the grid: Latin letters are half as wide.
func cells(s string) float64 {
	n := 0.0
	for _, r := range s {
		if r < 0x2000 {
			n += 0.5
		} else {
			n++
		}
	}
	return n
}
