package ledgersql

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"sort"
	"strings"
	"time"

	"zhunsheng/ledger"
	"zhunsheng/sqldb"
)

// candidate is a committed event without a record number.
type candidate struct {
	id      string
	stream  string
	version int64
	entry   ledger.Entry
}

const (
	numberBatch = 256     // rows a transaction: on SQLite every act waits for it
	sealRound   = 1 << 16 // events a seal: bounds memory after a long stop
	scanPage    = 1024
	streamsKept = 1 << 16
)

// find looks for committed events without a record number: the hinted ones, on PostgreSQL
// those of other processes, and from time to time all of them.
//
// No committed event can be missed for good. Acts of this process hint after their commit
// and before they are acknowledged. What a crash, a lost answer of a commit or another
// process keeps from being hinted is found by comparing the number of events with the
// number of leaves: every leaf belongs to one event, so equal numbers mean that none is
// left over, and unequal ones cause a scan of all. That happens at every start, at every
// flush and every ten minutes of activity. The scan of recent ids in between only makes
// other processes' events appear within the second; it may overlook a transaction that
// ran longer than pollOverlap, the count does not.
//
// When there are more than one seal should take, rest is the id after which to go on.
func (s *Sequencer) find(ctx context.Context, ids []string, complete bool, after string) (found []candidate, rest string, err error) {
	now := time.Now()
	complete = complete || after == "" && now.Sub(s.counted) > countEvery
	if len(ids) == 0 && !complete && !s.recent.due && after == "" {
		return nil, "", nil
	}
	err = s.DB.Read(ctx, func(tx *sqldb.Tx) error {
		found, rest = nil, ""
		for some := range slices.Chunk(ids, hintsAtOnce) {
			c, err := lookUp(tx, some)
			if err != nil {
				return err
			}
			found = append(found, c...)
		}
		from, scan := s.recent.from(now), s.recent.due
		switch {
		case after != "":
			from, scan = after, true
		case complete:
			var events, leaves int64
			if err := tx.QueryRow(countEvents).Scan(&events); err != nil {
				return err
			}
			if err := tx.QueryRow(countLeaves).Scan(&leaves); err != nil {
				return err
			}
			if events < leaves {
				return broken("事件只有 %d 条，而已编号的记录有 %d 条：有事件被删除", events, leaves)
			}
			from, scan = "", events > leaves
		}
		if scan {
			var err error
			found, rest, err = scanUnnumbered(tx, from, found)
			return err
		}
		return nil
	})
	if err != nil {
		return nil, "", err
	}
	if complete {
		s.counted = now
	}
	s.recent.due = false
	if found, err = s.completeStreams(ctx, dedupe(found)); err != nil {
		return nil, "", err
	}
	return inOrder(found), rest, nil
}

// hintsAtOnce is how many hinted events one statement reads.
const hintsAtOnce = 16

// lookUp reads those of the hinted events that are of this database and have no number yet.
func lookUp(tx *sqldb.Tx, ids []string) ([]candidate, error) {
	args := make([]any, hintsAtOnce)
	for i := range args {
		args[i] = ids[min(i, len(ids)-1)]
	}
	return candidates(tx.Query(selectCandidates, args...))
}

func candidates(rows *sql.Rows, err error) (found []candidate, _ error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var salt, body sql.RawBytes // hashed before the next row comes
	for rows.Next() {
		var c candidate
		if err := rows.Scan(&c.id, &c.stream, &c.version, &salt, &body); err != nil {
			return nil, err
		}
		c.entry = ledger.Commit(salt, body)
		found = append(found, c)
	}
	return found, rows.Err()
}

func scanUnnumbered(tx *sqldb.Tx, from string, found []candidate) ([]candidate, string, error) {
	for len(found) < sealRound {
		page, err := candidates(tx.Query(selectUnnumbered, from, scanPage))
		if err != nil {
			return nil, "", err
		}
		found = append(found, page...)
		if len(page) < scanPage {
			return found, "", nil
		}
		from = page[len(page)-1].id
	}
	return found, from, nil
}

func dedupe(found []candidate) []candidate {
	sort.Slice(found, func(i, j int) bool { return found[i].id < found[j].id })
	out := found[:0]
	for i, c := range found {
		if i == 0 || c.id != found[i-1].id {
			out = append(out, c)
		}
	}
	return out
}

// completeStreams adds the earlier events of each stream that have no record number. An
// event's predecessor is committed when the event is, but its hint may come later, or its
// id, made on another machine, may be larger. With this the numbered events of a stream
// are always its first ones, so that whoever folds the log sees each case in its order.
func (s *Sequencer) completeStreams(ctx context.Context, found []candidate) ([]candidate, error) {
	if len(s.numbered) > streamsKept {
		s.numbered = nil
	}
	lowest := map[string]int64{}
	has := map[string]map[int64]bool{}
	for _, c := range found {
		if low, ok := lowest[c.stream]; !ok || c.version < low {
			lowest[c.stream] = c.version
		}
		if has[c.stream] == nil {
			has[c.stream] = map[int64]bool{}
		}
		has[c.stream][c.version] = true
	}
	type gap struct {
		stream  string
		version int64
	}
	var gaps []gap
	for _, c := range found {
		if v := c.version - 1; v > 0 && !has[c.stream][v] && s.numbered[c.stream] < v {
			gaps = append(gaps, gap{c.stream, v})
		}
	}
	if len(gaps) == 0 {
		return found, nil
	}
	var added []candidate
	err := s.DB.Read(ctx, func(tx *sqldb.Tx) error {
		added = nil
		for _, g := range gaps {
			for v := g.version; v > 0 && !has[g.stream][v]; v-- {
				c := candidate{stream: g.stream, version: v}
				var salt, body []byte
				var idx int64
				err := tx.QueryRow(selectPredecessor, g.stream, v).Scan(&c.id, &salt, &body, &idx)
				if err != nil && !errors.Is(err, sql.ErrNoRows) {
					return err
				}
				if err != nil {
					return broken("流 %s 缺第 %d 号事件", g.stream, v)
				}
				if idx >= 0 {
					break
				}
				c.entry = ledger.Commit(salt, body)
				added = append(added, c)
			}
		}
		return nil
	})
	return dedupe(append(found, added...)), err
}

// inOrder sorts by id, which is by time, but keeps each stream in order of version: the
// places of a stream stay, its events are put into them by version.
func inOrder(found []candidate) []candidate {
	places := map[string][]int{}
	for i, c := range found {
		places[c.stream] = append(places[c.stream], i)
	}
	out := make([]candidate, len(found))
	for _, at := range places {
		of := make([]candidate, len(at))
		for i, p := range at {
			of[i] = found[p]
		}
		sort.Slice(of, func(i, j int) bool { return of[i].version < of[j].version })
		for i, p := range at {
			out[p] = of[i]
		}
	}
	return out
}

// number writes the leaves of events after the numbered tail. From the commit on, their
// record numbers are final: no crash and no retry gives an event another one.
func (s *Sequencer) number(ctx context.Context, found []candidate) error {
	for len(found) > 0 {
		batch := found[:min(numberBatch, len(found))]
		found = found[len(batch):]
		next := s.head.Size + int64(len(s.tail))
		err := s.write(ctx, func(tx *sqldb.Tx) error {
			for i, c := range batch {
				if _, err := tx.Exec(insertLeaf, next+int64(i), c.id, c.entry[:]); err != nil {
					return err
				}
			}
			return nil
		})
		if sqldb.IsUnique(err) {
			return errors.Join(errLost, err)
		}
		if err != nil {
			return err
		}
		for _, c := range batch {
			s.tail = append(s.tail, c.entry)
			if s.numbered == nil {
				s.numbered = map[string]int64{}
			}
			s.numbered[c.stream] = max(s.numbered[c.stream], c.version)
			s.recent.seen(c.id)
		}
	}
	return nil
}

// recent says from which id on other processes' events are looked for. Ids begin with
// their time; the newest id seen bounds it as well, in case this machine's clock is ahead.
type recent struct {
	due    bool
	newest string
}

func (r *recent) seen(id string) { r.newest = max(r.newest, id) }

func (r *recent) from(now time.Time) string {
	ms := min(now.UnixMilli(), idMillis(r.newest)) - pollOverlap.Milliseconds()
	if ms <= 0 {
		return ""
	}
	return idFloor(ms)
}

const idDigits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// idMillis and idFloor read and write the time at the head of the ids that gov.IDs makes.
func idMillis(id string) int64 {
	if len(id) < 10 {
		return 0
	}
	var ms int64
	for i := range 10 {
		d := strings.IndexByte(idDigits, id[i])
		if d < 0 {
			return 0
		}
		ms = ms<<5 | int64(d)
	}
	return ms
}

func idFloor(ms int64) string {
	var b [10]byte
	for i := 9; i >= 0; i-- {
		b[i] = idDigits[ms&31]
		ms >>= 5
	}
	return string(b[:])
}
