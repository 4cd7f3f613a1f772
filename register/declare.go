package register

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"zhunsheng/gov"
	"zhunsheng/identity"
)

// FieldType is the type of a register field. Values are always text; the type says which.
type FieldType string

// The field types and their text forms.
const (
	Text     FieldType = "text"     // one line
	LongText FieldType = "longtext" // several lines
	Date     FieldType = "day"      // 2006-01-02
	Number   FieldType = "number"   // a whole number
	Bool     FieldType = "bool"     // "true" or "false"
	Choice   FieldType = "choice"   // the id of one choice
	Words    FieldType = "words"    // words joined by commas, each once
	Ref      FieldType = "ref"      // the key of an entry of another register
)

// FieldDecl declares one field (字段).
type FieldDecl struct {
	Name     string       `yaml:"name"`
	Label    string       `yaml:"label"`
	Type     FieldType    `yaml:"type"`
	Help     string       `yaml:"help"`     // who uses it, shown under the box
	Required bool         `yaml:"required"` // 必填
	Personal bool         `yaml:"personal"` // 个人信息: the event holds only its salted digest
	Level    gov.Level    `yaml:"level"`    // disclosure level
	Fixed    bool         `yaml:"fixed"`    // cannot change during the life of a key
	Fill     string       `yaml:"fill"`     // "actor": filled with who makes the change, never typed
	Register string       `yaml:"register"` // of a Ref
	Choices  []ChoiceDecl `yaml:"choices"`
	Max      int          `yaml:"max"` // most characters, 200 (longtext 5000) when 0
}

// ChoiceDecl is one choice of a field.
type ChoiceDecl struct {
	ID    string `yaml:"id"`
	Label string `yaml:"label"`
}

// Declaration declares one register (台账/名录). It is read-only.
type Declaration struct {
	Register string      `yaml:"register"`
	Name     string      `yaml:"name"`
	About    string      `yaml:"about"` // who keeps it and what leans on it
	KeyLabel string      `yaml:"key_label"`
	KeyForm  string      `yaml:"key_form"` // regular expression of the whole key
	Scope    string      `yaml:"scope"`    // Ref field naming the unit for which the editor needs the action
	Approve  bool        `yaml:"approve"`  // another person approves each change
	Backdate bool        `yaml:"backdate"` // an entry may begin in the past
	Fields   []FieldDecl `yaml:"fields"`

	digest string
	key    *regexp.Regexp
}

// Digest is the SHA-256 of the text that declared the register, in hex; events name it.
func (d *Declaration) Digest() string { return d.digest }

// Field finds a field by name.
func (d *Declaration) Field(name string) (FieldDecl, bool) {
	i := slices.IndexFunc(d.Fields, func(f FieldDecl) bool { return f.Name == name })
	if i < 0 {
		return FieldDecl{}, false
	}
	return d.Fields[i], true
}

// Personal reports that the register holds personal values.
func (d *Declaration) Personal() bool {
	return slices.ContainsFunc(d.Fields, func(f FieldDecl) bool { return f.Personal })
}

// Edit is the action that a change of the register takes.
func (d *Declaration) Edit() identity.Action { return identity.EditRegister(d.Register) }

// Redact leaves out what a reader's clearance does not reach.
func (d *Declaration) Redact(e Entry, clearance gov.Level) Entry {
	out := make(map[string]string, len(e.Data))
	for name, v := range e.Data {
		if f, ok := d.Field(name); ok && f.Level <= clearance {
			out[name] = v
		}
	}
	e.Data = out
	return e
}

// maxDeclaration bounds the text of one declaration.
const maxDeclaration = 256 << 10

var (
	nameForm = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,39}$`)
	errDecl  = errors.New("register: bad declaration")
)

// Parse reads one declaration. Unknown words, a second document and anything that does not
// hang together are errors that name the place.
func Parse(name string, text []byte) (*Declaration, error) {
	bad := func(format string, args ...any) (*Declaration, error) {
		return nil, fmt.Errorf("%w: %s: %s", errDecl, name, fmt.Sprintf(format, args...))
	}
	if len(text) > maxDeclaration {
		return bad("longer than %d bytes", maxDeclaration)
	}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	var d Declaration
	if err := dec.Decode(&d); err != nil {
		return bad("%v", err)
	}
	if err := dec.Decode(new(any)); !errors.Is(err, io.EOF) {
		return bad("more than one document")
	}
	if !nameForm.MatchString(d.Register) {
		return bad("register %q: a name is a-z, 0-9, - and _", d.Register)
	}
	if d.Name == "" || d.KeyLabel == "" || d.KeyForm == "" {
		return bad("name, key_label and key_form must be given")
	}
	key, err := regexp.Compile(`^(?:` + d.KeyForm + `)$`)
	if err != nil {
		return bad("key_form: %v", err)
	}
	seen := map[string]bool{}
	for i, f := range d.Fields {
		if why := f.check(); why != "" {
			return bad("field %d (%s): %s", i+1, f.Name, why)
		}
		if seen[f.Name] {
			return bad("field %d (%s): declared twice", i+1, f.Name)
		}
		seen[f.Name] = true
	}
	if f, ok := d.Field(d.Scope); d.Scope != "" && (!ok || f.Type != Ref || f.Register != Units) {
		return bad("scope %q is no field that refers to %s", d.Scope, Units)
	}
	sum := sha256.Sum256(text)
	d.digest, d.key = hex.EncodeToString(sum[:]), key
	return &d, nil
}

func (f FieldDecl) check() string {
	switch {
	case !nameForm.MatchString(f.Name):
		return "a name is a-z, 0-9, - and _"
	case f.Label == "":
		return "no label"
	case !slices.Contains([]FieldType{Text, LongText, Date, Number, Bool, Choice, Words, Ref}, f.Type):
		return fmt.Sprintf("unknown type %q", f.Type)
	case (f.Type == Ref) != (f.Register != ""):
		return "register goes with type ref, and only with it"
	case f.Type == Choice && len(f.Choices) == 0, len(f.Choices) > 0 && f.Type != Choice && f.Type != Words:
		return "choices go with type choice or words"
	case f.Level < gov.Public || f.Level > gov.Limited:
		return "unknown level"
	case f.Personal && (f.Fixed || f.Type == Ref || f.Fill != ""):
		return "a personal field is neither fixed nor a reference nor filled"
	case f.Fill != "" && f.Fill != "actor":
		return fmt.Sprintf("unknown fill %q", f.Fill)
	case f.Max < 0:
		return "max is below nothing"
	}
	seen := map[string]bool{}
	for _, c := range f.Choices {
		if c.ID == "" || c.Label == "" || seen[c.ID] || strings.ContainsAny(c.ID, ",\n") {
			return fmt.Sprintf("choice %q: id and label must be given, once, without commas", c.ID)
		}
		seen[c.ID] = true
	}
	return ""
}

//go:embed data/*.yaml
var builtin embed.FS

// Builtin declares units, people, posts, grants and parameters.
func Builtin() ([]*Declaration, error) { return ParseAll(builtin, "data/*.yaml") }

// ParseAll reads every declaration that matches a pattern, in the order of file names.
func ParseAll(files fs.FS, pattern string) ([]*Declaration, error) {
	names, err := fs.Glob(files, pattern)
	if err != nil {
		return nil, err
	}
	var out []*Declaration
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		d, err := Parse(name, text)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}
