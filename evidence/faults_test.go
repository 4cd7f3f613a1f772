package evidence

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"syscall"
	"testing"
	"time"

	"zhunsheng/gov"
	"zhunsheng/sqldb"
	"zhunsheng/sqldb/sqltest"
)

// faulty is a folder in which one kind of step fails.
type faulty struct {
	Disk
	at  string // create, write, short, sync, close, open, mkdir, rename, syncdir
	err error
}

func (f faulty) fails(at string) error {
	if f.at == at {
		return f.err
	}
	return nil
}

func (f faulty) Create(name string) (Writable, error) {
	if err := f.fails("create"); err != nil {
		return nil, err
	}
	w, err := f.Disk.Create(name)
	return faultyFile{w, f}, err
}

func (f faulty) Open(name string) (Readable, error) {
	if err := f.fails("open"); err != nil {
		return nil, err
	}
	return f.Disk.Open(name)
}

func (f faulty) Mkdir(name string) error {
	return errors.Join(f.fails("mkdir"), f.Disk.Mkdir(name))
}

func (f faulty) Rename(from, to string) error {
	if err := f.fails("rename"); err != nil {
		return err
	}
	return f.Disk.Rename(from, to)
}

func (f faulty) SyncDir(name string) error {
	if err := f.fails("syncdir " + strings.Split(name, "/")[0]); err != nil {
		return err
	}
	return f.Disk.SyncDir(name)
}

type faultyFile struct {
	Writable
	f faulty
}

func (w faultyFile) Write(p []byte) (int, error) {
	if w.f.at == "short" {
		return w.Writable.Write(p[:len(p)/2])
	}
	if err := w.f.fails("write"); err != nil {
		n, _ := w.Writable.Write(p[:len(p)/2])
		return n, err
	}
	return w.Writable.Write(p)
}

func (w faultyFile) Sync() error  { return errors.Join(w.f.fails("sync"), w.Writable.Sync()) }
func (w faultyFile) Close() error { return errors.Join(w.Writable.Close(), w.f.fails("close")) }

// Whatever step of the disk fails, the upload fails with a sentence that helps, leaves no
// row and no temporary file, and the same upload succeeds once the disk works again.
func TestPut_SurvivesEveryFault(t *testing.T) {
	for _, c := range []struct {
		at   string
		err  error
		says string
	}{
		{"create", syscall.ENOSPC, "存储空间不足"},
		{"create", syscall.EACCES, "没有保存成功"},
		{"write", syscall.ENOSPC, "存储空间不足"},
		{"write", syscall.EIO, "没有保存成功"},
		{"short", nil, "没有保存成功"},
		{"sync", syscall.EIO, "没有保存成功"},
		{"sync", syscall.ENOSPC, "存储空间不足"},
		{"close", syscall.EDQUOT, "存储空间不足"},
		{"open", syscall.EMFILE, "没有保存成功"},
		{"mkdir", syscall.ENOSPC, "存储空间不足"},
		{"rename", syscall.EXDEV, "没有保存成功"},
		{"syncdir sha256", syscall.EIO, "没有保存成功"},
	} {
		t.Run(c.at, func(t *testing.T) {
			ctx, db, folder := context.Background(), sqltest.SQLite(t), Folder(t.TempDir())
			sound := newStore(t, db, folder)
			broken := &Store{sound.Config}
			broken.Disk = faulty{folder, c.at, c.err}
			_, err := broken.Put(ctx, "zhang", "a.pdf", bytes.NewReader(pdf))
			if gov.KindOf(err) != gov.Unavailable || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("got %v, want something about %q", err, c.says)
			}
			if c.err != nil && !errors.Is(err, c.err) || c.at == "short" && !errors.Is(err, io.ErrShortWrite) {
				t.Errorf("%v does not wrap its cause", err)
			}
			if left, _ := folder.List(tempFolder); len(left) != 0 {
				t.Errorf("temporary files left: %v", left)
			}
			if _, err := sound.Stat(ctx, digestOf(pdf)); gov.KindOf(err) != gov.NotFound {
				t.Errorf("a row without certain content: %v", err)
			}
			if _, err := sound.Put(ctx, "zhang", "a.pdf", bytes.NewReader(pdf)); err != nil {
				t.Fatal(err)
			}
			if got, err := sound.Check(ctx); err != nil || len(got) != 0 {
				t.Errorf("Check = %v, %v", got, err)
			}
		})
	}
}

// A database that fails after the content was placed leaves a file without a row and a note
// of it. That is no finding, the next upload of the content adopts it, and without the note
// it would be one.
func TestPut_DatabaseFails(t *testing.T) {
	ctx, folder := context.Background(), Folder(t.TempDir())
	db := sqltest.SQLite(t)
	s := newStore(t, db, folder)
	gone, err := sqldb.Open(ctx, "sqlite:"+t.TempDir()+"/empty.sqlite")
	if err != nil {
		t.Fatal(err)
	}
	defer gone.Close()
	broken := &Store{s.Config}
	broken.DB = gone // not migrated: no table
	if _, err := broken.Put(ctx, "zhang", "a.pdf", bytes.NewReader(pdf)); err == nil {
		t.Fatal("an upload without a row was accepted")
	}
	whole := func() {
		t.Helper()
		if got, err := s.Check(ctx); err != nil || len(got) != 0 {
			t.Fatalf("Check = %v, %v", got, err)
		}
	}
	whole()
	later := s.Config
	later.Clock = gov.ClockFunc(func() gov.Instant { return testNow.Add(48 * time.Hour) })
	if _, err := New(later); err != nil { // a later start keeps what explains the file
		t.Fatal(err)
	}
	whole()
	if err := folder.Remove(noteOf(digestOf(pdf))); err != nil {
		t.Fatal(err)
	}
	got, err := s.Check(ctx)
	if err != nil || len(got) != 1 || !strings.Contains(got[0].Text, "没有它的登记") {
		t.Fatalf("Check = %v, %v", got, err)
	}
	if _, err := s.Put(ctx, "zhang", "a.pdf", bytes.NewReader(pdf)); err != nil {
		t.Fatal(err)
	}
	whole()
	if left, err := folder.List(tempFolder); err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// A note whose removal a crash prevented goes at the next start.
func TestNew_RemovesNotesOfListedContent(t *testing.T) {
	folder := Folder(t.TempDir())
	s := newStore(t, sqltest.SQLite(t), folder)
	if _, err := s.Put(context.Background(), "zhang", "a.pdf", bytes.NewReader(pdf)); err != nil {
		t.Fatal(err)
	}
	if err := s.announce(digestOf(pdf)); err != nil {
		t.Fatal(err)
	}
	if _, err := New(s.Config); err != nil {
		t.Fatal(err)
	}
	if left, err := folder.List(tempFolder); err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}
