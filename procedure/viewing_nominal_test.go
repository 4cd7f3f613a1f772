package procedure

import (
	"testing"

	"zhunsheng/gov"
)

// Where a last day was moved over days off, what is due soon is told by the day before it was
// moved: for duties of agencies most statutes say nothing of moving it.
func TestClockView_TellsByTheNominalDayWhatIsDueSoon(t *testing.T) {
	st := ClockState{Status: ClockRunning, Due: gov.MustDay("2026-10-08"), Nominal: gov.MustDay("2026-10-03")}
	for _, c := range []struct {
		today, text string
		tone        Tone
	}{
		{"2026-09-28", "剩余10日", ToneMet},
		{"2026-09-30", "剩余8日", ToneSoon},
		{"2026-10-03", "剩余5日", ToneSoon},
		{"2026-10-05", "剩余3日，2026年10月3日之后为顺延", ToneSoon},
		{"2026-10-08", "今日届满", ToneSoon},
		{"2026-10-09", "逾期1日", ToneLate},
	} {
		v := ClockView{LeftUnit: "日"}
		v.running(&Clock{Kind: AtMost}, st, gov.MustDay(c.today), 3, false, nil)
		if v.Text != c.text || v.Tone != c.tone {
			t.Errorf("on %s: %q %s, want %q %s", c.today, v.Text, v.Tone, c.text, c.tone)
		}
	}
}
