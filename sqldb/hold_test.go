package sqldb_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zhunsheng/gov"
	"zhunsheng/sqldb"
	"zhunsheng/sqldb/sqltest"
)

func TestTryHold_OneHolderAtATime(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := take(t, db, "sequencer")
		if _, ok, err := db.TryHold(ctx, "sequencer"); ok || err != nil {
			t.Fatalf("a second holder: %v, %v", ok, err)
		}
		take(t, db, "another name").Release()
		select {
		case <-h.Lost():
			t.Fatal("lost without a cause")
		default:
		}
		h.Release()
		h.Release()
		<-h.Lost()
		take(t, db, "sequencer").Release()
	})
}

func take(t *testing.T, db *sqldb.DB, name string) *sqldb.Hold {
	t.Helper()
	h, ok, err := db.TryHold(ctx, name)
	if !ok || err != nil {
		t.Fatalf("TryHold(%s): %v, %v", name, ok, err)
	}
	return h
}

// Two processes cannot serve one SQLite file; when the first is killed, the second can.
func TestTryHold_SQLiteAcrossProcesses(t *testing.T) {
	if isChild() {
		db, err := sqldb.Open(ctx, "sqlite:"+os.Getenv("ZHUNSHENG_CHILD_DB"))
		if err != nil {
			t.Fatal(err)
		}
		take(t, db, "serve")
		os.Stdout.WriteString("held\n")
		select {}
	}
	path := filepath.Join(t.TempDir(), "db.sqlite")
	db := sqltest.Open(t, "sqlite:"+path)
	if err := db.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	cmd, lines := child(t, nil, "ZHUNSHENG_CHILD_DB="+path)
	if !lines.Scan() || lines.Text() != "held" {
		t.Fatalf("the child said %q", lines.Text())
	}
	_, ok, err := db.TryHold(ctx, "serve")
	if ok || gov.KindOf(err) != gov.Unavailable || !strings.Contains(err.Error(), "另一个准绳进程") {
		t.Errorf("while another process holds it: %v, %v", ok, err)
	}
	run(t, db, insertSeries, "a", 1) // tools may still write beside the server
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	take(t, db, "serve").Release()
}

// When the session ends, the holder learns it at once and another can take over.
func TestTryHold_LossIsTold(t *testing.T) {
	url, cluster := sqltest.StartPostgres(t)
	db := sqltest.Open(t, url)
	other := sqltest.Open(t, url)
	for what, cut := range map[string]func(){
		"session ended by an administrator": func() {
			if err := other.Read(ctx, func(tx *sqldb.Tx) error {
				var ok bool
				return tx.QueryRow(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'zhunsheng sequencer'`).Scan(&ok)
			}); err != nil {
				t.Fatal(err)
			}
		},
		"postmaster killed": func() {
			if err := cluster.Kill9(); err != nil {
				t.Fatal(err)
			}
		},
	} {
		h := take(t, db, "sequencer")
		cut()
		select {
		case <-h.Lost():
		case <-time.After(20 * time.Second):
			t.Fatalf("%s: not told", what)
		}
		h.Release()
		if what == "postmaster killed" {
			if err := cluster.Restart(); err != nil {
				t.Fatal(err)
			}
		}
		take(t, other, "sequencer").Release()
	}
}
