package ledgersql

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zhunsheng/sqldb"
	"zhunsheng/sqldb/sqltest"
)

func durableSQLite(b *testing.B) *sqldb.DB {
	db, err := sqldb.Open(context.Background(), "sqlite:"+filepath.Join(b.TempDir(), "db.sqlite"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	if err := db.Migrate(context.Background()); err != nil {
		b.Fatal(err)
	}
	return db
}

// Appends by many clients, each waiting for its commit to be on disk, with and without
// the sequencer at work: the difference is what sealing costs.
func BenchmarkAppend(b *testing.B) {
	for _, sealing := range []bool{false, true} {
		for _, clients := range []int{64, 1024} {
			b.Run(fmt.Sprintf("sealing=%v/clients=%d", sealing, clients), func(b *testing.B) {
				l := newTestLog(b, durableSQLite(b))
				var store Store = Dir(b.TempDir())
				events := make([]Event, b.N)
				for i := range events {
					events[i] = l.event(fmt.Sprintf("case/C%d", i), 1)
				}
				if sealing {
					seq := NewSequencer(Config{DB: l.db, Store: store, Signer: l.signer})
					ctx, cancel := context.WithCancel(context.Background())
					done := make(chan error)
					go func() { done <- seq.Run(ctx) }()
					defer func() { cancel(); <-done }()
					if err := seq.Flush(ctx); err != nil {
						b.Fatal(err)
					}
					l.seq = seq
				}
				b.ResetTimer()
				start := time.Now()
				var next atomic.Int64
				var wg sync.WaitGroup
				for range clients {
					wg.Go(func() {
						for i := next.Add(1) - 1; i < int64(b.N); i = next.Add(1) - 1 {
							if err := l.db.Write(context.Background(), func(tx *sqldb.Tx) error { return Append(tx, events[i]) }); err != nil {
								b.Error(err)
								return
							}
						}
					})
				}
				wg.Wait()
				b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), "appends/s")
				if sealing {
					seen := time.Now()
					l.flush()
					b.ReportMetric(float64(time.Since(seen).Milliseconds()), "ms-to-last-seal")
				}
			})
		}
	}
}

// One operation is one record, so that b.N of any size ends within reason.
func BenchmarkVerify(b *testing.B) {
	const n = 20_000
	l := newTestLog(b, sqltest.SQLite(b))
	l.start()
	for range n / 1000 {
		l.fill(1000)
	}
	l.flush()
	b.ResetTimer()
	done := 0
	for ; done < b.N; done += n {
		if r := l.verify(); len(r.Findings) > 0 || r.Checkpoint.Size != n {
			b.Fatal(list(r.Findings))
		}
	}
	b.ReportMetric(float64(done)/b.Elapsed().Seconds(), "records/s")
}
