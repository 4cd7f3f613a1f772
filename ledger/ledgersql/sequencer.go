package ledgersql

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"zhunsheng/gov"
	"zhunsheng/ledger"
	"zhunsheng/sqldb"
)

// Config is what a Sequencer stands on. It does not change.
type Config struct {
	DB     *sqldb.DB
	Store  Store
	Signer ledger.Signer
	// Cosigner asks the witnesses (存证单位); nil when there are none.
	Cosigner Cosigner
	// Interval is the shortest time between two seals; 0 means DefaultInterval. What is
	// committed meanwhile shares one seal.
	Interval time.Duration
	Log      *slog.Logger // nil discards
}

// Cosigner collects cosignatures over a signed checkpoint. It gives signature lines that
// it has checked, and an error that names those who did not sign; both may be there.
// prove makes the consistency proof from an older size, for any number of goroutines. It
// must respect ctx.
type Cosigner interface {
	Cosign(ctx context.Context, signed []byte, prove func(old int64) ([]ledger.Hash, error)) (lines []byte, err error)
}

// The times of a sequencer.
const (
	DefaultInterval = 200 * time.Millisecond
	retryAfter      = time.Second            // after a failed seal
	pollEvery       = 400 * time.Millisecond // other processes' events, PostgreSQL only
	pollOverlap     = 10 * time.Second       // how much later than its id an event may be committed
	countEvery      = 10 * time.Minute       // between checks that no event was overlooked
	standbyEvery    = 2 * time.Second        // to take over from another process
	cosignTimeout   = 5 * time.Second
	cosignAgain     = time.Minute // after a witness did not sign
)

// Sequencer numbers committed events, grows the tree and signs checkpoints. It is the only
// writer of leaf, ledger_head and the store, and makes sure of that by a lock.
//
// Run owns all fields below mu's block; other goroutines talk to it through hints, flush
// and status.
type Sequencer struct {
	Config
	hints *hints
	flush chan flushRequest
	// write is DB.Write; the table of faults puts its own in between.
	write func(context.Context, func(*sqldb.Tx) error) error
	retry time.Duration // after a failed seal
	ended chan struct{} // closed when Run gave up before its ctx ended

	mu     sync.Mutex
	status Status
	subs   []func(from, to int64)

	head     Head
	builder  *ledger.Builder  // at head.Size
	tail     []ledger.Entry   // numbered from head.Size on, not sealed yet
	numbered map[string]int64 // newest numbered version of recently seen streams
	lastSeal time.Time
	counted  time.Time // when all events were last counted
	recent   recent
	asking   chan cosigned // answer of the witnesses, nil when nobody is asked
	asked    int64         // size they were last asked about
	askAgain <-chan time.Time
	waiting  []flushRequest // that wait for the witnesses
}

// Status is what an operator or a page may know.
type Status struct {
	Running   bool        // this process holds the sequencer's lock
	Size      int64       // sealed records
	Sealed    gov.Instant // of the last seal, by this machine's clock
	Err       error       // why sealing stands still; acts go on meanwhile
	Cosigned  int64       // size of the newest checkpoint that all witnesses signed
	CosignErr error       // which witness did not sign, and why
}

type flushRequest struct {
	witnesses bool
	done      chan error
}

// NewSequencer makes a sequencer; Run does the work.
func NewSequencer(c Config) *Sequencer {
	if c.Interval == 0 {
		c.Interval = DefaultInterval
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Sequencer{Config: c, hints: newHints(), flush: make(chan flushRequest), write: c.DB.Write, retry: retryAfter,
		ended: make(chan struct{})}
}

// Status tells how the sequencer fares.
func (s *Sequencer) Status() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.status
}

func (s *Sequencer) setStatus(change func(*Status)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.status)
}

// Subscribe lets fn know of each seal: records from … to-1 are new. The first call, with
// from equal to to, comes when this process becomes the sequencer, so that a projection
// catches up. fn runs on the sequencer's goroutine and must return at once. Subscribe
// before Run.
func (s *Sequencer) Subscribe(fn func(from, to int64)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.subs = append(s.subs, fn)
}

func (s *Sequencer) publish(from, to int64) {
	s.mu.Lock()
	subs := s.subs
	s.status.Size, s.status.Err = to, nil
	if to > from {
		s.status.Sealed = gov.InstantOf(time.Now())
	}
	s.mu.Unlock()
	for _, fn := range subs {
		fn(from, to)
	}
}

// Flush waits until everything committed before the call is sealed. Run must be running.
func (s *Sequencer) Flush(ctx context.Context) error { return s.ask(ctx, false) }

// Cosign is Flush, and waits until the witnesses were asked about the result. Its error
// tells which of them did not sign.
func (s *Sequencer) Cosign(ctx context.Context) error { return s.ask(ctx, true) }

func (s *Sequencer) ask(ctx context.Context, witnesses bool) error {
	r := flushRequest{witnesses: witnesses, done: make(chan error, 1)}
	select {
	case s.flush <- r:
	case <-s.ended:
		return s.Status().Err
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-r.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// errLost says that another sequencer has moved the log on.
var errLost = errors.New("ledgersql: another sequencer has taken over")

// BrokenError says that database, files and signed checkpoints contradict each other.
// Signing on would seal a falsified history, so the sequencer stops; acts go on unsealed
// until somebody has run verify and decided.
type BrokenError struct{ err *gov.Error }

func (e *BrokenError) Error() string { return e.err.Error() }

// Unwrap gives the gov.Error.
func (e *BrokenError) Unwrap() error { return e.err }

func broken(text string, args ...any) error {
	return &BrokenError{gov.Errorf(gov.Fault, "%s。为免给被改动的账本签名，存证已停止，请运行 zhunsheng verify 查明", fmt.Sprintf(text, args...))}
}

// Run seals until ctx ends, which gives nil. It waits while another process is the
// sequencer. Failures of disk and database are tried again; only a BrokenError, or another
// process that serves the same SQLite file, ends it before ctx does. A sequencer runs once.
func (s *Sequencer) Run(ctx context.Context) error {
	defer appended.subscribe(s.hints)()
	defer s.setStatus(func(st *Status) { st.Running = false })
	for {
		hold, ok, err := s.DB.TryHold(ctx, "sequencer")
		if err == nil && ok {
			err = s.lead(ctx, hold)
			hold.Release()
		}
		var stop *BrokenError
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.As(err, &stop), err != nil && !ok && s.DB.Engine() == sqldb.SQLite:
			s.setStatus(func(st *Status) { st.Running, st.Err = false, err })
			s.Log.Error("ledger: sealing stopped", "err", err)
			close(s.ended)
			return err
		case err != nil:
			s.setStatus(func(st *Status) { st.Running, st.Err = false, err })
			s.Log.Warn("ledger: not sealing", "err", err)
		}
		s.refuseFlushes(ctx, err)
	}
}

// refuseFlushes answers flush requests until it is time to try for the lock again. While
// another process seals, its seals are what a flush waits for.
func (s *Sequencer) refuseFlushes(ctx context.Context, err error) {
	again := time.NewTimer(standbyEvery)
	defer again.Stop()
	for {
		select {
		case r := <-s.flush:
			if err == nil {
				err = gov.Errorf(gov.Unavailable, "另一个进程正在负责存证，请稍后再试")
			}
			r.done <- err
		case <-again.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

// lead is the time during which this process is the sequencer.
func (s *Sequencer) lead(ctx context.Context, hold *sqldb.Hold) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-hold.Lost():
			cancel()
		case <-ctx.Done():
		}
	}()
	defer s.stopAsking(cancel)
	if err := s.recover(ctx); err != nil {
		return err
	}
	s.setStatus(func(st *Status) { st.Running, st.Err = true, nil })
	s.publish(s.head.Size, s.head.Size)
	s.askWitnesses(ctx)
	s.counted, s.recent = time.Time{}, recent{}
	s.hints.signal() // what was committed before this process led
	return s.loop(ctx)
}

func (s *Sequencer) loop(ctx context.Context) error {
	var poll <-chan time.Time
	if s.DB.Engine() == sqldb.Postgres {
		t := time.NewTicker(pollEvery)
		defer t.Stop()
		poll = t.C
	}
	// due is armed while something waits to be sealed; nothing ticks while nothing waits.
	due := time.NewTimer(0)
	defer due.Stop()
	armed := true
	arm := func(after time.Duration) {
		if !armed {
			due.Reset(max(0, after))
			armed = true
		}
	}
	for {
		var flush *flushRequest
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.hints.wake:
			arm(time.Until(s.lastSeal.Add(s.Interval)))
			continue
		case c := <-s.asking:
			if err := s.merge(ctx, c); err != nil {
				return err
			}
			continue
		case <-s.askAgain:
			s.askAgain = nil
			s.askWitnesses(ctx)
			continue
		case <-poll:
			s.recent.due = true
		case <-due.C:
			armed = false
		case r := <-s.flush:
			flush = &r
			s.hints.scanAll()
		}
		err := s.seal(ctx)
		var stop *BrokenError
		switch {
		case errors.As(err, &stop), errors.Is(err, errLost):
			if flush != nil {
				flush.done <- err
			}
			return err
		case err != nil && ctx.Err() == nil:
			// Disk or database failed at an unknown step: throw away what is in memory, and
			// find out from what is durable where the log stands.
			s.setStatus(func(st *Status) { st.Err = err })
			s.Log.Warn("ledger: sealing failed, trying again", "err", err)
			s.builder = nil
			arm(s.retry)
		}
		if flush != nil {
			s.answer(*flush, err)
		}
		if ctx.Err() == nil && err == nil {
			s.askWitnesses(ctx)
		}
	}
}

// answer ends a flush, or keeps it until the witnesses have answered.
func (s *Sequencer) answer(r flushRequest, err error) {
	if r.witnesses && err == nil && s.Cosigner != nil {
		s.waiting = append(s.waiting, r)
		return
	}
	r.done <- err
}
