package app

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"zhunsheng/gov"
	"zhunsheng/ledger"
	"zhunsheng/ledger/ledgersql"
	"zhunsheng/sqldb"
)

// restorePart is the folder inside the data folder in which a restore works until it is
// proven. One that a crash left behind is removed by the next restore.
const restorePart = ".restore"

const databaseName = "zhunsheng.db"

// Restore fills an empty data folder (and an empty database) from a backup. Everything is
// proven first, in a folder aside: the file is whole, every piece of evidence has its
// digest, and the leaf rows lead to the root that the checkpoint signs. What is refused
// leaves nothing behind.
func Restore(ctx context.Context, c Config, from string) (err error) {
	if err := mustBeEmpty(c.Data); err != nil {
		return err
	}
	_, missing := os.Stat(c.Data)
	part := filepath.Join(c.Data, restorePart)
	if err := os.MkdirAll(part, 0o700); err != nil {
		return &gov.Error{Kind: gov.Unavailable, Text: fmt.Sprintf("无法写入文件夹“%s”", c.Data), Err: err}
	}
	defer func() {
		err = errors.Join(err, os.RemoveAll(part))
		if err != nil && missing != nil {
			_ = os.Remove(c.Data) // made here; it stays if something is in it
		}
	}()
	if err := unpack(from, part); err != nil {
		return err
	}
	rows := filepath.Join(part, rowsName)
	if err := restoreInto(ctx, "sqlite:"+filepath.Join(part, databaseName), rows, func(db *sqldb.DB) error {
		return restoreTiles(ctx, db, ledgersql.Dir(filepath.Join(part, "ledger")))
	}); err != nil {
		return err
	}
	if c.Database == "" {
		return moveIn(part, c.Data, evidenceName, "ledger", databaseName+"-wal", databaseName)
	}
	// The rows go in last and in one transaction: until then the files alone are no
	// installation, and they go again when the database refuses.
	if err := moveIn(part, c.Data, evidenceName, "ledger"); err != nil {
		return err
	}
	err = restoreInto(ctx, c.Database, rows, func(*sqldb.DB) error { return nil })
	if err != nil {
		err = errors.Join(err, os.RemoveAll(filepath.Join(c.Data, evidenceName)), os.RemoveAll(filepath.Join(c.Data, "ledger")))
	}
	return err
}

func mustBeEmpty(data string) error {
	entries, err := os.ReadDir(data)
	if err != nil && !os.IsNotExist(err) {
		return &gov.Error{Kind: gov.Invalid, Text: fmt.Sprintf("文件夹“%s”无法读取", data), Err: err}
	}
	for _, e := range entries {
		if e.Name() != restorePart {
			return gov.Errorf(gov.Invalid, "文件夹“%s”不是空的，恢复只写入空文件夹", data)
		}
	}
	return os.RemoveAll(filepath.Join(data, restorePart))
}

func restoreInto(ctx context.Context, url, rows string, then func(*sqldb.DB) error) error {
	db, err := sqldb.Open(ctx, url)
	if err != nil {
		return err
	}
	if err = db.RestoreFrom(ctx, rows); err == nil {
		err = then(db)
	}
	return errors.Join(err, db.Close())
}

// moveIn moves what was proven to its place, each name at once.
func moveIn(part, data string, names ...string) error {
	for i, name := range names {
		err := os.Rename(filepath.Join(part, name), filepath.Join(data, name))
		if err != nil && !errors.Is(err, os.ErrNotExist) { // a backup without evidence has no such folder
			for _, moved := range names[:i] {
				err = errors.Join(err, os.RemoveAll(filepath.Join(data, moved)))
			}
			return err
		}
	}
	return syncDir(data)
}

func damagedBackup(err error, format string, args ...any) error {
	return &gov.Error{Kind: gov.Invalid, Text: fmt.Sprintf(format, args...) + "，没有恢复任何内容", Err: err}
}

func unpack(from, to string) error {
	f, err := os.Open(from)
	if err != nil {
		return &gov.Error{Kind: gov.Invalid, Text: fmt.Sprintf("备份文件“%s”无法读取", from), Err: err}
	}
	defer f.Close()
	var end backupEnd
	var files int
	var unsound []string
	haveRows := false
	for tr := tar.NewReader(f); ; {
		h, err := tr.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return damagedBackup(err, "备份文件不完整或者不是本程序的备份")
		}
		digest, isFile := digestOf(h.Name)
		switch {
		case end.Format != "", h.Typeflag != tar.TypeReg, !isFile && h.Name != rowsName && h.Name != endName, h.Name == rowsName && haveRows:
			return damagedBackup(nil, "备份文件中有不该有的内容“%s”", h.Name)
		case h.Name == endName:
			text, err := io.ReadAll(io.LimitReader(tr, 64<<20))
			if err == nil {
				err = json.Unmarshal(text, &end)
			}
			if err != nil || end.Format != backupFormat {
				return damagedBackup(err, "备份文件的结尾无法识别")
			}
			continue
		}
		haveRows = haveRows || h.Name == rowsName
		sum, err := writeFrom(filepath.Join(to, filepath.FromSlash(h.Name)), tr)
		if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, tar.ErrHeader) || errors.Is(err, os.ErrExist) {
			return damagedBackup(err, "备份文件不完整或者被改动过（%s）", h.Name)
		}
		if err != nil {
			return &gov.Error{Kind: gov.Unavailable, Text: "写入磁盘失败，没有恢复任何内容，请检查磁盘空间", Err: err}
		}
		if isFile {
			files++
			if sum != digest {
				unsound = append(unsound, digest)
			}
		}
	}
	switch {
	case end.Format == "":
		return damagedBackup(nil, "备份文件被截断，缺少结尾")
	case !haveRows:
		return damagedBackup(nil, "备份文件中没有数据库快照")
	case end.Files != files:
		return damagedBackup(nil, "备份文件中应有 %d 份材料，实有 %d 份", end.Files, files)
	}
	for _, digest := range unsound {
		if !slices.Contains(end.Unsound, digest) {
			return damagedBackup(nil, "备份中的材料 %.12s… 被改动过，与它的摘要不符", digest)
		}
	}
	return namedFilesAreThere(filepath.Join(to, rowsName), to, end.Unsound)
}

// namedFilesAreThere compares the files with the rows that name them.
func namedFilesAreThere(rows, in string, unsound []string) error {
	digests, err := evidenceOf(rows)
	if err != nil {
		return damagedBackup(err, "备份中的数据库快照无法读取")
	}
	for _, digest := range digests {
		_, err := os.Stat(filepath.Join(in, evidenceName, "sha256", digest[:2], digest[2:]))
		if err != nil && !slices.Contains(unsound, digest) {
			return damagedBackup(err, "备份中缺少材料 %.12s…", digest)
		}
	}
	return nil
}

// digestOf is the digest that the name of a file of evidence spells.
func digestOf(name string) (string, bool) {
	rest, ok := strings.CutPrefix(name, evidenceName+"/sha256/")
	dir, file, cut := strings.Cut(rest, "/")
	digest := dir + file
	return digest, ok && cut && len(dir) == 2 && isDigest(digest)
}

// writeFrom writes a new file, durable before it returns, and gives its digest.
func writeFrom(path string, r io.Reader) (digest string, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	_, err = io.Copy(io.MultiWriter(f, sum), r)
	return hex.EncodeToString(sum.Sum(nil)), errors.Join(err, f.Sync(), f.Close())
}

// restoreTiles makes tiles and bundles from the leaf rows, up to the signed size.
func restoreTiles(ctx context.Context, db *sqldb.DB, tiles ledgersql.Dir) error {
	return db.Read(ctx, func(tx *sqldb.Tx) error {
		head, ok, err := ledgersql.ReadHead(tx)
		if err != nil {
			return damagedBackup(err, "备份中的检查点无法读取")
		}
		if !ok {
			return os.MkdirAll(string(tiles), 0o700)
		}
		var b ledger.Builder
		for b.Size() < head.Size {
			entries, err := leafEntries(tx, b.Size(), min(head.Size-b.Size(), replayBatch))
			if err != nil {
				return damagedBackup(err, "备份中的账本无法读取")
			}
			if len(entries) == 0 {
				return damagedBackup(nil, "备份中的账本缺少第 %d 号记录", b.Size())
			}
			if err := tiles.Put(b.Append(entries)); err != nil {
				return err
			}
		}
		if b.Root() != head.Root {
			return damagedBackup(nil, "备份中的账本与它的检查点不符，备份不可信")
		}
		return tiles.Put([]ledger.File{{Path: ledger.CheckpointPath, Data: head.Note}})
	})
}
