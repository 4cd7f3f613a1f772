package documents

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"zhunsheng/gov"
	"zhunsheng/procedure"
)

var update = flag.Bool("update", false, "write the golden texts anew")

// write puts the sample papers into a folder, for looking at them: LibreOffice and a
// renderer of PDF are no part of the tests.
var write = flag.String("write", "", "folder to write the sample papers to")

// Golden pairs: a paper and the lines that it is set in, as docx and as PDF.
func TestPaper_GoldenText(t *testing.T) {
	for _, p := range samples() {
		t.Run(string(p.Layout), func(t *testing.T) {
			golden(t, string(p.Layout)+".docx.txt", strings.Join(mustDOCX(t, p), "\n")+"\n")
			var b strings.Builder
			for _, l := range mustPDF(t, p) {
				fmt.Fprintf(&b, "%d %s\n", l.page, l.text)
			}
			golden(t, string(p.Layout)+".pdf.txt", b.String())
			if *write != "" {
				docx, _ := DOCX(p)
				pdf, _ := PDF(t.Context(), p)
				for ext, content := range map[string][]byte{".docx": docx, ".pdf": pdf} {
					if err := os.WriteFile(filepath.Join(*write, string(p.Layout)+ext), content, 0o644); err != nil {
						t.Fatal(err)
					}
				}
			}
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func TestPaper_SamePaperSameBytes(t *testing.T) {
	for _, p := range samples() {
		for name, make := range map[string]func(Paper) ([]byte, error){"docx": DOCX, "pdf": asPDF(t)} {
			a, err := make(p)
			if err != nil {
				t.Fatal(err)
			}
			b, err := make(p)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(a, b) {
				t.Errorf("%s as %s: two makings differ", p.Layout, name)
			}
		}
	}
}

// Any text that people type gives a docx of well-formed parts and a PDF that is whole, and
// both hold every character of it in order.
func TestPaper_AnyTextSurvives(t *testing.T) {
	text := rapid.StringOf(rapid.OneOf(rapid.Rune(), rapid.RuneFrom([]rune("关于的《》（）〔〕，。、；：“”——…… 1234567890abc\n一二三附件：{}\\()<>&\"'\x00\x08龘鿍㑇"))))
	rapid.Check(t, func(t *rapid.T) {
		layout := rapid.SampledFrom([]procedure.Layout{"opinion", "report", "notice", "letter", "agenda", "statement"}).Draw(t, "layout")
		s := procedure.Sheet{Layout: layout, Title: text.Draw(t, "title"), Sign: text.Draw(t, "sign"), To: text.Draw(t, "to"), Mark: text.Draw(t, "mark"),
			Day: gov.DateOf(2026, 9, 10), Body: rapid.SliceOfN(text, 0, 6).Draw(t, "body"),
			Elements: []procedure.Element{{Name: "名称", Value: text.Draw(t, "element")}}}
		s.Body = append(s.Body, "{{elements}}")
		p := Paper{Sheet: s, Tables: map[string]Table{"comments": {Head: []string{"意见"}, Rows: [][]string{{text.Draw(t, "cell")}}}}}
		docx, err := DOCX(p)
		if err != nil {
			t.Fatal(err)
		}
		paragraphs, err := readDOCX(docx)
		if err != nil {
			t.Fatal(err)
		}
		pdf, err := PDF(context.Background(), p)
		if err != nil {
			t.Fatal(err)
		}
		lines, err := readPDF(pdf)
		if err != nil {
			t.Fatal(err)
		}
		var set strings.Builder
		for _, l := range lines {
			if !strings.HasPrefix(l.text, "— ") || !strings.HasSuffix(l.text, " —") { // the page number
				set.WriteString(l.text)
			}
		}
		inWord, inPDF := solid(strings.Join(paragraphs, "")), solid(set.String())
		for _, want := range append(append([]string{s.Title}, elementTexts(s)...), s.Body...) {
			for line := range strings.SplitSeq(clean(want), "\n") {
				if strings.HasPrefix(strings.TrimSpace(line), "{{") {
					continue
				}
				if w := solid(line); !strings.Contains(inWord, strings.ReplaceAll(w, "/", "")) && !strings.Contains(strings.ReplaceAll(inWord, "/", ""), strings.ReplaceAll(w, "/", "")) {
					t.Fatalf("docx lost %q", line)
				}
				if w := solid(line); !strings.Contains(inPDF, w) {
					t.Fatalf("pdf lost %q: %q", w, inPDF)
				}
			}
		}
	})
}

func elementTexts(s procedure.Sheet) []string {
	var out []string
	for _, e := range s.Elements {
		out = append(out, strings.Split(e.Value, "\n")...)
	}
	return out
}

// solid is text without space and signs that show nothing.
func solid(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.In(r, unicode.Cf, unicode.Variation_Selector) {
			return -1
		}
		return r
	}, s)
}

func asPDF(t *testing.T) func(Paper) ([]byte, error) {
	return func(p Paper) ([]byte, error) { return PDF(t.Context(), p) }
}

// 禁则: what may not begin a line never does, what may not end one never does, a number is
// never broken.
func TestBreakLines_NothingForbiddenAtEitherEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.RuneFrom([]rune("关于清源县留守老年人，。、；：？！）》”（《“…—1234")), 1, 200, -1).Draw(t, "text")
		gs, err := shape([]run{{fangsong, text}}, size3, tight)
		if err != nil {
			t.Fatal(err)
		}
		lines := breakLines(gs, areaWidth, 2*cell, 0)
		var all strings.Builder
		for i, l := range lines {
			all.WriteString(l.text())
			if w := l.width() - l.extra; w > areaWidth+0.5 {
				t.Fatalf("line %d is %.1f wide", i, w)
			}
			if i == 0 {
				continue
			}
			a, b := lines[i-1].glyphs, l.glyphs
			last, first := a[len(a)-1].r, b[0].r
			if joined(last, first) && breakable(a) {
				t.Fatalf("a line ends between %q and %q: %q", last, first, text)
			}
		}
		if all.String() != text {
			t.Fatalf("%q came out as %q", text, all.String())
		}
	})
}

// breakable reports that a line could have ended earlier without leaving a third empty.
func breakable(gs []glyph) bool {
	w := 0.0
	for i := 1; i < len(gs); i++ {
		if w += gs[i-1].width; w > areaWidth*0.7 && !joined(gs[i-1].r, gs[i].r) {
			return true
		}
	}
	return false
}

// A full line has 28 characters and a full page 22 lines.
func TestPDF_TheGridOfTheStandard(t *testing.T) {
	p := Paper{Sheet: procedure.Sheet{Layout: procedure.LayoutStatement, Title: "说明", Body: []string{strings.Repeat("字", 28*22*3)}}}
	perPage := map[int]int{}
	for _, l := range mustPDF(t, p) {
		if !strings.Contains(l.text, "字") {
			continue
		}
		perPage[l.page]++
		if n := utf8.RuneCountInString(l.text); n != 28 && l.page == 2 {
			t.Errorf("a line of %d characters", n)
		}
	}
	if perPage[2] != 22 {
		t.Errorf("%d lines on a full page", perPage[2])
	}
}

// The signature never stands on a page without text.
func TestPDF_TheSignatureIsNeverAlone(t *testing.T) {
	for n := 10; n < 40; n++ {
		p := Paper{Sheet: procedure.Sheet{Layout: procedure.LayoutStatement, Title: "说明", Sign: "清源县民政局", Day: gov.DateOf(2026, 9, 10), Body: []string{strings.Repeat("字", 28*n)}}}
		lines := mustPDF(t, p)
		page, beside := 0, false
		for _, l := range lines {
			if l.text == "清源县民政局" {
				page = l.page
			}
		}
		for _, l := range lines {
			beside = beside || l.page == page && strings.Contains(l.text, "字")
		}
		if page == 0 || !beside {
			t.Errorf("%d lines: the signature is on page %d, with text: %v", n, page, beside)
		}
	}
}

// The red head and the letterhead: what a unit issues under its own number, and nothing else.
func TestHeaded_OnlyWhatAUnitIssuesUnderItsNumber(t *testing.T) {
	sheet := func(l procedure.Layout, title, mark, sign string) Paper {
		return Paper{Sheet: procedure.Sheet{Layout: l, Title: title, Mark: mark, Sign: sign, Day: gov.DateOf(2026, 9, 10)}}
	}
	for _, c := range []struct {
		paper Paper
		head  string
	}{
		{sheet("notice", "关于公布《办法》的公告", "清民规〔2026〕3号", "清源县民政局"), "清源县民政局文件"},
		{sheet("notice", "关于印发《办法》的通知", "清市监规〔2026〕1号", "清源县市场监督管理局　县教育局"), "清源县市场监督管理局文件"},
		{sheet("report", "关于报送《办法》备案的报告", "清民〔2026〕3号", "清源县民政局"), "清源县民政局文件"},
		{sheet("letter", "关于征求意见的函", "清民函〔2026〕3号", "清源县民政局"), "清源县民政局"},
		{sheet("notice", "关于公布《办法》的公告", "清民规〔2026〕3号", ""), ""},
		{sheet("notice", "关于公开征求意见的公告", "", "清源县民政局"), ""},
		{sheet("notice", "关于意见“意〔2026〕1号”的答复", "意〔2026〕1号", "清源县民政局"), ""},
		{sheet("notice", "不予受理告知书", "异〔2026〕1号", "清源县民政局"), ""},
		{sheet("letter", "关于异议的答复", "", "清源县民政局"), ""},
		{sheet("opinion", "合法性审核意见书", "清民法审〔2026〕3号", "清源县民政局"), ""},
		{sheet("agenda", "议题单", "清民〔2026〕3号", "清源县民政局"), ""},
		{sheet("statement", "说明", "清民〔2026〕3号", "清源县民政局"), ""},
	} {
		got := ""
		for _, b := range compose(c.paper) {
			if b.kind == redHead || b.kind == letterTip {
				got = b.text()
			}
		}
		if got != c.head {
			t.Errorf("%s %s: head %q, want %q", c.paper.Layout, c.paper.Title, got, c.head)
		}
	}
}

// Who prints a document stands in its imprint, and whom it addresses is not addressed twice.
func TestCompose_ImprintAndAddressee(t *testing.T) {
	p := Paper{Sheet: procedure.Sheet{Layout: procedure.LayoutNotice, Title: "关于印发《办法》的通知", Mark: "清政规〔2026〕1号", Sign: "清源县人民政府", To: "各乡镇人民政府", Day: gov.DateOf(2026, 9, 10),
		Elements: []procedure.Element{{Name: "印发机关", Value: "清源县人民政府办公室"}}, Body: []string{"各乡镇人民政府：", "现予印发。"}}}
	all := strings.Join(mustDOCX(t, p), "\n")
	if !strings.Contains(all, "清源县人民政府办公室\t2026年9月10日印发") || strings.Count(all, "各乡镇人民政府：") != 1 {
		t.Error(all)
	}
	docx, err := DOCX(p)
	if err != nil {
		t.Fatal(err)
	}
	if again, ok := Read(docx); !ok || again.element(printerElement) == "" {
		t.Error("the record lost who prints it")
	}
}

// The table of elements has no empty row but on a form, and says no long value twice.
func TestElementsTable_SaysNothingTwice(t *testing.T) {
	long := strings.Repeat("经审核，内容符合上位法的规定。", 4)
	p := Paper{Sheet: procedure.Sheet{Layout: procedure.LayoutOpinion, Body: []string{"一、审核意见", long, "{{elements}}"},
		Elements: []procedure.Element{{Name: "文件", Value: "办法"}, {Name: "审核意见", Value: long}, {Name: "风险", Value: " "}, {Name: "说明", Value: long + "另见附件。"}}}}
	names := func() (out string) {
		for _, r := range elementsTable(p).Rows {
			out += r[0] + "=" + string([]rune(r[1])[:1]) + " "
		}
		return out
	}
	if got := names(); got != "文件=办 说明=经 " {
		t.Errorf("opinion: %s", got)
	}
	p.Layout = procedure.LayoutAgenda
	if got := names(); got != "文件=办 风险=／ 说明=经 " {
		t.Errorf("agenda: %s", got)
	}
}

func TestTitleLines_BreakBetweenWords(t *testing.T) {
	for _, c := range []struct{ title, want string }{
		{"关于公众意见采纳情况的说明", "关于公众意见采纳情况的说明"},
		{"关于《清源县农村留守老年人关爱服务办法》的合法性审核意见书", "关于《清源县农村留守老年人关爱服务办法》/的合法性审核意见书"},
		{"清源县民政局关于印发《办法》的通知以及其他有关事项的说明", "清源县民政局关于印发《办法》/的通知以及其他有关事项的说明"},
		{"关于公布清源县中心城区道路停车泊位收费标准调整方案的公告", "关于公布清源县中心城区道路/停车泊位收费标准调整方案的公告"},
		{"关于报送《清源县农村留守老年人关爱服务办法》备案的报告", "关于报送《清源县农村留守/老年人关爱服务办法》备案的报告"},
	} {
		if got := strings.Join(titleLines(c.title), "/"); got != c.want {
			t.Errorf("%s: %s", c.title, got)
		}
	}
}

// A character that the first font lacks comes from another; one that none has is drawn as
// its code point in a box, and is itself when it is searched or copied, and in the docx.
func TestPDF_RareCharactersAreNotLost(t *testing.T) {
	p := Paper{Sheet: procedure.Sheet{Layout: procedure.LayoutStatement, Title: "说明", Body: []string{"龘鿍朱镕基㑇𠮷"}}}
	all := ""
	for _, l := range mustPDF(t, p) {
		all += l.text
	}
	for _, want := range []string{"龘", "镕", "㑇𠮷"} {
		if !strings.Contains(all, want) {
			t.Errorf("%s is not in %q", want, all)
		}
	}
	if got := strings.Join(mustDOCX(t, p), ""); !strings.Contains(got, "龘鿍朱镕基㑇𠮷") {
		t.Errorf("docx: %q", got)
	}
}

// The vendored fonts are what the lock file says, and their licences lie beside them.
func TestFonts_AreWhatTheLockFileSays(t *testing.T) {
	lock, err := os.ReadFile("fonts/fonts.lock")
	if err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(strings.TrimSpace(string(lock)), "\n")[1:]
	fonts := map[string]func() (*typeface, error){"gbsn00lp.ttf": songFont, "gkai00mp.ttf": kaiFont, "DroidSansFallbackFull.ttf": heiFont}
	if len(rows) != len(fonts) {
		t.Fatalf("%d rows", len(rows))
	}
	for _, r := range rows {
		c := strings.Split(r, "\t")
		f, err := fonts[c[2]]()
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(f.data)
		if hex.EncodeToString(sum[:]) != c[3] {
			t.Errorf("%s is not the file of the lock", c[2])
		}
		if b, err := os.ReadFile("fonts/" + c[4]); err != nil || len(b) < 1000 {
			t.Errorf("%s: licence %s: %v", c[2], c[4], err)
		}
		if !f.has('国') || f.has(0xe000+0x1000) || f.width('国') != 1000 {
			t.Errorf("%s: has 国 %v, %v wide", c[2], f.has('国'), f.width('国'))
		}
	}
}
