package app

import (
	"archive/tar"
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"zhunsheng/gov"
)

// A backup is one tar file: rows.jsonl, a snapshot of every table as of one instant;
// evidence/, every file that those rows name; and end.json, which says that it is whole.
// Tiles are not in it: restore makes them from the leaf rows and compares the root with the
// signed checkpoint, so a restored log is proven as it is written. Keys are never in it.
const (
	rowsName     = "rows.jsonl"
	evidenceName = "evidence"
	endName      = "end.json"
)

// backupEnd is the content of end.json.
type backupEnd struct {
	Format string `json:"format"`
	Files  int    `json:"files"`
	// Unsound are the files of evidence that were missing or damaged when the backup was
	// made. A backup is not refused for them; verify names them, here as after a restore.
	Unsound []string `json:"unsound,omitempty"`
}

const backupFormat = "zhunsheng backup 1"

// Backup writes a backup to a new file. The file is there whole and on disk, or not at all.
// Work goes on meanwhile: what arrives after the snapshot is in the next backup.
func (a *App) Backup(ctx context.Context, to string) (err error) {
	if _, err := os.Lstat(to); err == nil {
		return gov.Errorf(gov.Invalid, "文件“%s”已经存在，请另选一个名字", to)
	}
	dir, err := os.MkdirTemp(filepath.Dir(to), ".backup-")
	if err != nil {
		return &gov.Error{Kind: gov.Invalid, Text: fmt.Sprintf("无法在“%s”中写备份", filepath.Dir(to)), Err: err}
	}
	defer os.RemoveAll(dir)
	rows := filepath.Join(dir, rowsName)
	if err := a.DB.SnapshotTo(ctx, rows); err != nil {
		return err
	}
	digests, err := evidenceOf(rows)
	if err != nil {
		return err
	}
	part := filepath.Join(dir, "backup.tar")
	f, err := os.OpenFile(part, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	err = a.pack(ctx, f, rows, digests)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return &gov.Error{Kind: gov.Unavailable, Text: "备份没有写完，已经删去；请检查磁盘空间后重试", Err: err}
	}
	if err := os.Rename(part, to); err != nil {
		return err
	}
	return syncDir(filepath.Dir(to))
}

func (a *App) pack(ctx context.Context, f io.Writer, rows string, digests []string) error {
	tw := tar.NewWriter(f)
	if _, err := addFile(tw, rows, rowsName); err != nil {
		return err
	}
	end := backupEnd{Format: backupFormat}
	for _, digest := range digests {
		if err := ctx.Err(); err != nil {
			return err
		}
		path := evidenceName + "/sha256/" + digest[:2] + "/" + digest[2:]
		sum, err := addFile(tw, filepath.Join(a.Data, filepath.FromSlash(path)), path)
		if errors.Is(err, fs.ErrNotExist) {
			a.Log.Warn("backup: a file of evidence is missing; run verify", "digest", digest)
			end.Unsound = append(end.Unsound, digest)
			continue
		}
		if err != nil {
			return err
		}
		end.Files++
		if sum != digest {
			a.Log.Warn("backup: a file of evidence is damaged; run verify", "digest", digest)
			end.Unsound = append(end.Unsound, digest)
		}
	}
	text, err := json.Marshal(end)
	if err != nil {
		return err
	}
	if err := tw.WriteHeader(&tar.Header{Name: endName, Mode: 0o600, Size: int64(len(text))}); err != nil {
		return err
	}
	_, err = tw.Write(text)
	return errors.Join(err, tw.Close())
}

// addFile gives the digest of what it added. A missing file adds nothing.
func addFile(tw *tar.Writer, path, name string) (digest string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if err := tw.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: info.Size(), ModTime: info.ModTime()}); err != nil {
		return "", err
	}
	sum := sha256.New()
	_, err = io.Copy(io.MultiWriter(tw, sum), f)
	return hex.EncodeToString(sum.Sum(nil)), err
}

// evidenceOf reads from a snapshot the digests of the files that its rows name.
func evidenceOf(rows string) (digests []string, err error) {
	f, err := os.Open(rows)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	column := -1 // of the digest, within the table of files
	for r := bufio.NewReader(f); ; {
		line, err := r.ReadBytes('\n')
		if err == io.EOF && len(line) == 0 {
			return digests, nil
		}
		if err != nil {
			return nil, err
		}
		if bytes.HasPrefix(line, []byte("{")) {
			var head struct {
				Table   string   `json:"table"`
				Columns []string `json:"columns"`
			}
			if err := json.Unmarshal(line, &head); err != nil {
				return nil, err
			}
			column = -1
			for i, name := range head.Columns {
				if head.Table == "evidence_file" && name == "digest" {
					column = i
				}
			}
			continue
		}
		if column < 0 {
			continue
		}
		var cells []any
		if err := json.Unmarshal(line, &cells); err != nil {
			return nil, err
		}
		// A content has a row for each person who brought it; they lie side by side.
		if digest, ok := cells[column].(string); ok && isDigest(digest) && (len(digests) == 0 || digests[len(digests)-1] != digest) {
			digests = append(digests, digest)
		}
	}
}

func isDigest(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == sha256.Size && strings.ToLower(s) == s
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
