package law

import (
	"bytes"
	"io/fs"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"
)

func compile(t *testing.T, name string) *jsonschema.Schema {
	src, err := fs.ReadFile(Data(), name)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(src))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("file:///"+name, doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("file:///" + name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// plain turns YAML into what JSON would have given; days stay text.
func plain(t *testing.T, n *yaml.Node) any {
	switch n.Kind {
	case yaml.DocumentNode:
		return plain(t, n.Content[0])
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			m[n.Content[i].Value] = plain(t, n.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		l := []any{}
		for _, c := range n.Content {
			l = append(l, plain(t, c))
		}
		return l
	}
	var v any
	if n.Tag != "!!timestamp" && n.Decode(&v) == nil {
		return v
	}
	return n.Value
}

func TestSchema_EveryFileConforms(t *testing.T) {
	for pattern, schema := range map[string]string{
		"statutes/*.yaml":      "schema/statute.schema.json",
		"calendar/[0-9]*.yaml": "schema/calendar.schema.json",
		"calendar/tail.yaml":   "schema/tail.schema.json",
		"terms.yaml":           "schema/terms.schema.json",
		"receipt.yaml":         "schema/receipt.schema.json",
	} {
		s := compile(t, schema)
		names, err := fs.Glob(Data(), pattern)
		if err != nil || len(names) == 0 || strings.Contains(pattern, "*") && len(names) < 15 {
			t.Fatalf("%s: %d files, %v", pattern, len(names), err)
		}
		for _, name := range names {
			src, err := fs.ReadFile(Data(), name)
			if err != nil {
				t.Fatal(err)
			}
			var n yaml.Node
			if err := yaml.Unmarshal(src, &n); err != nil {
				t.Fatal(err)
			}
			if err := s.Validate(plain(t, &n)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// TestSchema_RefusesWhatTheLoaderRefuses: the schema is no empty promise.
func TestSchema_RefusesWhatTheLoaderRefuses(t *testing.T) {
	for _, c := range []struct{ schema, text string }{
		{"terms", "terms: [{id: 甲, statute: 甲法, start: 第一条, match: 第二条, hours: 第一条, skip_hour: false}]"},
		{"terms", "terms: [{id: 甲, statute: 甲法, start: 一条, match: 第二条, roll: 第三条, hours: 第一条, skip_hour: false}]"},
		{"terms", "terms: [{id: 甲, statute: 甲法, start: 第一条, match: 第二条, roll: 第三条, hours: 第一条, closes: 第三条, skip_hour: false}]"},
		{"terms", "terms: [{id: 甲, statute: 甲法, start: 第一条, match: 第二条, roll: 第三条, hours: 第一条, closes: 第三条, closes_says: 丙, posted: 第四条, skip_hour: false}]"},
		{"terms", "terms: []"},
		{"tail", "from: 11-28\nwhy: 理由"},
		{"tail", "from: 12-28"},
		{"receipt", "papers: [{id: a, name: 甲}]\nchannels: [{id: a, name: 甲}]\nfacts: [{id: a, name: 甲}]"},
		{"receipt", "papers: [{id: a, name: 甲, day: 乙}]\nchannels: [{id: a, name: 甲, day: 乙}]\nfacts: [{id: a, name: 甲}]"},
		{"calendar", "year: 2030\nmark: page\nsource: 出处\nnotices: [{page: https://example.org/1, effect: 2030-01-01, off: [], work: []}]"},
	} {
		var n yaml.Node
		if err := yaml.Unmarshal([]byte(c.text), &n); err != nil {
			t.Fatal(err)
		}
		if err := compile(t, "schema/"+c.schema+".schema.json").Validate(plain(t, &n)); err == nil {
			t.Errorf("%s accepts %s", c.schema, c.text)
		}
	}
}
