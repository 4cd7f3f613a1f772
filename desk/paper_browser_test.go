package desk_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// The preview goes out beside the page: the script does not take it for the act, nothing is
// done to the case, and what was typed stays.
func TestBrowser_PreviewOpensBesideTheForm(t *testing.T) {
	o := openPapers(t)
	id := startPaper(t, o.as(t, "qy-a-drafter"))
	b := browse(t, o, "qy-a-drafter")
	b.visit(casePath(id) + "/steps/check")
	b.run(chromedp.WaitVisible(`[formtarget="_blank"]`), chromedp.SetValue(`[name="field-view"]`, "内容合法。"))
	b.look("papers-form")
	eval := b.eval
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
