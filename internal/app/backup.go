package app

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"zhunsheng/gov"
	"zhunsheng/ledger"
	"zhunsheng/ledger/ledgersql"
	"zhunsheng/sqldb"
)

// A backup is one tar file: rows.jsonl, a snapshot of every table as of one instant, and
// evidence/, every file that those rows name. Tiles are not in it: restore makes them from
// the leaf rows and compares the root with the signed checkpoint, so a restored log is
// proven as it is written. Keys are never in a backup.
const (
	rowsName     = "rows.jsonl"
	evidenceName = "evidence"
)

// Backup writes a backup to a new file. The file is there whole and on disk, or not at all.
// Work goes on meanwhile: files that arrive after the snapshot are simply more.
func (a *App) Backup(ctx context.Context, to string) (err error) {
	dir, err := os.MkdirTemp(filepath.Dir(to), ".backup-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	rows := filepath.Join(dir, rowsName)
	if err := a.DB.SnapshotTo(ctx, rows); err != nil {
		return err
	}
	part := filepath.Join(dir, "backup.tar")
	f, err := os.OpenFile(part, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	tw := tar.NewWriter(f)
	err = addFile(tw, rows, rowsName)
	if err == nil {
		err = addTree(tw, filepath.Join(a.Data, evidenceName))
	}
	if err = errors.Join(err, tw.Close(), f.Sync(), f.Close()); err != nil {
		return err
	}
	if _, err := os.Lstat(to); err == nil {
		return gov.Errorf(gov.Invalid, "文件“%s”已经存在，请另选一个名字", to)
	}
	return os.Rename(part, to)
}

func addTree(tw *tar.Writer, root string) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil || strings.HasPrefix(rel, "tmp"+string(filepath.Separator)) {
			return err
		}
		return addFile(tw, path, evidenceName+"/"+filepath.ToSlash(rel))
	})
}

func addFile(tw *tar.Writer, path, name string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if err := tw.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: info.Size(), ModTime: info.ModTime()}); err != nil {
		return err
	}
	_, err = io.Copy(tw, f)
	return err
}

// Restore fills an empty data folder (and an empty database) from a backup, makes the
// tiles, and proves that their root is the one the checkpoint signs.
func Restore(ctx context.Context, c Config, from string) error {
	if entries, err := os.ReadDir(c.Data); err == nil && len(entries) > 0 {
		return gov.Errorf(gov.Invalid, "文件夹“%s”不是空的，恢复只写入空文件夹", c.Data)
	}
	if err := os.MkdirAll(filepath.Join(c.Data, "ledger"), 0o700); err != nil {
		return err
	}
	rows, err := unpack(from, c.Data)
	if err != nil {
		return err
	}
	defer os.Remove(rows)
	db, err := sqldb.Open(ctx, c.databaseURL())
	if err != nil {
		return err
	}
	defer db.Close()
	if err := db.RestoreFrom(ctx, rows); err != nil {
		return err
	}
	return restoreTiles(ctx, db, ledgersql.Dir(filepath.Join(c.Data, "ledger")))
}

func unpack(from, data string) (rows string, err error) {
	f, err := os.Open(from)
	if err != nil {
		return "", &gov.Error{Kind: gov.Invalid, Text: fmt.Sprintf("备份文件“%s”无法读取", from), Err: err}
	}
	defer f.Close()
	for tr := tar.NewReader(f); ; {
		h, err := tr.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return "", &gov.Error{Kind: gov.Invalid, Text: "备份文件不完整或者不是本程序的备份", Err: err}
		}
		if !filepath.IsLocal(h.Name) || h.Name != rowsName && !strings.HasPrefix(h.Name, evidenceName+"/") {
			return "", gov.Errorf(gov.Invalid, "备份文件中有不该有的内容“%s”", h.Name)
		}
		path := filepath.Join(data, filepath.FromSlash(h.Name))
		if h.Name == rowsName {
			rows = path
		}
		if err := writeFrom(path, tr); err != nil {
			return "", err
		}
	}
	if rows == "" {
		return "", gov.Errorf(gov.Invalid, "备份文件中没有数据库快照")
	}
	return rows, nil
}

func writeFrom(path string, r io.Reader) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	return errors.Join(err, f.Sync(), f.Close())
}

// restoreTiles makes tiles and bundles from the leaf rows, up to the signed size.
func restoreTiles(ctx context.Context, db *sqldb.DB, tiles ledgersql.Dir) error {
	return db.Read(ctx, func(tx *sqldb.Tx) error {
		head, ok, err := ledgersql.ReadHead(tx)
		if err != nil || !ok {
			return err
		}
		var b ledger.Builder
		for b.Size() < head.Size {
			entries, err := leafEntries(tx, b.Size(), min(head.Size-b.Size(), replayBatch))
			if err != nil {
				return err
			}
			if len(entries) == 0 {
				return gov.Errorf(gov.Invalid, "备份中的账本缺少第 %d 号记录", b.Size())
			}
			if err := tiles.Put(b.Append(entries)); err != nil {
				return err
			}
		}
		if b.Root() != head.Root {
			return gov.Errorf(gov.Invalid, "备份中的账本与它的检查点不符，备份不可信，没有完成恢复")
		}
		return tiles.Put([]ledger.File{{Path: ledger.CheckpointPath, Data: head.Note}})
	})
}
