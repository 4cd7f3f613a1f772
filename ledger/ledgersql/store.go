package ledgersql

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"zhunsheng/ledger"
)

// Store keeps the published files of the log: tiles, entry bundles and the checkpoint.
//
// Contract: when Put returns nil, each of its files survives a crash and a power cut; until
// then each is there whole, in its former state, or missing. The order among the files of
// one Put is free, which is why the checkpoint never shares one with its tiles. Get sees
// what Put wrote and may be called from any goroutine; a missing file is fs.ErrNotExist.
type Store interface {
	Put(files []ledger.File) error
	Get(path string) ([]byte, error)
	// Discard removes a folder of partial tiles that a full tile has superseded. It need
	// not be durable.
	Discard(folder string) error
}

// Dir is a Store in a folder, which any web server can publish as it is.
type Dir string

const tempSuffix = ".tmp"

// Put writes each file beside its place, syncs it, renames it, and then syncs each folder
// that changed, and the parents of folders that are new, up to the root of the store.
func (d Dir) Put(files []ledger.File) error {
	changed := map[string]bool{}
	var order []string
	touch := func(dir string) {
		if !changed[dir] {
			changed[dir] = true
			order = append(order, dir)
		}
	}
	for _, f := range files {
		path := d.path(f.Path)
		dir := filepath.Dir(path)
		for at := dir; ; at = filepath.Dir(at) {
			if _, err := os.Stat(at); err == nil {
				break
			} else if !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			touch(filepath.Dir(at))
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		if err := writeSynced(path+tempSuffix, f.Data, 0o644, os.O_TRUNC); err != nil {
			return err
		}
		if err := os.Rename(path+tempSuffix, path); err != nil {
			return err
		}
		touch(dir)
	}
	for _, dir := range order {
		if err := syncDir(dir); err != nil {
			return err
		}
	}
	return nil
}

// Get reads a file.
func (d Dir) Get(path string) ([]byte, error) { return os.ReadFile(d.path(path)) }

// Discard removes a folder of partial tiles.
func (d Dir) Discard(folder string) error {
	if !strings.HasPrefix(folder, "tile/") || !strings.HasSuffix(folder, ".p") {
		return errors.New("ledgersql: not a folder of partial tiles: " + folder)
	}
	return os.RemoveAll(d.path(folder))
}

func (d Dir) path(p string) string { return filepath.Join(string(d), filepath.FromSlash(p)) }

// writeSynced writes a new file and waits until its content is on disk. After an error
// the file is of no use; a retry writes it anew, since a second fsync of the same file may
// succeed without having written anything.
func writeSynced(path string, data []byte, mode os.FileMode, flag int) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|flag, mode)
	if err != nil {
		return err
	}
	if _, err = f.Write(data); err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		_ = os.Remove(path)
	}
	return err
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
