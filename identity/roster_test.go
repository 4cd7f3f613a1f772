package identity

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"zhunsheng/gov"
)

func TestRoster_AsOfADay(t *testing.T) {
	r := NewRoster(county())
	if p, ok := r.PersonOn("zhang", day("2023-12-31")); !ok || len(p.Qualifications) != 0 {
		t.Errorf("the day before the qualification: %+v, %v", p, ok)
	}
	if p, ok := r.PersonOn("zhang", day("2024-01-01")); !ok || len(p.Qualifications) != 1 {
		t.Errorf("the first day of the qualification: %+v, %v", p, ok)
	}
	if _, ok := r.UnitOn("qy-lh", day("2025-01-01")); ok {
		t.Error("a township that was dissolved exists")
	}
	if u, ok := r.Unit("qy-lh"); !ok || u.Name != "柳河镇人民政府" || u.Path != "/qy/qy-lh/" {
		t.Errorf("its name and path are still known: %+v, %v", u, ok)
	}
	var paths []string
	for _, u := range r.Units(day("2026-11-23")) {
		paths = append(paths, u.Path)
	}
	want := []string{"/qy/", "/court/", "/qy/qy-mzj/", "/qy/qy-sfj/", "/qy/qy-mzj/qy-mzj-fg/"}
	if diff := cmp.Diff(want, paths); diff != "" {
		t.Error(diff)
	}
}

func TestRoster_SeatsF129(t *testing.T) {
	r := NewRoster(county())
	want := []Seat{{Post: "drafter", Unit: "qy-mzj"}, {Post: "reviewer", Unit: "qy-mzj"}}
	if diff := cmp.Diff(want, r.Seats("zhang", day("2026-11-23"))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]Seat{{"drafter", "qy-mzj", "zhang"}}, r.Seats("li", day("2026-11-23"))); diff != "" {
		t.Error(diff)
	}
	if got := r.Seats("li", day("2026-12-01")); got != nil {
		t.Errorf("an agency that has ended: %v", got)
	}
}

// An agency ends with the represented person's own grant.
func TestRoster_AgencyEndsWithItsHead(t *testing.T) {
	d := county()
	d.Grants[0].To = day("2026-11-20")
	if got := NewRoster(d).Seats("li", day("2026-11-23")); got != nil {
		t.Errorf("agent for somebody who no longer holds the post: %v", got)
	}
}

func TestPrincipal_SaysWhatIsMissing(t *testing.T) {
	r := NewRoster(county())
	for _, c := range []struct {
		actor gov.Actor
		on    string
	}{
		{actor("nobody", "drafter", "qy-mzj"), "2026-11-23"},
		{actor("zhang", "nothing", "qy-mzj"), "2026-11-23"},
		{actor("zhang", "drafter", "nowhere"), "2026-11-23"},
		{actor("zhang", "drafter", "qy-sfj"), "2026-11-23"},
		{actor("zhang", "drafter", "qy-mzj"), "2027-01-01"},
	} {
		if _, err := r.Principal(c.actor, day(c.on)); gov.KindOf(err) != gov.Forbidden {
			t.Errorf("%+v on %s: %v", c.actor, c.on, err)
		}
	}
	p, err := r.Principal(actor("zhang", "drafter", "qy-mzj"), day("2026-11-23"))
	if err != nil || p.Name != "张三" || p.UnitName != "清源县民政局" || p.PostName != "起草人" || p.Qualifications[0] != "法律职业资格" {
		t.Errorf("%+v, %v", p, err)
	}
	if again, _ := r.Principal(p.Actor, p.Day); again != p {
		t.Error("the second look-up was compiled anew")
	}
}

// Circles and missing parents never hang and never let a unit fall under another one.
func TestRoster_IsTotal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := NewRoster(genRoster(t))
		for _, u := range r.Units(day("2026-01-01")) {
			if u.Path[0] != '/' || u.Path[len(u.Path)-1] != '/' {
				t.Fatalf("path %q", u.Path)
			}
			if parent, ok := r.Unit(u.Parent); ok && u.Path != "/"+string(u.ID)+"/" && u.Path != parent.Path+string(u.ID)+"/" {
				t.Fatalf("unit %s of %s has path %q, its parent %q", u.ID, u.Parent, u.Path, parent.Path)
			}
		}
	})
}

func TestRowKey_EveryColumnCounts(t *testing.T) {
	rows := [][]any{
		{"account", "a", "b"}, {"account", "ab", ""}, {"account", "a"}, {"session", "a", "b"}, {"account", "a", []byte("b")},
		{"account", int64(1)}, {"account", int64(2)}, {"account", gov.Instant(3)}, {"account"}, {"account", ""}, {"account", "", ""},
	}
	seen := map[string]int{}
	for i, r := range rows {
		mac := testKey.MAC(r[0].(string), r[1:]...)
		if j, ok := seen[string(mac)]; ok {
			t.Errorf("rows %v and %v share a MAC", rows[j], r)
		}
		seen[string(mac)] = i
	}
	if other := (RowKey{9}).MAC("account", "a", "b"); testKey.holds(other, "account", "a", "b") {
		t.Error("a MAC under another key holds")
	}
	if _, err := NewRowKey(make([]byte, 31)); err == nil {
		t.Error("a short key was taken")
	}
}
