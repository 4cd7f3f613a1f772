package law

import (
	"embed"
	"io/fs"
	"slices"
)

// Register is the whole register as plain data, for the second implementation of the same
// rules (calc/calc.js) and for readers outside the program.
type Register struct {
	Terms    []*Terms        `json:"terms"`
	Receipt  ReceiptWords    `json:"receipt"`
	Statutes []*Statute      `json:"statutes"`
	Years    []*CalendarYear `json:"years"` // in order
	Tail     Tail            `json:"tail"`
}

// Export gives the register; what it points to is not to be changed.
func (b *Book) Export() Register {
	r := Register{Statutes: b.statutes, Tail: b.cal.tail, Receipt: b.words}
	var ids []string
	for id := range b.terms {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		r.Terms = append(r.Terms, b.terms[id])
	}
	first, last := b.cal.Years()
	for y := first; y <= last; y++ {
		if b.cal.years[y] != nil {
			r.Years = append(r.Years, b.cal.years[y])
		}
	}
	return r
}

//go:embed calc/*.js
var calc embed.FS

// Calc holds the second implementation, plain ES modules for the public page: the register
// goes in as JSON, and the same answers come out. The entry is calc.js.
func Calc() fs.FS {
	sub, err := fs.Sub(calc, "calc")
	if err != nil {
		panic(err)
	}
	return sub
}
