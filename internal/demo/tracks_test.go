package demo

import (
	"testing"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/internal/app"
	"zhunsheng/procedure"
	"zhunsheng/publication"
)

// lookAtTracks wants documents of the county government and joint ones in every stage: out for
// comments with one, returned by the legality review, filed late, and one whose receiving
// office has suspended its review.
func lookAtTracks(t *testing.T, a *app.App, today gov.Day) {
	t.Helper()
	c, err := readCounty()
	if err != nil {
		t.Fatal(err)
	}
	o := office{&stage{a: a, c: c, clock: &travelling{}}, t}
	o.clock.set(today.Start())
	who := o.as("supervisor", "qy-sfj")
	for track, stations := range map[string]int{"normative-document.government": 9, "normative-document.joint": 8} {
		page, err := a.Docket.List(t.Context(), who, docket.Query{Procedure: track, Limit: 200})
		if err != nil {
			t.Fatal(err)
		}
		at, seen := map[string]bool{}, map[string]int{}
		for _, r := range page.Rows {
			one, err := a.Docket.Get(t.Context(), who, r.ID)
			if err != nil {
				t.Fatal(err)
			}
			if r.Status == procedure.Open {
				at[r.Station] = true
			} else {
				seen[string(r.Status)]++
			}
			for _, act := range one.State.History {
				if act.Step == "legality-review" && act.Outcome == "returned" {
					seen["returned"]++
				}
			}
			if one.State.Clocks["filing"].Status == procedure.ClockLate {
				seen["filed late"]++
			}
			below, err := a.Docket.Children(t.Context(), who, r.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, k := range below {
				if e, _, err := a.Shelf.Get(t.Context(), publication.Consultations, k.ID); err == nil && e.Open(today) {
					comments, err := a.Docket.Children(t.Context(), who, k.ID)
					if err != nil {
						t.Fatal(err)
					}
					if len(comments) > 0 {
						seen["out for comments"]++
					}
				}
				child, err := a.Docket.Get(t.Context(), who, k.ID)
				if err != nil {
					t.Fatal(err)
				}
				for _, run := range child.State.Clocks {
					if run.Status == procedure.ClockSuspended {
						seen["suspended"]++
					}
				}
			}
		}
		if len(at) < stations {
			t.Errorf("%s: cases stand at %d stations only: %v", track, len(at), at)
		}
		want := []string{"out for comments", "returned", "filed late", string(procedure.Closed)}
		if track == "normative-document.joint" {
			want = append(want, "suspended")
		}
		for _, w := range want {
			if seen[w] == 0 {
				t.Errorf("%s: none is %s: %v", track, w, seen)
			}
		}
	}
}
