package docket

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"zhunsheng/gov"
	"zhunsheng/procedure"
	"zhunsheng/register"
)

// Definitions are the procedure definitions known to the running program, by digest.
// Released ones are never removed: a case stays on the definition it started under, or moves
// by an event of its own.
type Definitions struct {
	byDigest map[string]*procedure.Definition
	current  map[string]*procedure.Definition // by id, highest version
	order    []string
}

// NewDefinitions takes definitions in the order in which lists show them.
func NewDefinitions(defs ...*procedure.Definition) *Definitions {
	d := &Definitions{byDigest: map[string]*procedure.Definition{}, current: map[string]*procedure.Definition{}}
	for _, def := range defs {
		d.byDigest[def.Digest()] = def
		if cur := d.current[def.ID()]; cur == nil {
			d.order = append(d.order, def.ID())
			d.current[def.ID()] = def
		} else if cur.Version() < def.Version() {
			d.current[def.ID()] = def
		}
	}
	return d
}

// Overlay adds a definition with the county's overlays laid over it (本地补充规定). It takes
// the place of what it lies over for new cases. Call it before the program serves.
func (d *Definitions) Overlay(def *procedure.Definition) {
	d.byDigest[def.Digest()] = def
	if cur := d.current[def.ID()]; cur != nil && cur.Version() == def.Version() {
		d.current[def.ID()] = def
	}
}

// Keep adds a definition that open cases may still run under and that starts no case any
// more, such as one with overlays that have been replaced. Call it before the program serves.
func (d *Definitions) Keep(def *procedure.Definition) {
	if d.byDigest[def.Digest()] == nil {
		d.byDigest[def.Digest()] = def
	}
}

// ByDigest finds the definition that a case runs under.
func (d *Definitions) ByDigest(digest string) (*procedure.Definition, error) {
	if def := d.byDigest[digest]; def != nil {
		return def, nil
	}
	return nil, gov.Errorf(gov.Fault, "本程序中没有摘要为 %.12s… 的程序定义，无法继续办理", digest)
}

// Current finds the newest definition with an id, for starting a case.
func (d *Definitions) Current(id string) (*procedure.Definition, error) {
	if def := d.current[id]; def != nil {
		return def, nil
	}
	return nil, gov.Errorf(gov.NotFound, "没有名为“%s”的程序", id)
}

// All lists the current definitions in their order.
func (d *Definitions) All() []*procedure.Definition {
	out := make([]*procedure.Definition, 0, len(d.order))
	for _, id := range d.order {
		out = append(out, d.current[id])
	}
	return out
}

// Released lists every known definition, older versions included, in no order.
func (d *Definitions) Released() []*procedure.Definition {
	return slices.Collect(maps.Values(d.byDigest))
}

// Check looks at what definitions say of one another and of registers, which no definition
// alone can tell: the cases that outcomes open, the kinds of cases that formulas count, the
// submissions that publications take, the entries that outcomes make. A program whose
// definitions do not fit together does not start. It names every fault.
func (d *Definitions) Check(declaration func(register string) (*register.Declaration, error)) error {
	var faults []error
	for _, id := range d.order {
		def := d.current[id]
		bad := func(rule procedure.RuleID, format string, args ...any) {
			faults = append(faults, fmt.Errorf("%s %s：%s", def, rule, fmt.Sprintf(format, args...)))
		}
		for _, c := range def.Children() {
			if d.current[c.Procedure] == nil {
				bad("", "children 中的“%s”：没有程序 %s", c.ID, c.Procedure)
			}
		}
		for _, s := range def.Steps() {
			for _, out := range s.Outcomes {
				for _, o := range out.Opens {
					if why := d.opens(def, o); why != "" {
						bad(s.Rule, "“%s”启动 %s：%s", out.Name, o.Procedure, why)
					}
				}
				for _, e := range out.Enters {
					if why := enters(e, declaration); why != "" {
						bad(s.Rule, "“%s”登记到 %s：%s", out.Name, e.Register, why)
					}
				}
			}
		}
		for _, p := range def.Publications() {
			if p.Intake == nil {
				continue
			}
			child := d.current[p.Intake.Procedure]
			if child == nil {
				bad(p.Rule, "公众提交：没有程序 %s", p.Intake.Procedure)
			} else if _, takes := child.Intake(); !takes {
				bad(p.Rule, "公众提交：程序 %s 没有写明 intake", child)
			} else if why := names(child, p.Intake.Link, def); why != "" {
				bad(p.Rule, "公众提交：%s", why)
			}
		}
	}
	if len(faults) == 0 {
		return nil
	}
	return &gov.Error{Kind: gov.Invalid, Text: "程序定义相互不符，不能启动：\n" + errors.Join(faults...).Error()}
}

// opens says why an outcome of def cannot open a case, or nothing.
func (d *Definitions) opens(def *procedure.Definition, o procedure.Opens) string {
	child := d.current[o.Procedure]
	if child == nil {
		return "没有这个程序"
	}
	if why := names(child, o.Link, def); why != "" {
		return why
	}
	start := child.Opening().Fields
	for to, from := range o.Fields {
		f, ok := startField(start, to)
		if !ok {
			return fmt.Sprintf("它的启动表单没有字段“%s”", to)
		}
		if own, ok := def.Field(from); !ok {
			return fmt.Sprintf("本程序没有字段“%s”", from)
		} else if own.Type != f.Type {
			return fmt.Sprintf("字段“%s”是 %s，“%s”是 %s", from, own.Type, to, f.Type)
		} else if own.Personal {
			return fmt.Sprintf("个人信息字段“%s”不能抄入另一案件", from)
		}
	}
	for _, f := range start {
		if _, copied := o.Fields[f.ID]; f.Required && !copied && f.ID != o.Link {
			return fmt.Sprintf("它的启动表单要求填写“%s”，这里没有给出", f.ID)
		}
	}
	return ""
}

// names says why a start field of child cannot name a case of def, or nothing.
func names(child *procedure.Definition, link procedure.FieldID, def *procedure.Definition) string {
	f, ok := startField(child.Opening().Fields, link)
	switch {
	case !ok:
		return fmt.Sprintf("程序 %s 的启动表单没有字段“%s”", child, link)
	case f.Type != procedure.CaseField:
		return fmt.Sprintf("程序 %s 的字段“%s”不是关联案件", child, link)
	case len(f.Procedures) > 0 && !slices.Contains(f.Procedures, def.ID()):
		return fmt.Sprintf("程序 %s 的字段“%s”不能关联 %s 的案件", child, link, def.ID())
	}
	return ""
}

func startField(fields []procedure.Field, id procedure.FieldID) (procedure.Field, bool) {
	i := slices.IndexFunc(fields, func(f procedure.Field) bool { return f.ID == id })
	if i < 0 {
		return procedure.Field{}, false
	}
	return fields[i], true
}

func enters(e procedure.Enters, declaration func(string) (*register.Declaration, error)) string {
	d, err := declaration(e.Register)
	switch {
	case err != nil:
		return "没有这个登记册"
	case !d.TakesCases():
		return "这个登记册不能由案件登记"
	case e.Ends:
		return ""
	}
	for name := range e.Values {
		if _, ok := d.Field(name); !ok {
			return fmt.Sprintf("登记册没有“%s”这一项", name)
		}
	}
	for _, f := range d.Fields {
		if _, given := e.Values[f.Name]; f.Required && f.Fill == "" && !given {
			return fmt.Sprintf("没有给出必填的“%s”", f.Name)
		}
	}
	return ""
}
