package procedure

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"zhunsheng/gov"
)

// Longest values in characters; they bound an event, they are no rule of law.
const (
	maxText     = 500
	maxLongText = 20_000
	maxFiles    = 50
)

var (
	number = regexp.MustCompile(`^-?\d{1,15}(\.\d{1,6})?$`)
	digest = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// fields checks and normalizes the fields of an act. Required fields refuse a recording
// too: a record without its data is none.
func (j *judging) fields(specs []Field) map[FieldID]string {
	given := map[FieldID]string{}
	for _, id := range sortedKeys(j.act.Fields) {
		i := slices.IndexFunc(specs, func(f Field) bool { return f.ID == id })
		if i < 0 || specs[i].Recording && j.act.Recording == nil {
			j.badField(id, "表单中没有字段"+quoted(id), string(id))
			continue
		}
		f := specs[i]
		v := strings.TrimSpace(j.act.Fields[id])
		if text := f.reject(v); text != "" {
			j.badField(id, text, f.Label)
			continue
		}
		given[id] = v
	}
	asked := j.act.Fields
	j.act.Fields = given
	sc := j.scope()
	for i := range specs {
		f := &specs[i]
		if f.Recording && j.act.Recording == nil || given[f.ID] != "" || f.Kept && j.s.Fields[f.ID] != "" || !f.wanted(sc) {
			continue
		}
		if strings.TrimSpace(asked[f.ID]) == "" {
			j.badField(f.ID, "请填写“"+f.Label+"”", f.Label)
		}
	}
	if len(given) == 0 {
		return nil
	}
	return given
}

func (j *judging) badField(id FieldID, text, label string) {
	j.refuse(Refusal{Kind: RefusedForm, Text: text, Missing: []Missing{{Text: label, Step: j.act.Step, Field: id}}})
}

// reject says why a value does not fit its field, or nothing. An empty value fits.
func (f Field) reject(v string) string {
	if v == "" {
		return ""
	}
	if !utf8.ValidString(v) {
		return "“" + f.Label + "”含有无法识别的字符"
	}
	n := utf8.RuneCountInString(v)
	switch f.Type {
	case DayField:
		if _, err := gov.ParseDay(v); err != nil {
			return "“" + f.Label + "”应写作 2006-01-02 的形式"
		}
	case NumberField:
		if !number.MatchString(v) {
			return "“" + f.Label + "”应为数字"
		}
	case BoolField:
		if v != "true" && v != "false" {
			return "“" + f.Label + "”应为是或否"
		}
	case ChoiceField:
		if !slices.ContainsFunc(f.Options, func(o Option) bool { return o.ID == v }) {
			return "“" + f.Label + "”没有这个选项"
		}
	case LongTextField:
		if n > maxLongText {
			return "“" + f.Label + "”过长"
		}
	default:
		if n > maxText || strings.ContainsAny(v, "\n\r") {
			return "“" + f.Label + "”过长或者多于一行"
		}
	}
	return ""
}

// papers checks the papers of an act. A required paper that is missing refuses performing;
// in a recording it is a breach of the step, see papersMissing.
func (j *judging) papers(step *Step) map[PaperID][]Paper {
	given := map[PaperID][]Paper{}
	for _, id := range sortedKeys(j.act.Papers) {
		i := slices.IndexFunc(step.Papers, func(p PaperSpec) bool { return p.ID == id })
		if i < 0 {
			j.badPaper(id, "本环节没有材料"+quoted(id), string(id))
			continue
		}
		p, files := step.Papers[i], j.act.Papers[id]
		if len(files) == 0 {
			continue
		}
		if text := p.reject(files); text != "" {
			j.badPaper(id, text, p.Label)
			continue
		}
		given[id] = files
	}
	asked := j.act.Papers
	j.act.Papers = given
	sc := j.scope()
	for i := range step.Papers {
		p := &step.Papers[i]
		if j.act.Recording != nil || len(asked[p.ID]) > 0 || p.Kept && len(j.s.Papers[p.ID]) > 0 || !p.wanted(sc) {
			continue
		}
		j.badPaper(p.ID, "请附“"+p.Label+"”", p.Label)
	}
	if len(given) == 0 {
		return nil
	}
	return given
}

func (j *judging) badPaper(id PaperID, text, label string) {
	j.refuse(Refusal{Kind: RefusedForm, Text: text, Missing: []Missing{{Text: label, Step: j.act.Step, Paper: id}}})
}

func (p PaperSpec) reject(files []Paper) string {
	if len(files) > 1 && !p.Many || len(files) > maxFiles {
		return "“" + p.Label + "”的文件过多"
	}
	for _, f := range files {
		ext := strings.ToLower(strings.TrimPrefix(path.Ext(f.Name), "."))
		switch {
		case f.Name == "" || !digest.MatchString(f.Digest) || f.Size < 0:
			return "“" + p.Label + "”的文件没有收到，请重新上传"
		case len(p.Kinds) > 0 && !slices.Contains(p.Kinds, ext):
			return "“" + p.Label + "”应为 " + strings.Join(p.Kinds, "、") + " 文件"
		}
	}
	return ""
}

// wanted reports a field that the form must give, always or by circumstance.
func (f *Field) wanted(sc *scope) bool {
	return f.Required || f.RequiredWhen != "" && f.requiredWhen.holds(sc)
}

func (p *PaperSpec) wanted(sc *scope) bool {
	return p.Required || p.RequiredWhen != "" && p.requiredWhen.holds(sc)
}
