package demo

import (
	"context"
	"encoding/csv"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"zhunsheng/area"
	"zhunsheng/area/decisions"
	"zhunsheng/area/leadership"
	"zhunsheng/area/rules"
	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/indicator"
	"zhunsheng/indicator/indicatorsql"
	"zhunsheng/internal/app"
	"zhunsheng/procedure"
)

// office is the county without its year, on a clock that the test moves.
type office struct {
	*stage
	t *testing.T
}

func open(t *testing.T, day string) office {
	t.Helper()
	clock := &travelling{}
	clock.set(gov.MustDay(day).Start().Add(10 * time.Hour))
	dir := t.TempDir()
	a, err := app.Open(t.Context(), app.Config{Data: filepath.Join(dir, "data"), Keys: filepath.Join(dir, "keys"), Origin: "zhunsheng/documents-test",
		County: "清源县", Areas: []area.Area{rules.Area(), decisions.Area(), leadership.Area()}, Clock: clock, Hash: Hash})
	if err != nil {
		t.Fatal(err)
	}
	work, stop := context.WithCancel(context.Background())
	a.Log = slog.New(slog.DiscardHandler)
	var wait sync.WaitGroup
	wait.Go(func() { _ = a.Importer.Run(work, a.Log) })
	wait.Go(func() {
		if err := runSealing(work, a); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		stop()
		wait.Wait()
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	c, err := readCounty()
	if err == nil {
		err = c.settle(t.Context(), a)
	}
	if err != nil {
		t.Fatal(err)
	}
	return office{&stage{a: a, c: c, clock: clock, stored: map[string]procedure.Paper{}}, t}
}

func (o office) as(post string, unit gov.UnitID) *identity.Principal {
	o.t.Helper()
	by, err := o.c.holder(post, unit)
	if err != nil {
		o.t.Fatal(err)
	}
	who, err := o.principal(o.t.Context(), by)
	if err != nil {
		o.t.Fatal(err)
	}
	return who
}

// imported hands in a table as who and gives its cases by their title.
func (o office) imported(who *identity.Principal, plan string, rows ...[]string) (batch string, cases map[string]*docket.Case) {
	o.t.Helper()
	ctx := o.t.Context()
	var table strings.Builder
	if err := csv.NewWriter(&table).WriteAll(rows); err != nil {
		o.t.Fatal(err)
	}
	f, err := o.a.Files.Put(ctx, who.Actor.Person, plan+".csv", strings.NewReader(table.String()))
	if err != nil {
		o.t.Fatal(err)
	}
	report, err := o.a.Importer.Inspect(ctx, who, plan, f.Digest)
	if err != nil {
		o.t.Fatal(err)
	}
	for _, d := range report.Drafts {
		for _, p := range d.Problems {
			o.t.Errorf("%s, row %d: %s", plan, d.Row, p)
		}
	}
	if len(report.Ignored) > 0 {
		o.t.Errorf("%s does not know the columns %v", plan, report.Ignored)
	}
	batch, err = o.a.Importer.Begin(ctx, who, plan, f.Digest, plan+".csv", plan)
	if err != nil {
		o.t.Fatal(err)
	}
	o.ended(batch)
	page, err := o.a.Docket.List(ctx, who, docket.Query{Limit: 100})
	if err != nil {
		o.t.Fatal(err)
	}
	cases = map[string]*docket.Case{}
	for _, r := range page.Rows {
		c, err := o.a.Docket.Get(ctx, who, r.ID)
		if err != nil {
			o.t.Fatal(err)
		}
		if c.State.Status != procedure.Voided {
			cases[r.Title] = c
		}
	}
	for _, d := range report.Drafts {
		c := cases[d.Title]
		if c == nil {
			o.t.Fatalf("%s: %q was not recorded", plan, d.Title)
		}
		told := slices.Clone(ids(d.Breaches))
		for _, b := range d.Beside {
			told = slices.DeleteFunc(told, func(r procedure.RuleID) bool { return slices.Contains(ids(cases[b.Title].State.Breaches), r) })
		}
		if got := ids(c.State.Breaches); !slices.Equal(got, told) {
			o.t.Errorf("%s: the check told %v, the record says %v", d.Title, told, got)
		}
	}
	return batch, cases
}

// ended waits until a batch is worked off; the rows are recorded by the program's own work.
func (o office) ended(batch string) {
	o.t.Helper()
	for range 3000 {
		if p, ok := o.a.Importer.Progress(batch); ok && !p.Running {
			if len(p.Failed) > 0 || p.Stopped != "" {
				o.t.Fatalf("%+v", p)
			}
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	o.t.Fatal("the import does not end")
}

func ids(list []procedure.Breach) []procedure.RuleID {
	var out []procedure.RuleID
	for _, b := range list {
		out = append(out, b.Rule)
	}
	slices.Sort(out)
	return out
}

// rates are the indicators of a period as numerator/denominator, with /suspended where there
// is one.
func (o office) rates(unit gov.UnitID, from, to string) map[indicator.ID]string {
	o.t.Helper()
	if err := o.a.Settle(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
	all, _, err := o.a.Board.All(o.t.Context(), o.as("supervisor", unit), indicatorsql.Period{From: gov.MustDay(from), To: gov.MustDay(to)}, unit)
	if err != nil {
		o.t.Fatal(err)
	}
	out := map[indicator.ID]string{}
	for id, a := range all {
		r := a.Total
		out[id] = fmt.Sprintf("%d/%d", r.Numerator, r.Denominator)
		if r.Suspended > 0 {
			out[id] += fmt.Sprintf("/%d", r.Suspended)
		}
	}
	return out
}

func (o office) wantRates(unit gov.UnitID, from, to string, want map[indicator.ID]string) {
	o.t.Helper()
	got := o.rates(unit, from, to)
	for id, w := range want {
		if got[id] != w {
			o.t.Errorf("%s of %s from %s to %s is %q, want %q", id, unit, from, to, got[id], w)
		}
	}
}
