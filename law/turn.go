package law

import (
	"strings"

	"zhunsheng/gov"
)

// turnWords are the words in which people write a turn.
var turnWords = []struct {
	text string
	kind TurnKind
}{{"中止", Suspend}, {"恢复", Resume}, {"延长", Extend}, {"重新计算", Restart}, {"补正", Restart}}

// ParseTurn reads one event as written on the command line: 中止@2026-07-16,
// 恢复@2026-08-06, 延长30日@2026-09-01, 重新计算@2026-07-06.
func ParseTurn(s string) (Turn, error) {
	what, on, ok := strings.Cut(strings.TrimSpace(s), "@")
	day, err := gov.ParseDay(on)
	if !ok || err != nil {
		return Turn{}, gov.FieldError("turns", "“%s”无法识别，应写作 中止@2026-07-16、恢复@2026-08-06、延长30日@2026-09-01 或 重新计算@2026-07-06", s)
	}
	for _, w := range turnWords {
		rest, is := strings.CutPrefix(what, w.text)
		if !is {
			continue
		}
		t := Turn{Kind: w.kind, On: day}
		switch {
		case w.kind == Extend && rest == "":
			return Turn{}, gov.FieldError("turns", "“%s”没有写明延长多久，应写作 延长30日@2026-09-01", s)
		case w.kind == Extend:
			t.By, err = ParseLimit(rest)
			return t, err
		case rest == "":
			return t, nil
		}
	}
	return Turn{}, gov.FieldError("turns", "“%s”无法识别，期间可以中止、恢复、延长、重新计算", s)
}

// String is the form that ParseTurn reads.
func (t Turn) String() string {
	if t.Kind == Extend {
		return "延长" + t.By.String() + "@" + t.On.String()
	}
	return turnName(t.Kind) + "@" + t.On.String()
}
