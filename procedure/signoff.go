package procedure

import (
	"slices"
	"strings"
)

// Signoff is an internal sign-off (审签) written once and required by any step: its stages
// become steps of their own before that step, so that order, return, skipping, the line of
// stations and the model check hold for them as for all others.
type Signoff struct {
	ID   string `yaml:"id"`
	Name string `yaml:"name"`
	// Enter are the roles that may enter a signed slip (纸质批示录入) for a signer who does
	// not sign here.
	Enter  []RoleID `yaml:"enter"`
	Stages []Stage  `yaml:"stages"`
}

// Stage is one signature of a sign-off (拟稿、核稿、法制机构、会签、分管负责人、签发).
type Stage struct {
	ID        string `yaml:"id"`
	Name      string `yaml:"name"`
	By        RoleID `yaml:"by"`
	When      string `yaml:"when"` // as of a step
	Otherwise string `yaml:"otherwise"`
	Cites     []Cite `yaml:"cites"`
}

// SignoffUse is a step's demand of a sign-off; rules are the rule ids of its stages.
type SignoffUse struct {
	Use   string   `yaml:"use"`
	Rules []RuleID `yaml:"rules"`
}

// slip is how a signed slip is entered for a stage.
type slip struct {
	enter  []RoleID
	signer FieldID
	paper  PaperID
}

// signoffs puts the stages of each sign-off before the step that requires it. at keeps the
// place of every step in the text.
func (d *Definition) signoffs() {
	var out []Step
	d.at = nil
	for i, s := range d.src.Steps {
		if s.Signoff != nil {
			stages, at := d.stages(&s, i)
			out, d.at = append(out, stages...), append(d.at, at...)
			if n := len(stages); n > 0 {
				s.After = append(slices.Clone(s.After), stages[n-1].ID)
			}
		}
		out, d.at = append(out, s), append(d.at, []any{"steps", i})
	}
	d.src.Steps = out
}

func (d *Definition) stages(s *Step, i int) (out []Step, at [][]any) {
	k := slices.IndexFunc(d.src.Signoffs, func(x Signoff) bool { return x.ID == s.Signoff.Use })
	if k < 0 {
		d.fault(d.place("steps", i, "signoff", "use"), s.Rule, "没有审签“%s”", s.Signoff.Use)
		return nil, nil
	}
	so := d.src.Signoffs[k]
	if len(so.Stages) != len(s.Signoff.Rules) {
		d.fault(d.place("steps", i, "signoff", "rules"), s.Rule, "审签“%s”有%d个环节，规则编号（rules）写了%d个", so.Name, len(so.Stages), len(s.Signoff.Rules))
		return nil, nil
	}
	after := s.After
	first := StepID("")
	for n, st := range so.Stages {
		id := string(s.ID) + "-" + st.ID
		step := Step{ID: StepID(id), Rule: s.Signoff.Rules[n], Name: st.Name + "（" + s.Name + "）", By: st.By, After: after,
			When: st.When, Otherwise: st.Otherwise, Cites: st.Cites, Help: so.Name + "：在此签署，或者录入已签的审签单。",
			Fields: []Field{
				{ID: FieldID(id + "-opinion"), Type: LongTextField, Label: "签署意见", UsedBy: "其后的签署人"},
				{ID: FieldID(id + "-signer"), Type: TextField, Label: "纸质批示的签署人", Help: "录入纸质批示时填写。办理时间写签署之日。", UsedBy: "核对人：与扫描件核对"},
			},
			Papers:   []PaperSpec{{ID: PaperID(id + "-slip"), Label: "已签的审签单（扫描件）", Kinds: []string{"pdf", "ofd", "jpg", "jpeg", "png"}}},
			Outcomes: []Outcome{{ID: "signed", Name: "同意"}},
			slip:     &slip{enter: so.Enter, signer: FieldID(id + "-signer"), paper: PaperID(id + "-slip")}}
		if n == 0 {
			first = step.ID
		} else {
			step.Outcomes = append(step.Outcomes, Outcome{ID: "returned", Name: "退回修改", Return: first})
		}
		if st.When != "" {
			step.Outcomes = append(step.Outcomes, Outcome{ID: "waived", Name: "不适用", Waives: true})
		}
		out, at = append(out, step), append(at, []any{"signoffs", k, "stages", n})
		after = []StepID{step.ID}
	}
	return out, at
}

// entering reports that the actor does not sign but enters the signed slip.
func (j *judging) entering(step *Step) bool {
	if step.slip == nil || j.act.Recording != nil {
		return false
	}
	r, on := j.d.roles[step.By], j.act.Occurred.Day()
	if r != nil && r.fits(j.act.Actor, j.s.Unit, j.env, on) {
		return false
	}
	return slices.ContainsFunc(step.slip.enter, func(id RoleID) bool {
		e := j.d.roles[id]
		return e != nil && e.fits(j.act.Actor, j.s.Unit, j.env, on)
	})
}

// slip wants scan and signer of whoever enters a slip; whoever signs here names nobody.
func (j *judging) slip(step *Step) {
	if step.slip == nil || j.act.Recording != nil {
		return
	}
	signer := strings.TrimSpace(j.act.Fields[step.slip.signer])
	if !j.entering(step) {
		if signer != "" {
			j.badField(step.slip.signer, "在此签署的，不填写纸质批示的签署人", "纸质批示的签署人")
		}
		return
	}
	if signer == "" {
		j.badField(step.slip.signer, "录入纸质批示须写明签署人", "纸质批示的签署人")
	}
	if len(j.act.Papers[step.slip.paper]) == 0 {
		j.badPaper(step.slip.paper, "录入纸质批示须附已签的审签单", "已签的审签单（扫描件）")
	}
}

// signer is who signed the slip that this act enters.
func (j *judging) signer(step *Step) string {
	if j.deemed || !j.entering(step) {
		return ""
	}
	return j.act.Fields[step.slip.signer]
}
