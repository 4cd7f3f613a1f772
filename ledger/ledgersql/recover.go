package ledgersql

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"

	"zhunsheng/ledger"
	"zhunsheng/sqldb"
)

// recover finds out from what is durable where the log stands, repairs published files
// from the leaf rows, and refuses to go on from a state that no crash can leave.
func (s *Sequencer) recover(ctx context.Context) error {
	s.builder, s.tail, s.numbered = nil, nil, nil
	policy, err := ledger.ParsePolicy([]string{s.Signer.VKey()}, nil, 0)
	if err != nil {
		return err
	}
	head, ok, err := s.readHead(ctx)
	if err != nil {
		return err
	}
	published, err := s.Store.Get(ledger.CheckpointPath)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("ledger: reading the published checkpoint: %w", err)
	}
	if !ok {
		if head, err = s.firstHead(ctx, published); err != nil {
			return err
		}
	}
	signed, _, err := policy.Open(head.Note)
	if err != nil || signed != head.Checkpoint {
		return broken("数据库中的检查点不是用现在的账本密钥（%s）签署的", s.Signer.VKey())
	}
	b, err := s.resume(head)
	if err == nil {
		err = s.checkPublished(policy, published, head)
	}
	if errors.Is(err, errDamaged) {
		s.Log.Warn("ledger: published files are damaged and are made again from the records", "size", head.Size, "err", err)
		if b, err = s.rebuild(ctx, head); err == nil {
			err = s.checkPublished(policy, published, head)
		}
	}
	if err != nil {
		return err
	}
	s.head = head
	if !bytes.Equal(published, head.Note) {
		if err := s.putCheckpoint(); err != nil {
			return err
		}
	}
	if err := s.readTail(ctx); err != nil {
		return err
	}
	s.discardSuperseded()
	s.builder = b
	return nil
}

func (s *Sequencer) readHead(ctx context.Context) (head Head, ok bool, err error) {
	err = s.DB.Read(ctx, func(tx *sqldb.Tx) error {
		head, ok, err = ReadHead(tx)
		return err
	})
	return head, ok, err
}

// firstHead signs the empty log, once in a database's life.
func (s *Sequencer) firstHead(ctx context.Context, published []byte) (Head, error) {
	if published != nil {
		return Head{}, broken("数据库里没有检查点，而账本文件夹里已有一个：数据库被换过，或退回了旧状态")
	}
	head, err := s.sign(&ledger.Builder{})
	if err != nil {
		return Head{}, err
	}
	return head, s.write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(insertHead, head.Size, head.Root[:], head.Note)
		return err
	})
}

// checkPublished compares the published checkpoint with the stored one. It may be missing
// or of the step before; anything newer or different means that the database went back.
func (s *Sequencer) checkPublished(policy ledger.Policy, published []byte, head Head) error {
	if published == nil || bytes.Equal(published, head.Note) {
		return nil
	}
	old, _, err := policy.Open(published)
	if err != nil {
		s.Log.Warn("ledger: the published checkpoint was damaged and is written anew", "err", err)
		return nil
	}
	if old.Size > head.Size {
		return broken("已公布的检查点有 %d 条记录，数据库只有 %d 条：数据库退回了旧状态", old.Size, head.Size)
	}
	root, err := ledger.RootAt(s.Store.Get, head.Checkpoint, old.Size)
	if err != nil {
		return errors.Join(errDamaged, err)
	}
	if root != old.Root {
		return broken("已公布的检查点（%d 条记录）与数据库中的不是同一个账本", old.Size)
	}
	return nil
}

// errDamaged says that published files are missing or do not lead to the signed root.
var errDamaged = errors.New("ledgersql: damaged files")

// resume reads the right edge of the tree from the tiles.
func (s *Sequencer) resume(head Head) (*ledger.Builder, error) {
	b, err := ledger.ResumeBuilder(s.Store.Get, head.Size)
	if err != nil {
		return nil, errors.Join(errDamaged, err)
	}
	if b.Root() != head.Root {
		return nil, errDamaged
	}
	return b, nil
}

// rebuild makes all files again from the leaf rows. They must have the signed root.
func (s *Sequencer) rebuild(ctx context.Context, head Head) (*ledger.Builder, error) {
	b := &ledger.Builder{}
	for b.Size() < head.Size {
		entries, err := s.entries(ctx, b.Size(), min(head.Size, b.Size()+sealRound))
		if err != nil {
			return nil, err
		}
		if err := s.repair(b.Append(entries)); err != nil {
			return nil, err
		}
	}
	if b.Root() != head.Root {
		return nil, broken("由数据库中 %d 条记录算出的树根与已签名的检查点不符：记录被改动过", head.Size)
	}
	return b, nil
}

func (s *Sequencer) entries(ctx context.Context, from, to int64) (out []ledger.Entry, err error) {
	err = s.DB.Read(ctx, func(tx *sqldb.Tx) error {
		out = nil
		rows, err := tx.Query(selectEntries, from, to)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var idx int64
			var entry []byte
			if err := rows.Scan(&idx, &entry); err != nil {
				return err
			}
			if idx != from+int64(len(out)) || len(entry) != len(ledger.Entry{}) {
				return broken("第 %d 号记录缺失或已损坏", from+int64(len(out)))
			}
			out = append(out, ledger.Entry(entry))
		}
		if err := rows.Err(); err != nil {
			return err
		}
		if int64(len(out)) != to-from {
			return broken("第 %d 号记录缺失", from+int64(len(out)))
		}
		return nil
	})
	return out, err
}

// repair writes those files that are not there as they must be.
func (s *Sequencer) repair(files []ledger.File) error {
	var damaged []ledger.File
	for _, f := range files {
		if have, err := s.Store.Get(f.Path); err != nil || !bytes.Equal(have, f.Data) {
			damaged = append(damaged, f)
		}
	}
	if len(damaged) == 0 {
		return nil
	}
	return s.Store.Put(damaged)
}

// readTail loads what a crash left numbered and not sealed. Nothing is signed yet, so each
// entry is compared with its event once more.
func (s *Sequencer) readTail(ctx context.Context) error {
	from := s.head.Size
	return s.DB.Read(ctx, func(tx *sqldb.Tx) error {
		s.tail = nil
		for {
			next := from + int64(len(s.tail))
			n, err := s.readTailPage(tx, next)
			if err != nil {
				return err
			}
			if n < scanPage {
				return nil
			}
		}
	})
}

func (s *Sequencer) readTailPage(tx *sqldb.Tx, next int64) (n int, err error) {
	rows, err := tx.Query(selectNumbered, next, scanPage)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var idx int64
		var id string
		var entry, salt, body []byte
		if err := rows.Scan(&idx, &id, &entry, &salt, &body); err != nil {
			return 0, err
		}
		e := ledger.Commit(salt, body)
		if idx != next+int64(n) || body == nil || !bytes.Equal(entry, e[:]) {
			return 0, broken("尚未存证的第 %d 号记录与它的事件 %s 不符", idx, id)
		}
		s.tail = append(s.tail, e)
		n++
	}
	return n, rows.Err()
}

// discardSuperseded removes partial tiles that a crash kept from being removed.
func (s *Sequencer) discardSuperseded() {
	for _, path := range ledger.LastFull(s.head.Size) {
		if err := s.Store.Discard(ledger.Superseded(path)); err != nil {
			s.Log.Warn("ledger: partial tiles stay", "path", path, "err", err)
		}
	}
}
