package publication_test

import (
	"context"
	"strings"
	"testing"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/internal/noticetest"
	"zhunsheng/procedure"
	"zhunsheng/publication"
)

func TestEntry_F040_StandingByTheDay(t *testing.T) {
	change := func(as procedure.Standing, day string) publication.Change {
		return publication.Change{As: as, On: on(day)}
	}
	year := publication.Entry{Status: "in_force", Effective: on("2026-01-10"), Expires: on("2026-12-31")}
	with := func(cs ...publication.Change) publication.Entry { e := year; e.Changes = cs; return e }
	draft := publication.Entry{Status: "in_force", Published: on("2026-03-01"), Effective: on("2026-03-01"), Until: on("2026-03-31")}
	off := draft
	off.Changes = []publication.Change{change(procedure.WithdrawnEntry, "2026-03-10")}
	for _, c := range []struct {
		e         publication.Entry
		day, want string
		open      bool
	}{
		{year, "2026-01-09", "未施行", false},
		{year, "2026-01-10", "有效", false},
		{year, "2026-12-31", "有效", false},
		{year, "2027-01-01", "已失效", false},
		{with(change(procedure.Repealed, "2026-06-01")), "2026-05-31", "有效", false},
		{with(change(procedure.Repealed, "2026-06-01")), "2026-06-01", "已废止", false},
		{with(change(procedure.Amended, "2026-06-01")), "2026-06-01", "已修改", false},
		{with(change(procedure.Amended, "2026-06-01")), "2027-01-01", "已失效", false},
		{with(change(procedure.SuspendedEntry, "2026-06-01")), "2026-07-01", "已中止执行", false},
		{with(change(procedure.Repealed, "2026-06-01"), change(procedure.Amended, "2026-07-01")), "2026-08-01", "已废止", false},
		{with(change(procedure.Amended, "2026-06-01"), change(procedure.Lapsed, "2026-07-01")), "2026-08-01", "已失效", false},
		{with(change(procedure.WithdrawnEntry, "2026-06-01")), "2026-06-01", "已撤下", false},
		{publication.Entry{Status: "withdrawn"}, "2026-06-01", "已撤下", false},
		{draft, "2026-03-31", "征求意见中", true},
		{draft, "2026-04-01", "已结束", false},
		{off, "2026-03-09", "征求意见中", true},
		{off, "2026-03-10", "已撤下", false},
	} {
		if got := c.e.Standing(on(c.day)); got != c.want || c.e.Open(on(c.day)) != c.open {
			t.Errorf("%s of %v: %s, open %v; want %s, %v", c.day, c.e.Changes, got, c.e.Open(on(c.day)), c.want, c.open)
		}
	}
}

func TestProjection_ConsultationShowsWhatTheDutyNames(t *testing.T) {
	noticetest.Each(t, func(t *testing.T, o noticetest.Office) {
		id := o.Begin("养犬管理公告")
		o.Sealed()
		if _, _, err := o.Shelf.Get(context.Background(), "consultations", id); gov.KindOf(err) != gov.NotFound {
			t.Fatalf("before publication: %v", err)
		}
		o.Consult(id, "2026-10-08", "第一段说明。\n第二段说明。")
		e := entry(t, o, "consultations", id)
		if e.Until != on("2026-10-08") || !e.Open(on("2026-10-08")) || e.Procedure != "test.notice" || len(e.Parts) != 1 {
			t.Fatalf("entry: %+v", e)
		}
		p := e.Parts[0]
		if p.Summary != "第一段说明。\n第二段说明。" || p.What != "征求意见稿" || p.Index == 0 {
			t.Errorf("part: %+v", p)
		}
		var labels []string
		for _, f := range e.Files() {
			labels = append(labels, f.Label)
		}
		if got := strings.Join(labels, "，"); got != "征求意见稿，起草说明附件" {
			t.Errorf("files: %s", got)
		}
		open, err := o.Shelf.Open(context.Background(), "consultations", on("2026-10-08"), 10)
		if err != nil || len(open) != 1 {
			t.Errorf("open on the last day: %v, %v", open, err)
		}
		if open, _ := o.Shelf.Open(context.Background(), "consultations", on("2026-10-09"), 10); len(open) != 0 {
			t.Errorf("open after the last day: %v", open)
		}
		page, err := o.Shelf.List(context.Background(), publication.Query{Register: "consultations", EndedBefore: on("2026-10-09"), Limit: 5})
		if err != nil || len(page.Entries) != 1 {
			t.Errorf("ended: %+v, %v", page, err)
		}
		if page, _ := o.Shelf.List(context.Background(), publication.Query{Register: "consultations", EndedBefore: on("2026-10-08"), Limit: 5}); len(page.Entries) != 0 {
			t.Errorf("ended on the last day: %+v", page)
		}
	})
}

// A second round of the step replaces the text; an outcome that the duty does not name
// publishes nothing.
func TestProjection_OutcomeAndSecondRound(t *testing.T) {
	noticetest.Each(t, func(t *testing.T, o noticetest.Office) {
		id := o.Begin("噪声管理公告")
		o.Act(id, "consultation", "internal", noticetest.Fields{"until": "2026-10-01", "explanation": "内部说明"}, "draft")
		o.Sealed()
		if all, _, err := o.Shelf.Of(context.Background(), id); err != nil || len(all) != 0 {
			t.Fatalf("an internal round is public: %+v, %v", all, err)
		}
		o.Act(id, "adoption", "again", noticetest.Fields{"statement": "不公开的说明"})
		o.Consult(id, "2026-10-10", "第一段说明。\n第二段说明。")
		o.Clock.On("2026-09-20")
		o.Act(id, "adoption", "again", noticetest.Fields{"statement": "不公开的说明"})
		o.Consult(id, "2026-11-10", "第一段说明。\n第二段说明。")
		e := entry(t, o, "consultations", id)
		if e.Until != on("2026-11-10") || e.Published != on("2026-09-20") || len(e.Parts) != 1 {
			t.Errorf("second round: %+v", e)
		}
		o.Act(id, "adoption", "done", noticetest.Fields{"statement": "采纳三条"})
		if s := entry(t, o, "adoption-statements", id); s.Parts[0].Summary != "采纳三条" {
			t.Errorf("statement: %+v", s)
		}
	})
}

func TestProjection_RepealAmendmentAndOwnStanding(t *testing.T) {
	noticetest.Each(t, func(t *testing.T, o noticetest.Office) {
		first := o.Whole("公告一", "2026-09-01", "", "")
		second := o.Whole("公告二", "2026-10-01", first, "amends")
		third := o.Whole("公告三", "2027-01-01", first, "repeals")
		e := entry(t, o, "normative-documents", first)
		for day, want := range map[string]string{"2026-09-30": "有效", "2026-10-01": "已修改", "2026-12-31": "已修改", "2027-01-01": "已废止"} {
			if got := e.Standing(on(day)); got != want {
				t.Errorf("%s: %s, want %s (%+v)", day, got, want, e.Changes)
			}
		}
		if len(e.Changes) != 2 || e.Changes[0].By != second || e.Changes[1].By != third {
			t.Errorf("changes: %+v", e.Changes)
		}
		if got := entry(t, o, "normative-documents", second); got.Parts[0].Rule != "TN-P04" || len(got.Parts) != 1 {
			t.Errorf("the condition of a publication: %+v", got.Parts)
		}
		o.Act(third, "suspending", "done", noticetest.Fields{"suspension-day": "2027-03-01"})
		e = entry(t, o, "normative-documents", third)
		if e.Standing(on("2027-02-28")) != "有效" || e.Standing(on("2027-03-01")) != "已中止执行" {
			t.Errorf("suspended: %+v", e.Changes)
		}
		o.Act(second, "taking-down", "done", nil)
		if e = entry(t, o, "normative-documents", second); !e.Off(on("2026-12-31")) {
			t.Errorf("taken down: %+v", e.Changes)
		}
	})
}

// What is corrected is corrected in public too, but for a round that was not the published one.
func TestProjection_Correction(t *testing.T) {
	noticetest.Each(t, func(t *testing.T, o noticetest.Office) {
		id := o.Begin("路灯管理公告")
		o.Consult(id, "2026-10-08", "第一段说明。\n第二段说明。") // version 2
		o.Correct(id, 2, noticetest.Fields{"explanation": "更正后的说明", "until": "2026-10-18"})
		e := entry(t, o, "consultations", id)
		if e.Parts[0].Summary != "更正后的说明" || !e.Open(on("2026-10-18")) || len(e.Files()) != 2 {
			t.Errorf("corrected: %+v", e)
		}
		if open, _ := o.Shelf.Open(context.Background(), "consultations", on("2026-10-18"), 5); len(open) != 1 {
			t.Error("the list of what is open does not know of the correction")
		}
		o.Act(id, "adoption", "again", noticetest.Fields{"statement": "重来"})
		again, err := o.Try(id, "consultation", "internal", noticetest.Fields{"until": "2026-12-01", "explanation": "不公开的说明"}, "draft")
		if err != nil {
			t.Fatal(err)
		}
		o.Correct(id, again, noticetest.Fields{"explanation": "更正后的不公开说明", "until": "2026-12-11"})
		if e = entry(t, o, "consultations", id); e.Parts[0].Summary != "更正后的说明" || e.Until != on("2026-10-18") {
			t.Errorf("an internal round became public by its correction: %+v", e)
		}
		old := o.Whole("旧路灯公告", "2026-09-01", "", "")
		o.Act(id, "adoption", "done", noticetest.Fields{"statement": "采纳"})
		issued, err := o.Try(id, "issue", "done", noticetest.Fields{"effective-day": "2026-11-01", "replaces": string(old), "how": "repeals"}, "final-text")
		if err != nil {
			t.Fatal(err)
		}
		o.Correct(id, issued, noticetest.Fields{"effective-day": "2026-11-15"})
		if e = entry(t, o, "normative-documents", id); e.Effective != on("2026-11-15") {
			t.Errorf("effective: %+v", e)
		}
		if e = entry(t, o, "normative-documents", old); e.Standing(on("2026-11-14")) != "有效" || e.Standing(on("2026-11-15")) != "已废止" {
			t.Errorf("the day on which another ends did not move: %+v", e.Changes)
		}
		other := o.Whole("另一旧路灯公告", "2026-09-01", "", "")
		o.Correct(id, issued, noticetest.Fields{"replaces": string(other)})
		if e = entry(t, o, "normative-documents", old); e.Standing(on("2026-12-01")) != "有效" {
			t.Errorf("what was named by mistake stays ended: %+v", e.Changes)
		}
		if e = entry(t, o, "normative-documents", other); e.Standing(on("2026-11-14")) != "有效" || e.Standing(on("2026-11-15")) != "已废止" {
			t.Errorf("what should have been named does not end: %+v", e.Changes)
		}
	})
}

// A case that was recorded by mistake leaves nothing in public, and ends nothing.
func TestProjection_VoidedCaseLeavesNothing(t *testing.T) {
	noticetest.Each(t, func(t *testing.T, o noticetest.Office) {
		old := o.Whole("旧广场公告", "2026-09-01", "", "")
		who, rec := o.As("drafter", "qy-a"), &procedure.Recording{Reason: "导入", Source: "台账"}
		o.Clock.On("2026-09-10")
		at := on("2026-09-02").Start()
		act := func(step procedure.StepID, outcome string, fields noticetest.Fields, papers ...procedure.PaperID) docket.ActRequest {
			return docket.ActRequest{Step: step, Outcome: outcome, Fields: fields, Papers: o.Papers(who.Actor.Person, papers...), Occurred: at, Recording: rec}
		}
		done, err := o.Docket.RecordWhole(context.Background(), who, docket.WholeRequest{
			Open: docket.OpenRequest{Procedure: "test.notice", Title: "误录的公告", Unit: "qy-a", Occurred: at, Recording: rec},
			Acts: []docket.ActRequest{
				act("consultation", "published", noticetest.Fields{"until": "2026-10-01", "explanation": "说明"}, "draft"),
				act("adoption", "done", noticetest.Fields{"statement": "采纳"}),
				act("issue", "done", noticetest.Fields{"effective-day": "2026-09-02", "replaces": string(old), "how": "repeals"}, "final-text"),
			}})
		if err != nil {
			t.Fatal(err)
		}
		if e := entry(t, o, "normative-documents", old); e.Standing(on("2026-09-10")) != "已废止" {
			t.Fatalf("a recorded repeal: %+v", e)
		}
		if _, err := o.Docket.Void(context.Background(), who, docket.VoidRequest{Case: done.Case, Reason: "重复导入"}); err != nil {
			t.Fatal(err)
		}
		if e := entry(t, o, "normative-documents", old); e.Standing(on("2026-09-10")) != "有效" {
			t.Errorf("what a voided case ended: %+v", e.Changes)
		}
		if all, _, err := o.Shelf.Of(context.Background(), done.Case); err != nil || len(all) != 0 {
			t.Errorf("a voided case is public: %+v, %v", all, err)
		}
	})
}

func TestSubmission_FromReceiptToReply(t *testing.T) {
	noticetest.Each(t, func(t *testing.T, o noticetest.Office) {
		id := o.Begin("停车管理公告")
		o.Consult(id, "2026-10-08", "第一段说明。\n第二段说明。")
		o.Sealed()
		r := o.Hand(id, "停车位太少")
		o.Hand(id, "收费太高")
		if r.Number != "意〔2026〕1号" {
			t.Fatalf("receipt: %+v", r)
		}
		look := func(number, state string) publication.Submitted {
			t.Helper()
			o.Sealed()
			x, _, err := o.Shelf.ByNumber(context.Background(), number)
			if err != nil || x.State() != state || x.Case != r.Case || x.Matter != id || x.Number != r.Number || x.Index == 0 {
				t.Errorf("%s: %+v (%s), %v; want %s", number, x, x.State(), err, state)
			}
			return x
		}
		look("意〔2026〕1号", "已收到")
		look(" 意[2026]1 ", "已收到")
		if x, _, err := o.Shelf.Submission(context.Background(), r.Case); err != nil || x.Number != r.Number {
			t.Errorf("by case: %+v, %v", x, err)
		}
		o.Act(r.Case, "study", "done", noticetest.Fields{"published-reply": "采纳，增加停车位。", "note-to-file": noticetest.SecretRemark})
		look("意（2026）1号", "办理中")
		o.Act(r.Case, "reply", "done", nil)
		x := look("第意〔２０２６〕1号", "已答复")
		if len(x.Replies) != 1 || x.Replies[0].Parts[0].Summary != "采纳，增加停车位。" || x.Replies[0].Number != r.Number {
			t.Errorf("reply: %+v", x.Replies)
		}
		tally, err := o.Shelf.Tallies(context.Background(), id)
		if err != nil || len(tally) != 1 || tally[0] != (publication.Tally{Procedure: "test.comment", Count: 2, Finished: 1}) {
			t.Errorf("tally: %+v, %v", tally, err)
		}
		for _, bad := range []string{"意〔2026〕9号", "清民告〔2026〕1号"} {
			if _, _, err := o.Shelf.ByNumber(context.Background(), bad); gov.KindOf(err) != gov.NotFound {
				t.Errorf("%s: %v", bad, err)
			}
		}
		if _, _, err := o.Shelf.ByNumber(context.Background(), "' OR 1=1"); gov.KindOf(err) != gov.Invalid {
			t.Errorf("no number: %v", err)
		}
		if _, _, err := o.Shelf.Submission(context.Background(), id); gov.KindOf(err) != gov.NotFound {
			t.Errorf("a case that nobody handed in: %v", err)
		}
	})
}

// The registers follow from the log alone, corrections, changes of standing and submissions
// included.
func TestProjection_RebuildsRowByRow(t *testing.T) {
	noticetest.Each(t, func(t *testing.T, o noticetest.Office) {
		id := o.Begin("绿化管理公告")
		o.Consult(id, "2026-10-08", "第一段说明。\n第二段说明。")
		r := o.Hand(id, "多种树")
		o.Act(r.Case, "study", "done", noticetest.Fields{"published-reply": "采纳"})
		o.Act(r.Case, "reply", "done", nil)
		o.Hand(id, "少种草")
		o.Act(id, "adoption", "done", noticetest.Fields{"statement": "采纳一条"})
		o.Issue(id, "2026-11-01", o.Whole("旧公告", "2026-09-01", "", ""), "repeals")
		o.Act(id, "taking-down", "done", nil)
		o.Sealed()
		if err := o.Pause(); err != nil {
			t.Fatal(err)
		}
		diffs, err := o.Rebuild(context.Background())
		if err != nil || len(diffs) > 0 {
			t.Errorf("%v, %v", diffs, err)
		}
	})
}

func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"意〔2026〕17号", "意[2026]17", " 第 意（2026）１７ 号", "", "号", "〔〕", "1' --", "\xff1", strings.Repeat("意", 59) + "1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := publication.ParseNumber(s)
		if err != nil {
			if gov.KindOf(err) != gov.Invalid || n != "" {
				t.Fatalf("%q: %q, %v", s, n, err)
			}
			return
		}
		again, err := publication.ParseNumber(n)
		if err != nil || again != n {
			t.Fatalf("%q reads as %q, which reads as %q, %v", s, n, again, err)
		}
		if strings.ContainsAny(n, " '\"%_\\;<>&") || !strings.HasSuffix(n, "号") {
			t.Fatalf("%q reads as %q", s, n)
		}
	})
}
