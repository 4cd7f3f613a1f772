package web

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"sync"

	"github.com/a-h/templ"
)

// AjaxHeader marks the requests that app.js sends itself, to show upload progress and to
// keep a form when the connection is lost.
const AjaxHeader = "X-Zs-Form"

// locationHeader tells app.js where to go, where a plain form would get a redirect.
const locationHeader = "X-Zs-Location"

var pages = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Render writes a whole page. It is made in memory first, so an error while rendering
// still becomes an error page and never half a page.
func Render(w http.ResponseWriter, r *http.Request, status int, c templ.Component) error {
	b := pages.Get().(*bytes.Buffer)
	defer pages.Put(b)
	b.Reset()
	if err := c.Render(r.Context(), b); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the reader is gone when this fails
	return nil
}

// OK is Render with 200.
func OK(w http.ResponseWriter, r *http.Request, c templ.Component) error {
	return Render(w, r, http.StatusOK, c)
}

// JSON writes v.
func JSON(w http.ResponseWriter, status int, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(b)))
	w.WriteHeader(status)
	_, _ = w.Write(b) // the reader is gone when this fails
	return nil
}

// Redirect ends an accepted form: the browser is sent to a page that can be reloaded, and
// the message is shown there once. to must be an address of this site.
func (s Site) Redirect(w http.ResponseWriter, r *http.Request, to string, f *Flash) error {
	if f != nil {
		s.Cookies.SetFlash(w, *f)
	}
	to = LocalPath(to, "/")
	if r.Header.Get(AjaxHeader) != "" {
		w.Header().Set(locationHeader, to)
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// refererPath is the local part of the page that sent a form.
func refererPath(r *http.Request) string {
	u, err := url.Parse(r.Referer())
	if err != nil {
		return "/"
	}
	return LocalPath(u.RequestURI(), "/")
}

// With puts content inside a frame or any component that takes children, for handlers:
// in templates it is written @Page(s) { … }.
func With(frame, content templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return frame.Render(templ.WithChildren(ctx, content), w)
	})
}
