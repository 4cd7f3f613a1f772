// Package noticetest is an area of invented procedures for tests of what the public sees: a
// notice that is put out for comments, published, changed and ended by others, a comment on
// it, and an objection to it.
package noticetest

import (
	"context"
	"embed"
	"testing"

	"zhunsheng/area"
	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/internal/app"
	"zhunsheng/internal/govtest"
	"zhunsheng/procedure"
)

//go:embed *.yaml *.scenario
var files embed.FS

// Add adds the invented area to a configuration.
func Add(c *app.Config) {
	c.Areas = append(c.Areas, area.Area{ID: "test", Name: "虚构", Definitions: files})
}

// What must never be seen by the public: values of personal fields and of fields that no
// publication names.
const (
	SecretPhone  = "13900001111"
	SecretRemark = "内部备注不公开"
	SecretName   = "张某某本人"
)

// Fields are the values of a form.
type Fields = map[procedure.FieldID]string

// Office does what the drafter of a department does with notices and comments.
type Office struct{ *govtest.County }

// New starts the program with the invented area on a fresh SQLite database.
func New(t testing.TB) Office {
	clock := &govtest.Clock{}
	clock.On("2026-09-01")
	config := govtest.Config("", t.TempDir(), clock)
	Add(&config)
	return Office{govtest.Start(t, config, clock)}
}

// Each runs a test with the invented area on both engines.
func Each(t *testing.T, fn func(t *testing.T, o Office)) {
	govtest.EachWith(t, Add, func(t *testing.T, c *govtest.County) { fn(t, Office{c}) })
}

// Begin opens a notice.
func (o Office) Begin(title string) gov.CaseID {
	o.T.Helper()
	done, err := o.Docket.Open(context.Background(), o.As("drafter", "qy-a"), docket.OpenRequest{Procedure: "test.notice", Title: title, Unit: "qy-a"})
	if err != nil {
		o.T.Fatalf("open %s: %v", title, err)
	}
	return done.Case
}

// Try performs a step and tells the version that the case then has.
func (o Office) Try(id gov.CaseID, step procedure.StepID, outcome string, fields Fields, papers ...procedure.PaperID) (int64, error) {
	who := o.As("drafter", "qy-a")
	done, err := o.Docket.Act(context.Background(), who, docket.ActRequest{Case: id, Step: step, Outcome: outcome, Fields: fields,
		Papers: o.Papers(who.Actor.Person, papers...)})
	return done.Version, err
}

// Act is Try that must be accepted.
func (o Office) Act(id gov.CaseID, step procedure.StepID, outcome string, fields Fields, papers ...procedure.PaperID) int64 {
	o.T.Helper()
	version, err := o.Try(id, step, outcome, fields, papers...)
	if err != nil {
		o.T.Fatalf("%s: %v", step, err)
	}
	return version
}

// Consult puts a notice out for comments until a day.
func (o Office) Consult(id gov.CaseID, until, explanation string) int64 {
	o.T.Helper()
	return o.Act(id, "consultation", "published", Fields{"until": until, "explanation": explanation,
		"asker": SecretPhone, "aside-remark": SecretRemark}, "draft", "note", "internal-note")
}

// Issue publishes a notice whose comments were dealt with, repealing or amending another
// when one is named.
func (o Office) Issue(id gov.CaseID, effective string, other gov.CaseID, how string) int64 {
	o.T.Helper()
	f := Fields{"effective-day": effective}
	if other != "" {
		f["replaces"], f["how"] = string(other), how
	}
	return o.Act(id, "issue", "done", f, "final-text")
}

// Whole takes a notice from its opening to its publication, with no public comments.
func (o Office) Whole(title, effective string, other gov.CaseID, how string) gov.CaseID {
	o.T.Helper()
	id := o.Begin(title)
	o.Act(id, "consultation", "internal", Fields{"until": "2026-12-01", "explanation": "说明"}, "draft")
	o.Act(id, "adoption", "done", Fields{"statement": "都采纳了"})
	o.Issue(id, effective, other, how)
	return id
}

// Correct has a correction of an act of some version proposed and approved.
func (o Office) Correct(id gov.CaseID, of int64, fields Fields) {
	o.T.Helper()
	proposed, err := o.Docket.Correct(context.Background(), o.As("reviewer", "qy-a"), docket.CorrectRequest{Case: id, Of: of, Reason: "笔误", Fields: fields})
	if err == nil {
		_, err = o.Docket.DecideCorrection(context.Background(), o.As("secretary", "qy-a"), docket.CorrectionRequest{Case: id, Correction: proposed.Version, Approve: true})
	}
	if err != nil {
		o.T.Fatalf("correct: %v", err)
	}
}

// Hand hands in a comment as the public does.
func (o Office) Hand(id gov.CaseID, text string) docket.Receipt {
	o.T.Helper()
	r, err := o.Docket.Submit(context.Background(), docket.Intake{Procedure: "test.comment", Parent: id, Key: text,
		Fields: Fields{"kind": "citizen", "commenter": SecretName, "comment": text}})
	if err != nil {
		o.T.Fatalf("submit: %v", err)
	}
	return r
}

// Sealed waits until everything is sealed and folded.
func (o Office) Sealed() {
	o.T.Helper()
	if err := o.Settle(context.Background()); err != nil {
		o.T.Fatal(err)
	}
}
