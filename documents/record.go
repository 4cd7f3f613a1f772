package documents

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"

	"zhunsheng/procedure"
)

const (
	recordPart  = "customXml/item1.xml"
	recordSpace = "urn:zhunsheng:paper:1"
	// maxPart bounds what is read of one part of a file that anybody may have brought.
	maxPart = 16 << 20
)

// recordXML is what the paper says, for making it once more: the docx itself keeps what the
// registers and the other cases said when it was made. It holds nothing that the paper does
// not show.
func recordXML(p Paper) string {
	b, err := json.Marshal(shown(p))
	if err != nil { // strings and numbers only
		return xmlHead + `<paper xmlns="` + recordSpace + `"/>`
	}
	return xmlHead + `<paper xmlns="` + recordSpace + `">` + escaped(string(b)) + `</paper>`
}

// shown is a paper without what its layout leaves out.
func shown(p Paper) Paper {
	p.Case = ""
	if !p.Names("elements") && p.Layout != procedure.LayoutAgenda {
		head, _ := headed(p)
		p.Elements = slices.DeleteFunc(slices.Clone(p.Elements), func(e procedure.Element) bool {
			return !head || e.Name != printerElement && (e.Name != signerElement || p.Layout != procedure.LayoutReport)
		})
	}
	tables := p.Tables
	p.Tables = nil
	for name, t := range tables {
		if p.Names(name) {
			if p.Tables == nil {
				p.Tables = map[string]Table{}
			}
			p.Tables[name] = t
		}
	}
	return p
}

// Read gives the paper that DOCX made a file of. It is false for a file that was made
// elsewhere, and for one whose text was changed since: what Read gives says what the file
// says.
func Read(docx []byte) (Paper, bool) {
	z, err := zip.NewReader(bytes.NewReader(docx), int64(len(docx)))
	if err != nil {
		return Paper{}, false
	}
	raw, err := part(z, recordPart)
	if err != nil {
		return Paper{}, false
	}
	var record struct {
		XMLName xml.Name
		Text    string `xml:",chardata"`
	}
	var p Paper
	if xml.Unmarshal(raw, &record) != nil || record.XMLName.Space != recordSpace || json.Unmarshal([]byte(record.Text), &p) != nil {
		return Paper{}, false
	}
	text, err := part(z, "word/document.xml")
	if err != nil {
		return Paper{}, false
	}
	says, err := words(text)
	if err != nil {
		return Paper{}, false
	}
	should, err := words([]byte(document(p)))
	if err != nil || says != should {
		return Paper{}, false
	}
	return p, true
}

var errLarge = errors.New("documents: a part is too large")

func part(z *zip.Reader, name string) ([]byte, error) {
	f, err := z.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxPart+1))
	if err == nil && len(b) > maxPart {
		err = errLarge
	}
	return b, err
}

// words are the words of a document, a line for each paragraph that has any.
func words(b []byte) (string, error) {
	var out strings.Builder
	d := xml.NewDecoder(bytes.NewReader(b))
	in := false
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out.String(), nil
		}
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case xml.StartElement:
			in = t.Name.Local == "t"
		case xml.EndElement:
			in = false
			if s := out.String(); t.Name.Local == "p" && s != "" && !strings.HasSuffix(s, "\n") {
				out.WriteByte('\n')
			}
		case xml.CharData:
			if in {
				out.Write(t)
			}
		}
	}
}
