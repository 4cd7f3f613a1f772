package demo

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/internal/app"
)

// doneMark is the file that says a data folder was filled to the end. A fill that was
// interrupted leaves no mark and begins again.
const doneMark = "demo-county"

// Filled reports whether a data folder holds the finished demo county. A folder that holds
// anything else is refused rather than written into.
func Filled(data string) (bool, error) {
	if _, err := os.Stat(filepath.Join(data, doneMark)); err == nil {
		return true, nil
	}
	entries, err := os.ReadDir(data)
	if err != nil && !os.IsNotExist(err) {
		return false, err
	}
	for _, e := range entries {
		if e.Name() != partMark {
			continue
		}
		return false, os.RemoveAll(data)
	}
	if len(entries) > 0 {
		return false, gov.Errorf(gov.Invalid, "文件夹“%s”里已有其他数据，演示请用 --data 另选一个空文件夹", data)
	}
	return false, nil
}

const partMark = "demo-county.part"

// Fill makes the county and its year in an empty folder, and returns how many cases there
// are. now is the last instant of the year; the clock of the run starts a year before.
func Fill(ctx context.Context, cfg app.Config) (cases int, err error) {
	c, err := readCounty()
	if err != nil {
		return 0, err
	}
	books, err := readYear()
	if err != nil {
		return 0, err
	}
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return 0, err
	}
	part := filepath.Join(cfg.Data, partMark)
	if err := os.WriteFile(part, nil, 0o600); err != nil {
		return 0, err
	}
	end := app.WallClock.Now()
	if cfg.Clock != nil {
		end = cfg.Clock.Now()
	}
	clock := &travelling{}
	clock.set(end.Day().AddDays(-daysOfYear).Start().Add(8 * time.Hour))
	cfg.Clock, cfg.Log, cfg.Hash = clock, slog.New(slog.DiscardHandler), Hash
	a, err := app.Open(ctx, cfg)
	if err != nil {
		return 0, err
	}
	defer func() {
		if cerr := a.Close(); err == nil {
			err = cerr
		}
	}()
	work, stop := context.WithCancel(ctx)
	ran := make(chan error, 1)
	go func() { ran <- runSealing(work, a) }()
	defer func() {
		stop()
		if rerr := <-ran; err == nil {
			err = rerr
		}
	}()
	if err := c.settle(ctx, a); err != nil {
		return 0, err
	}
	cases, err = play(ctx, books, a, c, clock, end)
	if err != nil {
		return cases, err
	}
	if err := a.Settle(ctx); err != nil {
		return cases, err
	}
	return cases, os.Rename(part, filepath.Join(cfg.Data, doneMark))
}

// People gives an empty program the county without its year: units, people, posts, local
// parameters and the sign-ins of Accounts.
func People(ctx context.Context, a *app.App) error {
	c, err := readCounty()
	if err != nil {
		return err
	}
	return c.settle(ctx, a)
}

// settle writes the county into the registers, as of ten years before.
func (c county) settle(ctx context.Context, a *app.App) error {
	from := a.Clock.Now().Day().AddDays(-3650)
	if err := a.Registers.Load(ctx, gov.Actor{Person: "setup"}, c.changes(from, parameters(a.Parameters))); err != nil {
		return fmt.Errorf("demo: county: %w", err)
	}
	for _, acc := range accounts(c) {
		if err := a.Identity.CreateAccount(ctx, acc.login, acc.person, acc.password); err != nil {
			return fmt.Errorf("demo: account %s: %w", acc.login, err)
		}
	}
	return nil
}

// runSealing runs sealing and the reading projections; clocks are expired by the play
// itself, day by day, because its clock jumps.
func runSealing(ctx context.Context, a *app.App) error {
	done := make(chan error, 1)
	go func() { done <- a.Follower.Run(ctx, a.Log) }()
	err := a.Sequencer.Run(ctx)
	if ferr := <-done; err == nil {
		err = ferr
	}
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// travelling is the clock of the play. It only goes forward.
type travelling struct{ at atomic.Int64 }

func (t *travelling) set(to gov.Instant) {
	if int64(to) > t.at.Load() {
		t.at.Store(int64(to))
	}
}

// Now is a little later at each reading, as on any machine.
func (t *travelling) Now() gov.Instant { return gov.Instant(t.at.Add(1000)) }

// Hash is the cost of the demo's passwords, which are printed anyway: a start on a small
// machine should not wait for them.
var Hash = identity.HashParams{MemoryKiB: 8 * 1024, Passes: 1, Lanes: 1}

// daysOfYear is how far back the demo's year begins.
const daysOfYear = 365
