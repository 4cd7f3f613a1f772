package web

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"net/http"

	"zhunsheng/gov"
)

// Form is a POST form. Its id names the draft kept in the browser, so it must be the same
// whenever the same thing is asked for, e.g. "case-01J…-review".
type Form struct {
	ID     string
	Action string
	Submit Button
	Cancel string // address
	// Key is the request key of this rendering (办理请求号): the same form sent twice acts
	// once. NewForm makes one; a form shown again after an error keeps its old key.
	Key     string
	Hidden  []Pair
	Errors  []FormError // the summary on top
	Upload  bool        // multipart, shows progress
	NoDraft bool        // nothing is kept in the browser, e.g. personal data
	// Needs is where the script asks which fields this form needs as it is filled in (视情形必填).
	Needs string
	Again bool // shown again after an error: its values win over a kept draft
}

// FormError is one line of the error summary. Field is the field's name, empty for the
// whole form.
type FormError struct{ Field, Text string }

// Field is one control. Which one is chosen by the component that draws it, or by Kind
// with FieldOf.
type Field struct {
	Kind        FieldKind
	Name        string
	Label       string
	Value       string
	Values      []string // chosen ones of CheckList
	Help        string
	UsedBy      string // 谁使用：…
	Error       string
	Required    bool
	ReadOnly    bool
	Options     []Option
	Min, Max    string // of numbers and days
	MaxLen      int
	Rows        int
	Accept      string // of files, e.g. .docx,.pdf
	Multiple    bool
	Files       []FileItem // already there
	Placeholder string
	Auto        string // autocomplete token
	Suffix      string // unit after a number, e.g. 日
	Filled      string // where a prefilled value came from, e.g. 取自起草环节
	// When says when the field is required by circumstance (视情形必填). With the script it stands
	// on the page only while it is required or filled in; without, it always does.
	When string
	// Made says that the program makes this file when none is brought (由系统生成): the form is
	// never held back for want of it.
	Made bool
}

// FieldKind is what a field asks for.
type FieldKind string

// The field kinds.
const (
	TextKind   FieldKind = "text"
	AreaKind   FieldKind = "area"
	DayKind    FieldKind = "day"
	NumberKind FieldKind = "number"
	SelectKind FieldKind = "select"
	RadioKind  FieldKind = "radio"
	CheckKind  FieldKind = "check"  // one yes
	ChecksKind FieldKind = "checks" // several of a list
	FileKind   FieldKind = "file"
	SecretKind FieldKind = "secret" // a password
	MonthKind  FieldKind = "month"
)

// Option is one choice.
type Option struct {
	Value string
	Label string
	Note  string // a quieter line below, for radios
	// Barred choices cannot be chosen by this reader; Note says why.
	Barred bool
}

// RequestKeyName is the form value and header that carry the request key.
const (
	RequestKeyName   = "_key"
	RequestKeyHeader = "Idempotency-Key"
)

// NewRequestKey makes the key of one rendering of a form: 128 random bits.
func NewRequestKey() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// RequestKey is the key that came with a request, by form or by header, or empty. It must
// be called after the body was parsed.
func RequestKey(r *http.Request) string {
	if k := r.Header.Get(RequestKeyHeader); k != "" {
		return k
	}
	return r.PostFormValue(RequestKeyName)
}

// NewForm starts a form with a fresh request key.
func NewForm(id, action, submit string) Form {
	return Form{ID: id, Action: action, Submit: Button{Text: submit, Primary: true}, Key: NewRequestKey()}
}

// Fail puts an error of kind Invalid, Conflict or Refused on a form that is shown again: at
// its field when it names one that is among fields, and in the summary. It reports false
// for every other kind, which the caller returns as it is.
func (f *Form) Fail(err error, fields []Field) bool {
	var e *gov.Error
	if !errors.As(err, &e) || e.Kind != gov.Invalid && e.Kind != gov.Conflict && e.Kind != gov.Refused {
		return false
	}
	f.Again = true
	fe := FormError{Text: e.Text}
	for i := range fields {
		if e.Field != "" && fields[i].Name == e.Field {
			fields[i].Error, fe.Field = e.Text, e.Field
		}
	}
	f.Errors = append(f.Errors, fe)
	return true
}

func (f Field) id() string      { return "f-" + f.Name }
func (f Field) helpID() string  { return "f-" + f.Name + "-help" }
func (f Field) errorID() string { return "f-" + f.Name + "-error" }

// describedBy names the elements that explain the control, for readers of the screen.
func (f Field) describedBy() string {
	ids := ""
	if f.Error != "" {
		ids = f.errorID()
	}
	if f.Help != "" || f.UsedBy != "" || f.Filled != "" || f.When != "" || f.Kind == FileKind {
		if ids != "" {
			ids += " "
		}
		ids += f.helpID()
	}
	return ids
}

func (f Field) chosen(v string) bool {
	for _, x := range f.Values {
		if x == v {
			return true
		}
	}
	return f.Value != "" && f.Value == v
}
