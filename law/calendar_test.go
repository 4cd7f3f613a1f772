package law

import (
	"os"
	"strings"
	"testing"

	"zhunsheng/gov"
)

// differences are the days on which the second source disagrees with the register, each
// with the reason why the register stands.
var differences = map[string]string{}

func TestCalendar_EveryDayAgreesWithASecondSource(t *testing.T) {
	src, err := os.ReadFile("testdata/chinese-days-1.5.7.txt")
	if err != nil {
		t.Fatal(err)
	}
	cal, compared, found := Default().Calendar(), 0, map[string]bool{}
	for _, line := range strings.Split(strings.TrimSpace(string(src)), "\n") {
		month, days, ok := strings.Cut(line, " ")
		if strings.HasPrefix(line, "#") || !ok {
			continue
		}
		first := gov.MustDay(month + "-01")
		for i, c := range days {
			d := first.AddDays(i)
			compared++
			working, _ := cal.IsWorkingDay(d)
			if working == (c == '1') {
				continue
			}
			found[d.String()] = true
			if differences[d.String()] == "" {
				t.Errorf("%s: register says working=%v, the second source %c", d, working, c)
			}
		}
	}
	want := gov.MustDay("2027-01-01").Sub(gov.MustDay("2007-01-01"))
	if compared != want {
		t.Errorf("%d days compared, want %d", compared, want)
	}
	for d := range differences {
		if !found[d] {
			t.Errorf("%s: explained, but the sources agree", d)
		}
	}
}

