package desk

import (
	"fmt"
	"slices"
	"strings"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/law"
	"zhunsheng/procedure"
	"zhunsheng/register"
	"zhunsheng/web"
)

// caseStatus says where a whole case stands.
func caseStatus(s procedure.CaseStatus) web.BadgeView {
	switch s {
	case procedure.Open:
		return web.BadgeView{Tone: web.Info, Text: "在办"}
	case procedure.Closed:
		return web.BadgeView{Tone: web.Met, Text: "办结"}
	case procedure.Withdrawn:
		return web.BadgeView{Tone: web.NA, Text: "已终止"}
	case procedure.Voided:
		return web.BadgeView{Tone: web.NA, Text: "已撤销登记"}
	case "":
		return web.BadgeView{}
	}
	return web.BadgeView{Tone: web.NA, Text: string(s)}
}

// clockWord says how one run of a clock ended, for indicators and lists.
func clockWord(s procedure.ClockStatus) (web.Tone, string) {
	switch s {
	case procedure.ClockMet:
		return web.Met, "按期"
	case procedure.ClockLate:
		return web.Late, "逾期办理"
	case procedure.ClockExpired:
		return web.Late, "逾期未办"
	case procedure.ClockSuspended:
		return web.NA, "中止"
	case procedure.ClockCancelled:
		return web.NA, "不再计算"
	case procedure.ClockRunning:
		return web.Info, "期限未满"
	}
	return web.NA, string(s)
}

// dueMark says how far away the nearest limit of a case is, in calendar days: the list
// knows no statute. What the law counts stands on the case page.
func dueMark(row docket.Row, today gov.Day) (web.BadgeView, bool) {
	if row.NextDue.IsZero() || row.Status != procedure.Open {
		return web.BadgeView{}, false
	}
	n := row.NextDue.Sub(today)
	switch {
	case n < 0:
		return web.BadgeView{Tone: web.Late, Text: fmt.Sprintf("已过 %d 天", -n)}, true
	case n == 0:
		return web.BadgeView{Tone: web.Soon, Text: "今天到期"}, true
	case n <= soonDays:
		return web.BadgeView{Tone: web.Soon, Text: fmt.Sprintf("还有 %d 天", n)}, true
	}
	return web.BadgeView{Tone: web.Met, Text: fmt.Sprintf("还有 %d 天", n)}, true
}

// soonDays is from how many calendar days on a limit is shown as near in lists. It colours
// a page and decides nothing.
const soonDays = 5

// caseMarks are the lasting marks of a case: missed limits, breaches, recording (补录).
func caseMarks(late, breaches int64, recording bool) []web.BadgeView {
	var out []web.BadgeView
	if late > 0 {
		out = append(out, web.BadgeView{Tone: web.Late, Text: countOf("逾期", late)})
	}
	if breaches > 0 {
		out = append(out, web.BadgeView{Tone: web.Late, Text: countOf("违反程序", breaches)})
	}
	if recording {
		out = append(out, web.BadgeView{Tone: web.Soon, Text: "补录"})
	}
	return out
}

func countOf(what string, n int64) string {
	if n == 1 {
		return what
	}
	return fmt.Sprintf("%s %d 项", what, n)
}

// unitName is the name of a unit.
func unitName(dir *register.Directory, id gov.UnitID) string {
	name, _ := dir.UnitName(id)
	return name
}

// actorName is who did something, with the unit, and for whom.
func actorName(dir *register.Directory, a gov.Actor) string {
	if a.Person == gov.System.Person {
		return "系统"
	}
	name := dir.PersonName(a.Person)
	if a.OnBehalf != "" {
		name += "（代理" + dir.PersonName(a.OnBehalf) + "）"
	}
	if a.Unit == "" {
		return name
	}
	unit := unitName(dir, a.Unit)
	if u, ok := dir.Unit(a.Unit); ok && u.Short != "" {
		unit = u.Short
	}
	return unit + " " + name
}

// fieldText is the value of a field in words.
func fieldText(def *procedure.Definition, id procedure.FieldID, v string) string {
	f, ok := def.Field(id)
	if !ok {
		return v
	}
	switch f.Type {
	case procedure.BoolField:
		if v == "true" {
			return "是"
		}
		return "否"
	case procedure.DayField:
		if day, err := gov.ParseDay(v); err == nil {
			return day.Chinese()
		}
	case procedure.ChoiceField:
		for _, o := range f.Options {
			if o.ID == v {
				return o.Name
			}
		}
	}
	return v
}

// caseFieldText is the value of a field of a case in words: a case that is named by its title.
func caseFieldText(c *docket.Case, id procedure.FieldID, v string) string {
	if f, ok := c.Definition.Field(id); ok && f.Type == procedure.CaseField && v != "" {
		if l := c.State.Links[id]; string(l.Case) == v && l.Title != "" {
			return l.Title
		}
		return "已关联的案件"
	}
	if v == "" {
		return ""
	}
	return fieldText(c.Definition, id, v)
}

// fieldDefs are the values of some fields with their labels, in the order of the
// definition. Cases that are named have a place of their own. Where several have the same
// label, as the words of those who sign, each says of which step it is.
func fieldDefs(def *procedure.Definition, values map[procedure.FieldID]string) []web.Def {
	var out []web.Def
	var steps []string
	seen, labels := map[procedure.FieldID]bool{}, map[string]int{}
	add := func(step string, fs []procedure.Field) {
		for _, f := range fs {
			if v, ok := values[f.ID]; ok && v != "" && !seen[f.ID] && f.Type != procedure.CaseField {
				seen[f.ID] = true
				labels[f.Label]++
				steps = append(steps, step)
				out = append(out, web.Def{Term: f.Label, Text: fieldText(def, f.ID, v)})
			}
		}
	}
	add("启动", def.Opening().Fields)
	for _, s := range def.Steps() {
		add(s.Name, s.Fields)
	}
	for i := range out {
		if labels[out[i].Term] > 1 {
			out[i].Term = steps[i] + "：" + out[i].Term
		}
	}
	return out
}

// outcomeName is the name of an outcome of a step; empty when the step has only one, for
// then it says nothing.
func outcomeName(def *procedure.Definition, step procedure.StepID, outcome string) string {
	s, ok := def.Step(step)
	if !ok || len(s.Outcomes) < 2 {
		return ""
	}
	for _, o := range s.Outcomes {
		if o.ID == outcome {
			return o.Name
		}
	}
	return outcome
}

func citations(list []procedure.Cite) []law.Citation {
	out := make([]law.Citation, 0, len(list))
	for _, c := range list {
		out = append(out, c.Citation())
	}
	return slices.Clip(out)
}

// join puts the parts that are there together.
func join(sep string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), sep)
}
