package documents

// The page of GB/T 9704 in points: A4, 天头 37 mm, 订口 28 mm, 版心 156 mm × 225 mm, 22 lines of 28
// characters of 三号.
const (
	mm         = 72 / 25.4
	pageWidth  = 210 * mm
	pageHeight = 297 * mm
	topMargin  = 37 * mm
	leftMargin = 28 * mm
	areaWidth  = 156 * mm
	areaHeight = 225 * mm
	areaBottom = topMargin + areaHeight
	areaRight  = leftMargin + areaWidth

	linesPerPage = 22
	charsPerLine = 28
	lineHeight   = areaHeight / linesPerPage
	cell         = areaWidth / charsPerLine // one full-width character of the text
)

// The sizes of type in points by their names in the standard.
const (
	size2  = 22 // 二号
	size3  = 16 // 三号
	size4  = 14 // 四号
	size5  = 10.5
	tight  = cell - size3 // added to every character, so that 28 of 三号 fill the line
	titleH = 35           // line height of the title
	cellH  = 21           // of a table
	smallH = 15.5
	pad    = 4 // around the text of a table cell
	rule   = 0.5
	// nameShare is the share of the names in a table of elements: eight characters of 四号.
	nameShare = 0.28
	// tableGap stands above and below a table.
	tableGap = 5
)

// The red head (版头) and the letterhead (信函格式).
const (
	headTop      = topMargin + 35*mm // upper edge of 发文机关标志
	headGap      = 4 * mm            // from the mark to the red line
	maxHeadSize  = 46.0
	letterTop    = 30 * mm // upper edge of the letterhead, from the edge of the page
	letterRule   = 170 * mm
	letterBottom = pageHeight - 20*mm
	footTop      = areaBottom + 7*mm // of the lines beside the page number
)

// imprintHeight is that of 版记: one line.
const imprintHeight = size4 * 1.8

// signGap is how many lines are left above the signature (落款), for the seal.
const signGap = 2

// dateRight is how many characters the date of the signature stands from the right edge.
const dateRight = 4
