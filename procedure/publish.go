package procedure

import "slices"

// Publication is a publication duty (主动公开): what becomes an entry of which public
// register when a step is done.
type Publication struct {
	Rule      RuleID    `yaml:"rule"`
	What      string    `yaml:"what"`
	Step      StepID    `yaml:"step"`     // done: the entry appears
	Outcome   string    `yaml:"outcome"`  // only with this outcome; empty: any
	When      string    `yaml:"when"`     // CEL over the case as the act leaves it; empty: always
	Register  string    `yaml:"register"` // name of the public register
	Paper     PaperID   `yaml:"paper"`    // the text that is published
	Papers    []PaperID `yaml:"papers"`   // further papers
	Summary   FieldID   `yaml:"summary"`  // longtext shown with the entry
	Number    string    `yaml:"number"`   // key in State.Numbers
	Effective FieldID   `yaml:"effective"`
	Expires   FieldID   `yaml:"expires"`
	Until     FieldID   `yaml:"until"`  // last day on which the entry is open for comments
	Filed     StepID    `yaml:"filed"`  // its day is shown as the day of filing
	Masked    []FieldID `yaml:"masked"` // fields never shown in the entry
	// Intake lets the portal open a case against the entry while it is open.
	Intake *PublicIntake `yaml:"intake"`
	// Ends names a case field: from the effective day on the entry of the named case stands As.
	Ends FieldID  `yaml:"ends"`
	As   Standing `yaml:"as"`
	// OwnStanding changes the standing of this case's own entry in the register; no new entry appears.
	OwnStanding Standing `yaml:"own_standing"`
	Cites       []Cite   `yaml:"cites"`

	when *formula
}

// PublicIntake is the procedure that the portal opens against a published entry (公众意见),
// and the case field by which the new case names the entry's case.
type PublicIntake struct {
	Procedure string  `yaml:"procedure"`
	Link      FieldID `yaml:"link"`
}

// Standing is how a published entry stands (效力状态) when it is not simply in force.
type Standing string

// The standings.
const (
	Repealed       Standing = "repealed"  // 已废止
	Amended        Standing = "amended"   // 已修改
	Lapsed         Standing = "expired"   // 已失效
	WithdrawnEntry Standing = "withdrawn" // 已撤回
	SuspendedEntry Standing = "suspended" // 已中止
)

// Due reports that an event brings the publication about. It reads nothing but the event,
// which says itself whether the publication's condition held.
func (p Publication) Due(e Effects) bool {
	if e.Step == "" || e.Step != p.Step || e.State == nil || e.State.Status != StepDone {
		return false
	}
	if p.Outcome != "" && p.Outcome != e.State.Outcome {
		return false
	}
	return p.When == "" || slices.Contains(e.Publishes, p.Rule)
}

// publishes lists the publications of an act whose condition holds; those without one need
// no listing.
func (d *Definition) publishes(sc *scope, e Effects) []RuleID {
	var out []RuleID
	for i := range d.src.Publications {
		p := &d.src.Publications[i]
		if p.When == "" || !p.when.holds(sc) {
			continue
		}
		e.Publishes = []RuleID{p.Rule}
		if p.Due(e) {
			out = append(out, p.Rule)
		}
	}
	return out
}
