package sqldb

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"time"

	"github.com/jackc/pgx/v5"
)

// hold keeps a session of its own. A goroutine reads from it, which learns of its end
// without asking again and again.
func (db *postgres) hold(ctx context.Context, name string) (*Hold, bool, error) {
	config := db.config.Copy()
	config.RuntimeParams["application_name"] = "zhunsheng " + name
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, false, err
	}
	digest := sha256.Sum256([]byte("zhunsheng hold " + name))
	key := int64(binary.BigEndian.Uint64(digest[:8]))
	var ok bool
	if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", key).Scan(&ok); err != nil || !ok {
		closeSoon(conn)
		return nil, false, err
	}
	listen, cancel := context.WithCancel(context.Background())
	h := &Hold{lost: make(chan struct{})}
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		for {
			if _, err := conn.WaitForNotification(listen); err != nil {
				close(h.lost)
				return
			}
		}
	}()
	h.release = func() {
		cancel()
		<-gone
		if !conn.IsClosed() {
			unlock, stop := context.WithTimeout(context.Background(), 2*time.Second)
			_, _ = conn.Exec(unlock, "SELECT pg_advisory_unlock($1)", key)
			stop()
		}
		closeSoon(conn)
	}
	return h, true, nil
}

func closeSoon(conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	_ = conn.Close(ctx)
}
