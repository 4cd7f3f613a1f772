package documents

import (
	"bytes"
	"fmt"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"zhunsheng/procedure"
)

// PDF sets a paper as PDF with its fonts embedded, cut to the characters used. The text can
// be searched and copied as the characters that were given.
func PDF(p Paper) ([]byte, error) {
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
	s := &setter{f: f, paper: p, known: map[string]bool{}}
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
	known map[string]bool // fonts that the document has
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
	if s.paper.Layout == procedure.LayoutLetter && s.page == 1 {
		return // the first page of a letter has no number
	}
	// 4号半角宋体 with a line on either side, 右空一字 on odd and 左空一字 on even pages.
	gs, err := shape([]run{{fangsong, fmt.Sprintf("— %d —", s.page)}}, size4, 0)
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

// use makes a font and size current, adding the font to the document when it is first used.
func (s *setter) use(t *typeface, size float64) {
	if !s.known[t.family] {
		s.f.AddUTF8FontFromBytes(t.family, "", t.copyOf())
		s.known[t.family] = true
	}
	s.f.SetFont(t.family, "", size)
}

// line draws glyphs from x on, base line at y. Runs of one font are one string, so that
// text is copied whole.
func (s *setter) line(l line, x, y, size, spacing float64) {
	for i := 0; i < len(l.glyphs); {
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

// centre draws one line in the middle between two places.
func (s *setter) centre(l line, from, to, y, size, spacing float64) {
	s.line(l, from+(to-from-l.width()+spacing)/2, y, size, spacing)
}

// base is where the base line of type lies in a line of a height.
func base(y, height, size float64) float64 { return y + (height+size)/2 - size*0.13 }
