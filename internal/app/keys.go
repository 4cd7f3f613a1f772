package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/ledger/ledgersql"
)

// loadKeys reads the log key and the row key, and makes them for a new installation only. Data
// that is there already was signed with keys that are somewhere: making new ones would let
// verify fail for good and lock everybody out, silently.
func (a *App) loadKeys(ctx context.Context) (err error) {
	logKey, rowKey := filepath.Join(a.Keys, "log.key"), filepath.Join(a.Keys, "row.key")
	for _, path := range []string{logKey, rowKey} {
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		used, err := a.inUse(ctx)
		if err != nil {
			return err
		}
		if used {
			return gov.Errorf(gov.Invalid, "数据库中已有记录，而密钥文件夹“%s”中没有“%s”。请把原来的密钥文件放回这个文件夹再启动；"+
				"没有另行生成新的密钥，因为新密钥不能接续原来的账本，也不能让原来的账号登录", a.Keys, filepath.Base(path))
		}
	}
	if a.Signer, err = ledgersql.LoadKey(logKey, a.Origin, a.Data, a.Random); err != nil {
		return err
	}
	a.RowKey, err = loadRowKey(rowKey, a.fill)
	return err
}

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
