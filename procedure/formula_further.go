package procedure

import (
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

func childVariables(vars map[string]variable, id string) {
	name := "children." + symbol(id)
	vars[name+".count"] = variable{cel.IntType, func(sc *scope) ref.Val { return types.Int(sc.children(id).Count) }}
	vars[name+".open"] = variable{cel.IntType, func(sc *scope) ref.Val { return types.Int(sc.children(id).Open) }}
	vars[name+".closed"] = variable{cel.IntType, func(sc *scope) ref.Val {
		n := sc.children(id)
		return types.Int(n.Count - n.Open)
	}}
}

// furtherFormulas compiles the formulas that stand on forms, outcomes, publications,
// templates and the transition.
func (d *Definition) furtherFormulas(env *cel.Env) {
	condition := func(rule RuleID, text string, path ...any) *formula {
		if text == "" {
			return nil
		}
		return d.formula(env, cel.BoolType, rule, text, path...)
	}
	for i := range d.src.Start.Fields {
		f := &d.src.Start.Fields[i]
		f.requiredWhen = condition("", f.RequiredWhen, "start", "fields", i, "required_when")
	}
	for i := range d.src.Steps {
		s := &d.src.Steps[i]
		for j := range s.Fields {
			f := &s.Fields[j]
			f.requiredWhen = condition(s.Rule, f.RequiredWhen, "steps", i, "fields", j, "required_when")
		}
		for j := range s.Papers {
			p := &s.Papers[j]
			p.requiredWhen = condition(s.Rule, p.RequiredWhen, "steps", i, "papers", j, "required_when")
		}
		for j := range s.Outcomes {
			o := &s.Outcomes[j]
			for k := range o.Opens {
				o.Opens[k].when = condition(s.Rule, o.Opens[k].When, "steps", i, "outcomes", j, "opens", k, "when")
			}
			for k := range o.Enters {
				o.Enters[k].when = condition(s.Rule, o.Enters[k].When, "steps", i, "outcomes", j, "enters", k, "when")
			}
		}
	}
	for i := range d.src.Publications {
		p := &d.src.Publications[i]
		p.when = condition(p.Rule, p.When, "publications", i, "when")
	}
	for i := range d.src.Templates {
		t := &d.src.Templates[i]
		t.when = condition("", t.When, "templates", i, "when")
	}
	if m := d.src.Moves; m != nil {
		m.when = condition("", m.When, "transition", "when")
	}
}

// factsAsked finds every `"fact" in fields.x.facts` of a formula.
func factsAsked(a *ast.AST) map[string][]string {
	out := map[string][]string{}
	ast.PostOrderVisit(a.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.CallKind || e.AsCall().FunctionName() != operators.In || len(e.AsCall().Args()) != 2 {
			return
		}
		what, where := e.AsCall().Args()[0], a.ReferenceMap()[e.AsCall().Args()[1].ID()]
		if what.Kind() != ast.LiteralKind || where == nil {
			return
		}
		if fact, ok := what.AsLiteral().Value().(string); ok && !slices.Contains(out[where.Name], fact) {
			out[where.Name] = append(out[where.Name], fact)
		}
	}))
	return out
}

// longestSpan bounds the numbers that are taken for a number of days between two days.
const longestSpan = 4000

// spansAsked lists the whole numbers of a formula that subtracts or adds: fields.until -
// act.day >= 30.
func spansAsked(a *ast.AST) []int {
	var out []int
	counts := false
	ast.PostOrderVisit(a.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		switch e.Kind() {
		case ast.CallKind:
			fn := e.AsCall().FunctionName()
			counts = counts || fn == operators.Subtract || fn == operators.Add
		case ast.LiteralKind:
			if n, ok := e.AsLiteral().Value().(int64); ok && n > 0 && n <= longestSpan && !slices.Contains(out, int(n)) {
				out = append(out, int(n))
			}
		}
	}))
	if !counts {
		return nil
	}
	slices.Sort(out)
	return out
}

// needed lists the variables steps.x.done that a formula joins by && to all else.
func needed(a *ast.AST, e ast.Expr) []string {
	if ref := a.ReferenceMap()[e.ID()]; ref != nil && strings.HasPrefix(ref.Name, "steps.") && strings.HasSuffix(ref.Name, ".done") {
		return []string{ref.Name}
	}
	var out []string
	if e.Kind() == ast.CallKind && e.AsCall().FunctionName() == operators.LogicalAnd {
		for _, arg := range e.AsCall().Args() {
			out = append(out, needed(a, arg)...)
		}
	}
	return out
}
