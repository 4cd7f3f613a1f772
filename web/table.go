package web

import (
	"strings"

	"github.com/a-h/templ"
)

func (t Table) column(i int) Column {
	if i < len(t.Columns) {
		return t.Columns[i]
	}
	return Column{}
}

func (c Column) class() string {
	var cls []string
	if c.Num {
		cls = append(cls, "num")
	}
	if c.Main {
		cls = append(cls, "main")
	}
	if c.Tight {
		cls = append(cls, "tight")
	}
	return strings.Join(cls, " ")
}

func (c Column) sortIcon() IconName {
	switch c.Sorted {
	case "asc":
		return IconSortUp
	case "desc":
		return IconSortDown
	}
	return IconSort
}

func (c Column) sortWord() string {
	switch c.Sorted {
	case "asc":
		return "，已按升序排列，点击改为降序"
	case "desc":
		return "，已按降序排列，点击改为升序"
	}
	return "，点击按此列排序"
}

func columnAttrs(c Column) templ.Attributes {
	switch c.Sorted {
	case "asc":
		return templ.Attributes{"aria-sort": "ascending"}
	case "desc":
		return templ.Attributes{"aria-sort": "descending"}
	}
	return nil
}

func tableAttrs(t Table) templ.Attributes {
	if t.ID != "" {
		return templ.Attributes{"id": t.ID}
	}
	return nil
}

func (r Row) class() string {
	if r.Tone == "" || r.Tone == Info {
		return ""
	}
	return r.Tone.class()
}
