package sqldb

import (
	"context"
	"errors"

	"zhunsheng/gov"
)

var errFileLocked = errors.New("sqldb: another process holds the lock file")

func (db *lite) hold(_ context.Context, name string) (*Hold, bool, error) {
	if !db.locks.take(name) {
		return nil, false, nil
	}
	unlock, err := lockFile(db.path + "." + name + ".lock")
	if err != nil {
		db.locks.give(name)
		if errors.Is(err, errFileLocked) {
			return nil, false, &gov.Error{Kind: gov.Unavailable, Err: err,
				Text: "数据库“" + db.path + "”正由另一个准绳进程使用。一个数据库文件只能由一个进程提供服务，请先停止另一个进程"}
		}
		return nil, false, err
	}
	h := &Hold{lost: make(chan struct{})}
	h.release = func() {
		close(h.lost)
		unlock()
		db.locks.give(name)
	}
	return h, true, nil
}
