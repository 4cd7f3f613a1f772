package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/ledger"
	"zhunsheng/ledger/ledgersql"
	"zhunsheng/sqldb"
)

// Finding is something that is not as it was recorded. Place says where, Text names the
// act, the case or the file in one Chinese sentence.
type Finding struct {
	Place string
	Text  string
}

// VerifyOptions says what to verify against beside the app's own keys.
type VerifyOptions struct {
	Since     [][]byte // older signed checkpoints kept outside
	Witnesses []string // vkeys of witnesses whose cosignatures the report names
	Progress  func(done, total int64)
}

// VerifyReport is the outcome of Verify.
type VerifyReport struct {
	Records  int64 // sealed
	Unsealed int64
	Cosigned []ledger.Cosignature
	Findings []Finding
}

// Verify re-hashes every event against its leaf and the signed checkpoint, re-hashes every
// file of evidence, checks the rows under the row key, and rebuilds all projections and
// compares them row by row. Run it on a stopped or a serving database: it reads snapshots.
//
// An error means that the outcome is unknown. Damage is never an error: what it keeps from
// being verified is told beside it.
func (a *App) Verify(ctx context.Context, o VerifyOptions) (*VerifyReport, error) {
	r := &VerifyReport{}
	var failed []error
	for _, part := range []struct {
		place string
		name  string
		run   func(context.Context, VerifyOptions, *VerifyReport) error
	}{
		{"database", "数据库", a.verifyEngine},
		{"ledger", "账本", a.verifyLog},
		{"rows", "账号和登录会话", a.verifyRows},
		{"projection", "投影的位置", a.verifyPositions},
		{"evidence", "材料", a.verifyFiles},
		{"rebuild", "由记录重建的投影", a.verifyProjections},
	} {
		err := part.run(ctx, o, r)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			failed = append(failed, err)
			r.Findings = append(r.Findings, Finding{part.place, fmt.Sprintf("%s没有核验完：%v", part.name, err)})
		}
	}
	if len(failed) == 0 {
		return r, nil
	}
	shape, err := a.misshapen(ctx)
	if len(r.Findings)+len(shape) == len(failed) {
		return nil, errors.Join(append(failed, err)...)
	}
	r.Findings = append(shape, r.Findings...)
	return r, nil
}

func (a *App) verifyEngine(ctx context.Context, _ VerifyOptions, r *VerifyReport) error {
	complaints, err := a.DB.Integrity(ctx)
	for _, text := range complaints {
		r.Findings = append(r.Findings, Finding{"database", "数据库文件的结构有损坏，可能查不到已有的行：" + text})
	}
	return err
}

func (a *App) verifyLog(ctx context.Context, o VerifyOptions, r *VerifyReport) error {
	policy, err := ledger.ParsePolicy([]string{a.Signer.VKey()}, o.Witnesses, 0)
	if err != nil {
		return err
	}
	log, err := ledgersql.Verify(ctx, a.DB, ledgersql.VerifyOptions{Files: a.Tiles, Policy: policy, Since: o.Since, Progress: o.Progress})
	if err != nil {
		return err
	}
	r.Records, r.Unsealed, r.Cosigned = log.Checkpoint.Size, log.Unsealed, log.Cosigned
	for _, f := range log.Findings {
		r.Findings = append(r.Findings, Finding{f.Where.String(), f.Text})
	}
	return nil
}

func (a *App) verifyRows(ctx context.Context, _ VerifyOptions, r *VerifyReport) error {
	return a.DB.Read(ctx, func(tx *sqldb.Tx) error {
		found, err := identity.CheckRows(tx, a.RowKey)
		for _, f := range found {
			r.Findings = append(r.Findings, Finding{f.Table + "[" + f.Row + "]", f.Text})
		}
		return err
	})
}

func (a *App) verifyFiles(ctx context.Context, _ VerifyOptions, r *VerifyReport) error {
	files, err := a.Files.Check(ctx)
	for _, f := range files {
		r.Findings = append(r.Findings, Finding{"evidence/" + f.Digest, f.Text})
	}
	if err != nil {
		return err
	}
	var lost []attached
	err = a.DB.Read(ctx, func(tx *sqldb.Tx) error {
		lost, err = unlisted(tx)
		return err
	})
	for _, f := range lost {
		r.Findings = append(r.Findings, Finding{"evidence/" + f.digest,
			fmt.Sprintf("案件 %s 第 %d 项所附的材料“%s”没有登记：登记被删除，或者登记中的摘要被改动", f.caseID, f.version, f.name)})
	}
	return err
}

func (a *App) verifyProjections(ctx context.Context, _ VerifyOptions, r *VerifyReport) error {
	diffs, err := a.Rebuild(ctx)
	for _, d := range diffs {
		r.Findings = append(r.Findings, Finding{d.Table + "[" + d.Key + "]", d.Text})
	}
	if err == nil || gov.KindOf(err) == gov.Unavailable {
		return err
	}
	// Events that cannot be folded are themselves damaged; the log's findings name them
	// unless they are the unsealed ones.
	r.Findings = append(r.Findings, Finding{"rebuild", fmt.Sprintf("投影无法由记录重建：%v", err)})
	return nil
}

// While the program serves, projections trail the seal for a moment.
const (
	trailWait = 100 * time.Millisecond
	trailLook = 5
)

// verifyPositions names reading projections that do not stand at the sealed size: behind it
// for longer than a serving process needs, or ahead of it.
func (a *App) verifyPositions(ctx context.Context, _ VerifyOptions, r *VerifyReport) error {
	var marks map[string]int64
	size := r.Records
	for look := 0; ; look++ {
		headless := false
		err := a.DB.Read(ctx, func(tx *sqldb.Tx) (err error) {
			head, ok, err := ledgersql.ReadHead(tx)
			if headless = err != nil; ok {
				size = head.Size
			}
			marks, err = projectionMarks(tx)
			return err
		})
		if err != nil {
			return err
		}
		if headless && size == 0 {
			return nil // there is nothing to compare with, which the log's findings say
		}
		if look == trailLook || !slices.ContainsFunc(a.Follower.Names(), func(name string) bool { return marks[name] < size }) {
			break
		}
		select {
		case <-time.After(trailWait):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	for _, name := range a.Follower.Names() {
		at, text := marks[name], ""
		switch {
		case at < size:
			text = fmt.Sprintf("表 projection 中，投影“%s”只读到第 %d 条，账本已封存 %d 条：程序停止得突然时会如此，启动后自会补上；否则这一行被改动或者删除", name, at, size)
		case at > size:
			text = fmt.Sprintf("表 projection 中，投影“%s”记着已读到第 %d 条，而账本只封存了 %d 条：这一行被改动", name, at, size)
		default:
			continue
		}
		r.Findings = append(r.Findings, Finding{"projection[" + name + "]", text})
	}
	for _, name := range slices.Sorted(maps.Keys(marks)) {
		if !slices.Contains(a.Follower.Names(), name) {
			r.Findings = append(r.Findings, Finding{"projection[" + name + "]", fmt.Sprintf("表 projection 中有一行不属于本程序的投影“%s”", name)})
		}
	}
	return nil
}

// misshapen names the values that are not of their column's type, which SQLite lets happen
// to a damaged file and no statement of ours can read.
func (a *App) misshapen(ctx context.Context) (found []Finding, err error) {
	err = a.DB.Read(ctx, func(tx *sqldb.Tx) error {
		found = nil
		tables, err := sqldb.Tables(tx)
		if err != nil {
			return err
		}
		for _, t := range tables {
			err := sqldb.Dump(tx, t, func(row []sqldb.Cell) error {
				for i, c := range t.Columns {
					if row[i] == sqldb.Null && !c.NotNull || row[i] != sqldb.Null && row[i][0] == kindOf[c.Type] {
						continue
					}
					var key []string
					for k, c := range t.Columns {
						if c.Key > 0 {
							key = append(key, cellText(row[k]))
						}
					}
					name := strings.Join(key, " / ")
					found = append(found, Finding{t.Name + "." + c.Name + "[" + name + "]",
						fmt.Sprintf("表 %s 中 %s 的“%s”不是这一列应有的类型：这一行被改动或者损坏", t.Name, name, c.Name)})
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return found, err
}

// kindOf is the mark of a cell of each type of column.
var kindOf = map[string]byte{"TEXT": 't', "BIGINT": 'i', "BYTEA": 'x'}
