package sqldb_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zhunsheng/gov"
	"zhunsheng/sqldb"
	"zhunsheng/sqldb/sqltest"
)

// An index that leads past a row is told, though the row itself reads right.
func TestIntegrity_NamesADamagedIndex(t *testing.T) {
	path := filepath.Join(t.TempDir(), "db.sqlite")
	db := sqltest.Open(t, "sqlite:"+path)
	if err := db.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	err := db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(`INSERT INTO clock (case_id, clock, round, rule, from_day, nominal, due, provisional, status)
			VALUES ('01C', 'filing', 1, 'R1', '2026-09-01', '2026-09-16', '2026-09-16', 0, 'running')`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if said, err := db.Integrity(ctx); err != nil || len(said) > 0 {
		t.Fatalf("a whole file: %q, %v", said, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	var page, size int64
	err = errors.Join(raw.QueryRow(`SELECT rootpage FROM sqlite_schema WHERE name = 'clock_running'`).Scan(&page),
		raw.QueryRow(`PRAGMA page_size`).Scan(&size), raw.Close())
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	index := file[(page-1)*size : page*size]
	copy(index[strings.Index(string(index), "2026-09-16"):], "2126")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	db = sqltest.Open(t, "sqlite:"+path)
	if said, err := db.Integrity(ctx); err != nil || !strings.Contains(strings.Join(said, "\n"), "clock_running") {
		t.Errorf("a damaged index: %q, %v", said, err)
	}
}

func TestOpen_ADamagedFileIsToldToPeople(t *testing.T) {
	path := filepath.Join(t.TempDir(), "db.sqlite")
	if err := os.WriteFile(path, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := sqldb.Open(ctx, "sqlite:"+path)
	var told *gov.Error
	if !errors.As(err, &told) || !sqldb.IsCorrupt(err) || !strings.Contains(told.Text, "已损坏") {
		t.Errorf("got %v", err)
	}
}
