package documents

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"

	"zhunsheng/gov"
	"zhunsheng/procedure"
)

// A docx keeps what it says: read again, it gives the same docx and the same PDF.
func TestRead_ThePaperOfADocxMakesTheSameFiles(t *testing.T) {
	for _, p := range samples() {
		docx, err := DOCX(p)
		if err != nil {
			t.Fatal(err)
		}
		again, ok := Read(docx)
		if !ok {
			t.Fatalf("%s: not read", p.Layout)
		}
		if b, err := DOCX(again); err != nil || !bytes.Equal(b, docx) {
			t.Errorf("%s: another docx, %v", p.Layout, err)
		}
		want, err := PDF(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := PDF(t.Context(), again); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: another PDF, %v", p.Layout, err)
		}
	}
}

// A file whose words were changed, or that was made elsewhere, is not ours to make again.
func TestRead_NotWhatWasChanged(t *testing.T) {
	docx, err := DOCX(samples()[1])
	if err != nil {
		t.Fatal(err)
	}
	change := func(name, from, to string) []byte {
		z, err := zip.NewReader(bytes.NewReader(docx), int64(len(docx)))
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		w := zip.NewWriter(&out)
		n := 0
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			b, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			if f.Name == name {
				n = strings.Count(string(b), from)
				b = []byte(strings.ReplaceAll(string(b), from, to))
			}
			part, err := w.Create(f.Name)
			if err == nil {
				_, err = part.Write(b)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil || n == 0 {
			t.Fatalf("%d places changed, %v", n, err)
		}
		return out.Bytes()
	}
	if _, ok := Read(change("docProps/app.xml", "Zhunsheng", "WPS")); !ok {
		t.Error("what an office suite adds beside the text changes no paper")
	}
	for what, b := range map[string][]byte{"the text": change("word/document.xml", "请予审查", "不予审查"), "the record": change(recordPart, "请予审查", "不予审查"),
		"the kind of record": change(recordPart, recordSpace, "urn:other"), "nothing in it": nil, "no zip": []byte("PK")} {
		if _, ok := Read(b); ok {
			t.Errorf("%s was changed, and it was read", what)
		}
	}
}

// A docx that is published holds nothing that the paper does not show.
func TestRecord_HoldsNothingThatIsNotShown(t *testing.T) {
	p := Paper{Sheet: procedure.Sheet{Layout: procedure.LayoutNotice, Title: "公告", Sign: "清源县民政局", Day: gov.DateOf(2026, 9, 10), Case: "case-1",
		Body: []string{"现予公布。"}, Elements: []procedure.Element{{Name: "联系人", Value: "王某某13800000000"}}},
		Tables: map[string]Table{CommentsTable: {Rows: [][]string{{"李某某"}}}}}
	if x := recordXML(p); strings.Contains(x, "王某某") || strings.Contains(x, "李某某") || strings.Contains(x, "case-1") || !strings.Contains(x, "现予公布。") {
		t.Error(x)
	}
}

func FuzzRead(f *testing.F) {
	for _, p := range samples() {
		b, err := DOCX(p)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if p, ok := Read(b); ok {
			if _, err := DOCX(p); err != nil {
				t.Error(err)
			}
		}
	})
}
