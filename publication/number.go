package publication

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"zhunsheng/gov"
)

// maxNumber bounds a receipt number in characters, as typed.
const maxNumber = 60

// sameMark maps the brackets and figures that people type to those of receipt numbers.
var sameMark = strings.NewReplacer("[", "〔", "]", "〕", "［", "〔", "］", "〕", "(", "〔", ")", "〕", "（", "〔", "）", "〕",
	"【", "〔", "】", "〕", "{", "〔", "}", "〕", "０", "0", "１", "1", "２", "2", "３", "3", "４", "4", "５", "5", "６", "6",
	"７", "7", "８", "8", "９", "9")

// ParseNumber reads a receipt number as people type it, such as 意[2026]17号, into the form
// in which it is looked up: 意〔2026〕17号. The answer reads back as itself.
func ParseNumber(s string) (string, error) {
	bad := gov.FieldError("number", "编号写作“意〔2026〕17号”的形式，请照回执上的编号填写")
	if !utf8.ValidString(s) || utf8.RuneCountInString(s) > maxNumber {
		return "", bad
	}
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '第' {
			return -1
		}
		return r
	}, sameMark.Replace(s))
	digits := 0
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r == '〔' || r == '〕' || r == '-' || unicode.Is(unicode.Han, r) || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z':
		default:
			return "", bad
		}
	}
	if digits == 0 {
		return "", bad
	}
	if !strings.HasSuffix(s, "号") {
		s += "号"
	}
	if utf8.RuneCountInString(s) > maxNumber {
		return "", bad
	}
	return s, nil
}
