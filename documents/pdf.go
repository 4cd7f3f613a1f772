package documents

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"time"
	"unicode/utf16"

	"codeberg.org/go-pdf/fpdf"
)

// making bounds how many PDFs are made at a time: one for each processor. It is work without
// waiting, and more at once would only take memory.
var making = make(chan struct{}, max(1, runtime.NumCPU()))

// PDF sets a paper as PDF with its fonts embedded, cut to the characters used. The text can
// be searched and copied as the characters that were given. A call waits for its turn; it
// gives up when ctx does.
func PDF(ctx context.Context, p Paper) ([]byte, error) {
	select {
	case making <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("documents: pdf of %q: %w", p.Name, context.Cause(ctx))
	}
	defer func() { <-making }()
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("documents: pdf of %q: %w", p.Name, err)
	}
	return makePDF(p, (*typeface).cut)
}

// makePDF makes a PDF; cut gives the font to embed for the characters that are used of it.
func makePDF(p Paper, cut func(*typeface, map[rune]bool) ([]byte, error)) ([]byte, error) {
	f := fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt", Size: fpdf.SizeType{Wd: pageWidth, Ht: pageHeight}})
	f.SetMargins(0, 0, 0)
	f.SetAutoPageBreak(false, 0)
	f.SetCatalogSort(true)
	at := time.Unix(0, 0).UTC() // bytes must not depend on when they are made
	if !p.Day.IsZero() {
		at = p.Day.Start().Time()
	}
	f.SetCreationDate(at)
	f.SetModificationDate(at)
	f.SetTitle(oneLine(p.Title), true)
	f.SetAuthor(oneLine(p.Sign), true)
	f.SetProducer("Zhunsheng", false)
	s := &setter{f: f, paper: p, cut: cut, known: map[string]bool{}, used: map[*typeface]map[rune]bool{}}
	if _, err := s.shape([]run{{fangsong, "0123456789ABCDEF—"}}, size4, 0); err != nil { // page numbers, codes
		return nil, err
	}
	items, err := s.items(compose(p))
	if err != nil {
		return nil, err
	}
	s.paginate(items)
	if s.err != nil {
		return nil, s.err
	}
	var b bytes.Buffer
	if err := f.Output(&b); err != nil {
		return nil, fmt.Errorf("documents: pdf of %q: %w", p.Name, err)
	}
	return b.Bytes(), nil
}

// item is something of a height that is set as a whole. Those with keep stay on the page
// of the next one.
type item struct {
	height float64
	keep   bool
	bottom bool            // at the foot of the type area
	blank  bool            // nothing, not set at the head of a page
	from   float64         // when not zero, it begins at this place of the first page
	again  func(y float64) // what is set first when it begins a page in the middle of a table
	extra  float64         // height of again
	cut    func(y float64) // closes the frame of a table when a page ends after it
	draw   func(y float64)
}

// setter draws onto pages.
type setter struct {
	f     *fpdf.Fpdf
	paper Paper
	cut   func(*typeface, map[rune]bool) ([]byte, error)
	used  map[*typeface]map[rune]bool // the characters that were shaped
	known map[string]bool             // fonts that the document has
	page  int
	err   error
}

// paginate puts items onto pages. What is kept together goes to the next page together,
// unless it fills more than a page.
func (s *setter) paginate(items []item) {
	s.newPage()
	y := topMargin
	turn := func(i int) {
		if i > 0 && items[i-1].cut != nil && items[i].again != nil {
			items[i-1].cut(y)
		}
		s.newPage()
		y = topMargin
		if again := items[i].again; again != nil {
			again(y)
			y += items[i].extra
		}
	}
	for i := 0; i < len(items); {
		n, h := group(items[i:])
		if y+h > areaBottom+0.5 && y > topMargin {
			turn(i)
		}
		for range n {
			it := items[i]
			i++
			switch {
			case it.blank && y == topMargin:
				continue
			case it.bottom:
				it.draw(areaBottom - it.height)
				y = areaBottom
				continue
			case it.from != 0 && s.page == 1:
				y = it.from
			case y+it.height > areaBottom+0.5 && y > topMargin:
				turn(i - 1)
			}
			if it.draw != nil {
				it.draw(y)
			}
			y += it.height
		}
	}
}

// group is how many of the first items stay together, and their height.
func group(items []item) (n int, height float64) {
	for n < len(items) {
		height += items[n].height
		n++
		if !items[n-1].keep {
			break
		}
	}
	return n, height
}

func (s *setter) newPage() {
	s.f.AddPage()
	s.page++
	if _, letter := headed(s.paper); letter && s.page == 1 {
		return // the first page of a letter has no number
	}
	// 4号半角宋体 with a line on either side, 右空一字 on odd and 左空一字 on even pages.
	gs, err := s.shape([]run{{fangsong, fmt.Sprintf("— %d —", s.page)}}, size4, 0)
	if err != nil {
		s.err = err
		return
	}
	l := line{glyphs: gs}
	x := areaRight - size4 - l.width()
	if s.page%2 == 0 {
		x = leftMargin + size4
	}
	s.line(l, x, footTop+size4*0.5, size4, 0)
}

// shape is the shape of runs, and remembers which characters of which font are used. Whatever
// is drawn was shaped here first: a font is cut when it is first used, after everything but
// page numbers is shaped.
func (s *setter) shape(runs []run, size, spacing float64) ([]glyph, error) {
	gs, err := shape(runs, size, spacing)
	for _, g := range gs {
		if g.font == nil {
			continue
		}
		if s.used[g.font] == nil {
			s.used[g.font] = map[rune]bool{' ': true}
		}
		s.used[g.font][g.r] = true
	}
	return gs, err
}

// use makes a font and size current, adding the font to the document when it is first used.
func (s *setter) use(t *typeface, size float64) {
	if !s.known[t.family] {
		b, err := s.cut(t, s.used[t])
		if err != nil {
			s.err = fmt.Errorf("documents: font %s: %w", t.family, err)
			return
		}
		s.f.AddUTF8FontFromBytes(t.family, "", b)
		s.known[t.family] = true
	}
	s.f.SetFont(t.family, "", size)
}

// line draws glyphs from x on, base line at y. Runs of one font are one string, so that
// text is copied whole.
func (s *setter) line(l line, x, y, size, spacing float64) {
	for i := 0; i < len(l.glyphs); {
		if l.glyphs[i].font == nil {
			s.code(l.glyphs[i].r, x, y, size)
			x += l.glyphs[i].width + l.extra
			i++
			continue
		}
		j, w := i, 0.0
		var text []rune
		for j < len(l.glyphs) && l.glyphs[j].font == l.glyphs[i].font {
			text = append(text, l.glyphs[j].r)
			w += l.glyphs[j].width + l.extra
			j++
		}
		s.use(l.glyphs[i].font, size)
		s.f.RawWriteStr(fmt.Sprintf("%.4f Tc\n", spacing+l.extra))
		s.f.Text(x, y, string(text))
		x += w
		i = j
	}
}

// code draws a character that no embedded font has (生僻字) as a box of its width with its
// code point in it, three figures above three. What is copied and searched is the character
// itself.
func (s *setter) code(r rune, x, y, size float64) {
	digits := fmt.Sprintf("%06X", r)
	if r < 0x10000 {
		digits = fmt.Sprintf("%04X", r)
	}
	half, small := len(digits)/2, size*0.38
	text := ""
	for _, u := range utf16.AppendRune(nil, r) {
		text += fmt.Sprintf("%04X", u)
	}
	s.f.RawWriteStr("/Span <</ActualText <FEFF" + text + ">>> BDC\n")
	side := size * 0.92
	left, top := x+(size-side)/2, y-size*0.82
	s.f.SetLineWidth(size * 0.03)
	s.f.Rect(left, top, side, side, "D")
	for i, part := range []string{digits[:half], digits[half:]} {
		l, err := s.one(fangsong, part, small, 0)
		if err != nil {
			s.err = err
			return
		}
		s.centre(l, left, left+side, top+side*(0.43+0.42*float64(i)), small, 0)
	}
	s.f.RawWriteStr("EMC\n")
}

// centre draws one line in the middle between two places.
func (s *setter) centre(l line, from, to, y, size, spacing float64) {
	s.line(l, from+(to-from-l.width()+spacing)/2, y, size, spacing)
}

// base is where the base line of type lies in a line of a height.
func base(y, height, size float64) float64 { return y + (height+size)/2 - size*0.13 }
