package main

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"
)

func runP3(ctx context.Context, o options) (s section, err error) {
	s = section{id: "P3", title: "ledger append while case state is also written", text: textP3}
	ours, theirs := filepath.Join(o.dir, "p3", "ours"), filepath.Join(o.dir, "p3", "tessera")
	for _, d := range []string{ours, theirs} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return s, err
		}
	}
	e, err := openEngine(ctx, ours)
	if err != nil {
		return s, err
	}
	defer func() {
		if cerr := e.close(); err == nil {
			err = cerr
		}
	}()
	// One course of each client first, so that the size of an event is known.
	players, err := e.players(httpClients)
	if err != nil {
		return s, err
	}
	for _, p := range players {
		for range 1 + len(p.course) {
			if err := p.play(); err != nil {
				return s, err
			}
		}
	}
	before, err := measureLedger(ctx, e)
	if err != nil {
		return s, err
	}
	payload := int(before.body / before.events)
	log, err := openTessera(ctx, theirs)
	if err != nil {
		return s, err
	}
	defer log.close(ctx)
	sealed := e.side("Zhunsheng, acts sealed in the ledger", players)
	inner := sealed.sample
	sealed.sample = func(ctx context.Context, d time.Duration) (sample, error) {
		start := time.Now()
		got, err := inner(ctx, d)
		if err == nil {
			err = e.Sequencer.Flush(ctx)
		}
		got.elapsed = time.Since(start)
		return got, err
	}
	var n atomic.Uint64
	entries := side{name: fmt.Sprintf("Tessera on POSIX files, entries of %d bytes", payload), clients: httpClients,
		sample: func(ctx context.Context, d time.Duration) (sample, error) {
			return load(ctx, httpClients, d, func(int) error { return log.append(ctx, payload, n.Add(1)) })
		}}
	if s.sides, err = measure(ctx, o, sealed, entries); err != nil {
		return s, err
	}
	after, err := measureLedger(ctx, e)
	if err != nil {
		return s, err
	}
	events := float64(after.events - before.events)
	body := float64(after.body-before.body) / events
	disk := float64(after.ledger()-before.ledger()) / events
	s.rows = []row{
		ratioRow("acts sealed, against Tessera entries", s.sides[0], s.sides[1], 1.5, 0),
		{what: fmt.Sprintf("ledger on disk for one event, of which the event itself %s B", number(body)), values: []float64{disk}, unit: "B",
			goal: body*1.4 + 150, most: true},
	}
	s.notes = append(s.notes, fmt.Sprintf("Disk for one event, as grown over %s events: %s B in table `event` with its indexes, %s B in `leaf` with its indexes, %s B in tile files; beside the ledger, the case's own tables take %s B.",
		number(events), number(float64(after.event-before.event)/events), number(float64(after.leaf-before.leaf)/events),
		number(float64(after.tiles-before.tiles)/events), number(float64(after.rest-before.rest)/events)))
	return s, nil
}

const textP3 = "Ours: acts as in P2, with case state, clocks and keys, timed until the last of them is under a signed checkpoint, tiles and checkpoint on disk. Tessera: `Add` of entries as long as our mean event, awaited until durable and integrated, its batching tuned for so many waiting clients (64 entries or 10 ms; its default of 256 entries or 250 ms would hold it to 256 entries a second), one checkpoint each 200 ms as ours; it keeps no state beside its log. The goal for the disk is the event × 1.4 + 150 B."

// ledgerSize is what the ledger takes on disk.
type ledgerSize struct {
	events, body      int64
	event, leaf, rest int64 // pages of tables with their indexes
	tiles             int64
}

func (l ledgerSize) ledger() int64 { return l.event + l.leaf + l.tiles }

// measureLedger counts pages and files of everything sealed so far.
func measureLedger(ctx context.Context, e *engine) (l ledgerSize, err error) {
	if err := e.Sequencer.Flush(ctx); err != nil {
		return l, err
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(e.Data, "zhunsheng.db")+"?mode=ro&_busy_timeout=10000")
	if err != nil {
		return l, err
	}
	defer db.Close()
	if err := db.QueryRowContext(ctx, `SELECT COUNT(*), COALESCE(SUM(LENGTH(body)), 0) FROM event WHERE stream LIKE 'case/%'`).Scan(&l.events, &l.body); err != nil {
		return l, err
	}
	rows, err := db.QueryContext(ctx, `SELECT s.tbl_name, SUM(d.pgsize) FROM dbstat d JOIN sqlite_schema s ON s.name = d.name GROUP BY s.tbl_name`)
	if err != nil {
		return l, err
	}
	defer rows.Close()
	for rows.Next() {
		var table string
		var size int64
		if err := rows.Scan(&table, &size); err != nil {
			return l, err
		}
		switch table {
		case "event":
			l.event = size
		case "leaf":
			l.leaf = size
		default:
			l.rest += size
		}
	}
	if err := rows.Err(); err != nil {
		return l, err
	}
	l.tiles, err = folderSize(string(e.Tiles))
	return l, err
}

// folderSize adds up the lengths of all files of a folder. The files may change meanwhile.
func folderSize(dir string) (total int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return ignoreGone(err)
		}
		info, err := d.Info()
		if err == nil {
			total += info.Size()
		}
		return ignoreGone(err)
	})
	return total, err
}

func ignoreGone(err error) error {
	if os.IsNotExist(err) {
		return nil
	}
	return err
}
