package procedure

import (
	"zhunsheng/gov"
	"zhunsheng/law"
)

// SearchBound is the most states that the exhaustive search of one definition may come to:
// one that needs more is too wide to be known, and is refused.
const SearchBound = 300_000

// Removable lists the rules that Without can take out: gates, separations of roles and
// what extensions need.
func (d *Definition) Removable() []RuleID {
	var rules []RuleID
	for _, g := range d.Gates() {
		rules = append(rules, g.ID)
	}
	for _, r := range d.src.Roles {
		if r.Rule != "" {
			rules = append(rules, r.Rule)
		}
	}
	for _, c := range d.Clocks() {
		for _, e := range c.Extends {
			rules = append(rules, e.Rule)
		}
	}
	return rules
}

// Unnoticed lists the rules without which performing still reaches no never line
// (删去后未被发现的规则): either the rule is idle, or nobody has said what it is there to
// prevent. The search of a definition proves nothing about such a rule.
func (d *Definition) Unnoticed(b *law.Book, param func(string, gov.Day) (Param, bool)) []RuleID {
	var out []RuleID
	for _, rule := range d.Removable() {
		noticed := false
		for _, f := range d.Without(rule).explore(b, param, SearchBound, true).Findings {
			noticed = noticed || f.Kind == FoundNever
		}
		if !noticed {
			out = append(out, rule)
		}
	}
	return out
}
