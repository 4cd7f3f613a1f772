package main

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
)

// Tessera's batching, tuned for 64 clients that each wait for their entry: a batch is
// written when all of them wait, or after ten milliseconds. Its own default (256 entries or
// 250 ms) would hold such clients to 256 entries a second; smaller batches and shorter
// waits were slower.
const (
	tesseraBatch = httpClients
	tesseraAge   = 10 * time.Millisecond
)

// tesseraLog is a Tessera log on POSIX files.
type tesseraLog struct {
	add      tessera.AddFn
	shutdown func(context.Context) error
	cancel   context.CancelFunc
}

func openTessera(ctx context.Context, dir string) (*tesseraLog, error) {
	private, _, err := note.GenerateKey(rand.Reader, "bench.example/log")
	if err != nil {
		return nil, err
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		return nil, err
	}
	driver, err := posix.New(ctx, posix.Config{Path: dir})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	// A checkpoint each 200 ms, as our sequencer; partial tiles are left to Tessera's own
	// garbage collection.
	appender, shutdown, _, err := tessera.NewAppender(ctx, driver, tessera.NewAppendOptions().
		WithCheckpointSigner(signer).WithCheckpointInterval(200*time.Millisecond).
		WithBatching(tesseraBatch, tesseraAge))
	if err != nil {
		cancel()
		return nil, err
	}
	return &tesseraLog{appender.Add, shutdown, cancel}, nil
}

// append adds one entry of a size, unlike any other, and waits until it is durable and
// integrated.
func (t *tesseraLog) append(ctx context.Context, size int, n uint64) error {
	data := make([]byte, max(size, 8))
	binary.BigEndian.PutUint64(data, n)
	_, err := t.add(ctx, tessera.NewEntry(data))()
	return err
}

func (t *tesseraLog) close(ctx context.Context) error {
	defer t.cancel()
	return t.shutdown(ctx)
}
