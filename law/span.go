package law

import (
	"strings"

	"gopkg.in/yaml.v3"

	"zhunsheng/gov"
)

// Span is a run of days, both ends included; written 2026-10-01..2026-10-07 or 2026-01-04.
type Span struct{ First, Last gov.Day }

const longestSpan = 31 // no notice arranges more than a month in one run

// UnmarshalYAML reads the text form and refuses runs that end before they start.
func (s *Span) UnmarshalYAML(n *yaml.Node) error {
	from, to, two := strings.Cut(n.Value, "..")
	var err error
	if s.First, err = gov.ParseDay(from); err != nil {
		return nodeError(n, "%v", err)
	}
	s.Last = s.First
	if two {
		if s.Last, err = gov.ParseDay(to); err != nil {
			return nodeError(n, "%v", err)
		}
	}
	if k := s.Last.Sub(s.First); k < 0 || k >= longestSpan {
		return nodeError(n, "日期范围“%s”不成立", n.Value)
	}
	return nil
}

// MarshalText writes the text form.
func (s Span) MarshalText() ([]byte, error) {
	if s.First == s.Last {
		return s.First.MarshalText()
	}
	return []byte(s.First.String() + ".." + s.Last.String()), nil
}

// Days lists the run.
func (s Span) Days() []gov.Day {
	var out []gov.Day
	for d := s.First; !d.After(s.Last); d = d.AddDays(1) {
		out = append(out, d)
	}
	return out
}
