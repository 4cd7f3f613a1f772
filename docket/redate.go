package docket

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"zhunsheng/gov"
	"zhunsheng/law"
	"zhunsheng/procedure"
	"zhunsheng/sqldb"
)

// advance brings a case to now before somebody acts on it: what moved its days first, then
// what has run out.
func (w *writing) advance() error {
	if w.d.counted.Load() != w.dir.Values() {
		if err := w.redate(); err != nil {
			return err
		}
	}
	return w.expire()
}

// redate writes the clocks that the calendar and the parameters of today count otherwise, each
// an event with the reason. A clock that can no longer be counted stays as it is.
func (w *writing) redate() error {
	env, look := w.look(nil)
	moved, _ := w.def.Redate(w.state, env)
	if look.err != nil {
		return look.err
	}
	for _, e := range moved {
		note := ""
		for _, c := range e.Clocks {
			note = redateReason(w.state.Clocks[c.Clock].Derivation, c.Derivation)
		}
		_, _, err := w.write(written{kind: KindRedate, actor: gov.System, occurred: w.now, payload: Payload{Effects: e, Note: note}})
		if err != nil {
			return err
		}
	}
	return nil
}

// redateReason names what moved a day: the parameter with its new source, or what the new
// derivation rests on and the old one did not.
func redateReason(was, now law.Due) string {
	for _, s := range now.Steps {
		if s.Kind == "parameter" && !slices.ContainsFunc(was.Steps, func(o law.Step) bool { return o.Kind == s.Kind && o.Text == s.Text }) {
			return "本地参数有变化，重新推算：" + s.Text
		}
	}
	var basis []string
	for _, c := range now.Basis {
		if slices.ContainsFunc(was.Basis, func(o law.Citation) bool { return o == c }) {
			continue
		}
		text := c.Statute + c.Article
		if c.Note != "" {
			text += "（" + c.Note + "）"
		}
		basis = append(basis, text)
	}
	if len(basis) == 0 {
		return "工作日历或者算法有变化，重新推算"
	}
	return "推算的依据有变化，重新推算：" + strings.Join(basis, "；")
}

// sweepBatch is how many open cases are looked at in one transaction that only reads.
const sweepBatch = 256

// Sweep moves every open case to the newer version of its procedure that takes it over, then
// counts the clocks of every open case anew, each case in a transaction of its own and only
// where something changes. It returns how many cases it touched. It is safe to run at any
// time and twice. Timer runs it at start and after a parameter changed.
func (d *Docket) Sweep(ctx context.Context, log *slog.Logger) (n int, err error) {
	values, err := d.values(ctx)
	if err != nil {
		return 0, err
	}
	for after := gov.CaseID(""); ; {
		ids, last, err := d.stale(ctx, after, log)
		if err != nil {
			return n, err
		}
		for _, id := range ids {
			if err := d.renew(ctx, id); err != nil {
				return n, err
			}
			n++
		}
		if last == "" {
			d.counted.Store(values)
			return n, nil
		}
		after = last
	}
}

func (d *Docket) values(ctx context.Context) (values string, err error) {
	err = d.DB.Read(ctx, func(tx *sqldb.Tx) error {
		dir, err := d.Registers.Directory(tx)
		if err == nil {
			values = dir.Values()
		}
		return err
	})
	return values, err
}

// stale finds, in one batch of open cases, those that are to be moved or counted anew. last is
// where the next batch begins, "" after the end.
func (d *Docket) stale(ctx context.Context, after gov.CaseID, log *slog.Logger) (ids []gov.CaseID, last gov.CaseID, err error) {
	err = d.DB.Read(ctx, func(tx *sqldb.Tx) error {
		ids, last = nil, ""
		dir, err := d.Registers.Directory(tx)
		if err != nil {
			return err
		}
		rows, err := tx.Query(openCases, string(after), int64(sweepBatch))
		if err != nil {
			return err
		}
		batch, err := scanRows(rows)
		if err != nil {
			return err
		}
		if len(batch) == sweepBatch {
			last = batch[len(batch)-1].ID
		}
		for _, row := range batch {
			def, err := d.Definitions.ByDigest(row.Definition)
			if err != nil {
				log.Error("a case cannot be brought up to date", "case", row.ID, "err", err)
				continue
			}
			state, err := d.state(tx, row, false)
			if err != nil {
				return err
			}
			env, look := d.look(tx, dir, row, state, nil, d.Clock.Now())
			if _, _, moves := d.successor(def, state, env); moves {
				ids = append(ids, row.ID)
				continue
			}
			moved, problems := def.Redate(state, env)
			if err := look.err; err != nil {
				return err
			}
			if err := errors.Join(problems...); err != nil {
				log.Warn("a clock cannot be counted anew and stays as it is", "case", row.ID, "err", err)
			}
			if len(moved) > 0 {
				ids = append(ids, row.ID)
			}
		}
		return nil
	})
	return ids, last, err
}

// renew moves one case and counts its clocks.
func (d *Docket) renew(ctx context.Context, id gov.CaseID) error {
	return d.write(ctx, func(tx *sqldb.Tx) error {
		w, err := d.begin(tx, id, d.Clock.Now())
		if err != nil {
			return err
		}
		if err := w.transit(); err != nil {
			return err
		}
		if err := w.redate(); err != nil {
			return err
		}
		w.finish()
		return nil
	})
}

// successor is the newer version that takes an open case over, with the event that moves it.
func (d *Docket) successor(def *procedure.Definition, s *procedure.State, env procedure.Env) (*procedure.Definition, procedure.Effects, bool) {
	next, err := d.Definitions.Current(def.ID())
	if err != nil || next == def {
		return nil, procedure.Effects{}, false
	}
	e, moves, _ := next.Transition(s, def, env)
	return next, e, moves
}

// transit moves a case to the newer version of its procedure, when that takes it over.
func (w *writing) transit() error {
	env, look := w.look(nil)
	next, e, moves := w.d.successor(w.def, w.state, env)
	if look.err != nil || !moves {
		return look.err
	}
	was := w.def
	w.def = next // the standing that lists show is that of the new version
	_, _, err := w.write(written{kind: KindTransition, actor: gov.System, occurred: w.now,
		payload: Payload{Effects: e, Note: fmt.Sprintf("由 %s 转入 %s", was, next)}})
	return err
}
