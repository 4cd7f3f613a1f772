package ledgersql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"zhunsheng/gov"
	"zhunsheng/ledger"
)

const (
	chunkSize = 256 // one lowest tile
	chunkPage = 16 * chunkSize
)

// chunk is the records of one lowest tile on their way through the verifier. The reader
// fills rows, one worker the rest.
type chunk struct {
	at       int64
	rows     []row
	findings []Finding
	done     chan struct{}
}

// row is one record as the database has it.
type row struct {
	idx     int64
	present bool // there is a leaf row
	eventID string
	entry   []byte
	event   bool // there is an event row

	id       string
	stream   string
	version  int64
	recorded gov.Instant
	salt     []byte
	body     []byte

	private map[string]bool // fields that have a value beside the log

	agreed ledger.Entry // what most sources hold to be the entry
	leaf   ledger.Hash
}

// readChunks reads the rows of records from … to-1; a missing leaf row leaves its place.
func (v *verifier) readChunks(from, to int64) ([]*chunk, error) {
	var chunks []*chunk
	for at := from; at < to; at += chunkSize {
		c := &chunk{at: at, rows: make([]row, min(chunkSize, to-at)), done: make(chan struct{})}
		for i := range c.rows {
			c.rows[i].idx = at + int64(i)
		}
		chunks = append(chunks, c)
	}
	rows, err := v.tx.Query(selectLeafEvents, from, to)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var idx int64
		var id, stream sql.NullString
		var version, recorded sql.NullInt64
		var r row
		if err := rows.Scan(&idx, &r.eventID, &r.entry, &id, &stream, &version, &recorded, &r.salt, &r.body); err != nil {
			return nil, err
		}
		r.idx, r.present, r.event = idx, true, id.Valid
		r.id, r.stream, r.version, r.recorded = id.String, stream.String, version.Int64, gov.Instant(recorded.Int64)
		chunks[(idx-from)/chunkSize].rows[(idx-from)%chunkSize] = r
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	for _, c := range chunks {
		for i := range c.rows {
			r := &c.rows[i]
			if _, private := ledger.Heads(r.body, r.id, r.stream, r.version, r.recorded); private {
				if r.private, err = v.privateFields(r.id); err != nil {
					return nil, err
				}
			}
		}
	}
	return chunks, nil
}

func (v *verifier) privateFields(event string) (map[string]bool, error) {
	rows, err := v.tx.Query(selectPrivateFields, event)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]bool{}
	for rows.Next() {
		var field string
		if err := rows.Scan(&field); err != nil {
			return nil, err
		}
		out[field] = true
	}
	return out, rows.Err()
}

// check compares the four places that know an entry: event, leaf row, entry bundle and
// lowest tile. Where they differ, the signed checkpoint decides if its tiles are whole,
// else what most of them say.
func (c *chunk) check(read ledger.Read, signed ledger.Checkpoint) {
	bundle, tile := ledger.ReadLowest(read, c.at/chunkSize, len(c.rows))
	for i := range c.rows {
		r := &c.rows[i]
		own := ledger.Commit(r.salt, r.body)
		r.agreed, r.leaf = own, own.LeafHash()
		if !r.present || !r.event || toEntry(r.entry) != own || i >= len(bundle) || bundle[i] != own || i >= len(tile) || tile[i] != r.leaf {
			r.decide(own, bundle, tile, i, func() (ledger.Hash, error) { return ledger.LeafAt(read, signed, r.idx) })
		} else if ok, private := ledger.Heads(r.body, r.id, r.stream, r.version, r.recorded); ok && !private {
			continue // the ordinary case
		}
		c.findings = append(c.findings, r.explain(own)...)
	}
}

// decide settles which entry is the true one.
func (r *row) decide(own ledger.Entry, bundle []ledger.Entry, tile []ledger.Hash, i int, authentic func() (ledger.Hash, error)) {
	var candidates []ledger.Entry // in order of preference
	if r.present {
		candidates = append(candidates, toEntry(r.entry))
	}
	if r.event {
		candidates = append(candidates, own)
	}
	if i < len(bundle) {
		candidates = append(candidates, bundle[i])
	}
	truth, err := authentic()
	r.agreed, r.leaf = ledger.Entry{}, truth
	most := 0
	for j, e := range candidates {
		leaf, votes := e.LeafHash(), 0
		for _, other := range candidates {
			if other == e {
				votes++
			}
		}
		if i < len(tile) && tile[i] == leaf {
			votes++
		}
		if err == nil && leaf == truth {
			r.agreed = e
			return
		}
		if err != nil && (j == 0 || votes > most) {
			most, r.agreed, r.leaf = votes, e, leaf
		}
	}
	if len(candidates) == 0 && err != nil && i < len(tile) {
		r.leaf = tile[i]
	}
}

// explain says what is wrong with a record.
func (r *row) explain(own ledger.Entry) []Finding {
	var out []Finding
	leaf := func(column, text string) {
		out = append(out, Finding{Where{Table: "leaf", Column: column, Row: fmt.Sprint(r.idx)}, r.idx, r.stream, text})
	}
	if !r.present {
		leaf("idx", fmt.Sprintf("第 %d 号记录在编号表中缺失：被删除，或记录号被改动", r.idx))
		return out
	}
	if toEntry(r.entry) != r.agreed {
		leaf("entry", fmt.Sprintf("%s在编号表中的摘要被改动过", r.name()))
	}
	if !r.event {
		leaf("event_id", fmt.Sprintf("第 %d 号记录所指的事件 %s 不在数据库中：事件被删除，或编号被改动", r.idx, r.eventID))
		return out
	}
	if own != r.agreed {
		column := "body"
		if ok, _ := ledger.Heads(r.body, r.id, r.stream, r.version, r.recorded); ok {
			if _, err := ledger.DecodeEnvelope(r.body); err == nil {
				column = "body|salt"
			}
		}
		return append(out, Finding{Where{Table: "event", Column: column, Row: r.id}, r.idx, r.stream, fmt.Sprintf("%s的内容被改动过，与存证时的摘要不符", r.name())})
	}
	out = append(out, r.columns()...)
	if env, err := ledger.DecodeEnvelope(r.body); err == nil {
		for field := range env.Private {
			if !r.private[field] {
				out = append(out, Finding{Where{Table: "private_value", Column: "event_id|field", Row: r.id + "/" + field}, r.idx, r.stream,
					fmt.Sprintf("%s的个人信息“%s”不在数据库中：被删除，或字段名、事件编号被改动", r.name(), field)})
			}
		}
	}
	return out
}

// columns compares the columns of an event with its bytes, which the caller believes.
func (r *row) columns() []Finding {
	if ok, _ := ledger.Heads(r.body, r.id, r.stream, r.version, r.recorded); ok {
		return nil
	}
	changed := func(column, text string) Finding {
		return Finding{Where{Table: "event", Column: column, Row: r.id}, r.idx, r.stream, fmt.Sprintf("%s的%s被改动过", r.name(), text)}
	}
	env, err := ledger.DecodeEnvelope(r.body)
	if err != nil {
		return []Finding{changed("body", "内容")}
	}
	var out []Finding
	if env.ID != r.id {
		out = append(out, changed("id", "事件编号"))
	}
	if env.Stream != r.stream {
		f := changed("stream", "所属案件或台账")
		f.Stream = env.Stream
		out = append(out, f)
	}
	if env.Version != r.version {
		out = append(out, changed("version", "序号"))
	}
	if env.Recorded != r.recorded {
		out = append(out, changed("recorded", "记录时间"))
	}
	return out
}

// name calls the record as people know it: number, case, kind of act, time.
func (r *row) name() string {
	text := "一条未存证的记录"
	if r.idx >= 0 {
		text = fmt.Sprintf("第 %d 号记录", r.idx)
	}
	stream, version, recorded, kind := r.stream, r.version, r.recorded, ""
	if env, err := ledger.DecodeEnvelope(r.body); err == nil {
		stream, version, recorded, kind = env.Stream, env.Version, env.Recorded, env.Kind+"，"
	}
	if stream == "" {
		return text
	}
	return fmt.Sprintf("%s（%s，第 %d 项，%s%s）", text, streamName(stream), version, kind, recorded)
}

// toEntry reads an entry column; what is no entry becomes one that matches nothing.
func toEntry(b []byte) ledger.Entry {
	if len(b) != len(ledger.Entry{}) {
		return ledger.Entry{}
	}
	return ledger.Entry(b)
}

// private compares the personal values beside the log with the digests in the events.
func (v *verifier) private(ctx context.Context) error {
	type key struct{ event, field string }
	var after key
	for {
		rows, err := v.tx.Query(selectPrivateRows, after.event, after.field, scanPage)
		if err != nil {
			return err
		}
		n := 0
		for ; rows.Next(); n++ {
			var salt, value, body []byte
			var stream sql.NullString
			var idx int64
			if err := rows.Scan(&after.event, &after.field, &salt, &value, &stream, &body, &idx); err != nil {
				rows.Close()
				return err
			}
			env, err := ledger.DecodeEnvelope(body)
			digest, declared := env.Private[after.field]
			where := Where{Table: "private_value", Row: after.event + "/" + after.field}
			r := row{idx: idx, stream: stream.String, body: body, recorded: env.Recorded, version: env.Version}
			switch {
			case !stream.Valid:
				where.Column = "event_id"
				v.find(Finding{where, -1, "", fmt.Sprintf("个人信息“%s”属于不存在的事件 %s：事件编号被改动过", after.field, after.event)})
			case err != nil:
				// The event itself is a finding already.
			case !declared:
				where.Column = "event_id|field"
				v.find(Finding{where, idx, stream.String, fmt.Sprintf("%s中没有名为“%s”的个人信息：字段名或事件编号被改动过", r.name(), after.field)})
			case !ledger.CheckPrivate(digest, salt, value):
				where.Column = "salt|value"
				v.find(Finding{where, idx, stream.String, fmt.Sprintf("%s的个人信息“%s”被改动过，与记录中的摘要不符", r.name(), after.field)})
			}
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return err
		}
		if n < scanPage {
			return ctx.Err()
		}
	}
}
