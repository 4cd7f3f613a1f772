package law

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"gopkg.in/yaml.v3"
)

// TestSchema_AgreesWithTheLoader takes every single key out of every kind of file, and turns
// every single value into nonsense: what the published schema refuses, the loader refuses
// too, and the other way round, save for what the loader knows by looking at several places.
func TestSchema_AgreesWithTheLoader(t *testing.T) {
	all := fstest.MapFS{}
	for name, f := range files(t, "2099", nil) {
		if _, statute := strings.CutPrefix(name, "statutes/"); !statute || slices.Contains(related, name) {
			all[name] = f
		}
	}
	for year := 2007; year < 2030; year++ {
		if year != 2020 {
			delete(all, fmt.Sprintf("calendar/%d.yaml", year))
		}
	}
	for name, kind := range map[string]string{
		"terms.yaml": "terms", "receipt.yaml": "receipt", "calendar/tail.yaml": "tail", "calendar/2020.yaml": "calendar",
		"statutes/行政许可法.yaml": "statute", "statutes/行政强制法.yaml": "statute", "statutes/治安管理处罚法.yaml": "statute",
	} {
		schema := compile(t, "schema/"+kind+".schema.json")
		src, err := fs.ReadFile(Data(), name)
		if err != nil {
			t.Fatal(err)
		}
		mutations := 0
		check := func(what string, root *yaml.Node) {
			mutations++
			text, err := yaml.Marshal(root)
			if err != nil {
				t.Fatal(err)
			}
			changed := fstest.MapFS{}
			for n, f := range all {
				changed[n] = f
			}
			changed[name] = &fstest.MapFile{Data: text}
			_, loads := Load(changed)
			conforms := schema.Validate(plain(t, root))
			if conforms != nil && loads == nil {
				t.Errorf("%s: %s: the schema refuses, the loader takes it", name, what)
			}
			if conforms == nil && loads != nil && !slices.ContainsFunc(acrossPlaces, func(s string) bool { return strings.Contains(loads.Error(), s) }) {
				t.Errorf("%s: %s: the schema takes it, the loader says %v", name, what, loads)
			}
		}
		var root yaml.Node
		if err := yaml.Unmarshal(src, &root); err != nil {
			t.Fatal(err)
		}
		mutate(root.Content[0], "", func(what string) { check(what, &root) })
		if mutations < 4 {
			t.Errorf("%s: %d mutations", name, mutations)
		}
		t.Logf("%s: %d mutations", name, mutations)
	}
}

// related are the statutes to which those under test refer.
var related = []string{
	"statutes/民法典.yaml", "statutes/民事诉讼法.yaml", "statutes/行诉解释.yaml", "statutes/行政诉讼法.yaml", "statutes/行政处罚法.yaml", "statutes/行政复议法.yaml",
	"statutes/行政复议法实施条例.yaml", "statutes/行政许可法.yaml", "statutes/行政强制法.yaml", "statutes/治安管理处罚法.yaml",
}

// acrossPlaces are the loader's sentences about things that no schema of one file can know.
var acrossPlaces = []string{
	"is not among the words of receipt.yaml", "no terms", "has no rule for", "登记中没有", "stands twice", "a second rule for", "must be named for",
	"also stands for", "does not belong to the notice", "is named twice", "a change names in amends", "is a weekday", "日期范围",
	"does not follow the one before", "a version marked text names the text", "changes stand in the order", "its words where the text was read",
}

func contains(err error, s string) bool {
	return err != nil && len(s) > 0 && strings.Contains(err.Error(), s)
}

// mutate walks the tree, changes one thing at a time, calls f, and puts it back.
func mutate(n *yaml.Node, at string, f func(what string)) {
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i].Value
			kept := n.Content
			n.Content = slices.Concat(kept[:i], kept[i+2:])
			f("without " + at + "/" + key)
			n.Content = kept
			mutate(n.Content[i+1], at+"/"+key, f)
		}
	case yaml.SequenceNode:
		for i := range n.Content {
			mutate(n.Content[i], at+"/"+string(rune('0'+i%10)), f)
		}
	case yaml.ScalarNode:
		kept := *n
		*n = yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: "", Style: yaml.DoubleQuotedStyle}
		f("empty " + at)
		*n = kept
	}
}
