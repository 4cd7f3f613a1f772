package desk

import (
	"context"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/ledger"
	"zhunsheng/ledger/ledgersql"
	"zhunsheng/sqldb"
)

// proofs hashes every event of a case again and compares it with the leaf that the newest
// signed checkpoint commits to (记录已核验). The reader's right to the case is checked
// before. A few tiles are read, each once.
func (d *Desk) proofs(ctx context.Context, id gov.CaseID) (map[int64]proof, error) {
	var events []ledgersql.Stored
	var index map[int64]int64
	var head ledgersql.Head
	err := d.DB.Read(ctx, func(tx *sqldb.Tx) (err error) {
		if events, err = ledgersql.Stream(tx, docket.StreamOf(id)); err != nil {
			return err
		}
		if index, err = ledgersql.IndexesOfStream(tx, docket.StreamOf(id)); err != nil {
			return err
		}
		head, _, err = ledgersql.ReadHead(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	read := once(d.Tiles.Get)
	out := make(map[int64]proof, len(events))
	for _, e := range events {
		p := proof{index: -1}
		n, sealed := index[e.Version]
		if sealed && n < head.Size {
			leaf := ledger.Commit(e.Salt, e.Body).LeafHash()
			at, err := ledger.LeafAt(read, head.Checkpoint, n)
			p = proof{index: n, leaf: leafHex(leaf), ok: err == nil && at == leaf}
		}
		out[e.Version] = p
	}
	return out, nil
}

// once remembers what a reader read, for the length of one request.
func once(read ledger.Read) ledger.Read {
	type result struct {
		data []byte
		err  error
	}
	had := map[string]result{}
	return func(path string) ([]byte, error) {
		r, ok := had[path]
		if !ok {
			r.data, r.err = read(path)
			had[path] = r
		}
		return r.data, r.err
	}
}
