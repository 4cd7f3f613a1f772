package law

import (
	"fmt"
	"strconv"
	"strings"

	"zhunsheng/gov"
)

// Word is the word in which a text states a period (期间单位). A bare 日 says nothing about
// how it is counted: that is the statute's own rule.
type Word string

// The words that ParseLimit knows.
const (
	Days         Word = "日"   // counted as the statute counts it
	WorkingDays  Word = "工作日" // said explicitly
	CalendarDays Word = "自然日" // said explicitly, by a local text
	Months       Word = "月"
	Years        Word = "年"
	Hours        Word = "小时"
)

// Limit is a period as a text words it (期限). The zero value is no limit.
type Limit struct {
	N    int
	Word Word
}

// longest holds, per word, the largest number that makes sense: about a hundred years.
// It bounds arithmetic; it is no rule of any statute.
var longest = map[Word]int{
	Days: 36500, WorkingDays: 25000, CalendarDays: 36500, Months: 1200, Years: 100, Hours: 8760,
}

// suffixes are tried in order: longer words first.
var suffixes = []struct {
	text string
	word Word
}{
	{"个工作日", WorkingDays}, {"工作日", WorkingDays},
	{"个自然日", CalendarDays}, {"自然日", CalendarDays},
	{"个月", Months}, {"个小时", Hours}, {"小时", Hours},
	{"日", Days}, {"天", Days}, {"月", Months}, {"年", Years},
}

// ParseLimit reads 7日, 十五日, 20个工作日, 二十个工作日, 3个月, 两个月, 1年, 24小时.
// It refuses zero, negative and senselessly long periods, and says which rule refused.
func ParseLimit(s string) (Limit, error) {
	t := strings.Map(narrow, s)
	for _, suf := range suffixes {
		num, ok := strings.CutSuffix(t, suf.text)
		if !ok {
			continue
		}
		n, err := parseNumber(num)
		if err != nil {
			return Limit{}, gov.FieldError("limit", "期限“%s”中的数字无法识别，应写作 7日、十五日、20个工作日、3个月、1年 或 24小时", s)
		}
		l := Limit{N: n, Word: suf.word}
		return l, l.check(s)
	}
	return Limit{}, gov.FieldError("limit", "期限“%s”无法识别：须由数字和单位（日、工作日、自然日、月、年、小时）组成，如 7日、20个工作日、3个月", s)
}

// MustLimit is ParseLimit for constants in tests and embedded data.
func MustLimit(s string) Limit {
	l, err := ParseLimit(s)
	if err != nil {
		panic(err)
	}
	return l
}

func (l Limit) check(asked string) error {
	top, known := longest[l.Word]
	switch {
	case !known:
		return gov.FieldError("limit", "期限没有单位：须为日、工作日、自然日、月、年或小时")
	case l.N < 1:
		return gov.FieldError("limit", "期限“%s”不成立：期间至少为一%s", asked, l.Word)
	case l.N > top:
		return gov.FieldError("limit", "期限“%s”不成立：以%s计的期间最长为%d（约一百年；小时为一年）", asked, l.Word, top)
	}
	return nil
}

// IsZero reports that no limit is set.
func (l Limit) IsZero() bool { return l == Limit{} }

// String is the canonical wording; ParseLimit reads it back. "" for no limit.
func (l Limit) String() string {
	switch l.Word {
	case WorkingDays, CalendarDays, Months:
		word := string(l.Word)
		return fmt.Sprintf("%d个%s", l.N, word)
	case "":
		return ""
	}
	return strconv.Itoa(l.N) + string(l.Word)
}

// MarshalText is String.
func (l Limit) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText is ParseLimit; empty text is no limit.
func (l *Limit) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*l = Limit{}
		return nil
	}
	p, err := ParseLimit(string(b))
	if err != nil {
		return err
	}
	*l = p
	return nil
}

// narrow maps full-width digits to ASCII and drops blanks.
func narrow(r rune) rune {
	switch {
	case r >= '０' && r <= '９':
		return r - '０' + '0'
	case r == ' ' || r == '\u3000' || r == '\t':
		return -1
	}
	return r
}
