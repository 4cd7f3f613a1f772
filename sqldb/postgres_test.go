package sqldb_test

import (
	"bytes"
	"database/sql"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"zhunsheng/gov"
	"zhunsheng/sqldb"
	"zhunsheng/sqldb/sqltest"
)

func TestOpen_RefusesADatabaseThatSortsOtherwise(t *testing.T) {
	address := sqltest.PostgresURL(t)
	admin, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	for name, how := range map[string]string{
		"zsicu":   `TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'zh'`,
		"zsascii": `TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'`,
	} {
		if _, err := admin.Exec("CREATE DATABASE " + name + " " + how); err != nil {
			t.Logf("%s cannot be made here: %v", name, err)
			continue
		}
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		u.Path = "/" + name
		db, err := sqldb.Open(ctx, u.String())
		if err == nil {
			db.Close()
			t.Errorf("%s was taken", name)
		} else if gov.KindOf(err) != gov.Invalid || !strings.Contains(err.Error(), "CREATE DATABASE") {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := admin.Exec("DROP DATABASE " + name); err != nil {
			t.Error(err)
		}
	}
}

func TestOpen_SaysWhatIsWrong(t *testing.T) {
	for address, want := range map[string]gov.Kind{
		"":                                 gov.Invalid,
		"/srv/db.sqlite":                   gov.Invalid,
		"mysql://x":                        gov.Invalid,
		"sqlite:":                          gov.Invalid,
		"sqlite:/no/such/folder/db.sqlite": gov.Invalid,
		"postgres://%zz":                   gov.Invalid,
		"postgres://u@127.0.0.1:1/x":       gov.Unavailable,
	} {
		db, err := sqldb.Open(ctx, address)
		if err == nil {
			db.Close()
		}
		if err == nil || gov.KindOf(err) != want {
			t.Errorf("%q: got %v", address, err)
		}
	}
}

// The answer to a COMMIT is lost on its way: the caller must hear that the outcome is
// unknown, and a second try under the same key finds what happened.
func TestWrite_LostAnswerToCommitIsUnknown(t *testing.T) {
	for _, c := range []struct {
		name      string
		delivered bool // whether the server got the COMMIT
		row       int64
	}{{"before it arrived", false, -1}, {"after it arrived", true, 1}} {
		t.Run(c.name, func(t *testing.T) {
			address := sqltest.PostgresURL(t)
			cut := &proxy{}
			db := sqltest.Open(t, cut.start(t, address, c.delivered))
			cut.armed.Store(true)
			runs := 0
			err := db.Write(ctx, func(tx *sqldb.Tx) error {
				runs++
				tx.AfterCommit(func() { t.Error("ran after an unknown outcome") })
				_, err := tx.Exec(insertSeries, "a", 1)
				return err
			})
			if gov.KindOf(err) != gov.Unavailable || !strings.Contains(err.Error(), "结果未知") || runs != 1 {
				t.Errorf("got %v after %d runs", err, runs)
			}
			cut.armed.Store(false)
			cut.silent.Store(false)
			if got := series(t, sqltest.Open(t, address), "a"); got != c.row {
				t.Errorf("a is %d, want %d", got, c.row)
			}
			if err := db.Health(ctx); err != nil {
				t.Errorf("the next transaction: %v", err)
			}
		})
	}
}

// A connection lost before COMMIT certainly wrote nothing, and the error does not say
// otherwise.
func TestWrite_ConnectionLostBeforeCommit(t *testing.T) {
	cut := &proxy{}
	db := sqltest.Open(t, cut.start(t, sqltest.PostgresURL(t), false))
	err := db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(insertSeries, "a", 1); err != nil {
			return err
		}
		cut.cutAll()
		_, err := tx.Exec(insertSeries, "b", 1)
		return err
	})
	if gov.KindOf(err) != gov.Unavailable || strings.Contains(err.Error(), "结果未知") {
		t.Errorf("got %v", err)
	}
	if a := series(t, db, "a"); a != -1 {
		t.Errorf("a is %d", a)
	}
}

// proxy passes bytes between pgx and the server and can cut the line at a COMMIT.
type proxy struct {
	armed  atomic.Bool
	silent atomic.Bool // answers stay with the proxy
	mu     sync.Mutex
	lines  []net.Conn
}

func (p *proxy) start(t *testing.T, address string, deliver bool) (throughProxy string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(u.Query().Get("host"), ".s.PGSQL.5432")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("unix", socket)
			if err != nil {
				client.Close()
				continue
			}
			p.mu.Lock()
			p.lines = append(p.lines, client, server)
			p.mu.Unlock()
			answered := make(chan struct{}, 1)
			go p.downstream(client, server, answered)
			go p.upstream(client, server, deliver, answered)
		}
	}()
	u.Host = l.Addr().String()
	u.RawQuery = "sslmode=disable"
	return u.String()
}

// upstream cuts the line at a COMMIT: before the server gets it, or after it has answered.
func (p *proxy) upstream(client, server net.Conn, deliver bool, answered chan struct{}) {
	defer server.Close()
	defer client.Close()
	buf := make([]byte, 1<<16)
	for {
		n, err := client.Read(buf)
		if err != nil {
			return
		}
		cut := p.armed.Load() && bytes.Contains(buf[:n], []byte("Q\x00\x00\x00\x0bcommit\x00"))
		if cut && !deliver {
			return
		}
		p.silent.Store(cut)
		if _, err := server.Write(buf[:n]); err != nil {
			return
		}
		if cut {
			<-answered
			return
		}
	}
}

func (p *proxy) downstream(client, server net.Conn, answered chan struct{}) {
	defer client.Close()
	buf := make([]byte, 1<<16)
	for {
		n, err := server.Read(buf)
		if err != nil {
			return
		}
		if p.silent.Load() {
			answered <- struct{}{}
			return
		}
		if _, err := client.Write(buf[:n]); err != nil {
			return
		}
	}
}

func (p *proxy) cutAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.lines {
		c.Close()
	}
}
