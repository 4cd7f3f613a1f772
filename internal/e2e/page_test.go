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

// facing is what arrived asks of a page, all at once.
const facing = `(() => ({at: location.pathname + location.search, error: !!document.querySelector(".error-page"),
  bad: window.__bad || ["the page was not watched"], texts: ` + plainText + `,
  html: document.documentElement.outerHTML, name: (document.querySelector("main h1") || {}).innerText || document.title}))()`

// arrived looks at a page in general: nothing refused, nothing broken, nothing wider than
// the screen, no words in another language; and takes its picture. A page that was looked at
// before and says the same is not looked at again.
func (v *visitor) arrived() {
	v.t.Helper()
	p := eval[struct {
		At, HTML, Name string
		Error          bool
		Bad, Texts     []string
	}](v, facing)
	if p.Error {
		v.shoot("error")
		v.t.Fatalf("%s is an error page:\n%s", p.At, v.text())
	}
	v.mu.Lock()
	p.Bad = append(p.Bad, v.wrong...)
	v.wrong = nil
	v.mu.Unlock()
	for _, bad := range p.Bad {
		v.t.Errorf("%s: %s", p.At, bad)
	}
	key := p.At + "\n" + strings.Join(p.Texts, "\n")
	if v.met[key] {
		return
	}
	v.met[key] = true
	for _, bad := range web.CheckPage([]byte("<!doctype html>" + p.HTML)) {
		v.t.Errorf("%s: %s", p.At, bad)
	}
	for _, s := range p.Texts {
		if w := english.FindString(known.ReplaceAllString(s, "")); w != "" {
			v.t.Errorf("%s: foreign word %q in %q", p.At, w, s)
		}
	}
	v.look(p.Name)
}

// look checks the layout at each screen, the visitor's own first, and takes pictures where
// they are wanted.
func (v *visitor) look(name string) {
	v.t.Helper()
	v.taken++
	at := func(s [2]int64) {
		if over := eval[int](v, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
			v.t.Errorf("%s: %d pixels wider than %d×%d", v.where(), over, s[0], s[1])
		}
		v.shoot(fmt.Sprintf("%s%02d-%s-%d", v.name, v.taken, fileName(name), s[0]))
	}
	v.sit(v.own)
	at(v.own)
	for _, s := range screens {
		if s != v.own {
			v.sit(s)
			at(s)
		}
	}
	v.sit(v.own)
}

// sit puts the visitor before a screen.
func (v *visitor) sit(s [2]int64) {
	v.t.Helper()
	if v.screen != s {
		v.do(chromedp.EmulateViewport(s[0], s[1]))
		v.screen = s
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
