package law

import (
	"errors"
	"strconv"
	"strings"
)

var errNumeral = errors.New("law: not a number")

// parseNumber reads ASCII digits or a Chinese numeral below 10000 (十五, 二十, 两, 一百二十,
// 六百零三). Signs, points and mixed forms are refused.
func parseNumber(s string) (int, error) {
	if s == "" || len(s) > 40 {
		return 0, errNumeral
	}
	if strings.Trim(s, "0123456789") == "" {
		if len(s) > 8 {
			s = s[:8] // far beyond every bound, and still a number
		}
		return strconv.Atoi(s)
	}
	if s[0] == '-' && strings.Trim(s[1:], "0123456789") == "" && len(s) > 1 {
		return -1, nil // a number, but below every bound: the caller names the rule
	}
	return parseChinese(s)
}

var (
	chineseDigits = map[rune]int{'零': 0, '〇': 0, '一': 1, '二': 2, '两': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9}
	chineseScales = map[rune]int{'十': 10, '百': 100, '千': 1000}
)

// parseChinese reads what chineseNumeral writes, with 两 for 二, 〇 for 零 and 一十五 for
// 十五; what is not written so (一百五, 二〇, 三四) is speech or a slip and is refused.
func parseChinese(s string) (int, error) {
	total, digit := 0, 0
	for _, r := range s {
		if d, ok := chineseDigits[r]; ok {
			digit = d
		} else if scale, ok := chineseScales[r]; ok {
			total, digit = total+max(digit, 1)*scale, 0
		} else {
			return 0, errNumeral
		}
	}
	total += digit
	plain := strings.NewReplacer("两", "二", "〇", "零").Replace(s)
	if strings.HasPrefix(plain, "一十") {
		plain = strings.TrimPrefix(plain, "一")
	}
	if plain != "零" && plain != chineseNumeral(total) {
		return 0, errNumeral
	}
	return total, nil
}

// chineseNumeral writes 1 ≤ n < 10000 as statutes do: 15 is 十五, 203 is 二百零三.
func chineseNumeral(n int) string {
	if n < 1 || n > 9999 {
		return strconv.Itoa(n)
	}
	digits := []rune("零一二三四五六七八九")
	var b strings.Builder
	gap := false
	for _, s := range []struct {
		scale int
		name  string
	}{{1000, "千"}, {100, "百"}, {10, "十"}, {1, ""}} {
		d := n / s.scale % 10
		if d == 0 {
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteRune('零')
			gap = false
		}
		if !(d == 1 && s.scale == 10 && b.Len() == 0) {
			b.WriteRune(digits[d])
		}
		b.WriteString(s.name)
	}
	return b.String()
}

// articleNumber reads 第八十五条, 第85条, 85 and 第八十五条第二款 as 85.
func articleNumber(s string) (int, bool) {
	s = strings.TrimPrefix(strings.TrimSpace(s), "第")
	s, _, _ = strings.Cut(s, "条")
	n, err := parseNumber(s)
	return n, err == nil && n > 0
}
