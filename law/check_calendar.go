package law

import (
	"slices"
	"strconv"
	"time"

	"zhunsheng/gov"
)

func (c *WorkCalendar) addYear(d *document) error {
	y := new(CalendarYear)
	if err := d.decode(y); err != nil {
		return err
	}
	switch {
	case d.base() != strconv.Itoa(y.Year):
		return d.errorf([]any{"year"}, "the file must be named for its year")
	case len(y.Notices) == 0:
		return d.errorf([]any{"notices"}, "no notice")
	case !slices.Contains(marks, y.Mark) || y.Source == "":
		return d.errorf([]any{"mark"}, "mark and source are required")
	}
	for i := range y.Notices {
		if err := checkNotice(d, y, i); err != nil {
			return err
		}
	}
	c.years[y.Year] = y
	return nil
}

// checkNotice: the yearly notice comes first and has no day of effect; a day is named once
// in a notice; only weekend days are worked, save that a change may end a holiday.
func checkNotice(d *document, y *CalendarYear, i int) error {
	n, at := &y.Notices[i], []any{"notices", i}
	if !d.has("notices", i, "off") || !d.has("notices", i, "work") {
		return d.errorf(at, "off and work are required; [] says that there is none")
	}
	if n.Effect.IsZero() != (i == 0) {
		return d.errorf(at, "the yearly notice has no day of effect, a change has one")
	}
	if n.Effect.IsZero() != (n.Amends == "") || i > 0 && !slices.ContainsFunc(y.Notices[:i], func(o Notice) bool { return o.Page == n.Amends }) {
		return d.errorf(at, "a change names in amends the page of an earlier notice of the year")
	}
	if i > 0 && n.Effect.Before(y.Notices[i-1].Effect) {
		return d.errorf(append(at, "effect"), "changes stand in the order in which they take effect")
	}
	if n.Page == "" {
		return d.errorf(at, "page is required")
	}
	seen := map[gov.Day]bool{}
	for k, list := range [][]Span{n.Off, n.Work} {
		key := []string{"off", "work"}[k]
		for j, s := range list {
			for _, day := range s.Days() {
				where := append(at, key, j)
				if seen[day] {
					return d.errorf(where, "%s is named twice", day)
				}
				seen[day] = true
				if day.Before(gov.DateOf(y.Year-1, time.December, 1)) || day.Year() > y.Year {
					return d.errorf(where, "%s does not belong to the notice of %d", day, y.Year)
				}
				weekend := day.Weekday() == time.Saturday || day.Weekday() == time.Sunday
				if key == "work" && !weekend && i == 0 {
					return d.errorf(where, "%s is a weekday and need not be named as worked", day)
				}
			}
		}
	}
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
			c.name(n, n.Off, true)
			c.name(n, n.Work, false)
		}
	}
}

func (c *WorkCalendar) name(n *Notice, spans []Span, off bool) {
	for _, s := range spans {
		for _, d := range s.Days() {
			c.named[d] = append(c.named[d], naming{off, n})
		}
	}
}
