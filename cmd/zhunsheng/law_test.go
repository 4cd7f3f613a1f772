package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"zhunsheng/gov"
	"zhunsheng/law"
)

func TestLawDue_JSONFields(t *testing.T) {
	var out bytes.Buffer
	c := LawDueCmd{Under: "行政处罚法", Limit: "7日", From: "2026-09-30", JSON: true}
	if err := c.Run(&out); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Due, Nominal, Unit  string
		Rolled, Provisional *bool
		Steps               []struct{ Kind, Text string }
		Basis               []struct{ Statute, Article string }
	}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Due != "2026-10-15" || got.Nominal != "2026-10-15" || got.Unit != "working_day" ||
		got.Rolled == nil || *got.Rolled || got.Provisional == nil || *got.Provisional {
		t.Errorf("answer: %s", out.String())
	}
	if len(got.Steps) < 4 || len(got.Basis) < 3 || got.Basis[0].Article != "第八十五条" {
		t.Errorf("derivation: %s", out.String())
	}
}

// TestLawDue_JSONConformsToThePublishedSchema: with and without receipt, course and limit.
func TestLawDue_JSONConformsToThePublishedSchema(t *testing.T) {
	src, err := law.Schema("due")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(src))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("file:///due.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("file:///due.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []LawDueCmd{
		{Under: "行政处罚法", Limit: "7日", From: "2026-09-30"},
		{Under: "行政处罚法", Limit: "7日", From: "2026-10-20", Before: true},
		{Under: "决策条例", Limit: "30日", From: "2026-09-01", AtLeast: true},
		{Under: "民事诉讼法", Limit: "24小时", From: "2026-09-30T14:20"},
		{Under: "行政复议法", Limit: "60日", From: "2026-07-06", Turn: []string{"中止@2026-07-16"}},
		{Under: "行政处罚法", Limit: "15日", From: "2026-09-01", Channel: "公告送达"},
		{Under: "政府信息公开条例", Channel: "互联网", Fact: []string{"双方确认之日=2026-07-10"}},
	} {
		var out bytes.Buffer
		c.JSON = true
		if err := c.Run(&out); err != nil {
			t.Fatal(err)
		}
		answer, err := jsonschema.UnmarshalJSON(&out)
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(answer); err != nil {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestLawDue_ReadableDerivation(t *testing.T) {
	var out bytes.Buffer
	c := LawDueCmd{Under: "行政处罚法", Limit: "十五日", From: "2026-09-16"}
	if err := c.Run(&out); err != nil {
		t.Fatal(err)
	}
	// 16 September and 15 days is 1 October, a holiday to 7 October: rolls to the 8th.
	for _, want := range []string{"届满日：2026年10月8日", "调整前为2026年10月1日", "依国务院办公厅2026年放假安排通知放假", "民法典第二百零三条（参照）"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}

func TestLawDue_BeforeTheOldestVersionSaysAssumed(t *testing.T) {
	var out bytes.Buffer
	c := LawDueCmd{Under: "行政处罚法", Limit: "7日", From: "2019-06-03", JSON: true}
	if err := c.Run(&out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "version: assumed") || !strings.Contains(out.String(), `"unit": "working_day"`) {
		t.Errorf("%s", out.String())
	}
}

func TestLawDue_BadInputIsOneChineseSentence(t *testing.T) {
	for _, c := range []struct {
		cmd  LawDueCmd
		want string
	}{
		{LawDueCmd{Limit: "7日", From: "2026-09-30"}, "--under"},
		{LawDueCmd{Under: "行政处罚法", From: "2026-09-30"}, "--limit"},
		{LawDueCmd{Under: "行政处罚法", Limit: "7日"}, "--from"},
		{LawDueCmd{Under: "行政处罰法", Limit: "7日", From: "2026-09-30"}, "行政处罚法"},
		{LawDueCmd{Under: "行政处罚法", Limit: "0日", From: "2026-09-30"}, "至少为一日"},
		{LawDueCmd{Under: "行政处罚法", Limit: "-1日", From: "2026-09-30"}, "至少为一日"},
		{LawDueCmd{Under: "行政处罚法", Limit: "99999年", From: "2026-09-30"}, "最长"},
		{LawDueCmd{Under: "行政处罚法", Limit: "七个半日", From: "2026-09-30"}, "无法识别"},
		{LawDueCmd{Under: "行政处罚法", Limit: "7", From: "2026-09-30"}, "单位"},
		{LawDueCmd{Under: "行政强制法", Limit: "24小时", From: "2026-09-30"}, "时刻"},
		{LawDueCmd{Under: "行政处罚法", Limit: "7日", From: "2026-02-30"}, "2026-02-30"},
		{LawDueCmd{Under: "行政处罚法", Limit: "7日", From: "2026-09-30", Before: true, AtLeast: true}, "不能同时"},
		{LawDueCmd{Under: "行政处罚法", Limit: "7日", From: "2026-09-30", Before: true, Turn: []string{"中止@2026-09-30"}}, "不适用"},
		{LawDueCmd{Under: "行政处罚法", Limit: "7日", From: "2026-09-30", Turn: []string{"停"}}, "中止@"},
		{LawDueCmd{Under: "行政处罚法", Limit: "7日", Fact: []string{"签收=2026-09-30"}}, "--channel"},
		{LawDueCmd{Under: "政府信息公开条例", Channel: "互联网", Fact: []string{"提交=2026-09-30"}}, "不能以提交之日代替"},
		{LawDueCmd{Under: "政府信息公开条例", Channel: "互联网", Fact: []string{"提交"}}, "应写作"},
	} {
		var out bytes.Buffer
		err := c.cmd.Run(&out)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") || gov.KindOf(err) == gov.Fault {
			t.Errorf("%+v: %v, want a sentence with %q", c.cmd, err, c.want)
		}
		if out.Len() > 0 {
			t.Errorf("%+v: wrote %q before failing", c.cmd, out.String())
		}
	}
}

func TestLawDue_HoursFromAnInstant(t *testing.T) {
	var out bytes.Buffer
	c := LawDueCmd{Under: "行政强制法", Limit: "24小时", From: "2026-09-30T14:20", JSON: true}
	if err := c.Run(&out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), `"due": "2026-10-01"`) || !strings.Contains(out.String(), `"unit": "hour"`) {
		t.Errorf("%s", out.String())
	}
}

func TestLawDue_ReceiptDayByChannelThenThePeriod(t *testing.T) {
	var out bytes.Buffer
	c := LawDueCmd{Under: "政府信息公开条例", Channel: "互联网", Fact: []string{"提交=2026-07-03", "双方确认之日=2026-07-06"}, Limit: "20个工作日"}
	if err := c.Run(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"收到申请之日：2026年7月6日", "以双方确认之日为收到申请之日", "届满日：2026年8月3日", "第三十一条", "延长的期限最长不得超过20个工作日"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	out.Reset()
	c = LawDueCmd{Under: "行政处罚法", Channel: "公告送达", From: "2026-09-01", JSON: true}
	if err := c.Run(&out); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Receipt struct{ Day, Called string }
		Due     string
	}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil || got.Receipt.Day != "2026-10-08" || got.Receipt.Called != "送达之日" || got.Due != "" {
		t.Errorf("%v: %s", err, out.String())
	}
}

func TestLawDue_CourseOnTheCommandLine(t *testing.T) {
	var out bytes.Buffer
	c := LawDueCmd{Under: "行政复议法", Limit: "60日", From: "2026-07-06", Turn: []string{"中止@2026-07-16", "恢复@2026-08-06", "延长31日@2026-09-01"}}
	if err := c.Run(&out); err != nil {
		t.Fatal(err)
	}
	// 10 ran, 50 left from 7 Aug: 25 Sep; 31 more days: Mon 26 Oct. Article 62 allows 30.
	for _, want := range []string{"届满日：2026年10月26日", "尚余50日", "延长不得超过30日；这里共延长31日，已经超过"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	out.Reset()
	c.Turn = c.Turn[:1]
	if err := c.Run(&out); err != nil || !strings.Contains(out.String(), "期间中止，尚余50日") {
		t.Errorf("%v\n%s", err, out.String())
	}
}
