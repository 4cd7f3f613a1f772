package area

import (
	"fmt"
	"slices"

	"zhunsheng/indicator"
	"zhunsheng/procedure"
)

// CheckIndicators reports every source that counts what no definition has: a procedure, fact,
// clock, step or outcome that does not exist. Such an indicator would show 无案件 for ever.
func CheckIndicators(inds []indicator.Definition, defs []*procedure.Definition) []error {
	byID := map[string]*procedure.Definition{}
	for _, d := range defs {
		if old := byID[d.ID()]; old == nil || old.Version() < d.Version() {
			byID[d.ID()] = d
		}
	}
	var bad []error
	for _, ind := range inds {
		for _, s := range ind.Sources {
			d := byID[s.Procedure]
			if d == nil {
				bad = append(bad, fmt.Errorf("indicator %s: no procedure %q", ind.ID, s.Procedure))
				continue
			}
			for _, why := range lacks(s, d) {
				bad = append(bad, fmt.Errorf("indicator %s: %s has no %s", ind.ID, d.ID(), why))
			}
		}
	}
	return bad
}

func lacks(s indicator.Source, d *procedure.Definition) []string {
	var out []string
	for _, c := range []string{s.Clock, s.Day.Clock} {
		if _, ok := d.Clock(procedure.ClockID(c)); c != "" && !ok {
			out = append(out, fmt.Sprintf("clock %q", c))
		}
	}
	for _, id := range []string{s.Denominator, s.Numerator, s.Fault} {
		i := slices.IndexFunc(d.Facts(), func(f procedure.Fact) bool { return f.ID == id })
		if id != "" && (i < 0 || d.Facts()[i].Value == "") {
			out = append(out, fmt.Sprintf("fact %q with a formula", id))
		}
	}
	if s.Day.Step == "" {
		return out
	}
	step, ok := d.Step(procedure.StepID(s.Day.Step))
	if !ok {
		return append(out, fmt.Sprintf("step %q", s.Day.Step))
	}
	if s.Day.Outcome != "" && !slices.ContainsFunc(step.Outcomes, func(o procedure.Outcome) bool { return o.ID == s.Day.Outcome }) {
		out = append(out, fmt.Sprintf("outcome %q of step %q", s.Day.Outcome, s.Day.Step))
	}
	return out
}
