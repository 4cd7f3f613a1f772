package area

import (
	"zhunsheng/law"
	"zhunsheng/procedure"
)

// Uncovered lists by definition what no scenario shows, see procedure.Definition.Uncovered.
func Uncovered(a Area, book *law.Book) (map[string][]procedure.Gap, error) {
	defs, err := Parse(a)
	if err != nil {
		return nil, err
	}
	params, err := LoadParameters(a)
	if err != nil {
		return nil, err
	}
	out := map[string][]procedure.Gap{}
	for _, d := range defs {
		if gaps := d.Uncovered(book, Values(params)); len(gaps) > 0 {
			out[d.ID()] = gaps
		}
	}
	return out, nil
}
