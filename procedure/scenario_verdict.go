package procedure

import (
	"fmt"
	"slices"
	"strings"

	"zhunsheng/gov"
)

// verdict compares what an act did with what its line expects. An act that is not expected
// to be refused must be accepted, and breaches must be those that are named and no others.
func (p *player) verdict(l *ScenarioLine, e Effects, no []Refusal) bool {
	var refused, breaches, repairs []string
	want := false
	for _, x := range l.Expect {
		if x.Kind == "refused" {
			want, refused = true, x.Refused
		}
		if x.Kind == "breach" {
			breaches = x.Rules
		}
		if x.Kind == "repair" {
			repairs = x.Rules
		}
	}
	if want {
		if got := refusalNames(no); !sameSet(refused, got) {
			p.fail(l, l.Pos, "refused "+strings.Join(refused, " "), describe(no))
			return len(no) > 0
		}
		for _, x := range l.Expect {
			if x.Kind == "lacking" && !lacks(no, x.Value) {
				p.fail(l, x.Position, "lacking "+x.Value, describe(no))
			}
		}
		p.stands(l, e)
		return true
	}
	if len(no) > 0 {
		p.fail(l, l.Pos, "ok", describe(no))
		return false
	}
	var got []string
	for _, b := range e.Breaches {
		got = append(got, string(b.Rule))
	}
	if !sameSet(breaches, got) {
		p.fail(l, l.Pos, "breach "+orNone(breaches), "breach "+orNone(got))
	}
	var mended []string
	for _, r := range e.Repairs {
		mended = append(mended, string(r))
	}
	if !sameSet(repairs, mended) {
		p.fail(l, l.Pos, "repair "+orNone(repairs), "repair "+orNone(mended))
	}
	flag := e.State != nil && e.State.LateEntry != nil || e.Open != nil && e.Open.LateEntry != nil
	flagged := slices.ContainsFunc(l.Expect, func(x Expectation) bool { return x.Kind == "flagged" })
	if flag != flagged {
		p.fail(l, l.Pos, fmt.Sprintf("flagged %v", flagged), fmt.Sprintf("flagged %v", flag))
	}
	p.stands(l, e)
	return true
}

// stands checks what is expected of the case as the line leaves it.
func (p *player) stands(l *ScenarioLine, e Effects) {
	for _, x := range l.Expect {
		switch x.Kind {
		case "clock":
			p.clockStands(l, x)
		case "number":
			if got := p.s.Numbers[x.Name]; got != x.Value {
				p.fail(l, x.Position, "number "+x.Name+" "+x.Value, orNone([]string{got}))
			}
		case "field":
			for id, f := range p.d.fields {
				if got := p.s.Fields[id]; f.Label == x.Name && got != f.fromWords(x.Value) {
					p.fail(l, x.Position, "field "+x.Name+" "+x.Value, "field "+x.Name+" "+got)
				}
			}
		case "opens", "enters", "ends", "publishes":
			p.does(l, x, e)
		case "draft":
			p.draftStands(l, x)
		case "signed":
			if step := p.step(x.Name); step == nil || p.s.Steps[step.ID].Signer != x.Value {
				p.fail(l, x.Position, "signed "+x.Name+" "+x.Value, "不是")
			}
		case "case":
			if string(p.s.Status) != x.Value {
				p.fail(l, x.Position, "case "+x.Value, "case "+string(p.s.Status))
			}
		case "step":
			p.stepStands(l, x)
		}
	}
}

func (p *player) stepStands(l *ScenarioLine, x Expectation) {
	step := p.step(x.Name)
	if step == nil {
		p.fail(l, x.Position, "环节“"+x.Name+"”", "定义中没有")
		return
	}
	if got := p.d.station(&scope{d: p.d, s: p.s}, step, p.env); string(got.Status) != x.Value {
		p.fail(l, x.Position, "step "+x.Name+" "+x.Value, "step "+x.Name+" "+string(got.Status))
	}
}

func (p *player) clockStands(l *ScenarioLine, x Expectation) {
	i := slices.IndexFunc(p.d.src.Clocks, func(c Clock) bool { return string(c.Rule) == x.Rule })
	if i < 0 {
		p.fail(l, x.Position, "期限 "+x.Rule, "定义中没有")
		return
	}
	st, ok := p.s.Clocks[p.d.src.Clocks[i].ID]
	status := string(st.Status)
	if !ok {
		status = "none"
	}
	var want, got []string
	compare := func(name, w, g string) {
		if w != g {
			want, got = append(want, name+w), append(got, name+g)
		}
	}
	if x.Status != "" {
		compare("", x.Status, status)
	}
	day := func(name string, w, g gov.Day) {
		if !w.IsZero() {
			compare(name+" ", w.String(), g.String())
		}
	}
	day("due", x.Due, st.Due)
	day("nominal", x.Nominal, st.Nominal)
	if !x.Due.IsZero() || x.Rests {
		compare("provisional=", fmt.Sprint(x.Rests), fmt.Sprint(st.Provisional))
	}
	if len(want) > 0 {
		p.fail(l, x.Position, "clock "+x.Rule+" "+strings.Join(want, " "), "clock "+x.Rule+" "+strings.Join(got, " "))
	}
}

// refusalNames names refusals as scenarios do: by rule id where there is one, else by kind.
func refusalNames(no []Refusal) []string {
	var out []string
	for _, r := range no {
		name := string(r.Kind)
		if r.Rule != "" {
			name = string(r.Rule)
		}
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

func describe(no []Refusal) string {
	if len(no) == 0 {
		return "ok"
	}
	var lines []string
	for _, r := range no {
		name := string(r.Kind)
		if r.Rule != "" {
			name = string(r.Rule)
		}
		lines = append(lines, "refused "+name+"（"+r.Text+"）")
	}
	return strings.Join(lines, "\n         ")
}

func lacks(no []Refusal, text string) bool {
	return slices.ContainsFunc(no, func(r Refusal) bool {
		return slices.ContainsFunc(r.Missing, func(m Missing) bool { return m.Text == text })
	})
}

func sameSet(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(slices.Compact(a), slices.Compact(b))
}

func orNone(list []string) string {
	if s := strings.TrimSpace(strings.Join(list, " ")); s != "" {
		return s
	}
	return "（无）"
}
