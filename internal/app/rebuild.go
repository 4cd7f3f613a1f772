package app

import (
	"context"
	"fmt"
	"strings"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/ledger"
	"zhunsheng/ledger/follow"
	"zhunsheng/ledger/ledgersql"
	"zhunsheng/register"
	"zhunsheng/sqldb"
)

// Custody says what vouches for the rows of a table, so that no table is forgotten: a test
// compares this list with the schema.
type Custody string

// The custodies.
const (
	ByLog    Custody = "log"    // hashed into the ledger, or the ledger itself
	ByReplay Custody = "replay" // follows from the events: rebuild makes it anew
	ByMAC    Custody = "mac"    // under the row key
)

// Tables names the custody of every table.
var Tables = map[string]Custody{
	"event": ByLog, "leaf": ByLog, "ledger_head": ByLog, "private_value": ByLog,
	"case_row": ByReplay, "case_party": ByReplay, "clock": ByReplay, "request_key": ByReplay,
	"number_series": ByReplay, "case_file": ByReplay, "case_link": ByReplay, "register_entry": ByReplay,
	"publication_subject": ByReplay, "published": ByReplay, "indicator_subject": ByReplay,
	"indicator_case": ByReplay, "indicator_child": ByReplay, "indicator_set": ByReplay, "projection": ByReplay,
	"account": ByMAC, "session": ByMAC, "evidence_file": ByMAC,
}

// Difference is one row of a derived table that does not follow from the events.
type Difference struct {
	Table string
	Key   string
	Text  string // one Chinese sentence
}

// Rebuild folds every event of the live database into an empty scratch database and
// compares all derived tables with it, row by row. It writes nothing to the live database.
func (a *App) Rebuild(ctx context.Context) (diffs []Difference, err error) {
	err = a.withReplay(ctx, func(live, made *sqldb.Tx) error {
		diffs = nil
		tables, err := sqldb.Tables(made)
		if err != nil {
			return err
		}
		for _, t := range tables {
			if Tables[t.Name] != ByReplay {
				continue
			}
			err := sqldb.Diff(live, made, t, func(d sqldb.Difference) error {
				diffs = append(diffs, describe(d))
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return diffs, err
}

func describe(d sqldb.Difference) Difference {
	var key []string
	for _, c := range d.Key {
		key = append(key, cellText(c))
	}
	out := Difference{Table: d.Table, Key: strings.Join(key, " / ")}
	switch {
	case d.OnlyA:
		out.Text = fmt.Sprintf("表 %s 多出一行（%s），没有任何记录产生过它", d.Table, out.Key)
	case d.OnlyB:
		out.Text = fmt.Sprintf("表 %s 缺少一行（%s），按记录它应当存在", d.Table, out.Key)
	default:
		out.Text = fmt.Sprintf("表 %s 中 %s 的“%s”被改动：现为“%s”，按记录应为“%s”", d.Table, out.Key, d.Column, cellText(d.A), cellText(d.B))
	}
	return out
}

// cellText is a cell for people: without the mark of its kind.
func cellText(c sqldb.Cell) string {
	if c == sqldb.Null {
		return "（空）"
	}
	return string(c[1:])
}

// withReplay replays a snapshot of the live database into a scratch one and shows both.
func (a *App) withReplay(ctx context.Context, fn func(live, made *sqldb.Tx) error) error {
	return a.DB.Read(ctx, func(live *sqldb.Tx) error {
		marks, err := a.positions(live)
		if err != nil {
			return err
		}
		return a.replayed(ctx, live, marks, fn)
	})
}

func (a *App) replayed(ctx context.Context, live *sqldb.Tx, marks map[string]int64, fn func(live, made *sqldb.Tx) error) error {
	scratch, err := sqldb.Scratch(ctx, "")
	if err != nil {
		return err
	}
	defer scratch.Close()
	if err := a.replay(ctx, live, scratch, marks); err != nil {
		return err
	}
	return scratch.Read(ctx, func(made *sqldb.Tx) error { return fn(live, made) })
}

// positions tells where each reading projection stands, never beyond the sealed size.
func (a *App) positions(live *sqldb.Tx) (map[string]int64, error) {
	head, _, err := ledgersql.ReadHead(live)
	if err != nil {
		return nil, err
	}
	marks := map[string]int64{}
	for _, p := range a.Follower.Projections() {
		at, err := follow.At(live, p.Name())
		if err != nil {
			return nil, err
		}
		marks[p.Name()] = min(max(at, 0), head.Size)
	}
	return marks, nil
}

// replayBatch is how many events are folded in one scratch transaction.
const replayBatch = 500

// replay folds the sealed events in ledger order, then the unsealed tail, which only the
// deciding projections have seen.
func (a *App) replay(ctx context.Context, live *sqldb.Tx, scratch *sqldb.DB, marks map[string]int64) error {
	for from := int64(0); ; from += replayBatch {
		batch, err := ledgersql.Range(live, from, replayBatch)
		if err != nil {
			return err
		}
		if err := a.fold(ctx, scratch, batch, marks); err != nil {
			return err
		}
		if len(batch) < replayBatch {
			break
		}
	}
	head, _, err := ledgersql.ReadHead(live)
	if err != nil {
		return err
	}
	tail, err := unsealed(live, head.Size)
	if err != nil {
		return err
	}
	if err := a.fold(ctx, scratch, tail, marks); err != nil {
		return err
	}
	return scratch.Write(ctx, func(tx *sqldb.Tx) error {
		for name, at := range marks {
			if at == 0 {
				continue
			}
			if err := follow.Put(tx, name, at); err != nil {
				return err
			}
		}
		return nil
	})
}

func (a *App) fold(ctx context.Context, scratch *sqldb.DB, batch []ledgersql.Stored, marks map[string]int64) error {
	return scratch.Write(ctx, func(tx *sqldb.Tx) error {
		for _, s := range batch {
			env, err := ledger.DecodeEnvelope(s.Body)
			if err != nil {
				return fmt.Errorf("event %s: %w", s.ID, err)
			}
			if err := docket.Apply(tx, env); err != nil {
				return fmt.Errorf("event %s: %w", s.ID, err)
			}
			if err := register.Apply(tx, env); err != nil {
				return fmt.Errorf("event %s: %w", s.ID, err)
			}
			for _, p := range a.Follower.Projections() {
				if s.Index < 0 || s.Index >= marks[p.Name()] {
					continue
				}
				if err := p.Apply(tx, follow.NewRecord(s.Index, env)); err != nil {
					return fmt.Errorf("record %d: projection %s: %w", s.Index, p.Name(), err)
				}
			}
		}
		return nil
	})
}

// Repair writes every derived table anew from the events and tells how many rows there are
// now. It is for projections that were damaged; events it cannot mend. No process may be
// sealing meanwhile. Reading the events and writing the tables is one transaction, so that
// an act in between is not lost either; on PostgreSQL it may make Repair give up, changing
// nothing.
func (a *App) Repair(ctx context.Context) (rows int64, err error) {
	hold, ok, err := a.DB.TryHold(ctx, "sequencer")
	if err != nil {
		return 0, err
	}
	if !ok {
		return 0, gov.Errorf(gov.Unavailable, "程序正在运行，没有改动任何内容。请先停止服务，再重写投影")
	}
	defer hold.Release()
	err = a.DB.Write(ctx, func(tx *sqldb.Tx) error {
		head, _, err := ledgersql.ReadHead(tx)
		if err != nil {
			return err
		}
		marks := map[string]int64{}
		for _, name := range a.Follower.Names() {
			marks[name] = head.Size
		}
		return a.replayed(ctx, tx, marks, func(live, made *sqldb.Tx) error {
			tables, err := sqldb.Tables(made)
			if err != nil {
				return err
			}
			rows = 0
			for _, t := range tables {
				if Tables[t.Name] != ByReplay {
					continue
				}
				n, err := sqldb.Replace(made, live, t)
				if err != nil {
					return err
				}
				rows += n
			}
			return nil
		})
	})
	return rows, err
}
