package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"zhunsheng/gov"
	"zhunsheng/ledger"
)

// TilesCmd checks a copied ledger folder: every entry against the tree, the tree against
// the signed checkpoint, and the checkpoint against an earlier one.
type TilesCmd struct {
	Trust
	Dir string `arg:"" name:"文件夹" help:"账本文件夹（内有 checkpoint 和 tile）" type:"existingdir"`
}

// folder reads the published files of a log from a folder.
func folder(dir string) ledger.Read {
	return func(path string) ([]byte, error) { return os.ReadFile(filepath.Join(dir, filepath.FromSlash(path))) }
}

// Run prints what was found.
func (c *TilesCmd) Run(out io.Writer) error {
	policy, err := c.policy()
	if err != nil {
		return err
	}
	old, given, err := c.old()
	if err != nil {
		return err
	}
	read := folder(c.Dir)
	signed, err := read(ledger.CheckpointPath)
	if err != nil {
		return &gov.Error{Kind: gov.Invalid, Text: fmt.Sprintf("文件夹“%s”里没有检查点（checkpoint）", c.Dir), Err: err}
	}
	now, cosigned, err := policy.Open(signed)
	if err != nil {
		fmt.Fprintf(out, "✗ 检查点不能通过核验：%s\n", sentence(err))
		return errFound
	}
	var since []ledger.Checkpoint
	if given {
		since = append(since, old)
	}
	found := 0
	err = ledger.CheckTiles(read, now, since, func(p ledger.Problem) {
		found++
		fmt.Fprintf(out, "✗ %s\n", p.Text)
	})
	if err != nil {
		fmt.Fprintf(out, "✗ 账本文件缺失过多，无法继续：%v\n", err)
		found++
	}
	if given && old.Origin != now.Origin {
		fmt.Fprintf(out, "✗ 早先的检查点属于另一本账：%s\n", old.Origin)
		found++
	}
	if found > 0 {
		return errFound
	}
	fmt.Fprintf(out, "✓ 账本 %s 的 %d 条记录与已签名的检查点相符\n", now.Origin, now.Size)
	for _, w := range cosigned {
		fmt.Fprintf(out, "  存证单位  %s 于 %s 副署\n", w.Witness, w.At())
	}
	if given {
		tellOld(out, now, old, true)
	}
	return nil
}
