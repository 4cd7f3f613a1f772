package procedure

import (
	"zhunsheng/gov"
	"zhunsheng/law"
)

// View is a case as one person sees it on the case page: derived for display, never
// stored, and no act depends on it.
type View struct {
	Stations []Station
	Offers   []Offer // every step that is not finished, in the order of the definition
	Clocks   []ClockView
	Breaches []Breach
	Flags    []Flag // acts entered long after their day
	// Corrections are those proposed and decided; MayCorrect and MayDecide say what the
	// actor's post lets him do.
	Corrections           []Correction
	MayCorrect, MayDecide bool
	Done                  bool // the case is closed or withdrawn
}

// StationStatus is the look of one station on the line.
type StationStatus string

// The station statuses.
const (
	StationDone     StationStatus = "done"     // 已办
	StationNow      StationStatus = "now"      // 正在办理
	StationWaiting  StationStatus = "waiting"  // 未到
	StationWaived   StationStatus = "waived"   // 不适用
	StationReturned StationStatus = "returned" // 退回，待重新办理
	StationLate     StationStatus = "late"     // 正在办理，已逾期
)

// Station is one step on the line of stations (环节).
type Station struct {
	Step      StepID
	Name      string
	Status    StationStatus
	Note      string  // short: the outcome, or what comes first
	Day       gov.Day // day of the last round, if any
	Round     int
	Recording bool // 补录
	Deemed    bool // 视为: a limit ran out and set it done
	LateEntry *LateEntry
	Signer    string // of a signed slip (纸质批示) that somebody else entered
}

// Offer is a step that is not finished and what stands between it and this actor.
type Offer struct {
	Step      StepID
	Name      string
	Help      string
	Role      string // name of the role that does it
	Mine      bool   // the actor has the role and no separation rule forbids it
	Allowed   bool   // nothing but the form stands in the way of this actor
	Outcomes  []OfferOutcome
	Form      Form
	Refusals  []Refusal // why not: gates, order, role, time, state; never form
	MayRecord bool      // the actor may record (补录) the step as done outside
	// NotApplicable marks a conditional step that is not due (不适用): the case does not wait for
	// it, and it may be done all the same.
	NotApplicable bool
}

// OfferOutcome is one outcome to choose (办理结果).
type OfferOutcome struct {
	ID    string
	Name  string
	Leads string // where it leads, in words: 进入集体审议, 退回起草, 办结
	Role  string // who decides so, where it is not the step's role
	Mine  bool   // the actor has that role
	// Reason is the field that this outcome needs, if any.
	Reason FieldID
}

// Form is what a step asks for: the fewest fields, each with who uses it.
type Form struct {
	Fields []FormField
	Papers []FormPaper
}

// FormField is one field of a form.
type FormField struct {
	ID       FieldID
	Type     FieldType
	Label    string
	Help     string
	UsedBy   string // who uses it (谁使用)
	Required bool   // as the case stands now
	// Conditional: what the form itself says may make it required.
	Conditional bool
	Personal    bool // 个人信息
	Recording   bool // asked only when recording (补录)
	Options     []Option
	Value       string // what the case holds already
}

// FormPaper is one paper of a form (材料).
type FormPaper struct {
	ID       PaperID
	Label    string
	Help     string
	Required bool // as the case stands now
	// Conditional: what the form itself says may make it required.
	Conditional bool
	// Template is the id of a template that makes it (由系统生成); empty: it is attached.
	Template string
	Many     bool     // more than one file may be attached
	Kinds    []string // accepted file kinds as extensions, e.g. pdf, docx
	Have     []Paper  // what the case holds already
}

// Tone is the one meaning of colour.
type Tone string

// The tones.
const (
	ToneMet  Tone = "met"  // 按期
	ToneSoon Tone = "soon" // 临近
	ToneLate Tone = "late" // 逾期
	ToneNA   Tone = "na"   // 不适用
)

// ClockView is one clock (期限) as shown beside the case.
type ClockView struct {
	ID          ClockID
	Name        string
	Rule        RuleID
	Kind        ClockKind
	Cites       []law.Citation
	Unverified  bool // the limit rests on a basis that was not verified: 未核实
	From        gov.Day
	Nominal     gov.Day
	Due         gov.Day
	Provisional bool
	Status      ClockStatus
	MetOn       gov.Day
	Tone        Tone
	Left        int    // days left in the clock's own unit; negative when late
	LeftUnit    string // 个工作日 or 日
	Text        string // short: 剩余3个工作日, 逾期2日, 按期
	Remaining   string // while suspended: what is left of the period
	Turns       []law.Turn
	Derivation  law.Due
}
