package crashtest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"zhunsheng/internal/app"
	"zhunsheng/internal/govtest"
	"zhunsheng/internal/site"
)

// When the disk no longer confirms what it is given, nobody is told "done" any more, and
// everybody who was told before finds the act after a new start.
func TestCrash_FailingSync(t *testing.T) {
	if dir := os.Getenv("ZHUNSHENG_CHILD_DIR"); dir != "" {
		failingSync(t, dir)
		return
	}
	dir := t.TempDir()
	w, c := settleIn(t, "", dir)
	tokens, err := json.Marshal(w.tokens)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run", "^TestCrash_FailingSync$", "-test.v")
	cmd.Env = append(os.Environ(), "ZHUNSHENG_CHILD_DIR="+dir, "ZHUNSHENG_TOKENS="+string(tokens))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	for lines := bufio.NewScanner(out); lines.Scan(); {
		text, isAct := strings.CutPrefix(lines.Text(), "acknowledged ")
		if !isAct {
			said.WriteString(lines.Text() + "\n")
			continue
		}
		var l line
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatal(err)
		}
		w.acts = append(w.acts, &act{l.Key, l.Person, l.Path, l.Body, l.Done})
	}
	err = cmd.Wait()
	if strings.Contains(said.String(), "--- SKIP") {
		t.Skip(said.String())
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, said.String())
	}
	t.Log(said.String())
	checkAtRest(t, c)
	checkAcknowledged(t, w, c)
	s := start(t, c, nil)
	w.url.Store(&s.url)
	wait := w.work()
	time.Sleep(200 * time.Millisecond)
	finish(t, w, c, s, wait, 1)
}

// line is an acknowledged act on its way from the child.
type line struct {
	Key, Person, Path string
	Body              []byte
	Done              done
}

// failingSync serves within this process, takes the disk's confirmation away, and says
// which acts were acknowledged.
func failingSync(t *testing.T, dir string) {
	clock := &govtest.Clock{}
	clock.Set(app.WallClock.Now())
	c := govtest.Start(t, govtest.Config("", dir, clock), clock)
	handler, err := site.Handler(c.App)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(handler)
	w := newWorld(t)
	if err := json.Unmarshal([]byte(os.Getenv("ZHUNSHENG_TOKENS")), &w.tokens); err != nil {
		t.Fatal(err)
	}
	var print sync.Mutex
	w.heard = func(a *act) {
		text, err := json.Marshal(line{a.key, a.person, a.path, a.body, a.done})
		if err != nil {
			t.Error(err)
		}
		print.Lock()
		defer print.Unlock()
		fmt.Printf("acknowledged %s\n", text)
	}
	w.url.Store(&srv.URL)
	w.work()
	time.Sleep(400 * time.Millisecond)
	if err := refuseSyncs(); err != nil {
		t.Skip("cannot make fsync fail: ", err)
	}
	time.Sleep(500 * time.Millisecond) // what was confirmed before is answered
	before, files := w.acknowledged()
	for began := time.Now(); w.told("unknown (503)")+w.told("upload unknown (503)") < 300; time.Sleep(10 * time.Millisecond) {
		if time.Since(began) > giveUp {
			t.Fatal("nothing is confirmed and nobody is told")
		}
	}
	after, later := w.acknowledged()
	if len(after) != len(before) || len(later) != len(files) {
		t.Errorf("%d acts and %d files were acknowledged that no disk confirmed", len(after)-len(before), len(later)-len(files))
	}
	print.Lock() // nothing more is said
	fmt.Printf("%d acts and %d files acknowledged, then refused: %v\n", len(after), len(later), w.tally)
	if t.Failed() {
		os.Exit(1)
	}
	os.Exit(0)
}

// refuseSyncs lets every later fsync and fdatasync of this process fail, for good.
func refuseSyncs() error {
	const (
		setNoNewPrivs  = 38
		setModeFilter  = 1
		filterSync     = 1
		loadWord       = 0x20 // BPF_LD | BPF_W | BPF_ABS
		jumpEqual      = 0x15 // BPF_JMP | BPF_JEQ | BPF_K
		answer         = 0x06 // BPF_RET | BPF_K
		allow          = 0x7fff0000
		answerError    = 0x00050000
		seccompOnAMD64 = 317
		seccompOnARM64 = 277
	)
	seccomp := map[string]uintptr{"amd64": seccompOnAMD64, "arm64": seccompOnARM64}[runtime.GOARCH]
	if seccomp == 0 {
		return fmt.Errorf("not on %s", runtime.GOARCH)
	}
	filter := []syscall.SockFilter{
		{Code: loadWord, K: 0}, // the number of the call
		{Code: jumpEqual, Jt: 1, K: syscall.SYS_FSYNC},
		{Code: jumpEqual, Jf: 1, K: syscall.SYS_FDATASYNC},
		{Code: answer, K: answerError | uint32(syscall.EIO)},
		{Code: answer, K: allow},
	}
	program := syscall.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if _, _, e := syscall.Syscall6(syscall.SYS_PRCTL, setNoNewPrivs, 1, 0, 0, 0, 0); e != 0 {
		return e
	}
	if _, _, e := syscall.Syscall(seccomp, setModeFilter, filterSync, uintptr(unsafe.Pointer(&program))); e != 0 {
		return e
	}
	return nil
}
