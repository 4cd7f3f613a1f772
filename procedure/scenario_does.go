package procedure

import (
	"slices"
	"strings"

	"zhunsheng/gov"
)

// drafted is a paper that the act of a line would make.
type drafted struct {
	paper PaperID
	sheet Sheet
	lacks []Lack
}

// entry reads: enters REGISTER KEY… [FIELD=VALUE…] [from DAY] [to DAY], or ends REGISTER KEY….
func (p *scenarioParser) entry(e Expectation, args []token, need func(int, string) bool) (Expectation, bool) {
	if !need(2, e.Kind+" 台账 名称 [字段=值] [from 日期] [to 日期]") {
		return e, false
	}
	e.Name, e.Values = args[0].text, map[string]string{}
	var key []string
	for i := 1; i < len(args); i++ {
		name, value, set := strings.Cut(args[i].text, "=")
		switch {
		case (name == "from" || name == "to") && !set && i+1 < len(args):
			i++
			day, err := gov.ParseDay(args[i].text)
			if err != nil {
				p.bad(args[i].col, "%v", err)
				return e, false
			}
			if name == "from" {
				e.Nominal = day
			} else {
				e.Due = day
			}
		case set:
			e.Values[name] = value
		default:
			key = append(key, name)
		}
	}
	e.Value = strings.Join(key, " ")
	return e, true
}

// draft reads: draft PAPER complete, draft PAPER lacks ELEMENT…, draft PAPER ELEMENT=VALUE….
func (p *scenarioParser) draft(e Expectation, args []token, need func(int, string) bool) (Expectation, bool) {
	const usage = "draft 材料 complete|lacks 要素|要素=值"
	if !need(2, usage) {
		return e, false
	}
	e.Name, e.Status, e.Values = args[0].text, args[1].text, map[string]string{}
	if e.Status == "complete" || e.Status == "lacks" {
		for _, a := range args[2:] {
			e.Rules = append(e.Rules, a.text)
		}
		if (e.Status == "complete") != (len(e.Rules) == 0) {
			p.bad(args[1].col, "写作 %s", usage)
			return e, false
		}
		return e, true
	}
	e.Status = ""
	for _, a := range args[1:] {
		name, value, set := strings.Cut(a.text, "=")
		if !set {
			p.bad(a.col, "写作 %s", usage)
			return e, false
		}
		e.Values[name] = value
	}
	return e, true
}

// draft makes the papers that an act would make, before it is judged.
func (p *player) draft(a Act) {
	p.drafts = nil
	for _, t := range p.d.Makes(p.s, a, p.env) {
		sheet, lacks := p.d.Draft(p.s, a, t, p.env)
		p.drafts = append(p.drafts, drafted{t.Paper, sheet, lacks})
	}
}

func (p *player) draftStands(l *ScenarioLine, x Expectation) {
	i := slices.IndexFunc(p.drafts, func(d drafted) bool {
		spec := p.d.papers[d.paper]
		return string(d.paper) == x.Name || spec != nil && spec.Label == x.Name || d.sheet.Name == x.Name
	})
	if i < 0 {
		p.fail(l, x.Position, "draft "+x.Name, "本次办理没有模板生成它")
		return
	}
	var lacks []string
	for _, k := range p.drafts[i].lacks {
		lacks = append(lacks, k.Element)
	}
	if x.Status != "" && !sameSet(lacks, x.Rules) {
		p.fail(l, x.Position, "draft "+x.Name+" lacks "+orNone(x.Rules), "lacks "+orNone(lacks))
	}
	for _, name := range sortedKeys(x.Values) {
		got := "（没有这一要素）"
		for _, e := range p.drafts[i].sheet.Elements {
			if e.Name == name {
				got = e.Value
			}
		}
		if got != x.Values[name] {
			p.fail(l, x.Position, name+"="+x.Values[name], name+"="+got)
		}
	}
}

// does checks what an act opens, publishes, and enters or ends in registers.
func (p *player) does(l *ScenarioLine, x Expectation, e Effects) {
	var got []string
	switch x.Kind {
	case "opens":
		for _, o := range e.Opens {
			got = append(got, o.Procedure)
		}
	case "publishes":
		for _, d := range p.d.src.Publications {
			if d.Due(e) {
				got = append(got, string(d.Rule))
			}
		}
	default:
		p.entered(l, x, e)
		return
	}
	if !sameSet(got, x.Rules) {
		p.fail(l, x.Position, x.Kind+" "+orNone(x.Rules), x.Kind+" "+orNone(got))
	}
}

func (p *player) entered(l *ScenarioLine, x Expectation, e Effects) {
	var got []string
	for _, r := range e.Enters {
		kind := "enters"
		if r.Ends {
			kind = "ends"
		}
		text := kind + " " + r.Register + " " + r.Key
		for _, name := range sortedKeys(r.Values) {
			text += " " + name + "=" + r.Values[name]
		}
		got = append(got, text+" from "+r.From.String()+" to "+r.To.String())
		fits := kind == x.Kind && r.Register == x.Name && r.Key == x.Value &&
			(x.Nominal.IsZero() || x.Nominal == r.From) && (x.Due.IsZero() || x.Due == r.To)
		for name, v := range x.Values {
			fits = fits && r.Values[name] == v
		}
		if fits {
			return
		}
	}
	p.fail(l, x.Position, x.Kind+" "+x.Name+" "+x.Value, orNone(got))
}
