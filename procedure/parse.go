package procedure

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"zhunsheng/gov"
)

// maxSource bounds a definition or scenario file. It guards memory, it is no rule.
const maxSource = 1 << 20

// Pos is a place in a source file; lines and columns count from 1.
type Pos struct {
	File string
	Line int
	Col  int
}

func (p Pos) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col)
}

// Problem is one thing that the parser or the checker refuses, in words for the author.
type Problem struct {
	Pos  Pos
	Rule RuleID // the rule id concerned, if any
	Text string
}

func (p Problem) String() string {
	if p.Rule != "" {
		return fmt.Sprintf("%s: %s %s", p.Pos, p.Rule, p.Text)
	}
	return fmt.Sprintf("%s: %s", p.Pos, p.Text)
}

// Problems is what Parse and AddScenarios return as their error: everything that was
// found, in the order of the file.
type Problems []Problem

func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

func (ps Problems) sort() Problems {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Col, b.Pos.Col))
	})
	return slices.Compact(ps)
}

// Parse reads one definition. name is shown in positions. The error is Problems. A
// definition that parses can be evaluated; whether it may be used is for Check to say.
func Parse(name string, src []byte) (*Definition, error) {
	root, problems := readYAML(name, src)
	if len(problems) > 0 {
		return nil, problems.sort()
	}
	if problems = validate(name, root); len(problems) > 0 {
		return nil, problems.sort()
	}
	for _, path := range [][]any{{"from"}, {"to"}, {"transition", "on"}} {
		if n := at(root, path...); n != nil {
			if _, err := gov.ParseDay(n.Value); err != nil {
				return nil, Problems{{Pos: Pos{name, n.Line, n.Column}, Text: err.Error()}}
			}
		}
	}
	if problems = badSince(name, root, nil); len(problems) > 0 {
		return nil, problems.sort()
	}
	d := &Definition{file: name, root: root, text: bytes.Clone(src)}
	if err := root.Decode(&d.src); err != nil {
		return nil, yamlProblems(name, err).sort()
	}
	sum := sha256.Sum256(src)
	d.digest = hex.EncodeToString(sum[:])
	d.signoffs()
	d.compile()
	return d, nil
}

// readYAML gives the one document of the file. Anchors and aliases are refused: a lawyer
// reads what stands in the place, and nothing can blow up.
func readYAML(name string, src []byte) (*yaml.Node, Problems) {
	at := func(line int, text string) Problems {
		return Problems{{Pos: Pos{name, line, 1}, Text: text}}
	}
	if len(src) > maxSource {
		return nil, at(1, "文件过大")
	}
	if !utf8.Valid(src) {
		return nil, at(1, "文件不是 UTF-8 编码")
	}
	dec := yaml.NewDecoder(strings.NewReader(string(src)))
	var doc, more yaml.Node
	if err := dec.Decode(&doc); err != nil {
		return nil, yamlProblems(name, err)
	}
	if err := dec.Decode(&more); err == nil {
		return nil, at(more.Line, "一个文件只能有一个文档")
	}
	if len(doc.Content) != 1 {
		return nil, at(1, "文件是空的")
	}
	root := doc.Content[0]
	if problems := plain(name, root, nil); len(problems) > 0 {
		return nil, problems
	}
	return root, nil
}

// plain refuses anchors, aliases and keys that stand twice.
func plain(name string, n *yaml.Node, found Problems) Problems {
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		return append(found, Problem{Pos: Pos{name, n.Line, n.Column}, Text: "不使用锚点和引用（& 和 *），请写全"})
	}
	if n.Kind == yaml.MappingNode {
		seen := map[string]int{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			k := n.Content[i]
			if k.Kind != yaml.ScalarNode {
				found = append(found, Problem{Pos: Pos{name, k.Line, k.Column}, Text: "键必须是一个词"})
			} else if line, twice := seen[k.Value]; twice {
				found = append(found, Problem{Pos: Pos{name, k.Line, k.Column}, Text: fmt.Sprintf("“%s”写了两次，第一次在第%d行", k.Value, line)})
			} else {
				seen[k.Value] = k.Line
			}
		}
	}
	for _, c := range n.Content {
		found = plain(name, c, found)
	}
	return found
}

var yamlLine = regexp.MustCompile(`line (\d+): (.*)`)

func yamlProblems(name string, err error) Problems {
	texts := []string{err.Error()}
	var many *yaml.TypeError
	if errors.As(err, &many) {
		texts = many.Errors
	}
	var out Problems
	for _, text := range texts {
		line := 1
		if m := yamlLine.FindStringSubmatch(text); m != nil {
			line, _ = strconv.Atoi(m[1])
			text = m[2]
		}
		out = append(out, Problem{Pos: Pos{name, line, 1}, Text: "YAML 格式有误：" + strings.TrimPrefix(text, "yaml: ")})
	}
	return out
}

// find walks to the node at a path of keys and indexes; it stops at the deepest there is.
func find(n *yaml.Node, path ...any) *yaml.Node {
	for _, p := range path {
		next := child(n, p)
		if next == nil {
			return n
		}
		n = next
	}
	return n
}

// at is the node at a path, or nil.
func at(n *yaml.Node, path ...any) *yaml.Node {
	for _, p := range path {
		if n = child(n, p); n == nil {
			return nil
		}
	}
	return n
}

func child(n *yaml.Node, p any) *yaml.Node {
	switch p := p.(type) {
	case int:
		if n.Kind == yaml.SequenceNode && p >= 0 && p < len(n.Content) {
			return n.Content[p]
		}
	case string:
		if n.Kind == yaml.SequenceNode {
			if i, err := strconv.Atoi(p); err == nil {
				return child(n, i)
			}
		}
		if n.Kind == yaml.MappingNode {
			for i := 0; i+1 < len(n.Content); i += 2 {
				if n.Content[i].Value == p {
					return n.Content[i+1]
				}
			}
		}
	}
	return nil
}

// pos is the place of what a path names. A step that a sign-off made stands where its
// stage is written.
func (d *Definition) pos(path ...any) Pos { return d.place(d.inText(path)...) }

// inText is the path in the text of what a path of the definition names.
func (d *Definition) inText(path []any) []any {
	if len(path) > 1 && path[0] == "steps" {
		if i, ok := path[1].(int); ok && i < len(d.at) {
			return append(slices.Clone(d.at[i]), path[2:]...)
		}
	}
	return path
}

// place is pos of a path of the text itself.
func (d *Definition) place(path ...any) Pos {
	n := find(d.root, path...)
	return Pos{d.file, n.Line, n.Column}
}
