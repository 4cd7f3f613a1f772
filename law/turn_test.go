package law

import (
	"strings"
	"testing"

	"zhunsheng/gov"
)

func TestParseTurn(t *testing.T) {
	for s, want := range map[string]Turn{
		"中止@2026-07-16":       {Kind: Suspend, On: gov.MustDay("2026-07-16")},
		" 恢复@2026-08-06 ":     {Kind: Resume, On: gov.MustDay("2026-08-06")},
		"延长三十日@2026-09-01":    {Kind: Extend, On: gov.MustDay("2026-09-01"), By: MustLimit("30日")},
		"重新计算@2026-07-06":     {Kind: Restart, On: gov.MustDay("2026-07-06")},
		"补正@2026-07-06":       {Kind: Restart, On: gov.MustDay("2026-07-06")},
		"延长10个工作日@2026-07-06": {Kind: Extend, On: gov.MustDay("2026-07-06"), By: MustLimit("10个工作日")},
	} {
		if got, err := ParseTurn(s); err != nil || got.String() != want.String() || got.Kind != want.Kind {
			t.Errorf("%q: %v, %v", s, got, err)
		}
	}
	for s, want := range map[string]string{
		"中止": "应写作", "中止@7月16日": "应写作", "延长@2026-07-16": "没有写明延长多久", "延长零日@2026-07-16": "至少",
		"停一停@2026-07-16": "可以中止", "中止三日@2026-07-16": "可以中止", "": "应写作",
	} {
		if got, err := ParseTurn(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %v, want %q", s, got, err, want)
		}
	}
}

func FuzzParseTurn(f *testing.F) {
	for _, s := range []string{"中止@2026-07-16", "延长30日@2026-09-01", "补正@2026-07-06", "延长@", "@"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := ParseTurn(s)
		if err != nil {
			return
		}
		if back, err := ParseTurn(got.String()); err != nil || back != got {
			t.Fatalf("%q: %v, %v, %v", s, got, back, err)
		}
	})
}
