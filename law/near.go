package law

import (
	"cmp"
	"slices"
)

// near gives up to five register names that share most character pairs with name.
func (b *Book) near(name string) []string {
	want := pairs(nameKey(name))
	best := map[*Statute]float64{}
	for key, s := range b.names {
		have := pairs(key)
		shared := 0
		for p := range want {
			if have[p] {
				shared++
			}
		}
		if score := 2 * float64(shared) / float64(len(want)+len(have)+1); score > best[s] {
			best[s] = score
		}
	}
	var found []*Statute
	for s, score := range best {
		if score >= 0.25 {
			found = append(found, s)
		}
	}
	slices.SortFunc(found, func(x, y *Statute) int {
		return cmp.Or(cmp.Compare(best[y], best[x]), cmp.Compare(x.Name, y.Name))
	})
	var out []string
	for _, s := range found[:min(5, len(found))] {
		out = append(out, s.Name)
	}
	return out
}

// pairs are the adjacent character pairs of s, and its single characters, so that a
// misspelt character still leaves a trace.
func pairs(s string) map[string]bool {
	out := map[string]bool{}
	r := []rune(s)
	for i := range r {
		out[string(r[i])] = true
		if i+1 < len(r) {
			out[string(r[i:i+2])] = true
		}
	}
	return out
}
