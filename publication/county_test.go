package publication_test

import (
	"context"
	"os"
	"testing"

	"zhunsheng/area"
	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/internal/app"
	"zhunsheng/internal/govtest"
	"zhunsheng/procedure"
	"zhunsheng/publication"
)

// invented is an area of invented procedures: a notice that is put out for comments,
// published, changed and ended by others, a comment on it and an objection to it.
func invented(c *app.Config) {
	c.Areas = append(c.Areas, area.Area{ID: "test", Name: "虚构", Definitions: os.DirFS("testdata")})
}

func each(t *testing.T, fn func(t *testing.T, c *office)) {
	govtest.EachWith(t, invented, func(t *testing.T, c *govtest.County) { fn(t, &office{County: c}) })
}

// office does what a department does with notices and comments.
type office struct {
	*govtest.County
	n int
}

func (o *office) open(title string) gov.CaseID {
	o.T.Helper()
	done, err := o.Docket.Open(context.Background(), o.As("drafter", "qy-a"), docket.OpenRequest{Procedure: "test.notice", Title: title, Unit: "qy-a"})
	if err != nil {
		o.T.Fatalf("open %s: %v", title, err)
	}
	return done.Case
}

func (o *office) act(id gov.CaseID, step procedure.StepID, outcome string, fields map[procedure.FieldID]string, papers ...procedure.PaperID) {
	o.T.Helper()
	if _, err := o.try(id, step, outcome, fields, papers...); err != nil {
		o.T.Fatalf("%s: %v", step, err)
	}
}

func (o *office) try(id gov.CaseID, step procedure.StepID, outcome string, fields map[procedure.FieldID]string, papers ...procedure.PaperID) (docket.Done, error) {
	who := o.As("drafter", "qy-a")
	return o.Docket.Act(context.Background(), who, docket.ActRequest{Case: id, Step: step, Outcome: outcome, Fields: fields,
		Papers: o.Papers(who.Actor.Person, papers...)})
}

// consult puts a notice out for comments until a day.
func (o *office) consult(id gov.CaseID, until string) {
	o.act(id, "consultation", "published", map[procedure.FieldID]string{"until": until, "explanation": "第一段说明。\n第二段说明。",
		"asker": secretPhone, "aside-remark": secretRemark}, "draft", "note", "internal-note")
}

// issue publishes a notice, ending or amending another when one is named.
func (o *office) issue(id gov.CaseID, effective string, other gov.CaseID, how string) {
	f := map[procedure.FieldID]string{"effective-day": effective}
	if other != "" {
		f["replaces"], f["how"] = string(other), how
	}
	o.act(id, "issue", "done", f, "final-text")
}

// whole takes a notice from its opening to its publication.
func (o *office) whole(title, effective string, other gov.CaseID, how string) gov.CaseID {
	id := o.open(title)
	o.act(id, "consultation", "internal", map[procedure.FieldID]string{"until": "2026-12-01", "explanation": "说明"}, "draft")
	o.act(id, "adoption", "done", map[procedure.FieldID]string{"statement": "都采纳了"})
	o.issue(id, effective, other, how)
	return id
}

// correct has a correction of an act of some version proposed and approved.
func (o *office) correct(id gov.CaseID, of int64, fields map[procedure.FieldID]string) {
	o.T.Helper()
	proposed, err := o.Docket.Correct(context.Background(), o.As("reviewer", "qy-a"), docket.CorrectRequest{Case: id, Of: of, Reason: "笔误", Fields: fields})
	if err == nil {
		_, err = o.Docket.DecideCorrection(context.Background(), o.As("secretary", "qy-a"), docket.CorrectionRequest{Case: id, Correction: proposed.Version, Approve: true})
	}
	if err != nil {
		o.T.Fatalf("correct: %v", err)
	}
}

// submit hands in a comment as the public does.
func (o *office) submit(id gov.CaseID, text string) docket.Receipt {
	o.T.Helper()
	o.n++
	r, err := o.Docket.Submit(context.Background(), docket.Intake{Procedure: "test.comment", Parent: id, Key: text,
		Fields: map[procedure.FieldID]string{"kind": "citizen", "commenter": secretName, "comment": text}})
	if err != nil {
		o.T.Fatalf("submit: %v", err)
	}
	return r
}

func (o *office) get(register string, id gov.CaseID) publication.Entry {
	o.T.Helper()
	o.settle()
	e, _, err := o.Shelf.Get(context.Background(), register, id)
	if err != nil {
		o.T.Fatalf("%s: %v", register, err)
	}
	return e
}

func (o *office) settle() {
	o.T.Helper()
	if err := o.Settle(context.Background()); err != nil {
		o.T.Fatal(err)
	}
}

// What must never be seen by the public.
const (
	secretPhone  = "13900001111"
	secretRemark = "内部备注不公开"
	secretName   = "张某某本人"
)

func on(day string) gov.Day { return gov.MustDay(day) }
