package publication_test

import (
	"context"
	"testing"

	"zhunsheng/gov"
	"zhunsheng/internal/govtest"
	"zhunsheng/publication"
)

func list(t *testing.T, c *govtest.County, q publication.Query) publication.Page {
	t.Helper()
	if err := c.Settle(context.Background()); err != nil {
		t.Fatal(err)
	}
	q.Register = publication.Documents
	if q.Limit == 0 {
		q.Limit = 10
	}
	p, err := c.Shelf.List(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestShelf_F041_NothingIsPublicBeforePublication(t *testing.T) {
	govtest.Each(t, func(t *testing.T, c *govtest.County) {
		id := c.Open("qy-a", "临时救助实施细则")
		c.Walk(id, "qy-a", "publication-review")
		if p := list(t, c, publication.Query{}); len(p.Entries) != 0 {
			t.Fatalf("before publication: %+v", p.Entries)
		}
		if _, _, err := c.Shelf.Get(context.Background(), publication.Documents, id); gov.KindOf(err) != gov.NotFound {
			t.Fatalf("get before publication: %v", err)
		}
		if _, err := c.Take(id, "qy-a", govtest.Straight[6]); err != nil {
			t.Fatal(err)
		}
		p := list(t, c, publication.Query{})
		if len(p.Entries) != 1 {
			t.Fatalf("after publication: %+v", p)
		}
		e := p.Entries[0]
		if e.Number != "清民规〔2026〕1号" || e.Published.String() != "2026-09-17" || e.Effective.String() != "2026-10-20" ||
			e.Main().Digest == "" || !e.Filed.IsZero() || p.At == 0 {
			t.Errorf("entry %+v at %d", e, p.At)
		}
		if _, err := c.Take(id, "qy-a", govtest.Straight[7]); err != nil {
			t.Fatal(err)
		}
		if p := list(t, c, publication.Query{}); p.Entries[0].Filed.String() != "2026-09-25" {
			t.Errorf("filed: %+v", p.Entries[0])
		}
	})
}

func TestShelf_F041_FindsByWordsNumberAndUnit(t *testing.T) {
	govtest.Each(t, func(t *testing.T, c *govtest.County) {
		for _, d := range []struct {
			unit  gov.UnitID
			title string
		}{{"qy-a", "临时救助实施细则"}, {"qy-b", "农村供水管理办法"}, {"qy-b", "百分之百%达标办法"}} {
			c.Clock.On("2026-09-01")
			id := c.Open(d.unit, d.title)
			c.Walk(id, d.unit, "publication")
		}
		for _, q := range []struct {
			words string
			unit  gov.UnitID
			want  int
		}{{"", "", 3}, {"救助", "", 1}, {"清水规", "", 2}, {"办法", "qy-b", 2}, {"救助", "qy-b", 0}, {"%", "", 1}, {"_", "", 0}} {
			if p := list(t, c, publication.Query{Words: q.words, Unit: q.unit}); len(p.Entries) != q.want {
				t.Errorf("words %q unit %q: %d entries, want %d", q.words, q.unit, len(p.Entries), q.want)
			}
		}
		first := list(t, c, publication.Query{Limit: 2})
		if !first.More || len(first.Entries) != 2 {
			t.Fatalf("first page: %+v", first)
		}
		second := list(t, c, publication.Query{Limit: 2, After: &first.Entries[1]})
		if second.More || len(second.Entries) != 1 {
			t.Fatalf("second page: %+v", second)
		}
	})
}
