package identity

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"zhunsheng/gov"
	"zhunsheng/sqldb"
	"zhunsheng/sqldb/sqltest"
)

const readable sqldb.SQL = `SELECT id FROM (SELECT c.id FROM case_row c WHERE ` + InScope + ` AND c.status = $41 ORDER BY c.id LIMIT $42) AS a
	UNION
	SELECT id FROM (SELECT c.id FROM ` + PartyCases + ` WHERE ` + IsParty + `
	AND c.status = $41 ORDER BY c.id LIMIT $42) AS b
	ORDER BY id LIMIT $42`

const addCase sqldb.SQL = `INSERT INTO case_row (id, procedure, definition, title, unit, unit_path, opened, status, station, awaits,
	next_due, number, late, breaches, recording, level, version, updated)
	VALUES ($1, 'p', 'd', 't', 'u', $2, '2026-01-01', 'open', 's', '', '9999-12-31', '', 0, 0, 0, $3, 1, 0)`

const addParty sqldb.SQL = `INSERT INTO case_party (person, case_id) VALUES ($1, $2)`

// The parameters in the text and those that Args gives are counted by hand; this counts
// them again.
func TestAccess_FragmentsAndArgsAgree(t *testing.T) {
	var numbers []int
	for _, m := range regexp.MustCompile(`\$(\d+)`).FindAllStringSubmatch(InScope+IsParty, -1) {
		n, _ := strconv.Atoi(m[1])
		numbers = append(numbers, n)
	}
	for i, n := range numbers {
		if n != i+1 {
			t.Fatalf("parameter %d stands in place %d", n, i+1)
		}
	}
	var a Access
	if len(numbers) != FirstOwnParam-1 || len(a.Args()) != len(numbers) || len(a.Args("x")) != FirstOwnParam {
		t.Errorf("%d in the text, %d in Args, first own is %d", len(numbers), len(a.Args()), FirstOwnParam)
	}
}

// genRoster draws trees in which ids are prefixes of one another, which is where ranges of
// paths go wrong, and grants of every shape.
func genRoster(t *rapid.T) RosterData {
	d := RosterData{Generation: "r"}
	always := since("2000-01-01")
	ids := []gov.UnitID{"a", "a-1", "a0", "ab", "b", "b-", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n"}
	n := rapid.IntRange(1, len(ids)).Draw(t, "units")
	for i, id := range ids[:n] {
		u := Unit{ID: id, Name: string(id), Span: always}
		if i > 0 {
			u.Parent = rapid.SampledFrom(ids[:i]).Draw(t, "parent")
			if rapid.IntRange(0, 9).Draw(t, "odd") == 0 {
				u.Parent = rapid.SampledFrom(append([]gov.UnitID{"", "nowhere"}, ids[:n]...)).Draw(t, "odd parent")
			}
		}
		d.Units = append(d.Units, u)
	}
	acts := []Action{ReadCase, OpenCase, ActOnCase, RecordCase, EditRegister("units")}
	kinds := []PostKind{WorkPost, WorkPost, WorkPost, SystemAdmin, SecurityUser, Auditor}
	for _, p := range []gov.Post{"p", "q"} {
		d.Posts = append(d.Posts, PostInfo{ID: p, Name: string(p), Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Span: always,
			Actions: rapid.SliceOfDistinct(rapid.SampledFrom(acts), rapid.ID).Draw(t, "actions")})
	}
	people := []gov.PersonID{"x", "y", "z"}
	for _, p := range people {
		d.People = append(d.People, Person{ID: p, Name: string(p), Span: always})
	}
	for i := range rapid.IntRange(0, 30).Draw(t, "grants") {
		from := day("2026-01-01").AddDays(rapid.IntRange(0, 3).Draw(t, "from"))
		d.Grants = append(d.Grants, Grant{ID: strconv.Itoa(i), Person: rapid.SampledFrom(people).Draw(t, "person"),
			Post: rapid.SampledFrom([]gov.Post{"p", "q"}).Draw(t, "post"), Unit: ids[0],
			Scope:     rapid.SampledFrom(append([]gov.UnitID{""}, ids[:n]...)).Draw(t, "scope"),
			Actions:   rapid.SliceOfDistinct(rapid.SampledFrom(acts), rapid.ID).Draw(t, "narrow"),
			Clearance: gov.Level(rapid.IntRange(0, 3).Draw(t, "clearance")),
			OnBehalf:  rapid.SampledFrom([]gov.PersonID{"", "", "y"}).Draw(t, "behalf"),
			Span:      Span{from, from.AddDays(rapid.IntRange(1, 3).Draw(t, "days"))}})
	}
	return d
}

// mayReadPlainly says the rule in other words than the code: some grant in force on the day
// allows reading, is cleared, and covers the case by its tree or by the person's part in it.
func mayReadPlainly(d RosterData, a gov.Actor, on gov.Day, unit gov.UnitID, level gov.Level, party bool) bool {
	parents := map[gov.UnitID]gov.UnitID{}
	for _, u := range d.Units {
		parents[u.ID] = u.Parent
	}
	circular := func(id gov.UnitID) bool {
		seen := map[gov.UnitID]bool{}
		for at := id; at != ""; at = parents[at] {
			if seen[at] {
				return true
			}
			seen[at] = true
		}
		return false
	}
	var under func(id, top gov.UnitID) bool
	under = func(id, top gov.UnitID) bool {
		if id == top {
			return true
		}
		_, known := parents[parents[id]]
		return !circular(id) && known && under(parents[id], top)
	}
	var post PostInfo
	for _, p := range d.Posts {
		if p.ID == a.Post {
			post = p
		}
	}
	if post.Kind != WorkPost || !slices.Contains(post.Actions, ReadCase) {
		return false
	}
	holds := func(g Grant, person, behalf gov.PersonID) bool {
		return g.Person == person && g.OnBehalf == behalf && g.Post == a.Post && g.Unit == a.Unit && g.Holds(on) &&
			(len(g.Actions) == 0 || slices.Contains(g.Actions, ReadCase)) && level <= g.Clearance
	}
	covers := func(g Grant) bool { return g.Scope != "" && under(unit, g.Scope) }
	for _, g := range d.Grants {
		if !holds(g, a.Person, a.OnBehalf) {
			continue
		}
		if a.OnBehalf == "" && (covers(g) || party) {
			return true
		}
		for _, head := range d.Grants {
			if a.OnBehalf == "" || a.OnBehalf == a.Person || !holds(head, a.OnBehalf, "") {
				continue
			}
			nest := g.Scope == "" || head.Scope == "" || under(g.Scope, head.Scope) || under(head.Scope, g.Scope)
			if covers(g) && covers(head) || party && nest {
				return true
			}
		}
	}
	return false
}

// The SQL form, the Go form and the rule said plainly agree on random trees, grants and
// cases, on both engines.
func TestAccess_SQLAndGoAgree(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		ctx := context.Background()
		round := 0
		rapid.Check(t, func(t *rapid.T) {
			round++
			d := genRoster(t)
			r := NewRoster(d)
			on := day("2026-01-01").AddDays(rapid.IntRange(-1, 6).Draw(t, "on"))
			type kase struct {
				id    string
				unit  gov.UnitID
				scope CaseScope
			}
			a := gov.Actor{Person: rapid.SampledFrom([]gov.PersonID{"x", "y", "z"}).Draw(t, "who"),
				Post: rapid.SampledFrom([]gov.Post{"p", "q"}).Draw(t, "as"), Unit: "a",
				OnBehalf: rapid.SampledFrom([]gov.PersonID{"", "", "y"}).Draw(t, "for")}
			var cases []kase
			for i := range rapid.IntRange(0, 20).Draw(t, "cases") {
				u := rapid.SampledFrom(d.Units).Draw(t, "unit")
				unit, _ := r.Unit(u.ID)
				cases = append(cases, kase{fmt.Sprintf("%05d-%02d", round, i), u.ID, CaseScope{UnitPath: unit.Path,
					Level: gov.Level(rapid.IntRange(0, 3).Draw(t, "level")), Party: rapid.Bool().Draw(t, "party")}})
			}
			var access Access
			if p, err := r.Principal(a, on); err == nil {
				access = p.Access
			} else if gov.KindOf(err) != gov.Forbidden {
				t.Fatal(err)
			}
			var want []string
			for _, c := range cases {
				got := access.MayRead(c.scope)
				if plain := mayReadPlainly(d, a, on, c.unit, c.scope.Level, c.scope.Party); got != plain && r.overfull(a, on) == 0 {
					t.Fatalf("MayRead(%+v) is %v, the rule says %v", c.scope, got, plain)
				}
				if got {
					want = append(want, c.id)
				}
				for _, act := range []Action{ReadCase, ActOnCase} {
					if access.MayAct(c.scope, act) && !got {
						t.Fatalf("may %s on what may not be read: %+v", act, c.scope)
					}
				}
			}
			var got []string
			err := db.Write(ctx, func(tx *sqldb.Tx) error {
				got = nil
				for _, c := range cases {
					if _, err := tx.Exec(addCase, c.id, c.scope.UnitPath, int64(c.scope.Level)); err != nil {
						return err
					}
					if c.scope.Party {
						if _, err := tx.Exec(addParty, string(a.Person), c.id); err != nil {
							return err
						}
					}
				}
				rows, err := tx.Query(readable, access.Args("open", int64(1000))...)
				if err != nil {
					return err
				}
				defer rows.Close()
				for rows.Next() {
					var id string
					if err := rows.Scan(&id); err != nil {
						return err
					}
					got = append(got, id)
				}
				if err := rows.Err(); err != nil {
					return err
				}
				if _, err := tx.Exec("DELETE FROM case_party"); err != nil {
					return err
				}
				_, err = tx.Exec("DELETE FROM case_row")
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("Go form (-) and SQL form (+) of %+v on %s: %s", a, on, diff)
			}
		})
	})
}

// Every slot of the SQL form has its own bounds and clearance.
func TestAccess_EverySlot(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		var reaches []reach
		for i := range Slots {
			reaches = append(reaches, reach{path: fmt.Sprintf("/qy/u%02d/", i), actions: []Action{ReadCase}, clearance: gov.Level(i % 4)})
		}
		access, over := compile("x", reaches)
		if over != 0 || access.n != Slots {
			t.Fatalf("%d slots, %d over", access.n, over)
		}
		var want, got []string
		err := db.Write(context.Background(), func(tx *sqldb.Tx) error {
			want, got = nil, nil
			for i := range Slots + 1 {
				for _, path := range []string{fmt.Sprintf("/qy/u%02d/", i), fmt.Sprintf("/qy/u%02d/in/", i), fmt.Sprintf("/qy/u%02d-/", i)} {
					for level := range gov.Limited + 1 {
						id := fmt.Sprintf("%s%d", path, level)
						if _, err := tx.Exec(addCase, id, path, int64(level)); err != nil {
							return err
						}
						if access.MayRead(CaseScope{UnitPath: path, Level: level}) {
							want = append(want, id)
						}
					}
				}
			}
			rows, err := tx.Query(readable, access.Args("open", int64(1000))...)
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				var id string
				if err := rows.Scan(&id); err != nil {
					return err
				}
				got = append(got, id)
			}
			return rows.Err()
		})
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" || len(want) != 2*(1+2+3+4)*Slots/4 {
			t.Errorf("%d cases may be read\n%s", len(want), diff)
		}
	})
}

func (r *Roster) overfull(a gov.Actor, on gov.Day) int {
	post, _ := r.PostOn(a.Post, on)
	_, over := compile(a.Person, r.reaches(a, post, on))
	return over
}

func TestAccess_County(t *testing.T) {
	r := NewRoster(county())
	on := day("2026-11-23")
	mzj, fg, sfj := "/qy/qy-mzj/", "/qy/qy-mzj/qy-mzj-fg/", "/qy/qy-sfj/"
	agent := actor("li", "drafter", "qy-mzj")
	agent.OnBehalf = "zhang"
	for _, c := range []struct {
		name   string
		actor  gov.Actor
		on     gov.Day
		scope  CaseScope
		action Action // "" asks for reading
		want   bool
	}{
		{"own unit", actor("zhang", "drafter", "qy-mzj"), on, CaseScope{UnitPath: mzj, Level: gov.Internal}, ActOnCase, true},
		{"section below", actor("zhang", "drafter", "qy-mzj"), on, CaseScope{UnitPath: fg}, "", true},
		{"another bureau", actor("zhang", "drafter", "qy-mzj"), on, CaseScope{UnitPath: sfj}, "", false},
		{"another bureau, named to the case", actor("zhang", "drafter", "qy-mzj"), on, CaseScope{UnitPath: sfj, Party: true}, ActOnCase, true},
		{"above the clearance", actor("zhang", "drafter", "qy-mzj"), on, CaseScope{UnitPath: mzj, Level: gov.Limited, Party: true}, "", false},
		{"last day of the grant", actor("zhang", "drafter", "qy-mzj"), day("2026-12-31"), CaseScope{UnitPath: mzj}, "", true},
		{"day after the grant", actor("zhang", "drafter", "qy-mzj"), day("2027-01-01"), CaseScope{UnitPath: mzj}, "", false},
		{"day before the grant", actor("zhang", "drafter", "qy-mzj"), day("2022-12-31"), CaseScope{UnitPath: mzj}, "", false},
		{"party-only grant, not party", actor("zhang", "reviewer", "qy-mzj"), on, CaseScope{UnitPath: mzj}, "", false},
		{"party-only grant, party", actor("zhang", "reviewer", "qy-mzj"), on, CaseScope{UnitPath: sfj, Party: true, Level: gov.Limited}, "", true},
		{"narrowed to reading", actor("zhang", "reviewer", "qy-mzj"), on, CaseScope{UnitPath: sfj, Party: true}, ActOnCase, false},
		{"county-wide reviewer", actor("wang", "reviewer", "qy-sfj"), on, CaseScope{UnitPath: fg, Level: gov.Limited}, ActOnCase, true},
		{"agent within the represented person's reach", agent, on, CaseScope{UnitPath: fg, Level: gov.Internal}, ActOnCase, true},
		{"agent beyond that reach, though the agency says more", agent, on, CaseScope{UnitPath: sfj}, "", false},
		{"agent beyond that clearance", agent, on, CaseScope{UnitPath: mzj, Level: gov.Limited}, "", false},
		{"agent after the agency's end", agent, day("2026-12-01"), CaseScope{UnitPath: mzj}, "", false},
		{"agency does not work in one's own name", actor("li", "drafter", "qy-mzj"), on, CaseScope{UnitPath: mzj}, "", false},
		{"system administrator sees no case", actor("sys", "sysadmin", "qy"), on, CaseScope{UnitPath: mzj, Party: true}, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var access Access
			if p, err := r.Principal(c.actor, c.on); err == nil {
				access = p.Access
			}
			got := access.MayRead(c.scope)
			if c.action != "" {
				got = access.MayAct(c.scope, c.action)
			}
			if got != c.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestAccess_MayAction(t *testing.T) {
	r := NewRoster(county())
	p := r.mustPrincipal(t, actor("sys", "sysadmin", "qy"))
	edit := EditRegister("units")
	for path, want := range map[string]bool{"": true, "/qy/": true, "/qy/qy-mzj/": true, "/court/": false, "/": false} {
		if got := p.Access.MayAction(edit, path); got != want {
			t.Errorf("MayAction(%q, %q) = %v", edit, path, got)
		}
	}
	if p.Access.MayAction(OpenCase, "/qy/") {
		t.Error("an administrator's post lets nobody open a case")
	}
	if q := r.mustPrincipal(t, actor("zhang", "drafter", "qy-mzj")); q.Access.MayAction(edit, "") {
		t.Error("a drafter edits no register of units")
	}
}

func (r *Roster) mustPrincipal(t *testing.T, a gov.Actor) *Principal {
	t.Helper()
	p, err := r.Principal(a, day("2026-11-23"))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAccess_MoreSubtreesThanSlotsShowsLess(t *testing.T) {
	d := county()
	for i := range Slots + 2 {
		id := gov.UnitID(fmt.Sprintf("v%02d", i))
		d.Units = append(d.Units, Unit{ID: id, Parent: "qy", Span: since("2020-01-01")})
		d.Grants = append(d.Grants, Grant{ID: string(id), Person: "wang", Post: "drafter", Unit: "qy-sfj", Scope: id, Span: since("2026-01-01")})
	}
	r := NewRoster(d)
	p := r.mustPrincipal(t, actor("wang", "drafter", "qy-sfj"))
	seen := 0
	for i := range Slots + 2 {
		if p.Access.MayRead(CaseScope{UnitPath: fmt.Sprintf("/qy/v%02d/", i)}) {
			seen++
		}
	}
	if seen != Slots {
		t.Errorf("%d subtrees are seen, want %d", seen, Slots)
	}
	if err := r.Overreach("wang"); gov.KindOf(err) != gov.Invalid || !strings.Contains(err.Error(), "最多授权 12 个") {
		t.Errorf("Overreach = %v", err)
	}
	if err := r.Overreach("zhang"); err != nil {
		t.Errorf("Overreach of an ordinary person = %v", err)
	}
}

func TestWidest_DropsOnlyWhatIsCovered(t *testing.T) {
	at := func(path string, clearance gov.Level) slot { return slot{path, subtreeEnd(path), clearance} }
	got := widest([]slot{at("/qy/b/", 3), at("/qy/", 1), at("/qy/a/", 1), at("/qy/c/", 0), at("/qy/b/", 2), at("/zz/", 0), at("/qy/b/in/", 3)})
	want := []slot{at("/qy/", 1), at("/qy/b/", 3), at("/zz/", 0)}
	if !slices.Equal(want, got) {
		t.Errorf("got %v, want %v", got, want)
	}
}
