package desk

import (
	"slices"

	"zhunsheng/docket"
	"zhunsheng/identity"
	"zhunsheng/law"
	"zhunsheng/procedure"
	"zhunsheng/web"
)

// stepCard is one step that is not finished, as the page shows it.
type stepCard struct {
	ID       string
	Step     procedure.StepID
	Name     string
	Help     string
	Role     string
	Rule     string
	Mine     bool
	Aside    bool
	Why      []gateNote // the gates of later steps that wait for this one
	Own      []gateNote // the gates it must pass itself
	Cites    []law.Citation
	Refusals []web.Refusal
	Panel    bool      // the refusals stand in the panel, of which a page has one
	Open     bool      // the reader may do it now
	Form     *stepForm // of the first such step; the names of controls are unique on a page
	Href     string    // its own page
	Record   string    // where it is recorded (补录) when it was done outside
	Waits    string    // whom it waits for, when nothing but the post stands in the reader's way
	Due      string    // until when
	DueTone  web.Tone
	DueNote  gateNote // which limit that is
}

// gateNote says in a sentence why something is a gate (必经程序), with its articles.
type gateNote struct {
	Rule  string
	Text  string
	Cites []law.Citation
}

// stepCards are the steps at which the case stands and the rest, in the order of the
// definition. A step beside the line, such as a withdrawal, is never where a case stands.
func (d *Desk) stepCards(who *identity.Principal, c *docket.Case) (now, later []stepCard) {
	current := map[procedure.StepID]bool{}
	for _, s := range c.View.Stations {
		if spec, ok := c.Definition.Step(s.Step); ok && !spec.Aside && standing(s.Status) {
			current[s.Step] = true
		}
	}
	for _, o := range c.View.Offers {
		card := d.stepCard(c, o)
		if current[o.Step] {
			card.Open = card.Mine && o.Allowed
			if card.Open && !slices.ContainsFunc(now, func(x stepCard) bool { return x.Form != nil }) {
				f := d.newStepForm(c, o)
				card.Form = &f
			}
			card.Panel = len(card.Refusals) > 0 && !slices.ContainsFunc(now, func(x stepCard) bool { return x.Panel })
			now = append(now, card)
		} else {
			later = append(later, card)
		}
	}
	return now, later
}

func (d *Desk) stepCard(c *docket.Case, o procedure.Offer) stepCard {
	card := stepCard{ID: stepAnchor(o.Step), Step: o.Step, Name: o.Name, Help: o.Help, Role: o.Role, Mine: o.Mine && c.MayAct,
		Href: stepURL(c.Row.ID, o.Step)}
	if o.MayRecord && c.MayRecord {
		card.Record = recordStepURL(c.Row.ID, o.Step)
	}
	spec, ok := c.Definition.Step(o.Step)
	if ok {
		card.Rule, card.Aside, card.Cites = string(spec.Rule), spec.Aside || o.NotApplicable, citations(spec.Cites)
	}
	card.Why, card.Own = gateNotes(c.Definition, o.Step)
	no := o.Refusals
	if o.Mine && !c.MayAct {
		no = append(slices.Clone(no), procedure.Refusal{Kind: procedure.RefusedRole, Text: "您当前的岗位没有这个案件的办理权限"})
	}
	if onlyRole(no) {
		card.Waits = o.Role
	} else {
		card.Refusals = refusals(c, no, "")
	}
	for _, v := range c.View.Clocks {
		spec, ok := c.Definition.Clock(v.ID)
		live := v.Status == procedure.ClockRunning || v.Status == procedure.ClockExpired
		if ok && live && v.Kind != procedure.AtLeast && stopsAt(spec, o.Step) {
			card.Due, card.DueTone = join("，", "最后一日 "+web.LongDay(v.Due), v.Text), web.Tone(v.Tone)
			card.DueNote = gateNote{Rule: string(v.Rule), Text: join("：", v.Name, v.Derivation.Limit), Cites: v.Cites}
		}
	}
	return card
}

// onlyRole reports that the step is simply somebody else's. A rule that keeps this very
// person from it, such as that who drafted does not review, is explained as a refusal.
func onlyRole(no []procedure.Refusal) bool {
	return len(no) > 0 && !slices.ContainsFunc(no, func(r procedure.Refusal) bool {
		return r.Kind != procedure.RefusedRole || r.Rule != ""
	})
}

func stopsAt(c procedure.Clock, step procedure.StepID) bool {
	return slices.ContainsFunc(c.Stops, func(t procedure.Trigger) bool { return t.Step == step })
}

// gateNotes are the gates of later steps that wait for a step, which is why it cannot be
// skipped, and those that it must pass itself.
func gateNotes(def *procedure.Definition, step procedure.StepID) (waiting, own []gateNote) {
	for _, g := range def.Gates() {
		note := gateNote{Rule: string(g.ID), Text: g.Text, Cites: citations(g.Cites)}
		if g.On == step {
			own = append(own, note)
		} else if slices.ContainsFunc(g.Missing, func(l procedure.Lacking) bool { return l.Step == step }) {
			waiting = append(waiting, note)
		}
	}
	return waiting, own
}
