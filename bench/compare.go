package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"time"
)

// side is one contestant of a comparison.
type side struct {
	name    string
	clients int
	// sample works for about d and says what was done.
	sample func(ctx context.Context, d time.Duration) (sample, error)
}

// sample is one timed stretch of one side.
type sample struct {
	ops     int
	elapsed time.Duration
	p50     time.Duration
	p99     time.Duration
	cpu     time.Duration // processor time of one operation: of the server over HTTP, else of all
}

func (s sample) rate() float64 { return float64(s.ops) / s.elapsed.Seconds() }

// load lets so many clients call op one call after another for d. Calls under way when the
// time is over are waited for and counted, and so is the time they took.
func load(ctx context.Context, clients int, d time.Duration, op func(client int) error) (sample, error) {
	took := make([][]time.Duration, clients)
	errs := make([]error, clients)
	var wait sync.WaitGroup
	start, cpu := time.Now(), ownProcessor()
	for c := range clients {
		wait.Go(func() {
			mine := make([]time.Duration, 0, 1024)
			for at := start; at.Sub(start) < d && ctx.Err() == nil; {
				if errs[c] = op(c); errs[c] != nil {
					return
				}
				now := time.Now()
				mine = append(mine, now.Sub(at))
				at = now
			}
			took[c] = mine
		})
	}
	wait.Wait()
	s := sample{elapsed: time.Since(start)}
	if err := errors.Join(append(errs, ctx.Err())...); err != nil {
		return s, err
	}
	all := slices.Concat(took...)
	slices.Sort(all)
	if s.ops = len(all); s.ops == 0 {
		return s, errors.New("nothing was done in the time given")
	}
	s.p50, s.p99 = all[s.ops/2], all[s.ops*99/100]
	s.cpu = (ownProcessor() - cpu) / time.Duration(s.ops)
	return s, nil
}

// ownProcessor is the processor time that this process has used.
func ownProcessor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// result is what a side did in all rounds.
type result struct {
	side
	samples []sample
}

// measure runs all sides in turn, so many rounds, after a short warm-up of each. Within a
// round the order is that given; what disturbs the machine for longer than a sample
// disturbs neighbours alike.
func measure(ctx context.Context, o options, sides ...side) ([]result, error) {
	out := make([]result, len(sides))
	for i, s := range sides {
		out[i].side = s
		if _, err := s.sample(ctx, o.length()/4); err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
	}
	for round := range o.pairs {
		for i, s := range sides {
			runtime.GC()
			got, err := s.sample(ctx, o.length())
			if err != nil {
				return nil, fmt.Errorf("%s: %w", s.name, err)
			}
			out[i].samples = append(out[i].samples, got)
			fmt.Fprintf(os.Stderr, "  round %d  %-50s %9.0f/s  p50 %v  p99 %v  processor %v\n", round+1, s.name, got.rate(),
				got.p50.Round(10*time.Microsecond), got.p99.Round(10*time.Microsecond), got.cpu.Round(100*time.Nanosecond))
		}
	}
	return out, nil
}

// rate is the median rate of a side.
func (r result) rate() float64 {
	return median(collect(r.samples, sample.rate))
}

// p99 is the median of the rounds' 99th percentiles.
func (r result) p99() time.Duration {
	return time.Duration(median(collect(r.samples, func(s sample) float64 { return float64(s.p99) })))
}

// ratios divides a by b round by round.
func ratios(a, b result) []float64 {
	out := make([]float64, 0, len(a.samples))
	for i := range a.samples {
		out = append(out, a.samples[i].rate()/b.samples[i].rate())
	}
	return out
}

func collect[T any](in []T, f func(T) float64) []float64 {
	out := make([]float64, 0, len(in))
	for _, x := range in {
		out = append(out, f(x))
	}
	return out
}

// median of an even number of values is the mean of the two in the middle.
func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	n := len(v)
	if n == 0 {
		return 0
	}
	if n%2 == 1 {
		return v[n/2]
	}
	return (v[n/2-1] + v[n/2]) / 2
}
