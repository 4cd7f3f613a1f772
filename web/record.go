package web

import "strconv"

// proofText is #18201 · 7f3a…c19e.
func proofText(r Record) string {
	return "#" + strconv.FormatInt(r.Number, 10) + " · " + ShortHash(r.Hash)
}
