package procedure

import (
	"slices"

	"zhunsheng/gov"
)

// Takeover says which open cases of earlier versions move to this version (过渡).
type Takeover struct {
	From []int   `yaml:"from"` // versions
	On   gov.Day `yaml:"on"`   // not before this day
	When string  `yaml:"when"` // CEL over the case under this version; empty: all

	when *formula
}

// Transition moves a case to another version of its definition (过渡); Definition and From
// are digests.
type Transition struct {
	Definition string `json:"definition"`
	From       string `json:"from"`
	Procedure  string `json:"procedure"` // id and version of the new one, for readers of the raw event
}

// Takeover says which cases of earlier versions move to this one.
func (d *Definition) Takeover() (Takeover, bool) {
	if d.src.Moves == nil {
		return Takeover{}, false
	}
	return *d.src.Moves, true
}

// Transition judges whether an open case of an earlier version moves to this one. It gives
// the event, or why the case stays: the version is not named, the day has not come, the
// condition does not hold, or the case holds what this version does not have.
func (d *Definition) Transition(s *State, from *Definition, env Env) (e Effects, moves bool, reason string) {
	m := d.src.Moves
	switch {
	case m == nil || from == nil || from.src.ID != d.src.ID || !slices.Contains(m.From, from.src.Version):
		return e, false, "本版没有规定该版案件的过渡"
	case from.digest == d.digest || s.Definition != from.digest:
		return e, false, "案件不是按该版办理的"
	case s.Status != Open:
		return e, false, "案件不在办"
	case env.Now.Day().Before(m.On):
		return e, false, "过渡之日" + m.On.Chinese() + "未到"
	}
	sc := &scope{d: d, s: s, act: Act{Occurred: env.Now, Actor: gov.System}, linked: env.Linked, counts: env.Children}
	if m.When != "" && !m.when.holds(sc) {
		return e, false, "不符合过渡的条件"
	}
	if text := d.cannotHold(s, from); text != "" {
		return e, false, "新版中没有案件已有的" + text
	}
	return Effects{Transition: &Transition{Definition: d.digest, From: from.digest, Procedure: d.String()}}, true, ""
}

// cannotHold names the first step, outcome, field, paper or clock of a case that this
// version does not have, or has as something else.
func (d *Definition) cannotHold(s *State, from *Definition) string {
	step := func(id StepID, outcome string) string {
		here := d.steps[id]
		if here == nil {
			return "环节“" + from.StepName(id) + "”"
		}
		if outcome != "" && here.outcome(outcome) == nil {
			return "环节“" + here.Name + "”的结果“" + outcome + "”"
		}
		return ""
	}
	for _, id := range sortedKeys(s.Steps) {
		if text := step(id, s.Steps[id].Outcome); text != "" {
			return text
		}
	}
	for _, p := range s.History {
		if text := step(p.Step, p.Outcome); text != "" {
			return text
		}
	}
	for _, id := range sortedKeys(s.Fields) {
		here, there := d.fields[id], from.fields[id]
		if here == nil || there != nil && here.Type != there.Type {
			return "字段“" + string(id) + "”"
		}
		if text := here.reject(s.Fields[id]); text != "" && !here.Personal {
			return "字段：" + text
		}
	}
	for _, id := range sortedKeys(s.Papers) {
		if d.papers[id] == nil {
			return "材料“" + string(id) + "”"
		}
	}
	for _, id := range sortedKeys(s.Clocks) {
		here, there := d.clocks[id], from.clocks[id]
		if here == nil || there != nil && here.Kind != there.Kind {
			return "期限“" + string(id) + "”"
		}
	}
	return ""
}
