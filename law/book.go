package law

import (
	"embed"
	"io/fs"
	"strings"
	"sync"

	"zhunsheng/gov"
)

// Book is the register of statutes together with the working-day calendar.
// It is read-only once loaded and safe for concurrent use.
type Book struct {
	statutes []*Statute          // in order of file name
	names    map[string]*Statute // every name and alias, by nameKey
	terms    map[string]*Terms
	words    ReceiptWords
	cal      *WorkCalendar
}

//go:embed data
var embedded embed.FS

// Data is the register that the binary carries.
func Data() fs.FS {
	sub, err := fs.Sub(embedded, "data")
	if err != nil {
		panic(err)
	}
	return sub
}

// Schema is the published JSON Schema of one kind of file of the register (calendar, receipt,
// statute, tail, terms) or of an answer (due).
func Schema(kind string) ([]byte, error) {
	return fs.ReadFile(Data(), "schema/"+kind+".schema.json")
}

// Default is the register that the binary carries, read once. The embedded files are part
// of the program: a fault in them is a fault of the build and panics.
var Default = sync.OnceValue(func() *Book {
	b, err := Load(Data())
	if err != nil {
		panic(err)
	}
	return b
})

// Calendar is the working-day calendar.
func (b *Book) Calendar() *WorkCalendar { return b.cal }

// Statutes lists the register; the statutes are not to be changed.
func (b *Book) Statutes() []*Statute { return b.statutes }

// Statute finds a statute by official name, short name or alias, with or without 《》 and
// 中华人民共和国. An unknown name is a NotFound error that lists close names.
func (b *Book) Statute(name string) (*Statute, error) {
	if s := b.names[nameKey(name)]; s != nil {
		return s, nil
	}
	if strings.TrimSpace(name) == "" {
		return nil, gov.FieldError("under", "没有指明依据哪一部法律法规计算期间")
	}
	msg := "登记中没有“" + name + "”"
	if near := b.near(name); len(near) > 0 {
		msg += "，相近的有：" + strings.Join(near, "、")
	}
	return nil, &gov.Error{Kind: gov.NotFound, Field: "under", Text: msg}
}

func nameKey(s string) string {
	s = strings.TrimSpace(s)
	s = strings.TrimSuffix(strings.TrimPrefix(s, "《"), "》")
	return strings.TrimPrefix(s, "中华人民共和国")
}
