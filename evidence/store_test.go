package evidence

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"zhunsheng/gov"
	"zhunsheng/sqldb"
	"zhunsheng/sqldb/sqltest"
)

var pdf = []byte("%PDF-1.7\n清源县民政局规范性文件")

func digestOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func TestPut_StoresOnceByContent(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		ctx, dir := context.Background(), t.TempDir()
		s := newStore(t, db, Folder(dir))
		f, err := s.Put(ctx, "zhang", `C:\桌面\草案.pdf`, bytes.NewReader(pdf))
		if err != nil {
			t.Fatal(err)
		}
		want := File{Digest: digestOf(pdf), Size: int64(len(pdf)), Media: PDF, Name: "草案.pdf", Received: testNow, Person: "zhang"}
		if f != want {
			t.Errorf("got %+v, want %+v", f, want)
		}
		again, err := s.Put(ctx, "li", "另一个名字", bytes.NewReader(pdf))
		if err != nil {
			t.Fatal(err)
		}
		want.Name, want.Person = "另一个名字.pdf", "li"
		if again != want {
			t.Errorf("the same content again is %+v, want a custody of its own %+v", again, want)
		}
		stat, err := s.Stat(ctx, f.Digest)
		if err != nil || stat.Digest != want.Digest || stat.Size != want.Size || stat.Media != want.Media {
			t.Errorf("Stat = %+v, %v", stat, err)
		}
		if err := db.Read(ctx, func(tx *sqldb.Tx) error {
			for person, has := range map[gov.PersonID]bool{"zhang": true, "li": true, "wang": false} {
				if _, err := s.Brought(tx, f.Digest, person); (err == nil) != has {
					t.Errorf("brought by %s: %v", person, err)
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		on, err := os.ReadFile(filepath.Join(dir, "sha256", f.Digest[:2], f.Digest[2:]))
		if err != nil || !bytes.Equal(on, pdf) {
			t.Errorf("on disk: %q, %v", on, err)
		}
		r, err := s.Open(f.Digest)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, pdf) {
			t.Errorf("read %q, %v", got, err)
		}
		if left, _ := os.ReadDir(filepath.Join(dir, "tmp")); len(left) != 0 {
			t.Errorf("temporary files left: %v", left)
		}
		if got, err := s.Check(ctx); err != nil || len(got) != 0 {
			t.Errorf("Check = %v, %v", got, err)
		}
	})
}

func TestPut_SameContentAtOnce(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := newStore(t, db, Folder(t.TempDir()))
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				if _, err := s.Put(context.Background(), "zhang", "a.pdf", bytes.NewReader(pdf)); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got, err := s.Check(context.Background()); err != nil || len(got) != 0 {
			t.Errorf("Check = %v, %v", got, err)
		}
	})
}

func TestPut_RefusesWithoutTrace(t *testing.T) {
	db := sqltest.SQLite(t)
	dir := t.TempDir()
	s := newStore(t, db, Folder(dir))
	big := append([]byte("%PDF-1.7\n"), make([]byte, 1<<20)...)
	for _, c := range []struct {
		name, says string
		kind       gov.Kind
		r          io.Reader
	}{
		{"a.pdf", "空文件", gov.Invalid, strings.NewReader("")},
		{"a.pdf", "超过 1 MB", gov.Invalid, bytes.NewReader(big)},
		{"a.docx", "不一致", gov.Invalid, bytes.NewReader(pdf)},
		{"a.exe", "可执行", gov.Invalid, strings.NewReader("MZ\x00\x00")},
		{"", "取一个名字", gov.Invalid, bytes.NewReader(pdf)},
		{"a.pdf", "上传中断", gov.Unavailable, io.MultiReader(bytes.NewReader(pdf), brokenReader{})},
	} {
		_, err := s.Put(context.Background(), "zhang", c.name, c.r)
		if gov.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want something about %q", c.name, err, c.says)
		}
	}
	for _, sub := range []string{"tmp", "sha256"} {
		if left, _ := os.ReadDir(filepath.Join(dir, sub)); len(left) != 0 {
			t.Errorf("left in %s: %v", sub, left)
		}
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("connection reset") }

func TestPut_EndsWithItsContext(t *testing.T) {
	s := newStore(t, sqltest.SQLite(t), Folder(t.TempDir()))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.Put(ctx, "zhang", "a.pdf", bytes.NewReader(pdf)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestNew_RemovesOldTemporaryFilesOnly(t *testing.T) {
	db, dir := sqltest.SQLite(t), t.TempDir()
	newStore(t, db, Folder(dir))
	old, fresh := filepath.Join(dir, "tmp", "old"), filepath.Join(dir, "tmp", "fresh")
	for path, age := range map[string]time.Duration{old: 2 * time.Hour, fresh: time.Minute} {
		if err := os.WriteFile(path, pdf, 0o600); err != nil {
			t.Fatal(err)
		}
		at := testNow.Time().Add(-age)
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	newStore(t, db, Folder(dir))
	if _, err := os.Stat(old); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the old one: %v", err)
	}
	if _, err := os.Stat(fresh); err != nil {
		t.Errorf("another process may still write the fresh one: %v", err)
	}
}

// Every change that somebody can make behind the program's back is named.
func TestCheck_NamesWhatWasChanged(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		ctx := context.Background()
		other := strings.Repeat("ab", 32)
		set := func(col string, v any) func(*testing.T, string, string) {
			return func(t *testing.T, _, digest string) {
				err := db.Write(ctx, func(tx *sqldb.Tx) error {
					_, err := tx.Exec(sqldb.SQL("UPDATE evidence_file SET "+col+" = $2 WHERE digest = $1"), digest, v)
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		for name, c := range map[string]struct {
			change func(t *testing.T, path, digest string)
			says   []string
		}{
			"size":      {set("size", 1), []string{"登记（大小", "登记为 1 字节"}},
			"media":     {set("media", PNG), []string{"登记（大小"}},
			"received":  {set("received", 1), []string{"登记（大小"}},
			"person":    {set("person", "wang"), []string{"登记（大小"}},
			"mac":       {set("mac", []byte("x")), []string{"登记（大小"}},
			"digest":    {set("digest", other), []string{"登记（大小", "存储中没有它的内容", "没有它的登记"}},
			"no digest": {set("digest", "0:"), []string{"登记（大小", "不是文件摘要", "没有它的登记"}},
			"row": {func(t *testing.T, _, digest string) {
				err := db.Write(ctx, func(tx *sqldb.Tx) error {
					_, err := tx.Exec("DELETE FROM evidence_file WHERE digest = $1", digest)
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			}, []string{"没有它的登记"}},
			"one byte": {func(t *testing.T, path, _ string) {
				b, _ := os.ReadFile(path)
				b[12] ^= 1
				os.Chmod(path, 0o600)
				if err := os.WriteFile(path, b, 0o600); err != nil {
					t.Fatal(err)
				}
			}, []string{"内容已被改动"}},
			"file": {func(t *testing.T, path, _ string) { os.Remove(path) }, []string{"存储中没有它的内容"}},
			"stranger": {func(t *testing.T, path, _ string) {
				os.WriteFile(filepath.Join(filepath.Dir(path), "readme"), nil, 0o600)
				os.WriteFile(filepath.Join(filepath.Dir(path), "..", "note"), nil, 0o600)
			}, []string{"不属于本程序的“note”", "/readme”"}},
		} {
			t.Run(name, func(t *testing.T) {
				dir := t.TempDir()
				s := newStore(t, db, Folder(dir))
				f, err := s.Put(ctx, "zhang", "a.pdf", bytes.NewReader(pdf))
				if err != nil {
					t.Fatal(err)
				}
				c.change(t, filepath.Join(dir, "sha256", f.Digest[:2], f.Digest[2:]), f.Digest)
				got, err := s.Check(ctx)
				if err != nil {
					t.Fatal(err)
				}
				if len(got) != len(c.says) {
					t.Fatalf("found %v, want %d findings", got, len(c.says))
				}
				for i, says := range c.says {
					if !strings.Contains(got[i].Text, says) {
						t.Errorf("finding %d is %q, want something about %q", i, got[i].Text, says)
					}
				}
				err = db.Write(ctx, func(tx *sqldb.Tx) error {
					_, err := tx.Exec("DELETE FROM evidence_file")
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			})
		}
	})
}

func TestOpen_NeverHandsOutAChangedFile(t *testing.T) {
	dir := t.TempDir()
	s := newStore(t, sqltest.SQLite(t), Folder(dir))
	f, err := s.Put(context.Background(), "zhang", "a.pdf", bytes.NewReader(pdf))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "sha256", f.Digest[:2], f.Digest[2:])
	os.Chmod(path, 0o600)
	if err := os.WriteFile(path, append(pdf, 'x'), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Open(f.Digest); err == nil || !strings.Contains(err.Error(), "已被改动") {
		t.Errorf("changed file: %v", err)
	}
	// Uploading it again mends it.
	if _, err := s.Put(context.Background(), "zhang", "a.pdf", bytes.NewReader(pdf)); err != nil {
		t.Fatal(err)
	}
	r, err := s.Open(f.Digest)
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	for _, digest := range []string{digestOf([]byte("x")), "", "../../etc/passwd", strings.ToUpper(f.Digest)} {
		if _, err := s.Open(digest); gov.KindOf(err) != gov.NotFound {
			t.Errorf("Open(%q) = %v, want NotFound", digest, err)
		}
	}
}

func TestKnown_RefusesAChangedRow(t *testing.T) {
	ctx, db := context.Background(), sqltest.SQLite(t)
	s := newStore(t, db, Folder(t.TempDir()))
	f, err := s.Put(ctx, "zhang", "a.pdf", bytes.NewReader(pdf))
	if err != nil {
		t.Fatal(err)
	}
	err = db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec("UPDATE evidence_file SET person = 'wang'")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Stat(ctx, f.Digest); gov.KindOf(err) != gov.Fault || !strings.Contains(err.Error(), "改动") {
		t.Errorf("got %v", err)
	}
	if _, err := s.Stat(ctx, digestOf([]byte("x"))); gov.KindOf(err) != gov.NotFound {
		t.Errorf("unknown: %v", err)
	}
}
