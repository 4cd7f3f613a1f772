package evidence

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"zhunsheng/gov"
)

// maxName bounds a file name, in characters.
const maxName = 120

// cleanName keeps what people recognise a file by: the last part of a path, without
// control and direction characters, and without what Windows does not take in names.
func cleanName(name string) (string, error) {
	if !utf8.ValidString(name) {
		return "", gov.FieldError("file", "文件名的编码无法识别，请改名后再上传")
	}
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), unicode.In(r, unicode.Cf), r == utf8.RuneError:
			return -1
		case strings.ContainsRune(`<>:"|?*`, r):
			return '_'
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, name)
	name = strings.Trim(name, " .")
	if name == "" {
		return "", gov.FieldError("file", "请给文件取一个名字再上传")
	}
	if rs := []rune(name); len(rs) > maxName {
		end := ""
		if i := strings.LastIndexByte(name, '.'); i > 0 && utf8.RuneCountInString(name[i:]) <= 10 {
			end = name[i:]
		}
		name = strings.TrimRight(string(rs[:maxName-utf8.RuneCountInString(end)]), " .") + end
	}
	return name, nil
}

// Advice warns of what looks like personal data in a file name; "" when nothing does. It
// never refuses: a long number may be a document number.
func Advice(name string) string {
	digits := 0
	rs := []rune(name)
	for i := 0; i <= len(rs); i++ {
		if i < len(rs) && (rs[i] >= '0' && rs[i] <= '9' || digits == 17 && (rs[i] == 'X' || rs[i] == 'x')) {
			digits++
			continue
		}
		if digits == 18 || digits == 11 && rs[i-11] == '1' {
			return "文件名中似乎有身份证号或者手机号，请改名：文件名会显示在办理记录中，不能事后删除"
		}
		digits = 0
	}
	return ""
}
