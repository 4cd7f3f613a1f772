//go:build unix

package sqldb

import (
	"os"
	"syscall"
)

// lockFile takes the lock that the system drops when the process ends, however it ends.
// The file stays: removing it would let two processes lock two files of one name.
func lockFile(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		if err == syscall.EWOULDBLOCK {
			return nil, errFileLocked
		}
		return nil, err
	}
	return func() { f.Close() }, nil
}
