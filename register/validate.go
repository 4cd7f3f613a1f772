package register

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"zhunsheng/gov"
	"zhunsheng/sqldb"
)

// FieldErrors are all the mistakes of one form, in the order of its fields, so that nobody
// mends one to be told of the next. It wraps the first of them.
type FieldErrors []*gov.Error

func (f FieldErrors) Error() string {
	texts := make([]string, len(f))
	for i, e := range f {
		texts[i] = e.Text
	}
	return strings.Join(texts, "；")
}

// Unwrap gives the mistakes, so that gov.KindOf says Invalid.
func (f FieldErrors) Unwrap() []error {
	out := make([]error, len(f))
	for i, e := range f {
		out[i] = e
	}
	return out
}

// Problems finds the mistakes of a form in an error, or nil.
func Problems(err error) []*gov.Error {
	var f FieldErrors
	if errors.As(err, &f) {
		return f
	}
	var e *gov.Error
	if errors.As(err, &e) && e.Kind == gov.Invalid {
		return []*gov.Error{e}
	}
	return nil
}

// maxKey bounds keys, whatever a declaration says.
const maxKey = 200

// check brings the values of a change into their one text form and gathers every mistake.
// before is the newest earlier or same-day entry of the key, nil for a new key.
func (d *Declaration) check(tx *sqldb.Tx, c *Change, before *Entry) error {
	var bad FieldErrors
	if len(c.Key) > maxKey || !d.key.MatchString(c.Key) || strings.ContainsAny(c.Key, "\n\r") {
		bad = append(bad, gov.FieldError("key", "“%s”的%s不合规定的写法", c.Key, d.KeyLabel))
	}
	if !c.To.IsZero() && !c.From.Before(c.To) {
		bad = append(bad, gov.FieldError("to", "结束日期应晚于开始日期 %s", c.From))
	}
	for name := range c.Data {
		if _, ok := d.Field(name); !ok {
			bad = append(bad, gov.FieldError(name, "%s没有“%s”这一项", d.Name, name))
		}
	}
	data := make(map[string]string, len(c.Data))
	for _, f := range d.Fields {
		v, why := f.clean(c.Data[f.Name])
		if why == "" && v == "" && f.Required {
			why = "请填写"
		}
		if why == "" && f.Fixed && before != nil && before.Data[f.Name] != v {
			why = "设立后不能更改"
		}
		if why == "" && f.Type == Ref && v != "" && !(f.Register == d.Register && v == c.Key) {
			found, err := refers(tx, f.Register, v, c.From)
			if err != nil {
				return err
			}
			if !found {
				why = "“" + v + "”在 " + c.From.String() + " 没有有效的登记"
			}
		} else if why == "" && f.Type == Ref && v != "" {
			why = "不能指向自己"
		}
		if why != "" {
			bad = append(bad, gov.FieldError(f.Name, "%s：%s", f.Label, why))
			continue
		}
		if v != "" {
			data[f.Name] = v
		}
	}
	slices.SortStableFunc(bad, func(a, b *gov.Error) int { return d.place(a.Field) - d.place(b.Field) })
	if len(bad) > 0 {
		return bad
	}
	c.Data = data
	return nil
}

func (d *Declaration) place(field string) int {
	return slices.IndexFunc(d.Fields, func(f FieldDecl) bool { return f.Name == field })
}

func refers(tx *sqldb.Tx, register, key string, on gov.Day) (bool, error) {
	_, found, err := findEntry(tx, register, key, on)
	return found, err
}

// clean gives the one text form of a value, or why it is refused.
func (f FieldDecl) clean(v string) (out, why string) {
	if f.Type == LongText {
		v = strings.ReplaceAll(v, "\r\n", "\n")
	}
	v = strings.TrimSpace(v)
	if v == "" {
		return "", ""
	}
	if !utf8.ValidString(v) || strings.ContainsFunc(v, func(r rune) bool {
		return unicode.IsControl(r) && !(f.Type == LongText && (r == '\n' || r == '\t'))
	}) {
		return "", "含有无法保存的字符"
	}
	most := f.Max
	if most == 0 {
		most = map[FieldType]int{LongText: 5000, Words: 2000}[f.Type]
	}
	if most == 0 {
		most = 200
	}
	if n := utf8.RuneCountInString(v); n > most {
		return "", "最多 " + strconv.Itoa(most) + " 个字，现在有 " + strconv.Itoa(n) + " 个"
	}
	if strings.HasPrefix(v, privateMark) {
		return "", "不能以 " + privateMark + " 开头"
	}
	switch f.Type {
	case Date:
		day, err := gov.ParseDay(v)
		if err != nil {
			return "", "日期应写作 2006-01-02 的形式"
		}
		return day.String(), ""
	case Number:
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			return "", "应为整数"
		}
		return strconv.FormatInt(n, 10), ""
	case Bool:
		if v != "true" && v != "false" {
			return "", "应为是或者否"
		}
	case Choice:
		if !f.chooses(v) {
			return "", "没有“" + v + "”这个选项"
		}
	case Words:
		return f.words(v)
	}
	return v, ""
}

func (f FieldDecl) chooses(id string) bool {
	return slices.ContainsFunc(f.Choices, func(c ChoiceDecl) bool { return c.ID == id })
}

func (f FieldDecl) words(v string) (out, why string) {
	var list []string
	for _, w := range strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == '，' || r == '、' }) {
		if w = strings.TrimSpace(w); w == "" || slices.Contains(list, w) {
			continue
		}
		if len(f.Choices) > 0 && !f.chooses(w) {
			return "", "没有“" + w + "”这个选项"
		}
		list = append(list, w)
	}
	return strings.Join(list, ","), ""
}

// SplitWords splits the text form of a Words value.
func SplitWords(v string) []string {
	if v == "" {
		return nil
	}
	return strings.Split(v, ",")
}
