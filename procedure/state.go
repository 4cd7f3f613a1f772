package procedure

import (
	"maps"

	"zhunsheng/gov"
	"zhunsheng/law"
)

// StepID names a step (环节) within a definition; RuleID names a gate, clock or duty
// for good (e.g. "ND-G03"): screens show it, tests and docs cite it.
type (
	StepID  string
	RuleID  string
	ClockID string
	RoleID  string
	FieldID string
	PaperID string
)

// StepStatus is where one step stands.
type StepStatus string

// The step statuses. A step with no entry in State.Steps was not reached yet.
const (
	StepDone     StepStatus = "done"     // 已办
	StepWaived   StepStatus = "waived"   // 不适用, with its recorded reason
	StepReturned StepStatus = "returned" // 退回: to be done again, in a further round
)

// StepState is the last round of one step.
type StepState struct {
	Status    StepStatus  `json:"status"`
	Round     int         `json:"round"` // 1 for the first time
	Outcome   string      `json:"outcome,omitempty"`
	Occurred  gov.Instant `json:"occurred"`
	By        gov.Actor   `json:"by"`
	Recording bool        `json:"recording,omitempty"` // 补录, not performed here
	Version   int64       `json:"version"`             // case version of the event that set it
	// Deemed marks a step that a clock's running out set done (视为), by nobody's act.
	Deemed bool `json:"deemed,omitempty"`
	// Signer is who signed the slip (纸质批示) that By has entered; empty when By signed here.
	Signer string `json:"signer,omitempty"`
	// LateEntry flags an act that was entered long after the day on which it is said to have
	// occurred. It refuses nothing; nobody can take it away.
	LateEntry *LateEntry `json:"late_entry,omitempty"`
}

// ClockStatus is where one clock (期限) stands.
type ClockStatus string

// The clock statuses.
const (
	ClockRunning   ClockStatus = "running"
	ClockMet       ClockStatus = "met"       // the stopping act occurred on or before Due
	ClockLate      ClockStatus = "late"      // it occurred after Due
	ClockExpired   ClockStatus = "expired"   // Due passed and the stopping act has not occurred
	ClockSuspended ClockStatus = "suspended" // 中止
	ClockCancelled ClockStatus = "cancelled" // the duty fell away, e.g. by a return
)

// ClockState is the last run of one clock. Days are legal days in China; Derivation
// tells how Due was reached and is shown on screen as it was computed then.
type ClockState struct {
	Status      ClockStatus `json:"status"`
	Round       int         `json:"round"`
	Rule        RuleID      `json:"rule"`
	From        gov.Day     `json:"from"` // day of the starting event, itself not counted
	Nominal     gov.Day     `json:"nominal"`
	Due         gov.Day     `json:"due"`
	Provisional bool        `json:"provisional,omitempty"`
	Derivation  law.Due     `json:"derivation,omitzero"`
	MetOn       gov.Day     `json:"met_on,omitzero"`
	// Turns is what happened to the clock since it started (中止、恢复、延长、重新计算), in the
	// order of days. While suspended, Nominal and Due are no day and Remaining is what is left.
	Turns     []law.Turn `json:"turns,omitempty"`
	Remaining string     `json:"remaining,omitempty"`
	// Extended lists the extension rule of each extension so far.
	Extended []RuleID `json:"extended,omitempty"`
}

// Breach is a rule that a recorded fact did not keep (违反程序). No later act removes
// it; a repair stands beside it.
type Breach struct {
	Rule     RuleID         `json:"rule"`
	Step     StepID         `json:"step"`
	Text     string         `json:"text"`
	Cites    []law.Citation `json:"cites,omitempty"`
	Version  int64          `json:"version"`
	Repaired int64          `json:"repaired,omitempty"` // version of the repairing event
}

// Paper is one file attached under a paper of the definition (材料).
type Paper struct {
	Digest string `json:"digest"` // lower-case hex SHA-256 of the content
	Name   string `json:"name"`
	Size   int64  `json:"size"` // bytes
	Media  string `json:"media"`
}

// CaseStatus is where the whole case stands.
type CaseStatus string

// The case statuses.
const (
	Open      CaseStatus = "open"      // 在办
	Closed    CaseStatus = "closed"    // 办结
	Withdrawn CaseStatus = "withdrawn" // 撤回/终止
)

// State is a case as its events left it: the fold of Effects, nothing else. It is plain
// data; Apply is total and never judges.
type State struct {
	Case       gov.CaseID             `json:"case"`
	Definition string                 `json:"definition"` // digest, see Definition.Digest
	Unit       gov.UnitID             `json:"unit"`       // the unit whose case it is
	Title      string                 `json:"title"`
	Opened     gov.Instant            `json:"opened"`
	OpenedBy   gov.Actor              `json:"opened_by"`
	Recorded   bool                   `json:"recorded,omitempty"`   // the opening itself was recorded (补录)
	LateEntry  *LateEntry             `json:"late_entry,omitempty"` // of the opening
	Status     CaseStatus             `json:"status"`
	Version    int64                  `json:"version"` // number of events applied
	Steps      map[StepID]StepState   `json:"steps"`
	Clocks     map[ClockID]ClockState `json:"clocks"`
	Fields     map[FieldID]string     `json:"fields"` // text form; the definition types them
	Papers     map[PaperID][]Paper    `json:"papers"`
	Links      map[FieldID]Linked     `json:"links,omitempty"`
	Children   map[string]ChildCount  `json:"children,omitempty"` // as last seen by an act that read them
	Numbers    map[string]string      `json:"numbers"`            // e.g. "document": "清民规〔2026〕3号"
	Breaches   []Breach               `json:"breaches,omitempty"`
	// History is every finished round of every step in order, for the record of acts,
	// "not the same person" rules and the expiry of earlier rounds.
	History []PastStep `json:"history,omitempty"`
	// Corrections lists every correction (更正), proposed and decided, oldest first.
	Corrections []Correction `json:"corrections,omitempty"`
}

// PastStep is one act in a case's history.
type PastStep struct {
	Step StepID `json:"step"`
	StepState
}

// Clone copies deep enough that applying to the copy leaves the original as it was.
func (s *State) Clone() *State {
	c := *s
	c.Steps, c.Clocks = maps.Clone(s.Steps), maps.Clone(s.Clocks)
	c.Fields, c.Papers, c.Numbers = maps.Clone(s.Fields), maps.Clone(s.Papers), maps.Clone(s.Numbers)
	c.Links, c.Children = maps.Clone(s.Links), maps.Clone(s.Children)
	c.Breaches = append([]Breach(nil), s.Breaches...)
	c.Corrections = append([]Correction(nil), s.Corrections...)
	c.History = append([]PastStep(nil), s.History...)
	return &c
}
