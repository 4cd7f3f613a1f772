package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"reflect"
	"runtime/debug"
	"strings"
	"sync"
	"unicode/utf8"

	"zhunsheng/gov"
)

// Tx is a running transaction. It belongs to the goroutine that runs the function it was
// given to and ends with it.
type Tx struct {
	ctx   context.Context
	on    statements
	after []func()
	rows  []*sql.Rows
	row   []*sql.Row
	err   error // the first statement that failed; the transaction is lost with it
}

// statements runs statements inside an open transaction.
type statements interface {
	Engine() Engine
	exec(ctx context.Context, q string, args []any) (sql.Result, error)
	query(ctx context.Context, q string, args []any) (*sql.Rows, error)
	queryRow(ctx context.Context, q string, args []any) *sql.Row
}

var (
	errEnded  = errors.New("sqldb: the transaction has ended")
	errNested = errors.New("sqldb: a transaction inside a transaction")
)

// Context is the context of the transaction. A Write or Read under it is refused, as it
// would wait for itself.
func (tx *Tx) Context() context.Context { return tx.ctx }

// Engine is the engine on which the transaction runs, for the few statements that cannot
// be shared. Nothing outside this package should ask.
func (tx *Tx) Engine() Engine { return tx.on.Engine() }

// Exec runs a statement and tells how many rows it touched. Arguments are text, whole
// numbers, []byte, nil or a driver.Valuer of one of these, such as gov.Day. A nil []byte
// is NULL, an empty one is not, but reads back as nil on SQLite. Times, fractions and truth values are refused: the engines differ on them.
func (tx *Tx) Exec(q SQL, args ...any) (rows int64, err error) {
	return tx.execText(string(q), args)
}

// Query runs a statement that gives rows. Rows still open when the transaction ends are
// closed then.
func (tx *Tx) Query(q SQL, args ...any) (*sql.Rows, error) {
	return tx.queryText(string(q), args)
}

// QueryRow runs a statement that gives at most one row. Scan it before the next statement.
func (tx *Tx) QueryRow(q SQL, args ...any) *sql.Row {
	args, err := tx.ready(args)
	if err != nil {
		return failedRow(err)
	}
	row := tx.on.queryRow(tx.ctx, string(q), args)
	if err := row.Err(); err != nil {
		tx.fail(err)
		return row
	}
	tx.row = append(tx.row, row)
	return row
}

// AfterCommit lets fn run once after the commit is durable, on the goroutine that called
// Write and before Write returns. It never runs for a transaction that failed, and only
// for the run that was committed.
func (tx *Tx) AfterCommit(fn func()) { tx.after = append(tx.after, fn) }

// execText and queryText also run what is not one constant text for both engines: queries
// of the catalogues, and statements made from the names of a table.
func (tx *Tx) execText(q string, args []any) (rows int64, err error) {
	if args, err = tx.ready(args); err != nil {
		return 0, err
	}
	res, err := tx.on.exec(tx.ctx, q, args)
	if err != nil {
		return 0, tx.fail(err)
	}
	return res.RowsAffected()
}

func (tx *Tx) queryText(q string, args []any) (*sql.Rows, error) {
	args, err := tx.ready(args)
	if err != nil {
		return nil, err
	}
	rows, err := tx.on.query(tx.ctx, q, args)
	if err != nil {
		return nil, tx.fail(err)
	}
	tx.rows = append(tx.rows, rows)
	return rows, nil
}

func (tx *Tx) ready(args []any) ([]any, error) {
	if tx.on == nil {
		return nil, errEnded
	}
	if tx.err != nil {
		return nil, fmt.Errorf("sqldb: the transaction has failed already: %w", tx.err)
	}
	return bind(args)
}

func (tx *Tx) fail(err error) error {
	if tx.err == nil {
		tx.err = err
	}
	return err
}

// run calls fn and ends the transaction for it. Whatever happens in fn, ended is called
// once with the outcome: nil only when fn returned nil and no statement failed. That holds
// for runtime.Goexit as well (a test's Fatal), where ended is the last that can be done.
func (tx *Tx) run(fn func(*Tx) error, ended func(error)) {
	err := errGoexit
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("sqldb: panic in a transaction: %v\n%s", r, debug.Stack())
		}
		for _, r := range tx.rows {
			r.Close()
			if e := r.Err(); e != nil {
				tx.fail(e)
			}
		}
		for _, r := range tx.row {
			_ = r.Scan() // ends one that was never scanned, or its statement could not run again
		}
		if err == nil && tx.err != nil {
			err = fmt.Errorf("sqldb: a statement failed and its error was dropped: %w", tx.err)
		}
		tx.rows, tx.row, tx.on = nil, nil, nil
		ended(err)
	}()
	err = fn(tx)
}

var errGoexit = errors.New("sqldb: the function ended its goroutine")

type insideKey struct{}

// writing is the context of a writing transaction: it does not end, and it carries the
// mark by which a nested transaction is refused.
type writing struct{ context.Context }

func (c writing) Value(key any) any {
	if key == (insideKey{}) {
		return true
	}
	return c.Context.Value(key)
}

// bind turns arguments into what both drivers take alike.
func bind(args []any) ([]any, error) {
	out := args
	for i, a := range args {
		v, same, err := bindOne(a)
		if err != nil {
			return nil, fmt.Errorf("$%d: %w", i+1, err)
		}
		if same {
			continue
		}
		if &out[0] == &args[0] {
			out = append([]any(nil), args...)
		}
		out[i] = v
	}
	return out, nil
}

func bindOne(a any) (v any, same bool, err error) {
	switch x := a.(type) {
	case nil, int64:
		return a, true, nil
	case string:
		return a, true, storable(x)
	case []byte:
		return nil, x != nil, nil
	case int:
		return int64(x), false, nil
	case gov.Instant:
		return int64(x), false, nil
	case driver.Valuer:
		if r := reflect.ValueOf(a); r.Kind() == reflect.Pointer && r.IsNil() {
			return nil, false, nil
		}
		if v, err = x.Value(); err != nil {
			return nil, false, err
		}
		w, same, err := bindOne(v)
		if same {
			w = v
		}
		return w, false, err
	}
	switch r := reflect.ValueOf(a); {
	case r.Kind() == reflect.String:
		return r.String(), false, storable(r.String())
	case r.CanInt():
		return r.Int(), false, nil
	case r.Kind() == reflect.Slice && r.Type().Elem().Kind() == reflect.Uint8:
		if r.IsNil() {
			return nil, false, nil
		}
		return r.Bytes(), false, nil
	}
	return nil, false, fmt.Errorf("sqldb: %T cannot be an argument: the engines store it differently", a)
}

// storable refuses text that PostgreSQL cannot hold, on both engines.
func storable(s string) error {
	if !utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0 {
		return gov.Errorf(gov.Invalid, "文字中含有无法保存的字符，请删去后重试")
	}
	return nil
}

// failedRow is a row whose Scan gives err.
func failedRow(err error) *sql.Row {
	return failing().QueryRowContext(context.WithValue(context.Background(), failKey{}, err), "")
}

type failKey struct{}

type failConnector struct{}

func (failConnector) Connect(ctx context.Context) (driver.Conn, error) {
	return nil, ctx.Value(failKey{}).(error)
}
func (failConnector) Driver() driver.Driver { return nil }

var failing = sync.OnceValue(func() *sql.DB { return sql.OpenDB(failConnector{}) })
