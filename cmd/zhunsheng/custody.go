package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"zhunsheng/gov"
	"zhunsheng/internal/app"
)

// VerifyCmd is `zhunsheng verify`.
type VerifyCmd struct {
	Place
	Since   []string `help:"在外保管的旧检查点文件，可以多次给出" type:"existingfile"`
	Witness []string `help:"存证单位的公钥，可以多次给出"`
}

// Run verifies everything; exit code 1 when something is not as it was recorded.
func (c *VerifyCmd) Run(ctx context.Context, out io.Writer) error {
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	o := app.VerifyOptions{Witnesses: c.Witness}
	for _, path := range c.Since {
		note, err := os.ReadFile(path)
		if err != nil {
			return errors.Join(err, a.Close())
		}
		o.Since = append(o.Since, note)
	}
	r, err := a.Verify(ctx, o)
	if err = errors.Join(err, a.Close()); err != nil {
		return err
	}
	fmt.Fprintf(out, "已核验 %d 条记录", r.Records)
	if r.Unsealed > 0 {
		fmt.Fprintf(out, "，另有 %d 条刚刚写入、尚未封存", r.Unsealed)
	}
	fmt.Fprintln(out)
	for _, s := range r.Cosigned {
		fmt.Fprintf(out, "存证单位 %s 于 %s 副署\n", s.Witness, s.At())
	}
	if len(r.Findings) == 0 {
		fmt.Fprintln(out, "全部相符：记录、账本、投影、材料没有被改动")
		return nil
	}
	fmt.Fprintf(out, "发现 %d 处不符：\n", len(r.Findings))
	for _, f := range r.Findings {
		fmt.Fprintf(out, "  [%s] %s\n", f.Place, f.Text)
	}
	return errFound
}

// open opens an existing installation without serving it.
func (p Place) open(ctx context.Context) (*app.App, error) {
	if _, err := os.Stat(p.Data); err != nil {
		return nil, gov.Errorf(gov.NotFound, "没有数据文件夹“%s”，请用 --data 指明", p.Data)
	}
	return app.Open(ctx, p.config(logger()))
}

// RebuildCmd is `zhunsheng rebuild`.
type RebuildCmd struct {
	Place
	Check bool `help:"只比较，不写入"`
}

// Run compares the projections with the events, and unless --check writes them anew.
func (c *RebuildCmd) Run(ctx context.Context, out io.Writer) error {
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer a.Close()
	diffs, err := a.Rebuild(ctx)
	if err != nil {
		return err
	}
	for _, d := range diffs {
		fmt.Fprintln(out, d.Text)
	}
	if len(diffs) == 0 {
		fmt.Fprintln(out, "投影与记录逐行相符")
		return nil
	}
	if c.Check {
		fmt.Fprintf(out, "共 %d 行不符\n", len(diffs))
		return errFound
	}
	n, err := a.Repair(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "已按记录重写 %d 行\n", n)
	return nil
}

// BackupCmd is `zhunsheng backup`.
type BackupCmd struct {
	Place
	To string `arg:"" help:"备份文件，例如 zhunsheng-20261123.tar" type:"path"`
}

// Run writes a backup; it may run while the program serves.
func (c *BackupCmd) Run(ctx context.Context, out io.Writer) error {
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	if err := errors.Join(a.Backup(ctx, c.To), a.Close()); err != nil {
		return err
	}
	fmt.Fprintf(out, "已备份到 %s。密钥不在备份里，请另行保管 %s\n", c.To, c.config(nil).Keys)
	return nil
}

// RestoreCmd is `zhunsheng restore`.
type RestoreCmd struct {
	Place
	From string `arg:"" help:"备份文件" type:"existingfile"`
}

// Run restores into an empty data folder.
func (c *RestoreCmd) Run(ctx context.Context, out io.Writer) error {
	if err := app.Restore(ctx, c.config(logger()), c.From); err != nil {
		return err
	}
	fmt.Fprintf(out, "已恢复到 %s，账本的根哈希与检查点相符\n", c.Data)
	return nil
}
