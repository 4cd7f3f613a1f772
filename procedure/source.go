package procedure

import (
	"zhunsheng/gov"
	"zhunsheng/law"
)

// source is the text of a definition as decoded; schema.json says what is well-formed.
type source struct {
	ID           string        `yaml:"id"`
	Name         string        `yaml:"name"`
	About        string        `yaml:"about"`
	Area         string        `yaml:"area"`
	Version      int           `yaml:"version"`
	From         gov.Day       `yaml:"from"`
	To           gov.Day       `yaml:"to"`
	Mode         Mode          `yaml:"mode"`
	Level        string        `yaml:"level"`
	Basis        []Cite        `yaml:"basis"`
	Start        Opener        `yaml:"start"`
	Record       []RoleID      `yaml:"record"`
	Correct      *Correctable  `yaml:"correct"`
	LateEntry    string        `yaml:"late_entry"` // local parameter: how long after its day an act may be entered unflagged
	Roles        []Role        `yaml:"roles"`
	Signoffs     []Signoff     `yaml:"signoffs"`
	Children     []Child       `yaml:"children"`
	Intake       *Intake       `yaml:"intake"`
	Moves        *Takeover     `yaml:"transition"`
	Steps        []Step        `yaml:"steps"`
	Gates        []Gate        `yaml:"gates"`
	Clocks       []Clock       `yaml:"clocks"`
	Publications []Publication `yaml:"publications"`
	Facts        []Fact        `yaml:"facts"`
	Never        []Never       `yaml:"never"`
	Templates    []Template    `yaml:"templates"`
}

// Mode says where cases of a procedure are handled (办理方式).
type Mode string

// The modes.
const (
	Native   Mode = "native"   // 本系统办理
	External Mode = "external" // handled in an upper system; its results are recorded here
)

var levels = map[string]gov.Level{
	"public": gov.Public, "on_demand": gov.OnDemand, "internal": gov.Internal, "limited": gov.Limited,
}

// Cite is a citation as a definition writes it. Says is a number with its unit that the
// article must contain, so that a test can compare it with the text of the statute.
type Cite struct {
	Statute string   `yaml:"statute"`
	Article string   `yaml:"article"`
	Mark    law.Mark `yaml:"mark"`
	Note    string   `yaml:"note"`
	Says    string   `yaml:"says"`
	// Since is the first day whose acts the citation binds, where that is after the definition's
	// own: the clause came into force later. Acts of earlier days do not cite it.
	Since gov.Day `yaml:"since"`
}

// Citation is the citation without what only tests need; the note says since when it binds.
func (c Cite) Citation() law.Citation {
	note := c.Note
	if !c.Since.IsZero() {
		note = "自" + c.Since.Chinese() + "起"
		if c.Note != "" {
			note += "，" + c.Note
		}
	}
	return law.Citation{Statute: c.Statute, Article: c.Article, Mark: c.Mark, Note: note}
}

// Opener says who opens a case and what is asked then (启动).
type Opener struct {
	By     RoleID   `yaml:"by"`
	Title  string   `yaml:"title"` // label of the title field
	Help   string   `yaml:"help"`
	Fields []Field  `yaml:"fields"`
	Takes  []Series `yaml:"takes"` // numbers taken at opening, e.g. of a receipt (回执)
}

// Role is a part played in a case (角色): a post in a unit, with the qualification it takes.
type Role struct {
	ID    RoleID     `yaml:"id"`
	Name  string     `yaml:"name"`
	Posts []gov.Post `yaml:"posts"`
	// Unit is own, parent, any, parameter:<name> (a local parameter holds the unit's key),
	// key:<unit key>, or public: nobody inside plays it, see gov.PublicActor.
	Unit          string `yaml:"unit"`
	Qualification string `yaml:"qualification"`
	// NotSameAs names steps: whoever did one of them, in any round, may not play this part.
	NotSameAs []StepID `yaml:"not_same_as"`
	Rule      RuleID   `yaml:"rule"` // of NotSameAs
	Cites     []Cite   `yaml:"cites"`
}

// Step is one step of a procedure (环节).
type Step struct {
	ID        StepID      `yaml:"id"`
	Rule      RuleID      `yaml:"rule"`
	Name      string      `yaml:"name"`
	Help      string      `yaml:"help"`
	By        RoleID      `yaml:"by"`
	After     []StepID    `yaml:"after"`
	When      string      `yaml:"when"`      // CEL; the step is required when true; empty means always
	Otherwise string      `yaml:"otherwise"` // when it may be skipped, in words
	Aside     bool        `yaml:"aside"`     // not on the line of stations, e.g. 撤回
	Final     bool        `yaml:"final"`     // once done, no return undoes it and no withdrawal follows
	Again     bool        `yaml:"again"`     // may be done any number of times, e.g. 中止
	Fields    []Field     `yaml:"fields"`
	Papers    []PaperSpec `yaml:"papers"`
	Outcomes  []Outcome   `yaml:"outcomes"`
	Takes     []Series    `yaml:"takes"`
	Signoff   *SignoffUse `yaml:"signoff"` // the internal sign-off that comes first
	Cites     []Cite      `yaml:"cites"`

	when   *formula
	lapses bool  // see conditional
	slip   *slip // of a stage of a sign-off
}

// Field is one field of a form.
type Field struct {
	ID       FieldID   `yaml:"id"`
	Type     FieldType `yaml:"type"`
	Label    string    `yaml:"label"`
	Help     string    `yaml:"help"`
	UsedBy   string    `yaml:"used_by"`
	Required bool      `yaml:"required"`
	// RequiredWhen makes the field required by circumstance (视情形必填): CEL over the case
	// with the act's own form laid over it.
	RequiredWhen string   `yaml:"required_when"`
	Kept         bool     `yaml:"kept"`      // a value of an earlier round still serves
	Recording    bool     `yaml:"recording"` // asked only when recording (补录)
	Personal     bool     `yaml:"personal"`
	Options      []Option `yaml:"options"`
	// Procedures are the ids of the procedures whose cases a CaseField may name; any when none.
	Procedures []string `yaml:"procedures"`

	requiredWhen *formula
}

// FieldType is the type of a form field.
type FieldType string

// The field types. The text forms are what State.Fields holds: a day as 2006-01-02, a
// bool as "true" or "false", a choice as the option's id.
const (
	TextField     FieldType = "text"
	LongTextField FieldType = "longtext"
	DayField      FieldType = "day"
	NumberField   FieldType = "number"
	BoolField     FieldType = "bool"
	ChoiceField   FieldType = "choice"
	CaseField     FieldType = "case" // the id of another case (关联案件)
)

// Option is one choice.
type Option struct {
	ID   string `yaml:"id"`
	Name string `yaml:"name"`
}

// PaperSpec is a paper that a step takes or makes (材料).
type PaperSpec struct {
	ID           PaperID  `yaml:"id"`
	Label        string   `yaml:"label"`
	Help         string   `yaml:"help"`
	Required     bool     `yaml:"required"`
	RequiredWhen string   `yaml:"required_when"` // as of a field
	Kept         bool     `yaml:"kept"`          // files of an earlier round still serve
	Many         bool     `yaml:"many"`
	Kinds        []string `yaml:"kinds"`

	requiredWhen *formula
}

// Outcome is one way in which a step ends (办理结果) and where it leads: on, unless one of
// the others is said.
type Outcome struct {
	ID      string     `yaml:"id"`
	Name    string     `yaml:"name"`
	Return  StepID     `yaml:"return"`  // back to this step; what stands below it is to be done again
	Only    bool       `yaml:"only"`    // of a return: that step alone, nothing below it
	Keeping []StepID   `yaml:"keeping"` // save these
	Close   CaseStatus `yaml:"close"`   // the case ends
	Stops   bool       `yaml:"stops"`   // the step is done, and nothing that needs it may follow
	Waives  bool       `yaml:"waives"`  // 不适用: only where the step's `when` is false
	By      RoleID     `yaml:"by"`      // who decides so, where it is not the step's role
	Reason  FieldID    `yaml:"reason"`  // field of the step that this outcome needs
	Opens   []Opens    `yaml:"opens"`   // cases that performing it opens
	Enters  []Enters   `yaml:"enters"`  // what it writes into registers
}

// Series is a gap-free number series (编号) of which a step takes the next number.
type Series struct {
	Name       string  `yaml:"name"`
	Label      string  `yaml:"label"`
	Scope      string  `yaml:"scope"`       // unit: one series per unit and year; all: one per year
	Pattern    string  `yaml:"pattern"`     // {mark}, {year} and {n}
	Of         string  `yaml:"of"`          // whose mark and series: parameter:<name> or key:<unit>; the case's unit when absent
	RecordedAs FieldID `yaml:"recorded_as"` // field that holds the number given outside
}

// Gate is a statutory precondition of a step (必经程序). It refuses; it never only warns.
type Gate struct {
	ID      RuleID    `yaml:"id"`
	Name    string    `yaml:"name"`
	On      StepID    `yaml:"on"`
	Require string    `yaml:"require"` // CEL
	Text    string    `yaml:"text"`    // the rule in short words
	Missing []Lacking `yaml:"missing"`
	Cites   []Cite    `yaml:"cites"`

	require *formula
	implied bool   // not of the text, see arrows and restarts
	after   StepID // of an arrow: the conditional step that comes first
}

// Lacking is one thing a gate may find missing. With Step, Field or Paper it is named only
// while that is not there yet, with When only while that holds.
type Lacking struct {
	Text    string  `yaml:"text"`
	Step    StepID  `yaml:"step"`
	Outcome string  `yaml:"outcome"` // the step must have ended so
	Field   FieldID `yaml:"field"`
	Paper   PaperID `yaml:"paper"`
	When    string  `yaml:"when"` // CEL: named only while it holds

	when *formula
}

// ClockKind is the sense of a limit.
type ClockKind string

// The clock kinds.
const (
	AtMost  ClockKind = "at_most"  // the stopping step is to occur on or before the last day
	AtLeast ClockKind = "at_least" // the stopping step may not occur before the last day has ended
	Before  ClockKind = "before"   // counted backward from a day: the stopping step is to occur that long ahead
)

// Clock is a statutory period (期限). The number is worded as its basis words it; how it is
// counted is the statute's own rule.
type Clock struct {
	ID      ClockID   `yaml:"id"`
	Rule    RuleID    `yaml:"rule"`
	Name    string    `yaml:"name"`
	Kind    ClockKind `yaml:"kind"`
	Starts  []Trigger `yaml:"starts"`
	If      string    `yaml:"if"` // CEL over the state after the starting act; empty means always
	Stops   []Trigger `yaml:"stops"`
	Cancels []Trigger `yaml:"cancels"` // the duty falls away
	// CountsFrom names a field whose day is counted from instead of the day of the starting
	// act, e.g. a day of service, or the hearing before which a notice is due.
	CountsFrom FieldID `yaml:"counts_from"`
	Limit      string  `yaml:"limit"`
	Until      FieldID `yaml:"until"`     // ends on the day of this field instead; nothing is counted
	Parameter  string  `yaml:"parameter"` // local parameter that holds the limit
	Under      string  `yaml:"under"`     // statute whose counting rule applies
	Article    string  `yaml:"article"`
	Unless     FieldID `yaml:"unless"` // at_least: a field that, given, allows an earlier end
	Soon       int     `yaml:"soon"`   // from how many days left on it is shown as near
	Overdue    string  `yaml:"overdue"`
	// Suspends, Resumes and Restarts turn a maximum: 中止, 恢复, 重新计算 (如收到补正之日).
	Suspends []Trigger   `yaml:"suspends"`
	Resumes  []Trigger   `yaml:"resumes"`
	Restarts []Trigger   `yaml:"restarts"`
	Extends  []Extension `yaml:"extends"`
	Deemed   *Deemed     `yaml:"deemed"`
	Cites    []Cite      `yaml:"cites"`

	when      *formula
	tightened bool // by an overlay
}

// Extension is a lawful way to extend a maximum (延长): by which outcome, by how much, how
// often, on which condition and with which notice. Who extends is the role of the step.
type Extension struct {
	Rule      RuleID  `yaml:"rule"`
	Step      StepID  `yaml:"step"`
	Outcome   string  `yaml:"outcome"` // empty: any
	Limit     string  `yaml:"limit"`
	Parameter string  `yaml:"parameter"` // local parameter that holds the limit
	Times     int     `yaml:"times"`     // how often; once when absent
	If        string  `yaml:"if"`        // CEL; the condition
	Text      string  `yaml:"text"`      // the condition in short words
	Notice    PaperID `yaml:"notice"`    // the paper by which the parties are told
	Cites     []Cite  `yaml:"cites"`

	when *formula
	free bool // stands for a rule that was taken out, see Definition.Without
}

// Deemed is the consequence of running out (视为受理、视为同意): a step is done by operation
// of law, with one of its outcomes.
type Deemed struct {
	Step    StepID `yaml:"step"`
	Outcome string `yaml:"outcome"`
	// Since says on which day it counts as done: expiry (届满之日, when absent) or start (the
	// day counted from: 自收到之日起即为受理).
	Since string `yaml:"since"`
}

// Trigger is an event that starts or stops a clock.
type Trigger struct {
	Opening bool   `yaml:"opening"` // the opening of the case
	Step    StepID `yaml:"step"`
	Outcome string `yaml:"outcome"` // empty: any
}

// Fact is what a case contributes to indicators: a clock by reference, or a formula.
type Fact struct {
	ID    string  `yaml:"id"`
	Name  string  `yaml:"name"`
	Clock ClockID `yaml:"clock"`
	Value string  `yaml:"value"` // CEL

	value *formula
}

// Never is a combination that must be unreachable by performing.
type Never struct {
	ID   RuleID `yaml:"id"`
	Text string `yaml:"text"`
	When string `yaml:"when"` // CEL

	when *formula
}
