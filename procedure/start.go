package procedure

import (
	"strings"
	"unicode/utf8"

	"zhunsheng/gov"
)

// maxTitle bounds a case title in characters: it stands in lists, numbers and feeds.
const maxTitle = 200

// Start judges the opening of a case (启动). With Recording the opening happened elsewhere:
// role of the opener is then that of whoever may record. The refusals are all there are.
func (d *Definition) Start(a StartAct, env Env) (Effects, []Refusal) {
	act := Act{Occurred: a.Occurred, Actor: a.Actor, Recording: a.Recording, Fields: a.Fields}
	j := &judging{d: d, s: &State{Unit: a.Unit}, act: act, env: env}
	title := strings.TrimSpace(a.Title)
	switch {
	case title == "":
		j.refuse(Refusal{Kind: RefusedForm, Text: "请填写" + d.src.Start.Title, Missing: []Missing{{Text: d.src.Start.Title, Field: TitleField}}})
	case utf8.RuneCountInString(title) > maxTitle:
		j.refuse(Refusal{Kind: RefusedForm, Text: d.src.Start.Title + "过长", Missing: []Missing{{Text: d.src.Start.Title, Field: TitleField}}})
	}
	if a.Unit == "" {
		j.refuse(Refusal{Kind: RefusedForm, Text: "没有指明这是哪个单位的案件"})
	}
	j.time()
	if day := a.Occurred.Day(); !a.Occurred.IsZero() && (day.Before(d.src.From) || !d.src.To.IsZero() && day.After(d.src.To)) {
		text := "本程序自" + d.src.From.Chinese() + "起适用"
		if !d.src.To.IsZero() {
			text += "，至" + d.src.To.Chinese() + "止"
		}
		j.refuse(Refusal{Kind: RefusedTime, Text: text + "，不能在" + day.Chinese() + "启动"})
	}
	if !a.ByCase {
		j.role(d.src.Start.By)
	}
	j.recording()
	fields := j.fields(d.src.Start.Fields)
	links := j.links(d.src.Start.Fields, fields)
	if len(j.no) > 0 {
		return Effects{}, j.no
	}
	e := Effects{
		Open: &Opening{Definition: d.digest, Procedure: d.String(), Unit: a.Unit, Title: title,
			Occurred: a.Occurred, Recording: a.Recording != nil, LateEntry: j.lateEntry()},
		Fields: fields, Links: links,
	}
	e.Numbers = j.numbers(d.src.Start.Takes)
	after := NewState("")
	after.Apply(1, a.Actor, e.withNumbers())
	e.Clocks = j.startClocks(e.Clocks, after, Trigger{Opening: true})
	if len(j.no) > 0 {
		return Effects{}, j.no
	}
	return e, nil
}

// TitleField is where a refusal of Start points for the title, which is no field.
const TitleField FieldID = "title"

// StartAct asks to open a case (立案/起案), or to record that one was opened elsewhere.
type StartAct struct {
	Title     string
	Unit      gov.UnitID // whose case it becomes
	Occurred  gov.Instant
	Actor     gov.Actor
	Recording *Recording
	Fields    map[FieldID]string
	// ByCase says that an act of another case opens this one, as that case's definition says:
	// its actor needs no part in this one.
	ByCase bool
}
