package desk

import (
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/ledger"
	"zhunsheng/procedure"
	"zhunsheng/web"
)

// The addresses of a case and what belongs to it.
func caseURL(id gov.CaseID) string { return "/desk/cases/" + url.PathEscape(string(id)) }

func stepURL(id gov.CaseID, step procedure.StepID) string {
	return caseURL(id) + "/steps/" + url.PathEscape(string(step))
}

func recordStepURL(id gov.CaseID, step procedure.StepID) string {
	return caseURL(id) + "/record/" + url.PathEscape(string(step))
}

func fileURL(id gov.CaseID, f docket.File) string {
	return fmt.Sprintf("%s/files/%d/%s/%d", caseURL(id), f.Version, url.PathEscape(string(f.Under)), f.Seq)
}

func recordURL(n int64) string { return fmt.Sprintf("/desk/records/%d", n) }

func procedureURL(id string) string { return "/desk/procedures/" + url.PathEscape(id) }

// The names of controls; they are also the anchors that refusals lead to.
func fieldName(id procedure.FieldID) string { return "field-" + string(id) }
func paperName(id procedure.PaperID) string { return "paper-" + string(id) }

func stepAnchor(id procedure.StepID) string { return "step-" + string(id) }

func clockAnchor(id procedure.ClockID) string { return "clock-" + string(id) }

// noteSep stands between the parts of a station's note; no line begins with it.
const noteSep = "\u00a0· "

// stations turns the line of a procedure into that of the page. A station leads to its
// card on the page while it can still be done.
func stations(v procedure.View, today gov.Day) []web.Station {
	offered := map[procedure.StepID]bool{}
	for _, o := range v.Offers {
		offered[o.Step] = true
	}
	out := make([]web.Station, 0, len(v.Stations))
	for _, s := range v.Stations {
		w := web.Station{Name: s.Name, Note: s.Note, Recorded: s.Recording}
		if s.LateEntry != nil {
			w.Flags = []web.BadgeView{{Tone: web.Soon, Text: "补记过晚"}}
		}
		switch s.Status {
		case procedure.StationDone:
			w.Status = web.StationDone
		case procedure.StationNow:
			w.Status = web.StationNow
		case procedure.StationLate:
			w.Status, w.Late = web.StationNow, true
		case procedure.StationWaived:
			w.Status = web.StationWaived
		case procedure.StationReturned:
			w.Status = web.StationReturned
		default:
			w.Status = web.StationTodo
		}
		if w.Status == web.StationDone || w.Status == web.StationWaived {
			w.Note = join(noteSep, web.NearDay(s.Day, today), s.Note)
		}
		if s.Signer != "" {
			w.Note = join(noteSep, w.Note, s.Signer+"签署，纸质批示录入")
		}
		if s.Round > 1 {
			w.Note = join(noteSep, w.Note, fmt.Sprintf("第 %d 次", s.Round))
		}
		if offered[s.Step] {
			w.Href = "#" + stepAnchor(s.Step)
		}
		out = append(out, w)
	}
	return out
}

// standing reports a station at which the case stands now.
func standing(s procedure.StationStatus) bool {
	return s == procedure.StationNow || s == procedure.StationLate || s == procedure.StationReturned
}

// clocks turns the limits of a case into cards, those that still run first.
func (d *Desk) clocks(c *docket.Case) []web.Clock {
	views := slices.Clone(c.View.Clocks)
	slices.SortStableFunc(views, func(a, b procedure.ClockView) int {
		if x, y := ended(a.Status), ended(b.Status); x != y {
			return x - y
		}
		return a.Due.Compare(b.Due)
	})
	out := make([]web.Clock, 0, len(views))
	for _, v := range views {
		out = append(out, d.clock(c, v))
	}
	return out
}

func ended(s procedure.ClockStatus) int {
	switch s {
	case procedure.ClockRunning, procedure.ClockExpired, procedure.ClockSuspended:
		return 0
	}
	return 1
}

func (d *Desk) clock(c *docket.Case, v procedure.ClockView) web.Clock {
	text := web.LongDay(v.From) + "起算，最后一日 " + web.LongDay(v.Due)
	switch {
	case v.Status == procedure.ClockSuspended:
		text = web.LongDay(v.From) + "起算，已中止，恢复后还有" + v.Remaining
	case v.Status == procedure.ClockCancelled && v.Due.IsZero():
		text = web.LongDay(v.From) + "起算"
	case v.Kind == procedure.AtLeast:
		text = web.LongDay(v.From) + "起算，" + web.LongDay(v.Due) + "届满"
		if v.Status == procedure.ClockRunning && v.Tone != procedure.ToneMet {
			text += "，此前不能结束本环节"
		}
	}
	if v.Nominal != v.Due && !v.Nominal.IsZero() {
		text += "（名义届满 " + web.LongDay(v.Nominal) + "，遇休息日顺延）"
	}
	if v.Provisional {
		text += "。暂定日期：所涉年份的节假日安排尚未公布，公布后重新计算并记录原因"
	}
	if spec, ok := c.Definition.Clock(v.ID); ok {
		if spec.Parameter != "" {
			text += "。" + v.Derivation.Limit + "是本地参数"
		}
		if spec.Overdue != "" && v.Tone == procedure.ToneLate {
			text += "。" + spec.Overdue
		}
		if then := deemedText(c.Definition, spec); then != "" && (v.Status == procedure.ClockRunning || v.Status == procedure.ClockSuspended) {
			text += "。届满仍未办理的，" + then
		}
	}
	due := v.Derivation
	return web.Clock{Title: v.Name, Tone: web.Tone(v.Tone), Right: v.Text, Text: text, Rule: string(v.Rule),
		Cites: v.Cites, Due: &due, ID: clockAnchor(v.ID), Turns: turnViews(v)}
}

// breaches are the rules that recorded facts of the case did not keep.
func breaches(list []procedure.Breach) []web.Breach {
	out := make([]web.Breach, 0, len(list))
	for _, b := range list {
		out = append(out, web.Breach{Rule: string(b.Rule), Text: b.Text, Cites: b.Cites, Repaired: b.Repaired != 0})
	}
	return out
}

// breachText names the rules that one recorded fact did not keep.
func breachText(list []web.Breach) string {
	rules := make([]string, 0, len(list))
	for _, b := range list {
		rules = append(rules, b.Rule)
	}
	return "违反程序 " + join("、", rules...)
}

// refusals turns explained refusals into those of the page. here is the step whose form
// stands on the same page, if any.
func refusals(c *docket.Case, list []procedure.Refusal, here procedure.StepID) []web.Refusal {
	out := make([]web.Refusal, 0, len(list))
	for _, r := range list {
		// The panel's own head says 暂不能办理.
		w := web.Refusal{Rule: string(r.Rule), Text: strings.TrimPrefix(r.Text, "暂不能办理，"), Cites: r.Cites}
		for _, m := range r.Missing {
			w.Missing = append(w.Missing, web.Missing{Text: m.Text, Href: mendURL(c, m, here)})
		}
		out = append(out, w)
	}
	return out
}

// mendURL is where a missing thing is mended: at the control when its form is on this
// page, else on the page of the step that asks for it.
func mendURL(c *docket.Case, m procedure.Missing, here procedure.StepID) string {
	step, control := m.Step, ""
	for _, s := range c.Definition.Steps() {
		if m.Field != "" && slices.ContainsFunc(s.Fields, func(f procedure.Field) bool { return f.ID == m.Field }) {
			step, control = s.ID, "#f-"+fieldName(m.Field)
		}
		if m.Paper != "" && slices.ContainsFunc(s.Papers, func(p procedure.PaperSpec) bool { return p.ID == m.Paper }) {
			step, control = s.ID, "#f-"+paperName(m.Paper)
		}
	}
	switch {
	case step == here && control != "":
		return control
	case step == "" || step == here:
		return ""
	}
	return stepURL(c.Row.ID, step) + control
}

// actView is one line of the record of acts with what can be opened below it.
type actView struct {
	web.Record
	Fields  []web.Def
	Files   []web.FileItem
	Numbers []web.Def
	Source  []web.Def // of a recorded fact: reason, paper, who vouches
	Notes   []string  // what else the event did or says
	Marks   []web.BadgeView
	Correct string // where its entry is corrected
	Broken  bool   // the stored bytes are not what the ledger sealed
	// DayOnly hides the time of day: a recorded fact names a day.
	DayOnly bool
}

// actText tells one event in a sentence.
func actText(c *docket.Case, a docket.Act) string {
	who := actorName(c.Directory, a.Envelope.Actor)
	e := a.Payload.Effects
	switch {
	case a.Envelope.Kind == docket.KindExpire:
		return expiryText(c, e)
	case a.Envelope.Kind == docket.KindRedate:
		return "系统重新推算" + clockNames(c, e)
	case a.Envelope.Kind == docket.KindTransition:
		return "系统将本案转入新版程序"
	case a.Envelope.Kind == docket.KindVoid:
		return who + " 撤销登记"
	case e.Correction != nil:
		return correctionText(c, who, e.Correction)
	case e.Open != nil && a.Payload.Recording != nil:
		return who + " 补录：案件已在系统外启动"
	case e.Open != nil:
		return who + " 启动案件"
	}
	verb := " 办理“"
	if a.Payload.Recording != nil {
		verb = " 补录“"
	}
	text := who + verb + c.Definition.StepName(e.Step) + "”"
	if e.State != nil {
		if o := outcomeName(c.Definition, e.Step, e.State.Outcome); o != "" {
			text += "：" + o
		}
	}
	return text
}

// expiryText tells which limit ran out. The end of a minimum is no fault of anybody.
func expiryText(c *docket.Case, e procedure.Effects) string {
	for _, k := range e.Clocks {
		spec, ok := c.Definition.Clock(k.Clock)
		switch {
		case ok && spec.Kind == procedure.AtLeast:
			return "“" + spec.Name + "”届满"
		case ok && e.State != nil && e.State.Deemed:
			return "“" + spec.Name + "”期限届满，" + deemedText(c.Definition, spec)
		case ok:
			return "“" + spec.Name + "”期限届满，尚未办理"
		}
	}
	return "期限届满"
}

// actViews tells the record of acts, newest first.
func actViews(c *docket.Case, proofs map[int64]proof) []actView {
	out := make([]actView, 0, len(c.Acts))
	was := clocksBefore(c)
	for _, a := range slices.Backward(c.Acts) {
		v := viewAct(c, a, proofs[a.Envelope.Version])
		v.Notes = append(alsoDid(c, a, was[a.Envelope.Version]), v.Notes...)
		if mayCorrect(c, a.Envelope.Version) {
			v.Correct = correctURL(c.Row.ID, a.Envelope.Version)
		}
		out = append(out, v)
	}
	return out
}

func viewAct(c *docket.Case, a docket.Act, p proof) actView {
	e := a.Payload.Effects
	v := actView{Record: web.Record{When: a.Envelope.Occurred, Recorded: a.Envelope.Recorded, Text: actText(c, a),
		Note: a.Payload.Note, Number: p.index, Hash: p.leaf, Sealed: p.index >= 0, Verified: p.ok,
		Recording: a.Payload.Recording != nil, Breaches: breaches(e.Breaches)}}
	if v.Sealed {
		v.Href, v.Broken = recordURL(p.index), !p.ok
	}
	v.Fields = fieldDefs(c.Definition, e.Fields)
	if x := e.Correction; x != nil {
		v.Fields = nil
		v.Source = []web.Def{{Term: "更正的理由", Text: x.Reason}}
		for _, f := range allFields(c.Definition) {
			if now, ok := x.Fields[f.ID]; ok {
				v.Fields = append(v.Fields, web.Def{Term: f.Label, Text: "“" + caseFieldText(c, f.ID, x.WasFields[f.ID]) + "”改为“" + caseFieldText(c, f.ID, now) + "”"})
			}
		}
		if x.Note != "" {
			v.Notes = append(v.Notes, x.Note)
		}
	}
	if st := e.State; st != nil && st.LateEntry != nil || e.Open != nil && e.Open.LateEntry != nil {
		v.Marks = append(v.Marks, web.BadgeView{Tone: web.Soon, Text: "补记过晚", Href: "#late-entry"})
	}
	if st := e.State; st != nil && st.Deemed {
		v.Marks = append(v.Marks, web.BadgeView{Tone: web.NA, Text: "视为"})
	}
	for i, o := range e.Opens {
		if i < len(a.Payload.Opened) {
			v.Files = append(v.Files, web.FileItem{Name: "同时启动的案件：" + o.Title, Href: caseURL(a.Payload.Opened[i]), Note: unitName(c.Directory, o.Unit)})
		}
	}
	for _, x := range e.Enters {
		verb := "同时登记到台账："
		if x.Ends {
			verb = "同时终止台账登记："
		}
		v.Files = append(v.Files, web.FileItem{Name: verb + x.Key, Href: entryURL(x.Register, x.Key)})
	}
	if a.Envelope.Kind == docket.KindExpire && len(e.Clocks) > 0 { // a day ends at 24:00, which is the next day's first instant
		v.When, v.DayOnly = e.Clocks[0].Due.Start(), true
	}
	for _, f := range c.Files {
		if f.Version == a.Envelope.Version {
			v.Files = append(v.Files, fileItem(c, f))
			v.Files = append(v.Files, prints(c, e.Step, f)...)
		}
	}
	for _, n := range e.Numbers {
		v.Numbers = append(v.Numbers, web.Def{Term: numberLabel(c.Definition, n.Name), Text: n.Text})
	}
	if r := a.Payload.Recording; r != nil {
		v.DayOnly = true
		v.Source = []web.Def{{Term: "补录原因", Text: r.Reason}, {Term: "原始材料", Text: r.Source},
			{Term: "录入人", Text: actorName(c.Directory, a.Envelope.Actor) + "，" + web.LongTime(a.Envelope.Recorded)}}
		if r.Paper != nil {
			scan := docket.File{Version: a.Envelope.Version, Under: scanPaper, Paper: *r.Paper}
			v.Files = append(v.Files, web.FileItem{Name: r.Paper.Name, Href: fileURL(c.Row.ID, scan), Size: r.Paper.Size,
				Note: "原始材料扫描件", Digest: r.Paper.Digest})
		}
	}
	return v
}

func numberLabel(def *procedure.Definition, name string) string {
	for _, s := range def.Steps() {
		for _, t := range s.Takes {
			if t.Name == name && t.Label != "" {
				return t.Label
			}
		}
	}
	return "编号"
}

// fileItem is one file of the case. The digest is what the act recorded; a download hashes
// the content against it before a byte leaves.
func fileItem(c *docket.Case, f docket.File) web.FileItem {
	note := ""
	if p, ok := c.Definition.Paper(f.Under); ok {
		note = p.Label
	}
	return web.FileItem{Name: f.Name, Href: fileURL(c.Row.ID, f), Size: f.Size, Note: note, Digest: f.Digest}
}

// proof is what re-hashing one event for a page found.
type proof struct {
	index int64 // record number, -1 while unsealed
	leaf  string
	ok    bool // the stored bytes are those that the newest checkpoint commits to
}

func leafHex(h ledger.Hash) string { return hex.EncodeToString(h[:]) }
