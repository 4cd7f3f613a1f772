package ledgersql

import (
	"database/sql"
	"errors"
	"fmt"

	"zhunsheng/gov"
	"zhunsheng/ledger"
	"zhunsheng/sqldb"
)

// Event is a record to append: the exact bytes of an envelope with its salt, and the
// columns that repeat what the envelope says.
type Event struct {
	ID       string
	Stream   string
	Version  int64
	Recorded gov.Instant
	Salt     []byte // ledger.SaltSize random bytes, fresh for each event
	Body     []byte // from ledger.Envelope.Encode
	Private  []PrivateValue
}

// PrivateValue is a personal value (个人信息) that the event holds only as a digest.
type PrivateValue struct {
	Field string
	Salt  []byte
	Value []byte
}

// Append writes an event inside the transaction of the act that it records. It is durable
// with that transaction, and the sequencers of this process hear of it then. A version
// that another transaction has taken is gov.Conflict.
func Append(tx *sqldb.Tx, e Event) error {
	if len(e.Salt) != ledger.SaltSize {
		return fmt.Errorf("ledgersql: event %s: salt of %d bytes", e.ID, len(e.Salt))
	}
	ok, private := ledger.Heads(e.Body, e.ID, e.Stream, e.Version, e.Recorded)
	if !ok {
		return fmt.Errorf("ledgersql: event %s: the envelope says something else than the columns", e.ID)
	}
	if _, err := tx.Exec(insertEvent, e.ID, e.Stream, e.Version, e.Recorded, e.Salt, e.Body); err != nil {
		if sqldb.IsUnique(err) {
			return &gov.Error{Kind: gov.Conflict, Text: "刚刚有人先办理了同一事项，请刷新后再办理", Err: err}
		}
		return err
	}
	if private || len(e.Private) > 0 {
		if err := appendPrivate(tx, e); err != nil {
			return err
		}
	}
	tx.AfterCommit(func() { appended.tell(e.ID) })
	return nil
}

func appendPrivate(tx *sqldb.Tx, e Event) error {
	env, err := ledger.DecodeEnvelope(e.Body)
	if err != nil {
		return err
	}
	if len(env.Private) != len(e.Private) {
		return fmt.Errorf("ledgersql: event %s names %d private fields, %d were given", e.ID, len(env.Private), len(e.Private))
	}
	for _, p := range e.Private {
		if !ledger.CheckPrivate(env.Private[p.Field], p.Salt, p.Value) {
			return fmt.Errorf("ledgersql: event %s: private field %q does not match its digest", e.ID, p.Field)
		}
		value := p.Value
		if value == nil {
			value = []byte{}
		}
		if _, err := tx.Exec(insertPrivate, e.ID, p.Field, p.Salt, value); err != nil {
			return err
		}
	}
	return nil
}

// Stored is an event as it lies in the database.
type Stored struct {
	ID       string
	Stream   string
	Version  int64
	Recorded gov.Instant
	Salt     []byte
	Body     []byte
	// Index is the record number where the query is by record number (ByIndex, Range);
	// elsewhere it is -1 and IndexOf tells.
	Index int64
}

type scanner interface{ Scan(dest ...any) error }

func scanStored(row scanner) (Stored, error) {
	s := Stored{Index: -1}
	err := row.Scan(&s.ID, &s.Stream, &s.Version, &s.Recorded, &s.Salt, &s.Body)
	return s, err
}

func notFound(err error, text string, args ...any) error {
	if errors.Is(err, sql.ErrNoRows) {
		return gov.Errorf(gov.NotFound, text, args...)
	}
	return err
}

// Stream reads all events of a stream in order of version. It reads no leaf, so that an
// act which folds its case never collides with the sequencer.
func Stream(tx *sqldb.Tx, stream string) ([]Stored, error) {
	rows, err := tx.Query(selectStream, stream)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Stored
	for rows.Next() {
		s, err := scanStored(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// AtVersion reads one event of a stream.
func AtVersion(tx *sqldb.Tx, stream string, version int64) (Stored, error) {
	s, err := scanStored(tx.QueryRow(selectVersion, stream, version))
	return s, notFound(err, "没有这条记录")
}

// ByID reads one event.
func ByID(tx *sqldb.Tx, id string) (Stored, error) {
	s, err := scanStored(tx.QueryRow(selectEvent, id))
	return s, notFound(err, "没有这条记录")
}

// ByIndex reads the sealed record with a number.
func ByIndex(tx *sqldb.Tx, index int64) (Stored, error) {
	got, err := Range(tx, index, 1)
	if err != nil {
		return Stored{}, err
	}
	if len(got) == 0 {
		return Stored{}, gov.Errorf(gov.NotFound, "账本中没有第 %d 号记录", index)
	}
	return got[0], nil
}

// Range reads up to n sealed records from a number on, in ledger order. Reading
// projections fold the log with it.
func Range(tx *sqldb.Tx, from int64, n int) ([]Stored, error) {
	rows, err := tx.Query(selectRange, from, from+int64(n))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Stored
	for rows.Next() {
		var s Stored
		if err := rows.Scan(&s.Index, &s.ID, &s.Stream, &s.Version, &s.Recorded, &s.Salt, &s.Body); err != nil {
			return nil, err
		}
		if want := from + int64(len(out)); s.Index != want {
			return nil, fmt.Errorf("ledgersql: record %d is missing; run verify", want)
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// IndexOf is the record number of an event, or -1 while it is not sealed.
func IndexOf(tx *sqldb.Tx, eventID string) (int64, error) {
	var idx int64
	err := tx.QueryRow(selectIndex, eventID).Scan(&idx)
	if errors.Is(err, sql.ErrNoRows) {
		return -1, nil
	}
	return idx, err
}

// IndexesOfStream gives the record numbers of the sealed events of a stream by version.
func IndexesOfStream(tx *sqldb.Tx, stream string) (map[int64]int64, error) {
	rows, err := tx.Query(selectStreamIndexes, stream)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int64]int64{}
	for rows.Next() {
		var version, idx int64
		if err := rows.Scan(&version, &idx); err != nil {
			return nil, err
		}
		out[version] = idx
	}
	return out, rows.Err()
}

// PrivateValues reads the personal values of an event that were not erased.
func PrivateValues(tx *sqldb.Tx, eventID string) ([]PrivateValue, error) {
	rows, err := tx.Query(selectPrivate, eventID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []PrivateValue
	for rows.Next() {
		var p PrivateValue
		if err := rows.Scan(&p.Field, &p.Salt, &p.Value); err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, rows.Err()
}

// Head is the newest signed checkpoint.
type Head struct {
	ledger.Checkpoint
	Note []byte // the signed note, with the cosignatures so far
}

// ReadHead reads the newest checkpoint; ok is false before the first start of a sequencer.
func ReadHead(tx *sqldb.Tx) (h Head, ok bool, err error) {
	var size int64
	var root []byte
	err = tx.QueryRow(selectHead).Scan(&size, &root, &h.Note)
	if errors.Is(err, sql.ErrNoRows) {
		return Head{}, false, nil
	}
	if err != nil {
		return Head{}, false, err
	}
	if h.Checkpoint, err = ledger.PeekCheckpoint(h.Note); err != nil {
		return Head{}, false, err
	}
	if h.Size != size || string(h.Root[:]) != string(root) {
		return Head{}, false, fmt.Errorf("ledgersql: the columns of ledger_head differ from its checkpoint; run verify")
	}
	return h, true, nil
}
