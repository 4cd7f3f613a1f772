package sqldb

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"strconv"
)

// A snapshot file is one JSON value a line, readable without this program:
//
//	{"format":"zhunsheng rows 1","schema":1}
//	{"table":"leaf","columns":["idx","event_id","entry"]}
//	[0,"01J…",{"b":"AAEC…"}]            one row: number, text, null, or bytes in base64
//	…
//	{"rows":123,"sha256":"…"}           of all bytes before this line
//
// The same file restores into either engine.
const snapshotFormat = "zhunsheng rows 1"

type snapshotHead struct {
	Format string `json:"format"`
	Schema int64  `json:"schema"`
}

type snapshotTable struct {
	Table   string   `json:"table"`
	Columns []string `json:"columns"`
}

type snapshotEnd struct {
	Rows   *int64 `json:"rows"`
	SHA256 string `json:"sha256"`
}

type snapshotBytes struct {
	B []byte `json:"b"`
}

const schemaVersion SQL = `SELECT MAX(version_id) FROM ` + versionTable + ` WHERE is_applied`

// SnapshotTo writes all rows, as of one instant, to a new file at path. The file is there
// whole and on disk, or not at all. Writers go on meanwhile.
func (db *DB) SnapshotTo(ctx context.Context, path string) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".part-") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // fails once it has its name
	err = db.Read(ctx, func(tx *Tx) error { return writeSnapshot(tx, f) })
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("sqldb: snapshot: %w", err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func writeSnapshot(tx *Tx, f io.Writer) error {
	digest := sha256.New()
	plain := bufio.NewWriterSize(f, 1<<20)
	out := &lineWriter{w: io.MultiWriter(plain, digest)}
	head := snapshotHead{Format: snapshotFormat}
	if err := tx.QueryRow(schemaVersion).Scan(&head.Schema); err != nil {
		return err
	}
	out.json(head)
	tables, err := Tables(tx)
	if err != nil {
		return err
	}
	count := int64(0)
	for _, t := range tables {
		st := snapshotTable{Table: t.Name}
		for _, c := range t.Columns {
			st.Columns = append(st.Columns, c.Name)
		}
		out.json(st)
		if err := Dump(tx, t, func(row []Cell) error {
			count++
			return out.row(row)
		}); err != nil {
			return fmt.Errorf("%s: %w", t.Name, err)
		}
	}
	out.w = plain
	out.json(snapshotEnd{&count, hex.EncodeToString(digest.Sum(nil))})
	return errors.Join(out.err, plain.Flush())
}

// lineWriter writes one JSON value a line and keeps the first error.
type lineWriter struct {
	w   io.Writer
	buf []byte
	err error
}

func (l *lineWriter) json(v any) {
	b, err := json.Marshal(v)
	l.line(b, err)
}

func (l *lineWriter) line(b []byte, err error) {
	if l.err == nil && err == nil {
		_, err = l.w.Write(append(b, '\n'))
	}
	if l.err == nil {
		l.err = err
	}
}

func (l *lineWriter) row(row []Cell) error {
	b := append(l.buf[:0], '[')
	for i, c := range row {
		if i > 0 {
			b = append(b, ',')
		}
		v, err := c.value()
		if err != nil {
			return err
		}
		switch v := v.(type) {
		case nil:
			b = append(b, "null"...)
		case int64:
			b = strconv.AppendInt(b, v, 10)
		case []byte:
			text, _ := json.Marshal(snapshotBytes{v})
			b = append(b, text...)
		case string:
			if err := storable(v); err != nil {
				return err
			}
			text, _ := json.Marshal(v)
			b = append(b, text...)
		}
	}
	l.buf = append(b, ']')
	l.line(l.buf, nil)
	return l.err
}

// snapshotReader reads the lines of a snapshot and checks its end.
type snapshotReader struct {
	r      *bufio.Reader
	digest hash.Hash
	rows   int64
}

func newSnapshotReader(r io.Reader) *snapshotReader {
	return &snapshotReader{r: bufio.NewReaderSize(r, 1<<20), digest: sha256.New()}
}

var errSnapshotDamaged = errors.New("sqldb: the snapshot is damaged or cut off")

// next is the next line: a *snapshotTable, a row as []any, or io.EOF after a whole file.
func (s *snapshotReader) next() (any, error) {
	line, err := s.r.ReadBytes('\n')
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errSnapshotDamaged, err)
	}
	if line[0] == '[' {
		s.digest.Write(line)
		s.rows++
		var cells []json.RawMessage
		if err := json.Unmarshal(line, &cells); err != nil {
			return nil, fmt.Errorf("%w: %w", errSnapshotDamaged, err)
		}
		row := make([]any, len(cells))
		for i, c := range cells {
			if row[i], err = readCell(c); err != nil {
				return nil, fmt.Errorf("%w: %w", errSnapshotDamaged, err)
			}
		}
		return row, nil
	}
	var v struct {
		snapshotTable
		snapshotEnd
	}
	if err := json.Unmarshal(line, &v); err != nil {
		return nil, fmt.Errorf("%w: %w", errSnapshotDamaged, err)
	}
	if v.Rows == nil {
		s.digest.Write(line)
		return &v.snapshotTable, nil
	}
	if _, err := s.r.ReadByte(); *v.Rows != s.rows || v.SHA256 != hex.EncodeToString(s.digest.Sum(nil)) || err != io.EOF {
		return nil, errSnapshotDamaged
	}
	return nil, io.EOF
}

func readCell(raw json.RawMessage) (any, error) {
	switch raw[0] {
	case 'n':
		return nil, nil
	case '"':
		var text string
		err := json.Unmarshal(raw, &text)
		return text, err
	case '{':
		var b snapshotBytes
		if err := json.Unmarshal(raw, &b); err != nil {
			return nil, err
		}
		if b.B == nil {
			b.B = []byte{}
		}
		return b.B, nil
	}
	return strconv.ParseInt(string(raw), 10, 64)
}

// head reads the first line.
func (s *snapshotReader) head() (h snapshotHead, err error) {
	line, err := s.r.ReadBytes('\n')
	if err == nil {
		s.digest.Write(line)
		err = json.Unmarshal(line, &h)
	}
	if err != nil || h.Format != snapshotFormat {
		return h, errors.Join(errSnapshotDamaged, err)
	}
	return h, nil
}
