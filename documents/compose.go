package documents

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"zhunsheng/gov"
	"zhunsheng/procedure"
)

// face is a typeface by its part in the standard. docx names it; PDF sets the nearest
// embedded one.
type face int

const (
	fangsong face = iota // 仿宋
	heiti                // 黑体
	kaiti                // 楷体
	xbsong               // 小标宋
)

// run is text in one face.
type run struct {
	face face
	text string
}

type blockKind int

const (
	redHead   blockKind = iota // 发文机关标志, with the document number and the red line below
	letterTip                  // the head of a letter
	title                      // 标题
	markLine                   // 发文字号 below the title, where there is no head
	sendTo                     // 主送机关
	paragraph                  // 正文
	annex                      // 附件说明
	table                      // 表
	blank                      // 空行
	signature                  // 发文机关署名 and 成文日期
	imprint                    // 版记
)

// block is one part of a paper in order. Both writers set the same blocks.
type block struct {
	kind   blockKind
	runs   []run
	level  int // of a heading, 0 for text
	table  Table
	mark   string // 发文字号
	signer string // 签发人
	right  string // what stands at the right edge
	hang   int    // characters by which further lines stand in
	lead   int    // characters by which the first line stands in
}

func (b block) text() string {
	var s strings.Builder
	for _, r := range b.runs {
		s.WriteString(r.text)
	}
	return s.String()
}

// The levels of headings: 一、 （一） 1. （1）.
var levels = []*regexp.Regexp{
	regexp.MustCompile(`^[一二三四五六七八九十百]+、`),
	regexp.MustCompile(`^（[一二三四五六七八九十百]+）`),
	regexp.MustCompile(`^\d{1,3}[.．、]`),
	regexp.MustCompile(`^（\d{1,3}）`),
}

// maxHeading is from how many characters on a numbered sentence is text and no heading.
const maxHeading = 50

// compose orders a paper into blocks.
func compose(p Paper) []block {
	var out []block
	sign, mark := oneLine(p.Sign), oneLine(p.Mark)
	head, letter := headed(p)
	switch {
	case letter:
		out = append(out, block{kind: letterTip, runs: []run{{xbsong, sign}}, mark: mark}, block{kind: blank}, block{kind: blank})
	case head:
		b := block{kind: redHead, runs: []run{{xbsong, leading(sign) + "文件"}}, mark: mark}
		if p.Layout == procedure.LayoutReport {
			b.signer = p.element(signerElement)
		}
		out = append(out, b, block{kind: blank}, block{kind: blank})
	}
	out = append(out, block{kind: title, runs: []run{{xbsong, oneLine(p.Title)}}})
	if mark != "" && !head && !letter {
		out = append(out, block{kind: markLine, runs: []run{{fangsong, mark}}})
	}
	out = append(out, block{kind: blank})
	if to := addressee(p.To); to != "" {
		out = append(out, block{kind: sendTo, runs: []run{{fangsong, to + "："}}})
	}
	out = append(out, body(p, addressed(p))...)
	if sign != "" || !p.Day.IsZero() {
		out = append(out, signed(sign, p.Day))
	}
	if head && !p.Day.IsZero() {
		printer := p.element(printerElement)
		if printer == "" {
			printer = leading(sign)
		}
		out = append(out, block{kind: imprint, runs: []run{{fangsong, printer}}, right: p.Day.Chinese() + "印发"})
	}
	return out
}

// headed reports whether a paper has the red head of a document (文件格式) or the letterhead
// (信函格式). Both belong to papers that a unit issues under a number of its own: what answers
// or informs one person has neither, nor has a form that stays inside.
func headed(p Paper) (document, letter bool) {
	if oneLine(p.Mark) == "" || oneLine(p.Sign) == "" {
		return false, false
	}
	title := strings.TrimRight(oneLine(p.Title), " 》）)")
	answer := false
	for _, kind := range []string{"答复", "答复书", "复函", "函", "告知书", "意见书", "审查意见", "审核意见", "说明", "单", "表"} {
		if strings.HasSuffix(title, kind) {
			answer = true
		}
	}
	switch p.Layout {
	case procedure.LayoutReport, procedure.LayoutNotice:
		return !answer, false
	case procedure.LayoutLetter:
		return false, true
	}
	return false, false
}

// addressee is 主送机关 without the colon.
func addressee(to string) string { return strings.TrimRight(oneLine(to), "：: ") }

// addressed is the body without a first line that addresses whom the paper addresses anyway.
func addressed(p Paper) []string {
	if len(p.Body) > 0 && p.To != "" && strings.HasSuffix(strings.TrimSpace(p.Body[0]), "：") && addressee(p.Body[0]) == addressee(p.To) {
		return p.Body[1:]
	}
	return p.Body
}

func signed(sign string, day gov.Day) block {
	b := block{kind: signature, runs: []run{{fangsong, sign}}}
	if !day.IsZero() {
		b.right = day.Chinese()
	}
	return b
}

// The elements that stand in the head and in the imprint, whether or not the text has the
// table of elements.
const (
	signerElement  = "签发人"
	printerElement = "印发机关"
)

// element is the value of an element on one line; empty without one.
func (p Paper) element(name string) string {
	for _, e := range p.Elements {
		if e.Name == name {
			return oneLine(e.Value)
		}
	}
	return ""
}

// leading is the unit that leads (主办机关) of those that issue a document jointly: the head
// may name it alone.
func leading(sign string) string {
	first, _, _ := strings.Cut(sign, "\u3000")
	return first
}

func body(p Paper, lines []string) []block {
	var out []block
	annexes, elements := false, false
	for _, l := range lines {
		if strings.TrimSpace(l) == elementsLine {
			elements = true
		}
	}
	put := func(t Table) {
		if len(t.Rows) > 0 {
			out = append(out, block{kind: table, table: t})
		}
	}
	// An agenda item is a table of its elements before anything else.
	if p.Layout == procedure.LayoutAgenda && !elements && len(p.Elements) > 0 {
		put(elementsTable(p))
		out = append(out, block{kind: blank})
	}
	for _, raw := range lines {
		for line := range strings.SplitSeq(clean(raw), "\n") {
			line = strings.TrimSpace(line)
			name, isTable := tableLine(line)
			t, given := p.Tables[name]
			switch {
			case line == "":
			case line == elementsLine:
				put(elementsTable(p))
			case isTable && given && len(t.Rows) == 0:
				if t.None != "" {
					out = append(out, block{kind: paragraph, runs: []run{{fangsong, t.None}}, lead: 2})
				}
			case isTable && given:
				put(t)
			case isTable: // nobody gave the rows
			case strings.HasPrefix(line, "附件：") || strings.HasPrefix(line, "附件:"):
				annexes = true
				out = append(out, block{kind: blank}, block{kind: annex, runs: []run{{fangsong, line}}, lead: 2, hang: 5})
			case annexes && levels[2].MatchString(line):
				out = append(out, block{kind: annex, runs: []run{{fangsong, line}}, lead: 5, hang: 5})
			default:
				annexes = false
				out = append(out, paragraphOf(line))
			}
		}
	}
	return out
}

// paragraphOf finds the level of a line and sets the numbered sentence in its face: the
// first level in 黑体, the second in 楷体, the others as text.
func paragraphOf(line string) block {
	b := block{kind: paragraph, lead: 2}
	for i, re := range levels {
		if !re.MatchString(line) {
			continue
		}
		b.level = i + 1
		head, rest := line, ""
		if at := strings.Index(line, "。"); at >= 0 && at+len("。") < len(line) {
			head, rest = line[:at+len("。")], line[at+len("。"):]
		}
		if i > 1 || utf8.RuneCountInString(head) > maxHeading {
			break
		}
		f := heiti
		if i == 1 {
			f = kaiti
		}
		b.runs = []run{{f, head}}
		if rest != "" {
			b.runs = append(b.runs, run{fangsong, rest})
		}
		return b
	}
	b.runs = []run{{fangsong, line}}
	return b
}
