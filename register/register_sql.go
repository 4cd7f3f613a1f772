package register

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/sqldb"
)

// Two rows of register_entry are no entries. Their register names begin with '@', which no
// declaration can. They are written by Apply like everything else, so rebuild checks them.
//
// (@stream, <name>) holds the newest version of the stream register/<name>. It is read
// instead of MAX(version) of event, because on PostgreSQL that would lock the index page
// on which all new cases land.
//
// (@directory, ”) changes with every event of a register that Directory holds. Every act
// reads it, so that no act stands on units, grants or parameters that were changed by
// another process; it is one row that acts never write.
const (
	streamMark    = "@stream"
	directoryMark = "@directory"
	markFrom      = "0001-01-01"
)

const selectMark sqldb.SQL = `SELECT data, event_id FROM register_entry WHERE register = $1 AND key = $2 AND valid_from = '0001-01-01'`

const upsertEntry sqldb.SQL = `INSERT INTO register_entry (register, key, valid_from, valid_to, data, event_id)
	VALUES ($1, $2, $3, $4, $5, $6)
	ON CONFLICT (register, key, valid_from) DO UPDATE SET valid_to = excluded.valid_to, data = excluded.data,
	event_id = excluded.event_id`

const truncateEntries sqldb.SQL = `UPDATE register_entry SET valid_to = $3
	WHERE register = $1 AND key = $2 AND valid_from < $3 AND (valid_to IS NULL OR valid_to > $3)`

const dropEntries sqldb.SQL = `DELETE FROM register_entry WHERE register = $1 AND key = $2 AND valid_from >= $3`

const nextStart sqldb.SQL = `SELECT MIN(valid_from) FROM register_entry WHERE register = $1 AND key = $2 AND valid_from > $3`

const entryColumns = `register, key, valid_from, valid_to, data, event_id`

const selectEntry sqldb.SQL = `SELECT ` + entryColumns + ` FROM register_entry
	WHERE register = $1 AND key = $2 AND valid_from <= $3 AND (valid_to IS NULL OR valid_to > $3)`

const selectHistory sqldb.SQL = `SELECT ` + entryColumns + ` FROM register_entry
	WHERE register = $1 AND key = $2 ORDER BY valid_from`

const selectPage sqldb.SQL = `SELECT ` + entryColumns + ` FROM register_entry
	WHERE register = $1 AND key > $3 AND valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2)
	ORDER BY key LIMIT $4`

const selectWhole sqldb.SQL = `SELECT ` + entryColumns + ` FROM register_entry WHERE register = $1 ORDER BY key, valid_from`

const selectPersonal sqldb.SQL = `SELECT field, value FROM private_value WHERE event_id = $1`

const selectPersonalWhole sqldb.SQL = `SELECT p.event_id, p.field, p.value FROM register_entry e
	JOIN private_value p ON p.event_id = e.event_id WHERE e.register = $1`

const insertKey sqldb.SQL = `INSERT INTO request_key (person, key, stream, version, digest)
	VALUES ($1, $2, $3, $4, $5) ON CONFLICT (person, key) DO NOTHING`

const selectKey sqldb.SQL = `SELECT stream, version, digest FROM request_key WHERE person = $1 AND key = $2`

type scanner interface{ Scan(...any) error }

func scanEntry(s scanner) (Entry, error) {
	var e Entry
	var data string
	if err := s.Scan(&e.Register, &e.Key, &e.From, &e.To, &data, &e.Event); err != nil {
		return e, err
	}
	if err := json.Unmarshal([]byte(data), &e.Data); err != nil {
		return e, fmt.Errorf("register: entry %s/%s of %s: %w", e.Register, e.Key, e.From, err)
	}
	return e, nil
}

func scanEntries(rows *sql.Rows, err error) ([]Entry, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Entry
	for rows.Next() {
		e, err := scanEntry(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, rows.Err()
}

// findEntry reads the entry of a key on a day, personal values still as digests.
func findEntry(tx *sqldb.Tx, register, key string, on gov.Day) (Entry, bool, error) {
	e, err := scanEntry(tx.QueryRow(selectEntry, register, key, on))
	if errors.Is(err, sql.ErrNoRows) {
		return Entry{}, false, nil
	}
	return e, err == nil, err
}

func storeEntry(tx *sqldb.Tx, e Entry) error {
	data, err := json.Marshal(e.Data)
	if err != nil {
		return err
	}
	_, err = tx.Exec(upsertEntry, e.Register, e.Key, e.From, e.To, string(data), string(e.Event))
	return err
}

// mark is the content of a row that is no entry: how many events, and the last of them.
type mark struct {
	count int64
	event gov.EventID
}

func readMark(tx *sqldb.Tx, kind, key string) (mark, error) {
	var data string
	var m mark
	err := tx.QueryRow(selectMark, kind, key).Scan(&data, &m.event)
	if errors.Is(err, sql.ErrNoRows) {
		return mark{}, nil
	}
	if err != nil {
		return mark{}, err
	}
	var fields struct {
		Count string `json:"count"`
	}
	if err := json.Unmarshal([]byte(data), &fields); err != nil {
		return mark{}, fmt.Errorf("register: %s %s: %w", kind, key, err)
	}
	m.count, err = strconv.ParseInt(fields.Count, 10, 64)
	return m, err
}

// generation is the mark of the directory as it lies in the database; it is compared, never
// read.
type generation struct {
	data  string
	event gov.EventID
}

func readGeneration(tx *sqldb.Tx) (g generation, err error) {
	err = tx.QueryRow(selectMark, directoryMark, "").Scan(&g.data, &g.event)
	if errors.Is(err, sql.ErrNoRows) {
		return generation{}, nil
	}
	return g, err
}

func storeMark(tx *sqldb.Tx, kind, key string, m mark) error {
	return storeEntry(tx, Entry{Register: kind, Key: key, Span: identity.Span{From: gov.MustDay(markFrom)},
		Data: map[string]string{"count": strconv.FormatInt(m.count, 10)}, Event: m.event})
}

// personalValues reads the personal values of one event by field.
func personalValues(tx *sqldb.Tx, event gov.EventID) (map[string]string, error) {
	rows, err := tx.Query(selectPersonal, string(event))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]string{}
	for rows.Next() {
		var field string
		var value []byte
		if err := rows.Scan(&field, &value); err != nil {
			return nil, err
		}
		out[field] = string(value)
	}
	return out, rows.Err()
}

// personalOf reads the personal values of a whole register by event and field.
func personalOf(tx *sqldb.Tx, register string) (map[gov.EventID]map[string]string, error) {
	rows, err := tx.Query(selectPersonalWhole, register)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[gov.EventID]map[string]string{}
	for rows.Next() {
		var event gov.EventID
		var field string
		var value []byte
		if err := rows.Scan(&event, &field, &value); err != nil {
			return nil, err
		}
		if out[event] == nil {
			out[event] = map[string]string{}
		}
		out[event][field] = string(value)
	}
	return out, rows.Err()
}
