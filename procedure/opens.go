package procedure

import "zhunsheng/gov"

// Opens is a case that an outcome opens (由本案启动的案件): of which procedure, for which
// unit, and by which of its case fields it names this case.
type Opens struct {
	Procedure string              `yaml:"procedure"` // id
	Unit      string              `yaml:"unit"`      // own (when absent), parent, parameter:<name> or key:<unit>
	Link      FieldID             `yaml:"link"`      // case field among the child's start fields
	When      string              `yaml:"when"`      // CEL over the case as the act leaves it; empty: always
	Title     string              `yaml:"title"`     // text; {title} when absent
	Fields    map[FieldID]FieldID `yaml:"fields"`    // child's start field: field of this case

	when *formula
}

// ChildOpening is a case to be opened by an act, by its actor and on its day. The actor
// needs no post in the unit: the definition says that the case is opened.
type ChildOpening struct {
	Procedure string             `json:"procedure"` // id
	Unit      gov.UnitID         `json:"unit"`
	Title     string             `json:"title"`
	Link      FieldID            `json:"link"`             // holds the id of the opening case
	Fields    map[FieldID]string `json:"fields,omitempty"` // further start fields
}
