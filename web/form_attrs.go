package web

import (
	"strconv"

	"github.com/a-h/templ"
)

func formAttrs(f Form) templ.Attributes {
	at := templ.Attributes{"data-form": f.ID, "id": f.ID}
	if f.Upload {
		at["enctype"] = "multipart/form-data"
	}
	if f.NoDraft {
		at["data-no-draft"] = true
	}
	if f.Again {
		at["data-again"] = true
	}
	if f.Needs != "" {
		at["data-needs"] = f.Needs
	}
	return at
}

// whenAttrs marks the box of a field that is required by circumstance.
func whenAttrs(f Field) templ.Attributes {
	if f.When == "" {
		return nil
	}
	at := templ.Attributes{"data-when": f.Name}
	if f.Made {
		at["data-made"] = true
	}
	return at
}

// controlAttrs are the attributes that every control has in common.
func controlAttrs(f Field) templ.Attributes {
	at := templ.Attributes{"id": f.id(), "name": f.Name}
	if d := f.describedBy(); d != "" {
		at["aria-describedby"] = d
	}
	if f.Error != "" {
		at["aria-invalid"] = "true"
	}
	if f.Required {
		at["required"] = true
	}
	if f.ReadOnly {
		at["readonly"] = true
		if f.Kind == SelectKind || f.Kind == CheckKind {
			delete(at, "readonly")
			at["disabled"] = true
		}
	}
	if f.MaxLen > 0 {
		at["maxlength"] = strconv.Itoa(f.MaxLen)
	}
	if f.Placeholder != "" && f.Kind != SelectKind {
		at["placeholder"] = f.Placeholder
	}
	if f.Auto != "" {
		at["autocomplete"] = f.Auto
	}
	return at
}

var inputTypes = map[FieldKind]string{
	DayKind: "date", MonthKind: "month", NumberKind: "number", SecretKind: "password",
}

func inputAttrs(f Field) templ.Attributes {
	at := controlAttrs(f)
	at["type"] = "text"
	if t, ok := inputTypes[f.Kind]; ok {
		at["type"] = t
	}
	if f.Kind != SecretKind { // a password is never sent back to the page
		at["value"] = f.Value
	}
	if f.Min != "" {
		at["min"] = f.Min
	}
	if f.Max != "" {
		at["max"] = f.Max
	}
	if f.Kind == NumberKind {
		at["inputmode"], at["step"] = "decimal", "any"
	}
	return at
}

func fileAttrs(f Field) templ.Attributes {
	at := controlAttrs(f)
	delete(at, "maxlength")
	if f.Accept != "" {
		at["accept"] = f.Accept
	}
	if len(f.Files) > 0 || f.Made {
		delete(at, "required") // one is there already, or comes of itself
	}
	return at
}

func groupAttrs(f Field) templ.Attributes {
	at := templ.Attributes{"tabindex": "-1"}
	if d := f.describedBy(); d != "" {
		at["aria-describedby"] = d
	}
	return at
}

func choiceAttrs(f Field, o Option) templ.Attributes {
	at := templ.Attributes{"type": "radio", "name": f.Name, "value": o.Value}
	if f.Kind == ChecksKind {
		at["type"] = "checkbox"
	} else if f.Required {
		at["required"] = true
	}
	if f.chosen(o.Value) {
		at["checked"] = true
	}
	if f.ReadOnly || o.Barred {
		at["disabled"] = true
	}
	return at
}

func (f Field) inputClass() string {
	c := "form-control"
	switch f.Kind {
	case DayKind, MonthKind:
		c += " short"
	case NumberKind:
		c += " short num"
	}
	return c
}

func (f Field) rows() string {
	if f.Rows > 0 {
		return strconv.Itoa(f.Rows)
	}
	return "4"
}

func (f Field) emptyOption() string {
	if f.Placeholder != "" {
		return f.Placeholder
	}
	return "请选择"
}
