package law

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"gopkg.in/yaml.v3"

	"zhunsheng/gov"
)

// Load reads a register: statutes/*.yaml, calendar/*.yaml, terms.yaml and receipt.yaml under fsys. Every
// error names the file and, where the file could be parsed, line and column.
func Load(fsys fs.FS) (*Book, error) {
	b := &Book{terms: map[string]*Terms{}, names: map[string]*Statute{},
		cal: &WorkCalendar{years: map[int]*CalendarYear{}, named: map[gov.Day][]naming{}}}
	errs := []error{
		oneFile(fsys, "terms.yaml", b.addTerms),
		oneFile(fsys, "receipt.yaml", b.addReceiptWords),
		oneFile(fsys, "calendar/tail.yaml", b.cal.addTail),
	}
	errs = append(errs, eachFile(fsys, "statutes/*.yaml", b.addStatute)...)
	errs = append(errs, eachFile(fsys, "calendar/[0-9]*.yaml", b.cal.addYear)...)
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("law: %w", err)
	}
	if len(b.statutes) == 0 || len(b.cal.years) == 0 {
		return nil, errors.New("law: the register holds no statute or no year")
	}
	b.cal.index()
	if err := b.checkUses(); err != nil {
		return nil, fmt.Errorf("law: %w", err)
	}
	return b, nil
}

func oneFile(fsys fs.FS, name string, add func(*document) error) error {
	src, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	return addFile(name, src, add)
}

func eachFile(fsys fs.FS, pattern string, add func(*document) error) []error {
	names, err := fs.Glob(fsys, pattern)
	errs := []error{err}
	for _, name := range names {
		errs = append(errs, oneFile(fsys, name, add))
	}
	return errs
}

func addFile(name string, src []byte, add func(*document) error) error {
	d := &document{name: name, src: src}
	if err := d.parse(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := add(d); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// document is one YAML file: strict decoding, and its node tree for positions.
type document struct {
	name string
	src  []byte
	root yaml.Node
}

func (d *document) parse() error {
	dec := yaml.NewDecoder(bytes.NewReader(d.src))
	if err := dec.Decode(&d.root); err != nil {
		return err
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return errors.New("more than one document in the file")
	}
	return checkDays(&d.root, 0)
}

// base is the file name without folder and ending, which must be the name of its entry;
// 〔〕 stand as () in file names.
func (d *document) base() string {
	return strings.NewReplacer("(", "〔", ")", "〕").Replace(strings.TrimSuffix(path.Base(d.name), ".yaml"))
}

// decode refuses unknown keys.
func (d *document) decode(into any) error {
	dec := yaml.NewDecoder(bytes.NewReader(d.src))
	dec.KnownFields(true)
	return dec.Decode(into)
}

// errorf reports a fault at the node found by walking keys (string) and indexes (int).
func (d *document) errorf(at []any, format string, args ...any) error {
	n := &d.root
	if n.Kind == yaml.DocumentNode && len(n.Content) > 0 {
		n = n.Content[0]
	}
	for _, step := range at {
		if next := child(n, step); next != nil {
			n = next
		}
	}
	return nodeError(n, format, args...)
}

// has reports that something stands at the path itself.
func (d *document) has(at ...any) bool {
	n := &d.root
	if n.Kind == yaml.DocumentNode && len(n.Content) > 0 {
		n = n.Content[0]
	}
	for _, step := range at {
		if n = child(n, step); n == nil {
			return false
		}
	}
	return true
}

func child(n *yaml.Node, step any) *yaml.Node {
	switch s := step.(type) {
	case string:
		for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == s {
				return n.Content[i+1]
			}
		}
	case int:
		if n.Kind == yaml.SequenceNode && s < len(n.Content) {
			return n.Content[s]
		}
	}
	return nil
}

func nodeError(n *yaml.Node, format string, args ...any) error {
	return fmt.Errorf("line %d:%d: %s", n.Line, n.Column, fmt.Sprintf(format, args...))
}

// checkDays reads every value under a key that holds a day, so that a bad one is reported
// where it stands. Aliases are refused: no file here needs them, and they can nest. So are
// empty values: an empty limit or article would make a rule fit everything.
func checkDays(n *yaml.Node, depth int) error {
	if n.Kind == yaml.AliasNode || depth > 20 {
		return nodeError(n, "aliases and deep nesting are not allowed")
	}
	for i, c := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 1 {
			switch n.Content[i-1].Value {
			case "in_force", "adopted", "since", "dated", "effect":
				if _, err := gov.ParseDay(c.Value); err != nil {
					return nodeError(c, "%v", err)
				}
			}
		}
		if c.Kind == yaml.ScalarNode && c.Value == "" {
			return nodeError(c, "an empty value: what does not apply is left out")
		}
		if err := checkDays(c, depth+1); err != nil {
			return err
		}
	}
	return nil
}
