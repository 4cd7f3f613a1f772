package e2e

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// program is a built zhunsheng with a demonstration county of its own.
type program struct {
	t    *testing.T
	bin  string
	dir  string
	url  string
	vkey string
	cmd  *exec.Cmd
	done chan error
	errs bytes.Buffer
}

// binaries is where the commands of this module are built, once for all tests.
var (
	binaries string
	building sync.Mutex
)

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "zhunsheng-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	binaries = dir
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// build makes a command of this module as the README tells a visitor to.
func build(t *testing.T, name string) string {
	t.Helper()
	building.Lock()
	defer building.Unlock()
	bin := filepath.Join(binaries, name)
	if _, err := os.Stat(bin); err == nil {
		return bin
	}
	cmd := exec.Command("go", "build", "-o", bin, "./cmd/"+name)
	cmd.Dir = filepath.Join("..", "..")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build %s: %v\n%s", name, err, out)
	}
	return bin
}

// startLimit is how long a built binary may take from its start to the first page, on a
// machine with other work; the log says how long it took.
const startLimit = time.Minute

// startDemo starts the demonstration on a free port and waits for its address and its
// first page.
func startDemo(t *testing.T) *program {
	t.Helper()
	p := &program{t: t, bin: build(t, "zhunsheng"), dir: filepath.Join(t.TempDir(), "demo"), done: make(chan error, 1)}
	p.cmd = exec.Command(p.bin, "demo", "--addr", "127.0.0.1:0", "--data", p.dir)
	p.cmd.Stderr = &p.errs
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.cmd.Process.Kill() })
	lines := make(chan string, 100)
	go func() {
		for sc := bufio.NewScanner(out); sc.Scan(); {
			lines <- sc.Text()
		}
		close(lines)
		p.done <- p.cmd.Wait()
	}()
	limit := time.After(startLimit)
	for p.url == "" || p.vkey == "" {
		select {
		case line, ok := <-lines:
			if !ok {
				t.Fatalf("the program ended: %v\n%s", <-p.done, p.errs.String())
			}
			if a, ok := strings.CutPrefix(line, "打开 "); ok {
				p.url = strings.TrimSpace(a)
			}
			if a, ok := strings.CutPrefix(line, "账本公钥 "); ok {
				p.vkey = strings.TrimSpace(a)
			}
		case <-limit:
			t.Fatalf("no address and key after %s\n%s", startLimit, p.errs.String())
		}
	}
	resp, err := http.Get(p.url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK || !bytes.Contains(body, []byte("法治政府建设")) {
		t.Fatalf("the first page: %v, status %d\n%s", err, resp.StatusCode, body)
	}
	took := time.Since(began)
	if took > startLimit {
		t.Errorf("the first page came after %s", took)
	}
	t.Logf("first page after %s", took.Round(time.Millisecond))
	return p
}

// stop ends the program as an operator does and wants a clean end.
func (p *program) stop() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	select {
	case err := <-p.done:
		if err != nil {
			p.t.Errorf("the program ended with %v", err)
		}
	case <-time.After(15 * time.Second):
		p.t.Fatal("the program does not stop")
	}
	if s := p.errs.String(); s != "" {
		p.t.Errorf("the program complained:\n%s", s)
	}
}

// command runs one of the program's other commands on its data.
func (p *program) command(args ...string) (code int, out string) {
	p.t.Helper()
	return run(p.t, p.bin, args...)
}

func run(t *testing.T, bin string, args ...string) (code int, out string) {
	t.Helper()
	b, err := exec.Command(bin, args...).CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("%s: %v", strings.Join(args, " "), err)
	}
	if exit != nil {
		code = exit.ExitCode()
	}
	return code, string(b)
}

func (p *program) want(code int, words string, args ...string) string {
	p.t.Helper()
	got, out := p.command(args...)
	if got != code || !strings.Contains(out, words) {
		p.t.Errorf("%s: exit %d, want %d and “%s”\n%s", strings.Join(args, " "), got, code, words, out)
	}
	return out
}

func writeDocx(t *testing.T, dir, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(dir, name+".docx")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(fmt.Errorf("%s: %w", name, err))
	}
	return path
}
