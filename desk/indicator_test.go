package desk_test

import (
	"encoding/csv"
	"regexp"
	"strings"
	"testing"

	"zhunsheng/web"
)

const inTime = "/desk/indicators/filing-in-time"

// county has one document filed in time by qy-a and one of qy-b that was not.
func twoDocuments(t *testing.T) *office {
	o := open(t)
	o.Walk(o.Open("qy-a", "清源县城乡居民临时救助实施细则"), "qy-a", "")
	o.Clock.On("2026-09-01")
	o.Walk(o.Open("qy-b", "清源县农村供水管理办法"), "qy-b", "publication")
	o.Clock.On("2026-11-02")
	if _, _, err := o.Docket.ExpireDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.settle(t)
	return o
}

func TestIndicators_F006_BoardStandsByTheCatalogue(t *testing.T) {
	o := twoDocuments(t)
	p := o.as(t, "qy-sfj-supervisor")
	board := p.see("/desk/indicators")
	board.wants("2 依法行政制度体系完善", "2.2 行政规范性文件", "备案及时率", "2.2.5 · 口径未核实", "50.0%", "数据截至", "2026年1月1日至2026年12月31日")
	for _, problem := range web.CheckPage(board.body) {
		t.Error(problem)
	}
	p.see("/desk/indicators?from=2025-01-01&to=2025-12-31").wants("无案件").lacks("50.0%")
	p.see("/desk/indicators?unit=qy-a").wants("100.0%").lacks("50.0%")
	if a := p.get("/desk/indicators?from=2026-12-31&to=2026-01-01"); a.status != 422 && a.status != 400 {
		t.Errorf("a period that ends before it begins: %d", a.status)
	}
}

var numberLink = regexp.MustCompile(`<a href="(/desk/indicators/[^"]+/cases\?[^"]*)">(\d+)</a>`)

// Every number on the pages opens into as many cases.
func TestIndicators_F006_EveryNumberOpensIntoItsCases(t *testing.T) {
	o := twoDocuments(t)
	p := o.as(t, "qy-sfj-supervisor")
	opened := 0
	for _, path := range []string{"/desk/indicators", inTime, inTime + "?unit=qy-b"} {
		for _, m := range numberLink.FindAllStringSubmatch(string(p.see(path).body), -1) {
			list := p.see(strings.ReplaceAll(m[1], "&amp;", "&"))
			if m[2] == "0" {
				list.wants("无案件")
			} else {
				list.wants("本页 " + m[2] + " 件")
				opened++
			}
		}
	}
	if opened < 8 {
		t.Errorf("only %d numbers were opened", opened)
	}
}

func TestIndicators_F006_AddUpTheTreeAndSayWhoMustAct(t *testing.T) {
	o := twoDocuments(t)
	p := o.as(t, "qy-sfj-supervisor")
	p.see(inTime).wants("清源县人民政府", "合计，含下级单位", "清源县民政局", "清源县水利局", "50.0%", "0.0%", "须办理", "分子 ÷ 分母")
	p.see(inTime+"/cases?why=todo").wants("清源县农村供水管理办法", "逾期未办", "drafter").lacks("清源县城乡居民临时救助实施细则")
	own := o.as(t, "qy-a-drafter")
	own.see(inTime).wants("清源县民政局", "100.0%").lacks("清源县人民政府</", "清源县水利局", "50.0%")
}

func TestIndicators_F006_ExportsWhatIsOnScreen(t *testing.T) {
	o := twoDocuments(t)
	p := o.as(t, "qy-sfj-supervisor")
	for path, want := range map[string][]string{
		"/desk/indicators?from=2026-01-01&to=2026-12-31&as=sheet": {"备案及时率", "50.0%", "未核实", "数据截至"},
		inTime + "?as=sheet":                {"清源县人民政府", "含下级单位", "清源县水利局", "0.0%"},
		inTime + "/cases?why=todo&as=sheet": {"清源县农村供水管理办法", "逾期未办", "备案及时率"},
	} {
		a := p.see(path)
		if got := a.header.Get("Content-Type"); got != "text/csv; charset=utf-8" {
			t.Errorf("%s is %s", path, got)
		}
		r := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(a.body), "\ufeff")))
		r.FieldsPerRecord = -1
		rows, err := r.ReadAll()
		if err != nil || len(rows) < 3 {
			t.Fatalf("%s: %d rows, %v", path, len(rows), err)
		}
		for _, w := range want {
			if !strings.Contains(string(a.body), w) {
				t.Errorf("%s lacks %s:\n%s", path, w, a.body)
			}
		}
	}
	if body := string(o.as(t, "qy-a-drafter").see(inTime + "/cases?as=sheet").body); strings.Contains(body, "供水") {
		t.Errorf("another department's case went out:\n%s", body)
	}
}
