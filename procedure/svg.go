package procedure

import (
	"encoding/xml"
	"fmt"
	"strings"
)

// Sizes of the drawing in user units.
const (
	stationWidth = 116
	stationTop   = 34
	stationR     = 13
)

// look is how a station status is drawn: colour, sign and words, never colour alone.
type look struct{ fill, stroke, ink, sign, words string }

var looks = map[StationStatus]look{
	StationDone:     {"#1e7b4a", "#1e7b4a", "#fff", "✓", "已办"},
	StationNow:      {"#fff", "#1d4f91", "#1d4f91", "●", "正在办理"},
	StationWaiting:  {"#fff", "#9aa7b8", "#9aa7b8", "", "未到"},
	StationWaived:   {"#9aa7b8", "#9aa7b8", "#fff", "–", "不适用"},
	StationReturned: {"#fff", "#8f5500", "#8f5500", "↺", "退回，待重新办理"},
	StationLate:     {"#b3261e", "#b3261e", "#fff", "!", "逾期"},
}

// SVG draws the line of stations; with no state it draws the procedure itself, with who
// does each step and where it may be sent back. The drawing uses presentation attributes
// and classes only, so that it may stand in a page under a strict content security policy.
func (d *Definition) SVG(s *State, env Env) []byte {
	var stations []Station
	if s == nil {
		for _, step := range d.src.Steps {
			if step.Aside {
				continue
			}
			st := Station{Step: step.ID, Name: step.Name, Status: StationWaiting}
			if r := d.roles[step.By]; r != nil {
				st.Note = r.Name
			}
			stations = append(stations, st)
		}
	} else {
		sc := &scope{d: d, s: s}
		for i := range d.src.Steps {
			step := &d.src.Steps[i]
			if _, reached := s.Steps[step.ID]; !step.Aside || reached {
				stations = append(stations, d.station(sc, step, env))
			}
		}
	}
	height := 92
	if s == nil {
		height = 132
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" class="stations" role="img" viewBox="0 0 %d %d" width="%d" height="%d" font-family="sans-serif" text-anchor="middle">`,
		len(stations)*stationWidth, height, len(stations)*stationWidth, height)
	fmt.Fprintf(&b, "<title>%s</title>", escape(d.src.Name))
	if s == nil {
		d.drawReturns(&b, stations)
	}
	for i, st := range stations {
		drawStation(&b, i, len(stations), st)
	}
	b.WriteString("</svg>\n")
	return []byte(b.String())
}

func drawStation(b *strings.Builder, i, n int, st Station) {
	x, l := i*stationWidth+stationWidth/2, looks[st.Status]
	fmt.Fprintf(b, `<g class="station station-%s">`, st.Status)
	words := st.Name + "：" + l.words
	if st.Recording {
		words += "（补录）"
	}
	fmt.Fprintf(b, "<title>%s</title>", escape(words))
	if i+1 < n {
		stroke := "#d7dee8"
		if st.Status == StationDone || st.Status == StationWaived {
			stroke = "#1e7b4a"
		}
		fmt.Fprintf(b, `<line x1="%d" y1="%d" x2="%d" y2="%d" stroke="%s" stroke-width="3"/>`,
			x+stationR+3, stationTop, x+stationWidth-stationR-3, stationTop, stroke)
	}
	fmt.Fprintf(b, `<circle cx="%d" cy="%d" r="%d" fill="%s" stroke="%s" stroke-width="3"/>`, x, stationTop, stationR, l.fill, l.stroke)
	if l.sign != "" {
		fmt.Fprintf(b, `<text x="%d" y="%d" font-size="13" fill="%s">%s</text>`, x, stationTop+5, l.ink, l.sign)
	}
	fmt.Fprintf(b, `<text class="station-name" x="%d" y="66" font-size="13" fill="#1f2937">%s</text>`, x, escape(short(st.Name, 8)))
	note := st.Note
	if !st.Day.IsZero() {
		_, m, day := st.Day.Date()
		note = strings.TrimSpace(fmt.Sprintf("%d月%d日 %s", int(m), day, note))
	}
	if st.Recording {
		note = "补录 " + note
	}
	fmt.Fprintf(b, `<text class="station-note" x="%d" y="83" font-size="11" fill="#5b6675">%s</text></g>`, x, escape(short(note, 10)))
}

// drawReturns draws one arc for each way back.
func (d *Definition) drawReturns(b *strings.Builder, stations []Station) {
	at := map[StepID]int{}
	for i, st := range stations {
		at[st.Step] = i*stationWidth + stationWidth/2
	}
	for _, s := range d.src.Steps {
		from, drawn := at[s.ID]
		for _, o := range s.Outcomes {
			to, known := at[o.Return]
			if o.Return == "" || !drawn || !known {
				continue
			}
			fmt.Fprintf(b, `<path class="return" d="M %d 92 C %d 124 %d 124 %d 92" fill="none" stroke="#8f5500" stroke-width="1.5" stroke-dasharray="4 3"/>`, from, from, to, to)
			fmt.Fprintf(b, `<path d="M %d 92 l -4 7 l 8 0 z" fill="#8f5500"/>`, to)
			fmt.Fprintf(b, `<text x="%d" y="130" font-size="11" fill="#8f5500">%s</text>`, (from+to)/2, escape(short(o.Name, 8)))
		}
	}
}

func short(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}

func escape(s string) string {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(s)); err != nil {
		return ""
	}
	return b.String()
}
