// Package procedure is the procedure language (必经程序的定义): it parses a definition,
// checks it, explains it, and evaluates it. Evaluation is a pure and total function of
// definition, events so far, act and Env: no clock, SQL, HTTP or randomness. The package
// knows no definition; every statutory number and every rule stands in the files it reads.
package procedure

import "zhunsheng/gov"

// Mode says where cases of a procedure are handled (办理方式).
type Mode string

// The modes.
const (
	Native   Mode = "native"   // 本系统办理
	External Mode = "external" // handled in an upper system; its results are recorded here
)

// FieldType is the type of a form field.
type FieldType string

// The field types. The text forms are what State.Fields holds: a day as 2006-01-02, a
// bool as "true" or "false", a choice as the option's id.
const (
	TextField     FieldType = "text"
	LongTextField FieldType = "longtext"
	DayField      FieldType = "day"
	NumberField   FieldType = "number"
	BoolField     FieldType = "bool"
	ChoiceField   FieldType = "choice"
)

// Definition is one procedure (程序定义), parsed and compiled. It is read-only and safe
// for concurrent use.
type Definition struct {
	m         model
	digest    string
	scenarios []*ScenarioFile
	rt        runtime
}

// ID is the stable id of the procedure; it does not change between versions.
func (d *Definition) ID() string { return d.m.ID.V }

// Version counts the released texts of a procedure from 1.
func (d *Definition) Version() int { return d.m.Version.V }

// Digest is the lower-case hex SHA-256 of the exact source bytes. Cases name their
// definition by it.
func (d *Definition) Digest() string { return d.digest }

// Name is the official name (程序名称).
func (d *Definition) Name() string { return d.m.Name.V }

// Area is the id of the area that contributes the definition.
func (d *Definition) Area() string { return d.m.Area.V }

// Mode says where its cases are handled.
func (d *Definition) Mode() Mode { return Mode(d.m.Mode.V) }

// From and To are the first and last day on which a case may start; To may be no day.
func (d *Definition) From() gov.Day { return d.m.From.V }

// To is the last day on which a case may start; no day means that none is set.
func (d *Definition) To() gov.Day { return d.m.To.V }

// StartAct asks to open a case (立案/起案), or to record that one was opened elsewhere.
type StartAct struct {
	Title     string
	Unit      gov.UnitID // whose case it becomes
	Occurred  gov.Instant
	Actor     gov.Actor
	Recording *Recording
	Fields    map[FieldID]string
}
