package docket

import (
	"database/sql"
	"errors"

	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/procedure"
	"zhunsheng/sqldb"
)

// noDue stands in case_row.next_due when no clock runs; it sorts after every day.
const noDue = "9999-12-31"

const rowColumns sqldb.SQL = `id, procedure, definition, title, unit, unit_path, opened, status, station, awaits,
	next_due, number, late, breaches, recording, level, version, updated`

// Row is a case (案件) as lists show it: one row of case_row.
type Row struct {
	ID         gov.CaseID
	Procedure  string
	Definition string
	Title      string
	Unit       gov.UnitID
	UnitPath   string
	Opened     gov.Day
	Status     procedure.CaseStatus
	Station    string
	Awaits     gov.Post
	NextDue    gov.Day // nearest last day, a missed one before a coming one; zero when none
	Number     string
	Late       int64 // clocks missed so far
	Breaches   int64
	Recording  bool // a fact of the case was recorded afterwards (补录)
	Level      gov.Level
	Version    int64
	Updated    gov.Instant
}

type scanner interface{ Scan(...any) error }

func scanRow(s scanner) (Row, error) {
	var r Row
	var due string
	var rec int64
	err := s.Scan(&r.ID, &r.Procedure, &r.Definition, &r.Title, &r.Unit, &r.UnitPath, &r.Opened, &r.Status,
		&r.Station, &r.Awaits, &due, &r.Number, &r.Late, &r.Breaches, &rec, &r.Level, &r.Version, &r.Updated)
	if err != nil {
		return r, err
	}
	r.Recording = rec != 0
	if due != noDue {
		if r.NextDue, err = gov.ParseDay(due); err != nil {
			return r, err
		}
	}
	return r, nil
}

const selectRow sqldb.SQL = `SELECT ` + rowColumns + ` FROM case_row WHERE id = $1`

const selectStanding sqldb.SQL = `SELECT version FROM case_row WHERE id = $1`

func loadRow(tx *sqldb.Tx, id gov.CaseID) (Row, error) {
	r, err := scanRow(tx.QueryRow(selectRow, string(id)))
	if errors.Is(err, sql.ErrNoRows) {
		return r, errUnseen()
	}
	return r, err
}

const upsertRow sqldb.SQL = `INSERT INTO case_row (` + rowColumns + `)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
	ON CONFLICT (id) DO UPDATE SET definition = excluded.definition, status = excluded.status, station = excluded.station, awaits = excluded.awaits,
	next_due = excluded.next_due, number = excluded.number, late = excluded.late, breaches = excluded.breaches,
	recording = excluded.recording, level = excluded.level, title = excluded.title,
	version = excluded.version, updated = excluded.updated`

func storeRow(tx *sqldb.Tx, r Row) error {
	due := noDue
	if !r.NextDue.IsZero() {
		due = r.NextDue.String()
	}
	rec := int64(0)
	if r.Recording {
		rec = 1
	}
	_, err := tx.Exec(upsertRow, string(r.ID), r.Procedure, r.Definition, r.Title, string(r.Unit), r.UnitPath,
		r.Opened.String(), string(r.Status), r.Station, string(r.Awaits), due, r.Number, r.Late, r.Breaches, rec,
		int64(r.Level), r.Version, int64(r.Updated))
	return err
}

const upsertClock sqldb.SQL = `INSERT INTO clock (case_id, clock, round, rule, from_day, nominal, due, provisional, status, met_on)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
	ON CONFLICT (case_id, clock, round) DO UPDATE SET nominal = excluded.nominal, due = excluded.due,
	provisional = excluded.provisional, status = excluded.status, met_on = excluded.met_on`

func storeClock(tx *sqldb.Tx, id gov.CaseID, c procedure.ClockEffect) error {
	prov := int64(0)
	if c.Provisional {
		prov = 1
	}
	_, err := tx.Exec(upsertClock, string(id), string(c.Clock), int64(c.Round), string(c.Rule), c.From.String(),
		c.Nominal.String(), c.Due.String(), prov, string(c.Status), c.MetOn)
	return err
}

const selectClockStatus sqldb.SQL = `SELECT status FROM clock WHERE case_id = $1 AND clock = $2 AND round = $3`

// clockStatus is where an earlier event left a round of a clock, "" when none did.
func clockStatus(tx *sqldb.Tx, id gov.CaseID, c procedure.ClockEffect) (st procedure.ClockStatus, err error) {
	err = tx.QueryRow(selectClockStatus, string(id), string(c.Clock), int64(c.Round)).Scan(&st)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return st, err
}

const insertParty sqldb.SQL = `INSERT INTO case_party (person, case_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`

const insertFile sqldb.SQL = `INSERT INTO case_file (case_id, version, paper, seq, digest, name, size, media)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`

const insertKey sqldb.SQL = `INSERT INTO request_key (person, key, stream, version, digest) VALUES ($1, $2, $3, $4, $5)
	ON CONFLICT DO NOTHING`

const selectKey sqldb.SQL = `SELECT stream, version, digest FROM request_key WHERE person = $1 AND key = $2`

const takeNumber sqldb.SQL = `INSERT INTO number_series (series, last) VALUES ($1, 1)
	ON CONFLICT (series) DO UPDATE SET last = number_series.last + 1 RETURNING last`

const replayNumber sqldb.SQL = `INSERT INTO number_series (series, last) VALUES ($1, $2)
	ON CONFLICT (series) DO UPDATE SET last = CASE WHEN excluded.last > number_series.last
	THEN excluded.last ELSE number_series.last END`

const dueCases sqldb.SQL = `SELECT DISTINCT due, case_id FROM clock WHERE status = 'running' AND due < $1
	ORDER BY due, case_id LIMIT $2`

const earliestDue sqldb.SQL = `SELECT due FROM clock WHERE status = 'running' ORDER BY due LIMIT 1`

const caseOfFile sqldb.SQL = `SELECT case_id, version, paper, seq, digest, name, size, media FROM case_file
	WHERE case_id = $1 ORDER BY version, paper, seq`

const countParty sqldb.SQL = `SELECT COUNT(*) FROM case_party WHERE person = $1 AND case_id = $2`

// casesOfDigest are some cases that have a content; a template may be in very many.
const casesOfDigest sqldb.SQL = `SELECT ` + casesColumns + ` FROM case_row c
	WHERE c.id IN (SELECT f.case_id FROM case_file f WHERE f.digest = $1) ORDER BY c.id LIMIT 200`

const selectPersonal sqldb.SQL = `SELECT p.field, p.value FROM event e JOIN private_value p ON p.event_id = e.id
	WHERE e.stream = $1 ORDER BY e.version`

// personal reads the newest values of personal fields that were not erased.
func personal(tx *sqldb.Tx, def *procedure.Definition, id gov.CaseID) (map[procedure.FieldID]string, error) {
	rows, err := tx.Query(selectPersonal, StreamOf(id))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[procedure.FieldID]string{}
	for rows.Next() {
		var field string
		var value []byte
		if err := rows.Scan(&field, &value); err != nil {
			return nil, err
		}
		out[procedure.FieldID(field)] = string(value)
	}
	return out, rows.Err()
}

const openCases sqldb.SQL = `SELECT ` + rowColumns + ` FROM case_row WHERE id > $1 AND status = 'open' ORDER BY id LIMIT $2`

const knownTitles sqldb.SQL = `SELECT c.unit, c.title FROM case_row c WHERE ` + identity.InScope + `
	AND c.procedure = $41 AND c.status <> 'voided'
	UNION SELECT c.unit, c.title FROM ` + identity.PartyCases + ` WHERE ` + identity.IsParty + `
	AND c.procedure = $41 AND c.status <> 'voided'`

const keysFrom sqldb.SQL = `SELECT key, stream FROM request_key WHERE person = $1 AND key >= $2 AND key < $3 ORDER BY key`
