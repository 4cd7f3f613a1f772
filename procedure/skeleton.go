package procedure

import (
	"errors"

	"zhunsheng/gov"
	"zhunsheng/law"
)

type at[T any] struct {
	V   T
	Pos Pos
}

type model struct {
	ID, Name, Area, Mode at[string]
	Version              at[int]
	From, To             at[gov.Day]
}

type runtime struct{}

// Pos is a place in a source file; lines and columns count from 1.
type Pos struct {
	File string
	Line int
	Col  int
}

// Problem is one thing that the checker refuses.
type Problem struct {
	Pos  Pos
	Rule RuleID // the rule id concerned, if any
	Text string
}

// ScenarioFile is one parsed file of scenarios.
type ScenarioFile struct{}

// Parse reads a definition.
func Parse(name string, src []byte) (*Definition, error) { return nil, errors.New("procedure: Parse") }

// AddScenarios parses a scenario file and attaches it to the definition.
func (d *Definition) AddScenarios(name string, src []byte) error { return nil }

// Check reports everything the checker refuses.
func (d *Definition) Check(b *law.Book) []Problem { return nil }

// Start judges the opening of a case.
func (d *Definition) Start(a StartAct, env Env) (Effects, []Refusal) { return Effects{}, nil }

// Judge judges one act.
func (d *Definition) Judge(s *State, a Act, env Env) (Effects, []Refusal) { return Effects{}, nil }

// Expiries lists the effects of the clocks that ran out by upTo.
func (d *Definition) Expiries(s *State, upTo gov.Instant) []Effects { return nil }

// NewState is a case before its first event.
func NewState(id gov.CaseID) *State { return &State{Case: id} }

// Apply applies one event.
func (s *State) Apply(version int64, by gov.Actor, e Effects) {}

// View shows the case to an actor.
func (d *Definition) View(s *State, actor gov.Actor, env Env) View { return View{} }

// SVG draws the stations.
func (d *Definition) SVG(s *State, env Env) []byte { return nil }

// Personal reports that values of a field are personal (个人信息) and must not stand in an event.
func (d *Definition) Personal(f FieldID) bool { return false }

// Publications lists the publication duties.
func (d *Definition) Publications() []Publication { return nil }

// Publication is a publication duty (主动公开).
type Publication struct {
	ID        string
	Rule      RuleID
	Step      StepID  // done: the duty is fulfilled, the entry appears
	Register  string  // name of the public register
	Paper     PaperID // the text that is published
	Number    string  // key in State.Numbers
	Effective FieldID // first day in force
	Expires   FieldID // last day in force
	Filed     StepID  // the day of this step is shown as the day of filing
}
