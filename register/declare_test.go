package register

import (
	"strings"
	"testing"
)

func TestBuiltin(t *testing.T) {
	list, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, d := range list {
		names = append(names, d.Register)
		if !inDirectory(d.Register) {
			t.Errorf("%s is not part of Directory", d.Register)
		}
		if d.About == "" {
			t.Errorf("%s does not say what it is for", d.Register)
		}
	}
	if got := strings.Join(names, " "); got != "grants parameters people posts units" {
		t.Errorf("declared: %s", got)
	}
}

func TestParse_SaysWhereAndWhat(t *testing.T) {
	good := firmsYAML
	if _, err := Parse("firms.yaml", []byte(good)); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ old, new, says string }{
		"not yaml":         {"register: firms", "register: [", "firms.yaml"},
		"unknown word":     {"about: 试验用", "abuot: 试验用", "field abuot not found"},
		"second document":  {"about: 试验用", "about: 试验用\n---\nregister: x", "more than one document"},
		"bad name":         {"register: firms", "register: Firms", `"Firms"`},
		"reserved name":    {"register: firms", "register: '@stream'", `"@stream"`},
		"no key form":      {`key_form: "[0-9A-Z]{4,18}"`, "", "key_form must be given"},
		"bad key form":     {`[0-9A-Z]{4,18}`, `[0-9`, "key_form"},
		"unknown type":     {"type: longtext", "type: blob", `field 2 (note): unknown type "blob"`},
		"no label":         {"label: 人数, ", "", "field 4 (staff): no label"},
		"twice":            {"name: note", "name: name", "field 2 (name): declared twice"},
		"ref to nothing":   {", register: units", "", "register goes with type ref"},
		"choices missing":  {", choices: [{id: s, label: 小}, {id: l, label: 大}]", "", "choices go with"},
		"choice twice":     {"{id: l, label", "{id: s, label", `choice "s"`},
		"choice of words":  {"id: l,", `id: "l,m",`, `choice "l,m"`},
		"level":            {"level: 2", "level: 4", "unknown level"},
		"personal fixed":   {"personal: true", "personal: true, fixed: true", "personal field"},
		"unknown scope":    {"backdate: true", "scope: name", `scope "name"`},
		"wrong type":       {"backdate: true", "backdate: perhaps", "line 7"},
		"unknown fill":     {"type: number", "type: number, fill: clock", `fill "clock"`},
		"negative maximum": {"max: 10", "max: -1", "max is below"},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(good, c.old) {
				t.Fatalf("the text has no %q", c.old)
			}
			_, err := Parse("firms.yaml", []byte(strings.Replace(good, c.old, c.new, 1)))
			if err == nil || !strings.Contains(err.Error(), c.says) || !strings.HasPrefix(err.Error(), "register: bad declaration: firms.yaml: ") {
				t.Errorf("got %v, want something about %q", err, c.says)
			}
		})
	}
	if _, err := Parse("x", make([]byte, maxDeclaration+1)); err == nil {
		t.Error("a text of any length was taken")
	}
	if _, err := Parse("x", nil); err == nil {
		t.Error("an empty text was taken")
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(firmsYAML))
	files, _ := builtin.ReadDir("data")
	for _, e := range files {
		text, _ := builtin.ReadFile("data/" + e.Name())
		f.Add(text)
	}
	f.Add([]byte("register: &a [*a]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := Parse("x.yaml", text)
		if err != nil {
			if d != nil {
				t.Fatal("a declaration with an error")
			}
			return
		}
		if !nameForm.MatchString(d.Register) || d.key == nil || len(d.Digest()) != 64 {
			t.Fatalf("incomplete: %+v", d)
		}
		for _, fd := range d.Fields {
			for _, v := range []string{"", "x", "2026-01-01", "true", "1", "a,b，c、a", "private:0", "\x00", "一"} {
				out, why := fd.clean(v)
				if why != "" {
					continue
				}
				if again, why := fd.clean(out); again != out || why != "" {
					t.Fatalf("%s: %q became %q, then %q %s", fd.Type, v, out, again, why)
				}
			}
		}
	})
}
