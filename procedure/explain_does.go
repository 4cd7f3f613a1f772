package procedure

import (
	"strings"
)

// opening tells what the start asks of whom, beyond who opens.
func (x *explainer) opening() {
	d := x.d
	if d.src.Intake != nil {
		x.line("任何人可以在公开网站提交，提交即启动；本单位的人不以公众名义启动。")
	}
	x.takes(d.src.Start.Takes)
	for _, f := range d.src.Start.Fields {
		if f.RequiredWhen != "" {
			x.line("   启动时视情形填写“%s”。", f.Label)
		}
	}
	if m := d.src.Moves; m != nil {
		cond := ""
		if m.When != "" {
			cond = "，符合条件（" + m.When + "）的"
		}
		x.line("过渡：自%s起，按先前版本在办的案件%s改按本版办理；案件已有的环节、字段、材料、期限在本版中没有的，仍按原版办理。", m.On.Chinese(), cond)
	}
}

func (x *explainer) takes(takes []Series) {
	for _, n := range takes {
		whose := ""
		if n.Of != "" {
			whose = "用" + x.unit(n.Of) + "的代字，"
		}
		x.line("   取%s，%s如 %s，年内连续，不留空号。", orID(n.Label, n.Name), whose, strings.NewReplacer("{mark}", "代字", "{year}", "2026", "{n}", "1").Replace(n.Pattern))
	}
}

func (x *explainer) unit(spec string) string {
	switch kind, name, _ := strings.Cut(spec, ":"); kind {
	case "parent":
		return "上级单位"
	case "parameter":
		return "本地参数 " + name + " 规定的单位"
	case "key":
		return "单位 " + name
	}
	return "本单位"
}

// does tells what the outcomes of a step open and enter.
func (x *explainer) does(s *Step) {
	for _, o := range s.Outcomes {
		for _, c := range o.Opens {
			x.line("   “%s”的，%s启动 %s（由%s办理，同一经办人、同一日，不须另有岗位）；补录的不启动。", o.Name, condition(c.When), c.Procedure, x.unit(c.Unit))
		}
		for _, e := range o.Enters {
			if e.Ends {
				x.line("   “%s”的，%s台账 %s 中的 %s 终止。", o.Name, condition(e.When), e.Register, e.Key)
				continue
			}
			x.line("   “%s”的，%s记入台账 %s：%s。", o.Name, condition(e.When), e.Register, e.Key)
		}
	}
}

func condition(when string) string {
	if when == "" {
		return ""
	}
	return "符合条件（" + when + "）时"
}

var standings = map[Standing]string{Repealed: "废止", Amended: "修改", Lapsed: "失效", WithdrawnEntry: "撤回", SuspendedEntry: "中止"}

func (x *explainer) publication(p *Publication) {
	step := x.triggers([]Trigger{{Step: p.Step, Outcome: p.Outcome}})
	cites := x.cites(p.Rule, p.Cites)
	if p.OwnStanding != "" {
		x.line("%s %s：%s之后，%s公开目录 %s 中本案的公开事项标明%s。依据：%s。", p.Rule, p.What, step, condition(p.When), p.Register, standings[p.OwnStanding], cites)
		return
	}
	x.line("%s %s：%s之后%s进入公开目录 %s。依据：%s。", p.Rule, p.What, step, condition(p.When), p.Register, cites)
	if f := x.d.fields[p.Until]; f != nil {
		x.line("   至“%s”届满。", f.Label)
	}
	if p.Intake != nil {
		x.line("   期间任何人可以提交 %s。", p.Intake.Procedure)
	}
	if f := x.d.fields[p.Ends]; f != nil {
		x.line("   “%s”所指的公开事项标明%s。", f.Label, standings[p.As])
	}
}

// templates tells what the system makes and what must stand in it.
func (x *explainer) templates() {
	if len(x.d.src.Templates) == 0 {
		return
	}
	x.line("")
	x.line("文书")
	for _, t := range x.d.src.Templates {
		var names []string
		for _, e := range t.Elements {
			names = append(names, e.Name+need(e.Required, ""))
		}
		text := ""
		if len(names) > 0 {
			text = "；要素：" + strings.Join(names, "、")
		}
		x.line("%s：%s时%s由系统生成%s。", t.Name, x.triggers([]Trigger{{Step: t.Step, Outcome: t.Outcome}}), condition(t.When), text)
	}
}

func need(required bool, when string) string {
	switch {
	case required:
		return "（必备）"
	case when != "":
		return "（视情形必备）"
	}
	return ""
}
