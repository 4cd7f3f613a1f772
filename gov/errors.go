package gov

import (
	"errors"
	"fmt"
)

// Kind is what an error means to a person. There are few, the list only grows at its
// end, and web maps each to a status and a page in one table (docs/errors.md).
type Kind int

// The error kinds.
const (
	Fault           Kind = iota // a fault of ours; people see no detail
	Invalid                     // input breaks a rule of form; names field and rule
	Unauthenticated             // nobody is signed in
	Forbidden                   // signed in, but not allowed to see or do this
	NotFound                    // no such thing, or not for this reader to know
	Conflict                    // somebody else was first; says what changed
	Refused                     // a gate of a procedure refuses; carries the refusals
	TooMany                     // rate limit
	Unavailable                 // try again later; nothing was done
)

// Error is an error meant for a person. Text is one Chinese sentence that helps; Err is
// the cause, for operators only.
type Error struct {
	Kind  Kind
	Text  string
	Field string // the form field at fault, with Invalid
	Rule  string // the rule id that refuses, with Refused or Invalid
	Err   error
}

func (e *Error) Error() string {
	if e.Err != nil {
		return e.Text + ": " + e.Err.Error()
	}
	return e.Text
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an Error of a kind with a sentence for people.
func Errorf(k Kind, format string, args ...any) *Error {
	return &Error{Kind: k, Text: fmt.Sprintf(format, args...)}
}

// FieldError is an Invalid error at one field.
func FieldError(field, format string, args ...any) *Error {
	return &Error{Kind: Invalid, Field: field, Text: fmt.Sprintf(format, args...)}
}

// KindOf finds the kind of err: that of the first Error in its chain, else Fault.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Fault
}
