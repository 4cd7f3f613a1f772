package procedure

import "zhunsheng/gov"

// Takeover says which open cases of earlier versions move to this version (过渡).
type Takeover struct {
	From []int   `yaml:"from"` // versions
	On   gov.Day `yaml:"on"`   // not before this day
	When string  `yaml:"when"` // CEL over the case under this version; empty: all

	when *formula
}

// Transition moves a case to another version of its definition (过渡); Definition and From
// are digests.
type Transition struct {
	Definition string `json:"definition"`
	From       string `json:"from"`
	Procedure  string `json:"procedure"` // id and version of the new one, for readers of the raw event
}

// Takeover says which cases of earlier versions move to this one.
func (d *Definition) Takeover() (Takeover, bool) {
	if d.src.Moves == nil {
		return Takeover{}, false
	}
	return *d.src.Moves, true
}
