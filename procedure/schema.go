package procedure

import (
	"bytes"
	_ "embed"
	"fmt"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"gopkg.in/yaml.v3"
)

//go:embed schema.json
var schemaText []byte

// Schema is the published JSON Schema of definitions.
func Schema() []byte { return bytes.Clone(schemaText) }

// compiledSchema panics on a broken schema.json, which is a fault of the build.
var compiledSchema = sync.OnceValue(func() *jsonschema.Schema {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schemaText))
	if err != nil {
		panic(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		panic(err)
	}
	return c.MustCompile("schema.json")
})

// overlaySchema is the part of the schema for overlays.
var overlaySchema = sync.OnceValue(func() *jsonschema.Schema {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schemaText))
	if err != nil {
		panic(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		panic(err)
	}
	return c.MustCompile("schema.json#/$defs/overlay")
})

func validate(name string, root *yaml.Node) Problems {
	return validateAs(compiledSchema(), name, root)
}

func validateAs(schema *jsonschema.Schema, name string, root *yaml.Node) Problems {
	err := schema.Validate(plainValue(root))
	if err == nil {
		return nil
	}
	ve, ok := err.(*jsonschema.ValidationError)
	if !ok {
		return Problems{{Pos: Pos{name, root.Line, root.Column}, Text: err.Error()}}
	}
	return schemaProblems(name, root, ve, nil)
}

// plainValue is the value as JSON Schema sees it: scalars that are not numbers, booleans
// or null stay the text that was written, days among them.
func plainValue(n *yaml.Node) any {
	switch n.Kind {
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			m[n.Content[i].Value] = plainValue(n.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, c := range n.Content {
			list[i] = plainValue(c)
		}
		return list
	}
	var v any
	switch n.ShortTag() {
	case "!!int", "!!float", "!!bool", "!!null":
		if n.Decode(&v) == nil {
			switch v.(type) {
			case int, float64, bool, nil:
				return v
			}
		}
	}
	return n.Value
}

func schemaProblems(name string, root *yaml.Node, ve *jsonschema.ValidationError, out Problems) Problems {
	if len(ve.Causes) > 0 {
		for _, c := range ve.Causes {
			out = schemaProblems(name, root, c, out)
		}
		return out
	}
	path := make([]any, len(ve.InstanceLocation))
	for i, p := range ve.InstanceLocation {
		path[i] = p
	}
	n := find(root, path...)
	where := "此处"
	if len(ve.InstanceLocation) > 0 {
		where = "“" + strings.Join(ve.InstanceLocation, ".") + "”"
	}
	add := func(n *yaml.Node, format string, args ...any) {
		out = append(out, Problem{Pos: Pos{name, n.Line, n.Column}, Text: fmt.Sprintf(format, args...)})
	}
	switch k := ve.ErrorKind.(type) {
	case *kind.Required:
		add(n, "%s缺少 %s", where, strings.Join(k.Missing, "、"))
	case *kind.AdditionalProperties:
		for _, p := range k.Properties {
			add(key(n, p), "%s中没有“%s”这一项", where, p)
		}
	case *kind.Type:
		add(n, "%s应为 %s，写成了 %s", where, strings.Join(k.Want, " 或 "), k.Got)
	case *kind.Enum:
		want := make([]string, len(k.Want))
		for i, w := range k.Want {
			want[i] = fmt.Sprint(w)
		}
		add(n, "%s应为 %s 之一", where, strings.Join(want, "、"))
	case *kind.Pattern:
		add(n, "%s写作“%s”，不符合格式 %s", where, k.Got, k.Want)
	case *kind.MinItems, *kind.MinLength:
		add(n, "%s不能为空", where)
	default:
		text := ve.Error()
		add(n, "%s：%s", where, text[strings.LastIndex(text, "\n")+1:])
	}
	return out
}

// key is the node of a key, for faults of the key itself.
func key(n *yaml.Node, name string) *yaml.Node {
	if n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == name {
				return n.Content[i]
			}
		}
	}
	return n
}
