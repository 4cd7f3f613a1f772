package evidence

import (
	"archive/zip"
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"testing"
	"unicode/utf16"

	"zhunsheng/gov"
	"zhunsheng/sqldb"
)

func testMAC(table string, cols ...any) []byte {
	h := hmac.New(sha256.New, []byte("row key of the tests"))
	fmt.Fprintf(h, "%q", append([]any{table}, cols...))
	return h.Sum(nil)
}

var testNow = gov.MustDay("2026-11-23").Start()

func newStore(t *testing.T, db *sqldb.DB, disk Disk) *Store {
	t.Helper()
	var n byte
	s, err := New(Config{DB: db, Disk: disk, Clock: gov.ClockFunc(func() gov.Instant { return testNow }), MAC: testMAC,
		IDs: gov.NewIDs(func(b []byte) { n++; b[0] = n }), MaxSize: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func zipOf(t testing.TB, names ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, n := range names {
		w, err := z.Create(n)
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte("<xml/>"))
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// oleOf makes a compound file whose directory has the given entries: header, one sector of
// the allocation table, then the directory in as many sectors as it takes.
func oleOf(names ...string) []byte {
	names = append([]string{"Root Entry"}, names...)
	sectors := (len(names) + 3) / 4
	b := make([]byte, 512*(2+sectors))
	copy(b, oleMagic)
	le := binary.LittleEndian
	le.PutUint16(b[30:], 9)
	le.PutUint32(b[48:], 1)
	table := b[512:]
	le.PutUint32(table, 0xfffffffd)
	for i := range sectors {
		next := uint32(i + 2)
		if i == sectors-1 {
			next = 0xfffffffe
		}
		le.PutUint32(table[4*(i+1):], next)
	}
	for i, n := range names {
		e := b[1024+128*i:]
		u := utf16.Encode([]rune(n))
		for j, c := range u {
			le.PutUint16(e[2*j:], c)
		}
		le.PutUint16(e[64:], uint16(2*len(u)+2))
		e[66] = 2
	}
	return b
}
