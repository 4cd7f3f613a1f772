package docket

import (
	"context"
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"zhunsheng/identity"
	"zhunsheng/sqldb"
)

// A list walks the index that holds its order, and the children of a case are found by the
// index of their parents: neither reads every case.
func TestStatements_ListsAndChildrenGoByTheirIndexes(t *testing.T) {
	ctx := context.Background()
	file := filepath.Join(t.TempDir(), "plan.db")
	db, err := sqldb.Open(ctx, "sqlite:"+file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	raw, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	plan := func(q sqldb.SQL, args ...any) string {
		rows, err := raw.Query("EXPLAIN QUERY PLAN "+string(q), args...)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		var out []string
		for rows.Next() {
			var id, parent, unused int
			var detail string
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				t.Fatal(err)
			}
			out = append(out, detail)
		}
		return strings.Join(out, "\n")
	}
	var nobody identity.Access
	for status, of := range byStatus {
		got := plan(of[0].list, nobody.Args("", "", "", int64(0), "", "", int64(50))...)
		if !strings.Contains(got, "case_row_due (status=? AND (next_due,id)>(?,?))") || strings.Contains(got, "SCAN c") {
			t.Errorf("the list of %q:\n%s", status, got)
		}
	}
	for what, got := range map[string]string{"count": plan(countChildren, "a", "b"), "rows": plan(childrenOf, "a", int64(9))} {
		if !strings.Contains(got, "case_link_parent (parent=?") || strings.Contains(got, "SCAN c") {
			t.Errorf("children (%s):\n%s", what, got)
		}
	}
}
