package gov

import "time"

// Instant is a moment in UTC microseconds since 1970-01-01T00:00:00Z. It is what SQL
// stores (BIGINT); time.Time never reaches a database. Zero means "not set".
type Instant int64

// InstantOf converts, dropping what is finer than a microsecond.
func InstantOf(t time.Time) Instant { return Instant(t.UnixMicro()) }

// Time is the instant as a time in China.
func (i Instant) Time() time.Time { return time.UnixMicro(int64(i)).In(China) }

// Day is the legal day on which the instant falls.
func (i Instant) Day() Day { return DateOf(i.Time().Date()) }

// IsZero reports that no instant is set.
func (i Instant) IsZero() bool { return i == 0 }

// Add moves by d.
func (i Instant) Add(d time.Duration) Instant { return i + Instant(d.Microseconds()) }

// String is 2006-01-02 15:04:05 in China, for logs and operators.
func (i Instant) String() string { return i.Time().Format("2006-01-02 15:04:05") }

// Clock tells the time. Everything above cmd receives one; tests pass a fake.
type Clock interface{ Now() Instant }

// ClockFunc makes a function a Clock.
type ClockFunc func() Instant

// Now calls f.
func (f ClockFunc) Now() Instant { return f() }
