// Package indicator defines assessment indicators (考核指标) as counts over recorded
// cases: a numerator and a denominator that can both be opened into the cases behind
// them. Nothing is typed in. The package is pure: no clock, SQL, HTTP or randomness.
package indicator

import (
	"bytes"
	"fmt"
	"io"
	"slices"

	"gopkg.in/yaml.v3"

	"zhunsheng/gov"
)

// ID names an indicator for good, e.g. "filing-in-time".
type ID string

// Kind is how an indicator is read.
type Kind string

// The kinds of indicators.
const (
	RateKind  Kind = ""      // 比率: numerator ÷ denominator
	CountKind Kind = "count" // 件数, 应为零: the cases of the denominator that lack the numerator
)

// Definition is one indicator (三级指标), read from an area's indicators.yaml.
type Definition struct {
	ID          ID     `yaml:"id"`
	Name        string `yaml:"name"`
	Area        string `yaml:"area"`
	Catalogue   string `yaml:"catalogue"`   // line of the working catalogue, e.g. 2.2.5
	Numerator   string `yaml:"numerator"`   // what is counted above, in words
	Denominator string `yaml:"denominator"` // what is counted below, in words
	Basis       string `yaml:"basis"`       // where the indicator comes from
	Verified    bool   `yaml:"verified"`    // false is shown 未核实
	Kind        Kind   `yaml:"kind"`
	// Lacking says in a few words what a case that is counted below and not above has not
	// done, e.g. 未报送备案.
	Lacking string `yaml:"lacking"`
	// Clock is the short way to write one source that is a clock.
	Clock ClockSource `yaml:"clock"`
	// Sources are where the counts come from, at most one a procedure.
	Sources []Source `yaml:"sources"`
}

// ClockSource names a clock of a procedure: a run of the clock is counted below when its
// limit has ended, and above when it was met on or before the limit.
type ClockSource struct {
	Procedure string `yaml:"procedure"`
	Clock     string `yaml:"clock"`
}

// Source is one procedure that an indicator counts (取数来源): either the runs of a clock,
// or each case once by two facts of its definition.
type Source struct {
	Procedure string `yaml:"procedure"`
	// Procedures writes the same source for several procedures; Parse takes it apart.
	Procedures []string `yaml:"procedures"`
	Clock      string   `yaml:"clock"`
	// Denominator and Numerator are ids of facts: below when the first holds, above when
	// both hold. Fault in place of Numerator names what must not be: above while it does not hold.
	Denominator string `yaml:"denominator"`
	Numerator   string `yaml:"numerator"`
	Fault       string `yaml:"fault"`
	Day         Cohort `yaml:"day"`
}

// Cohort says on which day a case is counted (统计日): the day of a step's last round, of the
// opening, or the day on which the limit of a clock ends. A case without that day is not
// counted.
type Cohort struct {
	Step    string `yaml:"step"`
	Outcome string `yaml:"outcome"` // the step must have ended so; empty means any
	Opening bool   `yaml:"opening"`
	Clock   string `yaml:"clock"`
}

// Above says whether a case that is counted below is counted above, by what holds of it.
func (s Source) Above(holds func(fact string) bool) bool {
	if s.Fault != "" {
		return !holds(s.Fault)
	}
	return holds(s.Numerator)
}

// Facts reports that the source counts cases by facts and not runs of a clock.
func (s Source) Facts() bool { return s.Clock == "" }

// Parse reads an indicators file. Every definition needs id, name, numerator, denominator
// and a source; ids are unique. Unknown words are refused.
func Parse(name string, src []byte) ([]Definition, error) {
	var file struct {
		Indicators []Definition `yaml:"indicators"`
	}
	dec := yaml.NewDecoder(bytes.NewReader(src))
	dec.KnownFields(true)
	if err := dec.Decode(&file); err != nil && err != io.EOF {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	seen := map[ID]bool{}
	for i := range file.Indicators {
		d := &file.Indicators[i]
		if d.ID == "" || d.Name == "" {
			return nil, fmt.Errorf("%s: indicator %d needs id and name", name, i+1)
		}
		if seen[d.ID] {
			return nil, fmt.Errorf("%s: indicator %s stands twice", name, d.ID)
		}
		if err := d.complete(); err != nil {
			return nil, fmt.Errorf("%s: indicator %s %w", name, d.ID, err)
		}
		seen[d.ID] = true
	}
	return file.Indicators, nil
}

// complete takes the short forms apart and reports what is missing.
func (d *Definition) complete() error {
	switch {
	case d.Numerator == "" || d.Denominator == "":
		return fmt.Errorf("says nothing of its numerator or denominator")
	case d.Kind != RateKind && d.Kind != CountKind:
		return fmt.Errorf("has an unknown kind %q", d.Kind)
	}
	all := slices.Clone(d.Sources)
	if d.Clock != (ClockSource{}) {
		all = append(all, Source{Procedure: d.Clock.Procedure, Clock: d.Clock.Clock})
	}
	d.Sources = nil
	for _, s := range all {
		for _, p := range append(slices.DeleteFunc([]string{s.Procedure}, func(p string) bool { return p == "" }), s.Procedures...) {
			one := s
			one.Procedure, one.Procedures = p, nil
			if err := one.check(); err != nil {
				return err
			}
			if _, twice := d.Source(p); twice {
				return fmt.Errorf("counts procedure %s twice", p)
			}
			d.Sources = append(d.Sources, one)
		}
	}
	if len(d.Sources) == 0 {
		return fmt.Errorf("has no source")
	}
	return nil
}

func (s Source) check() error {
	days := 0
	for _, given := range []bool{s.Day.Opening, s.Day.Step != "", s.Day.Clock != ""} {
		if given {
			days++
		}
	}
	switch {
	case s.Procedure == "":
		return fmt.Errorf("has a source without a procedure")
	case s.Clock != "" && (s.Denominator+s.Numerator+s.Fault != "" || days > 0):
		return fmt.Errorf("counts a clock and facts in one source")
	case s.Clock != "":
		return nil
	case s.Denominator == "" || (s.Numerator == "") == (s.Fault == ""):
		return fmt.Errorf("has a source without the two facts to count")
	case days != 1 || s.Day.Outcome != "" && s.Day.Step == "":
		return fmt.Errorf("does not say on which one day a case is counted")
	}
	return nil
}

// Source finds what the indicator counts of a procedure.
func (d Definition) Source(procedure string) (Source, bool) {
	i := slices.IndexFunc(d.Sources, func(s Source) bool { return s.Procedure == procedure })
	if i < 0 {
		return Source{}, false
	}
	return d.Sources[i], true
}

// Text is the value of the indicator as shown: a percentage or a number of cases, 无案件
// where there is nothing to count.
func (d Definition) Text(r Rate) string {
	if d.Kind == CountKind && r.Denominator > 0 {
		return fmt.Sprintf("%d 件", r.Missed())
	}
	return r.Text()
}

// Count is what one run of a clock, or one case, contributes (计数).
type Count struct {
	Cohort      gov.Day // the day on which the limit ends or which the source names
	Numerator   int64   // 0 or 1
	Denominator int64   // 0 or 1
	Suspended   int64   // 1 while suspended: shown apart, counted nowhere
}

// CountClock derives the contribution of a run from its status as the events left it. A
// running clock counts nothing: its limit has not ended. A cancelled one never counts, a
// suspended one stands apart.
func CountClock(status string, due gov.Day) Count {
	c := Count{Cohort: due}
	switch status {
	case "met":
		c.Numerator, c.Denominator = 1, 1
	case "late", "expired":
		c.Denominator = 1
	case "suspended":
		c.Suspended = 1
	}
	return c
}

// CountCase derives the contribution of a case that is counted by facts, on its day.
func CountCase(day gov.Day, denominator, numerator, suspended bool) Count {
	c := Count{Cohort: day}
	switch {
	case !denominator:
	case suspended:
		c.Suspended = 1
	default:
		c.Denominator = 1
		if numerator {
			c.Numerator = 1
		}
	}
	return c
}

// Rate is a counted indicator value (指标值) over a period and a set of units.
type Rate struct {
	Numerator   int64
	Denominator int64
	Suspended   int64
	// Todo is how many of those counted below and not above are still open: somebody must
	// do something (须办理).
	Todo int64
}

// Add sums two disjoint sets.
func (r Rate) Add(o Rate) Rate {
	return Rate{r.Numerator + o.Numerator, r.Denominator + o.Denominator, r.Suspended + o.Suspended, r.Todo + o.Todo}
}

// Missed is how many are counted below and not above.
func (r Rate) Missed() int64 { return r.Denominator - r.Numerator }

// Text is the value as shown: 无案件 for an empty denominator (never 0% or 100%), else
// a percentage with one decimal, rounded half up.
func (r Rate) Text() string {
	if r.Denominator == 0 {
		return "无案件"
	}
	tenths := (r.Numerator*2000 + r.Denominator) / (2 * r.Denominator)
	return fmt.Sprintf("%d.%d%%", tenths/10, tenths%10)
}
