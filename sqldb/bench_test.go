package sqldb_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"zhunsheng/sqldb"
	"zhunsheng/sqldb/sqltest"
)

const insertLeaf sqldb.SQL = `INSERT INTO leaf (idx, event_id, entry) VALUES ($1, $2, $3)`

// BenchmarkWrite is the rate of durable one-row writes by so many goroutines at once.
func BenchmarkWrite(b *testing.B) {
	for _, clients := range []int{1, 64, 1024} {
		b.Run(fmt.Sprintf("sqlite/%d", clients), func(b *testing.B) {
			db := sqltest.Open(b, "sqlite:"+filepath.Join(b.TempDir(), "db.sqlite"))
			if err := db.Migrate(context.Background()); err != nil {
				b.Fatal(err)
			}
			writeFrom(b, db, clients)
		})
	}
	for _, clients := range []int{1, 64} {
		b.Run(fmt.Sprintf("postgres/%d", clients), func(b *testing.B) {
			url, _ := sqltest.StartPostgres(b)
			db := sqltest.Open(b, url)
			if err := db.Migrate(context.Background()); err != nil {
				b.Fatal(err)
			}
			writeFrom(b, db, clients)
		})
	}
}

func writeFrom(b *testing.B, db *sqldb.DB, clients int) {
	var next atomic.Int64
	var wait sync.WaitGroup
	entry := make([]byte, 32)
	b.ResetTimer()
	for range clients {
		wait.Go(func() {
			for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
				id := fmt.Sprintf("%026d", i)
				if err := db.Write(context.Background(), func(tx *sqldb.Tx) error {
					_, err := tx.Exec(insertLeaf, i, id, entry)
					return err
				}); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wait.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "writes/s")
	if s := db.Stats(); s.Batches > 0 {
		b.ReportMetric(float64(s.Writes)/float64(s.Batches), "writes/commit")
	}
}

// BenchmarkRead is the rate of one-row reads under a context that can end, as a request's.
func BenchmarkRead(b *testing.B) {
	for name, db := range map[string]func(testing.TB) *sqldb.DB{"sqlite": sqltest.SQLite, "postgres": sqltest.Postgres} {
		b.Run(name, func(b *testing.B) {
			db := db(b)
			run(b, db, insertSeries, "a", 1)
			request, cancel := context.WithCancel(context.Background())
			defer cancel()
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					var n int64
					if err := db.Read(request, func(tx *sqldb.Tx) error {
						return tx.QueryRow(getSeries, "a").Scan(&n)
					}); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}
