package web

import "github.com/a-h/templ"

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
