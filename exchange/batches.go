package exchange

import (
	"context"
	"encoding/json"
	"strings"

	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/ledger"
	"zhunsheng/ledger/ledgersql"
	"zhunsheng/sqldb"
)

// Batches lists what the person imported, newest first, at most so many.
func (m *Importer) Batches(ctx context.Context, who *identity.Principal, limit int) ([]Batch, error) {
	var out []Batch
	err := m.DB.Read(ctx, func(tx *sqldb.Tx) error {
		out = nil
		rows, err := tx.Query(importStreams, int64(limit*20))
		if err != nil {
			return err
		}
		defer rows.Close()
		var streams []string
		for rows.Next() {
			var s string
			if err := rows.Scan(&s); err != nil {
				return err
			}
			streams = append(streams, s)
		}
		if err := rows.Err(); err != nil {
			return err
		}
		for _, s := range streams {
			b, err := batch(tx, s)
			if err != nil {
				return err
			}
			if b.By.Person == who.Actor.Person {
				if out = append(out, b); len(out) == limit {
					break
				}
			}
		}
		return nil
	})
	return out, err
}

// Batch finds one of the person's own.
func (m *Importer) Batch(ctx context.Context, who *identity.Principal, id string) (b Batch, err error) {
	err = m.DB.Read(ctx, func(tx *sqldb.Tx) (err error) {
		b, err = batch(tx, streamPrefix+id)
		return err
	})
	if err == nil && b.By.Person != who.Actor.Person {
		err = gov.Errorf(gov.NotFound, "没有这个导入批次，或者您无权查看")
	}
	return b, err
}

// batch folds the events of one.
func batch(tx *sqldb.Tx, stream string) (Batch, error) {
	b := Batch{ID: strings.TrimPrefix(stream, streamPrefix)}
	events, err := ledgersql.Stream(tx, stream)
	if err != nil {
		return b, err
	}
	for _, e := range events {
		env, err := ledger.DecodeEnvelope(e.Body)
		if err != nil {
			return b, err
		}
		var p payload
		if err := json.Unmarshal(env.Payload, &p); err != nil {
			return b, err
		}
		switch env.Kind {
		case kindBegun:
			b.Plan, b.File, b.Digest, b.Rows, b.By, b.Begun = p.Plan, p.File, p.Digest, p.Rows, env.Actor, env.Recorded
			b.key = p.Key
		case kindDone:
			b.Finished, b.Failed = env.Recorded, p.Failed
		case kindUndone:
			b.Undone, b.Left, b.Reason = env.Recorded, p.Left, p.Reason
		}
	}
	return b, nil
}
