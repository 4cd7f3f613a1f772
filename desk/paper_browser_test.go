package desk_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// The preview goes out beside the page: the script does not take it for the act, nothing is
// done to the case, and what was typed stays.
func TestBrowser_PreviewOpensBesideTheForm(t *testing.T) {
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("ZHUNSHENG_CI") == "1" {
			t.Fatal("no chromium, and CI wants one")
		}
		t.Skip("no chromium")
	}
	o := openPapers(t)
	id := startPaper(t, o.as(t, "qy-a-drafter"))
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.WindowSize(1366, 768),
		chromedp.UserDataDir(t.TempDir()), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	ctx, stop := chromedp.NewExecAllocator(ctx, opts...)
	defer stop()
	ctx, end := chromedp.NewContext(ctx)
	defer end()
	run := func(steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, steps...); err != nil {
			t.Fatal(err)
		}
	}
	eval := func(js string) string {
		t.Helper()
		v, err := chromedp.Run(ctx, chromedp.Evaluate[string](js))
		if err != nil {
			t.Fatalf("%s: %v", js, err)
		}
		return v
	}
	shot := func(name string) {
		t.Helper()
		dir := os.Getenv("ZHUNSHENG_SHOTS")
		if dir == "" {
			return
		}
		b, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run(chromedp.Navigate(o.URL+"/signin"), chromedp.SetValue(`[name="login"]`, "qy-a-drafter"), chromedp.SetValue(`[name="password"]`, password),
		chromedp.Submit(`[name="password"]`), chromedp.WaitVisible(`#main`), chromedp.Navigate(o.URL+casePath(id)+"/steps/check"),
		chromedp.WaitVisible(`[formtarget="_blank"]`), chromedp.SetValue(`[name="field-view"]`, "内容合法。"))
	shot("papers-form.png")
	// The answer of a native submit is read here in a frame instead of a new tab.
	eval(`(() => { const f = document.createElement("iframe"); f.name = "beside"; document.body.append(f); return "" })()`)
	eval(`(() => { const b = document.querySelectorAll('[formtarget="_blank"]')[0]; b.formTarget = "beside";
		window.sent = ""; document.addEventListener("submit", e => { window.sent = (e.submitter || {}).formAction + " " + e.defaultPrevented });
		b.click(); return "" })()`)
	if got := eval(`window.sent`); !strings.HasSuffix(got, "/steps/check/papers/opinion-paper/pdf false") {
		t.Errorf("the script took the preview: %q", got)
	}
	if got := eval(`document.querySelector('[name="field-view"]').value`); got != "内容合法。" {
		t.Errorf("typed text is gone: %q", got)
	}
	if got := eval(`String(document.querySelector('button[type="submit"].btn-primary').disabled)`); got != "false" {
		t.Errorf("the form is busy after a preview")
	}
	k, err := o.Docket.Get(t.Context(), o.As("drafter", "qy-a"), id)
	if err != nil || k.Row.Version != 1 {
		t.Errorf("version %d, %v", k.Row.Version, err)
	}
}
