package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"

	"modernc.org/sqlite"
)

// rawCommit is the limit of one-row group commit: clients hand one small row each to one
// writer, which inserts what waits and commits once. Same driver and same PRAGMAs as the
// program, but no savepoint, no index, no event, no rule.
type rawCommit struct {
	pool  *sql.DB
	conn  *sql.Conn
	queue chan chan error
	gone  chan struct{}
}

// rawRow is what each client writes.
const rawRow = 100

// rawBatch bounds one commit.
const rawBatch = 1024

func openRawCommit(ctx context.Context, dir string) (*rawCommit, error) {
	// Both settings are the process's; sqldb chooses the same ones.
	_, _ = sqlite.Fdatasync(true)
	_, _ = sqlite.OFDLocking(true)
	dsn := "file:" + (&url.URL{Path: filepath.Join(dir, "raw.db")}).EscapedPath() + "?_txlock=immediate&_dqs=0&_defensive=1" +
		"&_busy_timeout=10000&_foreign_keys=1&_journal_mode=WAL&_synchronous=FULL" +
		"&_pragma=case_sensitive_like(1)&_pragma=wal_autocheckpoint(20000)"
	pool, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	r := &rawCommit{pool: pool, queue: make(chan chan error, 4096), gone: make(chan struct{})}
	if r.conn, err = pool.Conn(ctx); err != nil {
		return nil, err
	}
	if _, err = r.conn.ExecContext(ctx, `CREATE TABLE row (id INTEGER PRIMARY KEY, body BLOB NOT NULL)`); err != nil {
		return nil, err
	}
	var level int
	if err := r.conn.QueryRowContext(ctx, `PRAGMA synchronous`).Scan(&level); err != nil || level != 2 {
		return nil, fmt.Errorf("synchronous is %d, not FULL (%v)", level, err)
	}
	go r.loop()
	return r, nil
}

func (r *rawCommit) loop() {
	defer close(r.gone)
	ctx := context.Background()
	prepare := func(q string) *sql.Stmt {
		s, err := r.conn.PrepareContext(ctx, q)
		if err != nil {
			panic(err) // three constant statements over the table above
		}
		return s
	}
	begin, insert, commit := prepare(`BEGIN IMMEDIATE`), prepare(`INSERT INTO row (body) VALUES (?)`), prepare(`COMMIT`)
	body := make([]byte, rawRow)
	batch := make([]chan error, 0, rawBatch)
	for first := range r.queue {
		batch = append(batch[:0], first)
		_, err := begin.ExecContext(ctx)
		for i := 0; err == nil && i < len(batch); i++ {
			_, err = insert.ExecContext(ctx, body)
			if len(batch) < rawBatch {
				select {
				case next, ok := <-r.queue:
					if ok {
						batch = append(batch, next)
					}
				default:
				}
			}
		}
		if err == nil {
			_, err = commit.ExecContext(ctx)
		}
		for _, done := range batch {
			done <- err
		}
	}
}

// write is one client's durable row. done is the client's own channel, of capacity one.
func (r *rawCommit) write(done chan error) error {
	r.queue <- done
	return <-done
}

func (r *rawCommit) close() error {
	close(r.queue)
	<-r.gone
	r.conn.Close()
	return r.pool.Close()
}
