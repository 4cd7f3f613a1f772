package sqldb

import (
	"context"
	"database/sql"
)

// liteConn is one connection with its prepared statements: preparing costs more than
// running most statements.
type liteConn struct {
	conn     *sql.Conn
	prepared map[string]*liteStmt
}

type liteStmt struct {
	*sql.Stmt
	open *sql.Rows // the rows last given, perhaps still open
}

// maxPrepared bounds the cache against statements that are not constants, as tests and
// checks of whole tables make them.
const maxPrepared = 1000

func dialLite(ctx context.Context, pool *sql.DB, setup ...string) (*liteConn, error) {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	for _, q := range setup {
		if _, err := conn.ExecContext(ctx, q); err != nil {
			conn.Close()
			return nil, err
		}
	}
	return &liteConn{conn, map[string]*liteStmt{}}, nil
}

func (c *liteConn) Engine() Engine { return SQLite }

// stmt is the prepared form of q, or nil when it is not to be kept: the cached one still
// gives rows (a query inside a loop over the same query), or the cache is full.
func (c *liteConn) stmt(ctx context.Context, q string) (*liteStmt, error) {
	if s := c.prepared[q]; s != nil {
		if s.open != nil {
			if _, err := s.open.Columns(); err == nil {
				return nil, nil
			}
			s.open = nil
		}
		return s, nil
	}
	if len(c.prepared) >= maxPrepared {
		return nil, nil
	}
	p, err := c.conn.PrepareContext(ctx, q)
	if err != nil {
		return nil, err
	}
	s := &liteStmt{Stmt: p}
	c.prepared[q] = s
	return s, nil
}

func (c *liteConn) exec(ctx context.Context, q string, args []any) (sql.Result, error) {
	s, err := c.stmt(ctx, q)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.conn.ExecContext(ctx, q, args...)
	}
	return s.ExecContext(ctx, args...)
}

func (c *liteConn) query(ctx context.Context, q string, args []any) (*sql.Rows, error) {
	s, err := c.stmt(ctx, q)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.conn.QueryContext(ctx, q, args...)
	}
	rows, err := s.QueryContext(ctx, args...)
	s.open = rows
	return rows, err
}

func (c *liteConn) queryRow(ctx context.Context, q string, args []any) *sql.Row {
	s, err := c.stmt(ctx, q)
	if err != nil {
		return failedRow(err)
	}
	if s == nil {
		return c.conn.QueryRowContext(ctx, q, args...)
	}
	return s.QueryRowContext(ctx, args...)
}

// close ends the connection for good; it does not go back to the pool.
func (c *liteConn) close() {
	for _, s := range c.prepared {
		s.Close()
	}
	discard(c.conn)
}
