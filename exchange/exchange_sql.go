package exchange

import "zhunsheng/sqldb"

// Streams are named by time-ordered ids, so the newest come first.
const importStreams sqldb.SQL = `SELECT stream FROM event WHERE stream >= 'import/' AND stream < 'import0' AND version = 1
	ORDER BY stream DESC LIMIT $1`
