package docket

import (
	"fmt"
	"maps"

	"zhunsheng/gov"
	"zhunsheng/procedure"
	"zhunsheng/register"
	"zhunsheng/sqldb"
)

// newCase begins to write a case that has no event yet.
func (d *Docket) newCase(tx *sqldb.Tx, dir *register.Directory, def *procedure.Definition, id gov.CaseID, now gov.Instant) *writing {
	return &writing{d: d, tx: tx, def: def, dir: dir, row: Row{ID: id}, state: procedure.NewState(id), now: now}
}

// done writes the event of an accepted request, the last of its case in this transaction.
func (w *writing) done(ev written) (Done, error) {
	id, opened, err := w.write(ev)
	if err != nil {
		return Done{}, err
	}
	w.finish()
	return Done{Case: w.row.ID, Version: w.state.Version, Event: id, Effects: ev.payload.Effects, Recorded: w.now, Opened: opened}, nil
}

// open opens the cases that an event opens, each with its own stream, under the ids that the
// event names. The actor of the event opens them on its day and needs no post in their
// units: that they are opened is the definition's word. They name this case whether or not
// the actor may see it. What stands against one of them stands against the whole act.
func (w *writing) open(ev written) error {
	for i, o := range ev.payload.Effects.Opens {
		def, err := w.d.Definitions.Current(o.Procedure)
		if err != nil {
			return err
		}
		unit, ok := w.dir.UnitOn(o.Unit, w.now.Day())
		if !ok {
			return gov.Errorf(gov.Refused, "本环节应同时启动“%s”，但没有代码为“%s”的单位，请系统管理员核对单位名录和本地参数", def.Name(), o.Unit)
		}
		fields := maps.Clone(o.Fields)
		if fields == nil {
			fields = map[procedure.FieldID]string{}
		}
		fields[o.Link] = string(w.row.ID)
		env, look := w.d.look(w.tx, w.dir, Row{Unit: unit.ID}, w.state, nil, w.now)
		look.self, look.writes = w, true
		effects, no := def.Start(procedure.StartAct{Title: o.Title, Unit: unit.ID, Occurred: ev.occurred, Actor: ev.actor,
			Fields: fields, ByCase: true}, env)
		if look.err != nil {
			return look.err
		}
		if len(no) > 0 {
			err := Refuse(no)
			return &gov.Error{Kind: gov.Refused, Text: fmt.Sprintf("本环节应同时为%s启动“%s”，但不能启动：%s", unit.Name, def.Name(), err), Err: err}
		}
		child := w.d.newCase(w.tx, w.dir, def, ev.payload.Opened[i], w.now)
		if _, _, err := child.write(written{kind: KindOpen, actor: ev.actor, occurred: ev.occurred,
			payload: Payload{Effects: effects, UnitPath: unit.Path, Level: def.Level()}}); err != nil {
			return err
		}
		child.finish()
	}
	return nil
}
