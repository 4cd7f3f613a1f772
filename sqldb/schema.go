package sqldb

import (
	"context"
	"strings"
)

const liteSchema = `SELECT sql FROM sqlite_schema
WHERE sql IS NOT NULL AND tbl_name <> '` + versionTable + `' AND substr(name, 1, 7) <> 'sqlite_'
ORDER BY tbl_name, type DESC, name`

// Schema is the whole schema as SQLite holds it after all migrations: tables by name, each
// with its indexes. It is kept in docs/schema.sql.
func Schema(ctx context.Context) (string, error) {
	db, err := Scratch(ctx, "")
	if err != nil {
		return "", err
	}
	defer db.Close()
	var b strings.Builder
	b.WriteString("-- The schema after all migrations, as SQLite holds it. Made by a test of package sqldb:\n" +
		"-- ZHUNSHENG_UPDATE=1 go test ./sqldb -run Schema\n")
	err = db.Read(ctx, func(tx *Tx) error {
		rows, err := tx.queryText(liteSchema, nil)
		if err != nil {
			return err
		}
		for rows.Next() {
			var text string
			if err := rows.Scan(&text); err != nil {
				return err
			}
			if strings.HasPrefix(text, "CREATE TABLE") {
				b.WriteByte('\n')
			}
			b.WriteString(strings.TrimSpace(text) + ";\n")
		}
		return rows.Err()
	})
	return b.String(), err
}
