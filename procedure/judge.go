package procedure

import (
	"slices"
	"strings"
)

// Judge judges one act on a case (办理或者补录). It gives either everything the act does or
// everything that stands against it, never both.
//
// Performing: every unmet gate, missing earlier step and too early end refuses.
// Recording: the fact has happened, so gates, order, minimum periods and missing papers do
// not refuse; each becomes a Breach. What refuses even a recording is about identity or
// form: an unknown or finished step, a closed case, a recorder without that right, no
// reason or source, a malformed or missing field, an instant in the future, and a return
// that would undo what cannot be undone.
func (d *Definition) Judge(s *State, a Act, env Env) (Effects, []Refusal) {
	j := &judging{d: d, s: s, act: a, env: env}
	step := d.steps[a.Step]
	if step == nil {
		return Effects{}, []Refusal{{Kind: RefusedForm, Text: "本程序没有这个环节"}}
	}
	out := j.outcome(step)
	if out == nil {
		return Effects{}, j.no
	}
	j.act.Outcome = out.ID
	j.state(step)
	j.time()
	if !j.entering(step) {
		j.role(out.role(step))
	}
	j.recording()
	j.slip(step)
	fields := j.fields(step.Fields)
	papers := j.papers(step)
	links := j.links(step.Fields, fields)
	j.reason(step, out)
	sc := j.scope()
	j.duty(sc, step, out)
	j.apply(j.unmet(sc, step))
	j.tooEarly(step, out.ID)
	j.extended(sc, step, out)
	j.irrevocable(step, out)
	if len(j.no) > 0 {
		return Effects{}, j.no
	}
	e, no := j.effects(step, out, fields, papers)
	if len(no) == 0 {
		e.Links, e.Children = j.looked(links), j.counted(step)
	}
	return e, no
}

// scope is the case as the act finds it, with the act's own form laid over it.
func (j *judging) scope() *scope {
	return &scope{d: j.d, s: j.s, act: j.act, asOf: j.act.Occurred.Day(), linked: j.env.Linked, counts: j.env.Children}
}

// leaves is the case as the act leaves it.
func (j *judging) leaves(after *State) *scope {
	return &scope{d: j.d, s: after, act: j.act, linked: j.env.Linked, counts: j.env.Children}
}

// role is who decides on an outcome.
func (o *Outcome) role(step *Step) RoleID {
	if o.By != "" {
		return o.By
	}
	return step.By
}

// reason wants the reason that an outcome takes (不适用的理由). A reason is given anew each
// time.
func (j *judging) reason(step *Step, out *Outcome) {
	if out.Reason == "" || j.act.Fields[out.Reason] != "" {
		return
	}
	label := string(out.Reason)
	if f := j.d.fields[out.Reason]; f != nil {
		label = f.Label
	}
	j.badField(out.Reason, "办理结果为“"+out.Name+"”的，请填写“"+label+"”", label)
}

// judging gathers what stands against one act.
type judging struct {
	d        *Definition
	s        *State
	act      Act
	env      Env
	no       []Refusal
	breaches []Breach
	lawful   map[RuleID]bool // the extensions that this act may make
	deemed   bool            // no act: a clock ran out
}

func (j *judging) refuse(r Refusal) { j.no = append(j.no, r) }

// apply makes unmet rules refuse a performing act and be breaches of a recording one.
func (j *judging) apply(unmet []unmetRule) {
	for _, u := range unmet {
		if j.act.Recording == nil {
			j.refuse(u.Refusal)
			continue
		}
		j.breaches = append(j.breaches, Breach{Rule: u.Rule, Step: j.act.Step, Text: u.breach, Cites: u.Cites})
	}
}

func (j *judging) outcome(step *Step) *Outcome {
	if j.act.Outcome == "" && len(step.Outcomes) == 1 {
		return &step.Outcomes[0]
	}
	if o := step.outcome(j.act.Outcome); o != nil {
		return o
	}
	j.refuse(Refusal{Kind: RefusedForm, Text: "请选择“" + step.Name + "”的办理结果"})
	return nil
}

func (j *judging) state(step *Step) {
	switch {
	case j.s.Status == Withdrawn:
		j.refuse(Refusal{Kind: RefusedState, Text: "案件已经终止"})
	case j.s.Status == Closed:
		j.refuse(Refusal{Kind: RefusedState, Text: "案件已经办结"})
	case j.s.Status != Open:
		j.refuse(Refusal{Kind: RefusedState, Text: "案件尚未启动"})
	}
	if st, ok := j.s.Steps[step.ID]; ok && st.Status != StepReturned && !step.Again && !j.inTimeAfterAll(st) {
		j.refuse(Refusal{Kind: RefusedState, Text: "“" + step.Name + "”已于" + st.Occurred.Day().Chinese() + "办理"})
	}
}

// inTimeAfterAll lets an act that was done in time and is entered late (补录) stand where its
// absence was deemed something else.
func (j *judging) inTimeAfterAll(st StepState) bool {
	if !st.Deemed || j.act.Recording == nil {
		return false
	}
	return slices.ContainsFunc(j.d.src.Clocks, func(c Clock) bool {
		k := j.s.Clocks[c.ID]
		return c.Deemed != nil && c.Deemed.Step == j.act.Step && k.Status == ClockExpired && !j.act.Occurred.Day().After(k.Due)
	})
}

func (j *judging) time() {
	switch at := j.act.Occurred; {
	case at.IsZero():
		j.refuse(Refusal{Kind: RefusedForm, Text: "没有写明办理的时间"})
	case at > j.env.Now:
		j.refuse(Refusal{Kind: RefusedTime, Text: "办理时间" + at.Day().Chinese() + "尚未到来"})
	case at.Day().Before(j.s.Opened.Day()) && j.s.Status != "":
		j.refuse(Refusal{Kind: RefusedTime, Text: "办理时间早于案件启动之日" + j.s.Opened.Day().Chinese()})
	}
}

func (j *judging) recording() {
	r := j.act.Recording
	if r == nil {
		return
	}
	if strings.TrimSpace(r.Reason) == "" {
		j.refuse(Refusal{Kind: RefusedForm, Text: "补录须写明为何未在系统中办理"})
	}
	if strings.TrimSpace(r.Source) == "" {
		j.refuse(Refusal{Kind: RefusedForm, Text: "补录须写明依据的原始材料"})
	}
}

// duty refuses a waiver where the step is required (应当办理的环节不得以不适用略过). It
// refuses a recording too: that a step was left out is recorded by not recording it.
func (j *judging) duty(sc *scope, step *Step, out *Outcome) {
	if !out.Waives || step.When == "" || !step.when.holds(sc) && step.when != nil {
		return
	}
	j.refuse(Refusal{Kind: RefusedGate, Rule: step.Rule, Cites: citations(step.Cites, j.act.Occurred.Day()),
		Text: "“" + step.Name + "”应当办理，不能作为不适用。可以不办理的情形：" + step.Otherwise})
}

// irrevocable refuses a return or a withdrawal over a final step (已公布的文件不能退回起草).
func (j *judging) irrevocable(step *Step, out *Outcome) {
	if out.Return == "" && out.Close != Withdrawn {
		return
	}
	for i := range j.d.src.Steps {
		f := &j.d.src.Steps[i]
		st := j.s.Steps[f.ID]
		if !f.Final || st.Status != StepDone || f.ID == step.ID {
			continue
		}
		if out.Return != "" && f.ID != out.Return && (out.Only || !slices.Contains(j.d.below[out.Return], f.ID)) {
			continue
		}
		j.refuse(Refusal{Kind: RefusedState, Rule: f.Rule, Cites: citations(f.Cites, j.act.Occurred.Day()),
			Text: "“" + f.Name + "”已于" + st.Occurred.Day().Chinese() + "办理，不能再“" + out.Name + "”"})
	}
}

// unmetRule is one rule that does not hold, as a refusal and in the words of a breach.
type unmetRule struct {
	Refusal
	breach string
}

// unmet lists every gate, order and required paper of a step that is not there. sc says
// for which act; the same list decides a later repair. An earlier step that a gate names is
// the gate's to ask for: the gate is the law behind that arrow.
func (d *Definition) unmet(sc *scope, step *Step, recording bool) []unmetRule {
	var out []unmetRule
	gates := d.Gates()
	for i := range gates {
		if g := &gates[i]; g.On == step.ID && !g.require.holds(sc) {
			out = append(out, d.refusal(sc, g))
		}
	}
	if u, bad := d.order(sc, step, d.named(step.ID)); bad {
		out = append(out, u)
	}
	if recording {
		out = append(out, d.papersMissing(sc, step)...)
	}
	return out
}

func (j *judging) unmet(sc *scope, step *Step) []unmetRule {
	return j.d.unmet(sc, step, j.act.Recording != nil)
}

func (d *Definition) refusal(sc *scope, g *Gate) unmetRule {
	var missing []Missing
	for _, l := range g.Missing {
		if l.there(sc) {
			continue
		}
		missing = append(missing, Missing{Text: l.Text, Step: l.Step, Field: l.Field, Paper: l.Paper})
	}
	if len(missing) == 0 {
		for _, l := range g.Missing {
			missing = append(missing, Missing{Text: l.Text, Step: l.Step, Field: l.Field, Paper: l.Paper})
		}
	}
	texts := make([]string, len(missing))
	for i, m := range missing {
		texts[i] = m.Text
	}
	lacking := strings.Join(texts, "、")
	return unmetRule{
		Refusal: Refusal{Kind: RefusedGate, Rule: g.ID, Missing: missing, Cites: citations(g.Cites, sc.act.Occurred.Day()),
			Text: "暂不能办理，尚缺" + lacking + "：" + g.Text},
		breach: "缺" + lacking + "即“" + d.StepName(g.On) + "”：" + g.Text,
	}
}

// there reports that what may be lacking is there. Without a pointer it is never known.
func (l Lacking) there(sc *scope) bool {
	switch {
	case l.When != "":
		return !l.when.holds(sc)
	case l.Step != "":
		st, ok := sc.step(l.Step)
		return ok && (l.Outcome == "" || st.Outcome == l.Outcome)
	case l.Paper != "":
		return len(sc.papers(l.Paper)) > 0
	case l.Field != "":
		return sc.field(l.Field) != ""
	}
	return false
}

// order names the earlier steps that are missing, save those that a gate asks for.
func (d *Definition) order(sc *scope, step *Step, named []StepID) (unmetRule, bool) {
	var missing []Missing
	var texts []string
	for _, up := range step.After {
		if slices.Contains(named, up) || d.passed(sc, up) {
			continue
		}
		text := d.StepName(up)
		if st, done := sc.s.Steps[up]; done && st.Status == StepDone && st.Occurred.Day().After(sc.asOf) && !sc.asOf.IsZero() {
			text += "（" + st.Occurred.Day().Chinese() + "办理，晚于本次）"
		}
		missing = append(missing, Missing{Text: text, Step: up})
		texts = append(texts, text)
	}
	lacking := strings.Join(texts, "、")
	return unmetRule{
		Refusal: Refusal{Kind: RefusedOrder, Rule: step.Rule, Missing: missing, Cites: citations(step.Cites, sc.act.Occurred.Day()),
			Text: "暂不能办理，尚缺" + lacking},
		breach: "未经" + lacking + "即“" + step.Name + "”",
	}, len(missing) > 0
}

func (d *Definition) papersMissing(sc *scope, step *Step) []unmetRule {
	var out []unmetRule
	for _, p := range step.Papers {
		if p.wanted(sc) && len(sc.papers(p.ID)) == 0 {
			out = append(out, unmetRule{
				Refusal: Refusal{Kind: RefusedForm, Rule: step.Rule, Cites: citations(step.Cites, sc.act.Occurred.Day())},
				breach:  "“" + step.Name + "”没有" + p.Label,
			})
		}
	}
	return out
}

// repairs lists the rules of earlier breaches that now hold (补正). Minimum periods and
// extensions are never repaired: time cannot be given back.
func (d *Definition) repairs(after *State, env Env) []RuleID {
	var out []RuleID
	for _, b := range after.Breaches {
		step := d.steps[b.Step]
		if b.Repaired != 0 || step == nil || slices.Contains(out, b.Rule) || d.isClock(b.Rule) {
			continue
		}
		st := after.Steps[b.Step]
		sc := &scope{d: d, s: after, act: Act{Step: b.Step, Outcome: st.Outcome, Occurred: st.Occurred, Actor: st.By},
			linked: env.Linked, counts: env.Children}
		if !slices.ContainsFunc(d.unmet(sc, step, true), func(u unmetRule) bool { return u.Rule == b.Rule }) {
			out = append(out, b.Rule)
		}
	}
	return out
}

func (d *Definition) isClock(rule RuleID) bool {
	return slices.ContainsFunc(d.src.Clocks, func(c Clock) bool {
		return c.Rule == rule || slices.ContainsFunc(c.Extends, func(x Extension) bool { return x.Rule == rule })
	})
}
