package publication_test

import (
	"os"
	"path/filepath"
	"testing"

	"zhunsheng/procedure"
	"zhunsheng/publication"
)

func definitions(t *testing.T, pattern string) (out []*procedure.Definition) {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if d, err := procedure.Parse(name, src); err == nil { // the folder holds other tables too
			out = append(out, d)
		}
	}
	if len(out) == 0 {
		t.Fatalf("%s: no definitions", pattern)
	}
	return out
}

// A register that the areas publish in has a Chinese name of its own.
func TestCatalogue_EveryRegisterOfTheAreasHasAName(t *testing.T) {
	c, err := publication.NewCatalogue(definitions(t, "../area/*/*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Registers()) < 3 {
		t.Errorf("only %d registers", len(c.Registers()))
	}
	for _, r := range c.Registers() {
		if r.Name == "" || r.Item == "" || r.Unit == "" || r.Note == "" {
			t.Errorf("register %s stands in no line of registers.yaml: %+v", r.ID, r)
		}
	}
}

func TestCatalogue_RegisterWithoutALineIsCalledByItsDuty(t *testing.T) {
	c, err := publication.NewCatalogue(definitions(t, "../internal/noticetest/*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	r, ok := c.Register("test-archive")
	if !ok || r.Name != "归档目录" || r.Numbered {
		t.Errorf("%+v, %v", r, ok)
	}
	if r, _ := c.Register("normative-documents"); !r.Numbered || !r.Dated || !r.Expiring || r.Commented {
		t.Errorf("what its entries hold: %+v", r)
	}
}

// What may be handed in: the form is the definition's start form, as the intake names it, and
// what is taken by an open entry is offered nowhere else.
func TestCatalogue_Offers(t *testing.T) {
	c, err := publication.NewCatalogue(definitions(t, "../internal/noticetest/*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	draft := publication.Entry{Register: "consultations", Procedure: "test.notice", Status: "in_force", Published: on("2026-09-01"),
		Until: on("2026-09-30"), Parts: []publication.Part{{Rule: "TN-P01"}}}
	offers := c.Offers(draft, on("2026-09-30"))
	if len(offers) != 1 || offers[0].Procedure != "test.comment" || !offers[0].Comment || offers[0].Matter != "matter" {
		t.Fatalf("on the last day: %+v", offers)
	}
	var ids []string
	for _, f := range offers[0].Fields {
		ids = append(ids, f.ID)
		if f.Personal != (f.ID == "commenter") || f.UsedBy == "" {
			t.Errorf("field %+v", f)
		}
	}
	if len(ids) != 3 || ids[0] != "kind" || ids[1] != "commenter" || ids[2] != "comment" {
		t.Errorf("fields: %v", ids)
	}
	if late := c.Offers(draft, on("2026-10-01")); len(late) != 0 {
		t.Errorf("after the last day: %+v", late)
	}
	if f, ok := c.Once(draft, "test.comment"); !ok || f.Procedure != "test.comment" {
		t.Error("it is not known what a closed entry took")
	}
	done := publication.Entry{Register: "normative-documents", Procedure: "test.notice", Status: "in_force", Effective: on("2026-09-01"),
		Parts: []publication.Part{{Rule: "TN-P03"}}}
	if offers = c.Offers(done, on("2026-10-01")); len(offers) != 1 || offers[0].Procedure != "test.objection" || offers[0].Matter != "document" {
		t.Errorf("against a document: %+v", offers)
	}
	statement := done
	statement.Register = "adoption-statements"
	if offers = c.Offers(statement, on("2026-10-01")); len(offers) != 0 {
		t.Errorf("against a statement: %+v", offers)
	}
	done.Changes = []publication.Change{{As: procedure.WithdrawnEntry, On: on("2026-09-15")}}
	if offers = c.Offers(done, on("2026-10-01")); len(offers) != 0 {
		t.Errorf("against what was taken off: %+v", offers)
	}
}
