package exchange

import (
	"testing"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/procedure"
)

func TestWord_F128_EllipsisIsAnyText(t *testing.T) {
	c := FieldColumn{Words: map[string]string{"是": "yes", "…政府": "government", "…办公室": "office", "…号": "government",
		"…办…号": "office", "不涉及…": "none", "与…密切相关": "business"}}
	for in, want := range map[string]string{
		"是": "yes", "清源县人民政府": "government", "清源县人民政府办公室": "office", "清政规〔2022〕3号": "government",
		"清政办规〔2022〕3号": "office", "不涉及经营者": "none", "与企业密切相关": "business", "": "", "不是": "不是", "号": "government",
	} {
		if got := c.word(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestNames_F128_CountsWhoStandsInACell(t *testing.T) {
	for in, want := range map[string]string{"": "", "、": "", "县教育局": "1", "县教育局、县公安局，县财政局": "3", "甲局\n乙局；": "2"} {
		if got := names(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// What was recorded last of a row is taken back first: a case that another names stays.
func TestRowsOf_F128_TheRowsOwnCaseIsTakenBackFirst(t *testing.T) {
	key := func(k string) docket.Keyed { return docket.Keyed{Key: keyOf("b") + k, Case: gov.CaseID(k)} }
	got := rowsOf("b", []docket.Keyed{key("2/1"), key("2"), key("10"), key("2/undo"), key("10/1"), key("2/1/undo"), key("3/1")})
	want := [][]gov.CaseID{{"2", "2/1"}, {"10", "10/1"}, {"3/1"}}
	if len(got) != len(want) {
		t.Fatalf("%+v", got)
	}
	for i, r := range got {
		var ids []gov.CaseID
		for _, k := range r.cases {
			ids = append(ids, k.Case)
		}
		if len(ids) != len(want[i]) || ids[0] != want[i][0] || ids[len(ids)-1] != want[i][len(ids)-1] {
			t.Errorf("row %s: %v, want %v", r.number, ids, want[i])
		}
	}
}

// The ids of what was recorded beside stand in the row's own acts, and the draft is as it was.
func TestRecordBeside_F128_NamesWhatWasRecorded(t *testing.T) {
	d := Draft{Row: 7, Acts: []DraftAct{{Step: "a", Fields: map[procedure.FieldID]string{"x": "1"}},
		{Step: "b", Fields: map[procedure.FieldID]string{"y": "beside-1", "z": "2"}}}, Beside: []DraftBeside{{Procedure: "p", stand: "beside-1"}}}
	var asked docket.WholeRequest
	acts, err := recordBeside("b", d, nil, func(r docket.WholeRequest) (docket.Done, error) { asked = r; return docket.Done{Case: "c9"}, nil })
	if err != nil || asked.Open.Key != "import/b/7/1" || asked.Open.Procedure != "p" {
		t.Fatalf("%+v %v", asked, err)
	}
	if acts[1].Fields["y"] != "c9" || acts[1].Fields["z"] != "2" || acts[0].Fields["x"] != "1" || d.Acts[1].Fields["y"] != "beside-1" {
		t.Errorf("%+v of %+v", acts, d.Acts)
	}
}

func TestBefore_F128_SaysWhetherTheDayWasBefore(t *testing.T) {
	l := &layout{}
	for in, want := range map[string]string{"2024-07-31": "true", "2024年8月1日": "false", "": "", "夏天": ""} {
		if got := l.before(in, gov.MustDay("2024-08-01")); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
