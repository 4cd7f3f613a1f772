package procedure

// Voided is a case that was entered by mistake and taken back (撤销登记), such as a row of a
// table imported twice. Its events stay; it counts nowhere and shows nowhere in public. Only
// a case all of whose facts were recorded by one person can be voided; what was performed
// here is ended by its own procedure.
const Voided CaseStatus = "voided"

// Void is the effect of taking a recorded case back: it ends, and none of its clocks counts.
func (s *State) Void() Effects {
	e := Effects{Close: Voided}
	for _, id := range sortedKeys(s.Clocks) {
		c := s.Clocks[id]
		c.Status = ClockCancelled
		e.Clocks = append(e.Clocks, ClockEffect{Clock: id, ClockState: c})
	}
	return e
}
