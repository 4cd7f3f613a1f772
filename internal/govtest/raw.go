package govtest

import (
	"database/sql"
	"path/filepath"

	"zhunsheng/sqldb"
)

// Raw is a connection that knows nothing of this program: that of somebody who edits the
// database behind its back.
func (c *County) Raw() *sql.DB {
	c.T.Helper()
	driver, url := "sqlite", "file:"+filepath.Join(c.Data, "zhunsheng.db")+"?_busy_timeout=10000&_synchronous=off"
	if c.DB.Engine() == sqldb.Postgres {
		driver, url = "pgx", c.Database
	}
	raw, err := sql.Open(driver, url)
	if err != nil {
		c.T.Fatal(err)
	}
	c.T.Cleanup(func() { raw.Close() })
	return raw
}
