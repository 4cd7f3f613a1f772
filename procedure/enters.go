package procedure

import (
	"strings"

	"zhunsheng/gov"
)

// Enters is what an outcome writes into a register (登记入册), or ends there.
type Enters struct {
	Register string            `yaml:"register"`
	Key      string            `yaml:"key"`    // text
	From     FieldID           `yaml:"from"`   // day field; the act's day when absent
	To       FieldID           `yaml:"to"`     // day field; no end when absent
	Values   map[string]string `yaml:"values"` // register field: text
	When     string            `yaml:"when"`   // CEL over the case as the act leaves it; empty: always
	Ends     bool              `yaml:"ends"`   // the entry ends; it must be there

	when *formula
}

// RegisterEntry is an entry that an act writes into a register; with Ends the entry of the
// key ends on From.
type RegisterEntry struct {
	Register string            `json:"register"`
	Key      string            `json:"key"`
	From     gov.Day           `json:"from"`
	To       gov.Day           `json:"to,omitzero"`
	Values   map[string]string `json:"values,omitempty"`
	Ends     bool              `json:"ends,omitempty"`
}

// enters lists what an outcome writes into registers, performed or recorded. A text that
// names a number which this act takes keeps the placeholder until Effects.Settle.
func (j *judging) enters(sc *scope, step *Step, out *Outcome, taken []Number) []RegisterEntry {
	var entries []RegisterEntry
	f := &filling{sc: sc, env: j.env, taken: taken}
	for i := range out.Enters {
		x := &out.Enters[i]
		if x.When != "" && !x.when.holds(sc) {
			continue
		}
		e := RegisterEntry{Register: x.Register, Key: strings.TrimSpace(f.fill(x.Key)), From: j.act.Occurred.Day(), Ends: x.Ends}
		if day, err := gov.ParseDay(sc.field(x.From)); err == nil && x.From != "" {
			e.From = day
		}
		if day, err := gov.ParseDay(sc.field(x.To)); err == nil && x.To != "" {
			e.To = day
		}
		for name, text := range x.Values {
			if v := strings.TrimSpace(f.fill(text)); v != "" {
				if e.Values == nil {
					e.Values = map[string]string{}
				}
				e.Values[name] = v
			}
		}
		switch {
		case e.Key == "":
			j.refuse(Refusal{Kind: RefusedForm, Rule: step.Rule, Text: "“" + out.Name + "”应当登记，而登记的名称是空的（" + x.Key + "）"})
		case !e.To.IsZero() && e.To.Before(e.From):
			j.refuse(Refusal{Kind: RefusedForm, Rule: step.Rule, Text: "登记的终止日" + e.To.Chinese() + "早于起始日" + e.From.Chinese()})
		}
		entries = append(entries, e)
	}
	return entries
}
