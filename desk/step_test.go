package desk_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"zhunsheng/gov"
)

func casePath(id gov.CaseID) string { return "/desk/cases/" + string(id) }

func stepPath(id gov.CaseID, step string) string { return casePath(id) + "/steps/" + step }

func formID(id gov.CaseID, step string) string { return "case-" + string(id) + "-" + step }

// done performs a step through the form on the case page.
func (p *person) done(id gov.CaseID, step string, values []string, files ...upload) {
	p.t.Helper()
	form := p.see(casePath(id)).form(formID(id, step))
	res := p.send(stepPath(id, step), with(form, values...), files...)
	if res.status != http.StatusSeeOther || res.header.Get("Location") != casePath(id) {
		p.t.Fatalf("%s: %d %s", step, res.status, res.text())
	}
}

// The main job: drafted, refused before the review (ND-G03), reviewed, deliberated,
// numbered, published, filed, all through the pages.
func TestDesk_F036_FromDraftToFiled(t *testing.T) {
	o := open(t)
	drafter, reviewer, secretary := o.as(t, "qy-a-drafter"), o.as(t, "qy-a-reviewer"), o.as(t, "qy-a-secretary")
	id := start(t, drafter, "清源县城乡居民临时救助实施细则")
	drafter.see(casePath(id)).wants("起草", "由您办理", "送审稿", "谁使用：合法性审核人员")
	drafter.done(id, "draft", []string{"field-business", "false"}, upload{control: "paper-draft-text", name: "送审稿.docx"},
		upload{control: "paper-explanation", name: "起草说明.docx"})
	drafter.done(id, "assessment", []string{"field-assessment-conclusion", "必要、可行"})

	secretary.see(casePath(id)).wants("集体审议", "暂不能办理", "ND-G03", "合法性审核通过的意见")
	page := secretary.see(stepPath(id, "deliberation"))
	page.wants("暂不能办理，尚缺", "ND-G03", "优化营商环境条例", "第六十三条", "未核实")
	if !strings.Contains(string(page.body), stepPath(id, "legality-review")) {
		t.Error("the refusal does not lead to where it is mended")
	}
	tried := secretary.send(stepPath(id, "deliberation"), url.Values{"outcome": {"passed"}, "field-meeting-name": {"局长办公会"},
		"field-meeting-day": {"2026-09-01"}}, upload{control: "paper-minutes", name: "纪要.docx"})
	if tried.status != http.StatusConflict {
		t.Fatalf("an act that a gate refuses answered %d", tried.status)
	}
	tried.wants("暂不能办理", "ND-G03", "您刚才填写的内容", "局长办公会", "纪要.docx")

	o.day("2026-09-11", drafter, reviewer, secretary)
	reviewer.see(casePath(id)).wants("合法性审核", "由您办理", "合法性审核时间", "怎么算的")
	reviewer.done(id, "legality-review", []string{"field-review-opinion", "与上位法不抵触", "outcome", "passed"},
		upload{control: "paper-legality-opinion", name: "意见书.docx"})
	secretary.done(id, "deliberation", []string{"field-meeting-name", "局长办公会", "field-meeting-day", "2026-09-11", "outcome", "passed"},
		upload{control: "paper-minutes", name: "纪要.docx"})
	o.as(t, "qy-zfb-registrar").done(id, "numbering", nil)
	o.as(t, "qy-a-disclosure").done(id, "publication-review", []string{"field-secrecy-opinion", "可以公开", "outcome", "open"})
	secretary.done(id, "publication", []string{"field-effective-day", "2026-10-20"}, upload{control: "paper-final-text", name: "正式文本.docx"})
	o.day("2026-09-18", drafter)
	drafter.done(id, "filing", nil, upload{control: "paper-filing-report", name: "备案报告.docx"})
	o.settle(t)

	end := drafter.see(casePath(id))
	end.wants("办结", "清民规〔2026〕1号", "没有待办的环节", "记录已核验", "备案及时率", "本案按期", "100.0%", "民政局 drafter甲 办理“起草”")
	drafter.see("/desk/indicators/filing-in-time/cases?from=2026-01-01&to=2026-12-31&why=met").wants("清源县城乡居民临时救助实施细则", "按期")
	drafter.see("/documents").wants("清源县城乡居民临时救助实施细则", "清民规〔2026〕1号")
}

// A form with a mistake comes back with everything that was filled in, and its files are
// not sent again.
func TestDesk_F108_NothingIsLostOnAFormError(t *testing.T) {
	o := open(t)
	p := o.as(t, "qy-a-drafter")
	id := start(t, p, "清源县高龄津贴发放实施细则")
	form := p.see(casePath(id)).form(formID(id, "draft"))
	key := form.Get("_key")
	res := p.send(stepPath(id, "draft"), with(form, "field-business", "true"), upload{control: "paper-draft-text", name: "送审稿.docx"},
		upload{control: "paper-explanation", name: "说明.exe", content: "MZ\x90\x00"})
	if res.status != http.StatusUnprocessableEntity {
		t.Fatalf("%d %s", res.status, res.text())
	}
	res.wants("需要改正", "说明.exe", "送审稿.docx", "已收到，不必再选")
	again := res.form(formID(id, "draft"))
	if again.Get("field-business") != "true" || again.Get("_key") != key || !strings.HasSuffix(again.Get("kept-paper-draft-text"), "/送审稿.docx") {
		t.Fatalf("the form came back as %v", again)
	}
	res = p.send(stepPath(id, "draft"), again, upload{control: "paper-explanation", name: "起草说明.docx"})
	if res.status != http.StatusSeeOther {
		t.Fatalf("%d %s", res.status, res.text())
	}
	page := p.see(casePath(id))
	page.wants("送审稿.docx", "起草说明.docx", "评估论证")

	// A text of many lines comes back as it was typed.
	long := strings.Repeat("一、必要性。\n二、可行性 <b>\"&。\n", 40)
	form = page.form(formID(id, "assessment"))
	res = p.send(stepPath(id, "assessment"), with(form, "field-assessment-conclusion", strings.ReplaceAll(long, "\n", "\r\n")),
		upload{control: "paper-assessment-report", name: "报告.html", content: "<html></html>"})
	if got := res.form(formID(id, "assessment")).Get("field-assessment-conclusion"); strings.TrimPrefix(got, "\n") != long {
		t.Fatalf("%d: the text came back as %q", res.status, got)
	}
}

// The same form sent twice acts once; another form with its key is told so.
func TestDesk_SameKeyTwiceActsOnce(t *testing.T) {
	o := open(t)
	p := o.as(t, "qy-a-drafter")
	id := start(t, p, "清源县社区养老服务设施管理办法")
	form := with(p.see(casePath(id)).form(formID(id, "draft")), "field-business", "false")
	files := []upload{{control: "paper-draft-text", name: "送审稿.docx"}, {control: "paper-explanation", name: "起草说明.docx"}}
	for range 2 {
		if res := p.send(stepPath(id, "draft"), form, files...); res.status != http.StatusSeeOther {
			t.Fatalf("%d %s", res.status, res.text())
		}
	}
	p.see(casePath(id)).wants("没有重复办理")
	var got struct{ Version int64 }
	p.api(http.MethodGet, "/cases/"+string(id), nil, &got)
	if got.Version != 2 {
		t.Errorf("the case stands at %d after one act sent twice", got.Version)
	}
	res := p.send(stepPath(id, "draft"), with(form, "field-business", "true"), files...)
	if res.status != http.StatusConflict {
		t.Errorf("a key used for something else answered %d", res.status)
	}
}

// Two people at one case: the second is told what the first did, and keeps what was typed.
func TestDesk_TwoPeopleAtOneCase(t *testing.T) {
	o := open(t)
	one, two := o.as(t, "qy-a-drafter"), o.as(t, "qy-a-drafter")
	id := start(t, one, "清源县儿童福利机构管理办法")
	withdrawal := two.see(stepPath(id, "withdrawal")).form(formID(id, "withdrawal"))
	draft := two.see(casePath(id)).form(formID(id, "draft"))
	one.done(id, "draft", []string{"field-business", "false"}, upload{control: "paper-draft-text", name: "送审稿.docx"},
		upload{control: "paper-explanation", name: "起草说明.docx"})

	res := two.send(stepPath(id, "withdrawal"), with(withdrawal, "field-withdrawal-reason", "另行制定"))
	if res.status != http.StatusConflict {
		t.Fatalf("%d %s", res.status, res.text())
	}
	res.wants("情况已有变化", "已办理“起草”")
	again := res.form(formID(id, "withdrawal"))
	if again.Get("field-withdrawal-reason") != "另行制定" || again.Get("expect") == withdrawal.Get("expect") {
		t.Errorf("the form came back as %v", again)
	}
	res = two.send(stepPath(id, "draft"), with(draft, "field-business", "true"), upload{control: "paper-draft-text", name: "另一稿.docx"})
	if res.status != http.StatusConflict {
		t.Fatalf("%d %s", res.status, res.text())
	}
	res.wants("情况已有变化", "您刚才填写的内容", "另一稿.docx")
	if res := two.send(stepPath(id, "withdrawal"), again); res.status != http.StatusSeeOther {
		t.Errorf("after seeing the change: %d %s", res.status, res.text())
	}
}

// A council that voted without review has voted: the fact is taken with its breaches.
func TestDesk_F124_RecordingWithBreaches(t *testing.T) {
	o := open(t)
	drafter, secretary := o.as(t, "qy-a-drafter"), o.as(t, "qy-a-secretary")
	id := start(t, drafter, "清源县殡葬服务收费管理规定")
	o.day("2026-09-10", drafter, secretary)
	page := secretary.see(casePath(id) + "/record/deliberation")
	page.wants("这是补录，不是办理", "永久保留", "按目前案卷，将记为违反程序", "ND-G03", "实际发生日期")
	drafter403 := drafter.get(casePath(id) + "/record/deliberation")
	if drafter403.status != http.StatusForbidden {
		t.Errorf("a post that may not record got %d", drafter403.status)
	}
	form := with(page.form("record-"+string(id)+"-deliberation"), "field-meeting-name", "局长办公会", "field-meeting-day", "2026-09-07", "outcome", "passed")
	res := secretary.send(casePath(id)+"/record/deliberation", form, upload{control: "scan", name: "会议纪要扫描.docx"})
	if res.status != http.StatusUnprocessableEntity {
		t.Fatalf("without day, reason and source: %d", res.status)
	}
	res.wants("请填写实际发生日期", "请写明为什么没有在系统中办理", "会议纪要扫描.docx", "已收到，不必再选")
	form = with(res.form("record-"+string(id)+"-deliberation"), "occurred", "2026-09-07", "reason", "停电，会上手写记录", "source", "局长办公会议纪要〔2026〕8号")
	res = secretary.send(casePath(id)+"/record/deliberation", form)
	if res.status != http.StatusSeeOther {
		t.Fatalf("%d %s", res.status, res.text())
	}
	o.settle(t)
	end := secretary.see(casePath(id))
	end.wants("补录“集体审议”：审议通过", "2026年9月7日", "录入于 2026年9月10日", "违反程序", "ND-G03", "停电，会上手写记录", "会议纪要扫描.docx", "记下违反程序")
	secretary.see("/desk/cases").wants("补录", "违反程序")
	i := strings.Index(string(end.body), casePath(id)+"/files/")
	link := string(end.body)[i:]
	link = link[:strings.IndexByte(link, '"')]
	scan := secretary.get(link)
	if scan.status != http.StatusOK || !strings.Contains(scan.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("scan: %d %v", scan.status, scan.header)
	}
	// From a future day or without the case's own opening day it is refused as any act.
	id2 := start(t, drafter, "清源县居家养老服务办法")
	page = secretary.see(casePath(id2) + "/record/deliberation")
	form = with(page.form("record-"+string(id2)+"-deliberation"), "field-meeting-name", "局长办公会", "field-meeting-day", "2026-09-07", "outcome", "passed",
		"occurred", "2026-12-01", "reason", "后补", "source", "纪要")
	res = secretary.send(casePath(id2)+"/record/deliberation", form)
	if res.status != http.StatusConflict {
		t.Errorf("a day that has not come: %d %s", res.status, res.text())
	}
	res.wants("尚未到来")
}

// A case that was opened outside is recorded whole.
func TestDesk_F124_RecordingTheOpening(t *testing.T) {
	o := open(t)
	p := o.as(t, "qy-a-secretary")
	page := p.see("/desk/cases/new?procedure=" + procedureID + "&record=1")
	page.wants("补录：案件已在系统外启动", "这是补录，不是办理")
	form := with(page.form("record-start-"+procedureID), "title", "清源县农村留守老年人关爱服务办法")
	res := p.send("/desk/cases", form)
	if res.status != http.StatusUnprocessableEntity {
		t.Fatalf("%d", res.status)
	}
	again := res.form("record-start-" + procedureID)
	if again.Get("title") != "清源县农村留守老年人关爱服务办法" {
		t.Errorf("the title was lost: %v", again)
	}
	res = p.send("/desk/cases", with(again, "occurred", "2026-08-20", "reason", "系统上线前启动", "source", "立项批示"))
	if res.status != http.StatusSeeOther {
		t.Fatalf("%d %s", res.status, res.text())
	}
	p.see(res.header.Get("Location")).wants("补录：案件已在系统外启动", "立项批示", "2026年8月20日")
}
