package sqldb

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"modernc.org/sqlite"

	"zhunsheng/gov"
)

// lite is the embedded engine: one file, one writer, some readers.
type lite struct {
	path   string
	dsn    string
	pool   *sql.DB
	writer *writer
	idle   chan *liteConn // readers; nil is one not yet opened
	closed chan struct{}
	once   sync.Once
	reads  atomic.Int64
	locks  heldNames
}

var tuneLite = sync.OnceFunc(func() {
	// A commit waits for the data, not for the file's time stamps: as durable as fsync and
	// what SQLite's own builds do on Linux. Elsewhere the call refuses, and fsync stays.
	_, _ = sqlite.Fdatasync(true)
	// POSIX locks vanish when anything in the process closes a descriptor of the file.
	_, _ = sqlite.OFDLocking(true)
})

// openLite opens path, which may end in ?synchronous=off for a database that need not
// survive the machine (tests, scratch databases).
func openLite(ctx context.Context, path string) (*lite, error) {
	tuneLite()
	path, query, _ := strings.Cut(path, "?")
	opts, err := url.ParseQuery(query)
	if err != nil || path == "" {
		return nil, gov.FieldError("db", "数据库地址“sqlite:%s”写法有误", path)
	}
	if path, err = filepath.Abs(path); err != nil {
		return nil, err
	}
	if dir, err := os.Stat(filepath.Dir(path)); err != nil || !dir.IsDir() {
		return nil, gov.FieldError("db", "数据库所在文件夹“%s”不存在，请先建立", filepath.Dir(path))
	}
	// Rows hold personal data. The engine gives the log files the mode of this one.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, &gov.Error{Kind: gov.Unavailable, Text: "数据库文件“" + path + "”无法打开，请检查权限", Err: err}
	}
	f.Close()
	synchronous := "FULL"
	if strings.EqualFold(opts.Get("synchronous"), "off") {
		synchronous = "OFF"
	}
	// The path is escaped, as SQLite reads it as a URI.
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + "?_txlock=immediate&_dqs=0&_defensive=1" +
		"&_busy_timeout=10000&_foreign_keys=1&_journal_mode=WAL&_synchronous=" + synchronous +
		"&_pragma=case_sensitive_like(1)&_pragma=wal_autocheckpoint(20000)"

	db := &lite{path: path, dsn: dsn, pool: mustOpen(dsn), closed: make(chan struct{})}
	if db.writer, err = newWriter(ctx, db); err != nil {
		db.pool.Close()
		return nil, forPeople(fmt.Errorf("sqldb: opening %s: %w", path, err))
	}
	// More readers than cores only help while one waits for a disk page.
	n := max(4, 2*runtime.GOMAXPROCS(0))
	db.idle = make(chan *liteConn, n)
	for range n {
		db.idle <- nil
	}
	return db, nil
}

func mustOpen(dsn string) *sql.DB {
	pool, err := sql.Open("sqlite", dsn) // never fails for a registered driver
	if err != nil {
		panic(err)
	}
	return pool
}

func (db *lite) Engine() Engine { return SQLite }

func (db *lite) write(ctx context.Context, fn func(*Tx) error) error {
	return db.writer.do(ctx, fn)
}

func (db *lite) read(ctx context.Context, fn func(*Tx) error) (err error) {
	var c *liteConn
	select {
	case c = <-db.idle:
	case <-ctx.Done():
		return ctx.Err()
	case <-db.closed:
		return errClosed
	}
	defer func() { db.idle <- c }()
	if c == nil {
		if c, err = dialLite(ctx, db.pool, "PRAGMA query_only = 1"); err != nil {
			return err
		}
	}
	quiet := context.WithoutCancel(ctx)
	if _, err := c.exec(quiet, "BEGIN DEFERRED", nil); err != nil {
		c.close()
		c = nil
		return err
	}
	db.reads.Add(1)
	tx := &Tx{ctx: context.WithValue(ctx, insideKey{}, true), on: c}
	tx.run(fn, func(e error) {
		err = e
		if _, end := c.exec(quiet, "ROLLBACK", nil); end != nil {
			c.close()
			c = nil
		}
	})
	return err
}

func (db *lite) stats() Stats {
	s := db.writer.count.snapshot()
	s.Waiting, s.Reads = int64(len(db.writer.queue)), db.reads.Load()
	return s
}

func (db *lite) close() error {
	db.once.Do(func() {
		close(db.closed)
		<-db.writer.gone
		for range cap(db.idle) {
			if c := <-db.idle; c != nil {
				c.close()
			}
		}
	})
	return db.pool.Close()
}

var errClosed = gov.Errorf(gov.Unavailable, "系统正在停止，本次操作没有保存，请稍后重试")
