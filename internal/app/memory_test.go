package app

import "testing"

func TestHeapPercent_GrowsToABoundAndNeverLessThanDoubles(t *testing.T) {
	for _, c := range []struct {
		live uint64
		want int
	}{
		{0, 400}, {1 << 20, 400}, {50 << 20, 400}, {64 << 20, 300}, {100 << 20, 156}, {128 << 20, 100}, {4 << 30, 100},
	} {
		if got := heapPercent(c.live); got != c.want {
			t.Errorf("heapPercent(%d MB) = %d, want %d", c.live>>20, got, c.want)
		}
	}
}
