package documents

import (
	"strings"
	"unicode"
)

// glyph is one character as it is set.
type glyph struct {
	r     rune
	font  *typeface // nil: none has it, and its code is drawn
	width float64   // in points, with the spacing of the grid
}

// line is one line of glyphs, and by how much every gap of it is widened.
type line struct {
	glyphs []glyph
	extra  float64
}

func (l line) width() float64 {
	w := 0.0
	for _, g := range l.glyphs {
		w += g.width + l.extra
	}
	return w
}

func (l line) text() string {
	var b strings.Builder
	for _, g := range l.glyphs {
		b.WriteRune(g.r)
	}
	return b.String()
}

const (
	notFirst = "，。、；：？！）》〉」』】〕｝”’…—％℃°·•,.;:?!)]}%‰々〻ー～"
	notLast  = "（《〈「『【〔｛“‘([{￥$＄№"
)

// shape gives the glyphs of runs at a size. A character that no font has takes the room of
// one, so that nothing is lost without a trace.
func shape(runs []run, size, spacing float64) ([]glyph, error) {
	var out []glyph
	for _, run := range runs {
		for _, r := range run.text {
			if unicode.In(r, unicode.Cf, unicode.Variation_Selector) {
				continue
			}
			if unicode.IsSpace(r) && r != '\u3000' {
				r = ' '
			}
			t, err := find(run.face, r)
			if err != nil {
				return nil, err
			}
			width := size
			if t != nil {
				width = t.width(r) * size / 1000
			}
			out = append(out, glyph{r, t, width + spacing})
		}
	}
	return out, nil
}

// joined reports that no line may end between two characters: within a number, a document
// number or a Latin word, between a number and its unit, before what begins no line, after what ends none, within —— and ……
func joined(a, b rune) bool {
	switch {
	case strings.ContainsRune(notFirst, b), strings.ContainsRune(notLast, a):
		return true
	case word(a) && word(b):
		return true
	case a == '〕' && unicode.IsDigit(b): // 清民规〔2026〕3号
		return true
	case unicode.IsDigit(a) && strings.ContainsRune("号年月日时分条款项章元个件", b):
		return true
	}
	return false
}

func word(r rune) bool {
	return r > ' ' && r < 0x2e80 && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_./@+&#'", r))
}

// breakLines breaks glyphs into lines of a width; lead and hang are how far the first and
// the further lines stand in. Every line but the last is set to the full width.
func breakLines(gs []glyph, width, lead, hang float64) []line {
	var out []line
	for len(gs) > 0 {
		room := width - hang
		if len(out) == 0 {
			room = width - lead
		}
		n := fitting(gs, room)
		l := line{glyphs: trim(gs[:n])}
		gs = gs[n:]
		if len(gs) > 0 {
			for len(gs) > 0 && gs[0].r == ' ' {
				gs = gs[1:]
			}
			if slack := room - l.width(); len(l.glyphs) > 1 && slack > 0 && slack/float64(len(l.glyphs)-1) < room/10 {
				l.extra = slack / float64(len(l.glyphs)-1)
			}
		}
		out = append(out, l)
	}
	return out
}

// fitting is how many glyphs go on a line: as many as fit, back to the last place where a
// line may end; a word longer than a line is broken anywhere.
func fitting(gs []glyph, room float64) int {
	w, n := 0.0, 0
	for n < len(gs) && w+gs[n].width <= room+0.01 {
		w += gs[n].width
		n++
	}
	if n == len(gs) {
		return n
	}
	n = max(n, 1)
	if gs[n].r == ' ' {
		return n
	}
	for k, left := n, w; k > 0; k-- {
		if !joined(gs[k-1].r, gs[k].r) {
			return k
		}
		// An address on the web or a row of signs would leave half a line empty.
		if left -= gs[k-1].width; left < room*0.7 {
			break
		}
	}
	return n
}

func trim(gs []glyph) []glyph {
	for len(gs) > 0 && gs[len(gs)-1].r == ' ' {
		gs = gs[:len(gs)-1]
	}
	return gs
}
