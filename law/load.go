package law

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"time"

	"gopkg.in/yaml.v3"

	"zhunsheng/gov"
)

// Load reads a register: statutes/*.yaml, calendar/*.yaml and terms.yaml under fsys. Every
// error names file, line and column.
func Load(fsys fs.FS) (*Book, error) {
	b := &Book{terms: map[string]*Terms{}, names: map[string]*Statute{},
		cal: &WorkCalendar{years: map[int]*CalendarYear{}, named: map[gov.Day][]naming{}}}
	var errs []error
	errs = append(errs, b.loadTerms(fsys))
	errs = append(errs, eachFile(fsys, "statutes/*.yaml", b.addStatute)...)
	errs = append(errs, decodeFile(fsys, "calendar/tail.yaml", &b.cal.tail), b.cal.tail.parse())
	errs = append(errs, eachFile(fsys, "calendar/[0-9]*.yaml", b.cal.addYear)...)
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("law: %w", err)
	}
	if len(b.statutes) == 0 {
		return nil, errors.New("law: the register holds no statute")
	}
	b.cal.index()
	return b, nil
}

func eachFile(fsys fs.FS, pattern string, add func(file string, src []byte) error) []error {
	names, err := fs.Glob(fsys, pattern)
	if err != nil {
		return []error{err}
	}
	var errs []error
	for _, name := range names {
		src, err := fs.ReadFile(fsys, name)
		if err == nil {
			err = add(name, src)
		}
		errs = append(errs, err)
	}
	return errs
}

func decodeFile(fsys fs.FS, name string, into any) error {
	src, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	return decode(name, src, into)
}

// decode reads exactly one YAML document and refuses unknown keys.
func decode(name string, src []byte, into any) error {
	d := yaml.NewDecoder(bytes.NewReader(src))
	d.KnownFields(true)
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: more than one document in the file", name)
	}
	return nil
}

func nodeError(n *yaml.Node, format string, args ...any) error {
	return fmt.Errorf("line %d:%d: %s", n.Line, n.Column, fmt.Sprintf(format, args...))
}

func (b *Book) loadTerms(fsys fs.FS) error {
	var file struct {
		Terms []Terms `yaml:"terms"`
	}
	if err := decodeFile(fsys, "terms.yaml", &file); err != nil {
		return err
	}
	for i := range file.Terms {
		t := &file.Terms[i]
		if b.terms[t.ID] != nil || t.ID == "" || t.Start == "" || t.Match == "" || t.Roll == "" || t.Hours == "" {
			return fmt.Errorf("terms.yaml: set %q is incomplete or stands twice", t.ID)
		}
		b.terms[t.ID] = t
	}
	return nil
}

func (b *Book) addStatute(file string, src []byte) error {
	s := new(Statute)
	if err := decode(file, src, s); err != nil {
		return err
	}
	if want := path.Base(file); want != s.Name+".yaml" {
		return fmt.Errorf("%s: the file must be named for the statute %q", file, s.Name)
	}
	for i, v := range s.Versions {
		if b.terms[v.Terms.Set] == nil {
			return fmt.Errorf("%s: version %s: no terms %q", file, v.InForce, v.Terms.Set)
		}
		if i > 0 && !s.Versions[i-1].InForce.Before(v.InForce) {
			return fmt.Errorf("%s: version %s does not follow the one before", file, v.InForce)
		}
	}
	if len(s.Versions) == 0 {
		return fmt.Errorf("%s: no version", file)
	}
	for _, name := range append([]string{s.Name, s.Title}, s.Aliases...) {
		key := nameKey(name)
		if other := b.names[key]; other != nil && other != s {
			return fmt.Errorf("%s: the name %q also stands for %s", file, name, other.Name)
		}
		b.names[key] = s
	}
	b.statutes = append(b.statutes, s)
	return nil
}

func (c *WorkCalendar) addYear(file string, src []byte) error {
	y := new(CalendarYear)
	if err := decode(file, src, y); err != nil {
		return err
	}
	if path.Base(file) != fmt.Sprintf("%d.yaml", y.Year) || len(y.Notices) == 0 {
		return fmt.Errorf("%s: the file must be named for its year and hold a notice", file)
	}
	if !y.Notices[0].Effect.IsZero() {
		return fmt.Errorf("%s: the first notice is the yearly one and has no day of effect", file)
	}
	c.years[y.Year] = y
	return nil
}

// index builds the day table: earlier years first, so that a later notice decides.
func (c *WorkCalendar) index() {
	first, last := c.Years()
	for y := first; y <= last; y++ {
		if c.years[y] == nil {
			continue
		}
		for i := range c.years[y].Notices {
			n := &c.years[y].Notices[i]
			n.year, n.mark = y, c.years[y].Mark
			for _, s := range n.Off {
				for _, d := range s.Days() {
					c.named[d] = append(c.named[d], naming{true, n})
				}
			}
			for _, s := range n.Work {
				for _, d := range s.Days() {
					c.named[d] = append(c.named[d], naming{false, n})
				}
			}
		}
	}
}

func (t *Tail) parse() error {
	at, err := time.Parse("01-02", t.From)
	if err != nil {
		return fmt.Errorf("calendar/tail.yaml: %w", err)
	}
	t.month, t.day = at.Month(), at.Day()
	return nil
}
