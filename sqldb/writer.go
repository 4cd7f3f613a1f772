package sqldb

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"
)

// maxBatch bounds how many functions share one commit. A caller waits for at most the
// batch before its own and its own; see docs/decisions/0002 for the measured choice.
const maxBatch = 512

// carefulBatches is how many batches run with savepoints after a function failed: failures
// come together, and running a batch twice costs more than savepoints.
const carefulBatches = 64

// queueLength is how many functions may wait before Write itself waits for room.
const queueLength = 4096

// writer is the one goroutine that writes (group commit). It takes what is waiting, runs
// one function after the other, commits once and answers all. There is no timer: an only
// caller is committed at once, and while a commit waits for the disk the next batch
// gathers.
//
// An error must undo its own function only. A savepoint around each costs a copy of every
// page the function touches, though, and nearly all functions succeed. So a batch runs
// bare; when one of its functions fails, the whole batch is rolled back and runs again,
// each function in a savepoint, as do the next batches. Functions are safe to run twice.
type writer struct {
	db    *lite
	conn  *liteConn // nil after a failure: dialled again with the next batch
	queue chan *job
	gone  chan struct{}
	count counts

	careful int    // batches yet to run with savepoints
	tainted bool   // a function of this bare batch failed: redo runs it again
	redone  int    // how many of the batch redo has run
	batch   []*job // what has run in the open transaction, not yet answered
	lost    error  // set when the engine lost the open transaction as a whole
}

// job is one function on its way through the writer. Its caller and the writer race for
// it with state; who moves it from waiting owns the answer.
type job struct {
	ctx    context.Context
	fn     func(*Tx) error
	state  atomic.Int32
	err    error
	after  []func()
	goexit bool
	done   chan struct{}
}

const (
	waiting int32 = iota
	started
	abandoned
)

func newWriter(ctx context.Context, db *lite) (*writer, error) {
	w := &writer{db: db, queue: make(chan *job, queueLength), gone: make(chan struct{})}
	if err := w.dial(ctx); err != nil {
		return nil, err
	}
	go w.loop()
	return w, nil
}

func (w *writer) dial(ctx context.Context) (err error) {
	w.conn, err = dialLite(ctx, w.db.pool, writerCache)
	return err
}

// writerCache lets the pages that a batch touches stay in memory (in KiB): with the engine's
// 2 MB a large batch writes pages early and reads them again.
const writerCache = "PRAGMA cache_size = -32768"

// do is Write on SQLite.
func (w *writer) do(ctx context.Context, fn func(*Tx) error) error {
	j := &job{ctx: ctx, fn: fn, done: make(chan struct{})}
	select {
	case <-w.db.closed:
		return errClosed
	default:
	}
	select {
	case w.queue <- j:
	case <-ctx.Done():
		return ctx.Err()
	case <-w.db.closed:
		return errClosed
	}
	select {
	case <-j.done:
	case <-ctx.Done():
		if j.state.CompareAndSwap(waiting, abandoned) {
			return ctx.Err()
		}
		<-j.done
	case <-w.gone:
		if j.state.CompareAndSwap(waiting, abandoned) {
			return errClosed
		}
		<-j.done
	}
	if j.goexit {
		runtime.Goexit() // as fn would have done here
	}
	if j.err == nil {
		for _, fn := range j.after {
			fn()
		}
	}
	return j.err
}

// loop runs until the database closes. A function that ends the goroutine
// (runtime.Goexit, which a test's Fatal calls) is answered, and a new goroutine goes on
// with the batch.
func (w *writer) loop() {
	finished := false
	defer func() {
		if !finished {
			go w.loop()
		}
	}()
	if len(w.batch) > 0 {
		w.fill()
		w.commit()
	}
	for {
		select {
		case <-w.db.closed:
			finished = true
			if w.conn != nil {
				w.conn.close()
			}
			close(w.gone)
			return
		case j := <-w.queue:
			if !w.begin(j) {
				continue
			}
			w.perform(j)
			w.fill()
			w.commit()
		}
	}
}

// begin opens the transaction of a batch. When it cannot, everybody who waits is told,
// since each would wait for the same failure.
func (w *writer) begin(first *job) bool {
	if first.state.Load() == abandoned {
		return false
	}
	err := error(nil)
	if w.conn == nil {
		err = w.dial(context.Background())
	}
	if err == nil {
		if _, err = w.conn.exec(context.Background(), "BEGIN IMMEDIATE", nil); err == nil {
			w.lost, w.tainted, w.redone = nil, false, 0
			return true
		}
	}
	if classify(err) != busy {
		w.redial()
	}
	w.count.failed.Add(1)
	for j := first; j != nil; j = w.next() {
		if j.state.CompareAndSwap(waiting, started) {
			j.err = err
			close(j.done)
		}
	}
	return false
}

// fill runs what has come meanwhile.
func (w *writer) fill() {
	for w.lost == nil {
		w.redo()
		if len(w.batch) == maxBatch || w.lost != nil {
			return
		}
		j := w.next()
		if j == nil {
			return
		}
		w.perform(j)
	}
}

func (w *writer) next() *job {
	select {
	case j := <-w.queue:
		return j
	default:
		return nil
	}
}

// perform runs one function. It is not answered before the commit: it may rest on what
// others of the batch wrote.
func (w *writer) perform(j *job) {
	if !j.state.CompareAndSwap(waiting, started) {
		return
	}
	w.batch = append(w.batch, j)
	if j.err = j.ctx.Err(); j.err != nil {
		return
	}
	if w.careful > 0 {
		w.apart(j)
		return
	}
	tx := w.transaction(j)
	tx.run(j.fn, func(err error) {
		if err == nil {
			j.after = tx.after
			return
		}
		j.err, j.goexit, w.tainted = err, err == errGoexit, true
	})
}

func (w *writer) transaction(j *job) *Tx {
	return &Tx{ctx: writing{context.WithoutCancel(j.ctx)}, on: w.conn}
}

// apart runs one function in a savepoint of its own. An error rolls back the savepoint only.
func (w *writer) apart(j *job) {
	if w.lost = w.conn.run("SAVEPOINT act"); w.lost != nil {
		j.err = w.lost
		return
	}
	tx := w.transaction(j)
	tx.run(j.fn, func(err error) {
		if err == nil {
			j.after = tx.after
			w.lost = w.conn.run("RELEASE act")
			return
		}
		j.err, j.goexit = err, err == errGoexit
		if w.lost = w.conn.run("ROLLBACK TO act"); w.lost == nil {
			w.lost = w.conn.run("RELEASE act")
		}
		if w.lost != nil {
			// The engine rolls back everything on a full disk or a failed read; the statement's
			// error is the cause, not that the savepoint is gone.
			w.lost = errors.Join(err, w.lost)
		}
	})
}

// redo runs a tainted batch again, each function in a savepoint. One that ended its
// goroutine has nobody to run it; a second one that does so ends redo's own goroutine, and
// the next goes on behind it.
func (w *writer) redo() {
	if !w.tainted {
		return
	}
	if w.redone == 0 {
		w.careful = carefulBatches
		if len(w.batch) == 1 {
			w.lost = w.conn.run("ROLLBACK") // its error stands; commit has nothing to write
			if w.lost == nil {
				w.lost = w.conn.run("BEGIN IMMEDIATE")
			}
			w.tainted = false
			return
		}
		if w.lost = errors.Join(w.conn.run("ROLLBACK"), w.conn.run("BEGIN IMMEDIATE")); w.lost != nil {
			w.lost = errors.Join(w.batch[len(w.batch)-1].err, w.lost)
		}
	}
	for w.redone < len(w.batch) && w.lost == nil {
		j := w.batch[w.redone]
		w.redone++
		if j.goexit || j.ctx.Err() != nil && j.err != nil {
			continue
		}
		j.err, j.after = nil, nil
		w.apart(j)
	}
	w.tainted, w.redone = false, 0
}

// commit ends the batch and answers it. When the commit fails, nobody is acknowledged, and
// those whose function failed are told of the commit too.
func (w *writer) commit() {
	w.redo()
	if w.careful > 0 {
		w.careful--
	}
	wrote := int64(0)
	for _, j := range w.batch {
		if j.err == nil {
			wrote++
		}
	}
	err := w.lost
	switch {
	case err != nil:
	case wrote == 0:
		err = w.conn.run("ROLLBACK")
	default:
		err = w.conn.run("COMMIT")
	}
	if err != nil {
		w.count.failed.Add(1)
		w.redial()
	} else {
		w.count.writes.Add(wrote)
		w.count.refused.Add(int64(len(w.batch)) - wrote)
		w.count.batches.Add(min(wrote, 1))
		w.count.largest.Store(max(w.count.largest.Load(), int64(len(w.batch))))
	}
	for i, j := range w.batch {
		if err != nil {
			j.err = notSaved(err)
		}
		close(j.done)
		w.batch[i] = nil
	}
	w.batch = w.batch[:0]
}

// redial drops the connection with whatever transaction it still holds.
func (w *writer) redial() {
	if w.conn != nil {
		w.conn.close()
		w.conn = nil
	}
}

func (c *liteConn) run(q string) error {
	_, err := c.exec(context.Background(), q, nil)
	return err
}
