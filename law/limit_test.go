package law

import (
	"strings"
	"testing"
)

func TestParseLimit(t *testing.T) {
	for in, want := range map[string]Limit{
		"7日": {7, Days}, "十五日": {15, Days}, "15天": {15, Days}, "２０日": {20, Days}, " 90 日": {90, Days},
		"20个工作日": {20, WorkingDays}, "二十个工作日": {20, WorkingDays}, "5工作日": {5, WorkingDays},
		"30个自然日": {30, CalendarDays}, "3个月": {3, Months}, "两个月": {2, Months}, "六月": {6, Months}, "十二个月": {12, Months},
		"1年": {1, Years}, "二年": {2, Years}, "两年": {2, Years}, "24小时": {24, Hours}, "二十四小时": {24, Hours}, "48个小时": {48, Hours},
		"十日": {10, Days}, "一百二十日": {120, Days}, "一百零五日": {105, Days}, "九十日": {90, Days}, "一百一十日": {110, Days},
	} {
		if got, err := ParseLimit(in); err != nil || got != want {
			t.Errorf("%q: %v, %v, want %v", in, got, err, want)
		}
	}
	for in, want := range map[string]string{
		"": "无法识别", "7": "单位", "日": "数字", "半年": "数字", "7.5日": "数字", "0日": "至少为一日", "零日": "至少为一日",
		"-1日": "至少为一日", "-1": "单位", "99999年": "最长", "999999999999999999999日": "最长", "三四日": "数字", "十十日": "数字",
		"百日": "数字", "零二日": "数字", "二十零日": "数字", "零五百日": "数字", "一千五十日": "数字", "三二个月": "数字", "一百五日": "数字", "十零日": "数字", "二〇日": "数字", "7日内": "单位", "7周": "单位", "1e3日": "数字", "一万日": "数字",
	} {
		got, err := ParseLimit(in)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %v, want an error with %q", in, got, err, want)
		}
	}
}

func FuzzParseLimit(f *testing.F) {
	for _, s := range []string{"7日", "二十个工作日", "一百零五日", "-1日", "99999年", "零", "个月", "３个月"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l, err := ParseLimit(s)
		if err != nil {
			return
		}
		back, err := ParseLimit(l.String())
		if err != nil || back != l {
			t.Fatalf("%q gives %v, which reads back as %v, %v", s, l, back, err)
		}
		if _, err := Default().Due(Query{Under: "行政处罚法", Limit: l, From: Default().statutes[0].Versions[0].InForce}); err != nil && l.Word != Hours {
			t.Fatalf("%v parses but does not compute: %v", l, err)
		}
	})
}
