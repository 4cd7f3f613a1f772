// Package law knows statutes (法律法规), their articles and validity in time, the
// working-day calendar (工作日历), and how each statute counts its periods (期间). It is
// pure: no clock, SQL, HTTP or randomness. No statutory number stands in Go; all of them
// are in the dated text files under data.
package law

import "zhunsheng/gov"

// Mark says how sure we are of a fact of law (核实程度).
type Mark string

// The marks of reference/law-facts.md. Everything but Text is shown 未核实.
const (
	Text   Mark = "text"   // read in the statute text
	Page   Mark = "page"   // seen on a third party's page
	Memory Mark = "memory" // unverified
	Local  Mark = "local"  // a local parameter (本地参数), with its own source
)

// Citation points at an article of a statute or another basis (依据).
type Citation struct {
	Statute string `json:"statute"`           // short official name, e.g. 行政处罚法
	Article string `json:"article,omitempty"` // e.g. 第八十五条; empty with Memory and Local
	Mark    Mark   `json:"mark"`
	Note    string `json:"note,omitempty"`
}

// Unverified reports that the citation must be shown 未核实.
func (c Citation) Unverified() bool { return c.Mark != Text }

// Due is a computed limit with its derivation. Days are legal days in China.
type Due struct {
	Kind        DueKind    `json:"kind"`
	Under       string     `json:"under"`   // statute whose counting rule applied
	Version     string     `json:"version"` // its version, by the day it took effect
	Limit       string     `json:"limit"`   // as asked, e.g. "7日"
	Unit        string     `json:"unit"`    // "working_day", "calendar_day", "month", "year", "hour"
	From        gov.Day    `json:"from"`    // the starting day, itself not counted
	Nominal     gov.Day    `json:"nominal"` // last day before rolling
	Due         gov.Day    `json:"due"`     // last lawful day, after rolling
	Rolled      bool       `json:"rolled"`
	ByAnalogy   bool       `json:"by_analogy"`  // rolled without an express rule of the statute
	Provisional bool       `json:"provisional"` // a year without a notice was touched
	Steps       []Step     `json:"steps"`
	Basis       []Citation `json:"basis"`
	// Suspended: the period stands still (中止); Nominal and Due are then no day, and
	// Remaining is what is left of it.
	Suspended bool   `json:"suspended,omitempty"`
	Remaining string `json:"remaining,omitempty"`
	// FromAt and DueAt are set by periods in hours only; DueAt is the instant that ends it.
	FromAt gov.Instant `json:"from_at,omitzero"`
	DueAt  gov.Instant `json:"due_at,omitzero"`
}

// DueKind says how Due is to be read.
type DueKind string

// The kinds of limit.
const (
	AtMost  DueKind = "at_most"  // the act is lawful to the end of Due
	AtLeast DueKind = "at_least" // the period is over at the end of Due; the next act is lawful after it
	Ahead   DueKind = "before"   // counted backward: the act is lawful to the end of Due
)

// Step is one line of a derivation.
type Step struct {
	Kind string    `json:"kind"` // e.g. "version", "unit", "start", "skip", "count", "roll", "provisional"
	Day  gov.Day   `json:"day,omitzero"`
	Text string    `json:"text"`
	Cite *Citation `json:"cite,omitempty"`
}
