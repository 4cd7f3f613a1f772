package procedure

import (
	"zhunsheng/gov"
	"zhunsheng/law"
)

// LateEntry flags an act that was entered later after its day than the local parameter
// allows (补记过晚, a sign of back-dating). It is shown beside the act, whoever entered it
// and however, and refuses nothing.
type LateEntry struct {
	Entered gov.Day `json:"entered"` // the day on which it was entered
	Until   gov.Day `json:"until"`   // to be entered by then
	Limit   string  `json:"limit"`   // the parameter's value
	Source  string  `json:"source"`
}

// Text is the flag in words.
func (l *LateEntry) Text() string {
	return "于" + l.Entered.Chinese() + "录入，晚于应当录入的" + l.Until.Chinese() + "（本地规定发生之日起" + l.Limit + "内录入）"
}

// lateEntry compares the day of the act with the day of entering. Without a parameter, or
// with one that cannot be read, nothing is flagged.
func (j *judging) lateEntry() *LateEntry {
	name, on, entered := j.d.src.LateEntry, j.act.Occurred.Day(), j.env.Now.Day()
	if name == "" || j.deemed || j.env.Book == nil || !entered.After(on) {
		return nil
	}
	p, ok := j.env.param(name, on)
	if !ok {
		return nil
	}
	limit, err := law.ParseLimit(p.Value)
	if err != nil {
		return nil
	}
	due, err := j.env.Book.Due(law.Query{Under: localRule, Limit: limit, From: on})
	if err != nil || due.Unit == law.UnitHour || !entered.After(due.Due) {
		return nil
	}
	return &LateEntry{Entered: entered, Until: due.Due, Limit: p.Value, Source: p.Source}
}

// localRule is the entry of the register of statutes under which local rules count.
const localRule = "本地规定"

// Flag is a mark beside an act that refuses nothing.
type Flag struct {
	Step    StepID // empty: the opening
	Round   int
	Version int64
	Text    string
}

// Flags lists the flags of a case in order.
func (d *Definition) Flags(s *State) []Flag {
	var out []Flag
	if s.LateEntry != nil {
		out = append(out, Flag{Version: 1, Text: "“启动”" + s.LateEntry.Text()})
	}
	for _, p := range s.History {
		if p.LateEntry != nil {
			out = append(out, Flag{Step: p.Step, Round: p.Round, Version: p.Version, Text: "“" + d.StepName(p.Step) + "”" + p.LateEntry.Text()})
		}
	}
	return out
}
