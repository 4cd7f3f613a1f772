package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// olderChromium serves the pages as a browser sees them that does not know the colour
// functions of Tabler's style sheet, such as the older Chromium kernels of domestic
// browsers.
func olderChromium(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != Asset("tabler.css") {
			next.ServeHTTP(w, r)
			return
		}
		css, err := staticFiles.ReadFile(served["tabler.css"])
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/css")
		_, _ = w.Write([]byte(strings.NewReplacer("light-dark(", "x-light-dark(", "oklch(", "x-oklch(", "color-mix(", "x-color-mix(").Replace(string(css))))
	})
}

// looks lists the colours of every element of a page.
const looks = `[...document.querySelectorAll("body, body *")].filter(e => !e.closest("svg")).map(e => {
	const c = getComputedStyle(e), line = parseFloat(c.borderTopWidth) > 0 ? c.borderTopColor : "";
	return e.tagName + "." + e.className + " " + c.color + " " + c.backgroundColor + " " + line;
})`

// Our components take no colour from functions that an older browser does not know.
func TestBrowser_OlderChromiumSeesTheSameColours(t *testing.T) {
	ctx := browser(t)
	m := newTestMux(t, nil)
	now, old := httptest.NewServer(m), httptest.NewServer(olderChromium(m))
	t.Cleanup(now.Close)
	t.Cleanup(old.Close)
	for _, p := range []string{"", "/case", "/list", "/form", "/portal", "/sign-in", "/error"} {
		var seen [2][]string
		for i, s := range []*httptest.Server{now, old} {
			do(t, ctx, chromedp.EmulateViewport(1366, 768), chromedp.Navigate(s.URL+"/_style"+p))
			until(t, ctx, `document.documentElement.classList.contains("js")`)
			eval[bool](t, ctx, `(document.activeElement.blur(), true)`)
			seen[i] = eval[[]string](t, ctx, looks)
		}
		if len(seen[0]) == 0 || len(seen[0]) != len(seen[1]) {
			t.Fatalf("%s: %d and %d elements", p, len(seen[0]), len(seen[1]))
		}
		for i := range seen[0] {
			if seen[0][i] != seen[1][i] {
				t.Errorf("%s: %s, in an older browser %s", p, seen[0][i], seen[1][i])
			}
		}
	}
}
