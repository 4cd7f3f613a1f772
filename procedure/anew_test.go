package procedure

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"zhunsheng/gov"
	"zhunsheng/law"
)

// earlierLines are the lines of a derivation that tell of earlier runs.
func earlierLines(due law.Due) []string {
	var out []string
	for _, s := range due.Steps {
		if s.Kind == earlierRun {
			out = append(out, s.Text)
		}
	}
	return out
}

// How each earlier run ended stands in the derivation of the later ones, whatever starts them.
func TestClock_TellsHowItsEarlierRunsEnded(t *testing.T) {
	d := loadFile(t, "testdata/restarted.yaml")
	for _, c := range []struct {
		scenario string
		clock    ClockID
		round    int
		from     string
		told     []string
	}{
		{"补正通知使审查期限了结；收到补正之日起重新计算，先前按期了结写在推算过程里", "review", 2, "2026-08-03",
			[]string{"第1次自2026年7月6日起算，至2026年7月13日届满，2026年7月8日了结，按期"}},
		{"逾期才通知补正的，重新计算不抹去逾期", "review", 2, "2026-08-03",
			[]string{"第1次自2026年7月6日起算，至2026年7月13日届满，2026年7月15日了结，逾期"}},
		{"退回重新申请的，重新起算；没有了结的也写明", "review", 2, "2026-07-20",
			[]string{"第1次自2026年7月6日起算，至2026年7月13日届满，2026年7月7日了结，按期"}},
		{"受理之后才收到的补正，不再计算", "review", 1, "2026-07-06", nil},
		{"同一日再次询问的，前一次的答复不作数", "reply", 2, "2026-07-07",
			[]string{"第1次自2026年7月7日起算，至2026年7月10日届满，2026年7月7日了结，按期"}},
	} {
		st := scenario(t, d, c.scenario).State.Clocks[c.clock]
		if st.Round != c.round || st.From.String() != c.from {
			t.Errorf("%s: run %d from %s", c.scenario, st.Round, st.From)
		}
		if diff := cmp.Diff(c.told, earlierLines(st.Derivation)); diff != "" {
			t.Errorf("%s: %s", c.scenario, diff)
		}
		if last := st.Derivation.Steps[len(st.Derivation.Steps)-1]; last.Kind == earlierRun {
			t.Errorf("%s: the run itself is not derived", c.scenario)
		}
	}
}

// Nothing that happens to a later run takes away what is told of the earlier ones.
func TestClock_KeepsWhatIsToldOfEarlierRuns(t *testing.T) {
	earlier := ClockState{Status: ClockLate, Round: 1, From: gov.MustDay("2026-07-06"), Due: gov.MustDay("2026-07-13"), MetOn: gov.MustDay("2026-07-15")}
	for _, status := range []ClockStatus{ClockMet, ClockLate, ClockExpired, ClockCancelled, ClockSuspended, ClockRunning} {
		run := earlier
		run.Status = status
		if text := run.told().Text; len(text) < 20 {
			t.Errorf("%s is told as %q", status, text)
		}
	}
	st := ClockState{Derivation: law.Due{Steps: []law.Step{{Kind: "count", Text: "推算"}}}}.begun(earlier)
	third := ClockState{Derivation: law.Due{Steps: []law.Step{{Kind: "count", Text: "再推算"}}}}.begun(st)
	if st.Round != 2 || third.Round != 3 || len(earlierLines(third.Derivation)) != 2 {
		t.Fatalf("%+v", third)
	}
	turned := third.turned(law.Due{Steps: []law.Step{{Kind: "count", Text: "延长之后"}}}, nil, nil)
	if got := earlierLines(turned.Derivation); len(got) != 2 || turned.Derivation.Steps[2].Text != "延长之后" || len(turned.Derivation.Steps) != 3 {
		t.Fatalf("%+v", turned.Derivation)
	}
}

// A calendar notice that moves a later run leaves what is told of the earlier one.
func TestRedate_KeepsWhatIsToldOfEarlierRuns(t *testing.T) {
	d := loadFile(t, "testdata/restarted.yaml")
	s := scenario(t, d, "退回重新申请的，重新起算；没有了结的也写明").State
	env := testEnv(gov.MustDay("2026-07-21").Start())
	st := s.Clocks["review"]
	st.Due = st.Due.AddDays(1) // as another calendar had it
	s.Clocks["review"] = st
	moved, errs := d.Redate(s, env)
	if len(moved) != 1 || len(errs) > 0 {
		t.Fatal(moved, errs)
	}
	steps := moved[0].Clocks[0].Derivation.Steps
	kinds := make([]string, 0, len(steps))
	for _, s := range steps {
		kinds = append(kinds, s.Kind)
	}
	if !slices.Equal(kinds[:2], []string{earlierRun, "redated"}) || slices.Contains(kinds[2:], earlierRun) {
		t.Fatal(kinds)
	}
}
