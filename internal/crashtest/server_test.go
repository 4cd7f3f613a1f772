package crashtest

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"zhunsheng/internal/app"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if made != "" {
		os.RemoveAll(made)
	}
	os.Exit(code)
}

// made is the folder of the program that this process built.
var made string

// built makes the program, with the procedures of the small county, once for all tests.
var built = sync.OnceValues(func() (string, error) {
	if bin := os.Getenv("ZHUNSHENG_PROGRAM"); bin != "" { // made by the parent
		return bin, nil
	}
	dir, err := os.MkdirTemp("", "zscrash")
	if err != nil {
		return "", err
	}
	made = dir
	bin := filepath.Join(dir, "zhunsheng")
	cmd := exec.Command("go", "build", "-tags", "fixture", "-o", bin, "./cmd/zhunsheng")
	cmd.Dir = filepath.Join("..", "..")
	if out, err := cmd.CombinedOutput(); err != nil {
		return bin, fmt.Errorf("go build: %w\n%s", err, out)
	}
	return bin, nil
})

func program(t *testing.T) string {
	t.Helper()
	bin, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return bin
}

// arguments are those of an installation for every command.
func arguments(command string, c app.Config) []string {
	out := []string{command, "--data", c.Data, "--keys", c.Keys, "--origin", c.Origin}
	if c.Database != "" {
		out = append(out, "--database", c.Database)
	}
	return out
}

// server is one process that serves.
type server struct {
	cmd  *exec.Cmd
	url  string
	said *tail
	gone chan error
}

// launch starts a process and does not wait until it serves: ready gives its address, or
// closes when it ends before.
func launch(t *testing.T, c app.Config, attr *syscall.SysProcAttr) (s *server, ready chan string) {
	t.Helper()
	s = &server{said: &tail{}, gone: make(chan error, 1)}
	s.cmd = exec.Command(program(t), append(arguments("serve", c), "--addr", "127.0.0.1:0")...)
	s.cmd.SysProcAttr = attr
	s.cmd.Stderr = s.said
	out, err := s.cmd.StdoutPipe()
	if err == nil {
		err = s.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.cmd.Process.Kill() })
	ready = make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if _, url, ok := strings.Cut(lines.Text(), "已启动："); ok {
				ready <- strings.TrimSuffix(strings.TrimSpace(url), "/")
			}
		}
		close(ready)
		s.gone <- s.cmd.Wait()
	}()
	return s, ready
}

const startLimit = 30 * time.Second

func start(t *testing.T, c app.Config, attr *syscall.SysProcAttr) *server {
	t.Helper()
	s, ready := launch(t, c, attr)
	select {
	case s.url = <-ready:
	case <-time.After(startLimit):
	}
	if s.url == "" {
		t.Fatalf("the program does not serve:\n%s", s.said)
	}
	return s
}

// kill ends the process as a crash does. One that ended by itself before is a failure.
func (s *server) kill(t *testing.T) {
	t.Helper()
	select {
	case err := <-s.gone:
		t.Fatalf("the program ended by itself: %v\n%s", err, s.said)
	default:
	}
	if err := s.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-s.gone
}

// stop ends the process as an operator does.
func (s *server) stop(t *testing.T) {
	t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-s.gone:
		if err != nil {
			t.Errorf("the program ended with %v\n%s", err, s.said)
		}
	case <-time.After(startLimit):
		t.Fatalf("the program does not stop\n%s", s.said)
	}
}

// command runs another command of the program on the same installation and asks for
// success.
func command(t *testing.T, c app.Config, name string, more ...string) {
	t.Helper()
	out, err := exec.Command(program(t), append(arguments(name, c), more...)...).CombinedOutput()
	if err != nil {
		t.Errorf("zhunsheng %s %s: %v\n%s", name, strings.Join(more, " "), err, out)
	}
}

// tail keeps the last of what a process said.
type tail struct {
	mu  sync.Mutex
	buf []byte
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, b...)
	if len(t.buf) > 1<<16 {
		t.buf = bytes.Clone(t.buf[len(t.buf)-1<<15:])
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.buf)
}
