package web

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"zhunsheng/gov"
	"zhunsheng/law"
)

const hostile = `"'><script>alert(1)</script><img src=x onerror=alert(1)>`

// filled sets every string of a value to s, every flag to true, every slice to two
// elements, so that each branch of a component is drawn.
func filled[T any](s string) T {
	var v T
	fill(reflect.ValueOf(&v).Elem(), s, 0)
	return v
}

func fill(v reflect.Value, s string, depth int) {
	if depth > 6 {
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(7)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), s, depth+1)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), s, depth+1)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				fill(v.Field(i), s, depth+1)
			}
		}
	}
}

// components draws every exported component with text s everywhere.
func components(s string) map[string]templ.Component {
	field := func(k FieldKind) Field {
		f := filled[Field](s)
		f.Kind, f.ReadOnly = k, false
		return f
	}
	table := filled[Table](s)
	return map[string]templ.Component{
		"Badge": Badge(Late, s), "BadgeLink": BadgeLink(filled[BadgeView](s)), "RecordedBadge": RecordedBadge(),
		"VerifiedBadge": VerifiedBadge(s), "Cite": Cite(filled[law.Citation](s)), "Cites": Cites(filled[[]law.Citation](s)),
		"RuleID": RuleID(s), "ButtonView": ButtonView(filled[Button](s)), "PrintButton": PrintButton(s),
		"OpenAllButton": OpenAllButton(s, s), "Digest": Digest(s, s), "AsOf": AsOf(s), "Count": Count(3),
		"Card": With(Card(filled[CardHead](s)), Badge(Met, s)), "Heading": Heading(filled[PageHead](s)),
		"Breadcrumbs": Breadcrumbs(filled[[]Crumb](s)), "FlashBar": FlashBar(filled[*Flash](s)), "Notice": With(Notice(Soon, s), Badge(Met, s)),
		"RefusalPanel": RefusalPanel(filled[[]Refusal](s)), "EmptyState": EmptyState(filled[Empty](s)), "Definitions": Definitions(filled[[]Def](s)),
		"KeyValues": KeyValues(filled[[]Def](s)), "StatBig": StatBig(filled[Stat](s)), "Stats": Stats(filled[[]Stat](s)),
		"ProgressBar": ProgressBar(filled[Progress](s)), "StationLine": StationLine(filled[[]Station](s)), "ClockCard": ClockCard(filled[Clock](s)),
		"Derivation": Derivation(filled[law.Due](s)), "TableView": TableView(table), "PagerView": PagerView(filled[Pager](s)),
		"FilterBar": FilterBar(filled[Filter](s)), "Timeline": Timeline(filled[[]Record](s)), "BreachLine": BreachLine(filled[Breach](s)),
		"FileList": FileList(filled[[]FileItem](s)), "RecordNumber": RecordNumber(3), "FormView": With(FormView(filled[Form](s)), Badge(Met, s)),
		"ErrorSummary": ErrorSummary(filled[[]FormError](s)), "FieldOf": FieldOf(field(TextKind)), "FieldsOf": FieldsOf([]Field{field(TextKind)}),
		"InputField": InputField(field(NumberKind)), "TextArea": TextArea(field(AreaKind)), "SelectField": SelectField(field(SelectKind)),
		"ChoiceField": ChoiceField(field(RadioKind)), "CheckField": CheckField(field(CheckKind)), "FileField": FileField(field(FileKind)),
		"Page": With(Page(filled[Shell](s)), Heading(PageHead{Title: s})), "Portal": With(Portal(filled[Shell](s)), Heading(PageHead{Title: s})),
		"SignInPage": SignInPage(filled[Shell](s), filled[SignIn](s)), "ErrorPage": ErrorPage(filled[Shell](s), filled[Problem](s)),
		"PaperPage": With(PaperPage(filled[Shell](s), filled[Paper](s)), Badge(Met, s)),
	}
}

func render(t *testing.T, c templ.Component) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// The table above misses no component that a page can use.
func TestComponents_TableIsWhole(t *testing.T) {
	decl := regexp.MustCompile(`(?m)^templ ([A-Z]\w*)\(`)
	known := components("x")
	files, _ := filepath.Glob("*.templ")
	n := 0
	for _, f := range files {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range decl.FindAllStringSubmatch(string(src), -1) {
			n++
			if known[m[1]] == nil {
				t.Errorf("%s: component %s is not tested", f, m[1])
			}
		}
	}
	if n != len(known) {
		t.Errorf("%d components declared, %d tested", n, len(known))
	}
}

// Text from people stays text in every place of every component, and an address that
// would run a script is refused.
func TestComponents_Escape(t *testing.T) {
	for _, text := range []string{hostile, "javascript:alert(1)", " data:text/html,x"} {
		for name, c := range components(text) {
			out := render(t, c)
			doc, err := html.Parse(bytes.NewReader(out))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for n := range doc.Descendants() {
				if n.Type != html.ElementNode {
					continue
				}
				if src, _ := attr(n, "src"); n.Data == "img" || n.Data == "script" && !strings.HasPrefix(src, StaticPrefix) {
					t.Errorf("%s: %q broke out as <%s>", name, text, n.Data)
				}
				for _, a := range n.Attr {
					v := strings.ToLower(strings.TrimSpace(a.Val))
					if addressed[a.Key] && (strings.HasPrefix(v, "javascript:") || strings.HasPrefix(v, "data:")) {
						t.Errorf("%s: <%s %s=%q>", name, n.Data, a.Key, a.Val)
					}
					if strings.HasPrefix(a.Key, "on") || a.Key == "style" {
						t.Errorf("%s: %q became attribute %s", name, text, a.Key)
					}
				}
			}
		}
	}
}

// Every component keeps the rules of all pages.
func TestComponents_KeepTheRules(t *testing.T) {
	for name, c := range components("x") {
		for _, bad := range CheckPage(render(t, c)) {
			// A sample address is "x" and one text stands in two places, so that two of
			// the rules do not apply to these samples; whole pages are checked for them.
			if !strings.Contains(bad, "no address of this site") && !strings.Contains(bad, "used twice") && !strings.Contains(bad, "#x, which") {
				t.Errorf("%s: %s", name, bad)
			}
		}
	}
}

// Colour never stands alone: a tone comes with its icon and with words.
func TestComponents_ToneIsNeverColourAlone(t *testing.T) {
	icons := map[string]Tone{}
	for _, tone := range []Tone{Info, Met, Soon, Late, NA} {
		out := string(render(t, Badge(tone, "字样")))
		if !strings.Contains(out, "字样") || !strings.Contains(out, "<svg") {
			t.Errorf("badge %s has no words or no icon: %s", tone, out)
		}
		mark := iconTable()[tone.icon()]
		if other, twice := icons[mark]; twice || mark == "" {
			t.Errorf("tones %s and %s have the same icon", tone, other)
		}
		icons[mark] = tone
		clock := string(render(t, ClockCard(Clock{Title: "期限", Tone: tone, Right: "还剩 3 个工作日"})))
		if !strings.Contains(clock, "<svg") || !strings.Contains(clock, "还剩 3 个工作日") {
			t.Errorf("clock %s shows its tone by colour alone", tone)
		}
		row := string(render(t, TableView(Table{Columns: []Column{{Title: "甲"}}, Rows: []Row{{Tone: tone, Cells: []Cell{Text("乙")}}}})))
		stat := string(render(t, StatBig(Stat{Label: "甲", Value: "1", Href: "/", Tone: tone})))
		if tone != Info && !strings.Contains(row, tone.word()) || !strings.Contains(stat, tone.word()) {
			t.Errorf("tone %s of a row or a number is not said in words", tone)
		}
	}
	for _, st := range []StationStatus{StationDone, StationNow, StationTodo, StationWaived, StationReturned} {
		out := string(render(t, StationLine([]Station{{Name: "审核", Status: st}})))
		if !strings.Contains(out, st.word()) {
			t.Errorf("station %s is not said in words", st)
		}
	}
}

func TestCite_F107_UnverifiedIsSaid(t *testing.T) {
	cases := []struct {
		mark law.Mark
		want []string
		not  []string
	}{
		{law.Text, nil, []string{"未核实", "本地参数"}},
		{law.Page, []string{"未核实"}, []string{"本地参数"}},
		{law.Memory, []string{"未核实"}, []string{"本地参数"}},
		{law.Local, []string{"未核实", "本地参数"}, nil},
	}
	for _, c := range cases {
		out := string(render(t, Cite(law.Citation{Statute: "行政处罚法", Article: "第八十五条", Mark: c.mark})))
		for _, w := range append(c.want, "行政处罚法", "第八十五条") {
			if !strings.Contains(out, w) {
				t.Errorf("mark %s: %q is missing in %s", c.mark, w, out)
			}
		}
		for _, w := range c.not {
			if strings.Contains(out, w) {
				t.Errorf("mark %s: %q must not be in %s", c.mark, w, out)
			}
		}
	}
}

// A field's error is tied to its control, and the summary leads to it.
func TestForm_ErrorsAreTiedToTheirFields(t *testing.T) {
	fields := []Field{{Kind: TextKind, Name: "title", Label: "名称", Help: "全称"}, {Kind: RadioKind, Name: "fair", Label: "审查", Options: []Option{{Value: "1", Label: "是"}}}}
	form := NewForm("f1", "/x", "提交")
	if !form.Fail(gov.FieldError("title", "请填写名称"), fields) || !form.Fail(gov.FieldError("fair", "请选择"), fields) {
		t.Fatal("an error of form was not taken")
	}
	if form.Fail(gov.Errorf(gov.Fault, "x"), fields) || form.Fail(os.ErrNotExist, fields) {
		t.Error("a fault was taken for an error of the form")
	}
	out := render(t, With(FormView(form), FieldsOf(fields)))
	if bad := CheckPage(out); len(bad) > 0 {
		t.Errorf("%q", bad)
	}
	for _, want := range []string{`href="#f-title"`, `href="#f-fair"`, `aria-describedby="f-title-error f-title-help"`, `aria-invalid="true"`, `id="f-fair"`, "有 2 处需要改正"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("%s is missing in %s", want, out)
		}
	}
}

func TestForm_PasswordIsNeverSentBack(t *testing.T) {
	out := string(render(t, InputField(Field{Kind: SecretKind, Name: "password", Label: "密码", Value: "hunter2"})))
	if strings.Contains(out, "hunter2") {
		t.Error("a password came back to the page")
	}
}

func TestForm_RequestKeysDiffer(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		k := NewRequestKey()
		if len(k) != 22 || seen[k] {
			t.Fatalf("key %q is short or came twice", k)
		}
		seen[k] = true
	}
}
