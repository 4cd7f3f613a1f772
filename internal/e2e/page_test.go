package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/chromedp/chromedp"

	"zhunsheng/web"
)

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
// programs and formats, ids of rules, of parameters and of cases, where a notice stands.
var known = regexp.MustCompile(`\.?(docx?|xlsx|wps|pdf|PDF|ofd|jpe?g|png|KB|MB|GB|tlog-proof|zhunsheng-verify|C2SP|tlog-tiles|tlog-checkpoint)|[A-Z]{2,3}-[A-Z]\d+|01[0-9A-Z]{24}|https://www.gov.cn/[^\s；）]*|本地参数 [a-z-]+`)

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
		v.shoot(fmt.Sprintf("%s%02d-%s-%d", v.name, v.taken, fileName(name), s[0]))
	}
	v.do(chromedp.EmulateViewport(v.own[0], v.own[1]))
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
