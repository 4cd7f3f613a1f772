package desk_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"zhunsheng/docket"
	"zhunsheng/gov"
)

// The list opens on what is due first, keeps its filter in the address, reads on by key
// and exports what it shows.
func TestCases_ListFilterPagesAndExport(t *testing.T) {
	o := open(t)
	ctx := t.Context()
	for i := range 60 {
		unit := "qy-a"
		if i%3 == 0 {
			unit = "qy-b"
		}
		if _, err := o.Docket.Open(ctx, o.As("drafter", gov.UnitID(unit)), openRequest(fmt.Sprintf("=办法%02d", i), unit)); err != nil {
			t.Fatal(err)
		}
	}
	p := o.as(t, "qy-sfj-supervisor")
	first := p.see("/desk/cases?unit=qy-a")
	first.wants("本页 40 件", "清除").lacks("办法03")
	all := p.see("/desk/cases")
	all.wants("本页 50 件", "下一页")
	i := strings.Index(string(all.body), `rel="next" href="`)
	next := string(all.body)[i+len(`rel="next" href="`):]
	next = strings.ReplaceAll(next[:strings.IndexByte(next, '"')], "&amp;", "&")
	p.see(next).wants("本页 10 件", "首页").lacks("下一页")

	got := p.see("/desk/cases.csv?unit=qy-a")
	if !strings.HasPrefix(string(got.body), "\ufeff") || !strings.Contains(got.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("%v %.20q", got.header, got.body)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(got.body), "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 41 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, r := range rows[1:] {
		if r[3] != "清源县民政局" || !strings.HasPrefix(r[0], "'=") {
			t.Errorf("%q", r)
		}
	}
	p.see("/desk/cases?late=1").wants("没有符合条件的案件")
	if a := p.get("/desk/cases?after=nonsense"); a.status != http.StatusUnprocessableEntity {
		t.Errorf("%d", a.status)
	}
}

func openRequest(title, unit string) docket.OpenRequest {
	return docket.OpenRequest{Procedure: procedureID, Title: title, Unit: gov.UnitID(unit)}
}

// The workbench says what is next, until when and why; numbers open the lists they count.
func TestWorkbench_WhatIsNext(t *testing.T) {
	o := open(t)
	id := o.Open("qy-a", "清源县城乡居民临时救助实施细则")
	o.Walk(id, "qy-a", "assessment")
	o.settle(t)
	o.as(t, "qy-a-reviewer").see("/desk").wants("待我办理", "合法性审核：清源县城乡居民临时救助实施细则", "ND-G03", "最后一日 2026年", "剩余")
	o.as(t, "qy-a-drafter").see("/desk").wants("没有等待您办理的事项", "我可以启动的程序", "行政规范性文件（部门制定）")
	o.Clock.On("2026-10-30")
	if _, _, err := o.Docket.ExpireDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.as(t, "qy-a-drafter").see("/desk").wants("已逾期和临近期限", "逾期")
}

// Downloads never run inside our pages.
func TestCaseFile_IsAlwaysAnAttachment(t *testing.T) {
	o := open(t)
	id := o.Open("qy-a", "清源县城乡居民临时救助实施细则")
	o.Walk(id, "qy-a", "draft")
	p := o.as(t, "qy-a-reviewer")
	a := p.see(casePath(id) + "/files/2/draft-text/0")
	if a.header.Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(a.header.Get("Content-Disposition"), "attachment") ||
		a.header.Get("Content-Type") != "application/octet-stream" || len(a.body) == 0 {
		t.Errorf("%v", a.header)
	}
	for _, path := range []string{"/files/2/draft-text/1", "/files/9/draft-text/0", "/files/x/draft-text/0", "/files/2/-/0", "/files/2/none/0"} {
		if a := p.get(casePath(id) + path); a.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, a.status)
		}
	}
}
