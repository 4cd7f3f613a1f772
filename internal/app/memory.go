package app

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// The collector lets the heap grow to five times of what lives, as long as that stays below
// roomyHeap, and always to twice of it, which is Go's default.
const (
	roomyHeap    = 256 << 20
	mostPercent  = 400
	leastPercent = 100
)

// RoomyHeap gives a process that serves more memory and less work of collecting than Go's
// default; docs/decisions/0012 has the figures. It holds for the whole process, until its end.
// An operator who sets GOGC or GOMEMLIMIT decides alone.
func RoomyHeap() {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	debug.SetGCPercent(mostPercent)
	afterCollection(new(marker), mostPercent)
}

// marker is garbage at once: the collection that finds it has just ended.
type marker struct{ _ [16]byte }

func afterCollection(m *marker, percent int) {
	runtime.AddCleanup(m, func(was int) {
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(live)
		now := heapPercent(live[0].Value.Uint64())
		if now != was {
			debug.SetGCPercent(now)
		}
		afterCollection(new(marker), now)
	}, percent)
}

// heapPercent is by how much the heap may grow over what lives until the next collection.
func heapPercent(live uint64) int {
	if live == 0 {
		return mostPercent
	}
	return int(min(max((roomyHeap*100)/live, 100+leastPercent), 100+mostPercent)) - 100
}
