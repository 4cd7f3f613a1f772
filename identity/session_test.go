package identity

import (
	"context"
	"encoding/base64"
	"strings"
	"sync"
	"testing"
	"time"

	"zhunsheng/gov"
	"zhunsheng/sqldb"
	"zhunsheng/sqldb/sqltest"
)

const secret = "春风又绿江南岸2026"

var ctx = context.Background()

func (w *world) account(login, person string) {
	w.t.Helper()
	if err := w.CreateAccount(ctx, login, gov.PersonID(person), secret); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) signIn(login string) (string, SignedIn) {
	w.t.Helper()
	token, in, err := w.SignIn(ctx, login, secret, "10.0.0.1")
	if err != nil {
		w.t.Fatal(err)
	}
	return token, in
}

func (w *world) refuses(err error, kind gov.Kind, says string) {
	w.t.Helper()
	if gov.KindOf(err) != kind || err == nil || !strings.Contains(err.Error(), says) {
		w.t.Errorf("got %v, want kind %d about %q", err, kind, says)
	}
}

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) { fn(t, newWorld(t, db)) })
}

func TestSession_FromSignInToSignOut(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.account(" ZhangSan ", "zhang")
		token, in := w.signIn("zhangsan")
		if raw, err := base64.RawURLEncoding.DecodeString(token); err != nil || len(raw) != 32 {
			t.Errorf("token %q: %v", token, err)
		}
		if in.Actor != actor("zhang", "drafter", "qy-mzj") || len(in.Seats) != 2 || in.Expires != w.clock.now.Add(DefaultIdle) {
			t.Errorf("signed in as %+v", in)
		}
		got, err := w.Authenticate(ctx, token)
		if err != nil || got.Actor != in.Actor {
			t.Errorf("Authenticate = %+v, %v", got, err)
		}
		for _, bad := range []string{"", "x", token[:42], token + "A", strings.Repeat("A", 43)} {
			_, err := w.Authenticate(ctx, bad)
			w.refuses(err, gov.Unauthenticated, "请重新登录")
		}
		var stored int
		must(t, 0, w.DB.Read(ctx, func(tx *sqldb.Tx) error {
			return tx.QueryRow("SELECT COUNT(*) FROM session WHERE token = $1", []byte(token)).Scan(&stored)
		}))
		if stored != 0 {
			t.Error("the database holds the cookie itself")
		}
		if err := w.SignOut(ctx, token); err != nil {
			t.Fatal(err)
		}
		_, err = w.Authenticate(ctx, token)
		w.refuses(err, gov.Unauthenticated, "请重新登录")
		if err := w.SignOut(ctx, token); err != nil {
			t.Errorf("signing out twice: %v", err)
		}
		if strings.Contains(w.log.String(), secret) || strings.Contains(w.log.String(), token) {
			t.Error("the security log holds a secret")
		}
	})
}

func TestSession_IdleAndAbsoluteEnd(t *testing.T) {
	w := newWorld(t, sqltest.SQLite(t))
	w.account("zhangsan", "zhang")
	token, _ := w.signIn("zhangsan")
	w.clock.pass(DefaultIdle - time.Second)
	if _, err := w.Authenticate(ctx, token); err != nil {
		t.Fatalf("a second before the idle end: %v", err)
	}
	w.clock.pass(DefaultIdle)
	_, err := w.Authenticate(ctx, token)
	w.refuses(err, gov.Unauthenticated, "过期")

	token, _ = w.signIn("zhangsan")
	start := w.clock.now
	for w.clock.now < start.Add(DefaultLongest-20*time.Minute) {
		w.clock.pass(20 * time.Minute)
		in, err := w.Authenticate(ctx, token)
		if w.clock.now >= start.Add(DefaultLongest) {
			break
		}
		if err != nil {
			t.Fatalf("after %v of work: %v", time.Duration(w.clock.now-start)*time.Microsecond, err)
		}
		if in.Expires > start.Add(DefaultLongest) {
			t.Fatalf("the idle end %s is after the absolute end", in.Expires)
		}
	}
	if token, _, err = w.Switch(ctx, token, Seat{Post: "reviewer", Unit: "qy-mzj"}); err == nil {
		w.clock.pass(20 * time.Minute)
		_, err = w.Authenticate(ctx, token)
	}
	w.refuses(err, gov.Unauthenticated, "过期") // switching posts does not prolong a session
}

// A request a second writes the session row about ten times in an idle time, not each time.
func TestSession_SlidesSeldom(t *testing.T) {
	w := newWorld(t, sqltest.SQLite(t))
	w.account("zhangsan", "zhang")
	token, _ := w.signIn("zhangsan")
	before := w.DB.Stats().Writes
	for range 30 * 60 {
		w.clock.pass(time.Second)
		if _, err := w.Authenticate(ctx, token); err != nil {
			t.Fatal(err)
		}
	}
	if n := w.DB.Stats().Writes - before; n < 9 || n > 11 {
		t.Errorf("%d writes in half an hour", n)
	}
}

func TestSession_SwitchPostF129(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.account("zhangsan", "zhang")
		w.account("lisi", "li")
		token, _ := w.signIn("zhangsan")
		next, in, err := w.Switch(ctx, token, Seat{Post: "reviewer", Unit: "qy-mzj"})
		if err != nil || in.Actor != actor("zhang", "reviewer", "qy-mzj") || next == token {
			t.Fatalf("Switch = %+v, %v", in, err)
		}
		if got, err := w.Authenticate(ctx, next); err != nil || got.Actor != in.Actor {
			t.Errorf("the new token: %+v, %v", got, err)
		}
		_, err = w.Authenticate(ctx, token)
		w.refuses(err, gov.Unauthenticated, "请重新登录")
		_, _, err = w.Switch(ctx, token, Seat{Post: "drafter", Unit: "qy-mzj"})
		w.refuses(err, gov.Unauthenticated, "请重新登录")
		for _, foreign := range []Seat{{Post: "reviewer", Unit: "qy-sfj"}, {Post: "sysadmin", Unit: "qy"},
			{Post: "drafter", Unit: "qy-mzj", OnBehalf: "zhang"}, {}} {
			_, _, err = w.Switch(ctx, next, foreign)
			w.refuses(err, gov.Forbidden, "没有这个岗位")
		}
		if got, err := w.Authenticate(ctx, next); err != nil || got.Actor != in.Actor {
			t.Errorf("after refused switches: %+v, %v", got, err)
		}
		// An agent acts under both names.
		_, in = w.signIn("lisi")
		if in.Actor != (gov.Actor{Person: "li", Post: "drafter", Unit: "qy-mzj", OnBehalf: "zhang"}) {
			t.Errorf("the agent acts as %+v", in.Actor)
		}
	})
}

func TestSession_EndsWithTheGrant(t *testing.T) {
	w := newWorld(t, sqltest.SQLite(t))
	w.account("zhangsan", "zhang")
	token, in := w.signIn("zhangsan")
	w.data.Grants[0].To = day("2026-11-23") // withdrawn as of today
	w.data.Generation = "2"
	_, err := w.Authenticate(ctx, token)
	w.refuses(err, gov.Unauthenticated, "授权已到期或已收回")
	if _, in2 := w.signIn("zhangsan"); in2.Actor.Post != "reviewer" {
		t.Errorf("signs in again as %+v, was %+v", in2.Actor, in.Actor)
	}
}

func TestSignIn_EveryFailureLooksTheSame(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.account("zhangsan", "zhang")
		_, _, unknown := w.SignIn(ctx, "nobody", secret, "ip")
		_, _, wrong := w.SignIn(ctx, "zhangsan", "不是这个密码", "ip")
		for range 10 {
			w.SignIn(ctx, "zhangsan", "不是这个密码", "ip")
		}
		_, _, locked := w.SignIn(ctx, "zhangsan", secret, "ip")
		for _, err := range []error{unknown, wrong, locked} {
			w.refuses(err, gov.Unauthenticated, "登录名或密码不正确")
			if err.Error() != wrong.Error() {
				t.Errorf("%q differs from %q", err, wrong)
			}
		}
		log := w.log.String()
		for _, want := range []string{`why="wrong password"`, "why=locked", `login=(unknown)`, "login=zhangsan", "log=security"} {
			if !strings.Contains(log, want) {
				t.Errorf("the security log lacks %s", want)
			}
		}
		if strings.Contains(log, "nobody") {
			t.Error("an unknown login, which may be a password, was logged")
		}
		_, _, err := w.SignIn(ctx, "  ", secret, "ip")
		w.refuses(err, gov.Invalid, "请输入登录名")
		_, _, err = w.SignIn(ctx, "zhangsan", strings.Repeat("x", 1<<20), "ip")
		w.refuses(err, gov.Unauthenticated, "登录名或密码不正确")
	})
}

// A stranger's attempt costs the same hash and the same write as one at a known login.
func TestSignIn_UnknownLoginTakesTheSamePath(t *testing.T) {
	w := newWorld(t, sqltest.SQLite(t))
	w.account("zhangsan", "zhang")
	w.SignIn(ctx, "nobody", "x", "ip") // makes the decoy
	writes := func(login string) int64 {
		before := w.DB.Stats().Writes
		w.SignIn(ctx, login, "x", "ip")
		return w.DB.Stats().Writes - before
	}
	if a, b := writes("zhangsan"), writes("nobody"); a != b || a != 1 {
		t.Errorf("%d writes at a known login, %d at an unknown one", a, b)
	}
	must(t, 0, w.DB.Read(ctx, func(tx *sqldb.Tx) error {
		known, _, err := findAccount(tx, "zhangsan")
		if err != nil {
			return err
		}
		decoy, _, err := findAccount(tx, "")
		if err != nil {
			return err
		}
		p1, _, _, err1 := parsePHC(known.password)
		p2, _, _, err2 := parsePHC(decoy.password)
		if p1 != p2 || err1 != nil || err2 != nil {
			t.Errorf("costs %+v and %+v", p1, p2)
		}
		if decoy.failures != 2 || decoy.lockedUntil != 0 {
			t.Errorf("decoy %+v", decoy)
		}
		return nil
	}))
}

func TestSignIn_LockoutGrows(t *testing.T) {
	w := newWorld(t, sqltest.SQLite(t))
	w.account("zhangsan", "zhang")
	fail := func() { w.SignIn(ctx, "zhangsan", "不是这个密码", "ip") }
	may := func() bool {
		_, _, err := w.SignIn(ctx, "zhangsan", secret, "ip")
		return err == nil
	}
	for range 4 {
		fail()
	}
	if !may() {
		t.Fatal("locked after four failures")
	}
	for range 5 { // a success had set the count back
		fail()
	}
	if may() {
		t.Fatal("not locked after five failures")
	}
	// Attempts while locked do not count: the wait after the next failure is two minutes.
	for range 20 {
		fail()
	}
	for _, wait := range []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 16 * time.Minute,
		30 * time.Minute, 30 * time.Minute} {
		w.clock.pass(wait - time.Second)
		if may() {
			t.Fatalf("open before %v had passed", wait)
		}
		w.clock.pass(time.Second)
		fail()
	}
	w.clock.pass(30 * time.Minute)
	if !may() {
		t.Error("still locked after the longest wait")
	}
}

func TestSignIn_StoresOldHashesAnew(t *testing.T) {
	w := newWorld(t, sqltest.SQLite(t))
	w.account("zhangsan", "zhang")
	w.Hash = HashParams{MemoryKiB: 16, Passes: 2, Lanes: 1}
	w.signIn("zhangsan")
	var row accountRow
	must(t, 0, w.DB.Read(ctx, func(tx *sqldb.Tx) (err error) {
		row, _, err = findAccount(tx, "zhangsan")
		return err
	}))
	if p, _, _, err := parsePHC(row.password); err != nil || p != w.Hash || !testKey.accountHolds(row) {
		t.Errorf("stored under %+v, %v", p, err)
	}
	w.signIn("zhangsan")
}

func TestSignIn_ManyAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.account("zhangsan", "zhang")
		var wg sync.WaitGroup
		for range 12 {
			wg.Go(func() {
				token, _, err := w.SignIn(ctx, "zhangsan", secret, "ip")
				if err == nil {
					_, err = w.Authenticate(ctx, token)
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	})
}

func TestSignIn_NeedsAGrant(t *testing.T) {
	w := newWorld(t, sqltest.SQLite(t))
	w.account("nobody", "nobody")
	_, _, err := w.SignIn(ctx, "nobody", secret, "ip")
	w.refuses(err, gov.Forbidden, "没有有效的岗位授权")
}

func TestAccount_Create(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.account("zhangsan", "zhang")
		w.refuses(w.CreateAccount(ctx, "ZHANGSAN", "li", secret), gov.Invalid, "已经有人使用")
		w.refuses(w.CreateAccount(ctx, "", "li", secret), gov.Invalid, "登录名为")
		w.refuses(w.CreateAccount(ctx, "li si", "li", secret), gov.Invalid, "登录名为")
		w.refuses(w.CreateAccount(ctx, "lisi", "", secret), gov.Invalid, "人员")
		w.refuses(w.CreateAccount(ctx, "lisi", "li", "123"), gov.Invalid, "至少 10 个字符")
	})
}

func TestAccount_ChangePassword(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const fresh = "明月何时照我还2027"
		w.account("zhangsan", "zhang")
		w.account("lisi", "li")
		here, _ := w.signIn("zhangsan")
		there, _ := w.signIn("zhangsan")
		w.refuses(w.ChangePassword(ctx, here, "zhangsan", "不是这个密码", fresh), gov.Invalid, "原密码不正确")
		w.refuses(w.ChangePassword(ctx, here, "lisi", secret, fresh), gov.Invalid, "不是您的登录名")
		w.refuses(w.ChangePassword(ctx, here, "zhangsan", secret, secret), gov.Invalid, "与原密码相同")
		w.refuses(w.ChangePassword(ctx, here, "zhangsan", secret, "abc"), gov.Invalid, "至少 10 个字符")
		w.refuses(w.ChangePassword(ctx, "", "zhangsan", secret, fresh), gov.Unauthenticated, "请重新登录")
		if err := w.ChangePassword(ctx, here, "zhangsan", secret, fresh); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Authenticate(ctx, here); err != nil {
			t.Errorf("the session that changed it: %v", err)
		}
		_, err := w.Authenticate(ctx, there)
		w.refuses(err, gov.Unauthenticated, "请重新登录")
		_, _, err = w.SignIn(ctx, "zhangsan", secret, "ip")
		w.refuses(err, gov.Unauthenticated, "不正确")
		if _, _, err := w.SignIn(ctx, "zhangsan", fresh, "ip"); err != nil {
			t.Error(err)
		}
		if err := w.ResetPassword(ctx, actor("sys", "sysadmin", "qy"), "zhangsan", secret); err != nil {
			t.Fatal(err)
		}
		_, err = w.Authenticate(ctx, here)
		w.refuses(err, gov.Unauthenticated, "请重新登录")
		w.signIn("zhangsan")
		w.refuses(w.ResetPassword(ctx, actor("sys", "sysadmin", "qy"), "nobody", secret), gov.Invalid, "没有登录名")
		w.refuses(w.ResetPassword(ctx, actor("sys", "sysadmin", "qy"), "", secret), gov.Invalid, "没有登录名")
	})
}

// Whatever column of a row somebody edits, the row is refused and named.
func TestCheckRows_NamesEveryEditedColumn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.account("zhangsan", "zhang")
		w.account("wangwu", "wang")
		check := func() []Finding {
			var out []Finding
			must(t, 0, w.DB.Read(ctx, func(tx *sqldb.Tx) (err error) {
				out, err = CheckRows(tx, testKey)
				return err
			}))
			return out
		}
		token, _ := w.signIn("zhangsan")
		w.signIn("wangwu")
		w.SignIn(ctx, "stranger", "x", "ip")
		if got := check(); len(got) != 0 {
			t.Fatalf("untouched: %v", got)
		}
		other := must(t, hashPassword(w.Hash, []byte("0123456789abcdef"), "攻击者的密码"), nil)
		for _, c := range []struct {
			table, where, column string
			value                any
		}{
			{"account", "login = 'zhangsan'", "login", "zhangsi"},
			{"account", "login = 'zhangsan'", "person", "wang"},
			{"account", "login = 'zhangsan'", "password", other},
			{"account", "login = 'zhangsan'", "failures", 3},
			{"account", "login = 'zhangsan'", "locked_until", int64(9e15)},
			{"account", "login = 'zhangsan'", "mac", []byte("x")},
			{"account", "login = ''", "failures", 9},
			{"session", "person = 'zhang'", "token", make([]byte, 32)},
			{"session", "person = 'zhang'", "person", "wang"},
			{"session", "person = 'zhang'", "post", "reviewer"},
			{"session", "person = 'zhang'", "unit", "qy-sfj"},
			{"session", "person = 'zhang'", "created", int64(w.clock.now) + 1},
			{"session", "person = 'zhang'", "expires", int64(w.clock.now) + 9e12},
			{"session", "person = 'zhang'", "mac", []byte{}},
		} {
			t.Run(c.table+"."+c.column, func(t *testing.T) {
				var found []Finding
				var signIn, auth error
				undo := gov.Errorf(gov.Fault, "undo")
				err := w.DB.Write(ctx, func(tx *sqldb.Tx) error {
					n, err := tx.Exec(sqldb.SQL("UPDATE "+c.table+" SET "+c.column+" = $1 WHERE "+c.where), c.value)
					if err != nil || n != 1 {
						t.Fatalf("%d rows, %v", n, err)
					}
					if found, err = CheckRows(tx, testKey); err != nil {
						return err
					}
					if row, known, err := findAccount(tx, "zhangsan"); err != nil || known {
						_, _, signIn = w.settle(tx, row, proof{ok: true})
					}
					_, _, auth = w.living(tx, tokenHash(token), w.clock.now)
					return undo
				})
				if err != undo {
					t.Fatal(err)
				}
				if len(found) != 1 || found[0].Table != c.table || found[0].Text == "" {
					t.Fatalf("found %v", found)
				}
				if c.table == "session" && auth == nil {
					t.Error("the session is still taken")
				}
				if c.table == "account" && c.where != "login = ''" && c.column != "login" {
					w.refuses(signIn, gov.Unauthenticated, "未通过校验")
				}
			})
		}
		if !strings.Contains(w.log.String(), "changed outside the program") {
			t.Error("the security log says nothing of it")
		}
		if got := check(); len(got) != 0 {
			t.Fatalf("after undoing: %v", got)
		}
	})
}
