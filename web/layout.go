package web

import (
	"fmt"
	"net/http"

	"github.com/a-h/templ"
)

func brandHref(h string) string {
	if h == "" {
		return "/"
	}
	return h
}

func currentAttrs(current bool) templ.Attributes {
	if current {
		return templ.Attributes{"aria-current": "page"}
	}
	return nil
}

func bellLabel(n int) string {
	if n == 0 {
		return "消息，没有未读"
	}
	return fmt.Sprintf("消息，%d 条未读", n)
}

func (p Problem) icon() IconName {
	switch p.Status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return IconLock
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return IconSearch
	}
	return IconAlertTriangle
}
