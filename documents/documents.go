// Package documents makes official papers (公文) from what a case holds: docx for the office
// suites of the offices, and PDF that looks the same everywhere. The layout is that of
// GB/T 9704: page, type area, grid, fonts, red head, signature, imprint. Making a paper is a
// pure function: the same paper gives the same bytes, whoever asks and whenever.
package documents

import (
	"slices"
	"strings"
	"unicode/utf8"

	"zhunsheng/procedure"
)

// Paper is one official paper (公文) before it is set: a sheet that a template has filled in,
// and the rows of the tables that its body names. In the body a line 一、… （一）… 1.… （1）… is a
// heading of its level, 附件：… begins the list of annexes, {{elements}} stands for the table of
// elements and {{name}} for that of Tables. Report and Notice have the red head once they
// have a document number, Letter has a letterhead, the others have none.
type Paper struct {
	procedure.Sheet
	Tables map[string]Table
}

// Table is a table of a paper. Widths are shares of the width of the type area; no widths
// means equal ones. Small sets it smaller than the text around it.
type Table struct {
	Head   []string
	Widths []float64
	Rows   [][]string
	Small  bool
	None   string // what to say when there are no rows
}

const elementsLine = "{{elements}}"

// tableLine is the name of the table that a line of the body stands for.
func tableLine(line string) (string, bool) {
	line = strings.TrimSpace(line)
	name, ok := strings.CutPrefix(line, "{{")
	if !ok {
		return "", false
	}
	return strings.CutSuffix(name, "}}")
}

// longValue is from how many characters on a value that the text says already is not said
// again in the table of elements.
const longValue = 40

// elementsTable is the table of elements. What the case does not hold has no row, but on an
// agenda item, which is a form, and a long value that the text holds word for word is not
// repeated.
func elementsTable(p Paper) Table {
	said := map[string]bool{}
	for _, l := range p.Body {
		for _, part := range paragraphs(l) {
			said[part] = true
		}
	}
	t := Table{Widths: []float64{nameShare, 1 - nameShare}}
	for _, e := range p.Elements {
		lines := paragraphs(e.Value)
		switch {
		case len(lines) == 0 && p.Layout == procedure.LayoutAgenda:
			t.Rows = append(t.Rows, []string{e.Name, "／"})
		case len(lines) == 0:
		case utf8.RuneCountInString(e.Value) >= longValue && !slices.ContainsFunc(lines, func(l string) bool { return !said[l] }):
		default:
			t.Rows = append(t.Rows, []string{e.Name, e.Value})
		}
	}
	return t
}

// clean takes out what no paper can show: control characters, and bytes that are no text.
// Line ends stay.
func clean(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t':
			return ' '
		case r < ' ', r >= 0x7f && r < 0xa0, r == 0xfffe, r == 0xffff, r >= 0x2028 && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0xfeff:
			return -1
		}
		return r
	}, s)
}

// oneLine is clean text without line ends and without space around it.
func oneLine(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(clean(s), "\n", " "))
}

// paragraphs are the lines of a text that are not empty.
func paragraphs(s string) []string {
	var out []string
	for l := range strings.SplitSeq(clean(s), "\n") {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// CommentsTable is the name of the table of comments and how each was dealt with; a line
// {{comments}} of a body stands for it.
const CommentsTable = "comments"

// Names reports that the body has a line that stands for a table of that name.
func (p Paper) Names(table string) bool {
	for _, l := range p.Body {
		if name, ok := tableLine(l); ok && name == table {
			return true
		}
	}
	return false
}
