package docket

import (
	"errors"
	"strings"

	"zhunsheng/gov"
	"zhunsheng/procedure"
)

// RefusedError carries the explained refusals of an act (暂不能办理). It wraps a gov.Error
// of kind Refused, or Invalid when only the form was at fault.
type RefusedError struct {
	Refusals []procedure.Refusal
	err      *gov.Error
}

func (e *RefusedError) Error() string { return e.err.Error() }

// Unwrap gives the gov.Error, so that gov.KindOf works.
func (e *RefusedError) Unwrap() error { return e.err }

// Refuse makes the error of some refusals; there must be at least one.
func Refuse(no []procedure.Refusal) error {
	kind, texts := gov.Invalid, make([]string, 0, len(no))
	var rule procedure.RuleID
	for _, r := range no {
		if r.Kind != procedure.RefusedForm {
			kind = gov.Refused
		}
		if rule == "" {
			rule = r.Rule
		}
		texts = append(texts, r.Text)
	}
	err := gov.Errorf(kind, "%s", strings.Join(texts, "；"))
	err.Rule = string(rule)
	for _, r := range no {
		for _, m := range r.Missing {
			if err.Field == "" && m.Field != "" {
				err.Field = string(m.Field)
			}
		}
	}
	return &RefusedError{Refusals: no, err: err}
}

// Refusals finds the refusals in an error, or nil.
func Refusals(err error) []procedure.Refusal {
	var r *RefusedError
	if errors.As(err, &r) {
		return r.Refusals
	}
	return nil
}
