package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"zhunsheng/gov"
	"zhunsheng/identity"
)

// loadRowKey reads the row key, and makes it with mode 0600 when there is none. Whoever
// has it can forge accounts and sessions, so it lies beside the log key, outside the data.
func loadRowKey(path string, fill func([]byte)) (identity.RowKey, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		b = make([]byte, len(identity.RowKey{}))
		fill(b)
		if err := writeNew(path, b); err != nil {
			return identity.RowKey{}, err
		}
		return identity.NewRowKey(b)
	}
	if err != nil {
		return identity.RowKey{}, &gov.Error{Kind: gov.Unavailable, Text: fmt.Sprintf("行密钥文件“%s”无法读取", path), Err: err}
	}
	return identity.NewRowKey(b)
}

// writeNew makes a file that must not exist, durable before it returns.
func writeNew(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Sync(), f.Close())
}
