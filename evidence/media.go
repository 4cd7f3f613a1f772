package evidence

import (
	"archive/zip"
	"bytes"
	"io"
	"slices"
	"strings"

	"zhunsheng/gov"
)

// The media types of evidence, by content.
const (
	PDF     = "application/pdf"
	OFD     = "application/ofd" // 版式文档 (GB/T 33190)
	DOCX    = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	XLSX    = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	DOC     = "application/msword"
	XLS     = "application/vnd.ms-excel"
	PNG     = "image/png"
	JPEG    = "image/jpeg"
	MP4     = "video/mp4"
	M4A     = "audio/mp4"
	TextU8  = "text/plain; charset=utf-8"
	TextGBK = "text/plain; charset=gb18030"
)

// extensions are the endings of file names that fit each content; the first is given to a
// name that has none. WPS saves .wps and .et in the two old Office formats.
var extensions = []struct {
	media string
	ends  []string
}{
	{PDF, []string{".pdf"}},
	{OFD, []string{".ofd"}},
	{DOCX, []string{".docx"}},
	{XLSX, []string{".xlsx"}},
	{DOC, []string{".doc", ".wps"}},
	{XLS, []string{".xls", ".et"}},
	{PNG, []string{".png"}},
	{JPEG, []string{".jpg", ".jpeg"}},
	{MP4, []string{".mp4"}},
	{M4A, []string{".m4a"}},
	{TextU8, []string{".txt", ".csv"}},
	{TextGBK, []string{".txt", ".csv"}},
}

// accepted is what a refusal tells people they may upload.
const accepted = "可以上传 PDF、OFD、Word、Excel、PNG、JPEG、MP4、M4A 和纯文本文件"

func endsOf(media string) []string {
	for _, e := range extensions {
		if e.media == media {
			return e.ends
		}
	}
	return nil
}

// headSize is how much of the beginning a decision about content looks at.
const headSize = 4096

// brands are the major brands of ISO media files.
var brands = map[string]string{
	"isom": MP4, "iso2": MP4, "iso3": MP4, "iso4": MP4, "iso5": MP4, "iso6": MP4, "mp41": MP4, "mp42": MP4,
	"avc1": MP4, "M4V ": MP4, "3gp4": MP4, "3gp5": MP4, "MSNV": MP4, "M4A ": M4A, "M4B ": M4A,
}

// runnable are the beginnings of programs: Windows, Linux, macOS, Java, Android.
var runnable = []string{"MZ", "\x7fELF", "\xfe\xed\xfa\xce", "\xfe\xed\xfa\xcf", "\xce\xfa\xed\xfe", "\xcf\xfa\xed\xfe",
	"\xca\xfe\xba\xbe", "dex\n", "\x00asm"}

// sniff finds the media type of a content, from its bytes alone. text is what the text
// check of the whole content found. Errors are for people.
func sniff(r io.ReaderAt, size int64, text string) (string, error) {
	head := make([]byte, min(size, headSize))
	if n, err := r.ReadAt(head, 0); n < len(head) {
		return "", err
	}
	for _, p := range runnable {
		if text == "" && bytes.HasPrefix(head, []byte(p)) || bytes.HasPrefix(head, []byte("#!")) {
			return "", gov.FieldError("file", "这是可执行程序或者脚本，不能作为材料上传。%s", accepted)
		}
	}
	has := func(p string) bool { return bytes.HasPrefix(head, []byte(p)) }
	switch {
	case has("%PDF-"):
		return PDF, nil
	case has("\x89PNG\r\n\x1a\n"):
		return PNG, nil
	case has("\xff\xd8\xff"):
		return JPEG, nil
	case has("PK\x03\x04"):
		return sniffZip(r, size)
	case has(oleMagic):
		return sniffOLE(r, size)
	case len(head) >= 12 && string(head[4:8]) == "ftyp":
		if media := brands[string(head[8:12])]; media != "" {
			return media, nil
		}
	case text != "":
		return text, nil
	}
	return "", gov.FieldError("file", "无法识别这个文件的内容。%s", accepted)
}

var (
	errMacro = func() error {
		return gov.FieldError("file", "文件中含有宏，不能上传。请另存为不含宏的文件")
	}
	errDamaged = func() error {
		return gov.FieldError("file", "文件已损坏或者没有传完整，请重新保存后再上传")
	}
)

// maxZipDirectory bounds what is read of a zip file to find its names: the reader keeps
// about six times as much in memory. Office files stay far below.
const maxZipDirectory = 4 << 20

// limited is a ReaderAt that gives up after so many bytes.
type limited struct {
	r    io.ReaderAt
	left int
}

func (l *limited) ReadAt(p []byte, off int64) (int, error) {
	if l.left -= len(p); l.left < 0 {
		return 0, zip.ErrFormat
	}
	return l.r.ReadAt(p, off)
}

// sniffZip looks into the directory of a zip file; nothing in it is unpacked.
func sniffZip(r io.ReaderAt, size int64) (string, error) {
	z, err := zip.NewReader(&limited{r, maxZipDirectory}, size)
	if err != nil {
		return "", errDamaged()
	}
	has := map[string]bool{}
	for _, f := range z.File {
		name := strings.TrimPrefix(strings.ReplaceAll(f.Name, `\`, "/"), "/")
		has[strings.ToLower(name)] = true
		if strings.HasSuffix(strings.ToLower(name), "vbaproject.bin") {
			return "", errMacro()
		}
	}
	switch {
	case has["[content_types].xml"] && has["word/document.xml"]:
		return DOCX, nil
	case has["[content_types].xml"] && has["xl/workbook.xml"]:
		return XLSX, nil
	case has["ofd.xml"]:
		return OFD, nil
	}
	return "", gov.FieldError("file", "压缩包不能直接上传，请解压后逐个上传其中的文件。%s", accepted)
}

// fit checks the ending of a name against the content. It gives the name to keep.
func fit(name, media string) (string, error) {
	ends := endsOf(media)
	dot := strings.LastIndexByte(name, '.')
	if dot <= 0 {
		return name + ends[0], nil
	}
	if end := strings.ToLower(name[dot:]); !slices.Contains(ends, end) {
		return "", gov.FieldError("file", "文件“%s”的扩展名是 %s，内容却是 %s，两者不一致。请用原来的程序重新保存后再上传",
			name, end, strings.Join(ends, " 或 "))
	}
	return name, nil
}
