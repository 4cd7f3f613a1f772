package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

func runP9(ctx context.Context, o options) (section, error) {
	s := section{id: "P9", title: "a procedure of eight signed steps with timers, over HTTP", text: textP9}
	dir := filepath.Join(o.dir, "p9")
	for _, sub := range []string{"ours", "file"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return s, err
		}
	}
	ours, err := startChild(ctx, "zhunsheng", filepath.Join(dir, "ours"), o)
	if err != nil {
		return s, err
	}
	defer ours.stop()
	players, err := httpPlayers(ours, httpClients)
	if err != nil {
		return s, err
	}
	sides := []side{procedureSide("Zhunsheng, one step", ours, players)}
	peer, err := buildTemporal(ctx, dir)
	if err != nil {
		return s, err
	}
	for _, kept := range []string{filepath.Join(dir, "file"), ""} {
		c, err := startTemporal(ctx, peer, kept)
		if err != nil {
			return s, err
		}
		defer c.stop()
		clients, err := temporalPlayers(c)
		if err != nil {
			return s, err
		}
		name := "Temporal, one step, store in memory"
		if kept != "" {
			name = "Temporal, one step, store in a file"
		}
		sides = append(sides, procedureSide(name, c, clients))
	}
	if s.sides, err = measure(ctx, o, sides...); err != nil {
		return s, err
	}
	s.rows = []row{
		ratioRow("steps over HTTP, against Temporal's development server on a file", s.sides[0], s.sides[1], 40, 0),
		ratioRow("steps over HTTP, against Temporal's development server in memory", s.sides[0], s.sides[2], 5, 0),
	}
	return s, nil
}

const textP9 = `Both: a case or workflow is opened and taken through eight steps, each signed by somebody, checked against what came before, told durably to the caller, and followed by a time limit for the next; the opening counts as a step; 64 clients over HTTP. Ours is the course of P1. Temporal: server 1.32 set up as its development server is (one shard, SQLite), its HTTP interface, one worker in the server's process, a workflow whose steps are updates with a validator, with a timer started and the one before cancelled at every step. To its advantage it knows no law, no persons and no proof, and its request limits are off.`

func procedureSide(name string, c *child, players []*player) side {
	return side{name: name, clients: len(players), sample: func(ctx context.Context, d time.Duration) (sample, error) {
		before := c.processor()
		got, err := load(ctx, len(players), d, func(client int) error { return players[client].play() })
		if used := c.processor() - before; err == nil && used > 0 {
			got.cpu = used / time.Duration(got.ops)
		}
		if err != nil {
			err = fmt.Errorf("%s: %w", name, err)
		}
		return got, err
	}}
}

// buildTemporal builds the peer from its own module beside this one.
func buildTemporal(ctx context.Context, dir string) (string, error) {
	peer := filepath.Join(dir, "temporal-peer")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", peer, ".")
	cmd.Dir, cmd.Stderr = "temporal", os.Stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("build the peer in bench/temporal (run from the folder bench): %w", err)
	}
	return peer, nil
}

func startTemporal(ctx context.Context, peer, dir string) (*child, error) {
	cmd := exec.CommandContext(ctx, peer, "-dir", dir)
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
			go io.Copy(io.Discard, out)
			return c, json.Unmarshal([]byte(line), &c.ready)
		}
	}
	return nil, errors.Join(errors.New("the peer did not start"), c.stop())
}

// workflows is a hand that takes the course as workflows.
type workflows struct {
	*wire
	name string
	n    int
}

func temporalPlayers(c *child) ([]*player, error) {
	var out []*player
	for i := range httpClients {
		w, err := dial(c.Addr)
		if err != nil {
			return nil, err
		}
		h := &workflows{wire: w, name: "course-" + strconv.Itoa(i)}
		out = append(out, newPlayer(strconv.Itoa(i), h))
	}
	return out, nil
}

const workflowPath = "/api/v1/namespaces/default/workflows/"

func (h *workflows) open(title, key string) (string, int64, error) {
	h.n++
	id := h.name + "-" + strconv.Itoa(h.n)
	var steps []string
	for _, s := range courseOn(time.Now()) {
		steps = append(steps, s.step)
	}
	type named struct {
		Name string `json:"name"`
	}
	err := h.post(workflowPath+id, "Accept: application/json", struct {
		Workflow  named  `json:"workflowType"`
		Queue     named  `json:"taskQueue"`
		Input     []any  `json:"input"`
		RequestID string `json:"requestId"`
	}{named{"Course"}, named{"course"}, []any{steps}, key}, nil)
	return id, 1, err
}

func (h *workflows) act(id string, version int64, s stage, key string) (int64, error) {
	type act struct {
		Step    string            `json:"step"`
		Outcome string            `json:"outcome"`
		By      string            `json:"by"`
		Fields  map[string]string `json:"fields,omitempty"`
		Papers  []string          `json:"papers,omitempty"`
	}
	var body struct {
		Request struct {
			Meta struct {
				UpdateID string `json:"updateId"`
			} `json:"meta"`
			Input struct {
				Name string `json:"name"`
				Args []any  `json:"args"`
			} `json:"input"`
		} `json:"request"`
		Wait struct {
			Stage string `json:"lifecycleStage"`
		} `json:"waitPolicy"`
	}
	body.Request.Meta.UpdateID = key
	body.Request.Input.Name = "act"
	body.Request.Input.Args = []any{act{s.step, s.outcome, s.post, s.fields, s.papers}}
	body.Wait.Stage = "UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED"
	var answer struct {
		Outcome struct {
			Success json.RawMessage `json:"success"`
			Failure json.RawMessage `json:"failure"`
		} `json:"outcome"`
	}
	if err := h.post(workflowPath+id+"/update/act", "Accept: application/json", body, &answer); err != nil {
		return 0, err
	}
	if answer.Outcome.Success == nil {
		return 0, fmt.Errorf("update of %s: %s", id, answer.Outcome.Failure)
	}
	return version + 1, nil
}
