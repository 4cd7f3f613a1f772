package app

import (
	"encoding/json"

	"zhunsheng/docket"
	"zhunsheng/ledger"
	"zhunsheng/ledger/ledgersql"
	"zhunsheng/sqldb"
)

// attached is a file that an act rests on and that has no custody row.
type attached struct {
	caseID  string
	version int64
	name    string
	digest  string
}

const selectUnlisted sqldb.SQL = `SELECT f.case_id, f.version, f.name, f.digest FROM case_file f
	WHERE NOT EXISTS (SELECT 1 FROM evidence_file e WHERE e.digest = f.digest) ORDER BY f.case_id, f.version, f.paper, f.seq`

const selectRecordedCases sqldb.SQL = `SELECT id FROM case_row WHERE recording = 1 ORDER BY id`

const countListed sqldb.SQL = `SELECT COUNT(*) FROM evidence_file WHERE digest = $1`

// unlisted finds the files of acts, and the source papers of recordings, whose custody row
// is gone. Nothing else misses a row that was deleted together with its file.
func unlisted(tx *sqldb.Tx) ([]attached, error) {
	rows, err := tx.Query(selectUnlisted)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []attached
	for rows.Next() {
		var f attached
		if err := rows.Scan(&f.caseID, &f.version, &f.name, &f.digest); err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	sources, err := sourcePapers(tx)
	if err != nil {
		return nil, err
	}
	for _, f := range sources {
		var n int64
		if err := tx.QueryRow(countListed, f.digest).Scan(&n); err != nil {
			return nil, err
		}
		if n == 0 {
			out = append(out, f)
		}
	}
	return out, nil
}

// sourcePapers are the papers that recordings name as their source.
func sourcePapers(tx *sqldb.Tx) (out []attached, err error) {
	rows, err := tx.Query(selectRecordedCases)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var cases []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		cases = append(cases, id)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for _, id := range cases {
		events, err := ledgersql.Stream(tx, docket.StreamPrefix+id)
		if err != nil {
			return nil, err
		}
		for _, e := range events {
			env, err := ledger.DecodeEnvelope(e.Body)
			if err != nil {
				continue // the log's findings name it
			}
			var p docket.Payload
			if json.Unmarshal(env.Payload, &p) != nil || p.Recording == nil || p.Recording.Paper == nil {
				continue
			}
			out = append(out, attached{id, e.Version, p.Recording.Paper.Name, p.Recording.Paper.Digest})
		}
	}
	return out, nil
}
