package sqltest

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the tests' own connection for CREATE DATABASE
)

// Cluster is a private PostgreSQL in a folder of its own, reached through a Unix socket.
// It lives at most as long as the test process: a watchdog that holds a pipe from it stops
// the server and removes the folder when the pipe closes, also after kill -9.
type Cluster struct {
	bin, dir string
	fsync    bool
	account  *syscall.Credential // who runs the server; nil is whoever runs the test
	pipe     io.Closer           // its end is what the watchdog waits for
	made     atomic.Int64        // databases made

	template  sync.Once
	failed    error // of making the template
	signature string

	mu   sync.Mutex
	idle []string // emptied databases
}

// StartPostgres makes a cluster of the test's own, with fsync on, for tests that kill and
// restart it. It is stopped when the test ends. url names an empty, unmigrated database.
func StartPostgres(t testing.TB) (url string, cluster *Cluster) {
	t.Helper()
	c, err := startCluster(true)
	unlessMissing(t, err)
	t.Cleanup(c.stop)
	if err := c.admin("CREATE DATABASE own"); err != nil {
		t.Fatal(err)
	}
	return c.url("own"), c
}

func (c *Cluster) url(name string) string {
	return "postgres://zhunsheng@/" + name + "?host=" + c.dir
}

func (c *Cluster) admin(q string) error {
	db, err := sql.Open("pgx", c.url("postgres"))
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.Exec(q)
	return err
}

// Kill9 kills the postmaster as a crash would; its children follow by themselves.
func (c *Cluster) Kill9() error {
	pid, err := c.pid()
	if err != nil {
		return err
	}
	return syscall.Kill(pid, syscall.SIGKILL)
}

// Restart starts the server again after Kill9 and waits until it answers.
func (c *Cluster) Restart() error {
	// A server refuses to start while anything of the killed one lives. A killed postmaster
	// whose end nobody has fetched counts as living, so its lock files go, once it is certain
	// that the children are gone.
	for start := time.Now(); c.someLive(); time.Sleep(10 * time.Millisecond) {
		if time.Since(start) > 30*time.Second {
			return errors.New("processes of the killed PostgreSQL do not end")
		}
	}
	for _, left := range []string{filepath.Join(c.data(), "postmaster.pid"), filepath.Join(c.dir, ".s.PGSQL.5432.lock")} {
		if err := os.Remove(left); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return c.start()
}

// someLive looks for processes that work in the data folder. A process that has ended but
// was not waited for has no working folder.
func (c *Cluster) someLive() bool {
	links, _ := filepath.Glob("/proc/[0-9]*/cwd")
	return slices.ContainsFunc(links, func(l string) bool {
		to, err := os.Readlink(l)
		return err == nil && to == c.data()
	})
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }

func (c *Cluster) pid() (int, error) {
	text, err := os.ReadFile(filepath.Join(c.data(), "postmaster.pid"))
	if err != nil {
		return 0, err
	}
	first, _, _ := strings.Cut(string(text), "\n")
	return strconv.Atoi(first)
}

func startCluster(fsync bool) (*Cluster, error) {
	bin, err := findPostgres()
	if err != nil {
		return nil, err
	}
	c := &Cluster{bin: bin, fsync: fsync}
	base := os.TempDir()
	if len(base) > 60 { // a socket's path has 107 bytes
		base = "/tmp"
	}
	if c.dir, err = os.MkdirTemp(base, "zspg"); err != nil {
		return nil, err
	}
	if err := c.setUp(); err != nil {
		c.stop()
		return nil, err
	}
	return c, nil
}

func (c *Cluster) setUp() error {
	if os.Geteuid() == 0 { // PostgreSQL does not run as root
		account, err := unprivileged()
		if err != nil {
			return err
		}
		c.account = account
		if err := os.Chown(c.dir, int(account.Uid), int(account.Gid)); err != nil {
			return err
		}
	}
	if err := c.run("initdb", "--no-sync", "-A", "trust", "-U", "zhunsheng", "-E", "UTF8", "--locale=C.UTF-8", "-D", c.data()); err != nil {
		if err := c.run("initdb", "--no-sync", "-A", "trust", "-U", "zhunsheng", "-E", "UTF8", "--no-locale", "-D", c.data()); err != nil {
			return err
		}
	}
	settings := fmt.Sprintf("listen_addresses = ''\nunix_socket_directories = '%s'\nfsync = %t\nfull_page_writes = %t\n"+
		"max_connections = 200\nshared_buffers = 64MB\nautovacuum_naptime = 1h\n", c.dir, c.fsync, c.fsync)
	if err := appendFile(filepath.Join(c.data(), "postgresql.conf"), settings); err != nil {
		return err
	}
	if err := c.watch(); err != nil {
		return err
	}
	return c.start()
}

// watch starts the watchdog, in a session of its own so that a signal to the tests' group
// does not reach it first. Nothing it starts may hold the tests' standard output, or go
// test would wait for it.
func (c *Cluster) watch() error {
	cmd := exec.Command("/bin/sh", "-c",
		`cat >/dev/null; "$1/pg_ctl" stop -m immediate -D "$2/data" >/dev/null 2>&1; rm -rf "$2"`, "watchdog", c.bin, c.dir)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.account, Setsid: true}
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	c.pipe = pipe
	go cmd.Wait()
	return nil
}

// start runs pg_ctl, which returns when the server answers.
func (c *Cluster) start() error {
	return c.run("pg_ctl", "start", "-w", "-t", "60", "-s", "-D", c.data(), "-l", filepath.Join(c.dir, "log"))
}

// stop ends the server at once and removes the folder.
func (c *Cluster) stop() {
	if c.pipe != nil {
		c.pipe.Close() // the watchdog does it
		for range 500 {
			if _, err := os.Stat(c.dir); err != nil {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
	os.RemoveAll(c.dir)
}

func (c *Cluster) run(program string, args ...string) error {
	cmd := exec.Command(filepath.Join(c.bin, program), args...)
	cmd.Dir = c.dir
	cmd.Env = append(os.Environ(), "LC_ALL=C", "HOME="+c.dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.account}
	out, err := os.CreateTemp("", "zspg")
	if err != nil {
		return err
	}
	defer os.Remove(out.Name())
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out // a file: a pipe would stay open in the server
	if err := cmd.Run(); err != nil {
		text, _ := os.ReadFile(out.Name())
		log, _ := os.ReadFile(filepath.Join(c.dir, "log"))
		return fmt.Errorf("%s: %w\n%s%s", program, err, bytes.TrimSpace(text), log)
	}
	return nil
}

func appendFile(path, text string) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}
