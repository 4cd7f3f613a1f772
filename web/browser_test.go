package web

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// watch collects what the browser refuses or stumbles over.
const watch = `window.__bad = [];
addEventListener("securitypolicyviolation", e => __bad.push(e.violatedDirective + " " + e.blockedURI + " " + e.sourceFile));
addEventListener("error", e => __bad.push(String(e.message || e.target.src || e.target.href)), true);`

// browser starts a private Chromium, or skips where there is none (fails in CI).
func browser(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("ZHUNSHENG_CI") == "1" {
			t.Fatal("no chromium, and CI wants one")
		}
		t.Skip("no chromium")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.UserDataDir(t.TempDir()), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
	t.Cleanup(cancel)
	ctx, stop := chromedp.NewExecAllocator(ctx, opts...)
	t.Cleanup(stop)
	ctx, end := chromedp.NewContext(ctx)
	t.Cleanup(end)
	do(t, ctx, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: watch})
		return err
	}))
	return ctx
}

func do(t *testing.T, ctx context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

func eval[T any](t *testing.T, ctx context.Context, js string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](js))
	if err != nil {
		t.Fatalf("%s: %v", js, err)
	}
	return v
}

// until waits for a condition in the page.
func until(t *testing.T, ctx context.Context, js string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for {
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool](js))
		if err == nil && ok {
			return
		}
		if ctx.Err() != nil {
			t.Fatalf("never became true: %s (%v)", js, err)
		}
		time.Sleep(20 * time.Millisecond) // a real browser has no fake clock
	}
}

// posts remembers the forms that arrived. While losing it loses their answers, as a line
// does that breaks; browsers may then send the same form again by themselves.
type posts struct {
	sync.Mutex
	keys   []string
	losing bool
	next   http.Handler
}

func (p *posts) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost && r.URL.Path == "/_style/form" {
		_ = r.ParseMultipartForm(1 << 20)
		p.Lock()
		p.keys = append(p.keys, r.FormValue(RequestKeyName))
		lost := p.losing
		p.Unlock()
		if lost {
			panic(http.ErrAbortHandler)
		}
	}
	p.next.ServeHTTP(w, r)
}

func (p *posts) seen() []string {
	p.Lock()
	defer p.Unlock()
	return append([]string(nil), p.keys...)
}

// lose breaks or mends the line and gives the number of forms that arrived so far.
func (p *posts) lose(on bool) int {
	p.Lock()
	defer p.Unlock()
	p.losing = on
	return len(p.keys)
}

func styleServer(t *testing.T) (*httptest.Server, *posts) {
	p := &posts{next: newTestMux(t, nil)}
	s := httptest.NewUnstartedServer(p)
	s.Config.ErrorLog = nil
	s.Start()
	t.Cleanup(s.Close)
	return s, p
}

const typeTitle = `(() => { const i = document.getElementById("f-title"); i.value = %q; i.dispatchEvent(new Event("input", {bubbles: true})); return true; })()`

func TestBrowser_PagesAreCleanAtEveryWidth(t *testing.T) {
	ctx := browser(t)
	s, _ := styleServer(t)
	for _, size := range [][2]int64{{1366, 768}, {390, 844}, {683, 384}} { // the last is 1366×768 at 200 % zoom
		for _, p := range []string{"", "/case", "/list", "/form", "/portal", "/sign-in", "/error", "/paper"} {
			name := fmt.Sprintf("%s at %d×%d", p, size[0], size[1])
			do(t, ctx, chromedp.EmulateViewport(size[0], size[1]), chromedp.Navigate(s.URL+"/_style"+p))
			if bad := eval[[]string](t, ctx, "__bad"); len(bad) > 0 {
				t.Errorf("%s: %q", name, bad)
			}
			if over := eval[int](t, ctx, "document.documentElement.scrollWidth - innerWidth"); over > 0 {
				t.Errorf("%s: %d pixels wider than the screen", name, over)
			}
			if bg := eval[string](t, ctx, `getComputedStyle(document.body).fontFamily`); !strings.Contains(bg, "PingFang") && p != "/paper" {
				t.Errorf("%s: the style sheet does not apply: %s", name, bg)
			}
		}
	}
}

func TestBrowser_F108_DraftSurvivesAndGoesOnSuccess(t *testing.T) {
	ctx := browser(t)
	s, p := styleServer(t)
	do(t, ctx, chromedp.Navigate(s.URL+"/_style/form"))
	eval[bool](t, ctx, fmt.Sprintf(typeTitle, "清源县城镇燃气安全管理办法"))
	until(t, ctx, `document.querySelector("[data-draft-state]").textContent.includes("草稿已保存在本机")`)

	do(t, ctx, chromedp.Navigate(s.URL+"/_style/list"), chromedp.Navigate(s.URL+"/_style/form"))
	until(t, ctx, `document.getElementById("f-title").value === "清源县城镇燃气安全管理办法"`)
	until(t, ctx, `document.querySelector("[data-form-notice]").textContent.includes("已恢复")`)

	eval[bool](t, ctx, `(document.querySelector("form[data-form]").requestSubmit(), document.querySelector("form[data-form]").requestSubmit(), true)`)
	until(t, ctx, `location.pathname === "/_style/list" && document.querySelector(".flash") !== null`)
	if n := len(p.seen()); n != 1 {
		t.Errorf("the form was sent %d times", n)
	}
	do(t, ctx, chromedp.Navigate(s.URL+"/_style/form"))
	until(t, ctx, `document.documentElement.classList.contains("js")`)
	if v := eval[string](t, ctx, `document.getElementById("f-title").value`); v != "清源县农村供水管理办法" {
		t.Errorf("the draft of an accepted form came back: %s", v)
	}
}

func TestBrowser_LostConnectionKeepsContentAndKey(t *testing.T) {
	ctx := browser(t)
	s, p := styleServer(t)
	p.lose(true)
	do(t, ctx, chromedp.Navigate(s.URL+"/_style/form"))
	eval[bool](t, ctx, fmt.Sprintf(typeTitle, "甲办法"))
	eval[bool](t, ctx, `(document.querySelector("form[data-form]").requestSubmit(), true)`)
	until(t, ctx, `document.querySelector("[data-form-notice]").textContent.includes("连接中断")`)

	p.lose(false)
	// The reader gives up the page and comes back: content and key are still there.
	do(t, ctx, chromedp.Navigate(s.URL+"/_style/list"), chromedp.Navigate(s.URL+"/_style/form"))
	until(t, ctx, `document.getElementById("f-title").value === "甲办法"`)
	eval[bool](t, ctx, `(document.querySelector("form[data-form]").requestSubmit(), true)`)
	until(t, ctx, `location.pathname === "/_style/list" && document.querySelector(".flash") !== null`)
	keys := p.seen()
	if len(keys) < 2 || keys[0] == "" || len(slices.Compact(keys)) != 1 {
		t.Errorf("the same content was sent under keys %q", p.seen())
	}
}

// Other content is another request, also after a lost answer.
func TestBrowser_ChangedContentGetsAFreshKey(t *testing.T) {
	ctx := browser(t)
	s, p := styleServer(t)
	p.lose(true)
	do(t, ctx, chromedp.Navigate(s.URL+"/_style/form"))
	eval[bool](t, ctx, `(document.querySelector("form[data-form]").requestSubmit(), true)`)
	until(t, ctx, `document.querySelector("[data-form-notice]").textContent.includes("连接中断")`)
	lost := p.lose(false)
	do(t, ctx, chromedp.Navigate(s.URL+"/_style/list"), chromedp.Navigate(s.URL+"/_style/form"))
	eval[bool](t, ctx, fmt.Sprintf(typeTitle, "乙办法"))
	eval[bool](t, ctx, `(document.querySelector("form[data-form]").requestSubmit(), true)`)
	until(t, ctx, `location.pathname === "/_style/list"`)
	if keys := p.seen(); len(keys) != lost+1 || slices.Contains(keys[:lost], keys[lost]) {
		t.Errorf("keys %q, of which %d were lost", keys, lost)
	}
}

func TestBrowser_RefusedFormShowsItsErrorsInPlace(t *testing.T) {
	ctx := browser(t)
	s, _ := styleServer(t)
	do(t, ctx, chromedp.Navigate(s.URL+"/_style/form"))
	eval[bool](t, ctx, fmt.Sprintf(typeTitle, ""))
	eval[bool](t, ctx, `(document.querySelector("form[data-form]").noValidate = true, document.querySelector("form[data-form]").requestSubmit(), true)`)
	until(t, ctx, `document.querySelector(".error-summary") !== null && document.activeElement === document.querySelector(".error-summary")`)
	if href := eval[string](t, ctx, `document.querySelector(".error-summary a").getAttribute("href")`); href != "#f-title" {
		t.Errorf("the summary leads to %s", href)
	}
	eval[bool](t, ctx, fmt.Sprintf(typeTitle, "丙办法"))
	eval[bool](t, ctx, `(document.querySelector("form[data-form]").requestSubmit(), true)`)
	until(t, ctx, `location.pathname === "/_style/list"`)
}

// By keyboard: the skip link first, then every control in the order of the page, each with
// a visible ring.
func TestBrowser_KeyboardOrder(t *testing.T) {
	ctx := browser(t)
	s, _ := styleServer(t)
	for p, want := range map[string][]string{
		"/sign-in": {"跳到正文", "长者模式", "login", "password", "登录"},
		"/portal":  {"跳到正文", "长者模式", "准绳", "q", "检索", "工作人员登录", "文件库", "公开征求意见"},
	} {
		do(t, ctx, chromedp.EmulateViewport(1366, 768), chromedp.Navigate(s.URL+"/_style"+p))
		for _, w := range want {
			do(t, ctx, chromedp.KeyEvent("\t"))
			got := eval[string](t, ctx, `(() => { const e = document.activeElement; return e.name && e.type !== "submit" ? e.name : e.innerText.trim(); })()`)
			if !strings.Contains(got, w) {
				t.Fatalf("%s: focus is on %q, want %q", p, got, w)
			}
			if ring := eval[string](t, ctx, `(() => { const e = document.activeElement, c = getComputedStyle(e), f = getComputedStyle(e.closest("form") || e); return c.outlineStyle + f.outlineStyle; })()`); !strings.Contains(ring, "solid") {
				t.Errorf("%s: %q has no focus ring (%s)", p, w, ring)
			}
		}
	}
}

func TestBrowser_ElderModeStays(t *testing.T) {
	ctx := browser(t)
	s, _ := styleServer(t)
	size := `parseFloat(getComputedStyle(document.querySelector("h1")).fontSize)`
	do(t, ctx, chromedp.Navigate(s.URL+"/_style/portal"))
	before := eval[float64](t, ctx, size)
	do(t, ctx, chromedp.Click(".elder-switch button"))
	until(t, ctx, `document.documentElement.classList.contains("elder") && location.pathname === "/_style/portal"`)
	do(t, ctx, chromedp.Navigate(s.URL+"/_style/list"))
	if after := eval[float64](t, ctx, `parseFloat(getComputedStyle(document.documentElement).fontSize)`); after < 20 {
		t.Errorf("text is %v px high in elder mode, %v before", after, before)
	}
}
