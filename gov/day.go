package gov

import (
	"database/sql/driver"
	"encoding"
	"fmt"
	"time"
)

// China is the one time zone of legal days. All conversions between Instant and Day
// pass through it; nothing else in the program may name a zone.
var China = time.FixedZone("Asia/Shanghai", 8*60*60)

// Day is a legal calendar day in Asia/Shanghai (日). The zero value means "no day".
// In SQL, JSON and on the command line it is the text 2006-01-02.
type Day struct{ n int32 } // days since 0000-12-31, so that the zero value is no real day

var (
	_ driver.Valuer            = Day{}
	_ encoding.TextMarshaler   = Day{}
	_ encoding.TextUnmarshaler = (*Day)(nil)
)

const unixDay0 = 719163 // Day number of 1970-01-01

// DateOf is the day of a proleptic Gregorian year, month and day of month. Values out
// of range normalize as in time.Date.
func DateOf(year int, month time.Month, day int) Day {
	sec := time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix()
	return Day{int32(floorDiv(sec, 86400)) + unixDay0}
}

// ParseDay reads 2006-01-02 and nothing else.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse("2006-01-02", s)
	if err != nil || len(s) != 10 {
		return Day{}, Errorf(Invalid, "日期“%s”无法识别，应写作 2006-01-02 的形式", s)
	}
	return DateOf(t.Date()), nil
}

// MustDay is ParseDay for constants in tests and embedded data.
func MustDay(s string) Day {
	d, err := ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

// IsZero reports that no day is set.
func (d Day) IsZero() bool { return d.n == 0 }

// AddDays moves by n calendar days; n may be negative.
func (d Day) AddDays(n int) Day { return Day{d.n + int32(n)} }

// Sub is the number of calendar days from e to d.
func (d Day) Sub(e Day) int { return int(d.n - e.n) }

// Before, After and Compare order days in time.
func (d Day) Before(e Day) bool { return d.n < e.n }

// After reports d later than e.
func (d Day) After(e Day) bool { return d.n > e.n }

// Compare is -1, 0 or +1.
func (d Day) Compare(e Day) int {
	switch {
	case d.n < e.n:
		return -1
	case d.n > e.n:
		return 1
	}
	return 0
}

// Weekday of the day.
func (d Day) Weekday() time.Weekday { return d.midnightUTC().Weekday() }

// Date splits the day.
func (d Day) Date() (year int, month time.Month, day int) { return d.midnightUTC().Date() }

// Year of the day.
func (d Day) Year() int { return d.midnightUTC().Year() }

func (d Day) midnightUTC() time.Time {
	return time.Unix(int64(d.n-unixDay0)*86400, 0).UTC()
}

// Start is the first instant of the day in China.
func (d Day) Start() Instant {
	return Instant((int64(d.n-unixDay0)*86400 - 8*60*60) * 1e6)
}

// End is the first instant after the day: a limit that ends on d is missed from End on
// (the last day ends at 24:00, 民法典 art. 203).
func (d Day) End() Instant { return d.AddDays(1).Start() }

// String is 2006-01-02, or "" for no day.
func (d Day) String() string {
	if d.IsZero() {
		return ""
	}
	return d.midnightUTC().Format("2006-01-02")
}

// Chinese is 2006年1月2日, the form used on papers and screens; "" for no day.
func (d Day) Chinese() string {
	if d.IsZero() {
		return ""
	}
	y, m, dd := d.Date()
	return fmt.Sprintf("%d年%d月%d日", y, int(m), dd)
}

// MarshalText is String.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (d *Day) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = Day{}
		return nil
	}
	p, err := ParseDay(string(b))
	if err != nil {
		return err
	}
	*d = p
	return nil
}

// Value stores the text form; no day is stored as NULL.
func (d Day) Value() (driver.Value, error) {
	if d.IsZero() {
		return nil, nil
	}
	return d.String(), nil
}

// Scan reads the text form or NULL.
func (d *Day) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d = Day{}
		return nil
	case string:
		return d.UnmarshalText([]byte(v))
	case []byte:
		return d.UnmarshalText(v)
	}
	return fmt.Errorf("gov: cannot scan %T into Day", src)
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
