package area

import (
	"zhunsheng/indicator"
	"zhunsheng/procedure"
)

// DerivedIndicators gives every clock that a definition names as a fact its rate of being met
// in time, where no indicator of an area counts it already: a new procedure is counted
// without a line of anything but its definition. No national formula is claimed for them.
func DerivedIndicators(inds []indicator.Definition, defs []*procedure.Definition) []indicator.Definition {
	counted := map[indicator.ClockSource]bool{}
	for _, ind := range inds {
		for _, s := range ind.Sources {
			counted[indicator.ClockSource{Procedure: s.Procedure, Clock: s.Clock}] = true
		}
	}
	var out []indicator.Definition
	for _, d := range defs {
		for _, f := range d.Facts() {
			at := indicator.ClockSource{Procedure: d.ID(), Clock: string(f.Clock)}
			clock, ok := d.Clock(f.Clock)
			if f.Clock == "" || !ok || counted[at] {
				continue
			}
			counted[at] = true
			out = append(out, indicator.Definition{ID: indicator.ID(d.ID() + "." + f.ID), Name: d.Name() + "：" + f.Name + "及时率", Area: d.Area(),
				Numerator:   "在期限内完成“" + clock.Name + "”的件数",
				Denominator: "“" + clock.Name + "”的期限在本期届满的件数",
				Lacking:     "逾期",
				Basis:       "由程序定义的期限推出，没有统一的国家公式",
				Sources:     []indicator.Source{{Procedure: at.Procedure, Clock: at.Clock}}})
		}
	}
	return out
}
