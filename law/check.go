package law

import (
	"slices"
	"time"
)

var (
	kinds = []string{"law", "regulation", "party", "interpretation", "document", "local"}
	marks = []Mark{Text, Page, Memory, Local}
)

func (b *Book) addTerms(d *document) error {
	var file struct {
		Terms []Terms `yaml:"terms"`
	}
	if err := d.decode(&file); err != nil {
		return err
	}
	for i := range file.Terms {
		t := &file.Terms[i]
		if b.terms[t.ID] != nil || t.ID == "" || t.Statute == "" || t.ClosesSays == "" || (t.Posted == "") != (t.PostedSays == "") {
			return d.errorf([]any{"terms", i}, "set %q is incomplete or stands twice", t.ID)
		}
		if !d.has("terms", i, "skip_hour") {
			return d.errorf([]any{"terms", i}, "set %q: skip_hour says whether the starting hour is left out", t.ID)
		}
		for _, a := range []struct{ key, article string }{{"start", t.Start}, {"match", t.Match}, {"roll", t.Roll}, {"hours", t.Hours}, {"closes", t.Closes}, {"posted", t.Posted}} {
			if _, ok := articleNumber(a.article); !ok && (a.article != "" || a.key != "posted") {
				return d.errorf([]any{"terms", i, a.key}, "set %q: %s names an article (第八十五条), not %q", t.ID, a.key, a.article)
			}
		}
		b.terms[t.ID] = t
	}
	return nil
}

func (b *Book) addStatute(d *document) error {
	s := new(Statute)
	if err := d.decode(s); err != nil {
		return err
	}
	switch {
	case s.Name == "" || d.base() != s.Name:
		return d.errorf([]any{"name"}, "the file must be named for the statute %q", s.Name)
	case s.Title == "" || s.Source == "":
		return d.errorf(nil, "title and source are required")
	case !slices.Contains(kinds, s.Kind):
		return d.errorf([]any{"kind"}, "unknown kind %q", s.Kind)
	case !slices.Contains(marks, s.Mark):
		return d.errorf([]any{"mark"}, "unknown mark %q", s.Mark)
	case len(s.Versions) == 0:
		return d.errorf([]any{"versions"}, "no version")
	}
	for i := range s.Versions {
		if err := b.checkVersion(d, s, i); err != nil {
			return err
		}
	}
	for _, name := range append([]string{s.Name, s.Title}, s.Aliases...) {
		key := nameKey(name)
		if other := b.names[key]; other != nil && other != s {
			return d.errorf([]any{"aliases"}, "the name %q also stands for %s", name, other.Name)
		}
		b.names[key] = s
	}
	b.statutes = append(b.statutes, s)
	return nil
}

func (b *Book) checkVersion(d *document, s *Statute, i int) error {
	v, at := &s.Versions[i], []any{"versions", i}
	switch {
	case i > 0 && !s.Versions[i-1].InForce.Before(v.InForce):
		return d.errorf(append(at, "in_force"), "version %s does not follow the one before", v.InForce)
	case v.InForce.IsZero() && v.Note == "":
		return d.errorf(at, "a version without in_force needs a note that says why")
	case !slices.Contains(marks, v.Mark):
		return d.errorf(append(at, "mark"), "unknown mark %q", v.Mark)
	case v.Source == "":
		return d.errorf(at, "source is required")
	case v.Mark == Text && v.Text == "":
		return d.errorf(append(at, "mark"), "a version marked text names the text that was read")
	case !d.has(slices.Concat(at, []any{"terms", "express"})...):
		return d.errorf(append(at, "terms"), "express says whether the rules apply by the statute itself or by analogy")
	case b.terms[v.Terms.Set] == nil:
		return d.errorf(append(at, "terms"), "no terms %q", v.Terms.Set)
	}
	if err := checkRule(d, append(at, "days", "otherwise"), v.Days.Otherwise); err != nil {
		return err
	}
	for j, r := range v.Days.Rules {
		where := append(at, "days", "rules", j)
		if len(r.At) == 0 && len(r.Numbers) == 0 && r.UpTo == 0 {
			return d.errorf(where, "a rule needs a condition; what fits everything is otherwise")
		}
		if err := checkRule(d, where, r); err != nil {
			return err
		}
	}
	for j, e := range v.Days.Explicit {
		if _, ok := articleNumber(e.Article); !ok || len(e.Numbers) == 0 {
			return d.errorf(append(at, "days", "explicit", j), "an article and its numbers are required")
		}
	}
	if err := b.checkReceipt(d, v, at); err != nil {
		return err
	}
	return checkClauses(d, v, at)
}

func checkRule(d *document, at []any, r DayRule) error {
	if r.Count != Working && r.Count != Calendar {
		return d.errorf(at, "count must be working or calendar, not %q", r.Count)
	}
	if r.Article == "" && r.Note == "" {
		return d.errorf(at, "a rule names its article, or a note says what it rests on")
	}
	for _, a := range append([]string{r.Article}, r.At...) {
		if _, ok := articleNumber(a); a != "" && !ok {
			return d.errorf(at, "%q is no article", a)
		}
	}
	for _, n := range r.Numbers {
		if n < 1 {
			return d.errorf(at, "%d is no number of days", n)
		}
	}
	return nil
}

func (c *WorkCalendar) addTail(d *document) error {
	if err := d.decode(&c.tail); err != nil {
		return err
	}
	at, err := time.Parse("01-02", c.tail.From)
	if err != nil || at.Month() != time.December || c.tail.Why == "" {
		return d.errorf([]any{"from"}, "a day of December (12-28) and the reason are required")
	}
	c.tail.month, c.tail.day = at.Month(), at.Day()
	return nil
}
