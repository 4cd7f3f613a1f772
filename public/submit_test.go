package public_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"zhunsheng/gov"
	"zhunsheng/internal/noticetest"
)

// A comment from the draft to the reply, as somebody without an account lives it.
func TestPortal_CommentFromDraftToReply(t *testing.T) {
	each(t, func(t *testing.T, p *portal) {
		id := p.Begin("清源县养犬管理公告")
		p.Consult(id, "2026-09-30", "为了规范养犬行为。\n请提意见。")
		p.Sealed()
		page := "/consultations/" + string(id)
		p.see("/", "正在征求意见", "清源县养犬管理公告", "还剩 30 日")
		p.see("/consultations", "还剩 30 日")
		a := p.see(page, "征求意见中", "为了规范养犬行为。", "还剩 30 日（含今天）", "2026年9月30日24时", "公布当日不计入", "不公开，也不在浏览器中留草稿。", "其中工作日",
			"谁使用：承办单位：研究采纳", "draft.docx", "note.docx")
		if strings.Contains(a.body, "internal-note") || strings.Contains(a.body, noticetest.SecretPhone) || strings.Contains(a.body, noticetest.SecretRemark) {
			t.Fatal("what was not published is on the page")
		}
		form := url.Values{"_key": {a.key(t)}, "kind": {"citizen"}, "commenter": {"王小明"}, "comment": {"第三条太严。\r\n建议放宽。"}, "homepage": {""}}
		address := "/submit/test.comment/" + string(id)
		b := p.send(http.MethodPost, address, form)
		to := b.header.Get("Location")
		if b.status != http.StatusSeeOther || !strings.HasPrefix(to, "/submissions/") {
			t.Fatalf("%d to %s: %.800s", b.status, to, b.text())
		}
		p.see(to, "意〔2026〕1号") // from the message of the redirect, sealed or not
		p.Sealed()
		p.see(to, "收件回执", "意〔2026〕1号", "已收到", "号记录", "虚构意见", "清源县养犬管理公告")
		again := p.send(http.MethodPost, address, form)
		if again.status != http.StatusSeeOther || again.header.Get("Location") != to {
			t.Errorf("the same form twice: %d to %s, first %s", again.status, again.header.Get("Location"), to)
		}
		form.Set("comment", "别的意见")
		if other := p.send(http.MethodPost, address, form); other.status != http.StatusConflict || !strings.Contains(other.body, "别的意见") {
			t.Errorf("other content under the same key: %d", other.status)
		}
		p.Sealed()
		child := gov.CaseID(strings.TrimPrefix(to, "/submissions/"))
		p.Act(child, "study", "done", noticetest.Fields{"published-reply": "采纳，第三条已放宽。", "note-to-file": "不公开的备注"})
		p.Sealed()
		p.see("/submissions?number="+url.QueryEscape("意[2026]1"), "办理中")
		p.Act(child, "reply", "done", nil)
		p.Sealed()
		r := p.see("/submissions?number="+url.QueryEscape("意〔2026〕1号"), "已答复", "采纳，第三条已放宽。")
		for _, secret := range []string{"王小明", "第三条太严", "不公开的备注"} {
			if strings.Contains(r.body, secret) {
				t.Errorf("%s is public", secret)
			}
		}
		p.see("/registers/comment-replies", "意见答复", "意〔2026〕1号")
		p.see("/registers/comment-replies/"+string(child), "采纳，第三条已放宽。", "清源县养犬管理公告")
		p.see(page, "收到：虚构意见", "其中已办结 1 件", "公开的答复", "意〔2026〕1号")
		p.Clock.On("2026-10-09")
		p.Act(id, "adoption", "done", noticetest.Fields{"statement": "收到意见二件，采纳一件。"})
		p.Issue(id, "2026-11-01", "", "")
		p.Sealed()
		closed := p.see(page, "已结束", "已于2026年9月30日截止", "意见采纳情况")
		if strings.Contains(closed.body, `name="comment"`) {
			t.Error("a form stands on a consultation that has ended")
		}
		p.see("/consultations", "已结束")
		p.see("/registers/adoption-statements/"+string(id), "收到意见二件，采纳一件。")
		p.see("/documents/"+string(id), "清民告〔2026〕1号", "未施行", "提出异议")
		p.see("/documents/"+string(id)+"/file", "")
	})
}

func TestPortal_SubmissionRefusals(t *testing.T) {
	p := small(t)
	id := p.Begin("清源县停车公告")
	p.Sealed()
	address := func(def string, id gov.CaseID) string { return "/submit/" + def + "/" + string(id) }
	good := func() url.Values {
		return url.Values{"_key": {"k" + rest()}, "kind": {"citizen"}, "comment": {"意见"}}
	}
	unknown := p.send(http.MethodPost, address("test.comment", "00000000000000000000000000"), good())
	hidden := p.send(http.MethodPost, address("test.comment", id), good())
	if unknown.status != http.StatusNotFound || hidden.status != http.StatusNotFound || plain(unknown) != plain(hidden) {
		t.Errorf("an unpublished case is told from none: %d %d\n%s\n%s", unknown.status, hidden.status, plain(unknown), plain(hidden))
	}
	p.Consult(id, "2026-09-30", "说明")
	p.Sealed()
	for name, c := range map[string]struct {
		change func(url.Values)
		status int
		words  string
	}{
		"a program filled the trap": {func(f url.Values) { f.Set("homepage", "http://spam.example") }, 422, "请勿填写"},
		"nothing said":              {func(f url.Values) { f.Set("comment", " \r\n ") }, 422, "请填写“意见和理由”"},
		"too long":                  {func(f url.Values) { f.Set("comment", strings.Repeat("意", 5001)) }, 422, "请控制在 5000 个字以内"},
		"no such choice":            {func(f url.Values) { f.Set("kind", "official") }, 422, ""},
		"no choice":                 {func(f url.Values) { f.Del("kind") }, 422, "请填写“提意见人”"},
		"a line that is two":        {func(f url.Values) { f.Set("commenter", "甲\n乙") }, 422, "姓名"},
		"long key":                  {func(f url.Values) { f.Set("_key", strings.Repeat("k", 65)) }, 422, "刷新"},
		"no key":                    {func(f url.Values) { f.Del("_key") }, 303, ""},
		"fields of nobody":          {func(f url.Values) { f.Set("matter", "x"); f.Set("published-reply", "采纳") }, 303, ""},
	} {
		f := good()
		c.change(f)
		a := p.send(http.MethodPost, address("test.comment", id), f)
		if a.status != c.status && !(c.status == 422 && a.status == http.StatusConflict) || !strings.Contains(a.text(), c.words) {
			t.Errorf("%s: %d %.1500s", name, a.status, a.text())
		}
		a.check(t, name)
	}
	if a := p.send(http.MethodPost, address("test.comment", id), url.Values{"comment": {strings.Repeat("x", 300<<10)}}); a.status < 400 || a.status >= 500 {
		t.Errorf("a flood of text: %d", a.status)
	}
	p.Clock.On("2026-10-01")
	a := p.send(http.MethodPost, address("test.comment", id), good())
	if a.status != http.StatusConflict || !strings.Contains(a.text(), "不再收取意见") || !strings.Contains(a.body, "意见</textarea>") {
		t.Errorf("after the last day: %d %.1500s", a.status, a.text())
	}
	a.check(t, "closed")
	if a := p.send(http.MethodGet, address("test.comment", id), nil); a.status != http.StatusConflict {
		t.Errorf("the form after the last day: %d", a.status)
	}
	if a := p.send(http.MethodPost, address("test.notice", id), good()); a.status != http.StatusNotFound {
		t.Errorf("a procedure that takes nothing: %d", a.status)
	}
}

func TestPortal_SubmissionsAreLimited(t *testing.T) {
	p := small(t)
	id := p.Begin("清源县停车公告")
	p.Consult(id, "2026-09-30", "说明")
	p.Sealed()
	send := func(from string) int {
		p.from = from
		a := p.send(http.MethodPost, "/submit/test.comment/"+string(id), url.Values{"_key": {"k" + rest()}, "kind": {"citizen"}, "comment": {"意见"}})
		return a.status
	}
	last := 0
	for range 21 {
		last = send("203.0.113.9:1000")
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("the 21st of one address: %d", last)
	}
	if got := send("203.0.113.10:1000"); got != http.StatusSeeOther {
		t.Errorf("of another address: %d", got)
	}
	p.Clock.Set(p.Clock.Now().Add(11 * 60 * 1e9))
	if got := send("203.0.113.9:1000"); got != http.StatusSeeOther {
		t.Errorf("later: %d", got)
	}
}

func TestPortal_LookUp(t *testing.T) {
	p := small(t)
	for number, status := range map[string]int{"": 200, "意〔2026〕9号": 404, "<script>1": 422, strings.Repeat("9", 90): 422} {
		a := p.send(http.MethodGet, "/submissions?number="+url.QueryEscape(number), nil)
		if a.status != status {
			t.Errorf("%q: %d, want %d", number, a.status, status)
		}
		a.check(t, number)
	}
	if a := p.send(http.MethodGet, "/submissions/00000000000000000000000000", nil); a.status != http.StatusNotFound {
		t.Errorf("no such receipt: %d", a.status)
	}
}
