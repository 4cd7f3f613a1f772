package sqldb

import "context"

// Integrity asks the engine whether its pages and indexes hold together, and gives its
// words for what does not; they name tables and indexes. A row may read right while an
// index leads past it. PostgreSQL looks after its own pages and has no such question.
func (db *DB) Integrity(ctx context.Context) (complaints []string, err error) {
	if db.Engine() != SQLite {
		return nil, nil
	}
	err = db.Read(ctx, func(tx *Tx) error {
		complaints = nil
		rows, err := tx.queryText("PRAGMA integrity_check(20)", nil)
		if err != nil {
			return err
		}
		for rows.Next() {
			var text string
			if err := rows.Scan(&text); err != nil {
				return err
			}
			if text != "ok" {
				complaints = append(complaints, text)
			}
		}
		return rows.Err()
	})
	return complaints, err
}
