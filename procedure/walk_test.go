package procedure

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"zhunsheng/gov"
	"zhunsheng/law"
)

// walker draws acts, sensible and senseless, and plays them.
type walker struct {
	t      *rapid.T
	d      *Definition
	env    Env
	record bool // recording may be drawn
	series map[string]int64
}

func (w *walker) pick(label string, from []string) string {
	return rapid.SampledFrom(from).Draw(w.t, label)
}

func (w *walker) actor(role RoleID) gov.Actor {
	who := gov.PersonID(w.pick("person", []string{"p1", "p2", "p3"}))
	a := w.d.cast(role, who, "own-unit", w.env)
	if rapid.IntRange(0, 9).Draw(w.t, "stranger") == 0 {
		a.Unit = "elsewhere"
	}
	if rapid.IntRange(0, 9).Draw(w.t, "agent") == 0 {
		a.OnBehalf = "p2"
	}
	return a
}

func (w *walker) fields(specs []Field) map[FieldID]string {
	out := map[FieldID]string{}
	day := w.env.Now.Day()
	for _, f := range specs {
		values := []string{"", f.example(day), f.example(day), f.example(day), "无效"}
		switch f.Type {
		case BoolField:
			values = append(values, "true")
		case DayField:
			values = append(values, day.AddDays(-3).String(), day.AddDays(30).String())
		case NumberField:
			values = append(values, "2000.5")
		case CaseField:
			for _, p := range append(f.Procedures, "") {
				values = append(values, "closed@"+p+":held,minutes", "open@"+p+":")
			}
		case ChoiceField:
			for _, o := range f.Options {
				values = append(values, o.ID)
			}
		}
		if v := w.pick(string(f.ID), values); v != "" {
			out[f.ID] = v
		}
	}
	return out
}

func (w *walker) papers(specs []PaperSpec) map[PaperID][]Paper {
	out := map[PaperID][]Paper{}
	for _, p := range specs {
		switch rapid.IntRange(0, 7).Draw(w.t, string(p.ID)) {
		case 0:
		case 1:
			out[p.ID] = []Paper{{Name: "没有收到"}}
		default:
			out[p.ID] = []Paper{sample(p)}
		}
	}
	return out
}

func (w *walker) recording() *Recording {
	if !w.record || rapid.IntRange(0, 3).Draw(w.t, "how") != 0 {
		return nil
	}
	return &Recording{Reason: w.pick("reason", []string{"线下", "线下", "线下", ""}), Source: "原件"}
}

func (w *walker) allocate(e *Effects) {
	for i := range e.Numbers {
		if n := &e.Numbers[i]; n.Series != "" {
			w.series[n.Series]++
			n.N = w.series[n.Series]
			n.Text = strings.ReplaceAll(n.Pattern, "{n}", strconv.FormatInt(n.N, 10))
		}
	}
	e.Settle()
}

// recorder may record in every definition that lets somebody.
func (w *walker) recorder() gov.Actor {
	if len(w.d.src.Record) == 0 {
		return gov.Actor{Person: "p1"}
	}
	return w.actor(w.d.src.Record[0])
}

// walk plays a random story and checks at each step what must always hold.
func (w *walker) walk(steps int) *State {
	t, d := w.t, w.d
	s, twin := NewState("c"), NewState("c")
	w.env = testEnv(gov.MustDay("2026-03-02").Start().Add(9 * time.Hour))
	w.series = map[string]int64{}
	count, open := 0, 0
	w.env.Linked, w.env.Children = standIn, func(string) (int, int) { return count, open }
	apply := func(by gov.Actor, e Effects) {
		body, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		s.Apply(s.Version+1, by, e)
		var read Effects
		if err := json.Unmarshal(body, &read); err != nil {
			t.Fatal(err)
		}
		twin.Apply(twin.Version+1, by, read)
	}
	for range steps {
		w.env.Now = w.env.Now.Add(time.Duration(rapid.IntRange(0, 12*24).Draw(t, "hours")) * time.Hour)
		for _, e := range d.Expiries(s, w.env.Now, w.env) {
			apply(gov.System, e)
		}
		if again := d.Expiries(s, w.env.Now, w.env); len(again) != 0 {
			t.Fatalf("clocks expire twice: %+v", again)
		}
		count += rapid.IntRange(0, 1).Draw(t, "more")
		open = rapid.IntRange(0, count).Draw(t, "open")
		before := s.Clone()
		rec := w.recording()
		occurred := w.env.Now
		if rec != nil {
			occurred = occurred.Add(-time.Duration(rapid.IntRange(-2, 40).Draw(t, "ago")) * 24 * time.Hour)
		}
		by := w.recorder()
		var e Effects
		var no []Refusal
		var performed *Step
		if s.Status == "" {
			if rec == nil {
				by = w.actor(d.src.Start.By)
			}
			e, no = d.Start(StartAct{Title: "案件", Unit: "own-unit", Occurred: occurred, Actor: by, Recording: rec, Fields: w.fields(d.src.Start.Fields)}, w.env)
		} else {
			step := &d.src.Steps[rapid.IntRange(0, len(d.src.Steps)-1).Draw(t, "step")]
			performed = step
			if rec == nil {
				by = w.actor(step.By)
			}
			a := Act{Step: step.ID, Outcome: step.Outcomes[rapid.IntRange(0, len(step.Outcomes)-1).Draw(t, "outcome")].ID,
				Occurred: occurred, Actor: by, Recording: rec, Fields: w.fields(step.Fields), Papers: w.papers(step.Papers),
				Qualifications: []string{"法律职业资格"}}
			w.drafts(s, a)
			e, no = d.Judge(s, a, w.env)
			e2, no2 := d.Judge(s, a, w.env)
			if diff := cmp.Diff(e, e2, cmpopts.EquateComparable(gov.Day{})) + cmp.Diff(no, no2, cmpopts.EquateComparable(gov.Day{})); diff != "" {
				t.Fatalf("the same act was judged twice differently: %s", diff)
			}
		}
		w.verdict(s, before, e, no, rec, performed)
		if len(no) > 0 {
			continue
		}
		w.allocate(&e)
		w.does(e, rec)
		apply(by, e)
		if diff := cmp.Diff(s, twin, cmpopts.EquateEmpty(), cmpopts.EquateComparable(gov.Day{})); diff != "" {
			t.Fatalf("replay differs: %s", diff)
		}
		w.kept(before, s)
		v := d.View(s, by, w.env)
		if v.Done != (s.Status == Closed || s.Status == Withdrawn) || v.Done && len(v.Offers) > 0 {
			t.Fatalf("view of a %s case: done %v with %d offers", s.Status, v.Done, len(v.Offers))
		}
		d.SVG(s, w.env)
		d.Next(s)
	}
	return s
}

// verdict: judging changes nothing and says either yes or no; performing leaves no breach,
// and no gate refuses a recording.
func (w *walker) verdict(s, before *State, e Effects, no []Refusal, rec *Recording, step *Step) {
	t := w.t
	if diff := cmp.Diff(before, s, cmpopts.EquateEmpty(), cmpopts.EquateComparable(gov.Day{})); diff != "" {
		t.Fatalf("judging changed the case: %s", diff)
	}
	if len(no) > 0 && (e.State != nil || e.Open != nil) || len(no) == 0 && e.State == nil && e.Open == nil {
		t.Fatalf("neither yes nor no, or both: %+v %+v", e, no)
	}
	if rec == nil && len(e.Breaches) > 0 {
		t.Fatalf("performing left a breach: %+v", e.Breaches)
	}
	for _, r := range no {
		if r.Text == "" {
			t.Fatalf("a refusal without words: %+v", r)
		}
		if rec != nil && (r.Kind == RefusedOrder || r.Kind == RefusedGate && (step == nil || r.Rule != step.Rule)) {
			t.Fatalf("a recording was refused by %+v", r)
		}
	}
}

// does: what an act opens and enters is complete, and what is recorded opens nothing.
func (w *walker) does(e Effects, rec *Recording) {
	t := w.t
	if rec != nil && len(e.Opens) > 0 {
		t.Fatalf("a recording opened a case: %+v", e.Opens)
	}
	for _, o := range e.Opens {
		if o.Procedure == "" || o.Unit == "" || o.Title == "" || o.Link == "" || strings.Contains(o.Title, "{number.") {
			t.Fatalf("an opening is not complete: %+v", o)
		}
	}
	for _, r := range e.Enters {
		if r.Register == "" || r.Key == "" || r.From.IsZero() || !r.To.IsZero() && r.To.Before(r.From) || strings.Contains(r.Key, "{number.") {
			t.Fatalf("an entry is not complete: %+v", r)
		}
	}
}

// drafts: papers are drafted on any form, and what is required is there or listed.
func (w *walker) drafts(s *State, a Act) {
	for _, tpl := range w.d.Makes(s, a, w.env) {
		sheet, lacks := w.d.Draft(s, a, tpl, w.env)
		for i, e := range tpl.Elements {
			listed := slices.ContainsFunc(lacks, func(l Lack) bool { return l.Element == e.Name && l.Why != "" })
			if e.Required && (sheet.Elements[i].Value == "") != listed {
				w.t.Fatalf("element %s of %s: %q, listed %v", e.Name, tpl.ID, sheet.Elements[i].Value, listed)
			}
		}
		if sheet.Title == "" || slices.Contains(sheet.Body, "") {
			w.t.Fatalf("an empty heading or line: %+v", sheet)
		}
	}
}

// kept: what no act may take away.
func (w *walker) kept(before, after *State) {
	t := w.t
	if before.Status == Closed || before.Status == Withdrawn {
		t.Fatal("an act on a case that had ended")
	}
	if after.Version != before.Version+1 || len(after.Breaches) < len(before.Breaches) || len(after.History) < len(before.History) {
		t.Fatal("version, breaches or history were lost")
	}
	for i, b := range before.Breaches {
		if after.Breaches[i].Rule != b.Rule || b.Repaired != 0 && after.Breaches[i].Repaired != b.Repaired {
			t.Fatalf("a breach was changed: %+v", b)
		}
	}
	for name, n := range before.Numbers {
		if n != "" && after.Numbers[name] != n {
			t.Fatalf("number %s was replaced: %s, %s", name, n, after.Numbers[name])
		}
	}
	for _, s := range w.d.src.Steps {
		if s.Final && before.Steps[s.ID].Status == StepDone && after.Steps[s.ID].Status != StepDone {
			t.Fatalf("final step %s was undone", s.ID)
		}
	}
	for id, c := range after.Clocks {
		if c.Status == ClockRunning && (c.Due.IsZero() || !slices.ContainsFunc(c.Derivation.Steps, func(s law.Step) bool { return s.Kind == "count" || s.Kind == "until" })) {
			t.Fatalf("clock %s runs without a due day and its derivation: %+v", id, c)
		}
	}
}

func TestWalk_PerformingReachesNoNeverLine(t *testing.T) {
	for _, file := range definitionFiles(t) {
		d := loadFile(t, file)
		rapid.Check(t, func(t *rapid.T) {
			w := &walker{t: t, d: d}
			s := w.walk(25)
			if v := d.Violations(s); len(v) > 0 {
				t.Fatalf("reached %v", v)
			}
		})
	}
}

func TestWalk_PerformingAndRecordingKeepWhatMustBeKept(t *testing.T) {
	for _, file := range definitionFiles(t) {
		d := loadFile(t, file)
		rapid.Check(t, func(t *rapid.T) {
			(&walker{t: t, d: d, record: true}).walk(25)
		})
	}
}
