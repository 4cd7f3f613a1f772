package ledger

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// Hash is a node of the tree (SHA-256).
type Hash = tlog.Hash

// Entry is one entry of the log: the salted commitment of an event (存证摘要). It says
// nothing about the event to whoever lacks the salt.
type Entry [sha256.Size]byte

// SaltSize is the length of every salt, in bytes of secure randomness. The length is
// fixed, so that salt and content cannot be split in two ways.
const SaltSize = 16

// The domain separators end in a newline, which no base64 or JSON text begins with.
const (
	eventDomain   = "zhunsheng/event/v1\n"
	privateDomain = "zhunsheng/private/v1\n"
)

// Disclosure is what opens the commitment of an event: separator, salt and the exact
// bytes of the event. The log entry is its SHA-256, so that with a receipt's extra data
// any SHA-256 program can recompute the entry.
func Disclosure(salt, body []byte) ([]byte, error) {
	if len(salt) != SaltSize {
		return nil, fmt.Errorf("ledger: a salt has %d bytes, not %d", SaltSize, len(salt))
	}
	d := make([]byte, 0, len(eventDomain)+SaltSize+len(body))
	d = append(d, eventDomain...)
	d = append(d, salt...)
	return append(d, body...), nil
}

// OpenDisclosure splits what Disclosure made.
func OpenDisclosure(d []byte) (salt, body []byte, err error) {
	rest, ok := bytes.CutPrefix(d, []byte(eventDomain))
	if !ok || len(rest) <= SaltSize {
		return nil, nil, fmt.Errorf("ledger: this is no disclosure of an event")
	}
	return rest[:SaltSize:SaltSize], rest[SaltSize:], nil
}

// Commit is the log entry of an event: SHA-256 over separator, salt and exact bytes.
// A salt of the wrong length, which only an edited database can hold, gives an entry that
// matches nothing.
func Commit(salt, body []byte) Entry {
	h := sha256.New()
	h.Write([]byte(eventDomain))
	h.Write(salt)
	h.Write(body)
	var e Entry
	h.Sum(e[:0])
	if len(salt) != SaltSize {
		e = Entry{}
	}
	return e
}

// LeafHash is the RFC 6962 leaf hash of the entry.
func (e Entry) LeafHash() Hash {
	var b [1 + len(e)]byte
	copy(b[1:], e[:])
	return sha256.Sum256(b[:])
}

// PrivateDigest is the hex digest that an event holds in place of a personal value
// (个人信息). Without the salt it does not help to guess the value.
func PrivateDigest(salt, value []byte) (string, error) {
	if len(salt) != SaltSize {
		return "", fmt.Errorf("ledger: a salt has %d bytes, not %d", SaltSize, len(salt))
	}
	h := sha256.New()
	h.Write([]byte(privateDomain))
	h.Write(salt)
	h.Write(value)
	return hex.EncodeToString(h.Sum(nil)), nil
}

// CheckPrivate reports whether salt and value open a digest.
func CheckPrivate(digest string, salt, value []byte) bool {
	d, err := PrivateDigest(salt, value)
	return err == nil && subtle.ConstantTimeCompare([]byte(d), []byte(digest)) == 1
}
