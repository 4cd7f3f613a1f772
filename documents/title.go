package documents

import "strings"

// titleCells is how many characters of a title go on a line.
var titleCells = float64(areaWidth / size2)

// titleLines breaks a title into as few lines as it needs, of about the same length, and
// rather between words than within: after 》, before 《 or 的, never leaving 《》 or a known
// word torn when it can be helped. Both writers break alike.
func titleLines(text string) []string {
	rs := []rune(text)
	n := int(cells(text)/titleCells) + 1
	if cells(text) <= titleCells {
		return []string{text}
	}
	var out []string
	for ; n > 1; n-- {
		want := cells(string(rs)) / float64(n)
		best, cost, in, w := 0, 0.0, 0, 0.0
		for i := range rs {
			if i > 0 && w <= titleCells && !joined(rs[i-1], rs[i]) && cells(string(rs[i:])) <= titleCells*float64(n-1) {
				c := abs(w-want) + breakCost(rs, i, in)
				if best == 0 || c < cost {
					best, cost = i, c
				}
			}
			switch rs[i] {
			case '《':
				in++
			case '》':
				in--
			}
			w += cells(string(rs[i]))
		}
		if best == 0 {
			best = max(1, min(len(rs), int(titleCells)))
		}
		out = append(out, strings.TrimSpace(string(rs[:best])))
		if rs = rs[best:]; cells(string(rs)) <= titleCells {
			n = 2
		}
	}
	for cells(string(rs)) > titleCells+0.5 { // what cannot be broken well is broken somewhere
		out = append(out, string(rs[:int(titleCells)]))
		rs = rs[int(titleCells):]
	}
	return append(out, strings.TrimSpace(string(rs)))
}

// breakCost is how badly a line of a title ends before character i, in characters by which
// the lines may differ instead.
func breakCost(rs []rune, i, in int) float64 {
	switch {
	case rs[i-1] == '》', rs[i] == '《', rs[i-1] == '，', rs[i-1] == '、':
		return 0
	case in > 0 && torn(rs[i-1], rs[i]):
		return 16
	case in > 0:
		return 8
	case torn(rs[i-1], rs[i]):
		return 10
	case rs[i] == '的', i > 1 && string(rs[i-2:i]) == "关于":
		return 1
	}
	return 4
}

func abs(x float64) float64 { return max(x, -x) }

// titleRuns are the lines of a title with line breaks between.
func titleRuns(text string) []run {
	var out []run
	for i, l := range titleLines(text) {
		if i > 0 {
			out = append(out, run{xbsong, "\n"})
		}
		out = append(out, run{xbsong, l})
	}
	return out
}
