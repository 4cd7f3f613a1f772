package identity

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"zhunsheng/gov"
)

// RowKey is the server's row key: 32 random bytes that live outside the data folder. Rows
// that no event derives (account, session, evidence_file) carry a MAC under it, so that
// somebody who can edit the database but not the key is found out. It does not find a row
// that was deleted, or put back as it was earlier.
type RowKey [32]byte

// NewRowKey reads a key, which must be 32 bytes.
func NewRowKey(b []byte) (RowKey, error) {
	if len(b) != len(RowKey{}) {
		return RowKey{}, fmt.Errorf("identity: a row key has %d bytes, not %d", len(RowKey{}), len(b))
	}
	return RowKey(b), nil
}

// MAC is the HMAC-SHA-256 of a table's name and every other column of the row, in their
// order. Each value goes in with its type and length, so that no two rows share an input.
func (k RowKey) MAC(table string, cols ...any) []byte {
	h := hmac.New(sha256.New, k[:])
	put := func(kind byte, b []byte) {
		var head [9]byte
		head[0] = kind
		binary.BigEndian.PutUint64(head[1:], uint64(len(b)))
		h.Write(head[:])
		h.Write(b)
	}
	put('t', []byte(table))
	for _, c := range cols {
		switch v := c.(type) {
		case string:
			put('s', []byte(v))
		case []byte:
			put('b', v)
		case int64:
			put('i', binary.BigEndian.AppendUint64(nil, uint64(v)))
		case gov.Instant:
			put('i', binary.BigEndian.AppendUint64(nil, uint64(v)))
		default:
			panic(fmt.Sprintf("identity: no MAC for a column of type %T", c))
		}
	}
	return h.Sum(nil)
}

func (k RowKey) holds(mac []byte, table string, cols ...any) bool {
	return hmac.Equal(mac, k.MAC(table, cols...))
}
