package web

import (
	"strings"

	"github.com/a-h/templ"

	"zhunsheng/gov"
	"zhunsheng/law"
)

func (s Station) class() string {
	switch s.Status {
	case StationDone, StationNow, StationWaived, StationReturned:
		return string(s.Status)
	}
	return "todo"
}

func (s Station) icon() IconName {
	switch s.Status {
	case StationDone:
		return IconCheck
	case StationWaived:
		return IconMinus
	case StationReturned:
		return IconReturn
	}
	return ""
}

func stationAttrs(s Station) templ.Attributes {
	if s.Status == StationNow {
		return templ.Attributes{"aria-current": "step"}
	}
	return nil
}

func clockAttrs(c Clock) templ.Attributes {
	if c.ID != "" {
		return templ.Attributes{"id": c.ID}
	}
	return nil
}

func versionText(d law.Due) string {
	v, err := gov.ParseDay(d.Version)
	if err != nil {
		return ""
	}
	return "（" + LongDay(v) + "起施行的文本）"
}

// fromText says where counting starts. Periods in hours start at an instant.
func fromText(d law.Due) string {
	if !d.FromAt.IsZero() {
		return LongTime(d.FromAt)
	}
	return LongDay(d.From) + "（当日不计入）"
}

func endWord(d law.Due) string {
	switch d.Kind {
	case law.AtLeast:
		return "期满"
	case law.Ahead:
		return "最迟"
	}
	return "届满"
}

func endText(d law.Due) string {
	if !d.DueAt.IsZero() {
		return LongTime(d.DueAt)
	}
	if d.Kind == law.AtLeast {
		return LongDay(d.Due) + "终了，次日起可办"
	}
	return LongDay(d.Due)
}

// stepDay is the day of a step whose text does not say it already.
func stepDay(s law.Step) string {
	day := LongDay(s.Day)
	if day == "" || strings.Contains(s.Text, day) {
		return ""
	}
	return day
}
