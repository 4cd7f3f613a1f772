package app

import (
	"time"

	"zhunsheng/gov"
)

// WallClock is the machine's clock, for processes that serve.
var WallClock = gov.ClockFunc(func() gov.Instant { return gov.InstantOf(time.Now()) })
