package procedure

import (
	"slices"
	"strconv"
	"strings"

	"zhunsheng/gov"
	"zhunsheng/law"
)

// defaultSoon is from how many days left on a clock is shown as near, where the definition
// says nothing. It colours a page and decides nothing.
const defaultSoon = 3

// Next is the step that a case waits for and the post that does it, for lists; empty when
// the case has ended.
func (d *Definition) Next(s *State) (name string, post gov.Post) {
	if s.Status != Open {
		return "", ""
	}
	sc := &scope{d: d, s: s}
	var next *Step
	for i := range d.src.Steps {
		step := &d.src.Steps[i]
		if step.Aside || !d.open(sc, step) || d.lapsed(sc, step) {
			continue
		}
		if next == nil || d.leapt(sc, next) && !d.leapt(sc, step) {
			next = step
		}
	}
	if next == nil {
		return "", ""
	}
	if r := d.roles[next.By]; r != nil && len(r.Posts) > 0 {
		post = r.Posts[0]
	}
	return next.Name, post
}

// leapt reports a step that was left out: one that needs it was recorded as done.
func (d *Definition) leapt(sc *scope, step *Step) bool {
	return slices.ContainsFunc(d.below[step.ID], func(id StepID) bool { return sc.s.Steps[id].Status == StepDone })
}

// open reports a step that is not finished and whose earlier steps have passed.
func (d *Definition) open(sc *scope, step *Step) bool {
	if _, done := sc.step(step.ID); done {
		return false
	}
	return !slices.ContainsFunc(step.After, func(up StepID) bool { return !d.passed(sc, up) })
}

// View shows the case to one actor. Qualifications of the actor are not known here: a role
// that takes one is offered, and Judge decides.
func (d *Definition) View(s *State, actor gov.Actor, env Env) View {
	v := View{Breaches: slices.Clone(s.Breaches), Flags: d.Flags(s), Done: s.Status == Closed || s.Status == Withdrawn}
	v.Corrections = slices.Clone(s.Corrections)
	if k := d.src.Correct; k != nil {
		v.MayCorrect, v.MayDecide = d.playsOne(k.By, actor, s.Unit, env), d.playsOne(k.Approve, actor, s.Unit, env)
	}
	sc := &scope{d: d, s: s}
	for i := range d.src.Steps {
		step := &d.src.Steps[i]
		if _, reached := s.Steps[step.ID]; !step.Aside || reached {
			v.Stations = append(v.Stations, d.station(sc, step, env))
		}
		if _, done := sc.step(step.ID); (!done || step.Again) && s.Status == Open {
			v.Offers = append(v.Offers, d.offer(s, step, actor, env))
		}
	}
	for i := range d.src.Clocks {
		c := &d.src.Clocks[i]
		if st, ok := s.Clocks[c.ID]; ok {
			v.Clocks = append(v.Clocks, c.view(st, env))
		}
	}
	return v
}

func (d *Definition) station(sc *scope, step *Step, env Env) Station {
	st, reached := sc.s.Steps[step.ID]
	out := Station{Step: step.ID, Name: step.Name, Status: StationWaiting, Round: st.Round, Recording: reached && st.Recording}
	if reached {
		out.Day, out.Deemed, out.LateEntry, out.Signer = st.Occurred.Day(), st.Deemed, st.LateEntry, st.Signer
		if o := step.outcome(st.Outcome); o != nil && len(step.Outcomes) > 1 {
			out.Note = o.Name
		}
		if st.Deemed {
			out.Note = "期满视为" + step.Name
		}
	}
	switch {
	case reached && st.Status == StepWaived:
		out.Status = StationWaived
	case reached && st.Status == StepDone:
		out.Status = StationDone
	case d.lapsed(sc, step):
		out.Status = StationWaived
		if !reached {
			out.Note = "不属于应办情形"
		}
	case sc.s.Status != Open:
		out.Note = "未办理"
	case !reached && d.leapt(sc, step):
		out.Note = "未经办理"
	case d.open(sc, step):
		out.Status = StationNow
		if reached {
			out.Status = StationReturned
		}
		if d.late(sc.s, step, env) {
			out.Status = StationLate
		}
	default:
		out.Note = d.waitsFor(sc, step)
	}
	return out
}

// waitsFor says what comes first, for a station that was not reached.
func (d *Definition) waitsFor(sc *scope, step *Step) string {
	for _, up := range step.After {
		if !d.passed(sc, up) {
			return "须先完成" + d.StepName(up)
		}
	}
	return ""
}

// late reports that a maximum that this step would stop has run out.
func (d *Definition) late(s *State, step *Step, env Env) bool {
	return slices.ContainsFunc(d.src.Clocks, func(c Clock) bool {
		st := s.Clocks[c.ID]
		overdue := st.Status == ClockExpired || st.Status == ClockRunning && st.Due.End() <= env.Now
		return c.Kind != AtLeast && overdue && slices.ContainsFunc(c.Stops, func(t Trigger) bool { return t.Step == step.ID })
	})
}

func (d *Definition) offer(s *State, step *Step, actor gov.Actor, env Env) Offer {
	o := Offer{Step: step.ID, Name: step.Name, Help: step.Help, NotApplicable: d.lapsed(&scope{d: d, s: s}, step)}
	role := d.roles[step.By]
	if role != nil {
		o.Role = role.Name
	}
	j := &judging{d: d, s: s, env: env, act: Act{Step: step.ID, Occurred: env.Now, Actor: actor}}
	if role != nil && role.Qualification != "" {
		j.act.Qualifications = []string{role.Qualification}
	}
	entering := j.entering(step)
	if !entering {
		j.role(step.By)
	}
	o.Mine = len(j.no) == 0
	for i := range step.Outcomes {
		out := &step.Outcomes[i]
		ow := OfferOutcome{ID: out.ID, Name: out.Name, Leads: d.leads(step, out), Mine: o.Mine, Reason: out.Reason}
		if out.By != "" {
			try := &judging{d: d, s: s, env: env, act: j.act}
			if r := d.roles[out.By]; r != nil {
				ow.Role = r.Name
				try.act.Qualifications = append(slices.Clone(try.act.Qualifications), r.Qualification)
			}
			try.role(out.By)
			ow.Mine = len(try.no) == 0
		}
		o.Outcomes = append(o.Outcomes, ow)
	}
	if !o.Mine && slices.ContainsFunc(o.Outcomes, func(x OfferOutcome) bool { return x.Mine }) {
		o.Mine, j.no = true, nil
	}
	j.time()
	j.blocked(step)
	j.apply(d.ahead(&scope{d: d, s: s, act: j.act, linked: env.Linked, counts: env.Children}, step))
	j.tooEarlyAhead(step)
	o.Refusals, o.Allowed = j.no, len(j.no) == 0
	o.MayRecord = d.mayRecord(actor, s.Unit, env, env.Now.Day())
	o.Form = d.form(s, step.ID, step.Fields, step.Papers, env)
	if entering {
		for i := range o.Form.Fields {
			o.Form.Fields[i].Required = o.Form.Fields[i].Required || o.Form.Fields[i].ID == step.slip.signer
		}
		for i := range o.Form.Papers {
			o.Form.Papers[i].Required = o.Form.Papers[i].Required || o.Form.Papers[i].ID == step.slip.paper
		}
	}
	return o
}

// blocked refuses a step all of whose outcomes would undo what cannot be undone.
func (j *judging) blocked(step *Step) {
	var first []Refusal
	for i := range step.Outcomes {
		try := &judging{d: j.d, s: j.s}
		try.irrevocable(step, &step.Outcomes[i])
		if len(try.no) == 0 {
			return
		}
		if i == 0 {
			first = try.no
		}
	}
	j.no = append(j.no, first...)
}

// ahead is what is unmet before the form is filled in: gates that read the step's own form
// are judged when it is handed in.
func (d *Definition) ahead(sc *scope, step *Step) []unmetRule {
	return slices.DeleteFunc(d.unmet(sc, step, false), func(u unmetRule) bool {
		i := slices.IndexFunc(d.src.Gates, func(g Gate) bool { return g.ID == u.Rule })
		return i >= 0 && d.usesForm(&d.src.Gates[i])
	})
}

func stopsAll(c *Clock, step *Step) bool {
	return !slices.ContainsFunc(step.Outcomes, func(o Outcome) bool { return !hit(c.Stops, step.ID, o.ID) })
}

// leads says in words where an outcome leads.
func (d *Definition) leads(step *Step, out *Outcome) string {
	switch {
	case out.Return != "" && out.Only:
		return "只重新办理" + d.StepName(out.Return)
	case out.Return != "":
		return "退回" + d.StepName(out.Return)
	case out.Close == Closed:
		return "办结"
	case out.Close == Withdrawn:
		return "终止"
	case out.Waives:
		return "不适用，须说明理由"
	case out.Stops:
		return "不得进入后续环节"
	}
	var next []string
	for _, s := range d.src.Steps {
		if !s.Aside && slices.Contains(s.After, step.ID) {
			next = append(next, s.Name)
		}
	}
	if len(next) == 0 {
		return ""
	}
	return "进入" + strings.Join(next, "、")
}

// OpeningForm is what Start asks for beside the title.
func (d *Definition) OpeningForm() Form {
	return d.form(&State{}, "", d.src.Start.Fields, nil, Env{})
}

// MayStart reports that the actor may open a case of a unit.
func (d *Definition) MayStart(actor gov.Actor, unit gov.UnitID, env Env) bool {
	r := d.roles[d.src.Start.By]
	return r != nil && r.fits(actor, unit, env, env.Now.Day())
}

func (d *Definition) form(s *State, step StepID, fields []Field, papers []PaperSpec, env Env) Form {
	var f Form
	sc := &scope{d: d, s: s, act: Act{Step: step, Occurred: env.Now}, linked: env.Linked, counts: env.Children}
	for i := range fields {
		x := &fields[i]
		f.Fields = append(f.Fields, FormField{ID: x.ID, Type: x.Type, Label: x.Label, Help: x.Help, UsedBy: x.UsedBy,
			Required: x.wanted(sc) || d.wantsReason(s, x.ID, env), Conditional: x.RequiredWhen != "", Personal: x.Personal,
			Recording: x.Recording, Options: x.Options, Value: d.earlier(s, x.ID)})
	}
	for i := range papers {
		p := &papers[i]
		f.Papers = append(f.Papers, FormPaper{ID: p.ID, Label: p.Label, Help: p.Help, Many: p.Many, Kinds: p.Kinds,
			Conditional: p.RequiredWhen != "", Template: d.templateOf(step, p.ID),
			Required: p.wanted(sc) && !(p.Kept && len(s.Papers[p.ID]) > 0), Have: s.Papers[p.ID]})
	}
	return f
}

// earlier is the value of an earlier round, to be looked over and not typed again. A reason
// for an early end is given anew each time.
func (d *Definition) earlier(s *State, id FieldID) string {
	if d.reasons()[id] {
		return ""
	}
	return s.Fields[id]
}

// wantsReason reports that a field holds the reason for ending a minimum early and that
// today is early.
func (d *Definition) wantsReason(s *State, id FieldID, env Env) bool {
	return slices.ContainsFunc(d.src.Clocks, func(c Clock) bool {
		st := s.Clocks[c.ID]
		return c.Unless == id && d.reasons()[id] && st.Status == ClockRunning && !env.Now.Day().After(st.Due)
	})
}

func (c *Clock) view(st ClockState, env Env) ClockView {
	v := ClockView{ID: c.ID, Name: c.Name, Rule: c.Rule, Cites: citations(c.Cites, st.From), From: st.From, Nominal: st.Nominal,
		Due: st.Due, Provisional: st.Provisional, Status: st.Status, MetOn: st.MetOn, Derivation: st.Derivation, Kind: c.Kind,
		Remaining: st.Remaining, Turns: st.Turns}
	v.Unverified = slices.ContainsFunc(c.Cites, func(x Cite) bool { return x.InForce(st.From) && x.Citation().Unverified() })
	v.LeftUnit = "日"
	working := st.Derivation.Unit == law.UnitWorking
	if working {
		v.LeftUnit = "个工作日"
	}
	today := env.Now.Day()
	soon := c.Soon
	if soon == 0 {
		soon = defaultSoon
	}
	switch st.Status {
	case ClockMet:
		v.Tone, v.Text = ToneMet, "按期，"+st.MetOn.Chinese()
		if c.Kind == AtLeast {
			v.Text = "已届满"
		}
	case ClockLate:
		v.Left = -between(st.Due, st.MetOn, working, env.Book)
		v.Tone, v.Text = ToneLate, "逾期"+strconv.Itoa(-v.Left)+v.LeftUnit+"，"+st.MetOn.Chinese()+"办理"
	case ClockCancelled:
		v.Tone, v.Text = ToneNA, "不再计算"
	case ClockSuspended:
		v.Tone, v.Text = ToneNA, "中止，尚余"+st.Remaining
	default:
		v.running(c, st, today, soon, working, env.Book)
	}
	return v
}

func (v *ClockView) running(c *Clock, st ClockState, today gov.Day, soon int, working bool, book *law.Book) {
	switch {
	case c.Kind == AtLeast && !today.After(st.Due):
		v.Left = between(today, st.Due, working, book)
		v.Tone, v.Text = ToneNA, "至"+st.Due.Chinese()+"届满"
	case c.Kind == AtLeast:
		v.Tone, v.Text = ToneMet, "已届满"
	case today.After(st.Due):
		v.Left = -between(st.Due, today, working, book)
		v.Tone, v.Text = ToneLate, "逾期"+strconv.Itoa(-v.Left)+v.LeftUnit
	default:
		v.Left = between(today, st.Due, working, book)
		v.Tone, v.Text = ToneMet, "剩余"+strconv.Itoa(v.Left)+v.LeftUnit
		if v.Left == 0 {
			v.Text = "今日届满"
		}
		near := v.Left
		if n := st.Nominal; !n.IsZero() && n.Before(st.Due) { // who rolls by analogy only had better not count on it
			near = between(today, n, working, book)
			if v.Left > 0 && today.After(n) {
				v.Text += "，" + n.Chinese() + "之后为顺延"
			}
		}
		if near <= soon {
			v.Tone = ToneSoon
		}
	}
}

// longestCount bounds the day-by-day count of between: about ten years.
const longestCount = 4000

// between counts the days after from up to and with to, in the clock's own unit.
func between(from, to gov.Day, working bool, book *law.Book) int {
	n := to.Sub(from)
	if n <= 0 || !working || book == nil || n > longestCount {
		return max(n, 0)
	}
	count := 0
	for d := from.AddDays(1); !d.After(to); d = d.AddDays(1) {
		if ok, _ := book.Calendar().IsWorkingDay(d); ok {
			count++
		}
	}
	return count
}
