package sqldb

import (
	"database/sql"
	"database/sql/driver"
	"sync/atomic"
)

// discard closes the connection below c instead of giving it back to its pool.
func discard(c *sql.Conn) {
	_ = c.Raw(func(any) error { return driver.ErrBadConn })
	_ = c.Close()
}

// counts are the running numbers behind Stats.
type counts struct {
	writes, refused, batches, largest, retries, failed atomic.Int64
}

func (c *counts) snapshot() Stats {
	return Stats{
		Writes: c.writes.Load(), Refused: c.refused.Load(), Batches: c.batches.Load(),
		Largest: c.largest.Load(), Retries: c.retries.Load(), Failed: c.failed.Load(),
	}
}
