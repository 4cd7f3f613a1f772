package procedure

import (
	"os"
	"strings"
	"testing"

	"zhunsheng/gov"
	"zhunsheng/law"
)

// The case waits for what is applicable, and a station that is not applicable says why it
// was not done.
func TestView_WhatIsNotApplicableIsNotWaitedFor(t *testing.T) {
	d := loadFile(t, "testdata/conditional.yaml")
	env := testEnv(gov.MustDay("2026-04-01").Start())
	s := scenario(t, d, "退回之后，轮到时再看是否适用").State
	if name, post := d.Next(s); name != "审核" || post != "head" {
		t.Fatalf("the case waits for %s of %s", name, post)
	}
	stations := map[StepID]Station{}
	for _, st := range d.View(s, gov.Actor{}, env).Stations {
		stations[st.Step] = st
	}
	if st := stations["hear"]; st.Status != StationWaived || st.Note == "" || !st.Day.IsZero() {
		t.Fatalf("%+v", st)
	}
	if st := stations["mend"]; st.Status != StationWaiting { // whether it is applicable nobody knows yet
		t.Fatalf("%+v", st)
	}
	if o := d.View(s, gov.Actor{}, env).Offers; len(o) == 0 || o[0].Step != "hear" || !o[0].NotApplicable {
		t.Fatalf("what is not applicable may be done all the same: %+v", o)
	}
}

// The search sees the arrows to conditional steps: without one a never line is reached.
func TestExplore_NoticesAnArrowThatIsTakenOut(t *testing.T) {
	text, err := os.ReadFile("testdata/conditional.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for arrow, line := range map[string]RuleID{
		"":                       "",
		"after: [compete]":       "CON-N02",
		"after: [check, mend]":   "CON-N03",
		"when: fields.business*": "CON-N02",
	} {
		src := string(text)
		switch {
		case strings.HasPrefix(arrow, "when"):
			src = strings.Replace(src, "when: fields.business\n", "when: \"!fields.business\"\n", 2)
		case arrow != "":
			src = strings.Replace(src, arrow, "after: [draft]", 1)
			if line == "CON-N03" {
				src = strings.Replace(string(text), arrow, "after: [check]", 1)
			}
		}
		d, err := Parse("conditional.yaml", []byte(src))
		if err != nil {
			t.Fatal(err)
		}
		x := d.Explore(law.Default(), testParams, 300_000)
		if !x.Complete {
			t.Fatalf("%q: the search did not end", arrow)
		}
		var never, other []RuleID
		for _, f := range x.Findings {
			if f.Kind == FoundNever {
				never = append(never, f.Rule)
			} else if f.Kind != FoundUnused {
				other = append(other, f.Rule)
			}
		}
		if line == "" && len(x.Findings) > 0 || line != "" && (len(never) == 0 || never[0] != line) || len(other) > 0 {
			t.Errorf("%q: %v", arrow, x.Findings)
		}
	}
}

// Whoever lists the gates of a definition sees those of its text.
func TestGates_ArrowsAreNoGatesOfTheText(t *testing.T) {
	d := loadFile(t, "testdata/conditional.yaml")
	if n := len(d.Gates()); n != 0 {
		t.Fatalf("%d gates in a text that has none", n)
	}
	if n := len(d.src.Gates); n != 3 {
		t.Fatalf("%d arrows to conditional steps, not 3", n)
	}
}
