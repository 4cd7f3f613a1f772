package documents

import "slices"

// items sets every block into items.
func (s *setter) items(blocks []block) ([]item, error) {
	var out []item
	for _, b := range blocks {
		list, err := s.block(b)
		if err != nil {
			return nil, err
		}
		if b.kind == signature {
			out = keepLast(out)
		}
		out = append(out, list...)
	}
	return out, nil
}

// keepLast holds the last two lines of the text together with what follows: a signature
// never stands on a page alone.
func keepLast(items []item) []item {
	for i, n := len(items)-1, 0; i >= 0 && n < 2; i, n = i-1, n+1 {
		items[i].keep = true
	}
	return items
}

func (s *setter) block(b block) ([]item, error) {
	switch b.kind {
	case redHead:
		return s.redHead(b)
	case letterTip:
		return s.letterTip(b)
	case title:
		return s.title(b)
	case markLine:
		return s.centred(b)
	case sendTo, paragraph, annex:
		return s.text(b)
	case table:
		return s.table(b.table)
	case blank:
		return []item{{height: lineHeight, keep: true, blank: true}}, nil
	case signature:
		return s.signature(b)
	}
	return s.imprint(b)
}

// one shapes text that stays on one line.
func (s *setter) one(f face, text string, size, spacing float64) (line, error) {
	gs, err := s.shape([]run{{f, text}}, size, spacing)
	return line{glyphs: gs}, err
}

// bolder draws in a heavier hand: 小标宋 is heavier than the embedded 宋.
func (s *setter) bolder(red bool, draw func()) {
	weight, colour := "0.45 w 2 Tr\n", "0 g 0 G\n"
	if red {
		weight, colour = "1.5 w 2 Tr\n", "1 0 0 rg 1 0 0 RG\n"
	}
	s.f.RawWriteStr("q\n" + colour + weight)
	draw()
	s.f.RawWriteStr("Q\n")
}

func (s *setter) title(b block) ([]item, error) {
	var out []item
	for _, text := range titleLines(b.text()) {
		l, err := s.one(xbsong, text, size2, 0)
		if err != nil {
			return nil, err
		}
		out = append(out, item{height: titleH, keep: true, draw: func(y float64) {
			s.bolder(false, func() { s.centre(l, leftMargin, areaRight, base(y, titleH, size2), size2, 0) })
		}})
	}
	return out, nil
}

func (s *setter) centred(b block) ([]item, error) {
	gs, err := s.shape(b.runs, size3, tight)
	if err != nil {
		return nil, err
	}
	var out []item
	for _, l := range breakLines(gs, areaWidth, 0, 0) {
		out = append(out, item{height: lineHeight, keep: true, draw: func(y float64) {
			s.centre(l, leftMargin, areaRight, base(y, lineHeight, size3), size3, tight)
		}})
	}
	return out, nil
}

// text sets a paragraph. Its first and last two lines stay together, and a heading stays
// with what follows.
func (s *setter) text(b block) ([]item, error) {
	gs, err := s.shape(b.runs, size3, tight)
	if err != nil {
		return nil, err
	}
	lead, hang := float64(b.lead)*cell, float64(b.hang)*cell
	lines := breakLines(gs, areaWidth, lead, hang)
	out := make([]item, 0, len(lines))
	for i, l := range lines {
		x := leftMargin + hang
		if i == 0 {
			x = leftMargin + lead
		}
		keep := len(lines) > 1 && (i == 0 || i == len(lines)-2)
		keep = keep || b.kind == sendTo || b.level > 0 && len(lines) == 1 && len(b.runs) == 1 && b.runs[0].face != fangsong
		out = append(out, item{height: lineHeight, keep: keep, draw: func(y float64) {
			s.line(l, x, base(y, lineHeight, size3), size3, tight)
		}})
	}
	return out, nil
}

// signature is the unit above the day: the day four characters from the right, the unit
// centred on it, both with room for a seal.
func (s *setter) signature(b block) ([]item, error) {
	unit, err := s.one(fangsong, b.text(), size3, tight)
	if err != nil {
		return nil, err
	}
	day, err := s.one(fangsong, b.right, size3, tight)
	if err != nil {
		return nil, err
	}
	x := areaRight - dateRight*cell - day.width()
	ux := x + (day.width()-unit.width())/2
	if b.right == "" {
		ux = areaRight - dateRight*cell - unit.width()
	}
	ux = max(leftMargin, min(ux, areaRight-2*cell-unit.width()))
	var out []item
	for range signGap {
		out = append(out, item{height: lineHeight, keep: true})
	}
	out = append(out, item{height: lineHeight, keep: b.right != "", draw: func(y float64) {
		s.line(unit, ux, base(y, lineHeight, size3), size3, tight)
	}})
	if b.right != "" {
		out = append(out, item{height: lineHeight, draw: func(y float64) {
			s.line(day, x, base(y, lineHeight, size3), size3, tight)
		}})
	}
	return out, nil
}

// imprint (版记) stands at the foot of the last page between two lines.
func (s *setter) imprint(b block) ([]item, error) {
	const h = imprintHeight
	from, err := s.one(fangsong, b.text(), size4, 0)
	if err != nil {
		return nil, err
	}
	day, err := s.one(fangsong, b.right, size4, 0)
	if err != nil {
		return nil, err
	}
	return []item{{height: h + lineHeight/2, bottom: true, draw: func(y float64) {
		y += lineHeight / 2
		s.rule(leftMargin, areaRight, y, 1, false)
		s.line(from, leftMargin+size4, base(y, h, size4), size4, 0)
		s.line(day, areaRight-size4-day.width(), base(y, h, size4), size4, 0)
		s.rule(leftMargin, areaRight, y+h, 1, false)
	}}}, nil
}

// rule draws a level line of a weight in points.
func (s *setter) rule(from, to, y, weight float64, red bool) {
	if red {
		s.f.SetDrawColor(255, 0, 0)
	}
	s.f.SetLineWidth(weight)
	s.f.Line(from, y, to, y)
	s.f.SetDrawColor(0, 0, 0)
}

// redHead is 发文机关标志 in red, the document number two lines below, and the red line.
func (s *setter) redHead(b block) ([]item, error) {
	size := headSize(b.text())
	name, err := s.one(xbsong, b.text(), size, 0)
	if err != nil {
		return nil, err
	}
	mark, err := s.one(fangsong, b.mark, size3, tight)
	if err != nil {
		return nil, err
	}
	sign, err := s.shape(slices.Concat([]run{{fangsong, "签发人："}}, []run{{kaiti, b.signer}}), size3, tight)
	if err != nil {
		return nil, err
	}
	const fall = 3 * lineHeight // two lines between, then the number
	height := size + fall + headGap
	return []item{{height: height + 1, from: headTop, keep: true, draw: func(y float64) {
		s.bolder(true, func() { s.centre(name, leftMargin, areaRight, y+size*0.87, size, 0) })
		at := base(y+size+2*lineHeight, lineHeight, size3)
		if b.signer == "" {
			s.centre(mark, leftMargin, areaRight, at, size3, tight)
		} else {
			s.line(mark, leftMargin+cell, at, size3, tight)
			l := line{glyphs: sign}
			s.line(l, areaRight-cell-l.width(), at, size3, tight)
		}
		s.rule(leftMargin, areaRight, y+height, 1.5, true)
	}}}, nil
}

// headSize is the size of the red head: it stays on one line.
func headSize(text string) float64 {
	n := 0.0
	for range text {
		n++
	}
	return min(maxHeadSize, areaWidth/max(n, 1))
}

// letterTip is the letterhead: the unit in red, a double line below and one at the foot of
// the first page, the document number at the right.
func (s *setter) letterTip(b block) ([]item, error) {
	size := headSize(b.text())
	name, err := s.one(xbsong, b.text(), size, 0)
	if err != nil {
		return nil, err
	}
	mark, err := s.one(fangsong, b.mark, size3, tight)
	if err != nil {
		return nil, err
	}
	left := (pageWidth - letterRule) / 2
	y := letterTop + size + headGap
	return []item{{height: y + 4 + lineHeight - topMargin, keep: true, draw: func(float64) {
		s.bolder(true, func() { s.centre(name, leftMargin, areaRight, letterTop+size*0.87, size, 0) })
		s.rule(left, left+letterRule, y, 2.5, true)
		s.rule(left, left+letterRule, y+3, 0.75, true)
		s.rule(left, left+letterRule, letterBottom-3, 0.75, true)
		s.rule(left, left+letterRule, letterBottom, 2.5, true)
		s.line(mark, areaRight-mark.width(), base(y+4, lineHeight, size3), size3, tight)
	}}}, nil
}
