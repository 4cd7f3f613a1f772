package procedure

// Intake says that anybody may open a case through the portal (公众提交).
type Intake struct {
	By string `yaml:"by"` // public
	// Fields are the start fields that the portal asks for; all of them when none is named.
	Fields []FieldID `yaml:"fields"`
	// Receipt is the number of start.takes that the portal shows as the receipt.
	Receipt string `yaml:"receipt"`
}

// Intake says whether and how the portal opens cases.
func (d *Definition) Intake() (Intake, bool) {
	if d.src.Intake == nil {
		return Intake{}, false
	}
	return *d.src.Intake, true
}
