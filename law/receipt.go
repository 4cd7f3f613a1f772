package law

import (
	"slices"
	"strings"

	"zhunsheng/gov"
)

// ReceiptRule says which day is the day of receipt, of service or of starting (收到之日、
// 送达之日、起算之日) for one kind of paper that comes by one channel.
type ReceiptRule struct {
	Paper   string   `yaml:"paper" json:"paper,omitzero"`
	Channel string   `yaml:"channel" json:"channel,omitzero"`
	Day     []string `yaml:"day" json:"day,omitzero"`           // facts; the first that is known decides
	SameDay string   `yaml:"same_day" json:"same_day,omitzero"` // the deciding fact is due on the day of this one
	After   Limit    `yaml:"after" json:"after,omitzero"`       // the day comes so long after the fact (公告送达)
	If      string   `yaml:"if" json:"if,omitzero"`             // its condition, in the words of the article
	Article string   `yaml:"article" json:"article,omitzero"`
	Says    string   `yaml:"says" json:"says,omitzero"` // the words of the article
	Note    string   `yaml:"note" json:"note,omitzero"`
}

// ReceiptUse says that the rules of another statute apply (准用).
type ReceiptUse struct {
	Paper   string `yaml:"paper" json:"paper,omitzero"`     // what is received under this statute
	Statute string `yaml:"statute" json:"statute,omitzero"` // whose rules apply
	As      string `yaml:"as" json:"as,omitzero"`           // what it is called there; the same where empty
	Through string `yaml:"through" json:"through,omitzero"` // the article of this statute that refers
	Says    string `yaml:"says" json:"says,omitzero"`
	Note    string `yaml:"note" json:"note,omitzero"` // why it applies where this statute does not refer
}

// ReceiptWords are the words in which rules of receipt are written, with their Chinese
// names: what is received, how, and which days may decide.
type ReceiptWords struct {
	Papers   []ReceiptWord `yaml:"papers" json:"papers,omitzero"`
	Channels []ReceiptWord `yaml:"channels" json:"channels,omitzero"`
	Facts    []ReceiptWord `yaml:"facts" json:"facts,omitzero"`
}

// ReceiptWord is one of them.
type ReceiptWord struct {
	ID      string   `yaml:"id" json:"id,omitzero"`
	Name    string   `yaml:"name" json:"name,omitzero"`
	Aliases []string `yaml:"aliases" json:"aliases,omitzero"` // other names under which it is asked for
	Day     string   `yaml:"day" json:"day,omitzero"`         // of a paper: what its day of receipt is called
}

// ReceiptQuery asks on which day something was received.
type ReceiptQuery struct {
	Under   string // statute, by any of its names
	Paper   string // what was received, by id or name; may be empty where the channel tells
	Channel string // how, by id or name
	// Facts are the days that are known, by id or name. A day that the rule does not ask
	// for never stands in for the one it asks for.
	Facts map[string]gov.Day
	// On is the day that decides, for one who knows it without its name; Facts come first.
	On   gov.Day
	AsOf gov.Day // as in Query
}

// Receipt is the day of receipt (收到之日) with its derivation.
type Receipt struct {
	Under       string     `json:"under"`
	Paper       string     `json:"paper"`   // its name
	Channel     string     `json:"channel"` // its name
	Called      string     `json:"called"`  // what the day is called: 收到申请之日, 送达之日, 起算之日
	Day         gov.Day    `json:"day"`
	Provisional bool       `json:"provisional"`
	Steps       []Step     `json:"steps"`
	Basis       []Citation `json:"basis"`
}

// ReceiptWay is one way that a statute knows, for a list to choose from.
type ReceiptWay struct {
	Paper, Channel ReceiptWord
	Days           []ReceiptWord // the days that may decide
	Rule           ReceiptRule
	Source         *Statute // whose rule it is
	use            *ReceiptUse
}

// ReceiptWays lists what the text in force on a day knows about days of receipt, its own
// rules first; on no day, the newest text. It is empty where no article speaks of it.
func (b *Book) ReceiptWays(under string, on gov.Day) ([]ReceiptWay, error) {
	s, err := b.Statute(under)
	if err != nil {
		return nil, err
	}
	v := s.at(on)
	var out []ReceiptWay
	add := func(src *Statute, r ReceiptRule, paper string, use *ReceiptUse) {
		w := ReceiptWay{Paper: word(b.words.Papers, paper), Channel: word(b.words.Channels, r.Channel), Rule: r, Source: src, use: use}
		for _, f := range r.Day {
			w.Days = append(w.Days, word(b.words.Facts, f))
		}
		if !slices.ContainsFunc(out, func(o ReceiptWay) bool { return o.Paper.ID == w.Paper.ID && o.Channel.ID == w.Channel.ID }) {
			out = append(out, w)
		}
	}
	for _, r := range v.Receipt {
		add(s, r, r.Paper, nil)
	}
	for i := range v.ReceiptUse {
		use := &v.ReceiptUse[i]
		src, err := b.Statute(use.Statute)
		if err != nil {
			return nil, err
		}
		for _, r := range src.at(on).Receipt {
			if r.Paper == use.there() {
				add(src, r, use.Paper, use)
			}
		}
	}
	return out, nil
}

func (u ReceiptUse) there() string {
	if u.As != "" {
		return u.As
	}
	return u.Paper
}

// at is the text in force on a day, or the newest.
func (s *Statute) at(on gov.Day) *Version {
	if on.IsZero() {
		return &s.Versions[len(s.Versions)-1]
	}
	v, _ := s.On(on)
	return v
}

func word(list []ReceiptWord, id string) ReceiptWord {
	for _, w := range list {
		if w.ID == id {
			return w
		}
	}
	return ReceiptWord{ID: id, Name: id}
}

func (w ReceiptWord) is(name string) bool {
	name = strings.TrimSpace(name)
	return name == w.ID || name == w.Name || slices.Contains(w.Aliases, name)
}

func nameList[T any](list []T, name func(T) string) string {
	var names []string
	for _, x := range list {
		if n := name(x); !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	return strings.Join(names, "、")
}
