package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// manyClients is how many wait at once where only the writer's limit counts.
const manyClients = 1024

func runP2(ctx context.Context, o options) (s section, err error) {
	s = section{id: "P2", title: "the same act inside the engine", text: textP2}
	dir := filepath.Join(o.dir, "p2")
	for _, d := range []string{filepath.Join(dir, "ours"), filepath.Join(dir, "raw")} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return s, err
		}
	}
	e, err := openEngine(ctx, filepath.Join(dir, "ours"))
	if err != nil {
		return s, err
	}
	defer func() {
		if cerr := e.close(); err == nil {
			err = cerr
		}
	}()
	raw, err := openRawCommit(ctx, filepath.Join(dir, "raw"))
	if err != nil {
		return s, err
	}
	defer raw.close()
	done := make([]chan error, manyClients)
	for i := range done {
		done[i] = make(chan error, 1)
	}
	rows := side{name: "raw group commit, one row", clients: manyClients, sample: func(ctx context.Context, d time.Duration) (sample, error) {
		return load(ctx, manyClients, d, func(client int) error { return raw.write(done[client]) })
	}}
	few, err := e.players(httpClients)
	if err != nil {
		return s, err
	}
	many, err := e.players(manyClients)
	if err != nil {
		return s, err
	}
	ended := profile(o, "p2")
	s.sides, err = measure(ctx, o, e.side("Zhunsheng, one act", few), e.side("Zhunsheng, one act", many), rows)
	if err := errors.Join(err, ended()); err != nil {
		return s, err
	}
	p99 := row{what: fmt.Sprintf("99th percentile of an act at %d clients", httpClients), unit: "ms", goal: 25, most: true}
	for _, x := range s.sides[0].samples {
		p99.values = append(p99.values, float64(x.p99)/float64(time.Millisecond))
	}
	s.rows = []row{
		ratioRow(fmt.Sprintf("acts of %d clients, against raw rows of %d", manyClients, manyClients), s.sides[1], s.sides[2], 0.12, 0.04),
		ratioRow(fmt.Sprintf("acts of %d clients, against raw rows of %d", httpClients, manyClients), s.sides[0], s.sides[2], 0.12, 0.04),
		p99,
	}
	return s, nil
}

const textP2 = "Ours: `docket.Open` and `docket.Act` called directly, everything of P1 but HTTP, JSON requests and the session, sealing and reading projections running beside it. Raw: clients hand one row of 100 bytes each to a writer that inserts what waits and commits once, through the same driver with the same PRAGMAs, with no savepoint, index, event or rule: the limit of one-row group commit, not a competitor."
