package procedure

import (
	"slices"

	"zhunsheng/gov"
	"zhunsheng/law"
)

// NewState is a case before its first event.
func NewState(id gov.CaseID) *State {
	s := &State{Case: id}
	s.room()
	return s
}

func (s *State) room() {
	if s.Steps == nil {
		s.Steps = map[StepID]StepState{}
	}
	if s.Clocks == nil {
		s.Clocks = map[ClockID]ClockState{}
	}
	if s.Fields == nil {
		s.Fields = map[FieldID]string{}
	}
	if s.Papers == nil {
		s.Papers = map[PaperID][]Paper{}
	}
	if s.Numbers == nil {
		s.Numbers = map[string]string{}
	}
}

// Apply folds one event into the case. It is total and judges nothing; it is the only way
// in which a State changes. Effects is not kept: what Apply stores it copies.
func (s *State) Apply(version int64, by gov.Actor, e Effects) {
	s.room()
	s.Version = version
	if o := e.Open; o != nil {
		s.Definition, s.Unit, s.Title = o.Definition, o.Unit, o.Title
		s.Opened, s.OpenedBy, s.Recorded, s.Status = o.Occurred, by, o.Recording, Open
		s.LateEntry = o.LateEntry
	}
	if e.State != nil && e.Step != "" {
		st := *e.State
		st.Version = version
		if st.By == (gov.Actor{}) {
			st.By = by
		}
		s.Steps[e.Step] = st
		s.History = append(s.History, PastStep{Step: e.Step, StepState: st})
	}
	for _, id := range e.Return {
		if st, ok := s.Steps[id]; ok {
			st.Status = StepReturned
			s.Steps[id] = st
		}
	}
	for _, c := range e.Clocks {
		if old, ok := s.Clocks[c.Clock]; ok && old.Round == c.Round && c.Derivation.Under == "" {
			c.Derivation = old.Derivation
		}
		s.Clocks[c.Clock] = c.ClockState
	}
	for id, v := range e.Fields {
		s.Fields[id] = v
	}
	for id, l := range e.Links {
		if s.Links == nil {
			s.Links = map[FieldID]Linked{}
		}
		s.Links[id] = l
	}
	for id, n := range e.Children {
		if s.Children == nil {
			s.Children = map[string]ChildCount{}
		}
		s.Children[id] = n
	}
	if e.Transition != nil {
		s.Definition = e.Transition.Definition
	}
	for id, files := range e.Papers {
		s.Papers[id] = slices.Clone(files)
	}
	for _, n := range e.Numbers {
		s.Numbers[n.Name] = n.Text
	}
	for _, b := range e.Breaches {
		b.Version = version
		s.Breaches = append(s.Breaches, b)
	}
	for _, rule := range e.Repairs {
		for i := range s.Breaches {
			if s.Breaches[i].Rule == rule && s.Breaches[i].Repaired == 0 {
				s.Breaches[i].Repaired = version
			}
		}
	}
	if e.Correction != nil {
		s.correct(version, *e.Correction)
	}
	if e.Close != "" {
		s.Status = e.Close
	}
}

// Slim leaves out of e what the state already holds: the derivation of a clock whose due
// day this event does not move. Applying the slim effects gives the same state.
func (s *State) Slim(e *Effects) {
	for i := range e.Clocks {
		c := &e.Clocks[i]
		old, ok := s.Clocks[c.Clock]
		if ok && old.Round == c.Round && old.Due == c.Due && old.From == c.From && old.Provisional == c.Provisional &&
			len(old.Turns) == len(c.Turns) && len(old.Derivation.Steps) == len(c.Derivation.Steps) {
			c.Derivation = law.Due{}
		}
	}
}

// correct adds a proposed correction, or puts the decided one in its place.
func (s *State) correct(version int64, c Correction) {
	if c.ID == 0 {
		c.ID = version
	}
	for i := range s.Corrections {
		if s.Corrections[i].ID == c.ID {
			s.Corrections[i] = c
			return
		}
	}
	s.Corrections = append(s.Corrections, c)
}
