package evidence

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"syscall"
	"time"

	"zhunsheng/gov"
	"zhunsheng/sqldb"
)

// Config is what a Store stands on.
type Config struct {
	DB    *sqldb.DB
	Disk  Disk
	Clock gov.Clock
	IDs   *gov.IDs // for the names of temporary files
	// MAC is the row MAC under the server's row key (identity.RowKey.MAC).
	MAC     func(table string, cols ...any) []byte
	MaxSize int64 // of one file; DefaultMaxSize when 0
}

// DefaultMaxSize bounds one file.
const DefaultMaxSize = 200 << 20

// Store keeps files by the digest of their content: sha256/ab/cdef… in a Disk, and one
// custody row each. It is safe for concurrent use, also by several processes.
type Store struct{ Config }

// File is one stored content.
type File struct {
	Digest   string // lower-case hex SHA-256
	Size     int64
	Media    string       // by content, never by name
	Name     string       // as uploaded, cleaned; only Put gives it, it is not in the row
	Received gov.Instant  // the first time this content came
	Person   gov.PersonID // who brought it that first time
}

const (
	tempFolder = "tmp"
	fileFolder = "sha256"
	// tempAge is how old a temporary file is before a start removes it: another process may
	// be receiving.
	tempAge = time.Hour
)

// New opens a store: it makes the folders and removes what broken uploads left behind.
func New(c Config) (*Store, error) {
	if c.MaxSize == 0 {
		c.MaxSize = DefaultMaxSize
	}
	s := &Store{c}
	for _, dir := range []string{tempFolder, fileFolder} {
		if err := s.Disk.Mkdir(dir); err != nil {
			return nil, fmt.Errorf("evidence: %w", err)
		}
	}
	if err := s.Disk.SyncDir("."); err != nil {
		return nil, fmt.Errorf("evidence: %w", err)
	}
	left, err := s.Disk.List(tempFolder)
	if err != nil {
		return nil, fmt.Errorf("evidence: %w", err)
	}
	for _, l := range left {
		old := l.Modified.Add(tempAge) <= s.Clock.Now()
		if validDigest(l.Name) {
			if old, err = s.listed(l.Name); err != nil {
				return nil, err
			}
		}
		if old && !l.Folder {
			if err := s.Disk.Remove(tempFolder + "/" + l.Name); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, fmt.Errorf("evidence: %w", err)
			}
		}
	}
	return s, nil
}

// announce notes in the temporary folder, under its digest, that a content is about to get
// its name and is not listed yet. A crash leaves the note: by it Check knows the content
// without a row from one whose row was deleted. The note goes when the row is durable, or
// at a later start; content is never removed.
func (s *Store) announce(digest string) error {
	w, err := s.Disk.Create(noteOf(digest))
	if errors.Is(err, fs.ErrExist) {
		return nil // of another upload of the same content, or of a crash
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return kept(err)
	}
	return kept(s.Disk.SyncDir(tempFolder))
}

// withdraw removes the note of an upload that failed, unless the content has its name.
func (s *Store) withdraw(digest string) {
	f, err := s.Disk.Open(pathOf(digest))
	if err == nil {
		f.Close()
	} else if errors.Is(err, fs.ErrNotExist) {
		_ = s.Disk.Remove(noteOf(digest))
	}
}

func noteOf(digest string) string { return tempFolder + "/" + digest }

// listed reports whether a content has its row.
func (s *Store) listed(digest string) (known bool, err error) {
	err = s.DB.Read(context.Background(), func(tx *sqldb.Tx) error {
		_, known, err = findRow(tx, digest)
		return err
	})
	return known, err
}

// Put receives a file. When it returns nil, content and row are durable; the order is
// content, note, name in the folder, row, so that a row never stands without its content. The
// same content again is the same file, with a row for each person who brought it.
//
// Errors of kind Invalid say what is wrong with the file; Unavailable means that nothing
// was kept and trying again may help.
func (s *Store) Put(ctx context.Context, person gov.PersonID, name string, r io.Reader) (File, error) {
	name, err := cleanName(name)
	if err != nil {
		return File{}, err
	}
	temp := tempFolder + "/" + s.IDs.New(s.Clock.Now())
	f, err := s.receive(ctx, temp, r)
	if err == nil {
		f.Name, err = fit(name, f.Media)
	}
	if err == nil {
		if err = s.announce(f.Digest); err == nil {
			err = s.place(temp, f.Digest)
		}
		if err != nil {
			s.withdraw(f.Digest)
		}
	}
	if err != nil {
		// After a failure the temporary file is of no use: a second fsync may succeed
		// without having written anything. What cannot be removed now goes at a later start.
		_ = s.Disk.Remove(temp)
		return File{}, err
	}
	f.Person, f.Received = person, s.Clock.Now()
	var known File
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if err := s.addRow(tx, f); err != nil {
			return err
		}
		known, err = s.Brought(tx, f.Digest, person)
		return err
	})
	if err != nil {
		return File{}, err // it may be there all the same: the note stays
	}
	_ = s.Disk.Remove(noteOf(f.Digest)) // else at a later start
	known.Name = f.Name
	return known, nil
}

// receive streams a content into a temporary file and makes it durable.
func (s *Store) receive(ctx context.Context, temp string, r io.Reader) (File, error) {
	w, err := s.Disk.Create(temp)
	if err != nil {
		return File{}, kept(err)
	}
	sum, text := sha256.New(), &textCheck{}
	size, err := s.copy(ctx, w, sum, text, r)
	if err == nil {
		err = kept(w.Sync())
	}
	if e := w.Close(); err == nil {
		err = kept(e)
	}
	if err != nil {
		return File{}, err
	}
	f := File{Digest: hex.EncodeToString(sum.Sum(nil)), Size: size}
	content, err := s.Disk.Open(temp)
	if err != nil {
		return File{}, kept(err)
	}
	defer content.Close()
	f.Media, err = sniff(content, size, text.media())
	return f, err
}

// copy is io.Copy with a limit that tells which side failed.
func (s *Store) copy(ctx context.Context, w io.Writer, sum hash.Hash, text *textCheck, r io.Reader) (size int64, err error) {
	buf := make([]byte, 128<<10)
	for {
		if ctx.Err() != nil {
			return size, ctx.Err()
		}
		n, rerr := r.Read(buf)
		if size += int64(n); size > s.MaxSize {
			return size, gov.FieldError("file", "文件超过 %d MB，不能上传。请压缩扫描精度或者分成几个文件", s.MaxSize>>20)
		}
		if n > 0 {
			sum.Write(buf[:n])
			text.Write(buf[:n])
			if m, err := w.Write(buf[:n]); err != nil || m < n {
				return size, kept(errors.Join(err, shortWrite(m, n)))
			}
		}
		if rerr == io.EOF {
			break
		}
		if rerr != nil {
			return size, &gov.Error{Kind: gov.Unavailable, Text: "上传中断，文件没有保存，请重新上传", Err: rerr}
		}
	}
	if size == 0 {
		return 0, gov.FieldError("file", "这是一个空文件，请检查后重新选择")
	}
	return size, nil
}

func shortWrite(wrote, n int) error {
	if wrote < n {
		return io.ErrShortWrite
	}
	return nil
}

// place gives a durable temporary file its name and makes the name durable. A file that is
// there already is replaced by the same content, which also mends a damaged one.
func (s *Store) place(temp, digest string) error {
	path := pathOf(digest)
	dir := path[:len(path)-len(digest)+1]
	if err := s.Disk.Mkdir(dir); err != nil {
		return kept(err)
	}
	if err := s.Disk.SyncDir(fileFolder); err != nil {
		return kept(err)
	}
	if err := s.Disk.Rename(temp, path); err != nil {
		return kept(err)
	}
	return kept(s.Disk.SyncDir(dir))
}

// kept explains a failure of the disk: nothing was kept.
func kept(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return &gov.Error{Kind: gov.Unavailable, Text: "服务器存储空间不足，文件没有保存，请联系系统管理员", Err: err}
	}
	return &gov.Error{Kind: gov.Unavailable, Text: "文件没有保存成功，请稍后重试；再次失败时请联系系统管理员", Err: err}
}

// pathOf is where a content lies: sha256/ab/cdef….
func pathOf(digest string) string { return fileFolder + "/" + digest[:2] + "/" + digest[2:] }

func validDigest(digest string) bool {
	b, err := hex.DecodeString(digest)
	return err == nil && len(b) == sha256.Size && hex.EncodeToString(b) == digest
}

// Stat finds the custody row of a content. NotFound when nothing was received.
func (s *Store) Stat(ctx context.Context, digest string) (f File, err error) {
	err = s.DB.Read(ctx, func(tx *sqldb.Tx) error {
		f, err = s.Known(tx, digest)
		return err
	})
	return f, err
}

// Open opens a content for reading, from its beginning. The whole of it is hashed first:
// nobody is handed a file that was changed.
func (s *Store) Open(digest string) (io.ReadSeekCloser, error) {
	if !validDigest(digest) {
		return nil, gov.Errorf(gov.NotFound, "没有收到过这个文件")
	}
	r, err := s.Disk.Open(pathOf(digest))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &gov.Error{Kind: gov.NotFound, Text: fmt.Sprintf("文件 %.12s… 不在存储中", digest), Err: err}
	}
	if err != nil {
		return nil, err
	}
	sum := sha256.New()
	if _, err = io.Copy(sum, r); err == nil {
		_, err = r.Seek(0, io.SeekStart)
	}
	if err == nil && hex.EncodeToString(sum.Sum(nil)) != digest {
		err = gov.Errorf(gov.Fault, "文件 %.12s… 的内容已被改动，与登记的摘要不符", digest)
	}
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}
