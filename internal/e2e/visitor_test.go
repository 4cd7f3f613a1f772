// Package e2e walks the main job of the program in a real browser, as a visitor would: the
// built binary, its demonstration county, clicks and typing only. What is asserted of one
// page in particular stands in the path; what holds for every page stands in arrived.
package e2e

import (
	"context"
	"encoding/json"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// watch collects what the browser refuses or stumbles over.
const watch = `window.__bad = [];
addEventListener("securitypolicyviolation", e => __bad.push(e.violatedDirective + " " + e.blockedURI + " " + e.sourceFile));
addEventListener("error", e => __bad.push(String(e.message || e.target.src || e.target.href)), true);
addEventListener("unhandledrejection", e => __bad.push(String(e.reason)));`

// patience bounds the waits, for machines that have other things to do as well.
const patience = time.Minute

// storyLimit bounds a whole story.
const storyLimit = 15 * time.Minute

// The screens that must do: an office desktop and a phone.
var (
	phone   = [2]int64{390, 844}
	desktop = [2]int64{1366, 768}
	screens = [][2]int64{phone, desktop}
)

// visitor is a person in front of a browser.
type visitor struct {
	t     *testing.T
	ctx   context.Context
	host  string   // the only host that may be spoken to
	saved string   // folder of downloads
	shots string   // folder of pictures, "" for none
	name  string   // put before the names of pictures
	own   [2]int64 // the screen that this visitor sits at

	screen [2]int64 // the one of this moment
	taken  int
	steps  int
	met    map[string]bool // pages that were looked at, by address and words

	mu    sync.Mutex
	wrong []string // from the browser's own events
	got   chan string
}

// newVisitor starts a private Chromium, or skips where there is none (fails in CI).
func newVisitor(t *testing.T, base string) *visitor {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("ZHUNSHENG_CI") == "1" {
			t.Fatal("no chromium, and CI wants one")
		}
		t.Skip("no chromium")
	}
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	v := &visitor{t: t, host: u.Host, saved: t.TempDir(), shots: os.Getenv("ZHUNSHENG_SCREENSHOTS"), own: desktop, got: make(chan string, 8), met: map[string]bool{}}
	if v.shots != "" {
		if err := os.MkdirAll(v.shots, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.UserDataDir(t.TempDir()), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("lang", "zh-CN"), chromedp.Flag("force-prefers-reduced-motion", true), // nothing moves under the hand
		chromedp.Env("LANG=C.UTF-8", "LANGUAGE=zh_CN", "TZ=Asia/Shanghai"))
	ctx, cancel := context.WithTimeout(context.Background(), storyLimit)
	t.Cleanup(cancel)
	ctx, stop := chromedp.NewExecAllocator(ctx, opts...)
	t.Cleanup(stop)
	ctx, end := chromedp.NewContext(ctx)
	t.Cleanup(end)
	v.ctx = ctx
	yes := true
	v.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		if _, err := cdp.Call(ctx, target, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: watch}); err != nil {
			return err
		}
		if _, err := cdp.Call(ctx, target, network.Enable, network.EnableParams{}); err != nil {
			return err
		}
		_, err := chromedp.CallBrowser(ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
			Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: v.saved, EventsEnabled: &yes})
		return err
	}))
	if err := chromedp.Listen(ctx, v.heard); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.ListenBrowser(ctx, v.heardBrowser); err != nil {
		t.Fatal(err)
	}
	return v
}

// heard notes script errors and requests to anybody but the program.
func (v *visitor) heard(ev any) {
	switch e := ev.(type) {
	case *network.EventRequestWillBeSent:
		if u, err := url.Parse(e.Request.URL); err != nil || u.Scheme != "data" && u.Scheme != "blob" && u.Host != v.host {
			v.note("a request to another host: " + e.Request.URL)
		}
	case *runtime.EventExceptionThrown:
		v.note("script error: " + e.ExceptionDetails.Text)
	case *page.EventJavascriptDialogOpening:
		v.note("dialog: " + e.Message)
	}
}

func (v *visitor) heardBrowser(ev any) {
	switch e := ev.(type) {
	case *browser.EventDownloadWillBegin:
		v.got <- e.SuggestedFilename
	case *browser.EventDownloadProgress:
		if e.State != browser.DownloadProgressStateInProgress {
			v.got <- string(e.State)
		}
	}
}

func (v *visitor) note(what string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.wrong = append(v.wrong, what)
}

func (v *visitor) do(steps ...chromedp.Action[chromedp.Void]) {
	v.t.Helper()
	if err := chromedp.Do(v.ctx, steps...); err != nil {
		v.t.Fatalf("%s: %v", v.where(), err)
	}
}

func eval[T any](v *visitor, js string, args ...any) T {
	v.t.Helper()
	out, err := chromedp.Run(v.ctx, chromedp.Evaluate[T](call(js, args...)))
	if err != nil {
		v.t.Fatalf("%s: %s: %v", v.where(), js, err)
	}
	return out
}

// call makes the text of a call of a function of the page from Go values.
func call(js string, args ...any) string {
	if len(args) == 0 {
		return js
	}
	list := make([]string, len(args))
	for i, a := range args {
		b, err := json.Marshal(a)
		if err != nil {
			panic(err)
		}
		list[i] = string(b)
	}
	return "(" + js + ")(" + strings.Join(list, ",") + ")"
}

// until waits for a condition in the page, across page changes.
func (v *visitor) until(what, js string, args ...any) {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	for {
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool](call(js, args...)))
		if err == nil && ok {
			return
		}
		if ctx.Err() != nil {
			v.shoot("failed")
			v.t.Fatalf("%s: waited in vain for %s (%v)\n%s", v.where(), what, err, v.text())
		}
		time.Sleep(10 * time.Millisecond) // a real browser has no fake clock
	}
}

func (v *visitor) where() string {
	at, err := chromedp.Run(v.ctx, chromedp.Evaluate[string](`location.pathname + location.search`))
	if err != nil {
		return "(no page)"
	}
	return at
}

func (v *visitor) text() string {
	s, err := chromedp.Run(v.ctx, chromedp.Evaluate[string](`(document.querySelector("main") || document.body).innerText`))
	if err != nil {
		return ""
	}
	return s
}

// hand finds what can be clicked by its words, those that are exactly so before those that
// contain them, in the smallest part of the page that holds the other words too.
const hand = `(words, within) => {
  const clean = s => (s || "").replace(/\s+/g, " ").trim();
  const seen = e => e.getClientRects().length > 0 && getComputedStyle(e).visibility !== "hidden";
  const find = area => {
    const all = [...area.querySelectorAll("a,button,summary,label,input[type=submit]")].filter(seen);
    return all.find(e => clean(e.innerText) === words) || all.find(e => clean(e.innerText).includes(words));
  };
  document.querySelectorAll("[data-hand]").forEach(e => e.removeAttribute("data-hand"));
  let area = document.body, inner = within ? document.querySelector("main") : null;
  while (inner) {
    area = inner;
    inner = [...area.children].find(c => clean(c.textContent).includes(within) && find(c));
  }
  if (within && !clean(area.textContent).includes(within)) { return false; }
  const e = find(area);
  if (e) { e.setAttribute("data-hand", ""); e.scrollIntoView({block: "center", behavior: "instant"}); }
  return !!e;
}`

// press clicks something by its words and stays on the page.
func (v *visitor) press(words string, within ...string) {
	v.t.Helper()
	v.until("something to click that says “"+words+"”"+strings.Join(within, " in "), hand, words, strings.Join(within, ""))
	v.clickHand()
}

// clickHand clicks what was found last.
func (v *visitor) clickHand() {
	v.t.Helper()
	v.do(chromedp.Click(chromedp.CSS("[data-hand]")))
}

// offered reports that there is something to click with these words.
func (v *visitor) offered(words string) bool { return eval[bool](v, hand, words, "") }

// follow clicks something and waits for the page that comes.
func (v *visitor) follow(words string, within ...string) {
	v.t.Helper()
	v.turn(func() { v.press(words, within...) })
}

// turn does something that leads to another page, and looks at what comes.
func (v *visitor) turn(what func()) {
	v.t.Helper()
	v.steps++
	eval[int](v, `n => window.__here = n`, v.steps)
	what()
	v.until("the next page", `n => window.__here !== n && document.readyState === "complete"`, v.steps)
	v.arrived()
}

// visit types an address, as one does at the very beginning.
func (v *visitor) visit(address string) {
	v.t.Helper()
	v.do(chromedp.Navigate(address))
	v.arrived()
}

// control finds a control by the words of its label.
const control = `(words) => {
  const clean = s => (s || "").replace(/\s+/g, " ").replace(/(视情形必填|必填|由系统生成)$/, "").trim();
  document.querySelectorAll("[data-hand]").forEach(e => e.removeAttribute("data-hand"));
  const labels = [...document.querySelectorAll("main label")].filter(e => e.getClientRects().length > 0);
  const l = labels.find(e => clean(e.innerText) === words);
  const c = l && (l.control || document.getElementById(l.htmlFor));
  if (c) { c.setAttribute("data-hand", ""); c.scrollIntoView({block: "center", behavior: "instant"}); }
  return !!c;
}`

func (v *visitor) find(label string) {
	v.t.Helper()
	v.until("a control “"+label+"”", control, label)
}

// fill writes into the control with a label, in place of what was there, as an input method
// does: whole words at once.
func (v *visitor) fill(label, text string) {
	v.t.Helper()
	v.find(label)
	eval[bool](v, `(() => { const c = document.querySelector("[data-hand]"); c.focus(); if (c.select) c.select(); return true; })()`)
	v.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, input.InsertText, input.InsertTextParams{Text: text})
		return err
	}))
	if is := eval[string](v, `document.querySelector("[data-hand]").value`); is != text {
		v.t.Fatalf("%s: “%s” holds “%s” after typing “%s”", v.where(), label, is, text)
	}
}

// set gives a day or a choice its value: how one is picked is the browser's own affair.
func (v *visitor) set(label, value string) {
	v.t.Helper()
	v.find(label)
	if is := eval[string](v, `x => { const c = document.querySelector("[data-hand]"); c.value = x; for (const n of ["input", "change"]) c.dispatchEvent(new Event(n, {bubbles: true})); return c.value; }`, value); is != value {
		v.t.Fatalf("%s: “%s” does not take “%s”", v.where(), label, value)
	}
}

// missing wants the form on the page to be held back for the sake of one control.
func (v *visitor) missing(label string) {
	v.t.Helper()
	v.find(label)
	v.until("“"+label+"” to be asked for", `(() => { const c = document.querySelector("[data-hand]"); return document.activeElement === c && c.validity.valueMissing; })()`)
}

// pick chooses the option of a list by its words.
func (v *visitor) pick(label, option string) {
	v.t.Helper()
	v.find(label)
	if !eval[bool](v, `x => { const c = document.querySelector("[data-hand]"), o = [...c.options].find(o => o.text.includes(x)); if (o) { c.value = o.value; c.dispatchEvent(new Event("change", {bubbles: true})); } return !!o; }`, option) {
		v.t.Fatalf("%s: “%s” has no option “%s”", v.where(), label, option)
	}
}

func (v *visitor) attach(label, path string) {
	v.t.Helper()
	v.find(label)
	v.do(chromedp.SetUploadFiles(chromedp.CSS("[data-hand]"), []string{path}))
	v.until("the chosen file to be listed", `x => [...document.querySelectorAll(".chosen li")].some(e => e.innerText.includes(x))`, filepath.Base(path))
}

// download clicks a link and gives the file that comes.
func (v *visitor) download(words string, within ...string) string {
	v.t.Helper()
	v.press(words, within...)
	var name string
	for _, what := range []*string{&name, new(string)} {
		select {
		case *what = <-v.got:
		case <-time.After(patience):
			v.t.Fatalf("%s: no download of “%s”", v.where(), words)
		}
	}
	path := filepath.Join(v.saved, name)
	if _, err := os.Stat(path); err != nil {
		v.t.Fatalf("%s: the download is not there: %v", v.where(), err)
	}
	return path
}

// see waits until the page says something.
func (v *visitor) see(words ...string) {
	v.t.Helper()
	for _, w := range words {
		v.until("the words “"+w+"”", `w => document.body.innerText.replace(/\s+/g, "").includes(w.replace(/\s+/g, ""))`, w)
	}
}

// unseen wants the page not to say something that it said elsewhere.
func (v *visitor) unseen(words string) {
	v.t.Helper()
	if eval[bool](v, `w => document.body.innerText.replace(/\s+/g, "").includes(w.replace(/\s+/g, ""))`, words) {
		v.t.Errorf("%s says “%s”", v.where(), words)
	}
}
