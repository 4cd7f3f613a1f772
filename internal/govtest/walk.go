package govtest

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"sync/atomic"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/procedure"
)

// Department is the definition that the walks of the small county go through.
const Department = "normative-document.department"

// Comment is the definition of what the public hands in about a published document.
const Comment = "fixture.comment"

// Open starts a document case of a unit, as its drafter.
func (c *County) Open(unit gov.UnitID, title string) gov.CaseID {
	c.T.Helper()
	done, err := c.Docket.Open(context.Background(), c.As("drafter", unit), docket.OpenRequest{
		Procedure: Department, Title: title, Unit: unit, Key: "open-" + title})
	if err != nil {
		c.T.Fatalf("open %s: %v", title, err)
	}
	return done.Case
}

// Step is one act of a walk.
type Step struct {
	Day     string // the clock is moved there first; "" leaves it
	Post    gov.Post
	Step    procedure.StepID
	Outcome string
	Fields  map[procedure.FieldID]string
	Papers  []procedure.PaperID
}

// The steps of a document that passes everything, with the days of a year without traps.
var Straight = []Step{
	{"2026-09-01", "drafter", "draft", "done", map[procedure.FieldID]string{"business": "false"}, []procedure.PaperID{"draft-text", "explanation"}},
	{"2026-09-02", "drafter", "assessment", "done", map[procedure.FieldID]string{"assessment-conclusion": "必要、可行"}, nil},
	{"2026-09-11", "reviewer", "legality-review", "passed", map[procedure.FieldID]string{"review-opinion": "与上位法不抵触"}, []procedure.PaperID{"legality-opinion"}},
	{"2026-09-14", "secretary", "deliberation", "passed", map[procedure.FieldID]string{"meeting-name": "办公会议", "meeting-day": "2026-09-14"}, []procedure.PaperID{"minutes"}},
	{"2026-09-15", "registrar", "numbering", "done", nil, nil},
	{"2026-09-16", "disclosure", "publication-review", "open", map[procedure.FieldID]string{"secrecy-opinion": "可以公开"}, nil},
	{"2026-09-17", "secretary", "publication", "done", map[procedure.FieldID]string{"effective-day": "2026-10-20"}, []procedure.PaperID{"final-text"}},
	{"2026-09-25", "drafter", "filing", "done", nil, []procedure.PaperID{"filing-report"}},
}

// Take performs one step of a case of a unit.
func (c *County) Take(id gov.CaseID, unit gov.UnitID, s Step) (docket.Done, error) {
	c.T.Helper()
	if s.Day != "" {
		c.Clock.On(s.Day)
	}
	return c.Docket.Act(context.Background(), c.As(s.Post, unit), docket.ActRequest{Case: id, Step: s.Step,
		Outcome: s.Outcome, Fields: s.Fields, Papers: c.Papers(c.As(s.Post, unit).Actor.Person, s.Papers...)})
}

// Walk performs the straight steps up to and including the named one; "" means all.
func (c *County) Walk(id gov.CaseID, unit gov.UnitID, last procedure.StepID) {
	c.T.Helper()
	for _, s := range Straight {
		if _, err := c.Take(id, unit, s); err != nil {
			c.T.Fatalf("%s on %s: %v", s.Step, s.Day, err)
		}
		if s.Step == last {
			return
		}
	}
}

// sheets numbers the papers, so that no two have the same content.
var sheets atomic.Int64

// Papers stores a small docx for each paper, brought by a person, and attaches it.
func (c *County) Papers(by gov.PersonID, ids ...procedure.PaperID) map[procedure.PaperID][]procedure.Paper {
	c.T.Helper()
	out := map[procedure.PaperID][]procedure.Paper{}
	for _, id := range ids {
		f, err := c.Files.Put(context.Background(), by, string(id)+".docx", bytes.NewReader(Docx(fmt.Sprint(id, " ", sheets.Add(1)))))
		if err != nil {
			c.T.Fatalf("store %s: %v", id, err)
		}
		out[id] = []procedure.Paper{{Digest: f.Digest, Name: f.Name, Size: f.Size, Media: f.Media}}
	}
	return out
}

// Docx is a minimal word-processor file with a line of text.
func Docx(text string) []byte {
	var buf bytes.Buffer
	zw := zip.NewWriter(&buf)
	for _, part := range [][2]string{
		{"[Content_Types].xml", `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`},
		{"word/document.xml", fmt.Sprintf(`<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>%s</w:t></w:r></w:p></w:body></w:document>`, text)},
	} {
		w, err := zw.Create(part[0])
		if err == nil {
			_, err = w.Write([]byte(part[1]))
		}
		if err != nil {
			panic(err) // writing to memory
		}
	}
	if err := zw.Close(); err != nil {
		panic(err)
	}
	return buf.Bytes()
}
