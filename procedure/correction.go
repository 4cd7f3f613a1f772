package procedure

import (
	"maps"
	"slices"
	"strings"

	"zhunsheng/gov"
	"zhunsheng/law"
)

// Correctable says who may correct (更正) what was entered, and who approves it.
type Correctable struct {
	Rule    RuleID   `yaml:"rule"`
	By      []RoleID `yaml:"by"`
	Approve []RoleID `yaml:"approve"`
	Cites   []Cite   `yaml:"cites"`
}

// Correction is an act of its own (更正): it names the act whose entry was wrong and what
// stands right, is proposed by one person and approved by another, and only then shows in
// the case. The corrected event stays as it was written. A closed case stays closed.
type Correction struct {
	ID        int64               `json:"id"` // case version of the proposing event
	Of        int64               `json:"of"` // case version of the corrected act
	Step      StepID              `json:"step,omitempty"`
	Reason    string              `json:"reason"`
	Fields    map[FieldID]string  `json:"fields,omitempty"`
	Papers    map[PaperID][]Paper `json:"papers,omitempty"`
	WasFields map[FieldID]string  `json:"was_fields,omitempty"`
	WasPapers map[PaperID][]Paper `json:"was_papers,omitempty"`
	Status    CorrectionStatus    `json:"status"`
	By        gov.Actor           `json:"by"`
	Decided   *gov.Actor          `json:"decided,omitempty"`
	Note      string              `json:"note,omitempty"` // of the decision
}

// CorrectionStatus is where a correction stands.
type CorrectionStatus string

// The correction statuses.
const (
	CorrectionProposed CorrectionStatus = "proposed" // 待批准
	CorrectionApproved CorrectionStatus = "approved" // 已更正
	CorrectionDeclined CorrectionStatus = "declined" // 不予更正
)

// CorrectionAct proposes a correction.
type CorrectionAct struct {
	Of     int64 // case version of the act whose entry was wrong; 1 is the opening
	Reason string
	Fields map[FieldID]string
	Papers map[PaperID][]Paper
	Actor  gov.Actor
}

// CorrectionDecision approves a proposed correction or declines it.
type CorrectionDecision struct {
	ID      int64
	Approve bool
	Note    string
	Actor   gov.Actor
}

// Correct judges the proposal of a correction, of an open case or one that has ended. It
// changes nothing that the case shows.
func (d *Definition) Correct(s *State, a CorrectionAct, env Env) (Effects, []Refusal) {
	j := &judging{d: d, s: s, env: env, act: Act{Occurred: env.Now, Actor: a.Actor, Fields: a.Fields, Papers: a.Papers}}
	k := d.src.Correct
	if k == nil || !d.playsOne(k.By, a.Actor, s.Unit, env) {
		j.refuse(Refusal{Kind: RefusedRole, Rule: ruleOf(k), Text: "您的岗位不能提出更正"})
	}
	if strings.TrimSpace(a.Reason) == "" {
		j.refuse(Refusal{Kind: RefusedForm, Text: "更正须写明理由"})
	}
	fields, papers, step, found := d.entered(s, a.Of)
	if !found {
		j.refuse(Refusal{Kind: RefusedState, Text: "没有可以更正的这一次办理，或者它已被后来的办理替代"})
		return Effects{}, j.no
	}
	c := &Correction{Of: a.Of, Step: step, Reason: strings.TrimSpace(a.Reason), Status: CorrectionProposed, By: a.Actor,
		WasFields: map[FieldID]string{}, WasPapers: map[PaperID][]Paper{}}
	for _, f := range fields {
		if v, given := a.Fields[f.ID]; given && f.Personal && v != "" {
			j.badField(f.ID, "“"+f.Label+"”是个人信息，不写入更正记录", f.Label)
		} else if given && f.Required && strings.TrimSpace(v) == "" {
			j.badField(f.ID, "请填写“"+f.Label+"”", f.Label)
		}
	}
	c.Fields = j.fields(optional(fields))
	c.Papers = j.papers(&Step{ID: step, Papers: optionalPapers(papers)})
	for id := range c.Fields {
		if c.Fields[id] == s.Fields[id] {
			delete(c.Fields, id)
			continue
		}
		c.WasFields[id] = s.Fields[id]
	}
	for id := range c.Papers {
		c.WasPapers[id] = s.Papers[id]
	}
	if len(j.no) == 0 && len(c.Fields)+len(c.Papers) == 0 {
		j.refuse(Refusal{Kind: RefusedForm, Text: "没有写明更正什么"})
	}
	if slices.ContainsFunc(s.Corrections, func(x Correction) bool { return x.Of == a.Of && x.Status == CorrectionProposed }) {
		j.refuse(Refusal{Kind: RefusedState, Text: "对这次办理已有一项更正等待批准"})
	}
	if len(j.no) > 0 {
		return Effects{}, j.no
	}
	return Effects{Correction: c}, nil
}

func ruleOf(k *Correctable) RuleID {
	if k == nil {
		return ""
	}
	return k.Rule
}

func (d *Definition) playsOne(roles []RoleID, a gov.Actor, unit gov.UnitID, env Env) bool {
	return slices.ContainsFunc(roles, func(id RoleID) bool {
		r := d.roles[id]
		return r != nil && r.fits(a, unit, env, env.Now.Day())
	})
}

// entered is the form of the act of a version, while it is the last round of its step.
func (d *Definition) entered(s *State, version int64) ([]Field, []PaperSpec, StepID, bool) {
	if version == 1 {
		return d.src.Start.Fields, nil, "", s.Status != ""
	}
	for _, st := range d.src.Steps {
		if got, ok := s.Steps[st.ID]; ok && got.Version == version && !got.Deemed {
			return st.Fields, st.Papers, st.ID, true
		}
	}
	return nil, nil, "", false
}

// optional drops what only acts need: a correction names what was wrong and no more.
func optional(fs []Field) []Field {
	fs = slices.Clone(fs)
	for i := range fs {
		fs[i].Required, fs[i].RequiredWhen, fs[i].Recording = false, "", false
	}
	return fs
}

func optionalPapers(ps []PaperSpec) []PaperSpec {
	ps = slices.Clone(ps)
	for i := range ps {
		ps[i].Required, ps[i].RequiredWhen = false, ""
	}
	return ps
}

// DecideCorrection judges the approval of a correction. Approved, it replaces what the case
// shows. A gate of a finished step that held on the wrong entry and does not hold on the
// right one becomes a breach: nobody passes a gate on a slip of the pen. A clock that counts
// from a corrected day is counted anew. Breaches are not repaired by a correction.
func (d *Definition) DecideCorrection(s *State, a CorrectionDecision, env Env) (Effects, []Refusal) {
	j := &judging{d: d, s: s, env: env, act: Act{Occurred: env.Now, Actor: a.Actor}}
	k := d.src.Correct
	i := slices.IndexFunc(s.Corrections, func(c Correction) bool { return c.ID == a.ID && c.Status == CorrectionProposed })
	if i < 0 {
		return Effects{}, []Refusal{{Kind: RefusedState, Text: "没有等待批准的这项更正"}}
	}
	c := s.Corrections[i]
	if k == nil || !d.playsOne(k.Approve, a.Actor, s.Unit, env) {
		j.refuse(Refusal{Kind: RefusedRole, Rule: ruleOf(k), Text: "您的岗位不能批准更正"})
	}
	if samePerson(c.By, a.Actor) || samePerson(d.actorOf(s, c.Of), a.Actor) {
		j.refuse(Refusal{Kind: RefusedRole, Rule: ruleOf(k), Text: "更正须由提出人、原办理人以外的人批准"})
	}
	if !a.Approve && strings.TrimSpace(a.Note) == "" {
		j.refuse(Refusal{Kind: RefusedForm, Text: "不予更正须写明理由"})
	}
	if len(j.no) > 0 {
		return Effects{}, j.no
	}
	by := a.Actor
	c.Decided, c.Note, c.Status = &by, strings.TrimSpace(a.Note), CorrectionDeclined
	e := Effects{Correction: &c}
	if !a.Approve {
		return e, nil
	}
	c.Status, e.Fields, e.Papers = CorrectionApproved, maps.Clone(c.Fields), maps.Clone(c.Papers)
	after := s.Clone()
	after.Apply(s.Version+1, a.Actor, e)
	e.Breaches = d.uncovered(s, after)
	e.Clocks = j.countedAnew(after, c.Fields)
	if len(j.no) > 0 {
		return Effects{}, j.no
	}
	return e, nil
}

func (d *Definition) actorOf(s *State, version int64) gov.Actor {
	for _, p := range s.History {
		if p.Version == version {
			return p.By
		}
	}
	return s.OpenedBy
}

// uncovered lists the gates of finished steps that held before and do not hold after.
func (d *Definition) uncovered(before, after *State) []Breach {
	var out []Breach
	for i := range d.src.Steps {
		step := &d.src.Steps[i]
		st, ok := before.Steps[step.ID]
		if !ok || st.Status != StepDone || st.Deemed {
			continue
		}
		act := Act{Step: step.ID, Outcome: st.Outcome, Occurred: st.Occurred, Actor: st.By}
		then, now := &scope{d: d, s: before, act: act, asOf: st.Occurred.Day()}, &scope{d: d, s: after, act: act, asOf: st.Occurred.Day()}
		for k := range d.src.Gates {
			g := &d.src.Gates[k]
			if g.On != step.ID || !g.require.holds(then) || g.require.holds(now) {
				continue
			}
			u, rule := d.refusal(now, g), g.ID
			if g.implied {
				rule = step.Rule
				u.breach = "未经" + d.StepName(g.after) + "即“" + step.Name + "”"
				u.Cites = citations(step.Cites, st.Occurred.Day())
			}
			out = append(out, Breach{Rule: rule, Step: step.ID, Text: "更正之后查明：" + u.breach, Cites: u.Cites})
		}
	}
	return out
}

// countedAnew counts the clocks that run from a corrected day.
func (j *judging) countedAnew(after *State, fields map[FieldID]string) []ClockEffect {
	var out []ClockEffect
	for i := range j.d.src.Clocks {
		c := &j.d.src.Clocks[i]
		st, ok := j.s.Clocks[c.ID]
		_, day := fields[c.CountsFrom]
		_, end := fields[c.Until]
		if !day && !end || !ok || st.Status == ClockCancelled {
			continue
		}
		from, ok := c.countsFrom(st.From, after)
		if !ok {
			continue
		}
		due, ok, err := j.d.ends(c, from, st.Turns, after, j.env)
		if err != nil {
			j.notComputed(c, err)
		}
		if err != nil || !ok {
			continue
		}
		out = append(out, ClockEffect{Clock: c.ID, AfterExpiry: st.Status == ClockLate || st.Status == ClockExpired,
			ClockState: c.recounted(st, from, due, j.env.Now)})
	}
	return out
}

// recounted is a clock whose last day has moved, with the status that follows.
func (c *Clock) recounted(st ClockState, from gov.Day, due law.Due, now gov.Instant) ClockState {
	was, met := st.Status, st.MetOn
	st = st.turned(due, st.Turns, st.Extended)
	st.From = from
	switch {
	case was == ClockMet && c.Kind == AtLeast && met.IsZero(), was == ClockRunning, was == ClockSuspended:
	case was == ClockMet || was == ClockLate:
		st = c.stopped(st, met)
	case was == ClockExpired && st.Due.End() <= now:
		st.Status = ClockExpired
	}
	return st
}
