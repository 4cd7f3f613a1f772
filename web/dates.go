package web

import (
	"fmt"

	"zhunsheng/gov"
)

// ShortDay is 9月2日, for lists and stations inside one year; "" for no day.
func ShortDay(d gov.Day) string {
	if d.IsZero() {
		return ""
	}
	_, m, dd := d.Date()
	return fmt.Sprintf("%d月%d日", int(m), dd)
}

// LongDay is 2026年9月2日, for papers and wherever the year may be in doubt.
func LongDay(d gov.Day) string { return d.Chinese() }

// NearDay is ShortDay within the year of today and LongDay outside it.
func NearDay(d, today gov.Day) string {
	if !d.IsZero() && d.Year() == today.Year() {
		return ShortDay(d)
	}
	return LongDay(d)
}

// DaySpan is 9月5日 — 10月5日; years are written when the two differ.
func DaySpan(from, to gov.Day) string {
	if from.Year() == to.Year() {
		return ShortDay(from) + " — " + ShortDay(to)
	}
	return LongDay(from) + " — " + LongDay(to)
}

// ShortTime is 10月14日 09:12 in China; "" for no instant.
func ShortTime(i gov.Instant) string {
	if i.IsZero() {
		return ""
	}
	t := i.Time()
	return fmt.Sprintf("%d月%d日 %02d:%02d", int(t.Month()), t.Day(), t.Hour(), t.Minute())
}

// NearTime leaves out the year when it is today's: 10月14日 09:12.
func NearTime(i gov.Instant, today gov.Day) string {
	if !i.IsZero() && i.Day().Year() != today.Year() {
		return LongTime(i)
	}
	return ShortTime(i)
}

// LongTime is 2026年10月14日 09:12 in China; "" for no instant.
func LongTime(i gov.Instant) string {
	if i.IsZero() {
		return ""
	}
	return fmt.Sprintf("%d年%s", i.Time().Year(), ShortTime(i))
}

// Unit of a number of days as a statute counts them. The values are those of law.Due.Unit.
const (
	WorkingDay  = "working_day"
	CalendarDay = "calendar_day"
)

func unitWord(unit string) string {
	if unit == WorkingDay {
		return " 个工作日"
	}
	return " 日"
}

// LeftText says how far away a limit is: n > 0 days are left, 0 is today, below it is late
// by -n. The count is the caller's, because only the calendar knows working days.
func LeftText(n int, unit string) string {
	switch {
	case n > 0:
		return fmt.Sprintf("还剩 %d%s", n, unitWord(unit))
	case n == 0:
		return "今天到期"
	}
	return fmt.Sprintf("逾期 %d%s", -n, unitWord(unit))
}

// LeftTone is the tone that goes with LeftText. soonAt is the largest number of days that
// already counts as soon; it is a setting of the screen and of no statute.
func LeftTone(n, soonAt int) Tone {
	switch {
	case n < 0:
		return Late
	case n <= soonAt:
		return Soon
	}
	return Met
}

// Bytes is a file size for people: 512 字节, 36 KB, 2.4 MB.
func Bytes(n int64) string {
	switch {
	case n < 0:
		return ""
	case n < 1000:
		return fmt.Sprintf("%d 字节", n)
	case n < 1000*1000:
		return fmt.Sprintf("%.0f KB", float64(n)/1000)
	case n < 1000*1000*1000:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1e9)
}

// ShortHash is 7f3a…c19e of a longer digest.
func ShortHash(h string) string {
	if len(h) <= 10 {
		return h
	}
	return h[:4] + "…" + h[len(h)-4:]
}
