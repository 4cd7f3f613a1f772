package e2e

import (
	"context"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"zhunsheng/internal/govtest"
)

// story is one matter told in the browser: the desk in one browser, the public in others.
type story struct {
	*county
	*visitor
	title  string
	folder string // of papers to bring
}

func newStory(t *testing.T, name, title string) *story {
	t.Helper()
	c := startCounty(t)
	v := newVisitor(t, c.url)
	v.name = name + "-"
	return &story{county: c, visitor: v, title: title, folder: t.TempDir()}
}

// by signs in, does something and closes the browser, which ends the session.
func (s *story) by(login string, what func()) {
	s.visitor.t.Helper()
	s.visit(s.url + "signin")
	s.signIn(login)
	what()
	s.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, network.ClearBrowserCookies, cdp.Empty{})
		return err
	}))
}

// workbench goes where every task stands, unless one is there.
func (s *story) workbench() {
	s.visitor.t.Helper()
	if !eval[bool](s.visitor, `document.querySelector("main h1").innerText === "工作台"`) {
		s.follow("工作台")
	}
}

// paper is a file to attach. One of each name is written.
func (s *story) paper(name string) string {
	s.visitor.t.Helper()
	file := filepath.Join(s.folder, name+".docx")
	if _, err := os.Stat(file); err != nil {
		return writeDocx(s.visitor.t, s.folder, name, govtest.Docx(s.title+"　"+name))
	}
	return file
}

// begin starts a case from the workbench and gives its id.
func (s *story) begin(procedure, titleLabel, title string, fill func()) string {
	s.visitor.t.Helper()
	s.turn(func() {
		s.until("the start of “"+procedure+"”", startOf, procedure)
		s.clickHand()
	})
	s.fill(titleLabel, title)
	if fill != nil {
		fill()
	}
	s.follow("启动案件")
	s.see("案件已启动", title)
	return s.caseID()
}

// open goes to a case of this title, by the task that waits for this person where there is
// one, else by the list.
func (s *story) open(step, title string) {
	s.visitor.t.Helper()
	s.workbench()
	if words := step + "：" + title; s.offeredExactly(words) {
		s.followExactly(words)
		return
	}
	s.list(title)
}

// list finds a case in the list by its title, and its procedure where several cases have it.
func (s *story) list(title string, procedure ...string) {
	s.visitor.t.Helper()
	s.follow("案件")
	for !s.offeredExactly(title, procedure...) {
		s.follow("下一页")
	}
	s.followExactly(title, procedure...)
}

// step does one step of a case: it finds the form, fills it in and sends it.
func (s *story) step(name, title, outcome string, fill func()) {
	s.visitor.t.Helper()
	s.open(name, title)
	s.form(name, outcome)
	if fill != nil {
		fill()
	}
	s.send(name)
	s.see("已办理“" + name + "”")
}

// form goes from the page of a case to the form of a step, and chooses the outcome: what is
// asked for may depend on it.
func (v *visitor) form(name, outcome string) {
	v.t.Helper()
	if !v.offered("提交：" + name) {
		if !v.offered("办理：" + name) {
			v.press(name, "其他环节")
		}
		v.follow("办理：" + name)
		v.see("提交：" + name)
	}
	if outcome != "" {
		v.answer("办理结果", outcome)
	}
}

func (s *story) send(name string) {
	s.visitor.t.Helper()
	s.follow("提交：" + name)
}

// caseID is that of the page.
func (s *story) caseID() string { return path.Base(strings.Split(s.where(), "?")[0]) }

// link names another case, by its title where cases are offered and else by its id.
func (s *story) link(label, title, id string) {
	s.visitor.t.Helper()
	s.find(label)
	if eval[string](s.visitor, `document.querySelector("[data-hand]").tagName`) == "SELECT" {
		s.pick(label, title)
		return
	}
	s.fill(label, id)
}

// refused sends the form of a step that cannot be done: the same page says why.
func (s *story) refused(name string, why ...string) {
	s.visitor.t.Helper()
	s.press("提交：" + name)
	s.see(append([]string{"暂不能办理，尚缺"}, why...)...)
	s.arrived()
}

// startOf finds the button that starts a procedure of this very name.
const startOf = `name => {
  document.querySelectorAll("[data-hand]").forEach(e => e.removeAttribute("data-hand"));
  const h = [...document.querySelectorAll("main h3")].find(e => e.innerText.trim() === name);
  const a = h && [...h.parentElement.querySelectorAll("a")].find(e => e.innerText.trim() === "启动");
  if (a) { a.setAttribute("data-hand", ""); a.scrollIntoView({block: "center", behavior: "instant"}); }
  return !!a;
}`

// exactly finds a link by all of its words, in a line that holds the other words too.
const exactly = `(words, within) => {
  const clean = s => (s || "").replace(/\s+/g, " ").trim();
  document.querySelectorAll("[data-hand]").forEach(e => e.removeAttribute("data-hand"));
  const e = [...document.querySelectorAll("main a")].find(e => e.getClientRects().length > 0 && clean(e.innerText) === words && (!within || clean((e.closest("tr,li") || e).innerText).includes(within)));
  if (e) { e.setAttribute("data-hand", ""); e.scrollIntoView({block: "center", behavior: "instant"}); }
  return !!e;
}`

func (v *visitor) offeredExactly(words string, within ...string) bool {
	return eval[bool](v, exactly, words, strings.Join(within, ""))
}

func (v *visitor) followExactly(words string, within ...string) {
	v.t.Helper()
	v.turn(func() {
		v.until("the link “"+words+"”", exactly, words, strings.Join(within, ""))
		v.clickHand()
	})
}

// choice finds one choice of a question.
const choice = `(question, words) => {
  const clean = s => (s || "").replace(/\s+/g, " ").trim();
  document.querySelectorAll("[data-hand]").forEach(e => e.removeAttribute("data-hand"));
  const set = [...document.querySelectorAll("main fieldset")].find(f => f.getClientRects().length > 0 && clean(f.querySelector("legend").innerText).replace(/ ?必填$/, "") === question);
  const l = set && [...set.querySelectorAll("label")].find(l => clean((l.querySelector("span > span") || l).innerText) === words);
  if (l) { l.setAttribute("data-hand", ""); l.scrollIntoView({block: "center", behavior: "instant"}); }
  return !!l;
}`

// answer chooses one of several answers.
func (v *visitor) answer(question, words string) {
	v.t.Helper()
	v.until("“"+words+"” of “"+question+"”", choice, question, words)
	v.clickHand()
}
