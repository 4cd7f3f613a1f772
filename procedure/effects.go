package procedure

import (
	"strings"

	"zhunsheng/gov"
	"zhunsheng/law"
)

// Effects is what one event did to its case. It is stored inside the event, so replay
// applies and never re-judges: a later change of evaluator, statute text or calendar
// cannot change what an old event means. Fields are only ever added.
type Effects struct {
	Open     *Opening            `json:"open,omitempty"` // first event of a case only
	Step     StepID              `json:"step,omitempty"`
	State    *StepState          `json:"state,omitempty"`
	Return   []StepID            `json:"return,omitempty"` // steps set back to StepReturned
	Clocks   []ClockEffect       `json:"clocks,omitempty"`
	Fields   map[FieldID]string  `json:"fields,omitempty"`
	Papers   map[PaperID][]Paper `json:"papers,omitempty"`
	Links    map[FieldID]Linked  `json:"links,omitempty"` // the cases that Fields name
	Numbers  []Number            `json:"numbers,omitempty"`
	Breaches []Breach            `json:"breaches,omitempty"`
	Repairs  []RuleID            `json:"repairs,omitempty"`
	Close    CaseStatus          `json:"close,omitempty"`
	// Correction is a correction proposed or decided by this event (更正).
	Correction *Correction `json:"correction,omitempty"`
	// Opens are the cases that this act opens; the docket opens them in the same transaction.
	Opens []ChildOpening `json:"opens,omitempty"`
	// Enters are the entries that this act writes or ends in registers, in the same transaction.
	Enters []RegisterEntry `json:"enters,omitempty"`
	// Children is what the act saw of the cases that name this one, by the id of the kind.
	Children map[string]ChildCount `json:"children,omitempty"`
	// Publishes are the rules of the publications whose `when` held, see Publication.Due.
	Publishes []RuleID `json:"publishes,omitempty"`
	// Transition moves the case to another version of its definition.
	Transition *Transition `json:"transition,omitempty"`
}

// Settle puts the numbers that the docket has allocated into the texts that name them. It
// is called once, after N and Text of every number are filled and before the event is written.
func (e *Effects) Settle() {
	var pairs []string
	for _, n := range e.Numbers {
		pairs = append(pairs, "{number."+n.Name+"}", n.Text)
	}
	r := strings.NewReplacer(pairs...)
	for i := range e.Opens {
		e.Opens[i].Title = clip(r.Replace(e.Opens[i].Title), maxTitle)
	}
	for i := range e.Enters {
		e.Enters[i].Key = r.Replace(e.Enters[i].Key)
		for k, v := range e.Enters[i].Values {
			e.Enters[i].Values[k] = r.Replace(v)
		}
	}
}

// Opening starts a case.
type Opening struct {
	Definition string     `json:"definition"` // digest
	Procedure  string     `json:"procedure"`  // id and version, for readers of the raw event
	Unit       gov.UnitID `json:"unit"`
	Title      string     `json:"title"`
	// Occurred is the legal instant of opening; Recording that the case was opened
	// elsewhere and recorded here (补录).
	Occurred  gov.Instant `json:"occurred"`
	Recording bool        `json:"recording,omitempty"`
	LateEntry *LateEntry  `json:"late_entry,omitempty"`
}

// ClockEffect replaces the state of one clock.
//
// AfterExpiry is set when the clock had expired by an event of its own before the act that
// makes it late, so that a missed limit is counted once.
type ClockEffect struct {
	Clock       ClockID `json:"clock"`
	AfterExpiry bool    `json:"after_expiry,omitempty"`
	ClockState
}

// Number is a number taken from a gap-free series (编号, 发文字号). The evaluator fills
// Name, Series and Pattern; the docket allocates N inside the act's transaction and
// fills N and Text before the event is written, then calls Effects.Settle. A number with no Series was given outside
// and recorded: its Text is already filled and the docket allocates nothing.
type Number struct {
	Name    string `json:"name"`    // key in State.Numbers
	Series  string `json:"series"`  // e.g. "qy-mzj/document/2026"
	Pattern string `json:"pattern"` // e.g. "清民规〔2026〕{n}号"
	N       int64  `json:"n"`
	Text    string `json:"text"`
	// Unit is the body whose number it is, where the definition names another than the
	// case's own: a document of the government that a bureau drafts is not the bureau's.
	Unit gov.UnitID `json:"unit,omitempty"`
}

// Act is what somebody asks to do (办理) or to record (补录).
type Act struct {
	Step     StepID
	Outcome  string
	Occurred gov.Instant // the legal instant, claimed; never after Env.Now
	Actor    gov.Actor
	// Recording marks 补录: gates do not refuse, each unmet one becomes a Breach.
	// No path of the program turns a performing act into a recording one.
	Recording *Recording
	Fields    map[FieldID]string
	Papers    map[PaperID][]Paper
	// Qualifications the actor holds on the day of Occurred, from the register of people.
	Qualifications []string
}

// Recording says who vouches for a fact that happened outside, and by what paper.
type Recording struct {
	Reason string `json:"reason"`
	Source string `json:"source"` // the source paper, in words
	Paper  *Paper `json:"paper,omitempty"`
}

// Param is one local parameter (本地参数) as of a day, with the source that set it.
type Param struct {
	Value      string // e.g. "15日"
	Source     string // the document that set it, in words
	Unverified bool   // shown 未核实
	Label      string // its name for people; empty shows the id
}

// Env is everything evaluation needs from outside. Evaluation is pure: the same
// definition, state, act and Env give the same answer on any machine.
type Env struct {
	Book *law.Book
	// Param gives the parameter in force on a day; the value on the day a clock starts applies.
	Param func(name string, on gov.Day) (Param, bool)
	// Now refuses the future and drives display; no due day depends on it.
	Now gov.Instant
	// UnitName gives the name and 发文代字 of a unit, for numbers and texts.
	UnitName func(gov.UnitID) (name, mark string)
	// Parent gives the unit above, for roles that belong to it. Nil means that nobody plays them.
	Parent func(gov.UnitID) gov.UnitID
	// Linked finds another case that the actor may see. Nil means that none can be named.
	Linked func(gov.CaseID) (Linked, bool)
	// Children counts the cases of a procedure that name this case in one of their case fields,
	// and those of them that are open. Nil leaves what the case itself last saw.
	Children func(procedure string) (count, open int)
	// PersonName gives the name of a person for papers; nil shows the id.
	PersonName func(gov.PersonID) string

	dues map[dueKey]dueAnswer // of one exhaustive search, never shared
}

// RefusalKind sorts refusals for the page and the API.
type RefusalKind string

// The refusal kinds.
const (
	RefusedGate  RefusalKind = "gate"  // 必经程序: a gate of the definition
	RefusedOrder RefusalKind = "order" // an earlier step is missing
	RefusedRole  RefusalKind = "role"  // not this actor's to do, or drafter = reviewer
	RefusedForm  RefusalKind = "form"  // a field or paper is missing or malformed
	RefusedTime  RefusalKind = "time"  // not before, or an instant in the future
	RefusedState RefusalKind = "state" // case closed, step already done
)

// Refusal explains one "no" (暂不能办理，尚缺……): which rule, which article, what is
// missing and where it is mended.
type Refusal struct {
	Kind    RefusalKind    `json:"kind"`
	Rule    RuleID         `json:"rule,omitempty"`
	Text    string         `json:"text"`
	Missing []Missing      `json:"missing,omitempty"`
	Cites   []law.Citation `json:"cites,omitempty"`
}

// Missing is one thing that is not there yet; Step, Field or Paper says where to mend it.
type Missing struct {
	Text  string  `json:"text"`
	Step  StepID  `json:"step,omitempty"`
	Field FieldID `json:"field,omitempty"`
	Paper PaperID `json:"paper,omitempty"`
}
