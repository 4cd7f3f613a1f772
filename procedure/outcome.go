package procedure

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// effects is what an act does that nothing stands against.
func (j *judging) effects(step *Step, out *Outcome, fields map[FieldID]string, papers map[PaperID][]Paper) (Effects, []Refusal) {
	status := StepDone
	switch {
	case out.Waives:
		status = StepWaived
	case out.Return != "":
		status = StepReturned
	}
	e := Effects{
		Step: step.ID,
		State: &StepState{Status: status, Round: j.s.Steps[step.ID].Round + 1, Outcome: out.ID,
			Occurred: j.act.Occurred, By: j.act.Actor, Recording: j.act.Recording != nil, Deemed: j.deemed, LateEntry: j.lateEntry(), Signer: j.signer(step)},
		Return: j.undone(step, out), Fields: fields, Papers: papers, Breaches: j.breaches, Close: out.Close,
	}
	if !out.Waives && out.Return == "" && !j.deemed {
		e.Numbers = j.numbers(step.Takes)
	}
	e.Clocks = j.turnClocks(j.stopClocks(step, out, e.Return), step, out)
	after := j.s.Clone()
	after.Apply(j.s.Version+1, j.act.Actor, e.withNumbers())
	if out.Close == "" {
		e.Clocks = j.startClocks(e.Clocks, after, Trigger{Step: step.ID, Outcome: out.ID})
	}
	sc := j.leaves(after)
	e.Opens, e.Enters, e.Publishes = j.opens(sc, out, e.Numbers), j.enters(sc, step, out, e.Numbers), j.d.publishes(sc, e)
	if len(j.no) > 0 {
		return Effects{}, j.no
	}
	e.Repairs = j.d.repairs(after, j.env)
	return e, nil
}

// withNumbers stands in for the numbers that the docket will allocate, so that what follows
// from the act sees them as taken.
func (e Effects) withNumbers() Effects {
	e.Numbers = slices.Clone(e.Numbers)
	for i := range e.Numbers {
		if n := &e.Numbers[i]; n.Text == "" {
			n.Text = n.Pattern
		}
	}
	return e
}

// undone lists the steps that a return sets back: the step it leads to and what stands
// below that, as far as it was done, save what the outcome keeps.
func (j *judging) undone(step *Step, out *Outcome) []StepID {
	if out.Return == "" {
		return nil
	}
	var ids []StepID
	for _, s := range j.d.src.Steps {
		st := j.s.Steps[s.ID]
		if s.ID == step.ID || st.Status != StepDone && st.Status != StepWaived || slices.Contains(out.Keeping, s.ID) {
			continue
		}
		if s.ID == out.Return || !out.Only && slices.Contains(j.d.below[out.Return], s.ID) {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

// numbers takes the next of each series. A case keeps a number it has; what is recorded
// takes none, its number was given outside. Mark and series are those of the case's unit,
// or of the body that the series names.
func (j *judging) numbers(takes []Series) []Number {
	var out []Number
	for _, n := range takes {
		if j.s.Numbers[n.Name] != "" {
			continue
		}
		if j.act.Recording != nil {
			if text := j.act.Fields[n.RecordedAs]; n.RecordedAs != "" && text != "" {
				taken := Number{Name: n.Name, Text: text}
				if unit, known := j.env.unit(n.Of, j.s.Unit, j.act.Occurred.Day()); known && n.Of != "" {
					taken.Unit = unit
				}
				out = append(out, taken)
			}
			continue
		}
		year := strconv.Itoa(j.act.Occurred.Day().Year())
		unit, known := j.env.unit(n.Of, j.s.Unit, j.act.Occurred.Day())
		if !known {
			j.refuse(Refusal{Kind: RefusedState, Text: "“" + orID(n.Label, n.Name) + "”用哪个单位的代字，当日没有规定：" + n.Of})
			continue
		}
		mark := ""
		if j.env.UnitName != nil {
			_, mark = j.env.UnitName(unit)
		}
		series := string(unit)
		if n.Scope == "all" {
			series = "all"
		}
		taken := Number{Name: n.Name, Series: series + "/" + n.Name + "/" + year,
			Pattern: strings.NewReplacer("{mark}", mark, "{year}", year).Replace(n.Pattern)}
		if n.Of != "" {
			taken.Unit = unit
		}
		out = append(out, taken)
	}
	return out
}

func sortedKeys[K ~string, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
