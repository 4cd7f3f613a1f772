package law

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"zhunsheng/gov"
)

// TestSchema_AnswersConform: whatever is asked, the answer has the published form, and every
// kind of step that the schema names is given by some answer.
func TestSchema_AnswersConform(t *testing.T) {
	schema, b := compile(t, "schema/due.schema.json"), Default()
	kinds := map[string]bool{}
	check := func(what string, answer any) {
		text, err := json.Marshal(answer)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(doc); err != nil {
			t.Errorf("%s: %v\n%s", what, err, text)
		}
	}
	note := func(steps []Step) {
		for _, s := range steps {
			kinds[s.Kind] = true
		}
	}
	g := newAsker(7)
	for range 1500 {
		for _, q := range []question{g.next(), g.nextCourse(), g.receipt()} {
			limit, err := ParseLimit(q.Limit)
			k := Query{Under: q.Under, Article: q.Article, Limit: limit, From: q.From, At: q.At, AsOf: q.AsOf, Count: q.Count}
			if q.Op == "receipt" {
				if r, err := b.ReceiptDay(ReceiptQuery{Under: q.Under, Paper: q.Paper, Channel: q.Channel, Facts: q.Facts, On: q.On, AsOf: q.AsOf}); err == nil {
					note(r.Steps)
					check("receipt", map[string]any{"receipt": r})
				}
				continue
			}
			if err != nil || q.Op == "parse" {
				continue
			}
			f := map[string]func(Query) (Due, error){"due": b.Due, "before": b.Before, "atLeast": b.AtLeast}[q.Op]
			if f == nil {
				f = func(k Query) (Due, error) { return b.Course(k, q.Turns) }
			}
			d, err := f(k)
			if err != nil {
				continue
			}
			note(d.Steps)
			var answer struct {
				Due
				Consequences []BookClause `json:"consequences,omitempty"`
			}
			answer.Due = d
			if answer.Consequences, err = b.Clauses(k); err != nil {
				t.Fatal(err)
			}
			check(line(q), answer)
		}
	}
	late := due(t, Query{Under: "决策条例", Limit: MustLimit("30日"), From: gov.MustDay("2026-09-01")}, b.AtLeast)
	note(late.Steps)
	var named struct {
		Defs struct {
			Steps struct {
				Items struct {
					Properties struct {
						Kind struct{ Enum []string }
					}
				}
			}
		} `json:"$defs"`
	}
	src, err := Schema("due")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(src, &named); err != nil {
		t.Fatal(err)
	}
	if len(named.Defs.Steps.Items.Properties.Kind.Enum) < 20 {
		t.Fatal("the schema names no kinds of step")
	}
	for _, k := range named.Defs.Steps.Items.Properties.Kind.Enum {
		if !kinds[k] {
			t.Errorf("no answer has a step %q", k)
		}
	}
}
