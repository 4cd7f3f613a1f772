package docket_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"zhunsheng/docket"
	"zhunsheng/internal/govtest"
)

// BenchmarkAct takes cases through their first steps with many clients at once: rules,
// event, clocks, projections, durable, with sealing running beside it.
func BenchmarkAct(b *testing.B) {
	for _, clients := range []int{1, 64} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			c := govtest.New(b)
			ctx := context.Background()
			c.Clock.On("2026-09-02")
			drafter := c.As("drafter", "qy-a")
			papers := c.Papers("qy-a-drafter", "draft-text", "explanation")
			var next atomic.Int64
			var wg sync.WaitGroup
			b.ResetTimer()
			for range clients {
				wg.Go(func() {
					for {
						n := next.Add(3)
						if n > int64(b.N)+2 {
							return
						}
						done, err := c.Docket.Open(ctx, drafter, docket.OpenRequest{Procedure: govtest.Department, Unit: "qy-a",
							Title: fmt.Sprint("第", n, "件"), Key: fmt.Sprint("o", n)})
						if err != nil {
							b.Error(err)
							return
						}
						for _, s := range govtest.Straight[:2] {
							req := docket.ActRequest{Case: done.Case, Step: s.Step, Outcome: s.Outcome, Fields: s.Fields, Key: fmt.Sprint(s.Step, n)}
							if len(s.Papers) > 0 {
								req.Papers = papers
							}
							if _, err := c.Docket.Act(ctx, drafter, req); err != nil {
								b.Error(err)
								return
							}
						}
					}
				})
			}
			wg.Wait()
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "acts/s")
		})
	}
}
