// Command bench compares the program with its peers, side by side in one run, and writes
// docs/performance.md. It is a module of its own so that no peer ever enters the product's
// go.mod. Run it with `make bench`.
//
// Every figure that counts is a ratio of two rates measured in turn, A, B, A, B …; absolute
// rates are for orientation, since machines are shared and noisy.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"
)

// options are the flags.
type options struct {
	pairs   int
	seconds float64
	only    []string
	out     string
	dir     string
	profile string
}

func (o options) length() time.Duration { return time.Duration(o.seconds * float64(time.Second)) }

// benchmark is one row of the plan in performance.md.
type benchmark struct {
	id  string
	run func(ctx context.Context, o options) (section, error)
}

var benchmarks = []benchmark{
	{"P1", runP1},
	{"P2", runP2},
	{"P3", runP3},
	{"P9", runP9},
}

func main() {
	var o options
	var only, child string
	flag.IntVar(&o.pairs, "pairs", 5, "how often each side is measured; the median counts")
	flag.Float64Var(&o.seconds, "seconds", 3, "length of one sample")
	flag.StringVar(&only, "only", "", "run some benchmarks only, e.g. P1,P3")
	flag.StringVar(&o.out, "out", "", "write the report to this file besides printing it")
	flag.StringVar(&o.dir, "dir", "", "work in this folder (default: the system's temporary folder); results depend on its disk")
	flag.StringVar(&o.profile, "profile", "", "write CPU profiles of our side into this folder")
	flag.StringVar(&child, "child", "", "")
	flag.Parse()
	if only != "" {
		o.only = strings.Split(strings.ToUpper(only), ",")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	if child != "" {
		err = serveChild(ctx, child, o)
	} else {
		err = run(ctx, o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	work, err := os.MkdirTemp(o.dir, "zhunsheng-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	o.dir = work
	if o.profile != "" {
		if err := os.MkdirAll(o.profile, 0o755); err != nil {
			return err
		}
	}
	r := report{machine: describe(work), options: o, when: time.Now()}
	for _, b := range benchmarks {
		if len(o.only) > 0 && !slices.Contains(o.only, b.id) {
			continue
		}
		fmt.Fprintf(os.Stderr, "%s …\n", b.id)
		s, err := b.run(ctx, o)
		if err != nil {
			return fmt.Errorf("%s: %w", b.id, err)
		}
		r.sections = append(r.sections, s)
	}
	text := r.markdown()
	fmt.Print(text)
	if o.out == "" {
		return nil
	}
	return os.WriteFile(o.out, []byte(text), 0o644)
}
