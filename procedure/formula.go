package procedure

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"gopkg.in/yaml.v3"
)

// costLimit bounds the evaluation of one formula in CEL cost units. A formula has no loops
// (the macros are off), so that only a long chain of text functions could reach it.
const costLimit = 10_000

// formula is one compiled CEL expression. A formula that did not compile is nil and reads
// as false, so that its gate refuses; Check reports why.
type formula struct {
	program cel.Program
	uses    map[string]bool     // names of variables
	facts   map[string][]string // "fields.x.facts": the facts of a named case that it asks for
	spans   []int               // numbers of days between two days that it asks for
	needs   []string            // "steps.x.done" without which it cannot hold
	always  bool                // stands for a rule that was taken out, see Definition.Without
}

// variable is one name of the environment and how a case answers it.
type variable struct {
	typ *cel.Type
	get func(*scope) ref.Val
}

// baseEnv is CEL without macros: no loops, nothing that can be long.
var baseEnv = sync.OnceValue(func() *cel.Env {
	env, err := cel.NewCustomEnv(cel.StdLib(), cel.ClearMacros())
	if err != nil {
		panic(err)
	}
	return env
})

// symbol is how an id is written in a formula.
func symbol[T ~string](id T) string { return strings.ReplaceAll(string(id), "-", "_") }

// environment declares the typed names: what docs/procedure-language.md lists.
func (d *Definition) environment() map[string]variable {
	vars := map[string]variable{
		"act.day":       {cel.IntType, func(sc *scope) ref.Val { return dayVal(sc.act.Occurred.Day()) }},
		"act.outcome":   {cel.StringType, func(sc *scope) ref.Val { return types.String(sc.act.Outcome) }},
		"act.recording": {cel.BoolType, func(sc *scope) ref.Val { return types.Bool(sc.act.Recording != nil) }},
		"actor.person":  {cel.StringType, func(sc *scope) ref.Val { return types.String(sc.act.Actor.Person) }},
		"actor.unit":    {cel.StringType, func(sc *scope) ref.Val { return types.String(sc.act.Actor.Unit) }},
		"actor.post":    {cel.StringType, func(sc *scope) ref.Val { return types.String(sc.act.Actor.Post) }},
		"case.unit":     {cel.StringType, func(sc *scope) ref.Val { return types.String(sc.s.Unit) }},
		"case.status":   {cel.StringType, func(sc *scope) ref.Val { return types.String(sc.s.Status) }},
		"case.opened":   {cel.IntType, func(sc *scope) ref.Val { return dayVal(sc.s.Opened.Day()) }},
		"case.breaches": {cel.IntType, func(sc *scope) ref.Val { return types.Int(len(sc.s.Breaches)) }},
	}
	for _, s := range d.src.Steps {
		d.stepVariables(vars, s)
	}
	for id, f := range d.fields {
		fieldVariables(vars, id, f.Type)
	}
	for id := range d.papers {
		name := "papers." + symbol(id)
		vars[name+".count"] = variable{cel.IntType, func(sc *scope) ref.Val { return types.Int(len(sc.papers(id))) }}
		vars[name+".given"] = variable{cel.BoolType, func(sc *scope) ref.Val { return types.Bool(len(sc.papers(id)) > 0) }}
	}
	for id := range d.clocks {
		clockVariables(vars, id)
	}
	for _, c := range d.src.Children {
		childVariables(vars, c.ID)
	}
	for _, takes := range d.series() {
		for _, n := range takes {
			name := "numbers." + symbol(n.Name)
			vars[name] = variable{cel.StringType, func(sc *scope) ref.Val { return types.String(sc.s.Numbers[n.Name]) }}
			vars[name+".taken"] = variable{cel.BoolType, func(sc *scope) ref.Val { return types.Bool(sc.s.Numbers[n.Name] != "") }}
		}
	}
	return vars
}

func (d *Definition) stepVariables(vars map[string]variable, s Step) {
	id, name := s.ID, "steps."+symbol(s.ID)
	vars[name+".done"] = variable{cel.BoolType, func(sc *scope) ref.Val { _, ok := sc.step(id); return types.Bool(ok) }}
	vars[name+".waived"] = variable{cel.BoolType, func(sc *scope) ref.Val {
		st, ok := sc.step(id)
		return types.Bool(ok && st.Status == StepWaived)
	}}
	vars[name+".outcome"] = variable{cel.StringType, func(sc *scope) ref.Val { st, _ := sc.step(id); return types.String(st.Outcome) }}
	vars[name+".round"] = variable{cel.IntType, func(sc *scope) ref.Val { st, _ := sc.step(id); return types.Int(st.Round) }}
	vars[name+".day"] = variable{cel.IntType, func(sc *scope) ref.Val {
		if st, ok := sc.step(id); ok {
			return dayVal(st.Occurred.Day())
		}
		return types.Int(0)
	}}
	vars[name+".by"] = variable{cel.StringType, func(sc *scope) ref.Val { st, _ := sc.step(id); return types.String(st.By.Person) }}
	vars[name+".unit"] = variable{cel.StringType, func(sc *scope) ref.Val { st, _ := sc.step(id); return types.String(st.By.Unit) }}
	vars[name+".deemed"] = variable{cel.BoolType, func(sc *scope) ref.Val { st, _ := sc.step(id); return types.Bool(st.Deemed) }}
	vars[name+".recorded"] = variable{cel.BoolType, func(sc *scope) ref.Val { st, _ := sc.step(id); return types.Bool(st.Recording) }}
}

func fieldVariables(vars map[string]variable, id FieldID, t FieldType) {
	name := "fields." + symbol(id)
	vars[name+".given"] = variable{cel.BoolType, func(sc *scope) ref.Val { return types.Bool(sc.field(id) != "") }}
	switch t {
	case CaseField:
		vars[name] = variable{cel.StringType, func(sc *scope) ref.Val { return types.String(sc.field(id)) }}
		vars[name+".closed"] = variable{cel.BoolType, func(sc *scope) ref.Val {
			st := sc.link(id).Status
			return types.Bool(st == Closed || st == Withdrawn)
		}}
		vars[name+".facts"] = variable{cel.ListType(cel.StringType), func(sc *scope) ref.Val {
			return types.DefaultTypeAdapter.NativeToValue(append([]string{}, sc.link(id).Facts...))
		}}
		vars[name+".procedure"] = variable{cel.StringType, func(sc *scope) ref.Val { return types.String(sc.link(id).Procedure) }}
	case BoolField:
		vars[name] = variable{cel.BoolType, func(sc *scope) ref.Val { return types.Bool(sc.field(id) == "true") }}
	case DayField:
		vars[name] = variable{cel.IntType, func(sc *scope) ref.Val { return dayText(sc.field(id)) }}
	case NumberField:
		vars[name] = variable{cel.DoubleType, func(sc *scope) ref.Val { return numberText(sc.field(id)) }}
	default:
		vars[name] = variable{cel.StringType, func(sc *scope) ref.Val { return types.String(sc.field(id)) }}
	}
}

func clockVariables(vars map[string]variable, id ClockID) {
	name := "clocks." + symbol(id)
	for _, st := range []ClockStatus{ClockRunning, ClockMet, ClockLate, ClockExpired, ClockSuspended, ClockCancelled} {
		vars[name+"."+string(st)] = variable{cel.BoolType, func(sc *scope) ref.Val { return types.Bool(sc.s.Clocks[id].Status == st) }}
	}
	vars[name+".extended"] = variable{cel.IntType, func(sc *scope) ref.Val { return types.Int(len(sc.s.Clocks[id].Extended)) }}
	vars[name+".due"] = variable{cel.IntType, func(sc *scope) ref.Val { return dayVal(sc.s.Clocks[id].Due) }}
	vars[name+".met_on"] = variable{cel.IntType, func(sc *scope) ref.Val { return dayVal(sc.s.Clocks[id].MetOn) }}
}

// formulas compiles every formula of the definition in one environment.
func (d *Definition) formulas() {
	d.vars = d.environment()
	opts := make([]cel.EnvOption, 0, len(d.vars))
	for name, v := range d.vars {
		opts = append(opts, cel.Variable(name, v.typ))
	}
	env, err := baseEnv().Extend(opts...)
	if err != nil {
		d.fault(d.pos(), "", "公式环境无法建立：%v", err)
		return
	}
	for i := range d.src.Steps {
		if s := &d.src.Steps[i]; s.When != "" {
			s.when = d.formula(env, cel.BoolType, s.Rule, s.When, "steps", i, "when")
		}
	}
	for i := range d.src.Gates {
		g := &d.src.Gates[i]
		g.require = d.formula(env, cel.BoolType, g.ID, g.Require, "gates", i, "require")
		for j := range g.Missing {
			if l := &g.Missing[j]; l.When != "" {
				l.when = d.formula(env, cel.BoolType, g.ID, l.When, "gates", i, "missing", j, "when")
			}
		}
	}
	for i := range d.src.Clocks {
		if c := &d.src.Clocks[i]; c.If != "" {
			c.when = d.formula(env, cel.BoolType, c.Rule, c.If, "clocks", i, "if")
		}
		for j := range d.src.Clocks[i].Extends {
			if x := &d.src.Clocks[i].Extends[j]; x.If != "" {
				x.when = d.formula(env, cel.BoolType, x.Rule, x.If, "clocks", i, "extends", j, "if")
			}
		}
	}
	for i := range d.src.Facts {
		if f := &d.src.Facts[i]; f.Value != "" {
			f.value = d.formula(env, nil, "", f.Value, "facts", i, "value")
		}
	}
	d.furtherFormulas(env)
	for i := range d.src.Never {
		n := &d.src.Never[i]
		n.when = d.formula(env, cel.BoolType, n.ID, n.When, "never", i, "when")
	}
}

var names = regexp.MustCompile(`\b(steps|fields|papers|clocks|numbers|children)\.([a-z][a-z0-9_]*)(\.[a-z_]+)?`)

// formula compiles one expression; want nil accepts any type. Faults are put at the place
// of the wrong name, or at the formula.
func (d *Definition) formula(env *cel.Env, want *cel.Type, rule RuleID, text string, path ...any) *formula {
	n := find(d.root, d.inText(path)...)
	if unknown := d.unknownNames(text); len(unknown) > 0 {
		for _, u := range unknown {
			d.fault(inside(d.file, n, u.line, u.col), rule, "公式中的 %s 没有定义", u.name)
		}
		return nil
	}
	ast, issues := env.Compile(text)
	if err := issues.Err(); err != nil {
		for _, e := range issues.Errors() {
			d.fault(inside(d.file, n, e.Location.Line(), e.Location.Column()), rule, "公式有误：%s", e.Message)
		}
		return nil
	}
	if want != nil && !ast.OutputType().IsExactType(want) {
		d.fault(inside(d.file, n, 1, 0), rule, "公式的结果应为 %s，实为 %s", want, ast.OutputType())
		return nil
	}
	prg, err := env.Program(ast, cel.EvalOptions(cel.OptOptimize), cel.CostLimit(costLimit))
	if err != nil {
		d.fault(inside(d.file, n, 1, 0), rule, "公式有误：%v", err)
		return nil
	}
	f := &formula{program: prg, uses: map[string]bool{}}
	for _, r := range ast.NativeRep().ReferenceMap() {
		if _, ok := d.vars[r.Name]; ok {
			f.uses[r.Name] = true
		}
	}
	f.facts, f.spans = factsAsked(ast.NativeRep()), spansAsked(ast.NativeRep())
	f.needs = needed(ast.NativeRep(), ast.NativeRep().Expr())
	return f
}

type unknownName struct {
	name      string
	line, col int
}

// unknownNames finds names of steps, fields, papers, clocks and numbers that the
// definition does not have; CEL itself would only say "undeclared reference to 'steps'".
func (d *Definition) unknownNames(text string) []unknownName {
	var out []unknownName
	for _, m := range names.FindAllStringIndex(text, -1) {
		name := text[m[0]:m[1]]
		parts := strings.SplitN(name, ".", 3)
		known := d.vars[name].typ != nil
		if !known && len(parts) == 3 { // fields.x.contains(…): a method on a value
			known = d.vars[parts[0]+"."+parts[1]].typ != nil && strings.HasPrefix(text[m[1]:], "(")
		}
		if !known {
			line := 1 + strings.Count(text[:m[0]], "\n")
			col := m[0] - (strings.LastIndex(text[:m[0]], "\n") + 1)
			out = append(out, unknownName{name, line, col})
		}
	}
	return out
}

// inside is the place of a line and column of a formula (lines from 1, columns from 0) as
// it stands in the file; for folded text it is the start of the text.
func inside(file string, n *yaml.Node, line, col int) Pos {
	switch {
	case n.Style&yaml.LiteralStyle != 0:
		return Pos{file, n.Line + line, n.Column + col}
	case n.Style&yaml.FoldedStyle != 0 || line > 1:
		return Pos{file, n.Line, n.Column}
	case n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0:
		col++
	}
	return Pos{file, n.Line, n.Column + col}
}

// holds evaluates a condition. An error or a formula that did not compile is false: a gate
// in doubt refuses.
func (f *formula) holds(sc *scope) bool {
	if f == nil {
		return false
	}
	if f.always {
		return true
	}
	v, _, err := f.program.Eval(sc)
	if err != nil {
		return false
	}
	b, ok := v.(types.Bool)
	return ok && bool(b)
}

// FactValue evaluates a fact of a case; ok is false for a fact that is a clock, that does
// not exist or that has no value.
func (d *Definition) FactValue(id string, s *State) (value any, ok bool) {
	for i := range d.src.Facts {
		f := &d.src.Facts[i]
		if f.ID != id || f.value == nil {
			continue
		}
		v, _, err := f.value.program.Eval(&scope{d: d, s: s})
		if err != nil {
			return nil, false
		}
		return v.Value(), true
	}
	return nil, false
}

func (d *Definition) fault(at Pos, rule RuleID, format string, args ...any) {
	d.faults = append(d.faults, Problem{Pos: at, Rule: rule, Text: fmt.Sprintf(format, args...)})
}
