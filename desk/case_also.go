package desk

import (
	"maps"

	"zhunsheng/docket"
	"zhunsheng/procedure"
	"zhunsheng/web"
)

// clockNames names the limits that an event counts.
func clockNames(c *docket.Case, e procedure.Effects) string {
	var out []string
	for _, k := range e.Clocks {
		if spec, ok := c.Definition.Clock(k.Clock); ok {
			out = append(out, "“"+spec.Name+"”")
		}
	}
	return join("、", out...)
}

// correctionText tells a correction proposed or decided.
func correctionText(c *docket.Case, who string, x *procedure.Correction) string {
	name := "启动"
	if x.Step != "" {
		name = c.Definition.StepName(x.Step)
	}
	switch x.Status {
	case procedure.CorrectionApproved:
		return who + " 批准更正“" + name + "”"
	case procedure.CorrectionDeclined:
		return who + " 不予更正“" + name + "”"
	}
	return who + " 提出更正“" + name + "”"
}

// clocksBefore are the limits as they stood before each event of a case.
func clocksBefore(c *docket.Case) map[int64]map[procedure.ClockID]procedure.ClockState {
	out := map[int64]map[procedure.ClockID]procedure.ClockState{}
	at := map[procedure.ClockID]procedure.ClockState{}
	for _, a := range c.Acts {
		out[a.Envelope.Version] = maps.Clone(at)
		for _, k := range a.Payload.Effects.Clocks {
			at[k.Clock] = k.ClockState
		}
	}
	return out
}

// alsoDid tells what an event did beside its step: who signed, who decided and why, what
// moved, what opened and was entered elsewhere.
func alsoDid(c *docket.Case, a docket.Act, was map[procedure.ClockID]procedure.ClockState) (notes []string) {
	e := a.Payload.Effects
	if st := e.State; st != nil {
		if st.Signer != "" {
			notes = append(notes, st.Signer+"签署，"+actorName(c.Directory, a.Envelope.Actor)+"录入纸质批示")
		}
		if st.LateEntry != nil {
			notes = append(notes, st.LateEntry.Text())
		}
		if s, ok := c.Definition.Step(e.Step); ok {
			for _, o := range s.Outcomes {
				if reason := e.Fields[o.Reason]; o.ID == st.Outcome && o.Reason != "" && reason != "" {
					notes = append(notes, "理由："+reason)
				}
			}
		}
	}
	if e.Open != nil && e.Open.LateEntry != nil {
		notes = append(notes, e.Open.LateEntry.Text())
	}
	for _, k := range e.Clocks {
		spec, ok := c.Definition.Clock(k.Clock)
		old := was[k.Clock]
		turned := len(k.Turns) > len(old.Turns)
		switch moved := ok && !old.Due.IsZero() && old.Due != k.Due && k.Round == old.Round; {
		case !ok:
		case k.Status == procedure.ClockSuspended:
			notes = append(notes, "“"+spec.Name+"”中止，尚余"+k.Remaining)
		case moved && !k.Due.IsZero() && (a.Envelope.Kind == docket.KindRedate || e.Correction != nil || turned):
			notes = append(notes, "“"+spec.Name+"”的最后一日由"+web.LongDay(old.Due)+"改为"+web.LongDay(k.Due))
		case turned && !k.Due.IsZero():
			notes = append(notes, "“"+spec.Name+"”的最后一日为"+web.LongDay(k.Due))
		}
	}
	return notes
}
