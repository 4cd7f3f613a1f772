package sqltest

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// The test process is killed with -9: the server ends and its folder goes.
func TestCluster_NothingStaysBehindAKilledTest(t *testing.T) {
	if os.Getenv("ZHUNSHENG_CHILD") == "1" {
		c, err := startCluster(false)
		if err != nil {
			t.Fatal(err)
		}
		os.Stdout.WriteString(c.dir + "\n")
		select {}
	}
	if _, err := findPostgres(); err != nil {
		unlessMissing(t, err)
	}
	cmd := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), "ZHUNSHENG_CHILD=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatal("the child started no cluster")
	}
	c := &Cluster{dir: lines.Text()}
	if !strings.Contains(c.dir, "zspg") || !c.someLive() {
		t.Fatalf("no server works in %q", c.dir)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	for start := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		_, err := os.Stat(c.dir)
		if os.IsNotExist(err) && !c.someLive() {
			break
		}
		if time.Since(start) > 30*time.Second {
			t.Fatalf("%s: folder %v, server lives %v", c.dir, err, c.someLive())
		}
	}
}
