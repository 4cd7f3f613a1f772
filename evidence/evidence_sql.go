package evidence

import (
	"crypto/hmac"
	"database/sql"
	"errors"

	"zhunsheng/gov"
	"zhunsheng/sqldb"
)

const insertFile sqldb.SQL = `INSERT INTO evidence_file (digest, size, media, received, person, mac)
	VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (digest, person) DO NOTHING`

const selectFile sqldb.SQL = `SELECT digest, size, media, received, person, mac FROM evidence_file WHERE digest = $1
	ORDER BY received, person LIMIT 1`

const selectOwn sqldb.SQL = `SELECT digest, size, media, received, person, mac FROM evidence_file WHERE digest = $1 AND person = $2`

const selectRange sqldb.SQL = `SELECT digest, size, media, received, person, mac FROM evidence_file
	WHERE digest >= $1 AND digest < $2 ORDER BY digest, person`

type row struct {
	File
	mac []byte
}

func (s *Store) macOf(f File) []byte {
	return s.MAC("evidence_file", f.Digest, f.Size, f.Media, f.Received, string(f.Person))
}

func (s *Store) holds(r row) bool { return hmac.Equal(r.mac, s.macOf(r.File)) }

type scanner interface{ Scan(...any) error }

func scanFile(sc scanner) (r row, err error) {
	err = sc.Scan(&r.Digest, &r.Size, &r.Media, &r.Received, &r.Person, &r.mac)
	return r, err
}

func findRow(tx *sqldb.Tx, digest string) (row, bool, error) {
	r, err := scanFile(tx.QueryRow(selectFile, digest))
	if errors.Is(err, sql.ErrNoRows) {
		return row{}, false, nil
	}
	return r, err == nil, err
}

func (s *Store) addRow(tx *sqldb.Tx, f File) error {
	_, err := tx.Exec(insertFile, f.Digest, f.Size, f.Media, f.Received, string(f.Person), s.macOf(f))
	return err
}

func rowsOf(tx *sqldb.Tx, q sqldb.SQL, from, to string) ([]row, error) {
	rows, err := tx.Query(q, from, to)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []row
	for rows.Next() {
		r, err := scanFile(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// Known finds the custody row of a content inside the caller's transaction. NotFound when
// nothing was received; a row that was changed outside the program is a Fault.
func (s *Store) Known(tx *sqldb.Tx, digest string) (File, error) {
	r, found, err := findRow(tx, digest)
	if err != nil {
		return File{}, err
	}
	if !found {
		return File{}, gov.Errorf(gov.NotFound, "没有收到过这个文件")
	}
	if !s.holds(r) {
		return File{}, gov.Errorf(gov.Fault, "文件 %.12s… 的登记在程序之外被改动，已停止使用", digest)
	}
	return r.File, nil
}

// Brought finds the row of a content that a person brought (上传) inside the caller's
// transaction. NotFound when that person never brought it, whoever else did.
func (s *Store) Brought(tx *sqldb.Tx, digest string, person gov.PersonID) (File, error) {
	r, err := scanFile(tx.QueryRow(selectOwn, digest, string(person)))
	if errors.Is(err, sql.ErrNoRows) {
		return File{}, gov.Errorf(gov.NotFound, "没有收到过这个文件")
	}
	if err != nil {
		return File{}, err
	}
	if !s.holds(r) {
		return File{}, gov.Errorf(gov.Fault, "文件 %.12s… 的登记在程序之外被改动，已停止使用", digest)
	}
	return r.File, nil
}
