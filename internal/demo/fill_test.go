package demo

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"zhunsheng/area"
	"zhunsheng/area/decisions"
	"zhunsheng/area/leadership"
	"zhunsheng/area/rules"
	"zhunsheng/gov"
	"zhunsheng/internal/app"
)

// The demo's year is told by driving the engine, so a story that a gate refuses fails here.
func TestFill_YearIsPlayedThroughTheEngine(t *testing.T) {
	end := gov.MustDay("2026-11-23").Start().Add(10 * time.Hour)
	dir := t.TempDir()
	cfg := app.Config{Data: filepath.Join(dir, "data"), Keys: filepath.Join(dir, "keys"), Origin: "zhunsheng/demo-test",
		County: "清源县", Areas: []area.Area{rules.Area(), decisions.Area(), leadership.Area()}, Clock: gov.ClockFunc(func() gov.Instant { return end })}
	started := time.Now()
	n, err := Fill(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d cases in %s", n, time.Since(started))
	if n < 200 {
		t.Errorf("only %d cases", n)
	}
	if done, err := Filled(cfg.Data); !done || err != nil {
		t.Errorf("Filled: %v, %v", done, err)
	}
}
