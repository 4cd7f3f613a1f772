package evidence

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"zhunsheng/sqldb"
)

// Finding is one file or row that is not as this program left it.
type Finding struct {
	Digest string // or the name of a file that is none of ours
	Text   string // one Chinese sentence
}

// Check hashes every file again and compares files, rows and MACs. It holds at most one of
// the 256 folders in memory and no transaction while it hashes; uploads may go on.
func (s *Store) Check(ctx context.Context) ([]Finding, error) {
	c := &checking{s: s}
	root, err := s.Disk.List(".")
	if err != nil {
		return nil, fmt.Errorf("evidence: %w", err)
	}
	for _, l := range root {
		if !l.Folder || l.Name != tempFolder && l.Name != fileFolder {
			c.found(l.Name, "存储文件夹中有不属于本程序的“%s”", l.Name)
		}
	}
	shards, err := s.Disk.List(fileFolder)
	if err != nil {
		return nil, fmt.Errorf("evidence: %w", err)
	}
	for _, l := range shards {
		if !l.Folder || len(l.Name) != 2 || !validDigest(l.Name+zeros[2:]) {
			c.found(l.Name, "存储文件夹中有不属于本程序的“%s”", l.Name)
		}
	}
	// The ranges of rows cover every text, so that no row is out of sight.
	from := ""
	for i := range 256 {
		to := beyond
		if i < 255 {
			to = hex.EncodeToString([]byte{byte(i + 1)})
		}
		if err := c.shard(ctx, hex.EncodeToString([]byte{byte(i)}), from, to); err != nil {
			return nil, err
		}
		from = to
	}
	if err := c.extras(ctx); err != nil {
		return nil, err
	}
	return c.findings, nil
}

// beyond is after every text that a row can hold in place of a digest.
const beyond = "\U0010ffff"

// zeros is a digest to complete a prefix with.
const zeros = "0000000000000000000000000000000000000000000000000000000000000000"

type checking struct {
	s        *Store
	findings []Finding
	unlisted []string // digests of files that had no row when looked at
}

func (c *checking) found(digest, format string, args ...any) {
	c.findings = append(c.findings, Finding{digest, fmt.Sprintf(format, args...)})
}

func (c *checking) shard(ctx context.Context, prefix, from, to string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	files, err := c.s.Disk.List(fileFolder + "/" + prefix)
	if err != nil {
		return fmt.Errorf("evidence: %w", err)
	}
	// The rows are read after the names: a file that came in between has its row by now.
	var rows []row
	err = c.s.DB.Read(ctx, func(tx *sqldb.Tx) error {
		rows, err = rowsOf(tx, selectRange, from, to)
		return err
	})
	if err != nil {
		return err
	}
	listed := map[string]bool{}
	for _, r := range rows {
		if !c.s.holds(r) {
			c.found(r.Digest, "文件 %.12s… 的登记（大小、类型、接收时间或者接收人）在程序之外被改动", r.Digest)
		}
		if listed[r.Digest] {
			continue // brought by more than one person: one content
		}
		listed[r.Digest] = true
		if err := c.row(ctx, r); err != nil {
			return err
		}
	}
	for _, f := range files {
		digest := prefix + f.Name
		switch {
		case f.Folder || !validDigest(digest):
			c.found(digest, "存储文件夹中有不属于本程序的“%s/%s”", prefix, f.Name)
		case !listed[digest]:
			c.unlisted = append(c.unlisted, digest)
		}
	}
	return nil
}

func (c *checking) row(ctx context.Context, r row) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !validDigest(r.Digest) {
		c.found(r.Digest, "登记中的“%s”不是文件摘要", r.Digest)
		return nil
	}
	f, err := c.s.Disk.Open(pathOf(r.Digest))
	if errors.Is(err, fs.ErrNotExist) {
		c.found(r.Digest, "文件 %.12s… 已登记，但存储中没有它的内容", r.Digest)
		return nil
	}
	if err != nil {
		c.found(r.Digest, "文件 %.12s… 无法读取：%v", r.Digest, err)
		return nil
	}
	defer f.Close()
	sum := sha256.New()
	size, err := io.Copy(sum, f)
	switch {
	case err != nil:
		c.found(r.Digest, "文件 %.12s… 无法读取：%v", r.Digest, err)
	case hex.EncodeToString(sum.Sum(nil)) != r.Digest:
		c.found(r.Digest, "文件 %.12s… 的内容已被改动，与登记的摘要不符", r.Digest)
	case size != r.Size:
		c.found(r.Digest, "文件 %.12s… 有 %d 字节，登记为 %d 字节", r.Digest, size, r.Size)
	}
	return nil
}

// extras looks once more at files without a row: their uploads may have finished since. One
// that a crash or a failure cut short left its note, and is no finding.
func (c *checking) extras(ctx context.Context) error {
	notes, err := c.s.Disk.List(tempFolder)
	if err != nil {
		return fmt.Errorf("evidence: %w", err)
	}
	noted := map[string]bool{}
	for _, l := range notes {
		noted[l.Name] = true
	}
	for _, digest := range c.unlisted {
		err := c.s.DB.Read(ctx, func(tx *sqldb.Tx) error {
			_, known, err := findRow(tx, digest)
			if err == nil && !known && !noted[digest] {
				c.found(digest, "存储中有文件 %.12s…，但没有它的登记（登记被删除，或者文件是另行放入的）", digest)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
