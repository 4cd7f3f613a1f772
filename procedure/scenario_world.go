package procedure

import (
	"slices"
	"strconv"
	"strings"

	"zhunsheng/gov"
)

// scenarioChange is what a line without an act changes outside the case.
type scenarioChange struct {
	child string // kind of the cases that name this one
	count ChildCount
	id    gov.CaseID // a case that this one names
	named scenarioCase
}

// change reads: DAY children KIND N [open M], or DAY case ID PROCEDURE [DAY] [facts A,B].
func (p *scenarioParser) change(line string, ws []token) {
	l := ScenarioLine{Pos: Pos{p.file.Name, p.line, 1}, Text: strings.TrimSpace(line), World: &scenarioChange{}}
	var err error
	if l.Day, err = gov.ParseDay(ws[0].text); err != nil {
		p.bad(ws[0].col, "%v", err)
		return
	}
	ok := false
	if ws[1].text == "children" {
		l.World.child, l.World.count, ok = p.childCount(ws[2:])
	} else {
		l.World.id, l.World.named, ok = p.namedCase(ws[2:])
	}
	if ok {
		p.cur.Lines = append(p.cur.Lines, l)
	}
}

func (p *scenarioParser) namedCase(ws []token) (gov.CaseID, scenarioCase, bool) {
	const usage = "写作 case 案件 程序 [办结日期] [facts 事实,事实]"
	if len(ws) < 2 {
		p.bad(1, usage)
		return "", scenarioCase{}, false
	}
	c := scenarioCase{Procedure: ws[1].text}
	rest := ws[2:]
	if len(rest) > 0 && rest[0].text != "facts" {
		day, err := gov.ParseDay(rest[0].text)
		if err != nil {
			p.bad(rest[0].col, "%v", err)
			return "", c, false
		}
		c.Closes, rest = day, rest[1:]
	}
	if len(rest) == 2 && rest[0].text == "facts" {
		c.Facts, rest = strings.Split(rest[1].text, ","), nil
	}
	if len(rest) > 0 {
		p.bad(rest[0].col, usage)
		return "", c, false
	}
	return gov.CaseID(ws[0].text), c, true
}

func (p *scenarioParser) childCount(ws []token) (string, ChildCount, bool) {
	n, open, ok := ChildCount{}, 0, len(ws) == 2 || len(ws) == 4 && ws[2].text == "open"
	if ok {
		var err error
		n.Count, err = strconv.Atoi(ws[1].text)
		ok = err == nil
		if len(ws) == 4 {
			open, err = strconv.Atoi(ws[3].text)
			ok = ok && err == nil
		}
	}
	if n.Open = open; !ok || n.Open < 0 || n.Open > n.Count {
		p.bad(1, "写作 children 子案件 件数 [open 在办件数]")
		return "", ChildCount{}, false
	}
	return ws[0].text, n, true
}

// change lets the world change as a line says.
func (p *player) change(l *ScenarioLine) bool {
	if p.s.Status != "" {
		p.expire()
	}
	w := l.World
	if w.child == "" {
		p.cases[w.id] = w.named
		return true
	}
	p.children[w.child] = w.count
	return p.childKnown(l, w.child)
}

func (p *player) childKnown(l *ScenarioLine, id string) bool {
	if slices.ContainsFunc(p.d.src.Children, func(c Child) bool { return c.ID == id }) {
		return true
	}
	p.fail(l, l.Pos, "定义中的子案件（children）", "没有“"+id+"”")
	return false
}

// count counts the children of the story.
func (p *player) count(procedure string) (count, open int) {
	for _, c := range p.d.src.Children {
		if n, told := p.children[c.ID]; told && c.Procedure == procedure {
			return n.Count, n.Open
		}
	}
	return 0, 0
}

// unitName knows the units of the story; any other goes by its key.
func (p *player) unitName(id gov.UnitID) (name, mark string) {
	if id == p.sc.Unit.ID {
		return p.sc.Unit.Name, p.sc.Unit.Mark
	}
	if u, ok := p.sc.Units[id]; ok {
		return u.Name, u.Mark
	}
	return string(id), string(id)
}
