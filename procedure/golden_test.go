package procedure

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"zhunsheng/gov"
	"zhunsheng/law"
)

// golden compares with a file of testdata/golden; -update writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := "testdata/golden/" + name
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs:\n%s", name, got)
	}
}

func TestExplain_TellsTheDefinitionAsProse(t *testing.T) {
	for _, name := range []string{"invented", "features", "turns", "signed", "opened", "comment", "conditional", "restarted"} {
		d := loadFile(t, "testdata/"+name+".yaml")
		golden(t, name+".explain.txt", d.Explain(testParams, gov.MustDay("2026-04-01")))
	}
}

func scenario(t *testing.T, d *Definition, title string) Played {
	t.Helper()
	for _, s := range d.Scenarios() {
		if s.Title == title {
			p := d.Play(s, law.Default(), testParams)
			for _, f := range p.Failures {
				t.Fatal(f)
			}
			return p
		}
	}
	t.Fatalf("no scenario %q", title)
	return Played{}
}

func TestSVG_DrawsProcedureAndCaseWithoutStylesOrScripts(t *testing.T) {
	d := loadFile(t, "testdata/features.yaml")
	env := testEnv(gov.MustDay("2026-08-01").Start())
	drawings := map[string][]byte{
		"features.svg":      d.SVG(nil, env),
		"features-case.svg": d.SVG(scenario(t, d, "补录：未满异议期、没有登记即决定").State, env),
		"features-late.svg": d.SVG(scenario(t, d, "金额大的须集体讨论；异议期未满不得决定").State, env),
	}
	for name, svg := range drawings {
		golden(t, name, string(svg))
		dec := xml.NewDecoder(strings.NewReader(string(svg)))
		for {
			tok, err := dec.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s is no XML: %v", name, err)
			}
			el, ok := tok.(xml.StartElement)
			if !ok {
				continue
			}
			if el.Name.Local == "script" || el.Name.Local == "style" || el.Name.Local == "image" {
				t.Errorf("%s has a <%s>", name, el.Name.Local)
			}
			for _, a := range el.Attr {
				if a.Name.Local == "style" || a.Name.Local == "href" || strings.HasPrefix(a.Name.Local, "on") {
					t.Errorf("%s has an attribute %s", name, a.Name.Local)
				}
			}
		}
	}
}

// Titles and names go into XML and must not break out of it.
func TestSVG_EscapesNames(t *testing.T) {
	src, err := os.ReadFile("testdata/invented.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d, err := Parse("x.yaml", []byte(strings.Replace(string(src), "name: 收件", `name: "<b>&\"收件"`, 1)))
	if err != nil {
		t.Fatal(err)
	}
	if svg := string(d.SVG(nil, Env{})); strings.Contains(svg, "<b>") {
		t.Error(svg)
	}
}

func TestView_ShowsStationsOffersAndClocks(t *testing.T) {
	d := loadFile(t, "testdata/features.yaml")
	type moment struct {
		scenario string
		lines    int
		actor    gov.Actor
		now      string
	}
	var b strings.Builder
	for _, m := range []moment{
		{"重大的须集体讨论，不能作为不适用", 1, gov.Actor{Person: "p", Post: "clerk", Unit: "own-unit"}, "2026-04-08"},
		{"重大的须集体讨论，不能作为不适用", 1, gov.Actor{Person: "p", Post: "clerk", Unit: "own-unit"}, "2026-04-10"},
		{"重大的须集体讨论，不能作为不适用", 2, gov.Actor{Person: "p", Post: "clerk", Unit: "parent-unit"}, "2026-04-09"},
		{"重大的须集体讨论，不能作为不适用", 2, gov.Actor{Person: "p", Post: "clerk", Unit: "parent-unit"}, "2026-07-02"},
		{"重大的须集体讨论，不能作为不适用", 7, gov.Actor{Person: "p", Post: "clerk", Unit: "own-unit"}, "2026-04-14"},
		{"金额大的须集体讨论；异议期未满不得决定", 4, gov.Actor{Person: "p", Post: "clerk", Unit: "own-unit"}, "2026-04-03"},
		{"晚于听证七日前", 2, gov.Actor{Person: "p", Post: "clerk", Unit: "own-unit"}, "2026-04-01"},
		{"补录：未满异议期、没有登记即决定", 4, gov.Actor{Person: "p", Post: "clerk", Unit: "u7"}, "2026-04-20"},
	} {
		s := upTo(t, d, m.scenario, m.lines)
		env := testEnv(gov.MustDay(m.now).Start().Add(9 * 3600e9))
		name, post := d.Next(s)
		fmt.Fprintf(&b, "== %s，%d行之后，%s，下一步 %s（%s）\n", m.scenario, m.lines, m.now, name, post)
		writeView(&b, d.View(s, m.actor, env))
	}
	golden(t, "features.view.txt", b.String())
}

// upTo plays the first lines of a scenario.
func upTo(t *testing.T, d *Definition, title string, lines int) *State {
	t.Helper()
	for _, s := range d.Scenarios() {
		if s.Title == title {
			part := *s
			part.Lines = s.Lines[:lines]
			p := d.Play(&part, law.Default(), testParams)
			for _, f := range p.Failures {
				t.Fatal(f)
			}
			return p.State
		}
	}
	t.Fatalf("no scenario %q", title)
	return nil
}

func writeView(b *strings.Builder, v View) {
	for _, s := range v.Stations {
		fmt.Fprintf(b, "站 %s %s 第%d轮 %s %s 补录=%v\n", s.Name, s.Status, s.Round, s.Day, s.Note, s.Recording)
	}
	for _, o := range v.Offers {
		fmt.Fprintf(b, "办 %s 由%s 本人=%v 可办=%v 可补录=%v", o.Name, o.Role, o.Mine, o.Allowed, o.MayRecord)
		for _, x := range o.Outcomes {
			fmt.Fprintf(b, " [%s %s]", x.Name, x.Leads)
		}
		b.WriteString("\n")
		for _, f := range o.Form.Fields {
			fmt.Fprintf(b, "   栏 %s %s 必填=%v 值=%q\n", f.Label, f.Type, f.Required, f.Value)
		}
		for _, p := range o.Form.Papers {
			fmt.Fprintf(b, "   材料 %s 必备=%v 已有%d件\n", p.Label, p.Required, len(p.Have))
		}
		for _, r := range o.Refusals {
			fmt.Fprintf(b, "   不能 %s %s %s\n", r.Kind, r.Rule, r.Text)
		}
	}
	for _, c := range v.Clocks {
		fmt.Fprintf(b, "期限 %s %s %s %s 剩%d%s %s 名义%s 未核实=%v\n", c.Name, c.Status, c.Tone, c.Due, c.Left, c.LeftUnit, c.Text, c.Nominal, c.Unverified)
	}
	for _, x := range v.Breaches {
		fmt.Fprintf(b, "违反 %s %s 补正=%v\n", x.Rule, x.Text, x.Repaired != 0)
	}
}

// The stored form of effects is read by every later release: what one of this release looks
// like is pinned.
func TestEffects_StoredFormIsPinned(t *testing.T) {
	for name, title := range map[string]string{
		"invented": "退回重来，逾期", "turns": "更正经他人批准后显示；更正起算日的，期限重新推算",
		"turns-extended": "延长须情况复杂，须告知，以一次为限", "turns-deemed": "逾期未作出不予受理决定的，自审查期限届满之日起视为受理",
	} {
		base, _, _ := strings.Cut(name, "-")
		pinned(t, name, scenario(t, loadFile(t, "testdata/"+base+".yaml"), title).Events)
	}
}

func pinned(t *testing.T, name string, events []Effects) {
	t.Helper()
	var b strings.Builder
	for _, e := range events {
		for i := range e.Clocks {
			e.Clocks[i].Derivation = law.Due{} // pinned in package law
		}
		body, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(body)
		b.WriteByte('\n')
	}
	golden(t, name+".effects.jsonl", b.String())
}
