//go:build unix

package witness

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
)

// lock makes sure that one process at a time witnesses from a folder: two could cosign two
// histories between reading and writing the same file.
func lock(dir string) (unlock func(), err error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(errLocked, err, f.Close())
	}
	return func() { f.Close() }, nil
}
