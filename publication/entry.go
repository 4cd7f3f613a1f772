package publication

import (
	"encoding/json"

	"zhunsheng/gov"
	"zhunsheng/procedure"
)

// Documents is the public register of normative documents (行政规范性文件库), Consultations
// that of drafts out for comments (征求意见).
const (
	Documents     = "normative-documents"
	Consultations = "consultations"
)

// Entry is one line of a public register (公开登记).
type Entry struct {
	Register  string
	Case      gov.CaseID
	Procedure string // id of the definition that it was published under
	Number    string
	Title     string
	Unit      gov.UnitID
	Published gov.Day
	Effective gov.Day
	Expires   gov.Day // last day in force; zero when none is set
	Until     gov.Day // last day for comments; zero when it takes none
	Status    string
	Filed     gov.Day
	Index     int64 // record number of the publishing act
	// Matter is the case that this one is about, e.g. the draft that a comment was made on.
	Matter  gov.CaseID
	Parts   []Part
	Changes []Change
}

// Part is what one publication duty has put into an entry (公开内容).
type Part struct {
	Rule    procedure.RuleID `json:"rule"`
	What    string           `json:"what"`
	Day     gov.Day          `json:"day"`
	Index   int64            `json:"index"`
	Version int64            `json:"version"` // of the case, with the publishing act
	Summary string           `json:"summary,omitempty"`
	Papers  []File           `json:"papers,omitempty"`
}

// File is one published file (公开材料) under the paper of the definition that it is.
type File struct {
	ID    procedure.PaperID `json:"id"`
	Label string            `json:"label"`
	procedure.Paper
}

// Change gives an entry another standing from a day on (效力变动).
type Change struct {
	As      procedure.Standing `json:"as"`
	On      gov.Day            `json:"on"`
	By      gov.CaseID         `json:"by"`
	Index   int64              `json:"index"`
	Version int64              `json:"version"` // of the case By, with the act that says so
}

// standingWord is a standing in words (效力).
func standingWord(s procedure.Standing) string {
	switch s {
	case procedure.Repealed:
		return "已废止"
	case procedure.Amended:
		return "已修改"
	case procedure.Lapsed:
		return "已失效"
	case procedure.SuspendedEntry:
		return "已中止执行"
	}
	return "已撤下"
}

// Word is the change in words.
func (c Change) Word() string { return standingWord(c.As) }

// Standing says where an entry stands on a day: 征求意见中 or 已结束 where it was out for
// comments, else 未施行, 有效, 已修改, 已中止执行, 已废止, 已失效 or 已撤下.
func (e Entry) Standing(on gov.Day) string {
	if e.Status != "in_force" {
		return standingWord(procedure.WithdrawnEntry)
	}
	var now procedure.Standing // the last change that counts; what is over does not come back
	for _, c := range e.Changes {
		if !c.On.After(on) && (now == "" || !over(now) || over(c.As)) {
			now = c.As
		}
	}
	if over(now) {
		return standingWord(now)
	}
	switch {
	case !e.Expires.IsZero() && on.After(e.Expires):
		return standingWord(procedure.Lapsed)
	case now == procedure.SuspendedEntry:
		return standingWord(now)
	case !e.Until.IsZero() && !on.After(e.Until):
		return "征求意见中"
	case !e.Until.IsZero():
		return "已结束"
	case on.Before(e.Effective):
		return "未施行"
	case now == procedure.Amended:
		return standingWord(now)
	}
	return "有效"
}

// over reports a standing that nothing follows but another end.
func over(s procedure.Standing) bool {
	return s != "" && s != procedure.Amended && s != procedure.SuspendedEntry
}

// Open reports that the entry takes comments on a day.
func (e Entry) Open(on gov.Day) bool {
	last := e.openTo()
	return e.Status == "in_force" && !last.IsZero() && !on.After(last)
}

// Off reports that the entry was taken off (已撤下) by a day: its files are no longer given out.
func (e Entry) Off(on gov.Day) bool { return e.Standing(on) == standingWord(procedure.WithdrawnEntry) }

// Main is the published text; its digest is empty when there is none on line.
func (e Entry) Main() procedure.Paper {
	if len(e.Parts) > 0 && len(e.Parts[0].Papers) > 0 {
		return e.Parts[0].Papers[0].Paper
	}
	return procedure.Paper{}
}

// Files lists the files of every part in order.
func (e Entry) Files() []File {
	var out []File
	for _, p := range e.Parts {
		out = append(out, p.Papers...)
	}
	return out
}

func scanEntry(s interface{ Scan(...any) error }) (Entry, error) {
	var e Entry
	var parts, changes string
	err := s.Scan(&e.Register, &e.Case, &e.Number, &e.Title, &e.Unit, &e.Published, &e.Effective, &e.Expires, &e.Status,
		&e.Filed, &e.Index, &e.Procedure, &e.Matter, &e.Until, &parts, &changes)
	if err != nil {
		return e, err
	}
	if err := json.Unmarshal([]byte(parts), &e.Parts); err != nil {
		return e, err
	}
	return e, json.Unmarshal([]byte(changes), &e.Changes)
}
