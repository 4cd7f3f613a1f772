package sqltest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"testing"

	"zhunsheng/sqldb"
)

// PostgresURL is the address of an empty migrated database of the cluster that all tests of
// the process share. That cluster does not wait for the disk. When the test ends, the
// database is emptied for the next one, or dropped when its schema is no longer the same.
func PostgresURL(t testing.TB) string {
	t.Helper()
	c, err := shared()
	unlessMissing(t, err)
	if err := c.migrated(); err != nil {
		t.Fatal(err)
	}
	name := c.takeIdle()
	if name == "" {
		name = c.name()
		if err := c.admin("CREATE DATABASE " + name + " TEMPLATE zstemplate"); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		if err := c.giveBack(name); err != nil {
			t.Error(err)
		}
	})
	return c.url(name)
}

// EmptyPostgresURL is PostgresURL before the migration.
func EmptyPostgresURL(t testing.TB) string {
	t.Helper()
	c, err := shared()
	unlessMissing(t, err)
	name := c.name()
	if err := c.admin("CREATE DATABASE " + name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.drop(name); err != nil {
			t.Error(err)
		}
	})
	return c.url(name)
}

var shared = sync.OnceValues(func() (*Cluster, error) { return startCluster(false) })

// migrated makes the template once.
func (c *Cluster) migrated() error {
	c.template.Do(func() {
		if c.failed = c.admin("CREATE DATABASE zstemplate"); c.failed != nil {
			return
		}
		db, err := sqldb.Open(context.Background(), c.url("zstemplate"))
		if err != nil {
			c.failed = err
			return
		}
		if c.failed = errors.Join(db.Migrate(context.Background()), db.Close()); c.failed != nil {
			return
		}
		raw, err := sql.Open("pgx", c.url("zstemplate"))
		if err != nil {
			c.failed = err
			return
		}
		c.failed = errors.Join(raw.QueryRow(signature).Scan(&c.signature), raw.Close())
	})
	return c.failed
}

func (c *Cluster) name() string { return fmt.Sprintf("zs%d", c.made.Add(1)) }

func (c *Cluster) drop(name string) error {
	return c.admin("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)")
}

// signature is of all tables, indexes and columns, and of the migrations done.
const signature = `SELECT md5(string_agg(c.relname || ' ' || a.attname || ' ' || a.atttypid || ' ' || a.attnotnull, ','
    ORDER BY c.relname, a.attnum)) || (SELECT string_agg(version_id::text, ',' ORDER BY id) FROM goose_db_version)
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
  WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped`

const emptyAll = `SELECT string_agg('DELETE FROM ' || quote_ident(relname), '; ') FROM pg_class
  WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'goose_db_version'`

// giveBack empties a database for the next test: copying the template anew takes a hundred
// times as long. One that is not as the template was is dropped.
func (c *Cluster) giveBack(name string) error {
	db, err := sql.Open("pgx", c.url(name))
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	var now, empty string
	_, err = db.Exec(`SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`)
	err = errors.Join(err, db.QueryRow(signature).Scan(&now), db.QueryRow(emptyAll).Scan(&empty))
	if err == nil && now == c.signature {
		_, err = db.Exec(empty)
	}
	db.Close()
	if err != nil || now != c.signature {
		return c.drop(name)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.idle = append(c.idle, name)
	return nil
}

func (c *Cluster) takeIdle() (name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n := len(c.idle); n > 0 {
		name, c.idle = c.idle[n-1], c.idle[:n-1]
	}
	return name
}
