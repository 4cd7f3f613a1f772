package docket

import (
	"strings"
	"testing"

	"zhunsheng/procedure"
)

const objection = `
id: t.objection
name: 异议
area: t
version: 1
from: 2022-01-01
mode: native
basis: [{statute: 本地规定, mark: local}]
start:
  by: r
  title: 标题
  fields: [{id: about, type: case, label: 文件, used_by: 办理人, procedures: [t.document]}]
roles: [{id: r, name: 人, posts: [p]}]
steps:
  - {id: only, rule: TT-S01, name: 办, by: r, outcomes: [{id: done, name: 办结, close: closed}]}
`

// F042: an objection says by its own form what it is about; the document needs no word of it.
func TestIntakeLink_F042_TheFormOfTheSubmissionNamesItsMatter(t *testing.T) {
	parse := func(src string) *procedure.Definition {
		d, err := procedure.Parse("t.yaml", []byte(src))
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	def := parse(objection)
	document := parse(strings.NewReplacer("t.objection", "t.document", "TT-S01", "TD-S01").Replace(objection))
	for _, c := range []struct {
		about *procedure.Definition
		link  procedure.FieldID
		want  bool
	}{{document, "", true}, {document, "about", true}, {document, "other", false}, {def, "", false}} {
		link, ok := intakeLink(def, c.about, Intake{Procedure: def.ID(), Link: c.link})
		if ok != c.want || ok && link != "about" {
			t.Errorf("about %s by %q: %q %v", c.about.ID(), c.link, link, ok)
		}
	}
}
