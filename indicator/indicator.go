// Package indicator defines assessment indicators (考核指标) as counts over recorded
// cases: a numerator and a denominator that can both be opened into the cases behind
// them. Nothing is typed in. The package is pure: no clock, SQL, HTTP or randomness.
package indicator

import (
	"fmt"

	"gopkg.in/yaml.v3"

	"zhunsheng/gov"
)

// ID names an indicator for good, e.g. "filing-in-time".
type ID string

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
	// Clock ties the indicator to a clock of a procedure: a run of the clock is counted
	// below when its limit has ended, and above when it was met on or before the limit.
	Clock ClockSource `yaml:"clock"`
}

// ClockSource names a clock of a procedure.
type ClockSource struct {
	Procedure string `yaml:"procedure"`
	Clock     string `yaml:"clock"`
}

// Parse reads an indicators file. Every definition needs id, name, numerator, denominator
// and a source; ids are unique.
func Parse(name string, src []byte) ([]Definition, error) {
	var file struct {
		Indicators []Definition `yaml:"indicators"`
	}
	if err := yaml.Unmarshal(src, &file); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	seen := map[ID]bool{}
	for i, d := range file.Indicators {
		switch {
		case d.ID == "" || d.Name == "":
			return nil, fmt.Errorf("%s: indicator %d needs id and name", name, i+1)
		case seen[d.ID]:
			return nil, fmt.Errorf("%s: indicator %s stands twice", name, d.ID)
		case d.Numerator == "" || d.Denominator == "":
			return nil, fmt.Errorf("%s: indicator %s says nothing of its numerator or denominator", name, d.ID)
		case d.Clock.Procedure == "" || d.Clock.Clock == "":
			return nil, fmt.Errorf("%s: indicator %s has no source", name, d.ID)
		}
		seen[d.ID] = true
	}
	return file.Indicators, nil
}

// Count is what one run of a clock contributes (计数).
type Count struct {
	Cohort      gov.Day // the day on which the limit ends
	Numerator   int64   // 0 or 1
	Denominator int64   // 0 or 1
	Suspended   int64   // 1 while suspended: shown apart, counted nowhere
}

// CountClock derives the contribution of a run from its status as the events left it. A
// running clock counts nothing: its limit has not ended. A cancelled one never counts.
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

// Rate is a counted indicator value (指标值) over a period and a set of units.
type Rate struct {
	Numerator   int64
	Denominator int64
	Suspended   int64
}

// Add sums two disjoint sets.
func (r Rate) Add(o Rate) Rate {
	return Rate{r.Numerator + o.Numerator, r.Denominator + o.Denominator, r.Suspended + o.Suspended}
}

// Text is the value as shown: 无案件 for an empty denominator (never 0% or 100%), else
// a percentage with one decimal, rounded half up.
func (r Rate) Text() string {
	if r.Denominator == 0 {
		return "无案件"
	}
	tenths := (r.Numerator*2000 + r.Denominator) / (2 * r.Denominator)
	return fmt.Sprintf("%d.%d%%", tenths/10, tenths%10)
}
