package ledgersql

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"zhunsheng/ledger"
	"zhunsheng/sqldb"
)

// seal brings everything committed so far under a signed checkpoint. Its steps become
// durable in this order, and none of them can be seen before the one above it is:
//
//  1. leaf rows: record numbers are final
//  2. tiles and entry bundles of the new size
//  3. ledger_head with the signed checkpoint
//  4. the file "checkpoint"
//
// A failure or crash between two of them leaves a log that recover continues to the very
// same checkpoint text: entries and their order are fixed by step 1.
func (s *Sequencer) seal(ctx context.Context) error {
	if s.builder == nil {
		if err := s.recover(ctx); err != nil {
			return err
		}
		s.publish(s.head.Size, s.head.Size)
	}
	ids, complete := s.hints.take()
	rest, err := "", error(nil)
	for again := true; again; again = rest != "" {
		var found []candidate
		found, rest, err = s.find(ctx, ids, complete, rest)
		if err == nil {
			err = s.number(ctx, found)
		}
		if err == nil && len(s.tail) > 0 {
			err = s.extend(ctx)
		}
		if err != nil {
			// What was numbered is found again as the numbered tail.
			s.hints.put(ids, complete || rest != "")
			return err
		}
		ids, complete = nil, false
	}
	return nil
}

// extend seals the numbered tail.
func (s *Sequencer) extend(ctx context.Context) error {
	from := s.head.Size
	next := s.builder.Clone()
	files := next.Append(s.tail)
	if err := s.Store.Put(files); err != nil {
		return fmt.Errorf("ledger: writing tiles: %w", err)
	}
	head, err := s.sign(next)
	if err != nil {
		return err
	}
	if err := s.moveHead(ctx, head); err != nil {
		return err
	}
	s.builder, s.tail = next, nil
	if err := s.putCheckpoint(); err != nil {
		return err
	}
	for _, f := range files {
		if folder := ledger.Superseded(f.Path); folder != "" {
			if err := s.Store.Discard(folder); err != nil {
				s.Log.Warn("ledger: partial tiles stay", "folder", folder, "err", err)
			}
		}
	}
	s.lastSeal = time.Now()
	s.publish(from, s.head.Size)
	return nil
}

func (s *Sequencer) sign(b *ledger.Builder) (Head, error) {
	c := ledger.Checkpoint{Origin: s.Signer.Name(), Size: b.Size(), Root: b.Root()}
	note, err := ledger.SignCheckpoint(c, s.Signer)
	if err != nil {
		return Head{}, fmt.Errorf("ledger: signing: %w", err)
	}
	return Head{Checkpoint: c, Note: note}, nil
}

// moveHead stores the next checkpoint over the present one.
func (s *Sequencer) moveHead(ctx context.Context, to Head) error {
	err := s.write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(updateHead, to.Size, to.Root[:], to.Note, s.head.Size, s.head.Note)
		if err == nil && n != 1 {
			return errLost
		}
		return err
	})
	if err != nil {
		return err
	}
	s.head = to
	return nil
}

func (s *Sequencer) putCheckpoint() error {
	err := s.Store.Put([]ledger.File{{Path: ledger.CheckpointPath, Data: s.head.Note}})
	if err != nil {
		return fmt.Errorf("ledger: publishing the checkpoint: %w", err)
	}
	return nil
}

// cosigned is what the witnesses answered about a checkpoint.
type cosigned struct {
	head  Head
	lines []byte
	err   error
}

// askWitnesses asks the witnesses about the newest checkpoint in the background, one
// question at a time. Sealing never waits for them. About a checkpoint that one of them
// did not sign they are asked again after cosignAgain, however often a round comes by.
func (s *Sequencer) askWitnesses(ctx context.Context) {
	if s.Cosigner == nil || s.asking != nil {
		return
	}
	if rests := s.askAgain != nil && s.head.Size == s.asked; len(s.waiting) == 0 && (rests || s.head.Size == s.Status().Cosigned) {
		return
	}
	s.askAgain, s.asked = nil, s.head.Size
	head, answer := s.head, make(chan cosigned, 1)
	s.asking = answer
	go func() {
		ctx, cancel := context.WithTimeout(ctx, cosignTimeout)
		defer cancel()
		lines, err := s.Cosigner.Cosign(ctx, head.Note, func(old int64) ([]ledger.Hash, error) {
			return ledger.ProveGrowth(s.Store.Get, head.Checkpoint, old)
		})
		answer <- cosigned{head, lines, err}
	}()
}

// merge adds cosignatures to the stored checkpoint, if it is still the newest one.
func (s *Sequencer) merge(ctx context.Context, c cosigned) error {
	s.asking = nil
	current := s.builder != nil && c.head.Checkpoint == s.head.Checkpoint
	err := c.err
	if note := ledger.AddSignatures(s.head.Note, c.lines); current && !bytes.Equal(note, s.head.Note) {
		to := s.head
		to.Note = note
		e := s.moveHead(ctx, to)
		if errors.Is(e, errLost) {
			return e
		}
		if e == nil {
			e = s.putCheckpoint()
		}
		if e != nil {
			// The state of head and file is unknown: the next seal starts from what is durable.
			s.builder = nil
			err = errors.Join(err, e)
		}
	}
	if err != nil {
		s.Log.Warn("ledger: not all witnesses cosigned", "size", c.head.Size, "err", err)
		s.askAgain = time.After(cosignAgain)
	}
	s.setStatus(func(st *Status) {
		if st.CosignErr = err; err == nil {
			st.Cosigned = c.head.Size
		}
	})
	if current || err != nil {
		for _, r := range s.waiting {
			r.done <- err
		}
		s.waiting = nil
	} else {
		s.askWitnesses(ctx)
	}
	return nil
}

// stopAsking ends with the leadership.
func (s *Sequencer) stopAsking(cancel func()) {
	cancel()
	if s.asking != nil {
		<-s.asking
		s.asking = nil
	}
	for _, r := range s.waiting {
		r.done <- context.Canceled
	}
	s.waiting, s.askAgain, s.builder = nil, nil, nil
}
