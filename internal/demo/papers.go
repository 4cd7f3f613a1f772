package demo

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"zhunsheng/gov"
	"zhunsheng/procedure"
)

// papers finds the files of an act among those that were stored before the play.
func (s *stage) papers(m moment) map[procedure.PaperID][]procedure.Paper {
	out := map[procedure.PaperID][]procedure.Paper{}
	for id, what := range m.act.Papers {
		actor, _ := s.c.holder(m.act.Post, m.play.unit)
		out[procedure.PaperID(id)] = []procedure.Paper{s.stored[paperKey(m.play, what, actor.Person)]}
	}
	return out
}

// paperKey tells files apart: drafts and final texts are each case's own, the others are
// one sheet that everybody brings.
func paperKey(p *played, what string, by gov.PersonID) string {
	if ownSheet(what) {
		return p.title + "/" + what
	}
	return string(by) + "/" + what
}

func ownSheet(what string) bool {
	return strings.Contains(what, "稿") || strings.Contains(what, "文本")
}

// store writes and stores every file of the year. Each is a small docx that opens in WPS.
// Many at once share the commits of the database.
func (s *stage) store(ctx context.Context, moments []moment) error {
	var mu sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(32)
	s.stored = map[string]procedure.Paper{}
	begun := map[string]bool{}
	for _, m := range moments {
		for _, what := range m.act.Papers {
			actor, ok := s.c.holder(m.act.Post, m.play.unit)
			if !ok {
				return fmt.Errorf("demo: nobody holds %s for %s", m.act.Post, m.play.unit)
			}
			key := paperKey(m.play, what, actor.Person)
			if begun[key] {
				continue
			}
			begun[key] = true
			title := m.play.title
			if !ownSheet(what) {
				title = "清源县行政规范性文件"
			}
			unit := s.c.unitName(m.play.unit)
			g.Go(func() error {
				body, err := docx(title, what, unit)
				if err != nil {
					return err
				}
				f, err := s.a.Files.Put(ctx, actor.Person, what+".docx", bytes.NewReader(body))
				if err != nil {
					return fmt.Errorf("demo: %s: %w", what, err)
				}
				mu.Lock()
				defer mu.Unlock()
				s.stored[key] = procedure.Paper{Digest: f.Digest, Name: f.Name, Size: f.Size, Media: f.Media}
				return nil
			})
		}
	}
	return g.Wait()
}

// docx makes the smallest document that word processors open: title, one line, unit.
func docx(title, what, unit string) ([]byte, error) {
	var body strings.Builder
	para := func(text, size, align string) {
		body.WriteString(`<w:p><w:pPr><w:jc w:val="` + align + `"/></w:pPr><w:r><w:rPr><w:rFonts w:eastAsia="仿宋_GB2312"/><w:sz w:val="` + size + `"/></w:rPr><w:t>`)
		xml.EscapeText(&body, []byte(text))
		body.WriteString(`</w:t></w:r></w:p>`)
	}
	para(title, "44", "center")
	para("（"+what+"）", "32", "center")
	para("本文件为虚构的演示材料，仅用于试用本平台，不具有任何效力。", "32", "left")
	para(unit, "32", "right")
	parts := []struct{ name, text string }{
		{"[Content_Types].xml", `<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`},
		{"_rels/.rels", `<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`},
		{"word/document.xml", `<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>` + body.String() + `</w:body></w:document>`},
	}
	var buf bytes.Buffer
	zw := zip.NewWriter(&buf)
	for _, p := range parts {
		w, err := zw.Create(p.name)
		if err != nil {
			return nil, err
		}
		if _, err := w.Write([]byte(p.text)); err != nil {
			return nil, err
		}
	}
	err := zw.Close()
	return buf.Bytes(), err
}
