package exchange

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/ledger"
	"zhunsheng/ledger/ledgersql"
	"zhunsheng/procedure"
	"zhunsheng/sqldb"
)

// hands is how many rows are recorded at once: they share commits.
const hands = 16

type job struct {
	batch  Batch
	who    *identity.Principal
	undo   bool
	reason string
}

// Run works off what was handed in until ctx ends.
func (m *Importer) Run(ctx context.Context, log *slog.Logger) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case j := <-m.queue:
			err := m.do(ctx, j)
			m.mu.Lock()
			if m.now[j.batch.ID].Running = false; err != nil {
				m.now[j.batch.ID].Stopped = told(err)
			}
			m.mu.Unlock()
			if err != nil && ctx.Err() == nil {
				log.Error("an import stopped", "batch", j.batch.ID, "error", err)
			}
		}
	}
}

func (m *Importer) do(ctx context.Context, j job) error {
	if j.undo {
		return m.undo(ctx, j)
	}
	p, def, err := m.Plan(j.batch.Plan)
	if err != nil {
		return err
	}
	report, err := m.again(ctx, j, p, def)
	if err != nil {
		return err
	}
	var rows []Draft
	for _, d := range report.Drafts {
		if len(d.Problems) == 0 {
			rows = append(rows, d)
		}
	}
	m.each(len(rows), func(i int) *Problem {
		return m.record(ctx, j, p, rows[i])
	}, j.batch.ID)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	done, _ := m.Progress(j.batch.ID)
	return m.tell(ctx, j.who.Actor, j.batch.ID, 2, kindDone, payload{Rows: len(rows) - len(done.Failed), Failed: done.Failed})
}

// again checks the table once more, so that what is recorded is what the file says. Rows
// that a broken-off run has recorded are known by their key, not told as doubles.
func (m *Importer) again(ctx context.Context, j job, p *Plan, def *procedure.Definition) (Report, error) {
	f, err := m.Files.Open(j.batch.Digest)
	if err != nil {
		return Report{}, err
	}
	defer f.Close()
	src, err := io.ReadAll(io.LimitReader(f, MaxBytes+1))
	if err != nil {
		return Report{}, err
	}
	t, err := Read(src)
	if err != nil {
		return Report{}, err
	}
	s, err := m.surroundings(ctx, j.who, p)
	if err != nil {
		return Report{}, err
	}
	mine, err := m.Docket.ActedUnder(ctx, j.who.Actor.Person, keyOf(j.batch.ID))
	if err != nil {
		return Report{}, err
	}
	rows := map[int]bool{}
	for _, k := range mine {
		if row, err := strconv.Atoi(strings.TrimPrefix(k.Key, keyOf(j.batch.ID))); err == nil {
			rows[row] = true
		}
	}
	s.Mine = func(row int) bool { return rows[row] }
	return Check(p, def, t, s)
}

func keyOf(batch string) string { return streamPrefix + batch + "/" }

func (m *Importer) record(ctx context.Context, j job, p *Plan, d Draft) *Problem {
	rec := &procedure.Recording{Reason: p.Name, Source: fmt.Sprintf("%s：%s第%d行（文件摘要%.12s…）", p.Source, j.batch.File, d.Row, j.batch.Digest)}
	record := func(req docket.WholeRequest) (docket.Done, error) { return m.Docket.RecordWhole(ctx, j.who, req) }
	acts, err := recordBeside(j.batch.ID, d, rec, record)
	if err == nil {
		_, err = record(whole(p.Procedure, d.Title, d.Unit, d.Opened, d.Fields, acts, rec, keyOf(j.batch.ID)+strconv.Itoa(d.Row)))
	}
	if err != nil {
		return &Problem{Ref: fmt.Sprintf("第%d行", d.Row), Text: told(err)}
	}
	return nil
}

func told(err error) string {
	var e *gov.Error
	if errors.As(err, &e) && e.Text != "" {
		return e.Text
	}
	return "系统暂时无法处理，请稍后继续导入"
}

// each does n things, some at once, and counts them in the batch's progress.
func (m *Importer) each(n int, do func(i int) *Problem, batch string) {
	m.mu.Lock()
	m.now[batch].Total = n
	m.mu.Unlock()
	work := make(chan int)
	var wait sync.WaitGroup
	for range hands {
		wait.Go(func() {
			for i := range work {
				bad := do(i)
				m.mu.Lock()
				p := m.now[batch]
				if p.Done++; bad != nil {
					p.Failed = append(p.Failed, *bad)
				}
				m.mu.Unlock()
			}
		})
	}
	for i := range n {
		work <- i
	}
	close(work)
	wait.Wait()
	m.mu.Lock()
	slices.SortFunc(m.now[batch].Failed, func(a, b Problem) int { return strings.Compare(a.Ref, b.Ref) })
	m.mu.Unlock()
}

func (m *Importer) undo(ctx context.Context, j job) error {
	cases, err := m.Docket.ActedUnder(ctx, j.who.Actor.Person, keyOf(j.batch.ID))
	if err != nil {
		return err
	}
	rows := rowsOf(j.batch.ID, cases)
	m.each(len(rows), func(i int) *Problem {
		for _, k := range rows[i].cases {
			_, err := m.Docket.Void(ctx, j.who, docket.VoidRequest{Case: k.Case, Reason: "撤销导入：" + j.reason, Key: k.Key + "/undo"})
			if err != nil {
				return &Problem{Ref: "第" + rows[i].number + "行", Text: told(err)}
			}
		}
		return nil
	}, j.batch.ID)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	p, _ := m.Progress(j.batch.ID)
	version := int64(2)
	if !j.batch.Finished.IsZero() {
		version = 3
	}
	return m.tell(ctx, j.who.Actor, j.batch.ID, version, kindUndone, payload{Rows: len(rows) - len(p.Failed), Left: p.Failed, Reason: j.reason})
}

// tell writes one event of a batch.
func (m *Importer) tell(ctx context.Context, by gov.Actor, id string, version int64, kind string, p payload) error {
	body, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return m.DB.Write(ctx, func(tx *sqldb.Tx) error {
		now := m.Clock.Now()
		env := ledger.Envelope{ID: m.IDs.New(now), Stream: streamPrefix + id, Version: version, Kind: kind, Recorded: now,
			Occurred: now, Actor: by, Payload: body}
		text, err := env.Encode()
		if err != nil {
			return err
		}
		salt := make([]byte, ledger.SaltSize)
		m.Rand(salt)
		return ledgersql.Append(tx, ledgersql.Event{ID: env.ID, Stream: env.Stream, Version: version, Recorded: now, Salt: salt, Body: text})
	})
}
