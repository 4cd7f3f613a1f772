package procedure

import "zhunsheng/gov"

// Enters is what an outcome writes into a register (登记入册), or ends there.
type Enters struct {
	Register string            `yaml:"register"`
	Key      string            `yaml:"key"`    // text
	From     FieldID           `yaml:"from"`   // day field; the act's day when absent
	To       FieldID           `yaml:"to"`     // day field; no end when absent
	Values   map[string]string `yaml:"values"` // register field: text
	When     string            `yaml:"when"`   // CEL over the case as the act leaves it; empty: always
	Ends     bool              `yaml:"ends"`   // the entry ends; it must be there

	when *formula
}

// RegisterEntry is an entry that an act writes into a register; with Ends the entry of the
// key ends on From.
type RegisterEntry struct {
	Register string            `json:"register"`
	Key      string            `json:"key"`
	From     gov.Day           `json:"from"`
	To       gov.Day           `json:"to,omitzero"`
	Values   map[string]string `json:"values,omitempty"`
	Ends     bool              `json:"ends,omitempty"`
}
