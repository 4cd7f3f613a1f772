package procedure

import (
	"regexp"
	"slices"
	"strings"
)

// placeholder is a name in braces in a text of a definition.
var placeholder = regexp.MustCompile(`\{[^{}\n]*\}`)

// blocks are the lines of a template's body that stand for a table.
var blocks = []string{"{{elements}}", "{{comments}}"}

// placeholders lists the names in braces of a text, each as often as it stands there.
func placeholders(text string) []string {
	var out []string
	for _, m := range placeholder.FindAllString(text, -1) {
		out = append(out, m[1:len(m)-1])
	}
	return out
}

// knows reports that a placeholder can be filled.
func (d *Definition) knows(name string) bool {
	if unit, of := strings.CutPrefix(name, "unit:"); of {
		return unitSpec.MatchString(unit)
	}
	parts := strings.Split(name, ".")
	last := parts[len(parts)-1]
	switch parts[0] {
	case "title", "case", "basis":
		return len(parts) == 1
	case "unit":
		return len(parts) == 1 || len(parts) == 2 && last == "name"
	case "act":
		return len(parts) == 2 && (last == "day" || last == "by")
	case "number":
		return len(parts) == 2 && d.hasNumber(last)
	case "field":
		if len(parts) < 2 || d.fields[FieldID(parts[1])] == nil {
			return false
		}
		return len(parts) == 2 || len(parts) == 3 && last == "name"
	case "step":
		return len(parts) == 3 && d.steps[StepID(parts[1])] != nil && slices.Contains([]string{"day", "by", "unit", "outcome"}, last)
	case "clock":
		return len(parts) == 3 && d.clocks[ClockID(parts[1])] != nil && last == "due"
	case "children":
		return len(parts) == 3 && slices.Contains([]string{"count", "open", "closed"}, last) &&
			slices.ContainsFunc(d.src.Children, func(c Child) bool { return c.ID == parts[1] })
	}
	return false
}

// unitSpec is how a unit other than the case's is named.
var unitSpec = regexp.MustCompile(`^(own|parent|parameter:[a-z][a-z0-9-]*|key:[a-z0-9-]+)$`)

// text checks the placeholders of a text. What stands in an event must not be personal.
func (c *checker) text(rule RuleID, text string, inEvent bool, path ...any) {
	for _, name := range placeholders(text) {
		if !c.d.knows(name) {
			c.report(rule, "文中的 {"+name+"} 没有定义", path...)
			continue
		}
		if id, of := strings.CutPrefix(name, "field."); of && inEvent && c.d.Personal(FieldID(strings.TrimSuffix(id, ".name"))) {
			c.report(rule, "个人信息不写入记录：{"+name+"}", path...)
		}
	}
	if rest := placeholder.ReplaceAllString(text, ""); strings.ContainsAny(rest, "{}") {
		c.report(rule, "文中的花括号没有成对", path...)
	}
}

// template: paper, step and placeholders exist, and the paper is one of the step.
func (c *checker) template(t Template, i int) {
	d := c.d
	at := func(keys ...any) []any { return append([]any{"templates", i}, keys...) }
	if slices.ContainsFunc(d.src.Templates[:i], func(x Template) bool { return x.ID == t.ID }) {
		c.report("", "模板"+quoted(t.ID)+"写了两次", at("id")...)
	}
	c.trigger(Trigger{Step: t.Step, Outcome: t.Outcome}, at()...)
	if s := d.steps[t.Step]; s != nil && !slices.ContainsFunc(s.Papers, func(p PaperSpec) bool { return p.ID == t.Paper }) {
		c.report(s.Rule, "模板的材料应为环节“"+s.Name+"”上的材料", at("paper")...)
	}
	for key, text := range map[string]string{"title": t.Title, "mark": t.Mark, "to": t.To, "sign": t.Sign} {
		c.text("", text, false, at(key)...)
	}
	for k, e := range t.Elements {
		c.text("", e.Value, false, at("elements", k, "value")...)
	}
	var lines []string
	for _, line := range strings.Split(t.Body, "\n") {
		if !slices.Contains(blocks, strings.TrimSpace(line)) {
			lines = append(lines, line)
		}
	}
	c.text("", strings.Join(lines, "\n"), false, at("body")...)
}
