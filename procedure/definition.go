// Package procedure is the procedure language (必经程序的定义): it parses a definition,
// checks it, explains it, and evaluates it. Evaluation is a pure and total function of
// definition, events so far, act and Env: no clock, SQL, HTTP or randomness. The package
// knows no definition; every statutory number and every rule stands in the files it reads.
//
// How an author writes a definition is in docs/procedure-language.md; schema.json in this
// folder is the published JSON Schema.
package procedure

import (
	"fmt"
	"slices"

	"gopkg.in/yaml.v3"

	"zhunsheng/gov"
	"zhunsheng/law"
)

// Definition is one procedure (程序定义), parsed and compiled. It is read-only once its
// scenarios are added and safe for concurrent use.
type Definition struct {
	src       source
	file      string
	digest    string
	root      *yaml.Node // for positions
	at        [][]any    // of each step: its path in the text
	text      []byte     // the exact source
	overlays  []*Overlay // what was laid over it, in order
	steps     map[StepID]*Step
	roles     map[RoleID]*Role
	fields    map[FieldID]*Field
	papers    map[PaperID]*PaperSpec
	clocks    map[ClockID]*Clock
	below     map[StepID][]StepID // every step that needs this one first, transitively
	vars      map[string]variable // names of the formulas, by CEL name
	faults    []Problem           // found while compiling; Check reports them
	scenarios []*ScenarioFile
}

// ID is the stable id of the procedure; it does not change between versions.
func (d *Definition) ID() string { return d.src.ID }

// Version counts the released texts of a procedure from 1.
func (d *Definition) Version() int { return d.src.Version }

// Digest is the lower-case hex SHA-256 of the exact source bytes. Cases name their
// definition by it.
func (d *Definition) Digest() string { return d.digest }

// Name is the official name (程序名称).
func (d *Definition) Name() string { return d.src.Name }

// About says in a sentence or two what the procedure is for.
func (d *Definition) About() string { return d.src.About }

// Area is the id of the area that contributes the definition.
func (d *Definition) Area() string { return d.src.Area }

// Mode says where its cases are handled.
func (d *Definition) Mode() Mode { return d.src.Mode }

// Level is the disclosure level at which its cases are kept until they are published.
func (d *Definition) Level() gov.Level { return levels[d.src.Level] }

// From is the first day on which a case may start.
func (d *Definition) From() gov.Day { return d.src.From }

// To is the last day on which a case may start; no day means that none is set.
func (d *Definition) To() gov.Day { return d.src.To }

// Opening says how a case starts.
func (d *Definition) Opening() Opener { return d.src.Start }

// Steps lists the steps (环节) in the order of the text, which is the order of stations.
// What the lists of a definition point to is not to be changed.
func (d *Definition) Steps() []Step { return d.src.Steps }

// Gates lists the gates (必经程序) of the text. Those that are implied stand behind them.
func (d *Definition) Gates() []Gate {
	n := slices.IndexFunc(d.src.Gates, func(g Gate) bool { return g.implied })
	if n < 0 {
		n = len(d.src.Gates)
	}
	return d.src.Gates[:n:n]
}

// Clocks lists the clocks (期限).
func (d *Definition) Clocks() []Clock { return d.src.Clocks }

// Publications lists the publication duties (主动公开).
func (d *Definition) Publications() []Publication { return d.src.Publications }

// Facts lists what cases contribute to indicators.
func (d *Definition) Facts() []Fact { return d.src.Facts }

// Never lists the combinations that performing must not reach.
func (d *Definition) Never() []Never { return d.src.Never }

// Basis is the legal basis of the whole procedure.
func (d *Definition) Basis() []Cite { return d.src.Basis }

// Step finds a step.
func (d *Definition) Step(id StepID) (Step, bool) {
	if s := d.steps[id]; s != nil {
		return *s, true
	}
	return Step{}, false
}

// StepName is the name of a step, or its id when the definition has no such step.
func (d *Definition) StepName(id StepID) string {
	if s := d.steps[id]; s != nil {
		return s.Name
	}
	return string(id)
}

// Field finds a field by id, those of the opening form included.
func (d *Definition) Field(id FieldID) (Field, bool) {
	if f := d.fields[id]; f != nil {
		return *f, true
	}
	return Field{}, false
}

// Paper finds a paper by id.
func (d *Definition) Paper(id PaperID) (PaperSpec, bool) {
	if p := d.papers[id]; p != nil {
		return *p, true
	}
	return PaperSpec{}, false
}

// Clock finds a clock by id.
func (d *Definition) Clock(id ClockID) (Clock, bool) {
	if c := d.clocks[id]; c != nil {
		return *c, true
	}
	return Clock{}, false
}

// Personal reports that values of a field are personal (个人信息) and must not stand in an
// event.
func (d *Definition) Personal(id FieldID) bool {
	f := d.fields[id]
	return f != nil && f.Personal
}

// Citations lists every citation of the definition, each as often as it stands there.
func (d *Definition) Citations() []Cite {
	out := append([]Cite(nil), d.src.Basis...)
	for _, r := range d.src.Roles {
		out = append(out, r.Cites...)
	}
	if d.src.Correct != nil {
		out = append(out, d.src.Correct.Cites...)
	}
	for _, s := range d.src.Steps {
		out = append(out, s.Cites...)
	}
	for _, g := range d.Gates() {
		out = append(out, g.Cites...)
	}
	for _, c := range d.src.Clocks {
		out = append(out, c.Cites...)
		for _, x := range c.Extends {
			out = append(out, x.Cites...)
		}
	}
	for _, p := range d.src.Publications {
		out = append(out, p.Cites...)
	}
	return out
}

// CitationCounts says how sure the citations of a definition are.
type CitationCounts struct {
	Text     int // read in the statute text
	Page     int // seen on a third party's page
	Unproven int // from memory, or a local parameter
}

// CountCitations counts the citations by how sure they are.
func (d *Definition) CountCitations() CitationCounts {
	var n CitationCounts
	for _, c := range d.Citations() {
		switch c.Mark {
		case law.Text:
			n.Text++
		case law.Page:
			n.Page++
		default:
			n.Unproven++
		}
	}
	return n
}

// String is id@version, as Opening.Procedure names it.
func (d *Definition) String() string { return fmt.Sprintf("%s@%d", d.src.ID, d.src.Version) }
