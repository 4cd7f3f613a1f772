package procedure

import (
	"strings"

	"zhunsheng/gov"
)

// Opens is a case that an outcome opens (由本案启动的案件): of which procedure, for which
// unit, and by which of its case fields it names this case.
type Opens struct {
	Procedure string              `yaml:"procedure"` // id
	Unit      string              `yaml:"unit"`      // own (when absent), parent, parameter:<name> or key:<unit>
	Link      FieldID             `yaml:"link"`      // case field among the child's start fields
	When      string              `yaml:"when"`      // CEL over the case as the act leaves it; empty: always
	Title     string              `yaml:"title"`     // text; {title} when absent
	Fields    map[FieldID]FieldID `yaml:"fields"`    // child's start field: field of this case

	when *formula
}

// ChildOpening is a case to be opened by an act, by its actor and on its day. The actor
// needs no post in the unit: the definition says that the case is opened.
type ChildOpening struct {
	Procedure string             `json:"procedure"` // id
	Unit      gov.UnitID         `json:"unit"`
	Title     string             `json:"title"`
	Link      FieldID            `json:"link"`             // holds the id of the opening case
	Fields    map[FieldID]string `json:"fields,omitempty"` // further start fields
}

// opens lists the cases that performing an outcome opens. What is recorded or deemed opens
// none. A title that names a number which this act takes keeps the placeholder until
// Effects.Settle.
func (j *judging) opens(sc *scope, out *Outcome, taken []Number) []ChildOpening {
	if j.act.Recording != nil || j.deemed {
		return nil
	}
	var openings []ChildOpening
	for i := range out.Opens {
		o := &out.Opens[i]
		if o.When != "" && !o.when.holds(sc) {
			continue
		}
		unit, known := j.env.unit(o.Unit, j.s.Unit, j.act.Occurred.Day())
		if !known {
			j.refuse(Refusal{Kind: RefusedState, Text: "“" + out.Name + "”应启动另一案件，而当日没有规定由哪个单位办理（" + o.Unit + "）"})
			continue
		}
		title := o.Title
		if title == "" {
			title = "{title}"
		}
		c := ChildOpening{Procedure: o.Procedure, Unit: unit, Link: o.Link,
			Title: clip((&filling{sc: sc, env: j.env, taken: taken}).fill(title), maxTitle)}
		for child, own := range o.Fields {
			if v := sc.field(own); v != "" {
				if c.Fields == nil {
					c.Fields = map[FieldID]string{}
				}
				c.Fields[child] = v
			}
		}
		openings = append(openings, c)
	}
	return openings
}

// unit finds the unit that a definition names: own (or nothing), parent, parameter:<name> on
// a day, or key:<unit>.
func (e Env) unit(spec string, own gov.UnitID, on gov.Day) (gov.UnitID, bool) {
	switch kind, name, _ := strings.Cut(spec, ":"); kind {
	case "", "own":
		return own, true
	case "parent":
		if e.Parent == nil {
			return "", false
		}
		up := e.Parent(own)
		return up, up != ""
	case "key":
		return gov.UnitID(name), name != ""
	case "parameter":
		p, ok := e.param(name, on)
		return gov.UnitID(p.Value), ok && p.Value != ""
	}
	return "", false
}

// clip cuts a text to a number of characters.
func clip(s string, n int) string {
	s = strings.TrimSpace(s)
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}
