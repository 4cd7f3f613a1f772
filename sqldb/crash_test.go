package sqldb_test

import (
	"bufio"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"zhunsheng/gov"
	"zhunsheng/sqldb"
	"zhunsheng/sqldb/sqltest"
)

// child runs one of the tests below again in a process of its own, with the rest of the
// story in the environment, and gives the lines that it prints.
func child(t *testing.T, attr *syscall.SysProcAttr, env ...string) (cmd *exec.Cmd, lines *bufio.Scanner) {
	t.Helper()
	cmd = exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$", "-test.v=false")
	cmd.Env = append(append(os.Environ(), "ZHUNSHENG_CHILD=1"), env...)
	cmd.SysProcAttr = attr
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return cmd, bufio.NewScanner(out)
}

func isChild() bool { return os.Getenv("ZHUNSHENG_CHILD") == "1" }

// pair writes two rows that must stand or fall together.
func pair(id string) func(*sqldb.Tx) error {
	return func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(insertSeries, id, 1); err != nil {
			return err
		}
		_, err := tx.Exec(insertSeries, id+"/second", 1)
		return err
	}
}

// writeForever lets 64 goroutines write pairs and prints the id of each once it is
// acknowledged.
func writeForever(db *sqldb.DB, prefix string) {
	var print sync.Mutex
	var n atomic.Int64
	for range 64 {
		go func() {
			for {
				id := fmt.Sprintf("%s-%d", prefix, n.Add(1))
				if err := db.Write(ctx, pair(id)); err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
				print.Lock()
				os.Stdout.WriteString(id + "\n")
				print.Unlock()
			}
		}()
	}
	select {}
}

// checkPairs fails for every acknowledged write that is not there, and for halves.
func checkPairs(t *testing.T, db *sqldb.DB, acknowledged []string) {
	t.Helper()
	there := map[string]bool{}
	for _, id := range column(t, db, `SELECT series FROM number_series`) {
		there[id] = true
	}
	for _, id := range acknowledged {
		if !there[id] {
			t.Errorf("%s was acknowledged and is lost", id)
		}
	}
	for id := range there {
		first := strings.TrimSuffix(id, "/second")
		if !there[first] || !there[first+"/second"] {
			t.Errorf("%s is there without its other half", id)
		}
	}
}

func TestCrash_SQLiteKilledWhile64Write(t *testing.T) {
	path := os.Getenv("ZHUNSHENG_CHILD_DB")
	if isChild() {
		db, err := sqldb.Open(ctx, "sqlite:"+path)
		if err != nil {
			t.Fatal(err)
		}
		writeForever(db, os.Getenv("ZHUNSHENG_CHILD_ROUND"))
	}
	path = filepath.Join(t.TempDir(), "db.sqlite")
	db := sqltest.Open(t, "sqlite:"+path)
	if err := errors.Join(db.Migrate(ctx), db.Close()); err != nil {
		t.Fatal(err)
	}
	var acknowledged []string
	for round := range 8 {
		cmd, lines := child(t, nil, "ZHUNSHENG_CHILD_DB="+path, fmt.Sprint("ZHUNSHENG_CHILD_ROUND=", round))
		before := len(acknowledged)
		enough := 200 + rand.IntN(2000)
		for lines.Scan() {
			acknowledged = append(acknowledged, lines.Text())
			if len(acknowledged)-before == enough {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if len(acknowledged)-before < enough {
			t.Fatalf("round %d: the child ended by itself after %d writes", round, len(acknowledged)-before)
		}
		_ = cmd.Wait()
		db := sqltest.Open(t, "sqlite:"+path)
		checkPairs(t, db, acknowledged)
		db.Close()
	}
	checkIntegrity(t, path)
	t.Logf("%d acknowledged writes over 8 kills", len(acknowledged))
}

func checkIntegrity(t *testing.T, path string) {
	t.Helper()
	raw, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	var verdict string
	if err := raw.QueryRow("PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		t.Errorf("integrity check: %s %v", verdict, err)
	}
}

// A commit that the disk refuses acknowledges nobody; once there is room, writing goes on
// with the same DB, and nothing of the failed batches is there.
func TestCrash_SQLiteFullDisk(t *testing.T) {
	if isChild() {
		fullDisk(t, os.Getenv("ZHUNSHENG_CHILD_DIR"))
		return
	}
	if os.Geteuid() != 0 {
		t.Skip("mounting a small disk needs root")
	}
	dir := t.TempDir()
	// A mount of the child's own, which ends with it.
	cmd, lines := child(t, &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}, "ZHUNSHENG_CHILD_DIR="+dir)
	said := ""
	for lines.Scan() {
		said += lines.Text() + "\n"
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	if strings.Contains(said, "cannot mount") {
		t.Skip(said)
	}
	if !strings.Contains(said, "went on") {
		t.Errorf("the child said %q", said)
	}
}

func fullDisk(t *testing.T, dir string) {
	if err := syscall.Mount("small", dir, "tmpfs", 0, "size=8m"); err != nil {
		fmt.Println("cannot mount:", err)
		return
	}
	defer syscall.Unmount(dir, syscall.MNT_DETACH)
	db := sqltest.Open(t, "sqlite:"+filepath.Join(dir, "db.sqlite"))
	if err := db.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	// What fills the disk is another file, as in life.
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 6<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var acknowledged []string
	var failed []error
	refused := map[string]bool{}
	writeAll := func(prefix string, each int) {
		var wait sync.WaitGroup
		for w := range 64 {
			wait.Go(func() {
				for i := range each {
					id := fmt.Sprintf("%s-%d-%d-%s", prefix, w, i, strings.Repeat("x", 500))
					err := db.Write(ctx, pair(id))
					mu.Lock()
					if err == nil {
						acknowledged = append(acknowledged, id)
					} else {
						failed = append(failed, err)
						refused[id] = true
					}
					mu.Unlock()
				}
			})
		}
		wait.Wait()
	}
	writeAll("full", 20)
	if len(failed) == 0 || len(acknowledged) == 0 {
		t.Fatalf("%d failed, %d acknowledged: the disk is of the wrong size for this test", len(failed), len(acknowledged))
	}
	full := 0
	for _, err := range failed {
		if gov.KindOf(err) != gov.Unavailable {
			t.Fatalf("a full disk gave %v", err)
		}
		if sqldb.IsFull(err) {
			full++
		}
	}
	if full == 0 {
		t.Errorf("no error says that the disk is full: %v", failed[0])
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	failed = nil
	writeAll("room", 2)
	if len(failed) > 0 {
		t.Errorf("with room again: %v", failed[0])
	}
	checkPairs(t, db, acknowledged)
	for _, id := range column(t, db, `SELECT series FROM number_series`) {
		if refused[strings.TrimSuffix(id, "/second")] {
			t.Errorf("%.20s was refused and is there", id)
		}
	}
	fmt.Println("went on")
}

// The same on PostgreSQL: the postmaster is killed, comes back, and the same DB goes on.
func TestCrash_PostmasterKilledWhile64Write(t *testing.T) {
	url, cluster := sqltest.StartPostgres(t)
	db := sqltest.Open(t, url)
	if err := db.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var acknowledged []string
	for round := range 3 {
		var wait sync.WaitGroup
		var n atomic.Int64
		down := make(chan struct{})
		for w := range 64 {
			wait.Go(func() {
				for i := 0; ; i++ {
					id := fmt.Sprintf("%d-%d-%d", round, w, i)
					err := db.Write(ctx, pair(id))
					if err != nil {
						if gov.KindOf(err) != gov.Unavailable {
							t.Errorf("a lost server gave %v", err)
						}
						return
					}
					mu.Lock()
					acknowledged = append(acknowledged, id)
					mu.Unlock()
					if n.Add(1) == 300 {
						close(down)
					}
				}
			})
		}
		<-down
		if err := cluster.Kill9(); err != nil {
			t.Fatal(err)
		}
		wait.Wait()
		if err := cluster.Restart(); err != nil {
			t.Fatal(err)
		}
		for start := time.Now(); db.Health(ctx) != nil && time.Since(start) < 20*time.Second; {
			yield()
		}
		checkPairs(t, db, acknowledged)
	}
	t.Logf("%d acknowledged writes over 3 kills", len(acknowledged))
}
