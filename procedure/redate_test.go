package procedure

import (
	"strings"
	"testing"

	"zhunsheng/gov"
)

// A clock that runs into a year without a notice stands provisional; what the same events
// give under another value of a parameter, or a calendar that knows the year, replaces it.
func TestRedate_TouchesRunningClocksOnly(t *testing.T) {
	d := loadFile(t, "testdata/turns.yaml")
	s := upTo(t, d, "中止和恢复，两次", 4)
	env := testEnv(gov.MustDay("2026-07-27").Start())
	if got, errs := d.Redate(s, env); len(got) != 0 || len(errs) != 0 {
		t.Fatalf("nothing has changed: %+v %v", got, errs)
	}
	// What the case was told before differs from what is counted now.
	old := s.Clone()
	c := old.Clocks["decision"]
	c.Due, c.Nominal, c.Provisional = c.Due.AddDays(-2), c.Nominal.AddDays(-2), true
	old.Clocks["decision"] = c
	met := old.Clocks["review"]
	met.Due = met.Due.AddDays(1)
	old.Clocks["review"] = met
	got, errs := d.Redate(old, env)
	if len(got) != 1 || len(errs) != 0 {
		t.Fatalf("%+v %v", got, errs)
	}
	e := got[0].Clocks[0]
	if e.Clock != "decision" || e.Due != s.Clocks["decision"].Due || e.Provisional || e.Status != ClockRunning || len(e.Turns) != 2 ||
		!strings.Contains(e.Derivation.Steps[0].Text, c.Due.Chinese()) {
		t.Errorf("%+v", e)
	}
	slim := got[0]
	old.Slim(&slim)
	old.Apply(old.Version+1, gov.System, slim)
	if old.Clocks["decision"].Due != s.Clocks["decision"].Due || len(old.Clocks["decision"].Derivation.Steps) == 0 {
		t.Errorf("applied: %+v", old.Clocks["decision"])
	}
	if again, _ := d.Redate(old, env); len(again) != 0 {
		t.Errorf("again: %+v", again)
	}
	old.Status = Closed
	if got, _ := d.Redate(old, env); len(got) != 0 {
		t.Errorf("a closed case: %+v", got)
	}
}

func TestRedate_AChangedParameterMovesTheDayAndAMissingOneIsTold(t *testing.T) {
	d := loadFile(t, "../area/rules/normative-document-department.yaml")
	var s *State
	for _, sc := range d.Scenarios() {
		for n := range sc.Lines {
			part := *sc
			part.Lines = sc.Lines[:n+1]
			p := d.Play(&part, testEnv(0).Book, testParams)
			if p.State != nil && p.State.Status == Open && p.State.Clocks["filing"].Status == ClockRunning && len(p.Failures) == 0 {
				s = p.State
			}
		}
	}
	if s == nil {
		t.Fatal("no scenario leaves the filing clock running")
	}
	env := testEnv(s.Clocks["filing"].From.Start())
	env.Param = func(name string, on gov.Day) (Param, bool) { return Param{Value: "45日", Source: "新规定"}, true }
	got, errs := d.Redate(s, env)
	if len(errs) != 0 || len(got) != 1 || !got[0].Clocks[0].Due.After(s.Clocks["filing"].Due) {
		t.Errorf("%+v %v", got, errs)
	}
	env.Param = nil
	if got, errs := d.Redate(s, env); len(got) != 0 || len(errs) != 1 {
		t.Errorf("without the parameter: %+v %v", got, errs)
	}
}
