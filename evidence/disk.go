package evidence

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"

	"zhunsheng/gov"
)

// Disk is the folder that holds the files. Names use slashes and are relative to it.
//
// Contract: what Sync of a file and SyncDir of its folder returned nil for survives a crash
// and a power cut; Rename replaces whole files only. Tests put faults in its place.
type Disk interface {
	Create(name string) (Writable, error) // the file must not exist
	Open(name string) (Readable, error)   // a missing file is fs.ErrNotExist
	Rename(from, to string) error
	Remove(name string) error
	Mkdir(name string) error            // one level; an existing folder is fine
	SyncDir(name string) error          // "." is the folder itself
	List(name string) ([]Listed, error) // by name; a missing folder is empty
}

// Writable is a new file.
type Writable interface {
	io.WriteCloser
	Sync() error
}

// Readable is a stored file.
type Readable interface {
	io.ReadSeekCloser
	io.ReaderAt
	Size() (int64, error)
}

// Listed is one name in a folder.
type Listed struct {
	Name     string
	Modified gov.Instant
	Folder   bool
}

// Folder is a Disk in a real folder, which must exist.
type Folder string

func (d Folder) path(name string) string { return filepath.Join(string(d), filepath.FromSlash(name)) }

// Create makes a file that its owner and group may read.
func (d Folder) Create(name string) (Writable, error) {
	return os.OpenFile(d.path(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
}

type readable struct{ *os.File }

func (r readable) Size() (int64, error) {
	info, err := r.Stat()
	if err != nil {
		return 0, err
	}
	if !info.Mode().IsRegular() {
		return 0, errors.New("evidence: not a regular file")
	}
	return info.Size(), nil
}

// Open opens a file for reading.
func (d Folder) Open(name string) (Readable, error) {
	f, err := os.Open(d.path(name))
	if err != nil {
		return nil, err
	}
	return readable{f}, nil
}

// Rename moves a file within the folder.
func (d Folder) Rename(from, to string) error { return os.Rename(d.path(from), d.path(to)) }

// Remove deletes a file.
func (d Folder) Remove(name string) error { return os.Remove(d.path(name)) }

// Mkdir makes one folder.
func (d Folder) Mkdir(name string) error {
	err := os.Mkdir(d.path(name), 0o750)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}

// SyncDir makes the names of a folder durable.
func (d Folder) SyncDir(name string) error {
	f, err := os.Open(d.path(name))
	if err != nil {
		return err
	}
	err = f.Sync()
	return errors.Join(err, f.Close())
}

// List reads the names of a folder.
func (d Folder) List(name string) ([]Listed, error) {
	entries, err := os.ReadDir(d.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	out := make([]Listed, 0, len(entries))
	for _, e := range entries {
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // removed while we listed
		}
		if err != nil {
			return nil, err
		}
		out = append(out, Listed{Name: e.Name(), Modified: gov.InstantOf(info.ModTime()), Folder: e.IsDir()})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out, nil
}
