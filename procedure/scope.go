package procedure

import (
	"strconv"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"zhunsheng/gov"
)

// scope answers the names of formulas for one case and one act. Fields and papers of the
// act lie over those of the case.
//
// asOf, when set, hides steps that occurred on a later day: a recorded meeting of 5 October
// was not preceded by a review of 8 October, in whatever order the two were recorded. Days
// and not instants are compared, because papers know only days.
type scope struct {
	d    *Definition
	s    *State
	act  Act
	asOf gov.Day
	// linked looks at other cases as they stand now; nil leaves what the case itself holds.
	linked func(gov.CaseID) (Linked, bool)
	// counts counts the cases of a procedure that name this one, as of now; nil leaves what the
	// case itself last saw.
	counts func(procedure string) (count, open int)
}

var _ cel.Activation = (*scope)(nil)

// ResolveName implements cel.Activation.
func (sc *scope) ResolveName(name string) (any, bool) {
	v, ok := sc.d.vars[name]
	if !ok {
		return nil, false
	}
	return v.get(sc), true
}

// Parent implements cel.Activation.
func (sc *scope) Parent() cel.Activation { return nil }

// step is the state of a step that counts: done or waived, and not later than asOf.
func (sc *scope) step(id StepID) (StepState, bool) {
	st, ok := sc.s.Steps[id]
	if !ok || st.Status != StepDone && st.Status != StepWaived {
		return StepState{}, false
	}
	if !sc.asOf.IsZero() && st.Occurred.Day().After(sc.asOf) {
		return StepState{}, false
	}
	return st, true
}

func (sc *scope) field(id FieldID) string {
	if v, ok := sc.act.Fields[id]; ok {
		return v
	}
	return sc.s.Fields[id]
}

func (sc *scope) papers(id PaperID) []Paper {
	if v, ok := sc.act.Papers[id]; ok {
		return v
	}
	return sc.s.Papers[id]
}

// dayVal is a day in a formula: a number of days, so that days can be compared and
// subtracted; no day is 0.
func dayVal(d gov.Day) ref.Val {
	if d.IsZero() {
		return types.Int(0)
	}
	return types.Int(d.Sub(gov.Day{}))
}

func dayText(s string) ref.Val {
	d, err := gov.ParseDay(s)
	if err != nil {
		return types.Int(0)
	}
	return dayVal(d)
}

func numberText(s string) ref.Val {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return types.Double(0)
	}
	return types.Double(f)
}
