package witness

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"zhunsheng/ledger"
)

// memory is what the witness has seen: one file a log with its newest checkpoint, signed
// by the log and cosigned by this witness. The file is the only state; nothing is cached,
// so that no failed write can leave memory and disk at odds.
type memory string

const stateSuffix = ".checkpoint"

func (m memory) path(origin string) string {
	sum := sha256.Sum256([]byte(origin))
	return filepath.Join(string(m), hex.EncodeToString(sum[:])+stateSuffix)
}

// last reads the newest checkpoint seen of a log. A log never seen has the empty tree. A
// file that cannot be read or verified is an error and never "nothing seen", which would
// let the log start over.
func (m memory) last(origin string, policy ledger.Policy) (ledger.Checkpoint, error) {
	note, err := os.ReadFile(m.path(origin))
	if errors.Is(err, fs.ErrNotExist) {
		return ledger.Checkpoint{Origin: origin, Root: (&ledger.Tree{}).Root()}, nil
	}
	if err != nil {
		return ledger.Checkpoint{}, err
	}
	c, _, err := policy.Open(note)
	if err == nil && c.Origin != origin {
		err = errors.New("it is of another log")
	}
	if err != nil {
		return ledger.Checkpoint{}, fmt.Errorf("witness: the kept checkpoint %s was changed: %w", m.path(origin), err)
	}
	return c, nil
}

// keep makes a checkpoint the newest one seen. When it returns nil, that survives a power
// cut. After an error the file holds the old or the new one; either is safe, since the
// cosignature was not given out.
func (m memory) keep(origin string, cosigned []byte) error {
	path := m.path(origin)
	temp := path + ".tmp"
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	if _, err = f.Write(cosigned); err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Rename(temp, path); err != nil {
		return err
	}
	dir, err := os.Open(string(m))
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}
