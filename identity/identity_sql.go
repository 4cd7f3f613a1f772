package identity

import (
	"database/sql"
	"errors"

	"zhunsheng/gov"
	"zhunsheng/sqldb"
)

// accountRow is one row of account. The row with the empty login is the decoy that stands
// for every unknown login, so that known and unknown ones take the same path.
type accountRow struct {
	login       string
	person      gov.PersonID
	password    string
	failures    int64
	lockedUntil gov.Instant
	mac         []byte
}

func (k RowKey) account(a accountRow) []byte {
	return k.MAC("account", a.login, string(a.person), a.password, a.failures, a.lockedUntil)
}

func (k RowKey) accountHolds(a accountRow) bool {
	return k.holds(a.mac, "account", a.login, string(a.person), a.password, a.failures, a.lockedUntil)
}

const selectAccount sqldb.SQL = `SELECT login, person, password, failures, locked_until, mac FROM account WHERE login = $1`

const selectAccounts sqldb.SQL = `SELECT login, person, password, failures, locked_until, mac FROM account ORDER BY login`

const insertAccount sqldb.SQL = `INSERT INTO account (login, person, password, failures, locked_until, mac)
	VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (login) DO NOTHING`

const updateAccount sqldb.SQL = `UPDATE account SET person = $2, password = $3, failures = $4, locked_until = $5, mac = $6
	WHERE login = $1`

type scanner interface{ Scan(...any) error }

func scanAccount(s scanner) (a accountRow, err error) {
	err = s.Scan(&a.login, &a.person, &a.password, &a.failures, &a.lockedUntil, &a.mac)
	return a, err
}

func findAccount(tx *sqldb.Tx, login string) (accountRow, bool, error) {
	a, err := scanAccount(tx.QueryRow(selectAccount, login))
	if errors.Is(err, sql.ErrNoRows) {
		return accountRow{}, false, nil
	}
	return a, err == nil, err
}

func storeAccount(tx *sqldb.Tx, k RowKey, a accountRow) error {
	_, err := tx.Exec(updateAccount, a.login, string(a.person), a.password, a.failures, a.lockedUntil, k.account(a))
	return err
}

func addAccount(tx *sqldb.Tx, k RowKey, a accountRow) (added bool, err error) {
	n, err := tx.Exec(insertAccount, a.login, string(a.person), a.password, a.failures, a.lockedUntil, k.account(a))
	return n == 1, err
}

func eachAccount(tx *sqldb.Tx, visit func(accountRow)) error {
	rows, err := tx.Query(selectAccounts)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		a, err := scanAccount(rows)
		if err != nil {
			return err
		}
		visit(a)
	}
	return rows.Err()
}

// sessionRow is one row of session. post holds the post, and for an agency a slash and the
// person represented, which no post id can contain.
type sessionRow struct {
	token   []byte // SHA-256 of the cookie's bytes
	person  gov.PersonID
	post    string
	unit    gov.UnitID
	created gov.Instant // of the sign-in; switching posts keeps it, so the absolute end stands
	expires gov.Instant // idle end, never after the absolute end
	mac     []byte
}

func (k RowKey) session(s sessionRow) []byte {
	return k.MAC("session", s.token, string(s.person), s.post, string(s.unit), s.created, s.expires)
}

func (k RowKey) sessionHolds(s sessionRow) bool {
	return k.holds(s.mac, "session", s.token, string(s.person), s.post, string(s.unit), s.created, s.expires)
}

const selectSession sqldb.SQL = `SELECT token, person, post, unit, created, expires, mac FROM session WHERE token = $1`

const selectSessions sqldb.SQL = `SELECT token, person, post, unit, created, expires, mac FROM session ORDER BY token`

const insertSession sqldb.SQL = `INSERT INTO session (token, person, post, unit, created, expires, mac)
	VALUES ($1, $2, $3, $4, $5, $6, $7)`

const slideSession sqldb.SQL = `UPDATE session SET expires = $2, mac = $3 WHERE token = $1`

const deleteSession sqldb.SQL = `DELETE FROM session WHERE token = $1`

const deleteOtherSessions sqldb.SQL = `DELETE FROM session WHERE person = $1 AND token <> $2`

const deleteEndedSessions sqldb.SQL = `DELETE FROM session WHERE expires <= $1`

func scanSession(s scanner) (r sessionRow, err error) {
	err = s.Scan(&r.token, &r.person, &r.post, &r.unit, &r.created, &r.expires, &r.mac)
	return r, err
}

func findSession(tx *sqldb.Tx, token []byte) (sessionRow, bool, error) {
	r, err := scanSession(tx.QueryRow(selectSession, token))
	if errors.Is(err, sql.ErrNoRows) {
		return sessionRow{}, false, nil
	}
	return r, err == nil, err
}

func addSession(tx *sqldb.Tx, k RowKey, r sessionRow) error {
	_, err := tx.Exec(insertSession, r.token, string(r.person), r.post, string(r.unit), r.created, r.expires, k.session(r))
	return err
}

func eachSession(tx *sqldb.Tx, visit func(sessionRow)) error {
	rows, err := tx.Query(selectSessions)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		r, err := scanSession(rows)
		if err != nil {
			return err
		}
		visit(r)
	}
	return rows.Err()
}
