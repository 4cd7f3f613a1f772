package documents

import "slices"

// columns are the left edges of the columns of a table and its right edge.
func columns(t Table) []float64 {
	n := len(t.Head)
	for _, r := range t.Rows {
		n = max(n, len(r))
	}
	widths := t.Widths
	if len(widths) != n {
		widths = slices.Repeat([]float64{1}, n)
	}
	sum := 0.0
	for _, w := range widths {
		sum += w
	}
	out := []float64{leftMargin}
	for _, w := range widths {
		out = append(out, out[len(out)-1]+areaWidth*w/sum)
	}
	return out
}

// tableSize is the size and line height of the type in a table.
func tableSize(t Table) (size, height float64) {
	if t.Small {
		return size5, smallH
	}
	return size4, cellH
}

// table sets the rows. A row is broken over pages line by line, and the head comes again
// on every page.
func (s *setter) table(t Table) ([]item, error) {
	size, h := tableSize(t)
	edges := columns(t)
	set := func(row []string, f face) ([][]line, error) {
		out := make([][]line, len(edges)-1)
		for c := range out {
			if c >= len(row) {
				continue
			}
			lines, err := s.cellLines(row[c], f, size, edges[c+1]-edges[c]-2*pad)
			if err != nil {
				return nil, err
			}
			out[c] = lines
		}
		return out, nil
	}
	var out []item
	head := func(y float64) { s.rule(edges[0], edges[len(edges)-1], y, rule, false) }
	var headHeight float64
	if len(t.Head) > 0 {
		cells, err := set(t.Head, heiti)
		if err != nil {
			return nil, err
		}
		out = s.row(edges, cells, size, h)
		for i := range out {
			out[i].keep = true
		}
		parts := slices.Clone(out)
		head = func(y float64) {
			for _, it := range parts {
				it.draw(y)
				y += it.height
			}
		}
		for _, it := range parts {
			headHeight += it.height
		}
	}
	for _, r := range t.Rows {
		cells, err := set(r, fangsong)
		if err != nil {
			return nil, err
		}
		list := s.row(edges, cells, size, h)
		for i := range list {
			list[i].again, list[i].extra = head, headHeight
		}
		out = append(out, list...)
	}
	gap := item{height: tableGap, blank: true}
	return append(append([]item{{height: tableGap, keep: true, blank: true}}, out...), gap), nil
}

func (s *setter) cellLines(text string, f face, size, width float64) ([]line, error) {
	var out []line
	for _, p := range paragraphs(text) {
		gs, err := s.shape([]run{{f, p}}, size, 0)
		if err != nil {
			return nil, err
		}
		lines := breakLines(gs, width, 0, 0)
		for i := range lines {
			lines[i].extra = 0
		}
		out = append(out, lines...)
	}
	return out, nil
}

// together is up to how many lines a row of a table stays on one page.
const together = 6

// row is one item a line: each draws its part of the frame, the first the line above, the
// last the line below. A row of a few lines stays together.
func (s *setter) row(edges []float64, cells [][]line, size, h float64) []item {
	n := 1
	for _, c := range cells {
		n = max(n, len(c))
	}
	frame := func(y float64) { s.rule(edges[0], edges[len(edges)-1], y, rule, false) }
	out := make([]item, n)
	for i := range out {
		first, last := i == 0, i == n-1
		above, below := 0.0, 0.0
		if first {
			above = pad
		}
		if last {
			below = pad
		}
		out[i] = item{height: h + above + below, keep: n <= together && !last, cut: frame, draw: func(y float64) {
			bottom := y + h + above + below
			for _, x := range edges {
				s.f.SetLineWidth(rule)
				s.f.Line(x, y, x, bottom)
			}
			left, right := edges[0], edges[len(edges)-1]
			if first {
				s.rule(left, right, y, rule, false)
			}
			if last {
				s.rule(left, right, bottom, rule, false)
			}
			for c, lines := range cells {
				if i < len(lines) {
					s.line(lines[i], edges[c]+pad, base(y+above, h, size), size, 0)
				}
			}
		}}
	}
	return out
}
