package docket

import (
	"fmt"

	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/register"
)

// enter writes what an event enters into registers (登记入册), each entry an event of the
// register's own stream. A value that the register does not take stands against the act.
func (w *writing) enter(ev written) error {
	e := ev.payload.Effects
	if len(e.Enters) == 0 {
		return nil
	}
	reason := fmt.Sprintf("案件“%s”", w.row.Title)
	if e.Step != "" {
		reason += "：" + w.def.StepName(e.Step)
	}
	for _, x := range e.Enters {
		var err error
		if x.Ends {
			_, err = w.d.Registers.EndByCase(w.tx, ev.actor, w.row.ID, register.Ending{Register: x.Register, Key: x.Key,
				On: x.From, Reason: reason, Occurred: ev.occurred})
		} else {
			_, err = w.d.Registers.SetByCase(w.tx, ev.actor, w.row.ID, register.Change{Register: x.Register, Key: x.Key,
				Span: identity.Span{From: x.From, To: x.To}, Data: x.Values, Reason: reason, Occurred: ev.occurred})
		}
		if err != nil {
			return w.notEntered(x.Register, err)
		}
	}
	dir, err := w.d.Registers.Directory(w.tx)
	w.dir = dir
	return err
}

func (w *writing) notEntered(name string, err error) error {
	switch gov.KindOf(err) {
	case gov.Invalid, gov.NotFound, gov.Forbidden:
	default:
		return err
	}
	if d, missing := w.d.Registers.Declaration(name); missing == nil {
		name = d.Name
	}
	return &gov.Error{Kind: gov.Invalid, Text: fmt.Sprintf("本环节应登记到%s，但登记册不接受：%s", name, err), Err: err}
}
