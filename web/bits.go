package web

import (
	"strings"

	"github.com/a-h/templ"
)

func buttonClass(b Button) string {
	c := []string{"btn"}
	switch {
	case b.Danger:
		c = append(c, "btn-danger")
	case b.Primary:
		c = append(c, "btn-primary")
	}
	if b.Small {
		c = append(c, "btn-sm")
	}
	return strings.Join(c, " ")
}

// buttonAttrs leaves out what a button does not have: a name makes it part of the form.
func buttonAttrs(b Button) templ.Attributes {
	at := templ.Attributes{}
	if b.Name != "" {
		at["name"], at["value"] = b.Name, b.Value
	}
	if b.Form != "" {
		at["form"] = b.Form
	}
	return at
}
