package gov

import (
	"encoding/binary"
	"sync"
)

// IDs makes time-ordered text ids: 26 characters of Crockford base 32, 48 bits of
// milliseconds, then 80 bits that count up within a millisecond from a random start
// (the ULID layout). One source is shared by a process; ids from it strictly increase
// even when the clock stands still or goes backward.
type IDs struct {
	mu   sync.Mutex
	rand func([]byte)
	last [16]byte
}

// NewIDs takes its randomness from fill, which must fill the whole slice. Production
// passes crypto/rand; tests pass a counter.
func NewIDs(fill func([]byte)) *IDs { return &IDs{rand: fill} }

// New makes the next id at the given instant.
func (g *IDs) New(at Instant) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	var b [16]byte
	ms := uint64(at) / 1000
	binary.BigEndian.PutUint16(b[0:2], uint16(ms>>32))
	binary.BigEndian.PutUint32(b[2:6], uint32(ms))
	if string(b[:6]) <= string(g.last[:6]) {
		b = g.last
		for i := 15; i >= 0; i-- {
			b[i]++
			if b[i] != 0 {
				break
			}
		}
	} else {
		g.rand(b[6:])
		b[6] &= 0x7f // room to count up
	}
	g.last = b
	return crockford(b)
}

func crockford(b [16]byte) string {
	const digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	hi, lo := binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])
	var out [26]byte
	for i := 25; i >= 0; i-- {
		out[i] = digits[lo&31]
		lo = lo>>5 | hi<<59
		hi >>= 5
	}
	return string(out[:])
}
