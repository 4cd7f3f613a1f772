package crashtest

import (
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A disk that is full tells everybody so, loses nothing that was acknowledged, still
// answers readers, and lets work go on once there is room.
func TestCrash_FullDisk(t *testing.T) {
	if os.Getenv("ZHUNSHENG_CHILD") == "1" {
		fullDisk(t)
		return
	}
	if os.Geteuid() != 0 {
		t.Skip("mounting a small disk needs root")
	}
	// A mount of the child's own, which ends with it.
	cmd := exec.Command(os.Args[0], "-test.run", "^TestCrash_FullDisk$", "-test.v")
	cmd.Env = append(os.Environ(), "ZHUNSHENG_CHILD=1", "ZHUNSHENG_PROGRAM="+program(t))
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	out, err := cmd.CombinedOutput()
	switch {
	case err != nil:
		t.Fatalf("%v\n%s", err, out)
	case strings.Contains(string(out), "--- SKIP"):
		t.Skip(string(out))
	}
	t.Logf("%s", out)
}

func fullDisk(t *testing.T) {
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("small", data, "tmpfs", 0, "size=64m"); err != nil {
		t.Skip("cannot mount a small disk: ", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(data, syscall.MNT_DETACH) })
	w, c := settleIn(t, "", dir)
	s := start(t, c, nil)
	w.url.Store(&s.url)
	wait := w.work()
	time.Sleep(300 * time.Millisecond)

	ballast := filepath.Join(data, "ballast")
	fill(t, ballast)
	for began := time.Now(); w.told("unknown (503)") < 500; time.Sleep(10 * time.Millisecond) {
		if time.Since(began) > giveUp {
			t.Fatal("the disk is full and nobody is told")
		}
	}
	status, answer := w.post("qy-a-drafter", "/cases", "application/json",
		[]byte(`{"procedure": "normative-document.department", "title": "磁盘满时的草案", "key": "full"}`))
	if status != http.StatusServiceUnavailable || !strings.Contains(string(answer), "没有保存") && !strings.Contains(string(answer), "没有写入磁盘") {
		t.Errorf("on a full disk: %d %s", status, answer)
	}
	resp, err := http.Get(s.url + "/")
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Errorf("a reader on a full disk: %v %v", resp, err)
	} else {
		resp.Body.Close()
	}
	before, _ := w.acknowledged()
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	for began := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		if after, _ := w.acknowledged(); len(after) > len(before)+200 {
			break
		}
		if time.Since(began) > giveUp {
			t.Fatalf("there is room again and nothing is saved:\n%s", s.said)
		}
	}
	finish(t, w, c, s, wait, 1)
}

// fill writes until there is no room.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for size := 1 << 20; size >= 1<<10; size /= 2 {
		for err = nil; err == nil; {
			_, err = f.Write(make([]byte, size))
		}
		if !errors.Is(err, syscall.ENOSPC) && !errors.Is(err, io.ErrShortWrite) {
			t.Fatal(err)
		}
	}
}
