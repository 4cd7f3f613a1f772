package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// ready is the one line a serving child prints: where it listens and what clients need.
type ready struct {
	Addr   string            `json:"addr"`
	Tokens map[string]string `json:"tokens"` // who to session
	Paper  string            `json:"paper,omitempty"`
}

// child is a server in a process of its own, so that its memory and its collector are its
// own. It ends when its standard input is closed.
type child struct {
	ready
	cmd *exec.Cmd
	in  io.Closer
}

func startChild(ctx context.Context, kind, dir string, o options) (*child, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, exe, "-child", kind, "-dir", dir, "-profile", o.profile)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	c := &child{cmd: cmd, in: in}
	for s := bufio.NewScanner(out); s.Scan(); {
		if line, ok := strings.CutPrefix(s.Text(), "ready "); ok {
			if err := json.Unmarshal([]byte(line), &c.ready); err != nil {
				return nil, err
			}
			go io.Copy(io.Discard, out) // what it prints later must not block it
			return c, nil
		}
	}
	c.stop()
	return nil, fmt.Errorf("%s did not start", kind)
}

func (c *child) stop() error {
	c.in.Close()
	return c.cmd.Wait()
}

// processor is the processor time that the child has used, its threads together.
func (c *child) processor() time.Duration {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(c.cmd.Process.Pid) + "/stat")
	if err != nil {
		return 0
	}
	// The name, in brackets, may hold spaces; utime and stime are the 12th and 13th after it.
	f := strings.Fields(string(b)[strings.LastIndexByte(string(b), ')')+1:])
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return time.Duration(user+system) * time.Second / 100
}

// serveChild is the other end: it serves until standard input ends.
func serveChild(ctx context.Context, kind string, o options) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	announce := func(r ready) {
		b, _ := json.Marshal(r)
		fmt.Printf("ready %s\n", b)
	}
	switch kind {
	case "pocketbase-durable":
		return servePocketBase(ctx, o.dir, true, announce)
	case "pocketbase-default":
		return servePocketBase(ctx, o.dir, false, announce)
	case "zhunsheng":
		return serveZhunsheng(ctx, o, announce)
	}
	return fmt.Errorf("no child is called %q", kind)
}
