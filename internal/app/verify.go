package app

import (
	"context"
	"fmt"

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
func (a *App) Verify(ctx context.Context, o VerifyOptions) (*VerifyReport, error) {
	policy, err := ledger.ParsePolicy([]string{a.Signer.VKey()}, o.Witnesses, 0)
	if err != nil {
		return nil, err
	}
	log, err := ledgersql.Verify(ctx, a.DB, ledgersql.VerifyOptions{Files: a.Tiles, Policy: policy, Since: o.Since, Progress: o.Progress})
	if err != nil {
		return nil, err
	}
	r := &VerifyReport{Records: log.Checkpoint.Size, Unsealed: log.Unsealed, Cosigned: log.Cosigned}
	for _, f := range log.Findings {
		r.Findings = append(r.Findings, Finding{f.Where.String(), f.Text})
	}
	if err := a.verifyRows(ctx, r); err != nil {
		return nil, err
	}
	files, err := a.Files.Check(ctx)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		r.Findings = append(r.Findings, Finding{"evidence/" + f.Digest, f.Text})
	}
	diffs, err := a.Rebuild(ctx)
	if err != nil {
		// Events that cannot be folded are themselves damaged; the log's findings name them.
		r.Findings = append(r.Findings, Finding{"rebuild", fmt.Sprintf("投影无法由记录重建：%v", err)})
	}
	for _, d := range diffs {
		r.Findings = append(r.Findings, Finding{d.Table + "[" + d.Key + "]", d.Text})
	}
	return r, nil
}

func (a *App) verifyRows(ctx context.Context, r *VerifyReport) error {
	return a.DB.Read(ctx, func(tx *sqldb.Tx) error {
		found, err := identity.CheckRows(tx, a.RowKey)
		if err != nil {
			return err
		}
		for _, f := range found {
			r.Findings = append(r.Findings, Finding{f.Table + "[" + f.Row + "]", f.Text})
		}
		return a.lagging(tx, r)
	})
}

// lagging names reading projections that do not stand at the sealed size. Behind a serving
// process they may trail by a second; ahead of it is never right.
func (a *App) lagging(tx *sqldb.Tx, r *VerifyReport) error {
	rows, err := projectionMarks(tx)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, p := range a.Follower.Names() {
		known[p] = true
	}
	for name, at := range rows {
		switch {
		case !known[name]:
			r.Findings = append(r.Findings, Finding{"projection[" + name + "]", fmt.Sprintf("表 projection 中有一行不属于本程序的投影“%s”", name)})
		case at != r.Records:
			r.Findings = append(r.Findings, Finding{"projection[" + name + "]", fmt.Sprintf("投影“%s”记着已读到第 %d 条，账本已封存 %d 条；正在运行时稍后再核验，否则这一行被改动", name, at, r.Records)})
		}
	}
	return nil
}
