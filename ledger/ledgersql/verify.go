package ledgersql

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"runtime"
	"strings"
	"time"

	"zhunsheng/gov"
	"zhunsheng/ledger"
	"zhunsheng/sqldb"
)

// Finding is something that is not as it was recorded (核验发现的问题).
type Finding struct {
	Where  Where
	Record int64  // record number, -1 when none in particular
	Stream string // of the record concerned, if known
	Text   string // a Chinese sentence that names the record and the case
}

// Where is the place of a finding: a column of a row, or a published file.
type Where struct {
	Table  string
	Column string // more than one, joined by "|", when it cannot be told apart
	Row    string // primary key
	File   string // path in the published log
}

func (w Where) String() string {
	if w.File != "" {
		return w.File
	}
	return w.Table + "." + w.Column + "[" + w.Row + "]"
}

// Report is the outcome of Verify.
type Report struct {
	Checkpoint ledger.Checkpoint
	Cosigned   []ledger.Cosignature // witnesses whose signature the checkpoint carries
	Findings   []Finding
	// Unsealed are events committed in the last moments (or while sealing stood still),
	// which no checkpoint covers yet. Their columns were compared, but nothing signed
	// vouches for them.
	Unsealed int64
}

// VerifyOptions says what to verify against.
type VerifyOptions struct {
	Files  Store
	Policy ledger.Policy // keys of the log, and of witnesses to be named in the report
	// Since are older signed checkpoints from outside: a page of 存证函, a witness's last
	// cosigned checkpoint, that of a receipt. They expose a history rewritten as a whole.
	Since    [][]byte
	Progress func(done, total int64) // may be nil
}

// Verify compares every stored event with its leaf, its tiles and the signed checkpoint,
// and every column with the record it repeats. It reads one snapshot, hashes on all cores
// and needs the same memory for any length.
func Verify(ctx context.Context, db *sqldb.DB, o VerifyOptions) (*Report, error) {
	v := &verifier{VerifyOptions: o, missing: map[string]int64{}, lost: map[ledger.Entry]int64{}}
	err := db.Read(ctx, func(tx *sqldb.Tx) error {
		v.tx, v.report = tx, Report{}
		if err := v.heads(ctx, db); err != nil {
			return err
		}
		for _, step := range []func(context.Context) error{v.sealed, v.outside, v.unsealed, v.private} {
			if err := step(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &v.report, nil
}

type verifier struct {
	VerifyOptions
	tx     *sqldb.Tx
	report Report
	// missing and lost are sealed records whose event or leaf row was not found, by event id
	// and by entry: the row may turn up elsewhere under another key.
	missing map[string]int64
	lost    map[ledger.Entry]int64
	// published is the checkpoint of the folder where it is not the newest.
	published []ledger.Checkpoint
}

func (v *verifier) find(f Finding) { v.report.Findings = append(v.report.Findings, f) }

// heads checks ledger_head and the published checkpoint, and settles which checkpoint the
// records are compared with.
func (v *verifier) heads(ctx context.Context, db *sqldb.DB) error {
	rows, err := v.tx.Query(selectHeads)
	if err != nil {
		return err
	}
	defer rows.Close()
	var note, root []byte
	var size int64
	have := false
	for rows.Next() {
		var name string
		var s int64
		var r, n []byte
		if err := rows.Scan(&name, &s, &r, &n); err != nil {
			return err
		}
		if name != "head" {
			v.find(Finding{Where{Table: "ledger_head", Column: "name", Row: name}, -1, "", fmt.Sprintf("检查点表中有一行名为“%s”，它不该在那里：名称被改动过", name)})
		}
		if name == "head" || !have {
			note, root, size, have = n, r, s, true
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	rows.Close()
	if !have {
		var leaves int64
		if err := v.tx.QueryRow(countLeaves).Scan(&leaves); err != nil {
			return err
		}
		_, file := v.Files.Get(ledger.CheckpointPath)
		started := false // since the snapshot was taken
		if file == nil {
			err := db.Read(context.WithoutCancel(ctx), func(tx *sqldb.Tx) (err error) {
				_, started, err = ReadHead(tx)
				return err
			})
			if err != nil {
				return err
			}
		}
		if leaves == 0 && (started || errors.Is(file, fs.ErrNotExist)) {
			// No sequencer had run yet: everything is unsealed.
			v.report.Checkpoint.Root = (&ledger.Tree{}).Root()
			return nil
		}
		v.find(Finding{Where{Table: "ledger_head", Column: "name", Row: "head"}, -1, "", "检查点表是空的：检查点被删除"})
	}
	column := func(name, text string) {
		v.find(Finding{Where{Table: "ledger_head", Column: name, Row: "head"}, -1, "", text})
	}
	c, co, err := v.Policy.Open(note)
	if err != nil && have {
		column("note", "数据库中的检查点签名无效，内容被改动过："+err.Error())
	}
	signed := err == nil
	published, err := v.publishedNote(ctx, db, note)
	if err != nil {
		return err
	}
	switch pc, pco, err := v.Policy.Open(published); {
	case published == nil:
		v.find(Finding{Where{File: ledger.CheckpointPath}, -1, "", "已公布的检查点文件缺失"})
	case err != nil:
		v.find(Finding{Where{File: ledger.CheckpointPath}, -1, "", "已公布的检查点文件签名无效，内容被改动过"})
	case !signed:
		c, co, signed = pc, pco, true
	case bytes.Equal(published, note):
	case pc.Size <= c.Size:
		// A crash between the two leaves the file a step behind, which the next start mends. It
		// must still be of the same log.
		v.published = append(v.published, pc)
	default:
		v.find(Finding{Where{File: ledger.CheckpointPath}, -1, "", fmt.Sprintf("已公布的检查点（%d 条）与数据库中的检查点（%d 条）不一致", pc.Size, c.Size)})
	}
	if !signed {
		if c, err = ledger.PeekCheckpoint(note); err != nil {
			c = ledger.Checkpoint{Size: size}
			copy(c.Root[:], root)
		}
	}
	if have && size != c.Size {
		column("size", fmt.Sprintf("检查点表中的条数是 %d，签名的检查点是 %d 条", size, c.Size))
	}
	if have && !bytes.Equal(root, c.Root[:]) {
		column("root", "检查点表中的树根与签名的检查点不同")
	}
	v.report.Checkpoint, v.report.Cosigned = c, co
	return nil
}

// publishedNote reads the checkpoint file. While a sequencer runs, the file may be a step
// ahead of the snapshot or behind it; only a difference that stays is one.
func (v *verifier) publishedNote(ctx context.Context, db *sqldb.DB, note []byte) ([]byte, error) {
	var published []byte
	for range 5 {
		published, _ = v.Files.Get(ledger.CheckpointPath)
		if bytes.Equal(published, note) {
			return published, nil
		}
		var now Head
		err := db.Read(context.WithoutCancel(ctx), func(tx *sqldb.Tx) (err error) {
			now, _, err = ReadHead(tx)
			return err
		})
		if err == nil && bytes.Equal(published, now.Note) {
			return note, nil
		}
		if err != nil {
			break
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return published, nil
}

// since opens the older checkpoints handed in and adds the published one.
func (v *verifier) since() []ledger.Checkpoint {
	out := v.published
	for i, signed := range v.Since {
		c, _, err := v.Policy.Open(signed)
		if err != nil {
			v.find(Finding{Where{File: fmt.Sprintf("since[%d]", i)}, -1, "", "所给的早先检查点不能采信：" + err.Error()})
			continue
		}
		out = append(out, c)
	}
	return out
}

// sealed goes through all sealed records in order.
func (v *verifier) sealed(ctx context.Context) error {
	size := v.report.Checkpoint.Size
	checker := ledger.NewChecker(v.Files.Get, v.since(), func(p ledger.Problem) {
		v.find(Finding{Where{File: p.Path}, p.Record, "", p.Text})
	})
	workers := runtime.GOMAXPROCS(0)
	queue := make(chan *chunk, 2*workers) // in order; each is done when its done is closed
	work := make(chan *chunk, 2*workers)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for range workers {
		go func() {
			for c := range work {
				c.check(v.Files.Get, v.report.Checkpoint)
				close(c.done)
			}
		}()
	}
	var readErr error
	go func() {
		defer close(queue)
		defer close(work)
		for at := int64(0); at < size && ctx.Err() == nil; at += chunkPage {
			chunks, err := v.readChunks(at, min(size, at+chunkPage))
			if err != nil {
				readErr = err
				return
			}
			for _, c := range chunks {
				select {
				case queue <- c:
					work <- c
				case <-ctx.Done():
					return
				}
			}
		}
	}()
	for c := range queue {
		<-c.done
		v.merge(checker, c)
		if v.Progress != nil {
			v.Progress(c.at+int64(len(c.rows)), size)
		}
	}
	if readErr != nil {
		return readErr
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	checker.Finish(v.report.Checkpoint)
	return nil
}

func (v *verifier) merge(checker *ledger.Checker, c *chunk) {
	v.report.Findings = append(v.report.Findings, c.findings...)
	entries := make([]ledger.Entry, len(c.rows))
	for i := range c.rows {
		r := &c.rows[i]
		entries[i] = r.agreed
		checker.Add(r.leaf)
		if !r.present {
			v.lost[r.agreed] = r.idx
		} else if !r.event {
			v.missing[r.eventID] = r.idx
			v.lost[r.agreed] = r.idx
		}
	}
	checker.Bundle(c.at/chunkSize, entries)
}

// outside looks at leaves that are not among the sealed ones: those numbered last, and
// rows whose index was changed.
func (v *verifier) outside(ctx context.Context) error {
	size, after, next := v.report.Checkpoint.Size, int64(math.MinInt64), v.report.Checkpoint.Size
	for {
		rows, err := v.tx.Query(selectOutsideLeaves, size, after, scanPage)
		if err != nil {
			return err
		}
		n := 0
		for ; rows.Next(); n++ {
			var r row
			var stream *string
			var version, recorded *int64
			if err := rows.Scan(&r.idx, &r.eventID, &r.entry, &stream, &version, &recorded, &r.salt, &r.body); err != nil {
				rows.Close()
				return err
			}
			after = r.idx
			if r.event = stream != nil; r.event {
				r.id, r.stream, r.version, r.recorded = r.eventID, *stream, *version, gov.Instant(*recorded)
			}
			e := ledger.Commit(r.salt, r.body)
			switch was, known := v.lost[toEntry(r.entry)]; {
			case known:
				v.find(Finding{Where{Table: "leaf", Column: "idx", Row: fmt.Sprint(r.idx)}, was, r.stream, fmt.Sprintf("%s的记录号被由 %d 改为 %d", r.name(), was, r.idx)})
			case r.idx != next:
				v.find(Finding{Where{Table: "leaf", Column: "idx", Row: fmt.Sprint(r.idx)}, r.idx, r.stream, fmt.Sprintf("记录号 %d 与前面的记录不连续：%s的记录号被改动过", r.idx, r.name())})
			case !r.event:
				v.find(Finding{Where{Table: "leaf", Column: "event_id", Row: fmt.Sprint(r.idx)}, r.idx, "", fmt.Sprintf("尚未存证的第 %d 号记录没有事件 %s", r.idx, r.eventID)})
				next++
			default:
				next++
				v.report.Unsealed++
				if !bytes.Equal(e[:], r.entry) {
					v.find(Finding{Where{Table: "leaf", Column: "entry", Row: fmt.Sprint(r.idx)}, r.idx, r.stream, fmt.Sprintf("尚未存证的%s与其摘要不符", r.name())})
				}
				v.report.Findings = append(v.report.Findings, r.columns()...)
			}
		}
		if err := rows.Err(); err != nil {
			return err
		}
		rows.Close()
		if n < scanPage {
			return ctx.Err()
		}
	}
}

// unsealed looks at events without a record number: the newest ones, and rows whose id
// was changed.
func (v *verifier) unsealed(ctx context.Context) error {
	after := ""
	for {
		rows, err := v.tx.Query(selectUnsealed, after, scanPage)
		if err != nil {
			return err
		}
		n := 0
		for ; rows.Next(); n++ {
			r := row{event: true, idx: -1}
			if err := rows.Scan(&r.id, &r.stream, &r.version, &r.recorded, &r.salt, &r.body); err != nil {
				rows.Close()
				return err
			}
			after = r.id
			was, known := v.lost[ledger.Commit(r.salt, r.body)]
			if !known {
				v.report.Unsealed++
				v.report.Findings = append(v.report.Findings, r.columns()...)
				continue
			}
			r.idx = was
			found := r.columns()
			if len(found) == 0 { // the event is whole: it is the leaf that points elsewhere
				found = []Finding{{Where{Table: "leaf", Column: "event_id", Row: fmt.Sprint(was)}, was, r.stream, fmt.Sprintf("%s的事件还在，编号表却指向别处：编号表被改动过", r.name())}}
			}
			v.report.Findings = append(v.report.Findings, found...)
		}
		if err := rows.Err(); err != nil {
			return err
		}
		rows.Close()
		if n < scanPage {
			return ctx.Err()
		}
	}
}

// streamName is how a finding calls a stream.
func streamName(stream string) string {
	kind, id, _ := strings.Cut(stream, "/")
	switch kind {
	case "case":
		return "案件 " + id
	case "register":
		return "台账 " + id
	case "access":
		return "访问记录 " + id
	case "ledger":
		return "账本事务 " + id
	case "import":
		return "导入批次 " + id
	}
	return "“" + stream + "”"
}
