package documents

import (
	"fmt"
	"math"
	"strings"
)

const (
	namespaces = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	xmlHead    = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	red        = "FF0000"
)

// gridPitch is the height of a line in twips, rounded down: rounded up, a page would have
// room for 21 lines of the grid only.
var gridPitch = int(math.Floor(lineHeight * 20))

// document is word/document.xml: the blocks, and the section with page and grid.
func document(p Paper) string {
	var b strings.Builder
	b.WriteString(xmlHead + "<w:document " + namespaces + "><w:body>\n")
	blocks := compose(p)
	for i, x := range blocks {
		// The last text or the last row of a table stays with the signature. A long paragraph
		// would move as a whole.
		keep := i+1 < len(blocks) && blocks[i+1].kind == signature && cells(x.text()) < 3*charsPerLine
		blockXML(&b, x, keep)
	}
	first := ""
	_, letter := headed(p)
	if letter {
		first = `<w:headerReference w:type="first" r:id="rId10"/><w:footerReference w:type="first" r:id="rId13"/>`
	}
	fmt.Fprintf(&b, `<w:sectPr>%s<w:footerReference w:type="default" r:id="rId11"/><w:footerReference w:type="even" r:id="rId12"/>`, first)
	fmt.Fprintf(&b, `<w:pgSz w:w="%d" w:h="%d"/>`, twips(pageWidth), twips(pageHeight))
	fmt.Fprintf(&b, `<w:pgMar w:top="%d" w:right="%d" w:bottom="%d" w:left="%d" w:header="%d" w:footer="%d" w:gutter="0"/>`,
		twips(topMargin), twips(pageWidth-areaRight), twips(pageHeight-areaBottom), twips(leftMargin), twips(letterTop), twips(pageHeight-footTop-size4*0.75))
	if letter {
		b.WriteString("<w:titlePg/>")
	}
	// A grid of characters too would be set wider by LibreOffice; the spacing of the runs makes
	// 28 characters fill the line.
	fmt.Fprintf(&b, `<w:docGrid w:type="lines" w:linePitch="%d"/></w:sectPr></w:body></w:document>`, gridPitch)
	return b.String()
}

func blockXML(b *strings.Builder, x block, keep bool) {
	switch x.kind {
	case redHead:
		size := headSize(x.text())
		paragraphXML(b, par{jc: "center", before: headTop - topMargin - size*0.2, line: size * 1.15, keep: true}, x.runs, size, red)
		paragraphXML(b, par{keep: true}, nil, size3, "")
		paragraphXML(b, par{keep: true}, nil, size3, "")
		f := par{jc: "center", border: fmt.Sprintf(`<w:bottom w:val="single" w:sz="12" w:space="%d" w:color="%s"/>`, twips(headGap/20), red), keep: true}
		runs := []run{{fangsong, x.mark}}
		if x.signer != "" {
			f.jc, f.tabs = "left", fmt.Sprintf(`<w:tab w:val="right" w:pos="%d"/>`, twips(areaWidth-cell))
			f.lead = cell
			runs = append(runs, run{fangsong, "\t"}, run{fangsong, "签发人："}, run{kaiti, x.signer})
		}
		paragraphXML(b, f, runs, size3, "")
	case letterTip:
		paragraphXML(b, par{jc: "right", keep: true}, []run{{fangsong, x.mark}}, size3, "")
	case title:
		paragraphXML(b, par{style: "Title"}, titleRuns(x.text()), size2, "")
	case markLine:
		paragraphXML(b, par{jc: "center", keep: true}, x.runs, size3, "")
	case sendTo:
		paragraphXML(b, par{keep: true}, x.runs, size3, "")
	case paragraph, annex:
		f := par{lead: float64(x.lead) * cell, hang: float64(x.hang) * cell, keep: keep}
		if len(x.runs) == 1 && x.runs[0].face != fangsong {
			f.outline, f.keep = x.level, true
		}
		paragraphXML(b, f, x.runs, size3, "")
	case table:
		paragraphXML(b, par{style: "Cell", line: tableGap, keep: true}, nil, size5, "")
		tableXML(b, x.table, keep)
		paragraphXML(b, par{style: "Cell", line: tableGap, keep: keep}, nil, size5, "")
	case blank:
		paragraphXML(b, par{keep: true}, nil, size3, "")
	case signature:
		signatureXML(b, x)
	case imprint:
		imprintXML(b, x)
	}
}

// signatureXML centres the unit on the day by the indent from the right.
func signatureXML(b *strings.Builder, x block) {
	for range signGap {
		paragraphXML(b, par{keep: true}, nil, size3, "")
	}
	unit, day := cells(x.text()), cells(x.right)
	right := float64(dateRight)
	if x.right != "" {
		right = max(2, dateRight+(day-unit)/2)
	}
	paragraphXML(b, par{jc: "right", right: right * cell, keep: x.right != ""}, x.runs, size3, "")
	if x.right != "" {
		paragraphXML(b, par{jc: "right", right: dateRight * cell}, []run{{fangsong, x.right}}, size3, "")
	}
}

// imprintXML is a frame at the foot of the type area of the page on which the text ends.
func imprintXML(b *strings.Builder, x block) {
	const line = `<w:%s w:val="single" w:sz="8" w:space="0" w:color="000000"/>`
	f := par{line: imprintHeight, left: size4, right: size4, jc: "left", border: fmt.Sprintf(line+line, "top", "bottom"),
		tabs: fmt.Sprintf(`<w:tab w:val="right" w:pos="%d"/>`, twips(areaWidth-size4)),
		frame: fmt.Sprintf(`<w:framePr w:w="%d" w:h="%d" w:hRule="exact" w:wrap="around" w:vAnchor="page" w:hAnchor="page" w:x="%d" w:y="%d"/>`,
			twips(areaWidth), twips(imprintHeight), twips(leftMargin), twips(areaBottom-imprintHeight))}
	paragraphXML(b, f, append(x.runs, run{fangsong, "\t"}, run{fangsong, x.right}), size4, "")
	paragraphXML(b, par{style: "Cell", line: 1}, nil, 1, "")
}

// tableXML is a table; keep holds its last row on the page of what follows. A row of a few
// lines is not broken over pages.
func tableXML(b *strings.Builder, t Table, keep bool) {
	size, h := tableSize(t)
	edges := columns(t)
	b.WriteString(`<w:tbl><w:tblPr>`)
	fmt.Fprintf(b, `<w:tblW w:w="%d" w:type="dxa"/><w:tblBorders>`, twips(areaWidth))
	for _, side := range []string{"top", "left", "bottom", "right", "insideH", "insideV"} {
		fmt.Fprintf(b, `<w:%s w:val="single" w:sz="4" w:space="0" w:color="000000"/>`, side)
	}
	fmt.Fprintf(b, `</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar><w:top w:w="%d" w:type="dxa"/><w:left w:w="%d" w:type="dxa"/><w:bottom w:w="%d" w:type="dxa"/><w:right w:w="%d" w:type="dxa"/></w:tblCellMar></w:tblPr><w:tblGrid>`,
		twips(pad), twips(pad), twips(pad), twips(pad))
	for c := range len(edges) - 1 {
		fmt.Fprintf(b, `<w:gridCol w:w="%d"/>`, twips(edges[c+1]-edges[c]))
	}
	b.WriteString("</w:tblGrid>\n")
	row := func(cells []string, f face, head, keep bool) {
		b.WriteString("<w:tr>")
		switch {
		case head:
			b.WriteString("<w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>")
		case rowLines(cells, edges, size) <= together:
			b.WriteString("<w:trPr><w:cantSplit/></w:trPr>")
		}
		for c := range len(edges) - 1 {
			fmt.Fprintf(b, `<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/></w:tcPr>`, twips(edges[c+1]-edges[c]))
			var lines []string
			if c < len(cells) {
				lines = paragraphs(cells[c])
			}
			for _, l := range lines {
				paragraphXML(b, par{style: "Cell", line: h, keep: keep}, []run{{f, l}}, size, "")
			}
			if len(lines) == 0 { // a cell without a paragraph is no cell
				paragraphXML(b, par{style: "Cell", line: h, keep: keep}, nil, size, "")
			}
			b.WriteString("</w:tc>")
		}
		b.WriteString("</w:tr>\n")
	}
	if len(t.Head) > 0 {
		row(t.Head, heiti, true, true)
	}
	for i, r := range t.Rows {
		row(r, fangsong, false, keep && i == len(t.Rows)-1)
	}
	b.WriteString("</w:tbl>\n")
}

// rowLines is about how many lines a row takes.
func rowLines(row []string, edges []float64, size float64) int {
	most := 1
	for c, text := range row {
		n := 0
		for _, l := range paragraphs(text) {
			n += int(math.Ceil(max(1, cells(l)*size/(edges[c+1]-edges[c]-2*pad))))
		}
		most = max(most, n)
	}
	return most
}
