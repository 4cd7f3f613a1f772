package sqldb_test

import (
	"os"
	"testing"

	"zhunsheng/sqldb"
)

func TestSchema_DocsAreCurrent(t *testing.T) {
	const file = "../docs/schema.sql"
	want, err := sqldb.Schema(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if os.Getenv("ZHUNSHENG_UPDATE") == "1" {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("docs/schema.sql is stale: run ZHUNSHENG_UPDATE=1 go test ./sqldb -run Schema")
	}
}
