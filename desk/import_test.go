package desk_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"zhunsheng/docket"
	"zhunsheng/exchange"
	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/procedure"
	"zhunsheng/web"
)

const oldPlan = "/desk/import/old-documents"

// A year of old documents, as somebody keeps them: a title over the headings, the unit
// merged over its documents, days in three forms. Of the sixty rows
//
//	 5 had no legality review
//	10 were filed too late
//	 1 stands twice, 1 names a unit that is not there
//	 1 has a day that is none
type oldYear struct {
	rows  [][]any
	merge [][2]string
}

func yearOfDocuments() oldYear {
	y := oldYear{rows: [][]any{{"2026年度行政规范性文件台账"}, {"序号", "制定机关", "文件名称", "文号", "是否涉企", "起草日期", "合法性审核日期", "审议日期", "印发日期", "公布日期", "施行日期", "备案日期", "备注"}}}
	for i := range 60 {
		start := gov.MustDay("2026-01-05").AddDays(i)
		form := func(n int) any {
			d := start.AddDays(n)
			switch i % 3 {
			case 0:
				return d.Chinese()
			case 1:
				return strings.ReplaceAll(d.String(), "-", "/")
			}
			return d.Sub(gov.MustDay("1899-12-30"))
		}
		unit, title, review, filing := any(nil), fmt.Sprintf("清源县民政办法第%02d号", i), form(10), form(30)
		if i == 0 {
			unit = "县民政局"
		}
		switch {
		case i < 5:
			review = "未办理"
		case i < 15:
			filing = form(60)
		case i == 20:
			title = "清源县民政办法第19号"
		case i == 21:
			unit = "县气象台"
		case i == 22:
			unit, review = "清民", "去年夏天"
		case i == 23:
			unit = "清源县民政局"
		}
		y.rows = append(y.rows, []any{i + 1, unit, title, fmt.Sprintf("清民规〔2026〕%d号", i+1), "否", form(0), review, form(12), form(14), form(16), form(40), filing, "原件在档案室"})
	}
	y.merge = [][2]string{{"A1", "M1"}, {"B3", "B23"}, {"B26", "B62"}}
	return y
}

func (y oldYear) xlsx(t *testing.T) string {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, row := range y.rows {
		if err := f.SetSheetRow("Sheet1", exchange.Ref(i, 0), &row); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range y.merge {
		if err := f.MergeCell("Sheet1", m[0], m[1]); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// hand uploads a table and gives the address of its report.
func (p *person) hand(name, content string) string {
	p.t.Helper()
	res := p.send(oldPlan, p.see(oldPlan).form("import-old-documents"), upload{"table", name, content})
	if res.status != http.StatusSeeOther {
		p.t.Fatalf("upload of %s: %d %s", name, res.status, res.text())
	}
	return res.header.Get("Location")
}

// ended waits until nothing is done any more for a batch.
func (o *office) ended(t *testing.T, batch string) {
	t.Helper()
	id := strings.TrimPrefix(batch, "/desk/imports/")
	for range 3000 {
		if at, ok := o.Importer.Progress(id); ok && !at.Running {
			return
		}
		time.Sleep(10 * time.Millisecond) // the rows are recorded by the program's own work
	}
	t.Fatal("the import does not end")
}

func (o *office) rate(t *testing.T, who *identity.Principal) string {
	t.Helper()
	o.settle(t)
	var body struct {
		Total struct{ Numerator, Denominator int64 }
	}
	o.as(t, string(who.Actor.Person)).api(http.MethodGet, "/indicators/filing-in-time?from=2026-01-01&to=2026-12-31", nil, &body)
	return fmt.Sprintf("%d/%d", body.Total.Numerator, body.Total.Denominator)
}

// F128: a year of old documents comes in as facts with their breaches named, counts, and can
// be taken back.
func TestImport_F128_AYearOfOldDocuments(t *testing.T) {
	o := open(t)
	p := o.as(t, "qy-a-secretary")
	p.see("/desk/import").wants("旧文件台账", "还没有导入过")
	p.see("/desk/cases").wants("导入历史台账")
	p.see(oldPlan).wants("合法性审核日期", "审核日期", "下载空白模板")

	at := p.hand("台账.xlsx", yearOfDocuments().xlsx(t))
	report := p.see(at)
	report.wants("共 60 行", "可以导入 57", "有问题，不导入 3", "没有用到的列", "序号", "备注", "台账.xlsx · Sheet1", "还没有写入任何内容", "ND-G03")
	check(t, report)
	p.see(at+"&show=problems").wants("清源县民政办法第19号", "C23", "与第22行是同一单位的同名文件", "B24", "没有名为“县气象台”的单位", "G25", "“去年夏天”不是日期").lacks("清源县民政办法第00号")
	p.see(at + "&show=clean").wants("没有这样的行") // nothing of them was published after a review of disclosure
	if n := len(o.titles(t)); n != 0 {
		t.Fatalf("the check wrote %d cases", n)
	}

	confirm := report.form("import-old-documents-begin")
	first := p.post(at, confirm)
	batch := first.header.Get("Location")
	if first.status != http.StatusSeeOther || !strings.HasPrefix(batch, "/desk/imports/") {
		t.Fatalf("%d %s", first.status, first.text())
	}
	if again := p.post(at, confirm); again.header.Get("Location") != batch {
		t.Errorf("the same request began another batch: %s", again.header.Get("Location"))
	}
	o.ended(t, batch)
	done := p.see(batch)
	done.wants("已导入 57 行", "撤销这次导入")
	check(t, done)
	if n := len(o.titles(t)); n != 57 {
		t.Fatalf("%d cases", n)
	}
	p.see("/desk/cases").wants("补录", "违反程序")
	p.see("/desk/import").wants("台账.xlsx", "已导入")

	// Filed within 15 days of publication: 57 without the ten late ones. All of them count.
	if got := o.rate(t, o.As("secretary", "qy-a")); got != "47/57" {
		t.Errorf("filing in time: %s, want 47/57", got)
	}
	c, err := o.Docket.Get(t.Context(), o.As("secretary", "qy-a"), o.titles(t)["清源县民政办法第03号"])
	if err != nil {
		t.Fatal(err)
	}
	rules := map[procedure.RuleID]bool{}
	for _, b := range c.State.Breaches {
		rules[b.Rule] = true
	}
	if !rules["ND-G03"] || c.State.Numbers["document"] != "清民规〔2026〕4号" || !c.State.Recorded {
		t.Errorf("breaches %v, number %q, recorded %t", rules, c.State.Numbers["document"], c.State.Recorded)
	}
	stranger := o.stranger(t)
	stranger.see("/documents").wants("清源县民政办法第59号")

	// What came twice is known.
	p.see(p.hand("台账.xlsx", yearOfDocuments().xlsx(t))).wants("可以导入 0", "系统中已有这个单位的同名案件", "重新上传")

	undo := batch + "/undo"
	if a := p.post(undo, with(done.form("import-undo-"+strings.TrimPrefix(batch, "/desk/imports/")), "reason", " ")); a.status != http.StatusUnprocessableEntity {
		t.Errorf("undoing without a reason: %d", a.status)
	}
	if a := p.post(undo, url.Values{"reason": {"台账拿错了"}}); a.status != http.StatusSeeOther {
		t.Fatalf("undo: %d %s", a.status, a.text())
	}
	o.ended(t, batch)
	p.see(batch).wants("已撤销", "台账拿错了").lacks("没有撤销的行")
	if got := o.rate(t, o.As("secretary", "qy-a")); got != "0/0" {
		t.Errorf("after undoing %s counts", got)
	}
	if n := len(o.titles(t)); n != 0 {
		t.Errorf("%d cases stand in lists", n)
	}
	stranger.see("/documents").lacks("清源县民政办法第59号")
	p.see("/desk/cases").lacks("清源县民政办法第59号")
	if a := p.post(undo, url.Values{"reason": {"再来一次"}}); a.status != http.StatusConflict {
		t.Errorf("undone twice: %d", a.status)
	}
	p.see(p.hand("台账.xlsx", yearOfDocuments().xlsx(t))).wants("可以导入 57")
}

// titles are the cases that are not taken back.
func (o *office) titles(t *testing.T) map[string]gov.CaseID {
	t.Helper()
	out := map[string]gov.CaseID{}
	who := o.As("supervisor", "qy-sfj")
	for _, s := range []procedure.CaseStatus{procedure.Open, procedure.Closed, procedure.Withdrawn} {
		page, err := o.Docket.List(t.Context(), who, docket.Query{Status: s, Limit: 200})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Rows {
			out[r.Title] = r.ID
		}
	}
	return out
}

func check(t *testing.T, a *answer) {
	t.Helper()
	for _, bad := range web.CheckPage(a.body) {
		t.Error(bad)
	}
}

// Text in either encoding is as good as a workbook, and what is no table is told at the control.
func TestImport_F128_TextAndWhatIsNoTable(t *testing.T) {
	o := open(t)
	p := o.as(t, "qy-a-secretary")
	text := "文件名称,制定机关,公布日期,施行日期\n清源县养老办法,清民,2026-03-02,2026-04-01\n"
	gbk, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"甲.csv": text, "乙.csv": gbk} {
		p.see(p.hand(name, content)).wants("可以导入 1", "清源县养老办法", "公布", "2026年3月2日")
	}
	form := p.see(oldPlan).form("import-old-documents")
	for name, content := range map[string]string{"无表头.csv": "甲,乙\n丙,丁\n", "空.csv": "文件名称,制定机关\n"} {
		a := p.send(oldPlan, form, upload{"table", name, content})
		if a.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", name, a.status)
		}
		a.wants("处需要改正")
		check(t, a)
	}
	if a := p.send(oldPlan, form); a.status != http.StatusUnprocessableEntity {
		t.Errorf("no file: %d", a.status)
	}
	// The template is itself a table of this plan, without rows.
	empty := p.see(oldPlan + "/template")
	a := p.send(oldPlan, form, upload{"table", "模板.xlsx", string(empty.body)})
	if a.status != http.StatusUnprocessableEntity {
		t.Errorf("an empty template: %d %s", a.status, a.text())
	}
	a.wants("表头下面没有内容")
}

// F128: what was broken off is gone on with, and no row comes twice.
func TestImport_F128_GoesOnWhereItBrokeOff(t *testing.T) {
	o := open(t)
	p := o.as(t, "qy-a-secretary")
	at := p.hand("台账.xlsx", yearOfDocuments().xlsx(t))
	digest, _, _ := strings.Cut(at[strings.LastIndex(at, "/")+1:], "?")
	// A process that ends after it has written that a table is imported, and some rows of it.
	dead := exchange.New(o.Importer.Config)
	who := o.As("secretary", "qy-a")
	id, err := dead.Begin(t.Context(), who, "old-documents", digest, "台账.xlsx", "k")
	if err != nil {
		t.Fatal(err)
	}
	rec := &procedure.Recording{Reason: "旧文件台账", Source: "旧文件台账"}
	for _, row := range []int{3, 4, 5} {
		if _, err := o.Docket.RecordWhole(t.Context(), who, docket.WholeRequest{Open: docket.OpenRequest{Procedure: procedureID,
			Title: fmt.Sprintf("清源县民政办法第%02d号", row-3), Unit: "qy-a", Occurred: gov.MustDay("2026-01-05").Start(), Recording: rec,
			Key: fmt.Sprintf("import/%s/%d", id, row)}}); err != nil {
			t.Fatal(err)
		}
	}
	// A document that somebody entered meanwhile is not entered again.
	if _, err := o.Docket.Open(t.Context(), o.As("drafter", "qy-a"), openRequest("清源县民政办法第40号", "qy-a")); err != nil {
		t.Fatal(err)
	}
	batch := "/desk/imports/" + id
	broken := p.see(batch)
	broken.wants("没有完成", "继续导入", "撤销这次导入")
	check(t, broken)
	o.as(t, "qy-b-secretary").get(batch)
	if a := o.as(t, "qy-b-secretary").get(batch); a.status != http.StatusNotFound {
		t.Errorf("another's batch: %d", a.status)
	}
	if a := p.post(batch+"/resume", broken.form("import-resume")); a.status != http.StatusSeeOther {
		t.Fatalf("resume: %d %s", a.status, a.text())
	}
	o.ended(t, batch)
	p.see(batch).wants("已导入").lacks("继续导入")
	if n := len(o.titles(t)); n != 57 {
		t.Errorf("%d cases, want 57", n)
	}
	if a := p.post(batch+"/resume", nil); a.status != http.StatusConflict {
		t.Errorf("resumed when done: %d", a.status)
	}
}

// Who may not record may not import.
func TestImport_OnlyWhoMayRecord(t *testing.T) {
	o := open(t)
	p := o.as(t, "qy-a-disclosure")
	p.see("/desk/import").wants("没有可以导入的台账").lacks("旧文件台账")
	if a := p.get(oldPlan); a.status != http.StatusForbidden {
		t.Errorf("%d", a.status)
	}
	other := o.as(t, "qy-b-secretary")
	other.see(other.hand("台账.xlsx", yearOfDocuments().xlsx(t))).wants("可以导入 0", "您不能为“县民政局”补录")
}
