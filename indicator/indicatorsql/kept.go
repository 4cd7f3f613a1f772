package indicatorsql

import (
	"encoding/json"

	"zhunsheng/gov"
	"zhunsheng/indicator"
	"zhunsheng/procedure"
)

// kept is of a case what the counted facts read, and what it counts for.
type kept struct {
	State  *procedure.State
	Counts map[indicator.ID]string
	// Ends is when a limit that now stands still would have ended.
	Ends map[procedure.ClockID]gov.Day
}

// row is kept as it is stored, in few bytes: one is read and written with every event that a
// fact reads.
type row struct {
	Version    int64                                  `json:"v"`
	Definition string                                 `json:"d"`
	Unit       gov.UnitID                             `json:"u"`
	Opened     gov.Instant                            `json:"o"`
	Recorded   bool                                   `json:"r,omitempty"`
	Status     procedure.CaseStatus                   `json:"s"`
	Breaches   int                                    `json:"b,omitempty"`
	Steps      map[procedure.StepID]stepRow           `json:"t,omitempty"`
	Clocks     map[procedure.ClockID]clockRow         `json:"c,omitempty"`
	Fields     map[procedure.FieldID]string           `json:"f,omitempty"`
	Links      map[procedure.FieldID]procedure.Linked `json:"l,omitempty"`
	Papers     map[procedure.PaperID]int              `json:"p,omitempty"`
	Children   map[string]procedure.ChildCount        `json:"k,omitempty"`
	Numbers    map[string]string                      `json:"n,omitempty"`
	Counts     map[indicator.ID]string                `json:"i,omitempty"`
	Ends       map[procedure.ClockID]gov.Day          `json:"e,omitempty"`
}

type stepRow struct {
	Status   procedure.StepStatus `json:"s"`
	Round    int                  `json:"n"`
	Outcome  string               `json:"o,omitempty"`
	Occurred gov.Instant          `json:"t"`
	Person   gov.PersonID         `json:"p,omitempty"`
	Unit     gov.UnitID           `json:"u,omitempty"`
	Recorded bool                 `json:"r,omitempty"`
	Deemed   bool                 `json:"d,omitempty"`
}

type clockRow struct {
	Status   procedure.ClockStatus `json:"s"`
	Round    int                   `json:"n"`
	From     gov.Day               `json:"f"`
	Due      gov.Day               `json:"d,omitzero"`
	MetOn    gov.Day               `json:"m,omitzero"`
	Extended int                   `json:"x,omitempty"`
}

func (k *kept) encode() (string, error) {
	s := k.State
	r := row{Version: s.Version, Definition: s.Definition, Unit: s.Unit, Opened: s.Opened, Recorded: s.Recorded, Status: s.Status,
		Breaches: len(s.Breaches), Fields: s.Fields, Links: s.Links, Children: s.Children, Numbers: s.Numbers, Counts: k.Counts, Ends: k.Ends,
		Steps: make(map[procedure.StepID]stepRow, len(s.Steps)), Clocks: make(map[procedure.ClockID]clockRow, len(s.Clocks)),
		Papers: make(map[procedure.PaperID]int, len(s.Papers))}
	for id, st := range s.Steps {
		r.Steps[id] = stepRow{st.Status, st.Round, st.Outcome, st.Occurred, st.By.Person, st.By.Unit, st.Recording, st.Deemed}
	}
	for id, c := range s.Clocks {
		r.Clocks[id] = clockRow{c.Status, c.Round, c.From, c.Due, c.MetOn, len(c.Extended)}
	}
	for id, files := range s.Papers {
		r.Papers[id] = len(files)
	}
	b, err := json.Marshal(r)
	return string(b), err
}

func (k *kept) decode(text string) error {
	var r row
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return err
	}
	s := procedure.NewState("")
	s.Version, s.Definition, s.Unit, s.Opened, s.Recorded, s.Status = r.Version, r.Definition, r.Unit, r.Opened, r.Recorded, r.Status
	s.Links, s.Children = r.Links, r.Children
	if r.Fields != nil {
		s.Fields = r.Fields
	}
	if r.Numbers != nil {
		s.Numbers = r.Numbers
	}
	if r.Breaches > 0 {
		s.Breaches = make([]procedure.Breach, r.Breaches)
	}
	for id, st := range r.Steps {
		s.Steps[id] = procedure.StepState{Status: st.Status, Round: st.Round, Outcome: st.Outcome, Occurred: st.Occurred,
			By: gov.Actor{Person: st.Person, Unit: st.Unit}, Recording: st.Recorded, Deemed: st.Deemed}
	}
	for id, c := range r.Clocks {
		s.Clocks[id] = procedure.ClockState{Status: c.Status, Round: c.Round, From: c.From, Due: c.Due, MetOn: c.MetOn,
			Extended: make([]procedure.RuleID, c.Extended)}
	}
	for id, n := range r.Papers {
		s.Papers[id] = make([]procedure.Paper, n)
	}
	k.State, k.Counts, k.Ends = s, r.Counts, r.Ends
	return nil
}

// noteEnds keeps the ends of limits that an event suspends.
func (k *kept) noteEnds(clocks []procedure.ClockEffect) {
	for _, c := range clocks {
		was := k.State.Clocks[c.Clock]
		if c.Status != procedure.ClockSuspended || was.Due.IsZero() {
			continue
		}
		if k.Ends == nil {
			k.Ends = map[procedure.ClockID]gov.Day{}
		}
		k.Ends[c.Clock] = was.Due
	}
}
