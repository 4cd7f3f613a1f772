package publication

import (
	"cmp"
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"zhunsheng/procedure"
)

//go:embed registers.yaml
var registerNames string

// Register is one public register (公开目录) with its names.
type Register struct {
	ID   string `yaml:"id"`
	Name string `yaml:"name"`
	Item string `yaml:"item"` // what one entry is called
	Unit string `yaml:"unit"` // what the unit of an entry is called
	Note string `yaml:"note"`
	// Number is what the number of an entry is called; 编号 when absent.
	Number string `yaml:"number"`
	Find   string `yaml:"find"` // what one may search by; 名称或编号 when absent
	// What its entries hold, as the definitions that publish in it say.
	Numbered, Dated, Expiring, Commented, Filed bool `yaml:"-"`
}

// Catalogue is what the definitions say of publishing and of taking submissions. It is
// read-only.
type Catalogue struct {
	defs      []*procedure.Definition
	registers []Register
}

// NewCatalogue reads the current definitions, in the order in which lists show them.
func NewCatalogue(defs []*procedure.Definition) (*Catalogue, error) {
	var file struct {
		Registers []Register `yaml:"registers"`
	}
	dec := yaml.NewDecoder(strings.NewReader(registerNames))
	dec.KnownFields(true)
	if err := dec.Decode(&file); err != nil {
		return nil, fmt.Errorf("publication: registers.yaml: %w", err)
	}
	c := &Catalogue{defs: defs}
	for _, def := range defs {
		for _, d := range def.Publications() {
			if d.OwnStanding != "" {
				continue
			}
			c.note(file.Registers, d)
		}
	}
	order := func(r Register) int {
		if i := slices.IndexFunc(file.Registers, func(n Register) bool { return n.ID == r.ID }); i >= 0 {
			return i
		}
		return len(file.Registers)
	}
	slices.SortStableFunc(c.registers, func(a, b Register) int { return cmp.Compare(order(a), order(b)) })
	return c, nil
}

// note adds what a duty says of its register.
func (c *Catalogue) note(names []Register, d procedure.Publication) {
	i := slices.IndexFunc(c.registers, func(r Register) bool { return r.ID == d.Register })
	if i < 0 {
		r := Register{ID: d.Register, Name: d.What, Item: d.What, Unit: "公布机关"}
		if j := slices.IndexFunc(names, func(n Register) bool { return n.ID == d.Register }); j >= 0 {
			r = names[j]
		}
		r.Number, r.Find = cmp.Or(r.Number, "编号"), cmp.Or(r.Find, "名称或编号")
		i, c.registers = len(c.registers), append(c.registers, r)
	}
	r := &c.registers[i]
	r.Numbered = r.Numbered || d.Number != ""
	r.Dated = r.Dated || d.Effective != ""
	r.Expiring = r.Expiring || d.Expires != ""
	r.Filed = r.Filed || d.Filed != ""
	r.Commented = r.Commented || d.Until != ""
}

// Registers lists the registers that some definition publishes in.
func (c *Catalogue) Registers() []Register { return c.registers }

// Register finds a register.
func (c *Catalogue) Register(id string) (Register, bool) {
	for _, r := range c.registers {
		if r.ID == id {
			return r, true
		}
	}
	return Register{}, false
}

// Procedures lists the current definitions.
func (c *Catalogue) Procedures() []*procedure.Definition { return c.defs }

// Procedure finds a current definition.
func (c *Catalogue) Procedure(id string) (*procedure.Definition, bool) {
	for _, d := range c.defs {
		if d.ID() == id {
			return d, true
		}
	}
	return nil, false
}

// Basis is what the publication of an entry rests on: the citations of the duties that put
// it there.
func (c *Catalogue) Basis(e Entry) []procedure.Cite {
	var out []procedure.Cite
	def, ok := c.Procedure(e.Procedure)
	if !ok {
		return nil
	}
	for _, d := range def.Publications() {
		for _, p := range e.Parts {
			if d.Rule != p.Rule {
				continue
			}
			for _, x := range d.Cites {
				if !slices.Contains(out, x) {
					out = append(out, x)
				}
			}
		}
	}
	return out
}
