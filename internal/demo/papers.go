package demo

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"image"
	"image/png"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"zhunsheng/gov"
	"zhunsheng/procedure"
)

// papers gives the files of an act, from those that were stored before the play where that
// was possible.
func (s *stage) papers(ctx context.Context, m moment, by gov.Actor) (map[procedure.PaperID][]procedure.Paper, error) {
	out := map[procedure.PaperID][]procedure.Paper{}
	for id, list := range m.act.Papers {
		for what := range strings.SplitSeq(list, " | ") {
			key := paperKey(m.play, what, by.Person)
			f, ok := s.stored[key]
			if !ok {
				var err error
				if f, err = s.put(ctx, m.play, what, by); err != nil {
					return nil, err
				}
				s.stored[key] = f
			}
			out[procedure.PaperID(id)] = append(out[procedure.PaperID(id)], f)
		}
	}
	return out, nil
}

// paperKey tells files apart: drafts and final texts are each case's own, the others are
// one sheet that everybody brings.
func paperKey(p *played, what string, by gov.PersonID) string {
	if ownSheet(what) {
		return string(by) + "/" + p.key + "/" + what
	}
	return string(by) + "/" + what
}

func ownSheet(what string) bool {
	return strings.Contains(what, "稿") || strings.Contains(what, "文本") || strings.Contains(what, "公告")
}

// store stores ahead the files of acts on the stories' own cases, many at once, so that they
// share the commits of the database. Who acts on other cases is known when they are opened.
func (s *stage) store(ctx context.Context, moments []moment) error {
	var mu sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(32)
	s.stored = map[string]procedure.Paper{}
	begun := map[string]bool{}
	for _, m := range moments {
		if m.act.On != "" {
			continue
		}
		var sheets []string
		for _, list := range m.act.Papers {
			sheets = append(sheets, strings.Split(list, " | ")...)
		}
		for _, what := range sheets {
			by, err := s.c.holder(m.act.Post, m.play.cases[""].unit)
			if err != nil {
				return err
			}
			key := paperKey(m.play, what, by.Person)
			if begun[key] {
				continue
			}
			begun[key] = true
			g.Go(func() error {
				f, err := s.put(ctx, m.play, what, by)
				if err != nil {
					return err
				}
				mu.Lock()
				defer mu.Unlock()
				s.stored[key] = f
				return nil
			})
		}
	}
	return g.Wait()
}

// put stores one sheet: a small docx that opens in word processors, or the picture of a sheet
// that was signed on paper (扫描件).
func (s *stage) put(ctx context.Context, p *played, what string, by gov.Actor) (procedure.Paper, error) {
	heading := "清源县法治政府建设平台演示材料"
	if ownSheet(what) {
		heading = p.title
	}
	body, err := docx(heading, what, s.c.unitName(by.Unit))
	name := what + ".docx"
	if strings.HasSuffix(what, "扫描件") {
		name = what + ".png"
		body, err = scan()
	}
	if err != nil {
		return procedure.Paper{}, err
	}
	f, err := s.a.Files.Put(ctx, by.Person, name, bytes.NewReader(body))
	if err != nil {
		return procedure.Paper{}, fmt.Errorf("demo: %s: %w", what, err)
	}
	return procedure.Paper{Digest: f.Digest, Name: f.Name, Size: f.Size, Media: f.Media}, nil
}

// scan is an empty sheet as a scanner gives it.
func scan() ([]byte, error) {
	sheet := image.NewGray(image.Rect(0, 0, 210, 297))
	for i := range sheet.Pix {
		sheet.Pix[i] = 0xff
	}
	var buf bytes.Buffer
	err := png.Encode(&buf, sheet)
	return buf.Bytes(), err
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
