package law

import (
	"fmt"
	"time"

	"zhunsheng/gov"
)

// WorkCalendar is the working-day calendar (工作日历): what the yearly holiday notices of
// the State Council's office made of each day. A day is a working day when it is a weekday
// that is not off, or a weekend day that is worked. Days of a year without a notice, and
// the last days of a year whose successor has none yet, are provisional.
type WorkCalendar struct {
	years map[int]*CalendarYear
	named map[gov.Day][]naming // in order of notice: the last that is known decides
	tail  Tail
}

// CalendarYear is one year's file.
type CalendarYear struct {
	Year    int      `yaml:"year" json:"year,omitzero"`
	Mark    Mark     `yaml:"mark" json:"mark,omitzero"`
	Source  string   `yaml:"source" json:"source,omitzero"`
	Notes   []string `yaml:"notes" json:"notes,omitzero"`
	Notices []Notice `yaml:"notices" json:"notices,omitzero"` // the first is the yearly one, the others change it
}

// Notice is one holiday notice (放假通知). It may name days of the year before or after.
type Notice struct {
	Number string   `yaml:"number" json:"number,omitzero"` // absent: 文号未核实
	Page   string   `yaml:"page" json:"page,omitzero"`
	Dated  gov.Day  `yaml:"dated" json:"dated,omitzero"`   // day of the notice, where known
	Effect gov.Day  `yaml:"effect" json:"effect,omitzero"` // a later change binds from this day on
	Amends string   `yaml:"amends" json:"amends,omitzero"` // page of the notice that a later change changes
	Off    []Span   `yaml:"off" json:"off,omitzero"`
	Work   []Span   `yaml:"work" json:"work,omitzero"`
	Notes  []string `yaml:"notes" json:"notes,omitzero"`

	year int
	mark Mark
}

// Tail bounds the last days of a year that the next year's notice could still move.
type Tail struct {
	From string `yaml:"from" json:"from,omitzero"` // month and day, e.g. 12-28
	Why  string `yaml:"why" json:"why,omitzero"`

	month time.Month
	day   int
}

type naming struct {
	off    bool
	notice *Notice
}

// DayStatus is what the calendar says of one day.
type DayStatus struct {
	Rest        bool    // 休息日: weekend or holiday
	Provisional bool    // no notice decides it yet
	Notice      *Notice // the notice that named the day, if one did
	InTail      bool    // provisional because the next year's notice may move it
}

// Status tells what is known of d. asOf limits it to changes in effect by that day; the
// zero day means everything the register knows.
func (c *WorkCalendar) Status(d, asOf gov.Day) DayStatus {
	var st DayStatus
	for _, n := range c.named[d] {
		if asOf.IsZero() || !n.notice.Effect.After(asOf) {
			st.Rest, st.Notice = n.off, n.notice
		}
	}
	if st.Notice != nil {
		return st
	}
	wd := d.Weekday()
	st.Rest = wd == time.Saturday || wd == time.Sunday
	y, m, dd := d.Date()
	switch {
	case c.years[y] == nil:
		st.Provisional = true
	case c.years[y+1] == nil && (m > c.tail.month || m == c.tail.month && dd >= c.tail.day):
		st.Provisional, st.InTail = true, true
	}
	return st
}

// IsWorkingDay reports a working day (工作日) by everything the register knows.
func (c *WorkCalendar) IsWorkingDay(d gov.Day) (working, provisional bool) {
	st := c.Status(d, gov.Day{})
	return !st.Rest, st.Provisional
}

// Years are the first and last year with a notice.
func (c *WorkCalendar) Years() (first, last int) {
	for y := range c.years {
		if first == 0 || y < first {
			first = y
		}
		if y > last {
			last = y
		}
	}
	return first, last
}

// Cite is the notice as a basis.
func (n *Notice) Cite() Citation {
	note := n.Number
	if note == "" {
		note = "文号未核实"
	}
	if n.Page != "" {
		note += "；" + n.Page
	}
	return Citation{Statute: n.name(), Mark: n.mark, Note: note}
}

func (n *Notice) name() string {
	if !n.Effect.IsZero() {
		return fmt.Sprintf("国务院办公厅%d年放假安排的调整通知", n.year)
	}
	return fmt.Sprintf("国务院办公厅%d年放假安排通知", n.year)
}
