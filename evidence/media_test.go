package evidence

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"zhunsheng/gov"
)

func sniffBytes(b []byte) (string, error) {
	text := &textCheck{}
	for rest := b; len(rest) > 0; { // pieces of three, so that characters are cut
		n := min(3, len(rest))
		text.Write(rest[:n])
		rest = rest[n:]
	}
	return sniff(bytes.NewReader(b), int64(len(b)), text.media())
}

func TestSniff_ByContent(t *testing.T) {
	gbk := []byte{0xc7, 0xe5, 0xd4, 0xb4, 0xcf, 0xd8, '\r', '\n'} // 清源县
	for _, c := range []struct {
		name  string
		data  []byte
		media string
		says  string // part of the refusal
	}{
		{"pdf", []byte("%PDF-1.7\n…"), PDF, ""},
		{"png", []byte("\x89PNG\r\n\x1a\n\x00\x00"), PNG, ""},
		{"jpeg", []byte("\xff\xd8\xff\xe0\x00\x10JFIF"), JPEG, ""},
		{"docx", zipOf(t, "[Content_Types].xml", "_rels/.rels", "word/document.xml"), DOCX, ""},
		{"docx whose types come last", zipOf(t, "word/document.xml", "[Content_Types].xml"), DOCX, ""},
		{"xlsx", zipOf(t, "[Content_Types].xml", "xl/workbook.xml"), XLSX, ""},
		{"ofd", zipOf(t, "OFD.xml", "Doc_0/Document.xml"), OFD, ""},
		{"docx with macros", zipOf(t, "[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "", "宏"},
		{"zip", zipOf(t, "a.pdf", "b.pdf"), "", "压缩包"},
		{"zip cut short", zipOf(t, "[Content_Types].xml", "word/document.xml")[:60], "", "损坏"},
		{"doc", oleOf("WordDocument", "1Table"), DOC, ""},
		{"xls", oleOf("Workbook"), XLS, ""},
		{"xls in a second sector", oleOf("a", "b", "c", "d", "Book"), XLS, ""},
		{"doc with macros", oleOf("WordDocument", "Macros"), "", "宏"},
		{"installer", oleOf("Property"), "", "无法识别"},
		{"ole cut short", oleOf("Workbook")[:700], "", "损坏"},
		{"mp4", []byte("\x00\x00\x00\x20ftypisom\x00\x00\x02\x00"), MP4, ""},
		{"m4a", []byte("\x00\x00\x00\x20ftypM4A \x00\x00\x02\x00"), M4A, ""},
		{"heic", []byte("\x00\x00\x00\x20ftypheic\x00\x00\x02\x00"), "", "无法识别"},
		{"utf-8", []byte("清源县人民政府\n关于……的通知"), TextU8, ""},
		{"ascii", []byte("a,b\r\n1,2\r\n"), TextU8, ""},
		{"gb18030", gbk, TextGBK, ""},
		{"gb18030 in four bytes", []byte{0x81, 0x30, 0x81, 0x30, 'a', 0xc7, 0xe5}, TextGBK, ""},
		{"gb18030 cut short", gbk[:3], "", "无法识别"},
		{"neither encoding", []byte{'a', 0xff, 0xff, 'b'}, "", "无法识别"},
		{"binary", []byte{'a', 0, 'b'}, "", "无法识别"},
		{"text that begins with MZ", []byte("MZ 民政局代码表"), TextU8, ""},
		{"windows program", []byte("MZ\x90\x00\x03"), "", "可执行"},
		{"linux program", []byte("\x7fELF\x02\x01\x01\x00"), "", "可执行"},
		{"java program", []byte("\xca\xfe\xba\xbe\x00\x00"), "", "可执行"},
		{"script", []byte("#!/bin/sh\nrm -rf x\n"), "", "可执行"},
	} {
		t.Run(c.name, func(t *testing.T) {
			media, err := sniffBytes(c.data)
			if media != c.media {
				t.Errorf("media %q, want %q (%v)", media, c.media, err)
			}
			if c.says == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if gov.KindOf(err) != gov.Invalid || !strings.Contains(err.Error(), c.says) {
				t.Errorf("refused with %v, want something about %q", err, c.says)
			}
		})
	}
}

func TestFit_NameAgainstContent(t *testing.T) {
	for _, c := range []struct{ name, media, kept, says string }{
		{"通知.pdf", PDF, "通知.pdf", ""},
		{"通知.PDF", PDF, "通知.PDF", ""},
		{"通知", PDF, "通知.pdf", ""},
		{"照片.jpeg", JPEG, "照片.jpeg", ""},
		{"表.et", XLS, "表.et", ""},
		{"表.csv", TextGBK, "表.csv", ""},
		{"通知.docx", PDF, "", "扩展名是 .docx，内容却是 .pdf"},
		{"页面.html", TextU8, "", "扩展名是 .html"},
		{"运行.bat", TextU8, "", "扩展名是 .bat"},
	} {
		kept, err := fit(c.name, c.media)
		if kept != c.kept || (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("fit(%q, %q) = %q, %v", c.name, c.media, kept, err)
		}
	}
}

func TestCleanName(t *testing.T) {
	long := strings.Repeat("文", 300)
	for _, c := range []struct{ in, want string }{
		{"关于加强管理的通知（草案）.docx", "关于加强管理的通知（草案）.docx"},
		{`C:\用户\桌面\通知.pdf`, "通知.pdf"},
		{"../../etc/passwd", "passwd"},
		{"a\x00b\r\nc.pdf", "abc.pdf"},
		{"通知\u202efdp.exe", "通知fdp.exe"},
		{"a<b>:c?.pdf", "a_b__c_.pdf"},
		{"  空 格 .pdf ", "空 格 .pdf"},
		{long + ".pdf", strings.Repeat("文", maxName-4) + ".pdf"},
		{long, strings.Repeat("文", maxName)},
	} {
		got, err := cleanName(c.in)
		if err != nil || got != c.want {
			t.Errorf("cleanName(%q) = %q, %v; want %q", c.in, got, err, c.want)
		}
	}
	for _, bad := range []string{"", "///", "...", "\x01\x02", "a/", "\xff.pdf"} {
		if got, err := cleanName(bad); gov.KindOf(err) != gov.Invalid {
			t.Errorf("cleanName(%q) = %q, %v; want a refusal", bad, got, err)
		}
	}
}

func TestAdvice_WarnsOfPersonalDataInNames(t *testing.T) {
	for name, warns := range map[string]bool{
		"张三33010119900101123X.pdf":  true,
		"13812345678.pdf":           true,
		"清民规〔2026〕3号.pdf":           false,
		"20261123001.pdf":           false,
		"330101199001011234567.pdf": false,
	} {
		if got := Advice(name) != ""; got != warns {
			t.Errorf("Advice(%q) warns: %v, want %v", name, got, warns)
		}
	}
}

func FuzzSniff(f *testing.F) {
	f.Add([]byte("%PDF-1.7"), "a.pdf")
	f.Add(oleOf("Workbook"), "a.xls")
	f.Add(zipOf(f, "OFD.xml"), "版式.ofd")
	f.Add([]byte("清源"), "..")
	f.Add([]byte{0xc7, 0xe5, 0x81, 0x30}, "x")
	f.Fuzz(func(t *testing.T, data []byte, name string) {
		media, err := sniffBytes(data)
		if (media == "") == (err == nil) {
			t.Fatalf("media %q with error %v", media, err)
		}
		if err != nil && gov.KindOf(err) != gov.Invalid {
			t.Fatalf("a refusal is for people: %v", err)
		}
		if media == TextU8 && !utf8.Valid(data) {
			t.Fatal("called UTF-8 what is none")
		}
		if utf8.Valid(data) && media == TextGBK {
			t.Fatal("called GB 18030 what is UTF-8")
		}
		clean, err := cleanName(name)
		if err != nil {
			return
		}
		if clean == "" || strings.ContainsAny(clean, "/\\\x00\n") || utf8.RuneCountInString(clean) > maxName {
			t.Fatalf("cleanName(%q) = %q", name, clean)
		}
		if again, err := cleanName(clean); err != nil || again != clean {
			t.Fatalf("cleaning twice: %q, then %q (%v)", clean, again, err)
		}
		if media != "" {
			if kept, err := fit(clean, media); err == nil && !strings.HasPrefix(kept, clean) {
				t.Fatalf("fit changed %q to %q", clean, kept)
			}
		}
	})
}
