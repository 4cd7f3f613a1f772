package desk_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/net/html"

	"zhunsheng/area"
	"zhunsheng/gov"
	"zhunsheng/internal/govtest"
	"zhunsheng/internal/site"
)

// asksProcedure asks by circumstance, lets another role decide, and opens another case.
const asksProcedure = `
id: test.asks
name: 视情形填写
area: shown
version: 1
from: 2022-01-01
mode: native
basis: [{statute: 本地规定, mark: local}]
start:
  by: clerk
  title: 标题
  fields:
    - {id: grade, type: choice, label: 类别, used_by: 承办人, required: true, options: [{id: plain, name: 一般}, {id: grave, name: 重大}]}
    - {id: why-grave, type: text, label: 重大的理由, used_by: 承办人, required_when: fields.grade == "grave"}
    - {id: before, type: case, label: 先前的案件, used_by: 承办人, procedures: [test.asks]}
late_entry: entry-limit
record: [clerk]
correct: {rule: TK-K01, by: [clerk], approve: [boss], cites: [{statute: 本地规定, mark: local}]}
children: [{id: kids, procedure: test.asks}]
roles:
  - {id: clerk, name: 承办人, posts: [drafter]}
  - {id: boss, name: 负责人, posts: [reviewer]}
steps:
  - id: hear
    rule: TK-S01
    name: 听取意见
    by: clerk
    when: fields.grade == "grave"
    otherwise: 类别为一般
    fields:
      - {id: how, type: longtext, label: 听取情况, used_by: 负责人, required_when: act.outcome == "heard"}
      - {id: why-not, type: text, label: 不听取的理由, used_by: 负责人}
    papers:
      - {id: minutes, label: 听证笔录, required_when: act.outcome == "heard"}
      - {id: letter, label: 回避决定, required_when: fields.how == "回避"}
      - {id: statement, label: 听取情况说明, required_when: act.outcome == "heard", kinds: [docx]}
    outcomes:
      - {id: heard, name: 已听取}
      - {id: waived, name: 不适用, waives: true, by: boss, reason: why-not}
  - id: decide
    rule: TK-S02
    name: 决定
    by: clerk
    after: [hear]
    fields:
      - {id: day, type: day, label: 生效日期, used_by: 公众}
      - {id: note, type: text, label: 签署意见, used_by: 负责人}
    outcomes:
      - id: done
        name: 已决定
        opens: [{procedure: test.asks, unit: own, link: before, title: "{title}之后", fields: {grade: grade, why-grave: why-grave}}]
  - id: end
    rule: TK-S03
    name: 办结
    by: clerk
    after: [decide]
    fields:
      - {id: last-note, type: text, label: 签署意见, used_by: 负责人}
    outcomes: [{id: done, name: 已办结, close: closed}]
gates:
  - {id: TK-G01, on: end, require: "children.kids.count > 0 && fields.day.given", text: 写明生效日期, missing: [{text: 生效日期, step: decide}], cites: [{statute: 本地规定, mark: local}]}
templates:
  - {id: statement, paper: statement, name: 听取情况说明, title: "关于{title}听取意见的情况", layout: statement, step: hear, when: act.outcome == "heard", sign: "{unit.name}", body: "一、听取情况"}
clocks:
  - {id: effect, rule: TK-C01, name: 公告, kind: at_most, starts: [{step: decide}], stops: [{step: end}], counts_from: day, limit: 10日, under: 本地规定, cites: [{statute: 本地规定, mark: local}]}
`

const asksScenario = `scenario 一般
2026-01-05 clerk 启动 类别=一般 → ok
2026-01-06 clerk 决定 生效日期=2026-01-10 → clock TK-C01 running
2026-01-06 children kids 1 open 1
2026-01-07 clerk 办结 → case closed

scenario 没有写明
2026-01-05 clerk 启动 类别=一般 → ok
2026-01-06 clerk 决定 → ok
2026-01-07 clerk 办结 → refused TK-G01

scenario 重大
2026-01-05 clerk 启动 类别=重大 重大的理由=影响大 → ok
2026-01-06 clerk 听取意见:已听取 → refused form; lacking 听取情况; lacking 听证笔录
`

// openShown is the county with the procedures that tests of the language use, their posts
// given to posts of the county.
func openShown(t *testing.T) *office {
	t.Helper()
	files := func(dir string, names ...string) fstest.MapFS {
		out := fstest.MapFS{}
		posts := strings.NewReplacer("posts: [clerk]", "posts: [drafter]", "posts: [head]", "posts: [reviewer]", "posts: [office]", "posts: [secretary]",
			"posts: [legal]", "posts: [reviewer]", "posts: [deputy]", "posts: [disclosure]")
		for _, name := range names {
			b, err := os.ReadFile(dir + name)
			if err != nil {
				t.Fatal(err)
			}
			out[name] = &fstest.MapFile{Data: []byte(posts.Replace(string(b)))}
		}
		return out
	}
	clock := &govtest.Clock{}
	clock.On("2026-07-01")
	config := govtest.Config("", t.TempDir(), clock)
	config.Areas = append(config.Areas,
		area.Area{ID: "invented", Name: "测试", Definitions: files("../procedure/testdata/", "turns.yaml", "turns.scenario", "signed.yaml", "signed.scenario")},
		area.Area{ID: "opens", Name: "测试", Definitions: files("../docket/testdata/", "opener.yaml", "opener.scenario", "child.yaml", "child.scenario")},
		area.Area{ID: "shown", Name: "测试", Definitions: fstest.MapFS{"asks.yaml": {Data: []byte(asksProcedure)}, "asks.scenario": {Data: []byte(asksScenario)}}})
	c := govtest.Start(t, config, clock)
	h, err := site.Handler(c.App)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return &office{c, srv.URL}
}

// begin opens a case through the API.
func (p *person) begin(procedure, title string, fields map[string]string) gov.CaseID {
	p.t.Helper()
	a := p.api(http.MethodPost, "/cases", map[string]any{"procedure": procedure, "title": title, "fields": fields}, nil)
	var done struct{ Case gov.CaseID }
	if err := json.Unmarshal(a.body, &done); err != nil || a.status != http.StatusCreated {
		p.t.Fatalf("%d %s", a.status, a.body)
	}
	return done.Case
}

// act performs a step through the API, which must be accepted.
func (p *person) act(id gov.CaseID, step, outcome string, fields map[string]string, papers ...string) {
	p.t.Helper()
	body := map[string]any{"step": step, "outcome": outcome, "fields": fields}
	given := map[string]any{}
	for _, name := range papers {
		given[name] = []any{p.bring(name + ".docx")}
	}
	body["papers"] = given
	if a := p.api(http.MethodPost, "/cases/"+string(id)+"/acts", body, nil); a.status != http.StatusCreated {
		p.t.Fatalf("%s: %d %s", step, a.status, a.body)
	}
}

// bring uploads a file and names it as the API takes it.
func (p *person) bring(name string) map[string]string {
	p.t.Helper()
	req, err := http.NewRequest(http.MethodPost, p.o.URL+"/api/v1/files?name="+url.QueryEscape(name), strings.NewReader(string(govtest.Docx(name))))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/octet-stream")
	var f struct{ Digest, Name string }
	a := p.do(req)
	if err := json.Unmarshal(a.body, &f); err != nil || a.status != http.StatusCreated {
		p.t.Fatalf("%d %s", a.status, a.body)
	}
	return map[string]string{"digest": f.Digest, "name": f.Name}
}

func casePage(p *person, id gov.CaseID) *answer {
	p.t.Helper()
	a := p.see(casePath(id))
	check(p.t, a)
	return a
}

// 中止、恢复、延长、重新计算、视为: what happened to a limit stands in its card and in the record.
func TestCase_TurnsOfLimits(t *testing.T) {
	o := openShown(t)
	clerk, head := o.as(t, "qy-a-drafter"), o.as(t, "qy-a-reviewer")
	day := func(d string) { o.day(d, clerk, head) }
	day("2026-07-06")
	id := clerk.begin("invented.turns", "某申请", nil)
	clerk.act(id, "receive", "", nil)
	casePage(clerk, id).wants("届满仍未办理的，视为“受理：受理”")
	day("2026-07-08")
	clerk.act(id, "ask", "", nil)
	casePage(clerk, id).wants("已中止，恢复后还有", "2026年7月8日 中止计算（通知补正）", "“审查申请”中止")
	day("2026-08-03")
	clerk.act(id, "corrected", "", nil)
	casePage(clerk, id).wants("2026年8月3日 重新计算（收到补正）", "“审查申请”的最后一日为2026年8月10日")
	day("2026-08-05")
	clerk.act(id, "accept", "accepted", nil)
	head.act(id, "suspend", "", nil)
	day("2026-08-15")
	head.act(id, "resume", "", nil)
	day("2026-09-01")
	head.act(id, "extend", "granted", map[string]string{"complex": "true"}, "told")
	page := casePage(head, id)
	page.wants("2026年8月15日 恢复计算（恢复）", "延长30日（批准延长：准予延长）", "行政复议法 第六十二条")

	other := clerk.begin("invented.turns", "另一申请", nil)
	clerk.act(other, "receive", "", nil)
	day("2026-09-14")
	if _, _, err := o.Docket.ExpireDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	casePage(clerk, other).wants("期限届满，视为“受理：受理”", "期满视为受理")
	var body struct {
		Clocks []struct {
			ID    string
			Turns []struct{ Kind string }
		}
		Stations []struct {
			Step   string
			Deemed bool
		}
	}
	clerk.api(http.MethodGet, "/cases/"+string(id), nil, &body)
	if len(body.Clocks) == 0 || len(body.Clocks[len(body.Clocks)-1].Turns) != 3 {
		t.Errorf("turns in the API: %+v", body.Clocks)
	}
}

// 纸质批示录入: who signed stands beside who entered it.
func TestCase_ASlipThatSomebodyElseSigned(t *testing.T) {
	o := openShown(t)
	clerk, office, legal := o.as(t, "qy-a-drafter"), o.as(t, "qy-a-secretary"), o.as(t, "qy-a-reviewer")
	id := clerk.begin("invented.signed", "某发文", map[string]string{"shared": "false"})
	clerk.act(id, "issue-draft", "", nil)
	office.act(id, "issue-check", "signed", nil)
	legal.act(id, "issue-legal", "signed", nil)
	o.as(t, "qy-a-disclosure").act(id, "issue-joint", "waived", nil)
	casePage(office, id).wants("纸质批示的签署人", "已签的审签单（扫描件）")
	scan := office.bring("审签单.docx")
	if a := office.api(http.MethodPost, "/cases/"+string(id)+"/acts", map[string]any{"step": "issue-chief", "outcome": "signed",
		"fields": map[string]string{"issue-chief-signer": "县长王某"}, "papers": map[string]any{"issue-chief-slip": []any{scan}}}, nil); a.status == http.StatusUnprocessableEntity {
		// The slip is a scan; a word file is none.
		a.wants()
	}
	pdf := office.pdf("审签单.pdf")
	if a := office.api(http.MethodPost, "/cases/"+string(id)+"/acts", map[string]any{"step": "issue-chief", "outcome": "signed",
		"fields": map[string]string{"issue-chief-signer": "县长王某"}, "papers": map[string]any{"issue-chief-slip": []any{pdf}}}, nil); a.status != http.StatusCreated {
		t.Fatalf("%d %s", a.status, a.body)
	}
	casePage(clerk, id).wants("县长王某签署，清源县民政局 secretary甲录入纸质批示", "县长王某签署，纸质批示录入")
}

// barred reports a choice that cannot be made.
func (a *answer) barred(name, value string) bool {
	n, err := html.Parse(bytes.NewReader(a.body))
	if err != nil {
		a.t.Fatal(err)
	}
	for d := range n.Descendants() {
		if d.Data == "input" && attr(d, "name") == name && attr(d, "value") == value {
			return has(d, "disabled")
		}
	}
	a.t.Fatalf("no choice %s of %s", value, name)
	return false
}

func (p *person) pdf(name string) map[string]string {
	p.t.Helper()
	req, err := http.NewRequest(http.MethodPost, p.o.URL+"/api/v1/files?name="+url.QueryEscape(name), strings.NewReader("%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/octet-stream")
	var f struct{ Digest, Name string }
	if a := p.do(req); json.Unmarshal(a.body, &f) != nil || a.status != http.StatusCreated {
		p.t.Fatalf("%d %s", a.status, a.body)
	}
	return map[string]string{"digest": f.Digest, "name": f.Name}
}

// 视情形必填: the page says when, the script is told as the form is filled in, and without it
// the act is refused.
func TestForm_RequiredByCircumstance(t *testing.T) {
	o := openShown(t)
	p, boss := o.as(t, "qy-a-drafter"), o.as(t, "qy-a-reviewer")
	start := p.see("/desk/cases/new?procedure=test.asks")
	check(t, start)
	start.wants("视情形必填", "“类别”为“重大”的必填。", "先前的案件", "不关联")
	needed := func(path string, v url.Values) string {
		a := p.post(path, v)
		var out struct{ Needed []string }
		if err := json.Unmarshal(a.body, &out); err != nil || a.status != http.StatusOK {
			t.Fatalf("%s: %d %s", path, a.status, a.body)
		}
		return strings.Join(out.Needed, " ")
	}
	if got := needed("/desk/cases/needs", url.Values{"procedure": {"test.asks"}, "field-grade": {"plain"}}); got != "" {
		t.Errorf("plain needs %q", got)
	}
	grave := with(start.form("start-test.asks"), "title", "某重大事项", "field-grade", "grave")
	if got := needed("/desk/cases/needs", grave); got != "field-why-grave" {
		t.Errorf("grave needs %q", got)
	}
	if a := p.post("/desk/cases", grave); a.status != http.StatusConflict && a.status != http.StatusUnprocessableEntity {
		t.Errorf("without the reason: %d", a.status)
	} else {
		a.wants("请填写“重大的理由”")
		check(t, a)
	}
	id := p.begin("test.asks", "某重大事项", map[string]string{"grade": "grave", "why-grave": "影响大"})
	page := casePage(p, id)
	page.wants("办理结果为“已听取”的必填。", "由负责人决定", "须填写“不听取的理由”", "办理结果为“不适用”的必填。")
	at := casePath(id) + "/steps/hear"
	form := page.form("case-" + string(id) + "-hear")
	for outcome, want := range map[string]string{"": "", "heard": "field-how paper-minutes paper-statement", "waived": "field-why-not"} {
		v := url.Values{}
		for k, x := range form {
			v[k] = x
		}
		if got := needed(at+"/needs", with(v, "outcome", outcome)); got != want {
			t.Errorf("outcome %q needs %q, want %q", outcome, got, want)
		}
	}
	if got := needed(at+"/needs", with(form, "outcome", "heard", "field-how", "回避")); got != "field-how paper-minutes paper-letter paper-statement" {
		t.Errorf("what the form says needs %q", got)
	}
	a := p.send(at, with(form, "outcome", "heard", "field-how", ""))
	a.wants("请填写“听取情况”", "请附“听证笔录”")
	check(t, a)
	// What another role decides cannot be chosen by who does the step, and is told with who and why.
	if !page.barred("outcome", "waived") || page.barred("outcome", "heard") {
		t.Error("the outcome of another role can be chosen, or the own one cannot")
	}
	plain := p.begin("test.asks", "某一般事项", map[string]string{"grade": "plain"})
	boss.act(plain, "hear", "waived", map[string]string{"why-not": "类别为一般"})
	casePage(p, plain).wants("reviewer甲 办理“听取意见”：不适用", "理由：类别为一般")
}

// 关联案件: links both ways; what will open is said before, and what opened after.
func TestCase_RelatedBothWays(t *testing.T) {
	o := openShown(t)
	p := o.as(t, "qy-a-drafter")
	id := p.begin("test.asks", "某事项", map[string]string{"grade": "plain"})
	o.as(t, "qy-a-reviewer").act(id, "hear", "waived", map[string]string{"why-not": "类别为一般"})
	casePage(p, id).wants("提交后将为本单位启动“视情形填写”")
	p.act(id, "decide", "", map[string]string{"day": "2026-07-10"})
	page := casePage(p, id)
	page.wants("关联案件", "视情形填写（1 件，在办 1 件）", "某事项之后", "同时启动的案件：某事项之后")
	var body struct {
		Related []struct {
			Case         gov.CaseID
			Field, Title string
		}
	}
	p.api(http.MethodGet, "/cases/"+string(id), nil, &body)
	if len(body.Related) != 1 || body.Related[0].Title != "某事项之后" || body.Related[0].Field != "" {
		t.Fatalf("%+v", body.Related)
	}
	child := casePage(p, body.Related[0].Case)
	child.wants("关联案件", "先前的案件", "某事项")
	if !strings.Contains(string(child.body), `href="`+casePath(id)+`"`) {
		t.Error("the child does not lead to its parent")
	}
	own := p.begin("test.asks", "另一事项", map[string]string{"grade": "plain"})
	o.as(t, "qy-a-reviewer").act(own, "hear", "waived", map[string]string{"why-not": "类别为一般"})
	p.act(own, "decide", "", map[string]string{"day": "2026-07-10", "note": "同意。"})
	p.act(own, "end", "", map[string]string{"last-note": "已办。"})
	casePage(p, own).wants("决定：签署意见", "办结：签署意见") // one label twice says of which step
	opener := p.begin("test.opener", "交办事项一", nil)
	p.see(casePath(opener)+"/steps/decide").wants("将为清源县水利局启动“交办事项”", "将登记到“本地参数登记”", "将终止登记：“本地参数登记”")
	p.act(opener, "decide", "entered", map[string]string{"days": "5日"})
	casePage(p, opener).wants("同时登记到台账：speed")
	p.act(opener, "decide", "opened", map[string]string{"topic": "修渠"})
	casePage(p, opener).wants("同时启动的案件：交办事项一：交办", "清源县水利局")
}

// 更正: proposed by one, decided by another, with what stood before; and what a corrected day
// moves. 补记过晚 stands beside the act.
func TestCase_CorrectionsAndLateEntries(t *testing.T) {
	o := openShown(t)
	p, boss := o.as(t, "qy-a-drafter"), o.as(t, "qy-a-reviewer")
	id := p.begin("test.asks", "某事项", map[string]string{"grade": "plain"})
	boss.act(id, "hear", "waived", map[string]string{"why-not": "类别为一般"})
	p.act(id, "decide", "", map[string]string{"day": "2026-07-10"})
	page := casePage(p, id)
	link := casePath(id) + "/acts/3/correction"
	if !strings.Contains(string(page.body), link) {
		t.Fatal("no way to correct the act")
	}
	form := p.see(link)
	check(t, form)
	form.wants("更正：决定", "只改有误的")
	values := form.form(fmt.Sprintf("correct-%s-3", id))
	a := p.send(link, with(values, "reason", ""))
	if a.wants("更正须写明理由"); a.status != http.StatusUnprocessableEntity && a.status != http.StatusConflict {
		t.Errorf("%d", a.status)
	}
	check(t, a)
	if a := p.send(link, with(values, "reason", "把日期写错了", "field-day", "2026-07-20")); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.text())
	}
	casePage(p, id).wants("更正“决定”", "待批准", "2026年7月10日", "2026年7月20日", "提出更正“决定”").lacks("批准或者不予更正")
	casePage(boss, id).wants("批准或者不予更正")
	at := casePath(id) + "/corrections/4"
	if a := p.post(at, url.Values{"decision": {"approve"}}); a.status == http.StatusSeeOther {
		t.Error("who proposed decides")
	}
	decide := boss.see(at)
	check(t, decide)
	v := decide.form(fmt.Sprintf("correction-%s-4", id))
	if a := boss.post(at, with(v, "decision", "decline")); a.status == http.StatusSeeOther {
		t.Error("declined without a reason")
	} else {
		a.wants("不予更正须写明理由")
		check(t, a)
	}
	if a := boss.post(at, with(v, "decision", "approve", "note", "属实")); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.text())
	}
	casePage(p, id).wants("已更正", "批准更正“决定”", "“公告”的最后一日由2026年7月20日改为2026年7月30日", "属实")
	p.see(at).wants("更正前", "2026年7月10日").lacks("提交决定")
	// A file that was the wrong one, through the API; declined.
	var done struct{ Version int64 }
	p.api(http.MethodPost, "/cases/"+string(id)+"/corrections", map[string]any{"of": 3, "reason": "还是错的", "fields": map[string]string{"day": "2026-07-21"}}, &done)
	if a := boss.api(http.MethodPost, fmt.Sprintf("/cases/%s/corrections/%d", id, done.Version), map[string]any{"approve": false, "note": "没有依据"}, nil); a.status != http.StatusCreated {
		t.Errorf("%d %s", a.status, a.body)
	}
	casePage(p, id).wants("不予更正", "没有依据")

	late := p.see("/desk/cases/new?procedure=test.asks&record=1").form("record-start-test.asks")
	o.day("2026-09-01", p)
	res := p.send("/desk/cases", with(late, "title", "早先的事项", "field-grade", "plain", "occurred", "2026-07-02", "reason", "线下办理", "source", "发文卷"))
	if res.status != http.StatusSeeOther {
		t.Fatalf("%d %s", res.status, res.text())
	}
	a = p.see(res.header.Get("Location"))
	check(t, a)
	a.wants("补记过晚", "晚于应当录入的", "怎么算的", "依据：")
}

// 已撤销登记: a case that was taken back says so, stands in no default list of what is to be done.
func TestCase_TakenBack(t *testing.T) {
	o := open(t)
	p := o.as(t, "qy-a-secretary")
	at := p.hand("甲.csv", "文件名称,制定机关,公布日期,施行日期\n清源县养老办法,清民,2026-03-02,2026-04-01\n")
	batch := p.post(at, p.see(at).form("import-old-documents-begin")).header.Get("Location")
	o.ended(t, batch)
	id := o.titles(t)["清源县养老办法"]
	casePage(p, id).wants("旧文件台账：甲.csv第2行")
	p.post(batch+"/undo", url.Values{"reason": {"拿错了"}})
	o.ended(t, batch)
	casePage(p, id).wants("已撤销登记", "理由：撤销导入：拿错了", "撤销登记").lacks("暂不能办理")
	p.see("/desk/cases?status=voided").wants("清源县养老办法", "已撤销登记")
	p.see("/desk/cases?status=open").lacks("清源县养老办法")
}

// Lists are searched by title and number, and the words stay in the address.
func TestCases_SearchedByTitleAndNumber(t *testing.T) {
	o := open(t)
	id := o.Open("qy-a", "清源县城乡居民临时救助实施细则")
	o.Open("qy-a", "清源县社区矫正办法")
	o.Walk(id, "qy-a", "filing")
	p := o.as(t, "qy-a-drafter")
	found := p.see("/desk/cases?" + url.Values{"words": {"临时救助"}}.Encode())
	found.wants("本页 1 件", "临时救助实施细则").lacks("社区矫正", "已办结")
	if !strings.Contains(string(found.body), `value="临时救助"`) || !strings.Contains(string(found.body), "/desk/cases.csv?words=") {
		t.Error("the words do not stay")
	}
	p.see("/desk/cases?" + url.Values{"words": {"清民规"}}.Encode()).wants("临时救助实施细则").lacks("社区矫正")
	p.see("/desk/cases?words=%25").wants("没有符合条件的案件")
	if rows := p.see("/desk/cases.csv?" + url.Values{"words": {"临时救助"}}.Encode()).text(); strings.Contains(rows, "社区矫正") || !strings.Contains(rows, "临时救助") {
		t.Errorf("%s", rows)
	}
}
