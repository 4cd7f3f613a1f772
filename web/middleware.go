package web

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"zhunsheng/gov"
)

// ContentSecurityPolicy lets a page load from this site only, and nothing inline.
// connect-src is there for the upload progress of app.js; it too reaches this site only.
const ContentSecurityPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

func (m *Mux) chain() http.Handler {
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.fail(w, r, gov.Errorf(gov.Forbidden, "这次提交来自其他网站，为防冒用已经拒绝；请回到本平台的页面重新提交"))
	}))
	var h http.Handler = http.HandlerFunc(m.dispatch)
	h = cross.Handler(h)
	h = m.securityHeaders(h)
	h = m.recovering(h)
	h = compressing(h)
	return m.logging(h)
}

func (m *Mux) securityHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", ContentSecurityPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()")
		if m.cfg.Site.Cookies.Secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// recovering turns a panic into the error page when nothing was written yet. The abort of
// net/http passes through.
func (m *Mux) recovering(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if p == http.ErrAbortHandler {
				panic(p)
			}
			m.cfg.Log.ErrorContext(r.Context(), "panic", "request", RequestID(r.Context()), "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			if n, ok := w.(interface{ wrote() bool }); ok && n.wrote() {
				panic(http.ErrAbortHandler) // half a page must not look whole
			}
			m.fail(w, r, fmt.Errorf("panic: %v", p))
		}()
		next.ServeHTTP(w, r)
	})
}

// logLine collects what the access log says of one request. It belongs to the goroutine
// of the request.
type logLine struct {
	route  string
	person gov.PersonID
	cause  error
}

func noteRoute(ctx context.Context, name string) {
	if l, ok := ctx.Value(logKey).(*logLine); ok {
		l.route = name
	}
}

func noteViewer(ctx context.Context, v Viewer) {
	if l, ok := ctx.Value(logKey).(*logLine); ok {
		l.person = v.Actor.Person
	}
}

func noteCause(ctx context.Context, err error) {
	if l, ok := ctx.Value(logKey).(*logLine); ok {
		l.cause = err
	}
}

// logging gives the request its id and writes one line when it is answered. The query is
// never logged: it can hold what people search for.
func (m *Mux) logging(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start, line := m.cfg.Now(), &logLine{}
		id := rand.Text()[:12]
		ctx := context.WithValue(context.WithValue(r.Context(), requestIDKey, id), logKey, line)
		w.Header().Set("X-Request-Id", id)
		c := &countingWriter{ResponseWriter: w}
		defer func() {
			level, attrs := slog.LevelInfo, []slog.Attr{
				slog.String("request", id), slog.String("method", r.Method), slog.String("path", r.URL.Path),
				slog.String("route", line.route), slog.Int("status", c.statusOr200()), slog.Int64("bytes", c.bytes),
				slog.Duration("took", time.Duration(m.cfg.Now()-start)*time.Microsecond),
			}
			if line.person != "" {
				attrs = append(attrs, slog.String("person", string(line.person)))
			}
			if line.cause != nil {
				attrs = append(attrs, slog.String("cause", line.cause.Error()))
				if c.statusOr200() >= 500 {
					level = slog.LevelError
				}
			}
			m.cfg.Log.LogAttrs(ctx, level, "request", attrs...)
		}()
		next.ServeHTTP(c, r.WithContext(ctx))
	})
}

// countingWriter remembers the status and the number of bytes sent.
type countingWriter struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (c *countingWriter) WriteHeader(s int) {
	if c.status == 0 {
		c.status = s
	}
	c.ResponseWriter.WriteHeader(s)
}

func (c *countingWriter) Write(b []byte) (int, error) {
	if c.status == 0 {
		c.status = http.StatusOK
	}
	n, err := c.ResponseWriter.Write(b)
	c.bytes += int64(n)
	return n, err
}

func (c *countingWriter) statusOr200() int {
	if c.status == 0 {
		return http.StatusOK
	}
	return c.status
}

// Unwrap serves http.ResponseController.
func (c *countingWriter) Unwrap() http.ResponseWriter { return c.ResponseWriter }
