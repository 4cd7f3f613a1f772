package desk

import (
	"fmt"
	"net/http"
	"net/url"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/procedure"
	"zhunsheng/register"
	"zhunsheng/web"
)

// How many cases the workbench shows of each kind; the rest is one link away.
const (
	waitingShown = 10
	nearShown    = 8
)

// task is one thing to do next: what, until when, and why.
type task struct {
	Title, Href string
	Kind        string // procedure and unit
	What        string // the step
	Due         web.BadgeView
	Why         []gateNote
	Marks       []web.BadgeView
}

// startable is a procedure that the reader's post may open.
type startable struct {
	Name, About, Href, Record string
}

// workbenchView answers one question: what do I have to do next, until when, and why.
type workbenchView struct {
	Who        string
	Figures    []figure
	Tasks      []task
	AllTasks   string // address of the whole list, empty when all are shown
	Near       web.Table
	Start      []startable
	Indicators []figure
	Acts       bool // the post acts on cases at all
	Admin      bool
	Registers  []registerLink
}

func (d *Desk) workbench(w http.ResponseWriter, r *http.Request) error {
	who, err := principal(r.Context())
	if err != nil {
		return err
	}
	dir, err := d.directory(r.Context())
	if err != nil {
		return err
	}
	v := workbenchView{Who: who.UnitName + " · " + who.PostName, Admin: who.Admin != identity.WorkPost,
		Acts: who.Access.MayAction(identity.ActOnCase, "") || who.Access.MayAction(identity.OpenCase, "")}
	if v.Admin {
		v.Registers = d.registerLinks(who)
		return web.OK(w, r, workbenchPage(d.shell(w, r, "工作台", navDesk), v))
	}
	if err := d.fillTasks(r, who, dir, &v); err != nil {
		return err
	}
	if err := d.fillFigures(r, who, &v); err != nil {
		return err
	}
	v.Start = d.startables(who, dir)
	if v.Indicators, err = d.indicatorFigures(r, who); err != nil {
		return err
	}
	return web.OK(w, r, workbenchPage(d.shell(w, r, "工作台", navDesk), v))
}

// fillTasks finds the open cases whose next step waits for the reader's post, due first,
// and the cases of the scope that are late or near their limit.
func (d *Desk) fillTasks(r *http.Request, who *identity.Principal, dir *register.Directory, v *workbenchView) error {
	ctx := r.Context()
	mine, err := d.Docket.List(ctx, who, docket.Query{Status: procedure.Open, Awaits: who.Actor.Post, Limit: waitingShown})
	if err != nil {
		return err
	}
	shown := map[gov.CaseID]bool{}
	for _, row := range mine.Rows {
		t, yes, err := d.task(r, who, dir, row)
		if err != nil {
			return err
		}
		if yes {
			shown[row.ID] = true
			v.Tasks = append(v.Tasks, t)
		}
	}
	if mine.More {
		v.AllTasks = casesURL(docket.Query{Status: procedure.Open, Awaits: who.Actor.Post})
	}
	near, err := d.Docket.List(ctx, who, docket.Query{Status: procedure.Open, Limit: nearShown + waitingShown})
	if err != nil {
		return err
	}
	late, err := d.Docket.List(ctx, who, docket.Query{Status: procedure.Open, Late: true, Limit: casesPerPage})
	if err != nil {
		return err
	}
	var rows []docket.Row
	soon := d.today().AddDays(soonDays)
	for _, row := range append(late.Rows, near.Rows...) {
		isNear := !row.NextDue.IsZero() && !row.NextDue.After(soon)
		if shown[row.ID] || len(rows) == nearShown || !isNear && !overdue(row) {
			continue
		}
		shown[row.ID] = true
		rows = append(rows, row)
	}
	v.Near = d.caseTable("已逾期和临近期限的案件", rows, dir, d.manyUnits(who, dir))
	v.Near.Empty = web.Empty{Title: "没有逾期或者临近期限的案件", Text: "范围内的在办案件都在期限之内。", Icon: web.IconCircleCheck}
	if len(v.Tasks) > 0 {
		v.Near.Empty = web.Empty{Title: "没有其他逾期或者临近期限的案件", Icon: web.IconCircleCheck}
	}
	return nil
}

// overdue reports an open case that missed a limit and has no other one running: what was
// missed is still to be done. A case that missed an earlier limit and is within the next
// one is not overdue now; its mark stays.
func overdue(row docket.Row) bool {
	return row.Late > 0 && row.Status == procedure.Open && row.NextDue.IsZero()
}

// task reads one waiting case for what has to be done and why. It reports false when a
// rule keeps this person from the step, e.g. who drafted does not review.
func (d *Desk) task(r *http.Request, who *identity.Principal, dir *register.Directory, row docket.Row) (task, bool, error) {
	t := task{Title: row.Title, Href: caseURL(row.ID), What: row.Station,
		Marks: caseMarks(0, row.Breaches, row.Recording)}
	c, err := d.Docket.Get(r.Context(), who, row.ID)
	if err != nil {
		return t, false, err
	}
	t.Kind = c.Definition.Name() + " · " + unitName(dir, row.Unit)
	now, _ := d.stepCards(who, c)
	for _, card := range now {
		if !card.Mine {
			continue
		}
		if !card.Open {
			t.Marks = append([]web.BadgeView{{Tone: web.Soon, Text: "暂不能办理"}}, t.Marks...)
		}
		t.What, t.Href = card.Name, caseURL(row.ID)+"#"+card.ID
		if len(card.Why) > 0 {
			t.Why = card.Why[:1]
		}
		if card.Due != "" {
			t.Due = web.BadgeView{Tone: card.DueTone, Text: card.Due}
			t.Why = append(t.Why[:len(t.Why):len(t.Why)], card.DueNote)
		} else {
			t.Due = web.BadgeView{Tone: web.NA, Text: "本环节没有期限"}
		}
		if len(t.Why) == 0 {
			t.Why = []gateNote{{Rule: card.Rule, Text: card.Help, Cites: card.Cites}}
		}
		return t, true, nil
	}
	return t, false, nil
}

// fillFigures counts what the reader may see; each number opens the list that it counts.
func (d *Desk) fillFigures(r *http.Request, who *identity.Principal, v *workbenchView) error {
	for _, s := range []struct {
		label string
		q     docket.Query
	}{
		{"在办", docket.Query{Status: procedure.Open}},
		{"等待本岗位办理", docket.Query{Status: procedure.Open, Awaits: who.Actor.Post}},
		{"在办且有逾期", docket.Query{Status: procedure.Open, Late: true}},
		{"办结", docket.Query{Status: procedure.Closed}},
	} {
		n, err := d.Docket.Count(r.Context(), who, s.q)
		if err != nil {
			return err
		}
		v.Figures = append(v.Figures, figure{Label: s.label, Value: countText(n), Href: casesURL(s.q)})
	}
	return nil
}

// countText shows a count; the docket stops counting at its ceiling.
func countText(n int64) string {
	if n >= countCeiling {
		return fmt.Sprintf("%d 以上", countCeiling)
	}
	return fmt.Sprint(n)
}

const countCeiling = 10000

// startables are the procedures that the reader may open for the own unit, performing or
// recording.
func (d *Desk) startables(who *identity.Principal, dir *register.Directory) []startable {
	var out []startable
	for _, def := range d.Docket.Definitions.All() {
		s := startable{Name: def.Name(), About: def.About()}
		if len(d.mayStartFor(who, dir, def)) > 0 {
			s.Href = "/desk/cases/new?" + url.Values{procControl: {def.ID()}}.Encode()
		}
		if len(d.mayRecordFor(who, dir)) > 0 {
			s.Record = "/desk/cases/new?" + url.Values{procControl: {def.ID()}, recordControl: {"1"}}.Encode()
		}
		if s.Href != "" {
			out = append(out, s)
		}
	}
	return out
}

// indicatorFigures are this year's indicators, over what the reader may see, of which some
// case fell short; the board has them all.
func (d *Desk) indicatorFigures(r *http.Request, who *identity.Principal) ([]figure, error) {
	p := wholeYear(d.today().Year())
	all, _, err := d.Board.All(r.Context(), who, p, "")
	if err != nil {
		return nil, err
	}
	var out []figure
	for _, def := range d.Indicators {
		if rate := all[def.ID].Total; rate.Missed() > 0 {
			out = append(out, figure{Label: def.Name, Value: def.Text(rate), Href: indicatorURL(def.ID, p, ""),
				Note: fmt.Sprintf("%d 件中 %d 件不符合", rate.Denominator, rate.Missed())})
		}
	}
	return out, nil
}
