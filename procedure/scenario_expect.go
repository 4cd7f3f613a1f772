package procedure

import (
	"strings"

	"zhunsheng/gov"
)

// expectations reads what stands after the arrow; several are separated by semicolons.
func (p *scenarioParser) expectations(ws []token) []Expectation {
	var out []Expectation
	var cur []token
	flush := func() {
		if len(cur) > 0 {
			if e, ok := p.expectation(cur); ok {
				out = append(out, e)
			}
		}
		cur = nil
	}
	for _, w := range ws {
		text := strings.ReplaceAll(w.text, "；", ";")
		parts := strings.Split(text, ";")
		for i, part := range parts {
			if i > 0 {
				flush()
			}
			if part != "" {
				cur = append(cur, token{part, w.col})
			}
		}
	}
	flush()
	return out
}

func (p *scenarioParser) expectation(ws []token) (Expectation, bool) {
	e := Expectation{Kind: ws[0].text, Position: Pos{p.file.Name, p.line, ws[0].col}}
	args := ws[1:]
	need := func(n int, usage string) bool {
		if len(args) < n {
			p.bad(ws[0].col, "写作 %s", usage)
			return false
		}
		return true
	}
	switch e.Kind {
	case "ok", "flagged":
		return e, true
	case "refused":
		for _, a := range args {
			e.Refused = append(e.Refused, a.text)
		}
		return e, need(1, "refused 规则编号或 order、role、form、time、state")
	case "breach", "repair":
		for _, a := range args {
			e.Rules = append(e.Rules, a.text)
		}
		return e, need(1, e.Kind+" 规则编号")
	case "clock":
		return p.clock(e, args, need)
	case "opens", "publishes":
		for _, a := range args {
			if a.text != "none" {
				e.Rules = append(e.Rules, a.text)
			}
		}
		return e, need(1, e.Kind+" 程序或规则编号，或者 none")
	case "enters", "ends":
		return p.entry(e, args, need)
	case "draft":
		return p.draft(e, args, need)
	case "number", "step", "field", "signed":
		if !need(2, e.Kind+" 名称 值") {
			return e, false
		}
		e.Name, e.Value = args[0].text, join(args[1:])
		return e, true
	case "case", "lacking":
		if !need(1, e.Kind+" 值") {
			return e, false
		}
		e.Value = join(args)
		return e, true
	}
	p.bad(ws[0].col, "不认识的预期“%s”", e.Kind)
	return e, false
}

func (p *scenarioParser) clock(e Expectation, args []token, need func(int, string) bool) (Expectation, bool) {
	if !need(2, "clock 规则编号 [due 日期] [nominal 日期] [provisional] [running|met|late|expired|suspended|cancelled|none]") {
		return e, false
	}
	e.Rule = args[0].text
	for i := 1; i < len(args); i++ {
		switch a := args[i]; a.text {
		case "due", "nominal":
			if i+1 == len(args) {
				p.bad(a.col, "%s 之后没有日期", a.text)
				return e, false
			}
			i++
			day, err := gov.ParseDay(args[i].text)
			if err != nil {
				p.bad(args[i].col, "%v", err)
				return e, false
			}
			if a.text == "due" {
				e.Due = day
			} else {
				e.Nominal = day
			}
		case "provisional":
			e.Rests = true
		case string(ClockRunning), string(ClockMet), string(ClockLate), string(ClockExpired), string(ClockSuspended), string(ClockCancelled), "none":
			e.Status = a.text
		default:
			p.bad(a.col, "不认识的“%s”", a.text)
			return e, false
		}
	}
	return e, true
}
