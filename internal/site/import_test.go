package site

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"zhunsheng/area"
	"zhunsheng/area/rules"
	"zhunsheng/docket"
	"zhunsheng/exchange"
	"zhunsheng/gov"
	"zhunsheng/internal/govtest"
	"zhunsheng/law"
	"zhunsheng/procedure"
)

// F128: the plans of the areas read tables with the headings that offices use: every step
// that a row dates becomes an act, what the table does not hold becomes a breach, and a
// template made from a plan is found by that plan again.
func TestImportPlans_F128_ReadTheTablesOfOffices(t *testing.T) {
	a := rules.Area()
	list, err := area.Parse(a)
	if err != nil {
		t.Fatal(err)
	}
	params, err := area.LoadParameters(a)
	if err != nil {
		t.Fatal(err)
	}
	defs := docket.NewDefinitions(list...)
	files, err := area.LoadImports(a)
	if err != nil || len(files) == 0 {
		t.Fatalf("%d plans, %v", len(files), err)
	}
	for _, f := range files {
		t.Run(f.Name, func(t *testing.T) {
			p, err := exchange.ParsePlan(f.Name, f.Text, defs.Current)
			if err != nil {
				t.Fatal(err)
			}
			def, err := defs.Current(p.Procedure)
			if err != nil {
				t.Fatal(err)
			}
			empty, err := p.Template(def)
			if err != nil {
				t.Fatal(err)
			}
			table, err := exchange.Read(empty)
			if err != nil {
				t.Fatal(err)
			}
			full := table.Rows[0]
			table.Rows = append(table.Rows, row(p, def, full, true), row(p, def, full, false))
			report, err := exchange.Check(p, def, table, surroundings(def, params))
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range report.Drafts {
				for _, bad := range d.Problems {
					t.Errorf("row %d: %s", d.Row, bad)
				}
				t.Logf("row %d: %d acts, %d breaches", d.Row, len(d.Acts), len(d.Breaches))
			}
			if len(report.Drafts) != 2 || len(report.Drafts[0].Acts) < len(p.Steps)-1 || len(report.Ignored) > 0 {
				t.Fatalf("%d rows, ignored %v", len(report.Drafts), report.Ignored)
			}
			whole, bare := report.Drafts[0], report.Drafts[1]
			if len(bare.Acts) == 0 || len(bare.Breaches) == 0 || len(bare.Acts) >= len(whole.Acts) {
				t.Errorf("a row with nothing but its publication: %d acts, %d breaches", len(bare.Acts), len(bare.Breaches))
			}
		})
	}
}

// row is a document with every column filled, each step five days after the one before, or
// with its number, its issue and its publication only.
func row(p *exchange.Plan, def *procedure.Definition, head []string, whole bool) []string {
	out := make([]string, len(head))
	day := map[string]string{}
	last := ""
	on := gov.MustDay("2026-01-05")
	for _, s := range p.Steps {
		on = on.AddDays(5)
		h := s.Day.Heads[0]
		if strings.HasPrefix(h, "印发") || strings.HasPrefix(h, "公布") || whole {
			day[h], last = on.Chinese(), on.AddDays(30).String()
		}
	}
	title := "甲办法"
	if !whole {
		title = "乙办法"
	}
	used := map[string]exchange.ColumnUse{}
	for _, u := range p.Columns(def) {
		used[u.Head] = u
	}
	for i, h := range head {
		u := used[h]
		switch {
		case h == p.Title.Heads[0]:
			out[i] = title
		case h == p.Unit.Heads[0]:
			out[i] = "县民政局"
		case day[h] != "":
			out[i] = day[h]
		case strings.HasPrefix(h, "施行"):
			out[i] = last
		case h == "发文字号":
			out[i] = "清民规〔2026〕1号"
		case !whole || u.Day:
		case len(u.Words) > 0:
			out[i] = u.Words[0]
		default:
			out[i] = "有"
		}
	}
	return out
}

func surroundings(def *procedure.Definition, params []area.Parameter) exchange.Surroundings {
	now := gov.MustDay("2026-11-23").Start().Add(10 * time.Hour)
	var post gov.Post
	for _, p := range []gov.Post{"secretary", "registrar", "supervisor"} {
		_, no := def.Start(procedure.StartAct{Title: "x", Unit: "u", Occurred: now, Actor: gov.Actor{Person: "p", Post: p, Unit: "u"},
			Recording: &procedure.Recording{Reason: "r", Source: "s"}}, procedure.Env{Now: now, Book: law.Default()})
		if len(no) == 0 {
			post = p
		}
	}
	return exchange.Surroundings{Actor: gov.Actor{Person: "p", Post: post, Unit: "u"}, Now: now,
		Unit:      func(string) (gov.UnitID, bool) { return "u", true },
		Name:      func(gov.UnitID) string { return "清源县民政局" },
		MayRecord: func(gov.UnitID) bool { return true },
		Env: func(gov.UnitID) procedure.Env {
			return procedure.Env{Book: law.Default(), Now: now, Param: area.Values(params),
				UnitName: func(gov.UnitID) (string, string) { return "清源县民政局", "清民" },
				Parent:   func(gov.UnitID) gov.UnitID { return "up" }}
		},
		Known: func(gov.UnitID, string) bool { return false },
		Mine:  func(int) bool { return false }}
}

// F128 on both engines: begun, recorded, listed, taken back.
func TestImporter_F128_OnBothEngines(t *testing.T) {
	govtest.Each(t, func(t *testing.T, c *govtest.County) {
		who := c.As("secretary", "qy-a")
		var table strings.Builder
		table.WriteString("文件名称,制定机关,公布日期,施行日期\n")
		for i := range 40 {
			fmt.Fprintf(&table, "清源县旧办法第%d号,清民,2026-03-02,2026-04-01\n", i)
		}
		f, err := c.Files.Put(t.Context(), who.Actor.Person, "旧文件.csv", strings.NewReader(table.String()))
		if err != nil {
			t.Fatal(err)
		}
		id, err := c.Importer.Begin(t.Context(), who, "old-documents", f.Digest, "旧文件.csv", "k")
		if err != nil {
			t.Fatal(err)
		}
		ended := func() {
			t.Helper()
			for range 3000 {
				if at, ok := c.Importer.Progress(id); ok && !at.Running {
					return
				}
				time.Sleep(10 * time.Millisecond) // the rows are recorded by the program's own work
			}
			t.Fatal("the import does not end")
		}
		count := func(s procedure.CaseStatus) int64 {
			t.Helper()
			n, err := c.Docket.Count(t.Context(), who, docket.Query{Status: s})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		ended()
		list, err := c.Importer.Batches(t.Context(), who, 10)
		if err != nil || len(list) != 1 || list[0].ID != id || list[0].Rows != 40 || list[0].Finished.IsZero() || len(list[0].Failed) > 0 {
			t.Fatalf("%+v %v", list, err)
		}
		if n := count(procedure.Open); n != 40 {
			t.Errorf("%d cases", n)
		}
		if other, err := c.Importer.Batches(t.Context(), c.As("secretary", "qy-b"), 10); err != nil || len(other) != 0 {
			t.Errorf("another's batches: %+v %v", other, err)
		}
		if err := c.Importer.Undo(t.Context(), who, id, "拿错了"); err != nil {
			t.Fatal(err)
		}
		ended()
		if open, voided := count(procedure.Open), count(procedure.Voided); open != 0 || voided != 40 {
			t.Errorf("%d open, %d voided", open, voided)
		}
	})
}
