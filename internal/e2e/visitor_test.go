// Package e2e walks the main job of the program in a real browser, as a visitor would: the
// built binary, its demonstration county, clicks and typing only. What is asserted of one
// page in particular stands in the path; what holds for every page stands in arrived.
package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"zhunsheng/web"
)

// watch collects what the browser refuses or stumbles over.
const watch = `window.__bad = [];
addEventListener("securitypolicyviolation", e => __bad.push(e.violatedDirective + " " + e.blockedURI + " " + e.sourceFile));
addEventListener("error", e => __bad.push(String(e.message || e.target.src || e.target.href)), true);
addEventListener("unhandledrejection", e => __bad.push(String(e.reason)));`

// patience bounds the waits, for machines that have other things to do as well.
const patience = 30 * time.Second

// The screens that must do: an office desktop and a phone.
var screens = [][2]int64{{390, 844}, {1366, 768}} // the last one stays

// visitor is a person in front of a browser.
type visitor struct {
	t     *testing.T
	ctx   context.Context
	host  string // the only host that may be spoken to
	saved string // folder of downloads
	shots string // folder of pictures, "" for none
	taken int
	steps int

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
	v := &visitor{t: t, host: u.Host, saved: t.TempDir(), shots: os.Getenv("ZHUNSHENG_SCREENSHOTS"), got: make(chan string, 8)}
	if v.shots != "" {
		if err := os.MkdirAll(v.shots, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.UserDataDir(t.TempDir()), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("lang", "zh-CN"), chromedp.Flag("force-prefers-reduced-motion", true), // nothing moves under the hand
		chromedp.Env("LANG=C.UTF-8", "LANGUAGE=zh_CN", "TZ=Asia/Shanghai"))
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
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

// hand finds what can be clicked by its words: those that are exactly so before those that
// contain them, inside the parts of the page that hold all the other words.
const hand = `(words, within) => {
  const clean = s => (s || "").replace(/\s+/g, " ").trim();
  const seen = e => e.getClientRects().length > 0 && getComputedStyle(e).visibility !== "hidden";
  document.querySelectorAll("[data-hand]").forEach(e => e.removeAttribute("data-hand"));
  let areas = [document.body];
  if (within) {
    areas = [...document.querySelectorAll("main section.card, main tr, main li, main details, main article")].filter(e => seen(e) && clean(e.innerText).includes(within));
    areas = areas.filter(a => !areas.some(b => b !== a && a.contains(b) && find(b)));
  }
  function find(area) {
    const all = [...area.querySelectorAll("a,button,summary,label,input[type=submit]")].filter(seen);
    return all.find(e => clean(e.innerText) === words) || all.find(e => clean(e.innerText).includes(words));
  }
  for (const a of areas) {
    const e = find(a);
    if (e) { e.setAttribute("data-hand", ""); e.scrollIntoView({block: "center", behavior: "instant"}); return true; }
  }
  return false;
}`

// press clicks something by its words and stays on the page.
func (v *visitor) press(words string, within ...string) {
	v.t.Helper()
	v.until("something to click that says “"+words+"”"+strings.Join(within, " in "), hand, words, strings.Join(within, ""))
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
  const clean = s => (s || "").replace(/\s+/g, " ").replace(/必填$/, "").trim();
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

// fill types into the control with a label, in place of what was there.
func (v *visitor) fill(label, text string) {
	v.t.Helper()
	v.find(label)
	eval[bool](v, `(() => { const c = document.querySelector("[data-hand]"); c.focus(); if (c.select) c.select(); return true; })()`)
	v.do(chromedp.SendKeys(chromedp.CSS("[data-hand]"), text))
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

// english finds words in Latin letters, which an office here does not read.
var english = regexp.MustCompile(`[A-Za-z]{2,}`)

// plainText gives the texts that are seen, but for what only machines compare.
const plainText = `(() => {
  const out = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    if (e.closest("script,.mono,pre,code,.rule-id,.file-text,.hash-path") || e.getClientRects().length === 0) continue;
    out.push(walk.currentNode.data.trim());
  }
  return out.filter(s => s);
})()`

// known are the Latin words that stand on pages for good reason: kinds and sizes of files,
// programs and formats, ids of rules and of parameters.
var known = regexp.MustCompile(`\.?(docx?|wps|pdf|ofd|KB|MB|GB|tlog-proof|zhunsheng-verify|C2SP|tlog-tiles|tlog-checkpoint)|ND-[A-Z]\d+|本地参数 [a-z-]+`)

// arrived looks at a page in general: nothing refused, nothing broken, nothing wider than
// the screen, no words in another language; and takes its picture.
func (v *visitor) arrived() {
	v.t.Helper()
	at := v.where()
	if eval[bool](v, `!!document.querySelector(".error-page")`) {
		v.shoot("error")
		v.t.Fatalf("%s is an error page:\n%s", at, v.text())
	}
	for _, bad := range eval[[]string](v, `window.__bad || ["the page was not watched"]`) {
		v.t.Errorf("%s: %s", at, bad)
	}
	v.mu.Lock()
	for _, bad := range v.wrong {
		v.t.Errorf("%s: %s", at, bad)
	}
	v.wrong = nil
	v.mu.Unlock()
	for _, bad := range web.CheckPage([]byte("<!doctype html>" + eval[string](v, `document.documentElement.outerHTML`))) {
		v.t.Errorf("%s: %s", at, bad)
	}
	for _, s := range eval[[]string](v, plainText) {
		if w := english.FindString(known.ReplaceAllString(s, "")); w != "" {
			v.t.Errorf("%s: foreign word %q in %q", at, w, s)
		}
	}
	v.look(eval[string](v, `document.querySelector("main h1") ? document.querySelector("main h1").innerText : document.title`))
}

// look checks the layout at each screen and takes pictures where they are wanted.
func (v *visitor) look(name string) {
	v.t.Helper()
	v.taken++
	for _, s := range screens {
		v.do(chromedp.EmulateViewport(s[0], s[1]))
		if over := eval[int](v, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
			v.t.Errorf("%s: %d pixels wider than %d×%d", v.where(), over, s[0], s[1])
		}
		v.shoot(fmt.Sprintf("%02d-%s-%d", v.taken, fileName(name), s[0]))
	}
}

func fileName(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '/' || r == ' ' || r == '\n' {
			return '-'
		}
		return r
	}, s)
}

// shoot writes a picture of the whole page.
func (v *visitor) shoot(name string) {
	v.t.Helper()
	if v.shots == "" {
		return
	}
	b, err := chromedp.Run(v.ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(v.shots, name+".png"), b, 0o644)
	}
	if err != nil {
		v.t.Errorf("picture %s: %v", name, err)
	}
}
