package web

import (
	"compress/gzip"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// gzipFrom is the smallest answer worth compressing, in bytes.
const gzipFrom = 1 << 10

var gzips = sync.Pool{New: func() any {
	z, _ := gzip.NewWriterLevel(io.Discard, gzip.BestSpeed)
	return z
}}

// compressing sends HTML, JSON and plain text gzipped to whoever takes it. Answers that
// are already encoded, partial or small pass as they are.
func compressing(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		z := &gzipWriter{ResponseWriter: w, takes: acceptsGzip(r)}
		defer z.close()
		next.ServeHTTP(z, r)
	})
}

func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if name == "gzip" {
			return strings.ReplaceAll(q, " ", "") != "q=0"
		}
	}
	return false
}

// gzipWriter decides at the header whether it compresses.
type gzipWriter struct {
	http.ResponseWriter
	takes   bool
	decided bool
	z       *gzip.Writer
}

func (g *gzipWriter) wrote() bool { return g.decided }

func (g *gzipWriter) WriteHeader(status int) {
	if status >= 200 && !g.decided {
		g.decide(status)
	}
	g.ResponseWriter.WriteHeader(status)
}

func (g *gzipWriter) decide(status int) {
	g.decided = true
	h := g.Header()
	if !squeezable(h.Get("Content-Type")) || h.Get("Content-Encoding") != "" || h.Get("Content-Range") != "" {
		return
	}
	h.Add("Vary", "Accept-Encoding")
	if !g.takes || status == http.StatusNoContent || status == http.StatusNotModified {
		return
	}
	if n, err := strconv.Atoi(h.Get("Content-Length")); err == nil && n < gzipFrom {
		return
	}
	h.Del("Content-Length")
	h.Set("Content-Encoding", "gzip")
	g.z = gzips.Get().(*gzip.Writer)
	g.z.Reset(g.ResponseWriter)
}

func squeezable(ct string) bool {
	ct, _, _ = strings.Cut(ct, ";")
	switch ct {
	case "text/html", "text/plain", "application/json", "application/problem+json", "image/svg+xml", "text/csv", "text/javascript", "application/atom+xml":
		return true
	}
	return false
}

func (g *gzipWriter) Write(b []byte) (int, error) {
	if !g.decided {
		if g.Header().Get("Content-Type") == "" {
			g.Header().Set("Content-Type", http.DetectContentType(b))
		}
		g.WriteHeader(http.StatusOK)
	}
	if g.z != nil {
		return g.z.Write(b)
	}
	return g.ResponseWriter.Write(b)
}

// Flush passes on what was written so far, for long work that shows progress.
func (g *gzipWriter) Flush() {
	if g.z != nil {
		_ = g.z.Flush()
	}
	_ = http.NewResponseController(g.ResponseWriter).Flush()
}

func (g *gzipWriter) close() {
	if g.z == nil {
		return
	}
	_ = g.z.Close() // the reader is gone when this fails; there is nobody to tell
	g.z.Reset(io.Discard)
	gzips.Put(g.z)
	g.z = nil
}

// Unwrap serves http.ResponseController.
func (g *gzipWriter) Unwrap() http.ResponseWriter { return g.ResponseWriter }
