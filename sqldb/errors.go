package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"zhunsheng/gov"
)

// class is what an error of either engine means to the program.
type class int

const (
	other class = iota
	unique
	serialization // lost against another transaction; run it again
	full          // no room on disk
	broken        // the disk or the connection failed
	busy          // another program writes, or the server takes no more
	corrupt       // what the engine reads from its files contradicts itself
)

// classify is the one place that knows error codes.
func classify(err error) class {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch pg.Code {
		case "23505":
			return unique
		case "40001", "40P01":
			return serialization
		case "53100":
			return full
		case "53300", "57P03", "55P03":
			return busy
		case "57P01", "57P02", "58030":
			return broken
		case "XX001", "XX002":
			return corrupt
		}
		if len(pg.Code) == 5 && pg.Code[:2] == "08" {
			return broken
		}
		return other
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		switch lite.Code() {
		case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
			return unique
		}
		switch lite.Code() & 0xff {
		case sqlite3.SQLITE_FULL:
			return full
		case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN:
			return broken
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
			return busy
		case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
			return corrupt
		}
		return other
	}
	var connect *pgconn.ConnectError
	var network net.Error
	if errors.As(err, &connect) || errors.As(err, &network) || pgconn.SafeToRetry(err) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) {
		return broken
	}
	return other
}

// IsUnique reports that a row with the same key is there already.
func IsUnique(err error) bool { return classify(err) == unique }

// IsSerialization reports that the transaction lost against another one. Write runs such
// a function again by itself; callers see it only as the cause when all runs lost.
func IsSerialization(err error) bool { return classify(err) == serialization }

// IsCorrupt reports that the engine cannot read its own files.
func IsCorrupt(err error) bool { return classify(err) == corrupt }

// IsFull reports that the database's disk is full.
func IsFull(err error) bool { return classify(err) == full }

// forPeople gives errors of storage their kind and sentence. An error that already has
// one, an end of context and faults of ours pass unchanged.
func forPeople(err error) error {
	var told *gov.Error
	if err == nil || errors.As(err, &told) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	switch classify(err) {
	case full:
		return unavailable(err, "数据库所在磁盘空间不足，本次操作没有保存，请通知管理员清理磁盘后重试")
	case broken:
		return unavailable(err, "数据库暂时无法读写，本次操作没有保存，请稍后重试")
	case busy:
		return unavailable(err, "数据库正忙，本次操作没有保存，请稍后重试")
	case serialization:
		return unavailable(err, "同时办理的人较多，本次操作没有保存，请稍后重试")
	case corrupt:
		return &gov.Error{Kind: gov.Fault, Err: err,
			Text: "数据库文件已损坏，请立即停止使用，保留现场，并从备份恢复到新的文件夹"}
	}
	return err
}

// orEnded names the end of ctx as the cause of a connection that was given up for it.
func orEnded(ctx context.Context, err error) error {
	var told *gov.Error
	if err == nil || ctx.Err() == nil || errors.As(err, &told) || classify(err) != broken {
		return err
	}
	return fmt.Errorf("%w: %w", ctx.Err(), err)
}

// notSaved is the error of everybody in a batch whose commit failed. After a failed sync
// followed by a crash of the machine the batch may yet be found committed, so this too is
// answered by trying again under the same key.
func notSaved(err error) error {
	if classify(err) == full {
		return forPeople(err)
	}
	return unavailable(err, "数据没有写入磁盘，请稍后用同一请求重试；多次失败请通知管理员检查磁盘")
}

// unknownOutcome is for a commit whose answer was lost.
func unknownOutcome(err error) error {
	return unavailable(err, "保存结果未知：提交时与数据库的联系中断，请用同一请求重试，不会重复办理")
}

func unavailable(err error, text string) error {
	return &gov.Error{Kind: gov.Unavailable, Text: text, Err: err}
}

// definite reports that a failed COMMIT certainly did not commit: the server answered
// with an ordinary error. Anything else leaves the outcome unknown, FATAL answers included
// (a server that shuts down may have committed before it said so). pgconn.SafeToRetry must
// not be asked here: it says true for a connection that broke while the answer to COMMIT
// was being read.
func definite(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.SeverityUnlocalized == "ERROR" || pg.SeverityUnlocalized == "" && pg.Severity == "ERROR"
	}
	return errors.Is(err, pgx.ErrTxCommitRollback)
}
