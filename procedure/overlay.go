package procedure

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"gopkg.in/yaml.v3"

	"zhunsheng/law"
)

// Overlay is a county's own text over a released definition (本地补充规定). Its form has no
// word for loosening: it adds gates and never lines, makes fields and papers required, and
// sets limits, which With refuses unless they are tighter.
type Overlay struct {
	src    overlaySource
	file   string
	digest string
	root   *yaml.Node
}

type overlaySource struct {
	ID     string       `yaml:"overlay"`
	Of     string       `yaml:"of"`
	Fits   int          `yaml:"version"` // of the definition that it lies over
	Name   string       `yaml:"name"`
	Basis  []Cite       `yaml:"basis"`
	Fields []FieldID    `yaml:"fields"` // become required
	Papers []PaperID    `yaml:"papers"` // become required
	Limits []TightLimit `yaml:"limits"`
	Gates  []Gate       `yaml:"gates"`
	Never  []Never      `yaml:"never"`
}

// TightLimit is a limit that an overlay sets in place of the definition's.
type TightLimit struct {
	Rule  RuleID `yaml:"rule"`
	Limit string `yaml:"limit"`
	Cites []Cite `yaml:"cites"`
}

// ID is the stable id of the overlay.
func (o *Overlay) ID() string { return o.src.ID }

// Of is the id of the definition that it lies over.
func (o *Overlay) Of() string { return o.src.Of }

// Digest is the lower-case hex SHA-256 of the exact source bytes.
func (o *Overlay) Digest() string { return o.digest }

// ParseOverlay reads one overlay. The error is Problems.
func ParseOverlay(name string, src []byte) (*Overlay, error) {
	root, problems := readYAML(name, src)
	if len(problems) == 0 {
		problems = validateAs(overlaySchema(), name, root)
	}
	if len(problems) == 0 {
		problems = badSince(name, root, nil)
	}
	if len(problems) > 0 {
		return nil, problems.sort()
	}
	o := &Overlay{file: name, root: root}
	if err := root.Decode(&o.src); err != nil {
		return nil, yamlProblems(name, err).sort()
	}
	sum := sha256.Sum256(src)
	o.digest = hex.EncodeToString(sum[:])
	return o, nil
}

func (o *Overlay) pos(path ...any) Pos {
	n := find(o.root, path...)
	return Pos{o.file, n.Line, n.Column}
}

// With is the definition with an overlay laid over it. Overlays are laid one over another in
// the order of their file names; the digest of the result names the definition and every
// overlay in that order, and cases name their definition by it. The result has no scenarios:
// those of the overlay are to be added, and Check asks of them what the overlay changes.
func (d *Definition) With(o *Overlay, book *law.Book) (*Definition, Problems) {
	base, err := Parse(d.file, d.text)
	if err != nil {
		return nil, Problems{{Pos: o.pos(), Text: err.Error()}}
	}
	for _, under := range d.overlays {
		base.lay(under, book)
	}
	base.overlays = slices.Clone(d.overlays)
	found := base.lay(o, book)
	base.overlays = append(base.overlays, o)
	sum := sha256.Sum256([]byte(d.digest + "\n" + o.digest))
	base.digest = hex.EncodeToString(sum[:])
	base.faults = nil
	base.compile()
	return base, found.sort()
}

// Overlays lists the overlays in the order in which they were laid.
func (d *Definition) Overlays() []*Overlay { return d.overlays }

func (d *Definition) lay(o *Overlay, book *law.Book) (found Problems) {
	bad := func(rule RuleID, at Pos, format string, args ...any) {
		found = append(found, Problem{Pos: at, Rule: rule, Text: fmt.Sprintf(format, args...)})
	}
	if o.src.Of != d.src.ID || o.src.Fits != d.src.Version {
		bad("", o.pos("of"), "补充规定针对 %s@%d，不能用于 %s", o.src.Of, o.src.Fits, d)
		return found
	}
	d.src.Basis = append(d.src.Basis, o.src.Basis...)
	for i, id := range o.src.Fields {
		if !d.require(id) {
			bad("", o.pos("fields", i), "没有可以要求必填的字段“%s”", id)
		}
	}
	for i, id := range o.src.Papers {
		hit := false
		for s := range d.src.Steps {
			for p := range d.src.Steps[s].Papers {
				if spec := &d.src.Steps[s].Papers[p]; spec.ID == id {
					spec.Required, hit = true, true
				}
			}
		}
		if !hit {
			bad("", o.pos("papers", i), "没有材料“%s”", id)
		}
	}
	for i, l := range o.src.Limits {
		k := slices.IndexFunc(d.src.Clocks, func(c Clock) bool { return c.Rule == l.Rule })
		if k < 0 {
			bad(l.Rule, o.pos("limits", i, "rule"), "没有这个期限")
			continue
		}
		c := &d.src.Clocks[k]
		if text := c.loosened(l); text != "" {
			bad(l.Rule, o.pos("limits", i, "limit"), "%s", text)
			continue
		}
		c.Limit, c.tightened, c.Cites = l.Limit, true, append(slices.Clone(c.Cites), l.Cites...)
	}
	for i, g := range o.src.Gates {
		if slices.ContainsFunc(d.src.Gates, func(x Gate) bool { return x.ID == g.ID }) {
			bad(g.ID, o.pos("gates", i, "id"), "补充规定不能改写必经程序，只能另加")
			continue
		}
		d.src.Gates = append(d.src.Gates, g)
	}
	d.src.Never = append(d.src.Never, o.src.Never...)
	return found
}

func (d *Definition) require(id FieldID) bool {
	hit := false
	mark := func(fs []Field) {
		for i := range fs {
			if fs[i].ID == id && !fs[i].Recording {
				fs[i].Required, hit = true, true
			}
		}
	}
	mark(d.src.Start.Fields)
	for s := range d.src.Steps {
		mark(d.src.Steps[s].Fields)
	}
	return hit
}

// loosened says why a limit of an overlay is not tighter than that of the definition.
func (c *Clock) loosened(l TightLimit) string {
	if c.Until != "" {
		return "“" + c.Name + "”的届满日由表单写明，补充规定应另加必经程序"
	}
	if c.Parameter != "" {
		return "“" + c.Name + "”的期限由本地参数 " + c.Parameter + " 规定，应改参数"
	}
	was, err := law.ParseLimit(c.Limit)
	if err != nil {
		return err.Error()
	}
	now, err := law.ParseLimit(l.Limit)
	if err != nil {
		return err.Error()
	}
	switch {
	case was.Word != now.Word:
		return fmt.Sprintf("“%s”原为%s，写作%s不能比较长短，应用同一单位", c.Name, c.Limit, l.Limit)
	case c.Kind == AtMost && now.N >= was.N:
		return fmt.Sprintf("“%s”最长%s，补充规定只能缩短，不能写作%s", c.Name, c.Limit, l.Limit)
	case c.Kind != AtMost && now.N <= was.N:
		return fmt.Sprintf("“%s”至少%s，补充规定只能加长，不能写作%s", c.Name, c.Limit, l.Limit)
	}
	return ""
}

// changedByOverlay reports that scenarios have to show a rule: all of them, or, under
// overlays, those that the last one adds or tightens.
func (d *Definition) changedByOverlay(rule RuleID) bool {
	if len(d.overlays) == 0 {
		return true
	}
	last := d.overlays[len(d.overlays)-1].src
	return slices.ContainsFunc(last.Gates, func(g Gate) bool { return g.ID == rule }) ||
		slices.ContainsFunc(last.Limits, func(l TightLimit) bool { return l.Rule == rule })
}
