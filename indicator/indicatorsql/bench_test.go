package indicatorsql_test

import (
	"fmt"
	"slices"
	"syscall"
	"testing"
	"time"

	"zhunsheng/indicator"
	"zhunsheng/indicator/indicatorsql"
	"zhunsheng/internal/govtest"
	"zhunsheng/ledger/follow"
)

// cpu is what this process has used of the processors, which other work on the machine does
// not blur.
func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkFold folds the same records with indicators that read clocks only and with twelve
// more that read facts, in turns, and reports how many times as long the second takes. Both
// fold the public registers beside, as the program does.
func BenchmarkFold(b *testing.B) {
	const matters = 1200 // eight events each, ten in one of ten
	clock := &govtest.Clock{}
	clock.On("2026-01-05")
	config := govtest.Config("", b.TempDir(), clock)
	invented(&config)
	c := &town{County: govtest.Start(b, config, clock)}
	for i := range matters {
		id := c.open("qy-a", "2026-01-05")
		c.do(id, "qy-a", "2026-01-05", "draft", "done", firms)
		c.do(id, "qy-a", "2026-01-05", "review", "returned", nil)
		c.do(id, "qy-a", "2026-01-05", "draft", "done", firms)
		c.do(id, "qy-a", "2026-01-05", "review", "passed", nil)
		c.do(id, "qy-a", "2026-01-05", "decision", "passed", nil)
		c.do(id, "qy-a", "2026-01-05", "publication", "done", nil)
		if i%10 == 0 {
			c.do(id, "qy-a", "2026-01-05", "pause", "done", nil)
			c.do(id, "qy-a", "2026-01-06", "resumption", "done", nil)
		}
		c.do(id, "qy-a", "2026-01-06", "filing", "done", nil)
	}
	if err := c.Settle(ctx); err != nil {
		b.Fatal(err)
	}
	if err := c.Pause(); err != nil {
		b.Fatal(err)
	}
	all := c.Indicators.Definitions()
	clocks := slices.DeleteFunc(slices.Clone(all), func(d indicator.Definition) bool { return d.Sources[0].Facts() })
	many := slices.Clone(clocks)
	for i := 0; len(many) < len(clocks)+12; i++ {
		// no line of the catalogue counts by the day of opening
		if d := all[i%len(all)]; d.Sources[0].Facts() && !d.Sources[0].Day.Opening {
			d.ID = indicator.ID(fmt.Sprint(d.ID, "-", i))
			many = append(many, d)
		}
	}
	fold := func(defs []indicator.Definition) time.Duration {
		raw := c.Raw()
		for _, table := range []string{"projection", "publication_subject", "published", "indicator_subject", "indicator_case", "indicator_child", "indicator_set"} {
			if _, err := raw.Exec("DELETE FROM " + table); err != nil {
				b.Fatal(err)
			}
		}
		f := follow.New(c.DB, c.Follower.Projections()[0], indicatorsql.New(c.Definitions, defs))
		start := cpu(b)
		if err := f.CatchUp(ctx); err != nil {
			b.Fatal(err)
		}
		return cpu(b) - start
	}
	var ratios []float64
	for range max(b.N, 5) {
		before := fold(clocks)
		ratios = append(ratios, float64(fold(many))/float64(before))
		b.ReportMetric(float64(before.Milliseconds()), "clocks-ms")
	}
	slices.Sort(ratios)
	b.ReportMetric(ratios[len(ratios)/2], "times")
}
