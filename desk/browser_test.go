package desk_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"zhunsheng/gov"
	"zhunsheng/web"
)

// browser is somebody's real browser, with scripts running.
type browser struct {
	t   *testing.T
	o   *office
	ctx context.Context
}

// screens are the sizes at which pages are looked at.
var screens = [][2]int{{1366, 768}, {390, 844}}

func browse(t *testing.T, o *office, login string) *browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("ZHUNSHENG_CI") == "1" {
			t.Fatal("no chromium, and CI wants one")
		}
		t.Skip("no chromium")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.WindowSize(1366, 768),
		chromedp.UserDataDir(t.TempDir()), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	t.Cleanup(cancel)
	ctx, stop := chromedp.NewExecAllocator(ctx, opts...)
	t.Cleanup(stop)
	ctx, end := chromedp.NewContext(ctx)
	t.Cleanup(end)
	b := &browser{t: t, o: o, ctx: ctx}
	b.signIn(login)
	return b
}

func (b *browser) signIn(login string) {
	b.t.Helper()
	b.run(chromedp.Navigate(b.o.URL+"/signin"), chromedp.SetValue(`[name="login"]`, login), chromedp.SetValue(`[name="password"]`, password),
		chromedp.Submit(`[name="password"]`), chromedp.WaitVisible(`#main`))
}

func (b *browser) run(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *browser) eval(js string) string {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](js))
	if err != nil {
		b.t.Fatalf("%s: %v", js, err)
	}
	return v
}

// until waits for a condition of the page.
func (b *browser) until(what, js string) {
	b.t.Helper()
	for range 200 {
		if b.eval(`(() => { try { return String(`+js+`) } catch (e) { return "" } })()`) == "true" {
			return
		}
		time.Sleep(50 * time.Millisecond) // a browser's own pace
	}
	b.t.Fatalf("%s never came: %s", what, b.eval(`document.body.innerText`))
}

func (b *browser) visit(path string) {
	b.t.Helper()
	b.run(chromedp.Navigate(b.o.URL+path), chromedp.WaitVisible(`#main`))
}

// look checks the page as it stands at both sizes, and takes its picture where they are wanted.
func (b *browser) look(name string) {
	b.t.Helper()
	for _, bad := range web.CheckPage([]byte("<!doctype html>" + b.eval(`document.documentElement.outerHTML`))) {
		b.t.Errorf("%s: %s", name, bad)
	}
	if b.eval(`String(!!document.querySelector(".error-page"))`) == "true" {
		b.t.Fatalf("%s is an error page: %s", name, b.eval(`document.body.innerText`))
	}
	// Headings come in order: no level is left out.
	if bad := b.eval(`(() => { let last = 1, bad = ""; document.querySelectorAll("main h1,main h2,main h3,main h4").forEach(h => {
		const n = +h.tagName[1]; if (n > last + 1) bad += h.innerText + " "; last = n; }); return bad })()`); bad != "" {
		b.t.Errorf("%s: headings out of order: %s", name, bad)
	}
	for _, s := range screens {
		b.run(chromedp.EmulateViewport(int64(s[0]), int64(s[1])))
		if over := b.eval(`String(document.documentElement.scrollWidth - innerWidth)`); strings.TrimPrefix(over, "-") == over && over != "0" {
			b.t.Errorf("%s: %s pixels wider than %d", name, over, s[0])
		}
		if dir := os.Getenv("ZHUNSHENG_SHOTS"); dir != "" {
			shot, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
			if err != nil {
				b.t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s-%d.png", name, s[0])), shot, 0o600); err != nil {
				b.t.Fatal(err)
			}
		}
	}
	b.run(chromedp.EmulateViewport(1366, 768))
}

// F128 in a browser: report, confirmation, progress that moves by itself, undoing.
func TestBrowser_F128_Import(t *testing.T) {
	o := open(t)
	b := browse(t, o, o.login(t, "qy-a-secretary"))
	b.visit("/desk/import")
	b.look("import-list")
	b.visit(oldPlan)
	b.look("import-plan")
	p := o.as(t, "qy-a-secretary")
	at := p.hand("2026年台账.xlsx", yearOfDocuments().xlsx(t))
	b.visit(at)
	b.look("import-check")
	b.visit(at + "&show=problems")
	b.look("import-check-problems")
	b.eval(`(() => { document.querySelector("main form button[type=submit]").click(); return "" })()`)
	b.until("the end of the import", `document.querySelector("main h1").innerText.includes("台账") && document.body.innerText.includes("已导入") && !document.querySelector("[data-live]")`)
	b.look("import-done")
	b.visit("/desk/import")
	b.look("import-batches")
	b.visit("/desk/cases")
	b.look("cases")
}

// login makes the account of somebody who signs in by a browser.
func (o *office) login(t *testing.T, id string) string {
	t.Helper()
	o.as(t, id)
	return id
}

// A field that is required by circumstance stands on the page while it is required, and goes
// when it is not; nothing that was typed is put away.
func TestBrowser_FieldsByCircumstance(t *testing.T) {
	o := openShown(t)
	b := browse(t, o, o.login(t, "qy-a-drafter"))
	p := o.as(t, "qy-a-drafter")
	b.visit("/desk/cases/new?procedure=test.asks")
	hidden := func(name string) string {
		return fmt.Sprintf(`document.querySelector('[data-when="%s"]').hidden`, name)
	}
	b.until("the reason to be put away", hidden("field-why-grave"))
	choose := func(name, value string) {
		b.eval(fmt.Sprintf(`(() => { document.querySelector('[name="%s"][value="%s"]').click(); return "" })()`, name, value))
	}
	choose("field-grade", "grave")
	b.until("the reason to be asked for", `!`+hidden("field-why-grave")+` && document.querySelector('[name="field-why-grave"]').required`)
	b.look("start-grave")
	id := p.begin("test.asks", "某重大事项", map[string]string{"grade": "grave", "why-grave": "影响大"})
	b.visit(casePath(id))
	b.until("the papers to be put away", hidden("paper-minutes"))
	b.look("case-asks")
	choose("outcome", "heard")
	b.until("the minutes to be asked for", `!`+hidden("paper-minutes")+` && document.querySelector('[name="paper-minutes"]').required`)
	b.look("case-asks-heard")
	if is := b.eval(`(() => { const i = document.querySelector('[name="paper-statement"]'), box = i.closest(".field"); return i.required + " " + box.hidden + " " + box.innerText.includes("由系统生成") + " " + box.innerText.includes("必填") })()`); is != "false false true false" {
		t.Errorf("a paper that the program makes is asked for: %s", is)
	}
}

// The pages that tell what the engine knows, looked at.
func TestBrowser_CasePages(t *testing.T) {
	o := openShown(t)
	clerk, boss := o.as(t, "qy-a-drafter"), o.as(t, "qy-a-reviewer")
	day := func(d string) { o.day(d, clerk, boss) }
	day("2026-07-06")
	turns := clerk.begin("invented.turns", "关于某事项的复议申请", nil)
	clerk.act(turns, "receive", "", nil)
	day("2026-07-08")
	clerk.act(turns, "ask", "", nil)
	day("2026-08-03")
	clerk.act(turns, "corrected", "", nil)
	clerk.act(turns, "accept", "accepted", nil)
	boss.act(turns, "suspend", "", nil)
	day("2026-08-15")
	boss.act(turns, "resume", "", nil)
	day("2026-09-01")
	boss.act(turns, "extend", "granted", map[string]string{"complex": "true"}, "told")
	deemed := clerk.begin("invented.turns", "另一件复议申请", nil)
	clerk.act(deemed, "receive", "", nil)
	asks := clerk.begin("test.asks", "清源县某事项", map[string]string{"grade": "plain"})
	boss.act(asks, "hear", "waived", map[string]string{"why-not": "类别为一般，不涉及公众"})
	clerk.act(asks, "decide", "", map[string]string{"day": "2026-09-10"})
	clerk.api("POST", "/cases/"+string(asks)+"/corrections", map[string]any{"of": 3, "reason": "生效日期抄写有误，以原件为准", "fields": map[string]string{"day": "2026-09-20"}}, nil)
	late := clerk.see("/desk/cases/new?procedure=test.asks&record=1").form("record-start-test.asks")
	res := clerk.send("/desk/cases", with(late, "title", "早先的事项", "field-grade", "plain", "occurred", "2026-07-02", "reason", "线下办理", "source", "发文卷"))
	day("2026-09-14")
	if _, _, err := o.Docket.ExpireDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.settle(t)
	opener := clerk.begin("test.opener", "交办事项一", nil)
	b := browse(t, o, "qy-a-reviewer")
	for name, path := range map[string]string{"turns": casePath(turns), "deemed": casePath(deemed), "related": casePath(asks), "late": res.header.Get("Location"),
		"decide": casePath(asks) + "/corrections/4", "workbench": "/desk", "cases": "/desk/cases?" + url.Values{"words": {"事项"}}.Encode(),
		"registers": "/desk/registers", "parameters": "/desk/registers/parameters", "new": "/desk/cases/new"} {
		b.visit(path)
		b.look("page-" + name)
	}
	b.eval(`(() => { const x = new XMLHttpRequest(); x.open("POST", "/signout", false); x.send(); return "" })()`)
	b.signIn("qy-a-drafter")
	b.visit(casePath(asks))
	b.look("page-proposer")
	b.visit(casePath(asks) + "/acts/3/correction")
	b.look("page-correct-taken")
	b.visit(casePath(opener) + "/steps/decide")
	b.look("page-opens")
	b.visit(casePath(gov.CaseID(asks)) + "/acts/1/correction")
	b.look("page-correct")
	// On a phone the present entry of the menu is in view.
	b.run(chromedp.EmulateViewport(390, 844))
	b.visit("/desk/records")
	b.until("the present entry in view", `(() => { const r = document.querySelector(".main-nav [aria-current]").getBoundingClientRect(); return r.left >= 0 && r.right <= innerWidth })()`)
}
