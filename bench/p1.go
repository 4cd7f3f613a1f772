package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// httpClients is how many people act at once over HTTP.
const httpClients = 64

func runP1(ctx context.Context, o options) (section, error) {
	s := section{id: "P1", title: "one act over HTTP", text: textP1}
	var sides []side
	for _, kind := range []string{"zhunsheng", "pocketbase-durable", "pocketbase-default"} {
		dir := filepath.Join(o.dir, "p1", kind)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return s, err
		}
		c, err := startChild(ctx, kind, dir, o)
		if err != nil {
			return s, err
		}
		defer c.stop()
		one, err := httpSide(c, kind)
		if err != nil {
			return s, err
		}
		sides = append(sides, one)
	}
	var err error
	if s.sides, err = measure(ctx, o, sides...); err != nil {
		return s, err
	}
	s.rows = []row{
		ratioRow("acts over HTTP, against PocketBase durable", s.sides[0], s.sides[1], 10, 3),
		ratioRow("acts over HTTP, against PocketBase at its default, not durable", s.sides[0], s.sides[2], 5, 0),
	}
	return s, nil
}

const textP1 = `Ours: a request with a session cookie that takes one step of a case through the API: session, grants, rules with their gates, field checks, event, clocks, idempotency key, deciding projections, sealed afterwards; durable (` + "`synchronous=FULL`" + `) before the answer. Each client opens a department's normative document and takes it through its eight steps in the seats of five posts; the opening counts as an act. PocketBase: an authenticated record create with a create rule, seven checked fields and one index, with an audit record in the same transaction; its two rows differ in ` + "`synchronous`" + ` only. To its advantage its request log is off, both records share one commit, and it keeps no history, clock, idempotency key or proof. Servers run in processes of their own; clients share the processors with them, which costs the faster side more.`

var httpNames = map[string]string{
	"zhunsheng":          "Zhunsheng, one act",
	"pocketbase-durable": "PocketBase, create + audit record, synchronous=FULL",
	"pocketbase-default": "PocketBase, create + audit record, its default synchronous=NORMAL",
}

// httpSide connects the clients of a server.
func httpSide(c *child, kind string) (side, error) {
	s := side{name: httpNames[kind], clients: httpClients}
	var op func(client int) error
	if kind == "zhunsheng" {
		players, err := httpPlayers(c, httpClients)
		if err != nil {
			return s, err
		}
		op = func(client int) error { return players[client].play() }
	} else {
		clients, err := pocketClients(c, httpClients)
		if err != nil {
			return s, err
		}
		op = func(client int) error { return clients[client].act() }
	}
	s.sample = func(ctx context.Context, d time.Duration) (sample, error) {
		before := c.processor()
		got, err := load(ctx, httpClients, d, op)
		if used := c.processor() - before; err == nil && used > 0 {
			got.cpu = used / time.Duration(got.ops)
		}
		if err != nil {
			err = fmt.Errorf("%s: %w", kind, err)
		}
		return got, err
	}
	return s, nil
}
