package exchange

import (
	"bytes"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"zhunsheng/gov"
)

// workbook builds an .xlsx of these rows; merge names blocks to merge.
func workbook(t testing.TB, rows [][]any, merge ...[2]string) []byte {
	t.Helper()
	f := excelize.NewFile()
	for i, row := range rows {
		if err := f.SetSheetRow("Sheet1", Ref(i, 0), &row); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range merge {
		if err := f.MergeCell("Sheet1", m[0], m[1]); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRead_F128_WorkbooksWithMergedCellsAndBlanks(t *testing.T) {
	src := workbook(t, [][]any{
		{"2024年行政规范性文件台账"},
		{"制定机关", "文件名称\n", "公布日期"},
		{"县民政局", " 临时救助　实施细则 ", 45356},
		{nil, "社区矫正办法", "2024.3.6"},
		{}, {nil, nil, "　"},
	}, [2]string{"A1", "C1"}, [2]string{"A3", "A4"})
	got, err := Read(src)
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"2024年行政规范性文件台账", "2024年行政规范性文件台账", "2024年行政规范性文件台账"},
		{"制定机关", "文件名称", "公布日期"},
		{"县民政局", "临时救助 实施细则", "45356"},
		{"县民政局", "社区矫正办法", "2024.3.6"},
	}
	if len(got.Rows) != len(want) {
		t.Fatalf("%d rows: %q", len(got.Rows), got.Rows)
	}
	for i := range want {
		if strings.Join(got.Rows[i], "|") != strings.Join(want[i], "|") {
			t.Errorf("row %d: %q, want %q", i+1, got.Rows[i], want[i])
		}
	}
}

func TestRead_F128_TextInBothEncodings(t *testing.T) {
	text := "文件名称,制定机关\n\"低保,细则\",县民政局\n"
	gbk, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	for name, src := range map[string][]byte{"utf-8": []byte(text), "with mark": []byte("\xef\xbb\xbf" + text), "gb 18030": gbk} {
		got, err := Read(src)
		if err != nil || len(got.Rows) != 2 || got.Rows[1][0] != "低保,细则" || got.Rows[0][0] != "文件名称" {
			t.Errorf("%s: %q %v", name, got.Rows, err)
		}
	}
}

func TestRead_RefusesWhatIsNoTable(t *testing.T) {
	for name, src := range map[string]string{"nothing": "", "blanks": " \n , \n", "zip": "PK\x03\x04 not a workbook",
		"ole": "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 broken", "binary": "\x00\x01\x02\xff"} {
		_, err := Read([]byte(src))
		if gov.KindOf(err) != gov.Invalid || err == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("a,b\n1,2"))
	f.Add([]byte("PK\x03\x04"))
	f.Add([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))
	f.Add(oldWorkbook("台账", cells{{0, 0, "文件名称"}, {0, 1, "单位"}, {1, 0, 45356.0}}, [4]int{1, 1, 0, 1}))
	f.Add(workbook(f, [][]any{{"文件名称", "单位"}, {"甲", 1.5}}))
	f.Fuzz(func(t *testing.T, src []byte) {
		got, err := Read(src)
		if err == nil && len(got.Rows) == 0 {
			t.Error("an empty table without an error")
		}
	})
}

func TestDay_F128_AsPeopleWriteIt(t *testing.T) {
	for in, want := range map[string]string{
		"2024-03-05": "2024-03-05", "2024/3/5": "2024-03-05", "2024.3.5": "2024-03-05", "2024年3月5日": "2024-03-05",
		"2024年3月5日 上午": "2024-03-05", "20240305": "2024-03-05", "45356": "2024-03-05", "45356.75": "2024-03-05",
		"2024-03-05 09:30:00": "2024-03-05", "2024-03-05T09:30:00": "2024-03-05",
		"2024-02-30": "", "2024年13月1日": "", "3月5日": "", "2024": "", "明天": "", "": "", "5/3/2024": "",
	} {
		got, err := Table{}.Day(in)
		if (err != nil) != (want == "") || err == nil && got.String() != want {
			t.Errorf("%q: %v %v, want %q", in, got, err, want)
		}
	}
	if got, err := (Table{Epoch1904: true}).Day("43894"); err != nil || got.String() != "2024-03-05" {
		t.Errorf("1904: %v %v", got, err)
	}
}

func FuzzDay(f *testing.F) {
	for _, s := range []string{"2024-03-05", "45356", "2024年3月5日", "--", "１２"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := Table{}.Day(s)
		if err == nil && (d.String() < "1949" || d.String() > "2201") {
			t.Errorf("%q gives %v", s, d)
		}
	})
}
